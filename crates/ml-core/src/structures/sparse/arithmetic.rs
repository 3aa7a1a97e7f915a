//! Arithmetic that leaves a sparse tensor sparse, and sums that do not.

use std::ops::{Div, Mul, Neg};

use super::{SparseTensor, flat};
use crate::{Error, Result, Shape, Tensor, ops::same_dtype, structures::rows};

impl SparseTensor {
    /// `number · x`: sparse again, since 0 stays 0.
    ///
    /// # Errors
    /// As [`Tensor::number_like`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1]], [2.0f32], [3])?.mul_scalar(1.5)?;
    /// assert_eq!(s.values().to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn mul_scalar(&self, number: f64) -> Result<Self> {
        self.map(|values| values.mul_scalar(number))
    }

    /// `x / number`, where something is stored.
    ///
    /// # Errors
    /// As [`Tensor::div_scalar`].
    pub fn div_scalar(&self, number: f64) -> Result<Self> {
        self.map(|values| values.div_scalar(number))
    }

    /// Always an error: a number added to a sparse tensor gives one without zeros.
    ///
    /// # Errors
    /// [`Error::Unsupported`], which says what to do instead.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1]], [2.0], [3])?;
    /// assert!(s.add_scalar(42.0).unwrap_err().to_string().contains("to_dense()"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn add_scalar(&self, number: f64) -> Result<Self> {
        let shape = &self.shape;
        Err(Error::Unsupported {
            owner: format!("sparse tensor of shape {shape} + {number}"),
            what: "addition of a number: the result would not be sparse",
            remedy: "add it to to_dense(), or to the stored values alone with map()",
        })
    }

    /// Sum of two sparse tensors of one shape.
    ///
    /// # Errors
    /// [`Error::Shape`] for two shapes, [`Error::MixedDTypes`] for two element types, [`Error::DType`] unless
    /// they are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let a = SparseTensor::new([[0], [2]], [1, 2], [3])?;
    /// let b = SparseTensor::new([[1], [2]], [10, 20], [3])?;
    /// assert_eq!(a.add(&b)?.to_dense()?.to_vec::<i32>()?, [1, 10, 22]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn add(&self, other: &Self) -> Result<Self> {
        same_dtype("sparse add", self.dtype(), other.dtype())?;
        if self.shape != other.shape {
            return Err(Error::Shape {
                op: "sparse add",
                left: self.shape.to_vec(),
                right: other.shape.to_vec(),
                rule: "both must have the same shape",
            });
        }
        let values = rows::join(&[(&self.values, self.n_values()), (&other.values, other.n_values())])?;
        let indices = [&*self.indices, &*other.indices].concat();
        Self::trusted(indices, values, self.shape.clone()).coalesce()
    }

    /// Sum with a regular tensor, which is regular; shapes broadcast.
    ///
    /// # Errors
    /// As [`to_dense`](Self::to_dense) and [`Tensor::add`].
    pub fn add_dense(&self, dense: &Tensor) -> Result<Tensor> {
        self.to_dense()?.add(dense)
    }

    /// Product with a regular tensor that broadcasts to this shape: sparse, with the same indices. Gradients
    /// flow to both.
    ///
    /// # Errors
    /// [`Error::Shape`] if `dense` does not broadcast to this shape, otherwise as [`Tensor::mul`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::SparseTensor};
    ///
    /// let s = SparseTensor::new([[0, 1], [1, 0]], [2, 3], [2, 2])?;
    /// let by_column = s.mul_dense(&Tensor::from([10, 100]))?;
    /// assert_eq!(by_column.to_dense()?.to_vec::<i32>()?, [0, 200, 30, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn mul_dense(&self, dense: &Tensor) -> Result<Self> {
        let beside = self.beside("sparse mul_dense", dense)?;
        self.map(|values| values.mul(&beside))
    }

    /// Quotient by a regular tensor, where something is stored; otherwise as [`mul_dense`](Self::mul_dense).
    ///
    /// # Errors
    /// As [`mul_dense`](Self::mul_dense) and [`Tensor::div`].
    pub fn div_dense(&self, dense: &Tensor) -> Result<Self> {
        let beside = self.beside("sparse div_dense", dense)?;
        self.map(|values| values.div(&beside))
    }

    /// The element of `dense` beside every stored value.
    fn beside(&self, op: &'static str, dense: &Tensor) -> Result<Tensor> {
        let shape = dense.shape();
        let fits = shape.broadcast(op, &self.shape)? == self.shape;
        if !fits || !shape.is_known() {
            return Err(Error::Shape {
                op,
                left: self.shape.to_vec(),
                right: shape.to_vec(),
                rule: "the regular tensor must broadcast to the shape of the sparse one, with known lengths",
            });
        }
        let lead = self.rank() - shape.rank();
        let position = |index: &[usize]| {
            let stretched = index[lead..].iter().zip(shape.iter());
            let own: Vec<usize> = stretched
                .map(|(&i, &length)| if length == 1 { 0 } else { i })
                .collect();
            flat(&own, shape)
        };
        let positions: Vec<usize> = self.entries().map(position).collect();
        rows::pick(&dense.reshape(&[-1])?, dense.len(), positions)
    }

    /// Sum over `axes`, which vanish, as a regular tensor; over all of them if none is given.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist, [`Error::DType`] unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[0, 1], [1, 0], [1, 1]], [1, 2, 3], [2, 2])?;
    /// assert_eq!(s.sum(&[0])?.to_vec::<i32>()?, [2, 4]);
    /// assert_eq!(s.sum(&[])?.item::<i32>()?, 6);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sum(&self, axes: &[isize]) -> Result<Tensor> {
        const OP: &str = "sparse sum";
        let axes = self.shape.axes(OP, axes)?;
        let kept: Vec<usize> = (0..self.rank()).filter(|axis| !axes.contains(axis)).collect();
        let shape: Shape = kept.iter().map(|&axis| self.shape[axis]).collect();
        let len = shape.checked_len(OP)?;
        let position = |index: &[usize]| {
            let own: Vec<usize> = kept.iter().map(|&axis| index[axis]).collect();
            flat(&own, &shape)
        };
        let positions: Vec<usize> = self.entries().map(position).collect();
        let lengths: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
        rows::place(&self.values, positions, len)?.reshape(&lengths)
    }
}

/// The panicking twins of the named methods.
impl Mul<f64> for &SparseTensor {
    type Output = SparseTensor;

    #[track_caller]
    fn mul(self, number: f64) -> SparseTensor {
        self.mul_scalar(number).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Mul<&SparseTensor> for f64 {
    type Output = SparseTensor;

    #[track_caller]
    fn mul(self, sparse: &SparseTensor) -> SparseTensor {
        sparse * self
    }
}

impl Div<f64> for &SparseTensor {
    type Output = SparseTensor;

    #[track_caller]
    fn div(self, number: f64) -> SparseTensor {
        self.div_scalar(number).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Neg for &SparseTensor {
    type Output = SparseTensor;

    #[track_caller]
    fn neg(self) -> SparseTensor {
        self.map(Tensor::neg).unwrap_or_else(|error| panic!("{error}"))
    }
}
