//! The protocol-buffer messages of event files: the fields that are written, with their public numbers.
//!
//! Source: `event.proto`, `summary.proto`, `tensor.proto`, `graph.proto` of TensorFlow.

use prost::{Message, Oneof};

/// A record of an event file.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    #[prost(double, tag = "1")]
    pub(super) wall_time: f64,
    #[prost(int64, tag = "2")]
    pub(super) step: i64,
    #[prost(oneof = "What", tags = "3, 4, 5")]
    pub(super) what: Option<What>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum What {
    #[prost(string, tag = "3")]
    FileVersion(String),
    /// A `GraphDef`, encoded.
    #[prost(bytes = "vec", tag = "4")]
    GraphDef(Vec<u8>),
    #[prost(message, tag = "5")]
    Summary(Summary),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Summary {
    #[prost(message, repeated, tag = "1")]
    pub(super) value: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SummaryValue {
    #[prost(string, tag = "1")]
    pub(super) tag: String,
    #[prost(message, optional, tag = "8")]
    pub(super) tensor: Option<TensorProto>,
    #[prost(message, optional, tag = "9")]
    pub(super) metadata: Option<SummaryMetadata>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SummaryMetadata {
    #[prost(message, optional, tag = "1")]
    pub(super) plugin_data: Option<PluginData>,
    /// See [`DataClass`].
    #[prost(int32, tag = "4")]
    pub(super) data_class: i32,
}

/// How TensorBoard keeps the values of a tag.
#[derive(Debug, Clone, Copy)]
pub(super) enum DataClass {
    Unknown = 0,
    Scalar = 1,
    Tensor = 2,
    BlobSequence = 3,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PluginData {
    #[prost(string, tag = "1")]
    pub(super) plugin_name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) content: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TensorProto {
    /// 1: `f32`, 2: `f64`, 7: strings.
    #[prost(int32, tag = "1")]
    pub(super) dtype: i32,
    #[prost(message, optional, tag = "2")]
    pub(super) tensor_shape: Option<TensorShape>,
    #[prost(float, repeated, tag = "5")]
    pub(super) float_val: Vec<f32>,
    #[prost(double, repeated, tag = "6")]
    pub(super) double_val: Vec<f64>,
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub(super) string_val: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TensorShape {
    #[prost(message, repeated, tag = "2")]
    pub(super) dim: Vec<Dim>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Dim {
    #[prost(int64, tag = "1")]
    pub(super) size: i64,
}

fn shape(lengths: &[usize]) -> Option<TensorShape> {
    let dim = lengths.iter().map(|&length| Dim { size: length as i64 });
    Some(TensorShape { dim: dim.collect() })
}

impl TensorProto {
    pub(super) fn scalar(value: f32) -> Self {
        Self {
            dtype: 1,
            tensor_shape: shape(&[]),
            float_val: vec![value],
            ..Self::default()
        }
    }

    /// For summaries that are all in their metadata.
    pub(super) fn nothing() -> Self {
        Self {
            dtype: 1,
            tensor_shape: shape(&[0]),
            ..Self::default()
        }
    }

    pub(super) fn doubles(values: Vec<f64>, lengths: &[usize]) -> Self {
        Self {
            dtype: 2,
            tensor_shape: shape(lengths),
            double_val: values,
            ..Self::default()
        }
    }

    pub(super) fn strings(values: Vec<Vec<u8>>, lengths: &[usize]) -> Self {
        Self {
            dtype: 7,
            tensor_shape: shape(lengths),
            string_val: values,
            ..Self::default()
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AudioPluginData {
    /// 11: WAV.
    #[prost(int32, tag = "2")]
    pub(super) encoding: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GraphDef {
    #[prost(message, repeated, tag = "1")]
    pub(super) node: Vec<NodeDef>,
    #[prost(message, optional, tag = "4")]
    pub(super) versions: Option<Versions>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Versions {
    #[prost(int32, tag = "1")]
    pub(super) producer: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct NodeDef {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) op: String,
    #[prost(string, repeated, tag = "3")]
    pub(super) input: Vec<String>,
}
