//! Sparse tensors to and from regular ones.

use super::{SparseTensor, flat, unravel};
use crate::{DType, Result, Shape, Tensor, ops::same_dtype, structures::rows, tensor::for_dtype};

impl SparseTensor {
    /// The elements of `dense` that are not 0, false or empty. Gradients flow back to them.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) for a scalar, [`Error::Graph`](crate::Error::Graph) while
    /// tracing: where the zeros are must be known.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::SparseTensor};
    ///
    /// let s = SparseTensor::from_dense(&Tensor::from([[0, 7], [8, 0]]))?;
    /// assert_eq!(s.indices().to_vec::<i64>()?, [0, 1, 1, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_dense(dense: &Tensor) -> Result<Self> {
        if dense.rank() == 0 {
            return Self::new(Tensor::zeros([0, 0], DType::I64)?, dense.clone(), Shape::scalar());
        }
        let array = dense.array()?;
        let kept: Vec<usize> = for_dtype!(dense.dtype(), T => {
            let zero = T::default();
            let values = array.elements::<T>();
            (0..values.len()).filter(|&at| values[at] != zero).collect()
        });
        let shape = dense.shape().clone();
        let mut indices = Vec::with_capacity(kept.len() * shape.rank());
        for &at in &kept {
            unravel(at, &shape, &mut indices);
        }
        let values = rows::pick(&dense.reshape(&[-1])?, dense.len(), kept)?;
        Ok(Self::trusted(indices, values, shape))
    }

    /// The regular tensor, with 0, false or the empty string where nothing is stored.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if indices are out of order or there twice,
    /// [`Error::Size`](crate::Error::Size) if it does not fit in memory.
    pub fn to_dense(&self) -> Result<Tensor> {
        if !self.dtype().is_float() && !self.dtype().is_integer() {
            return self.to_dense_with(Tensor::zeros(Shape::scalar(), self.dtype())?);
        }
        let (positions, len) = self.positions()?;
        self.shaped(&rows::place(&self.values, positions, len)?)
    }

    /// The regular tensor, with `default` where nothing is stored.
    ///
    /// # Errors
    /// As [`to_dense`](Self::to_dense); [`Error::MixedDTypes`](crate::Error::MixedDTypes) for a default of
    /// another type, [`Error::BadShape`](crate::Error::BadShape) unless it is a scalar.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1]], [7], [3])?;
    /// assert_eq!(s.to_dense_with(-1)?.to_vec::<i32>()?, [-1, 7, -1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_dense_with(&self, default: impl Into<Tensor>) -> Result<Tensor> {
        let default = default.into();
        same_dtype("sparse to_dense", self.dtype(), default.dtype())?;
        let (positions, len) = self.positions()?;
        // The default is one more value; every element of the result is one of these.
        let n_values = self.n_values();
        let all = rows::join(&[(&self.values, n_values), (&default.reshape(&[1])?, 1)])?;
        let mut elements = vec![n_values; len];
        for (value, position) in positions.into_iter().enumerate() {
            elements[position] = value;
        }
        self.shaped(&rows::pick(&all, n_values + 1, elements)?)
    }

    /// Where in the regular tensor the values lie, and how many elements that has.
    pub(super) fn positions(&self) -> Result<(Vec<usize>, usize)> {
        const OP: &str = "sparse to_dense";
        self.check_order(OP)?;
        let len = self.shape.checked_len(OP)?;
        Ok((
            self.entries().map(|index| flat(index, &self.shape)).collect(),
            len,
        ))
    }

    fn shaped(&self, elements: &Tensor) -> Result<Tensor> {
        elements.reshape(&self.shape.iter().map(|&length| length as i64).collect::<Vec<_>>())
    }
}
