//! Exponential, gamma, chi-square and beta.

use ndarray::{Array, IntoDimension};

use super::{NumpyRng, filled};
use crate::{Result, check};

impl NumpyRng {
    /// `standard_exponential()`: one number with mean 1, by inversion.
    pub fn standard_exponential(&mut self) -> f64 {
        // 1 - u is never 0, as u is never 1.
        -(1.0 - self.random()).ln()
    }

    /// `exponential(scale, shape)`: with mean `scale`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if `scale` is negative or NaN.
    pub fn exponential<S: IntoDimension>(&mut self, scale: f64, shape: S) -> Result<Array<f64, S::Dim>> {
        check::parameter("scale", scale, scale >= 0.0, "at least 0")?;
        Ok(filled(shape, || scale * self.standard_exponential()))
    }

    /// `standard_gamma(alpha, shape)`: gamma with shape parameter `alpha` and scale 1.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if `alpha` is negative or NaN.
    pub fn standard_gamma<S: IntoDimension>(&mut self, alpha: f64, shape: S) -> Result<Array<f64, S::Dim>> {
        self.gamma(alpha, 1.0, shape)
    }

    /// `gamma(alpha, scale, shape)`: mean `alpha * scale`, variance `alpha * scale^2`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if `alpha` or `scale` is negative or NaN.
    pub fn gamma<S: IntoDimension>(
        &mut self,
        alpha: f64,
        scale: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        check::parameter("alpha", alpha, alpha >= 0.0, "at least 0")?;
        check::parameter("scale", scale, scale >= 0.0, "at least 0")?;
        Ok(filled(shape, || scale * self.one_gamma(alpha)))
    }

    /// `chisquare(degrees_of_freedom, shape)`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless the degrees of freedom are positive.
    pub fn chisquare<S: IntoDimension>(
        &mut self,
        degrees_of_freedom: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        let valid = degrees_of_freedom > 0.0;
        check::parameter("degrees_of_freedom", degrees_of_freedom, valid, "above 0")?;
        Ok(filled(shape, || 2.0 * self.one_gamma(degrees_of_freedom / 2.0)))
    }

    /// `beta(a, b, shape)`: between 0 and 1, with mean `a / (a + b)`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless `a` and `b` are positive.
    pub fn beta<S: IntoDimension>(&mut self, a: f64, b: f64, shape: S) -> Result<Array<f64, S::Dim>> {
        check::parameter("a", a, a > 0.0, "above 0")?;
        check::parameter("b", b, b > 0.0, "above 0")?;
        Ok(filled(shape, || {
            if a <= 1.0 && b <= 1.0 {
                return self.small_beta(a, b);
            }
            let (x, y) = (self.one_gamma(a), self.one_gamma(b));
            x / (x + y)
        }))
    }

    pub(super) fn one_gamma(&mut self, alpha: f64) -> f64 {
        if alpha == 1.0 {
            self.standard_exponential()
        } else if alpha == 0.0 {
            0.0
        } else if alpha < 1.0 {
            self.small_gamma(alpha)
        } else {
            self.large_gamma(alpha)
        }
    }

    /// Rejection for `alpha < 1` (Ahrens and Dieter, 1974, with an exponential test variable).
    fn small_gamma(&mut self, alpha: f64) -> f64 {
        loop {
            let u = self.random();
            let v = self.standard_exponential();
            if u <= 1.0 - alpha {
                let x = u.powf(1.0 / alpha);
                if x <= v {
                    return x;
                }
            } else {
                let y = -((1.0 - u) / alpha).ln();
                let x = (1.0 - alpha + alpha * y).powf(1.0 / alpha);
                if x <= v + y {
                    return x;
                }
            }
        }
    }

    /// Squeeze of a cubed normal for `alpha > 1` (Marsaglia and Tsang, ACM TOMS 26, 2000).
    fn large_gamma(&mut self, alpha: f64) -> f64 {
        let b = alpha - 1.0 / 3.0;
        let c = 1.0 / (9.0 * b).sqrt();
        loop {
            let (x, root) = loop {
                let x = self.standard_normal();
                let root = 1.0 + c * x;
                if root > 0.0 {
                    break (x, root);
                }
            };
            let v = root * root * root;
            let u = self.random();
            if u < 1.0 - 0.0331 * (x * x) * (x * x) {
                return b * v;
            }
            if u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
                return b * v;
            }
        }
    }

    /// Rejection for `a <= 1` and `b <= 1` (Johnk, Metrika 8, 1964).
    fn small_beta(&mut self, a: f64, b: f64) -> f64 {
        loop {
            let (u, v) = (self.random(), self.random());
            let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
            if x + y > 1.0 || u + v <= 0.0 {
                continue;
            }
            if x + y > 0.0 {
                return x / (x + y);
            }
            // Both powers underflowed: the same ratio by logarithms.
            let (log_x, log_y) = (u.ln() / a, v.ln() / b);
            let larger = log_x.max(log_y);
            let (log_x, log_y) = (log_x - larger, log_y - larger);
            return (log_x - (log_x.exp() + log_y.exp()).ln()).exp();
        }
    }
}
