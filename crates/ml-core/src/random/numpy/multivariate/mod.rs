//! Multivariate normal numbers.

mod bidiagonal;
mod householder;

use ndarray::{Array2, ArrayView1, ArrayView2};

use self::{bidiagonal::singular_values_and_right_vectors, householder::bidiagonalise};
use super::NumpyRng;
use crate::{Error, Result, check};

const OP: &str = "NumpyRng::multivariate_normal";
/// How far the covariance may be from symmetric and positive semi-definite, as in NumPy.
const TOLERANCE: f64 = 1e-8;

impl NumpyRng {
    /// `multivariate_normal(mean, covariance, size)`: `[size, dimensions]`.
    ///
    /// The square root of the covariance comes from its singular value decomposition, by the steps of
    /// LAPACK, whose signs decide the numbers. They agree with NumPy's to about 1e-14 (the order of
    /// summation differs) for up to 25 dimensions; beyond, LAPACK divides and conquers and may choose
    /// other signs, so that the numbers are as good but others. The same holds for a covariance with
    /// equal eigenvalues, unless it is diagonal.
    ///
    /// # Errors
    /// [`Error::Shape`] unless the covariance is square and of the mean's length, [`Error::NotFinite`],
    /// and [`Error::Data`] unless it is symmetric and positive semi-definite.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{NumpyRng, ndarray::array};
    ///
    /// let (mean, covariance) = (array![0.0, 0.0], array![[1.0, 0.5], [0.5, 2.0]]);
    /// let x = NumpyRng::new(0).multivariate_normal(mean.view(), covariance.view(), 2)?;
    /// assert!((x[[0, 0]] - 1.33210702).abs() < 1e-8 && (x[[1, 1]] - 0.57975929).abs() < 1e-8);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn multivariate_normal(
        &mut self,
        mean: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
        size: usize,
    ) -> Result<Array2<f64>> {
        let n = mean.len();
        if covariance.dim() != (n, n) {
            return Err(Error::Shape {
                op: OP,
                left: vec![n],
                right: covariance.shape().to_vec(),
                rule: "the covariance of n means is [n, n]",
            });
        }
        check::not_empty(OP, covariance)?;
        check::finite(OP, covariance)?;
        check::finite(OP, mean.insert_axis(ndarray::Axis(0)))?;
        let mut root = root_of(covariance)?;
        let x = self.randn((size, n));
        root = x.dot(&root);
        root += &mean;
        Ok(root)
    }
}

/// The right singular vectors as rows, times the square roots of the singular values.
fn root_of(covariance: ArrayView2<'_, f64>) -> Result<Array2<f64>> {
    let (diagonal, above, right) = bidiagonalise(covariance.to_owned());
    let Some((values, rotations)) = singular_values_and_right_vectors(diagonal, above) else {
        return Err(Error::Numerical {
            op: OP,
            problem: "the singular value decomposition did not converge".to_owned(),
            remedy: "check the covariance",
        });
    };
    let vectors = rotations.dot(&right);
    let values = ndarray::Array1::from(values).insert_axis(ndarray::Axis(1));
    let rebuilt = vectors.t().dot(&(&vectors * &values));
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE + TOLERANCE * b.abs();
    if !rebuilt.iter().zip(&covariance).all(close) {
        return Err(Error::Data {
            op: OP,
            problem: "the covariance is not symmetric and positive semi-definite".to_owned(),
            remedy: "compute it from data, or as a a' of any matrix a",
        });
    }
    Ok(vectors * values.sqrt())
}
