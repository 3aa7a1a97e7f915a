//! Powers and rank of matrices.

use super::Sides;
use crate::{DType, Result, Tensor};

impl Tensor {
    /// The product of a square matrix with itself, `exponent` times: of 0 the identity, of a negative number that
    /// of the inverse. By squaring: `O(log exponent)` products.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) unless the last two axes have one length,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`,
    /// [`Error::Numerical`](crate::Error::Numerical) for a negative power of a singular matrix.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let fibonacci = Tensor::from([[1.0, 1.0], [1.0, 0.0]]);
    /// assert_eq!(fibonacci.matrix_power(10)?.to_vec::<f64>()?, [89.0, 55.0, 55.0, 34.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matrix_power(&self, exponent: i32) -> Result<Tensor> {
        Sides::square("matrix_power", &self.spec())?;
        let mut base = match exponent < 0 {
            true => self.inverse()?,
            false => self.clone(),
        };
        let mut left = exponent.unsigned_abs();
        let mut power: Option<Tensor> = None;
        while left > 0 {
            if left & 1 == 1 {
                power = Some(match power {
                    Some(power) => power.matmul(&base)?,
                    None => base.clone(),
                });
            }
            left >>= 1;
            if left > 0 {
                base = base.matmul(&base)?;
            }
        }
        match power {
            Some(power) => Ok(power),
            None => self.zeros_like()?.set_diag(&self.number_like(1.0)?, 0),
        }
    }

    /// How many singular values exceed the largest one times the longer side times the precision of the element
    /// type, `i64`. As `numpy.linalg.matrix_rank`.
    ///
    /// # Errors
    /// As [`svd`](Self::svd).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1.0, 2.0], [2.0, 4.0]]).matrix_rank()?.item::<i64>()?, 1);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matrix_rank(&self) -> Result<Tensor> {
        let sides = Sides::of("matrix_rank", &self.spec())?;
        let precision = match self.dtype() {
            DType::F32 => f64::from(f32::EPSILON),
            _ => f64::EPSILON,
        };
        let values = self.stop_gradient().svd()?.1;
        let longer = sides.rows.max(sides.columns) as f64;
        let least = values.max_keep(&[-1])?.mul_scalar(longer * precision)?;
        values.greater(&least)?.count_nonzero(&[-1])
    }
}
