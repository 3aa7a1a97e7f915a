//! Tensors in `.npy` and `.npz` files, shared with NumPy.

use std::{collections::BTreeMap, path::Path};

use half::f16;
use ndarray::ArrayD;

use super::Tensor;
use crate::{
    DType, Error, Result,
    dtype::Element,
    persist::npy::{self, NpyElement},
};

/// Types that both sides have.
const SHARED: &str = "f32, f64, f16, i32, i64, u8 or bool";

fn encode(tensor: &Tensor) -> Result<Vec<u8>> {
    fn bytes<T: Element + NpyElement>(tensor: &Tensor) -> Result<Vec<u8>> {
        Ok(npy::encode(tensor.to_ndarray::<T>()?.view()))
    }
    match tensor.dtype() {
        DType::F32 => bytes::<f32>(tensor),
        DType::F64 => bytes::<f64>(tensor),
        DType::F16 => bytes::<f16>(tensor),
        DType::I32 => bytes::<i32>(tensor),
        DType::I64 => bytes::<i64>(tensor),
        DType::U8 => bytes::<u8>(tensor),
        DType::Bool => bytes::<bool>(tensor),
        other => Err(Error::DType {
            op: "save_npy",
            found: other.name(),
            needed: SHARED,
        }),
    }
}

/// The tensor in the content of a `.npy` file, of the type that the file names; or what is wrong.
fn decode(bytes: &[u8]) -> Result<Tensor, String> {
    fn tensor<T: Element + NpyElement>(bytes: &[u8]) -> Result<Tensor, String> {
        let array: ArrayD<T> = npy::decode(bytes)?;
        Ok(Tensor::from_ndarray(array))
    }
    match npy::code(bytes)? {
        f32::CODE => tensor::<f32>(bytes),
        f64::CODE => tensor::<f64>(bytes),
        f16::CODE => tensor::<f16>(bytes),
        i32::CODE => tensor::<i32>(bytes),
        i64::CODE => tensor::<i64>(bytes),
        u8::CODE => tensor::<u8>(bytes),
        bool::CODE => tensor::<bool>(bytes),
        other => Err(format!(
            "holds elements of type {other:?}, but tensors hold {SHARED}"
        )),
    }
}

impl Tensor {
    /// Writes a `.npy` file, atomically.
    ///
    /// # Errors
    /// [`Error::DType`] for `bf16` and strings, which NumPy does not have; [`Error::Io`] if the file cannot be
    /// written; [`Error::Graph`] while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let folder = tempfile::tempdir().expect("a temporary folder");
    /// let path = folder.path().join("x.npy");
    /// Tensor::from([[1i64, 2], [3, 4]]).save_npy(&path)?;
    /// let x = Tensor::load_npy(&path)?;
    /// assert_eq!(x.to_vec::<i64>()?, [1, 2, 3, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn save_npy(&self, path: impl AsRef<Path>) -> Result<()> {
        npy::write_file(path.as_ref(), &encode(self)?)
    }

    /// Reads a `.npy` file; the element type is that of the file.
    ///
    /// # Errors
    /// [`Error::File`] for a damaged or foreign file, or an element type that tensors do not have; [`Error::Io`]
    /// if it cannot be read.
    pub fn load_npy(path: impl AsRef<Path>) -> Result<Tensor> {
        let path = path.as_ref();
        decode(&npy::read_file(path)?).map_err(|problem| npy::refused(path, problem))
    }

    /// Writes named tensors, of any types, to a `.npz` file, atomically.
    ///
    /// # Errors
    /// As [`save_npy`](Self::save_npy).
    pub fn save_npz(path: impl AsRef<Path>, tensors: &BTreeMap<String, Tensor>) -> Result<()> {
        let entries = tensors
            .iter()
            .map(|(name, tensor)| Ok((name.clone(), encode(tensor)?)))
            .collect::<Result<Vec<_>>>()?;
        npy::write_archive(path.as_ref(), &entries)
    }

    /// Reads all tensors of a `.npz` file.
    ///
    /// # Errors
    /// As [`load_npy`](Self::load_npy).
    pub fn load_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor>> {
        let path = path.as_ref();
        let entries = npy::read_archive(path)?.into_iter();
        entries
            .map(|(name, bytes)| {
                let tensor = decode(&bytes)
                    .map_err(|problem| npy::refused(path, format!("array {name:?} {problem}")))?;
                Ok((name, tensor))
            })
            .collect()
    }
}
