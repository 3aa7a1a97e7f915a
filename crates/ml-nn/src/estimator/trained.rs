//! A model that has learned, in files.

use std::sync::Arc;

use ml_core::{
    DType, Error, Float, Result, Tensor, check,
    ndarray::{Array2, ArrayView2},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

use super::recipe::rows;
use crate::{files::reading, models::Model, training::Predict};

/// Rows of a batch of answering: more than in training, for there are no steps to wait for.
const BATCH: usize = 512;

/// A trained model that no one changes any more: clones share it.
#[derive(Debug, Clone)]
pub(super) struct Trained(Arc<Model>);

impl Trained {
    pub(super) fn new(model: Model) -> Self {
        Self(Arc::new(model))
    }

    pub(super) fn model(&self) -> &Model {
        &self.0
    }

    /// What the model gives for these rows, `[rows, numbers]`.
    pub(super) fn answer<F: Float>(
        &self,
        op: &'static str,
        columns: usize,
        x: ArrayView2<'_, F>,
    ) -> Result<Array2<f64>> {
        check::prediction_rows(op, x, columns)?;
        if x.nrows() == 0 {
            let width = self
                .0
                .as_layer()
                .outputs()
                .map_or(0, |outputs| outputs[0].shape[1]);
            return Ok(Array2::zeros((0, width)));
        }
        let answer = self.0.predict_with(rows(x), Predict::new().batch_size(BATCH))?;
        let [answer] = <[Tensor; 1]>::try_from(answer).expect("fit made sure that there is one output");
        let (rows, numbers) = (answer.shape()[0], answer.shape()[1]);
        let values = answer.cast(DType::F64)?.to_vec::<f64>()?;
        Ok(Array2::from_shape_vec((rows, numbers), values)
            .expect("a tensor has as many values as its shape says"))
    }
}

/// A weight in a file.
#[derive(Serialize, Deserialize)]
enum Values {
    F32(Vec<usize>, Vec<f32>),
    F64(Vec<usize>, Vec<f64>),
    I64(Vec<usize>, Vec<i64>),
}

impl Values {
    fn of(tensor: &Tensor) -> Result<Self> {
        let shape = tensor.shape().to_vec();
        Ok(match tensor.dtype() {
            DType::F32 => Self::F32(shape, tensor.to_vec()?),
            DType::F64 => Self::F64(shape, tensor.to_vec()?),
            DType::I64 => Self::I64(shape, tensor.to_vec()?),
            other => {
                return Err(Error::DType {
                    op: "save",
                    found: other.name(),
                    needed: "f32, f64 or i64 in a weight of an estimator; save the model itself with Model::save",
                });
            }
        })
    }

    fn bytes(&self) -> usize {
        match self {
            Self::F32(_, values) => 4 * values.len(),
            Self::F64(_, values) => 8 * values.len(),
            Self::I64(_, values) => 8 * values.len(),
        }
    }

    fn tensor(self) -> Result<Tensor> {
        match self {
            Self::F32(shape, values) => Tensor::from_vec(values, shape),
            Self::F64(shape, values) => Tensor::from_vec(values, shape),
            Self::I64(shape, values) => Tensor::from_vec(values, shape),
        }
    }
}

/// What a file holds: layers and settings as JSON text, for formats that do not describe themselves; and all weights.
#[derive(Serialize, Deserialize)]
struct Stored {
    config: String,
    weights: Vec<Values>,
}

impl Serialize for Trained {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = || -> Result<Stored> {
            let weights = self.0.get_weights();
            Ok(Stored {
                config: self.0.config()?.to_string(),
                weights: weights.iter().map(Values::of).collect::<Result<_>>()?,
            })
        };
        stored().map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trained {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let config = serde_json::from_str(&stored.config).map_err(D::Error::custom)?;
        let size = stored.weights.iter().map(Values::bytes).sum();
        let made = reading(Vec::new(), size, || {
            let model = Model::from_config(&config)?;
            let weights = stored.weights.into_iter().map(Values::tensor);
            model.set_weights(&weights.collect::<Result<Vec<_>>>()?)?;
            let one = model
                .as_layer()
                .outputs()
                .is_some_and(|o| o.len() == 1 && o[0].shape.rank() == 2);
            check::parameter(
                "outputs of the model",
                "other",
                one,
                "one, of shape [rows, numbers]",
            )?;
            Ok(model)
        });
        made.map(Self::new).map_err(D::Error::custom)
    }
}
