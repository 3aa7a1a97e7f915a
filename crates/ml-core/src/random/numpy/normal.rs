//! Normal numbers.

use ndarray::{Array, IntoDimension};

use super::{NumpyRng, filled};
use crate::{Result, check};

impl NumpyRng {
    /// `standard_normal()`: one number with mean 0 and variance 1, by Marsaglia's polar method, which
    /// makes two at a time and keeps the second for the next call.
    pub fn standard_normal(&mut self) -> f64 {
        if let Some(second) = self.second_normal.take() {
            return second;
        }
        loop {
            let u = 2.0 * self.random() - 1.0;
            let v = 2.0 * self.random() - 1.0;
            let r2 = u * u + v * v;
            if r2 < 1.0 && r2 != 0.0 {
                let factor = (-2.0 * r2.ln() / r2).sqrt();
                self.second_normal = Some(factor * u);
                return factor * v;
            }
        }
    }

    /// `randn(*shape)`: normal with mean 0 and variance 1.
    ///
    /// # Examples
    /// ```
    /// use ml_core::random::NumpyRng;
    ///
    /// let x = NumpyRng::new(42).randn((2, 2));
    /// assert_eq!(x[[0, 0]], 0.4967141530112327);
    /// assert_eq!(x[[1, 1]], 1.5230298564080254);
    /// ```
    pub fn randn<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        filled(shape, || self.standard_normal())
    }

    /// `normal(mean, standard_deviation, shape)`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if the standard deviation is negative or NaN.
    pub fn normal<S: IntoDimension>(
        &mut self,
        mean: f64,
        standard_deviation: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        let valid = standard_deviation >= 0.0;
        check::parameter("standard_deviation", standard_deviation, valid, "at least 0")?;
        Ok(filled(shape, || {
            mean + standard_deviation * self.standard_normal()
        }))
    }

    /// `lognormal(mean, sigma, shape)`: its logarithm is normal.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if `sigma` is negative or NaN.
    pub fn lognormal<S: IntoDimension>(
        &mut self,
        mean: f64,
        sigma: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        check::parameter("sigma", sigma, sigma >= 0.0, "at least 0")?;
        Ok(filled(shape, || (mean + sigma * self.standard_normal()).exp()))
    }
}
