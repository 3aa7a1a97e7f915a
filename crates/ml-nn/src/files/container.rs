//! Named tensors and a JSON text as one safetensors file.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use half::{bf16, f16};
use ml_core::{DType, Error, Result, Tensor, persist::write_atomically};
use safetensors::{Dtype, SafeTensorError, SafeTensors, View, tensor::TensorView};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::leftovers::sweep;

/// The one entry of the metadata: several would be written in no fixed order.
const KEY: &str = "ml";
/// Of this layout of names and JSON.
const FORMAT: u64 = 1;
const CHECKSUM: &str = "sha256";

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) tensors: BTreeMap<String, Tensor>,
    /// Empty for a file that others wrote.
    pub(crate) about: Map<String, Value>,
    /// Bytes of the file: nothing that is made of it may be much larger.
    pub(crate) size: usize,
}

/// A tensor as bytes.
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

macro_rules! numbers {
    ($($dtype:ident, $type:ty);*) => {
        fn stored(tensor: &Tensor) -> Result<Stored> {
            let array = tensor.array()?;
            let (dtype, bytes) = match tensor.dtype() {
                $(DType::$dtype => {
                    let values = array.values::<$type>()?;
                    (Dtype::$dtype, values.iter().flat_map(|value| value.to_le_bytes()).collect())
                })*
                DType::Bool => (Dtype::BOOL, array.values::<bool>()?.iter().map(|&v| u8::from(v)).collect()),
                other => return Err(Error::DType {
                    op: "save",
                    found: other.name(),
                    needed: "numbers or truth values: safetensors hold nothing else",
                }),
            };
            Ok(Stored { dtype, shape: tensor.shape().to_vec(), bytes })
        }

        fn tensor(view: &TensorView<'_>) -> Result<Tensor, String> {
            let (bytes, shape) = (view.data(), view.shape());
            let tensor = match view.dtype() {
                $(Dtype::$dtype => {
                    const SIZE: usize = size_of::<$type>();
                    let value = |bytes: &[u8]| <$type>::from_le_bytes(bytes.try_into().expect("cut to this size"));
                    Tensor::from_vec(bytes.chunks_exact(SIZE).map(value).collect(), shape)
                })*
                Dtype::BOOL => {
                    if let Some(odd) = bytes.iter().find(|&&byte| byte > 1) {
                        return Err(format!("holds the truth value {odd}"));
                    }
                    Tensor::from_vec(bytes.iter().map(|&byte| byte == 1).collect(), shape)
                }
                other => return Err(format!("is of type {other:?}, which tensors here do not have")),
            };
            tensor.map_err(|error| error.to_string())
        }
    };
}
numbers!(F32, f32; F64, f64; F16, f16; BF16, bf16; I32, i32; I64, i64; U8, u8);

fn checksum(about: &Map<String, Value>, tensors: &BTreeMap<&str, (Dtype, &[usize], &[u8])>) -> String {
    let mut hash = Sha256::new();
    hash.update(Value::Object(about.clone()).to_string());
    for (name, (dtype, shape, bytes)) in tensors {
        hash.update(format!("\n{name:?} {dtype:?} {shape:?}\n"));
        hash.update(bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes tensors and a JSON object, atomically.
pub(crate) fn write(path: &Path, tensors: &[(String, Tensor)], about: Map<String, Value>) -> Result<()> {
    let mut all = BTreeMap::new();
    for (name, tensor) in tensors {
        let stored = stored(tensor).map_err(|error| Error::Within {
            place: format!("tensor {name:?}"),
            source: Box::new(error),
        })?;
        if all.insert(name.as_str(), stored).is_some() {
            return Err(Error::Data {
                op: "save",
                problem: format!("two tensors are named {name:?}"),
                remedy: "give one of the layers another name",
            });
        }
    }
    let mut json = Map::new();
    json.insert("format".to_owned(), FORMAT.into());
    json.extend(about);
    let parts = all.iter();
    let parts = parts
        .map(|(&name, s)| (name, (s.dtype, &s.shape[..], &s.bytes[..])))
        .collect();
    let sum = checksum(&json, &parts);
    json.insert(CHECKSUM.to_owned(), sum.into());
    let metadata = HashMap::from([(KEY.to_owned(), Value::Object(json).to_string())]);
    let bytes = safetensors::serialize(all.iter().map(|(&name, s)| (name, s)), Some(metadata));
    let bytes = bytes.map_err(|error| refused(path, error.to_string()))?;
    sweep(path);
    write_atomically(path, |file| file.write_all(&bytes))
}

fn refused(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        problem,
        remedy: "give a whole safetensors file, as save() writes it",
    }
}

/// Reads a file; one with a checksum must have the right one.
pub(crate) fn read(path: &Path) -> Result<Content> {
    let bytes = fs::read(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        action: "read",
        source,
    })?;
    decode(&bytes).map_err(|problem| refused(path, problem))
}

fn decode(bytes: &[u8]) -> Result<Content, String> {
    let unreadable = |error: SafeTensorError| format!("is no readable safetensors file: {error}");
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
    let views: BTreeMap<&str, TensorView<'_>> = file.iter().collect();
    let text = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let mut about = match text.map(|text| serde_json::from_str(text)) {
        None => Map::new(),
        Some(Ok(Value::Object(about))) => about,
        Some(Ok(_)) => return Err(format!("has metadata {KEY:?} that are no JSON object")),
        Some(Err(error)) => return Err(format!("has metadata {KEY:?} that are no JSON: {error}")),
    };
    if text.is_some() {
        let sum = about.remove(CHECKSUM);
        let parts = views.iter();
        let parts = parts
            .map(|(&name, v)| (name, (v.dtype(), v.shape(), v.data())))
            .collect();
        if sum.as_ref().and_then(Value::as_str) != Some(checksum(&about, &parts).as_str()) {
            return Err("is damaged: its checksum is not that of its content".to_owned());
        }
        if about.get("format").and_then(Value::as_u64) != Some(FORMAT) {
            let format = about.get("format").cloned().unwrap_or_default();
            return Err(format!("is of format {format}, but this program reads {FORMAT}"));
        }
    }
    let tensors = views.iter().map(|(&name, view)| {
        let tensor = tensor(view).map_err(|problem| format!("tensor {name:?} {problem}"))?;
        Ok((name.to_owned(), tensor))
    });
    Ok(Content {
        tensors: tensors.collect::<Result<_, String>>()?,
        about,
        size: bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_comes_back() -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.safetensors");
        let x = Tensor::from([[1.5f32, -2.0], [0.0, 3.0]]);
        let types = [
            DType::F32,
            DType::F64,
            DType::F16,
            DType::BF16,
            DType::I32,
            DType::I64,
            DType::Bool,
        ];
        let all: Vec<(String, Tensor)> = types
            .iter()
            .map(|&dtype| Ok((dtype.name().to_owned(), x.cast(dtype)?)))
            .collect::<Result<_>>()?;
        write(&path, &all, Map::new())?;
        let content = read(&path)?;
        for (name, tensor) in &all {
            assert_eq!(content.tensors[name].spec(), tensor.spec());
            assert_eq!(content.tensors[name].array()?, tensor.array()?);
        }
        let text = Tensor::from(["a"]);
        let error = write(&path, &[("words".to_owned(), text)], Map::new())
            .unwrap_err()
            .to_string();
        assert!(error.contains("\"words\"") && error.contains("string"), "{error}");
        Ok(())
    }
}
