//! `RidgeCV`.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Result, check, linalg,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    dynamic::linear_estimator,
    line::{Targets, finite_line, fitted_line},
};
use crate::solve::Matrix;

const OP: &str = "RidgeCV";

/// [`Ridge`](super::Ridge) whose `alpha` is the one with the least squared error on every row in turn, left out of the
/// fit.
///
/// No fit is repeated: with the singular values of the data all errors follow from one fit per strength,
/// `e_i / (1 - h_i)`, where `h_i` is the leverage of the row.
///
/// **Cost**: `O(rows·columns²)` once, `O(rows·columns)` a strength. **Source**: Golub, Heath, Wahba, "Generalized
/// Cross-Validation as a Method for Choosing a Good Ridge Parameter", Technometrics 21 (1979).
///
/// # Examples
/// ```
/// use ml_classic::linear::RidgeCV;
/// use ml_core::{Fit, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![1.0, 3.0, 5.0, 7.0]);
/// let model = RidgeCV::default().fit(x.view(), y.view())?;
/// assert_eq!(model.alpha, 0.1); // a perfect line needs the least penalty
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct RidgeCV {
    /// The strengths to try, above 0. Default 0.1, 1, 10.
    pub alphas: Vec<f64>,
    /// Whether to learn an intercept; without it, centre the data. Default true.
    pub fit_intercept: bool,
}
ml_core::impl_params!(RidgeCV);

impl Default for RidgeCV {
    fn default() -> Self {
        Self {
            alphas: vec![0.1, 1.0, 10.0],
            fit_intercept: true,
        }
    }
}

fitted_line! {
    /// What [`RidgeCV`] learned: the chosen model.
    FittedRidgeCV, "RidgeCV", {
        /// The chosen strength.
        alpha: f64,
        /// Mean squared error of the rows left out, one a strength.
        errors: Array1<f64>,
    }
}

impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for RidgeCV {
    type Fitted = FittedRidgeCV;

    fn fit_with(
        &self,
        x: X,
        y: ArrayView1<'_, X::Element>,
        context: &FitContext<'_>,
    ) -> Result<FittedRidgeCV> {
        for &alpha in &self.alphas {
            check::parameter(
                "alphas",
                alpha,
                alpha > 0.0 && alpha.is_finite(),
                "all finite and > 0",
            )?;
        }
        if self.alphas.is_empty() {
            return Err(Error::Empty {
                op: OP,
                what: "alphas".to_owned(),
                least: "1 strength",
            });
        }
        let x = x.design(OP)?;
        let targets = Targets::new(OP, &x, y, context)?;
        let (x_mean, y_mean) = targets.centre(&x, self.fit_intercept);
        let mut rows = Array2::zeros((x.n_rows(), x.n_columns()));
        for (row, mut to) in rows.rows_mut().into_iter().enumerate() {
            x.for_each(row, |j, v| to[j] = ml_core::Float::as_f64(v));
            to -= &x_mean;
            to *= targets.weights[row].sqrt();
        }
        let roots: Array1<f64> = targets.weights.iter().map(|weight| weight.sqrt()).collect();
        let y = (Array1::from(targets.y.clone()) - y_mean) * &roots;
        let svd = linalg::svd(rows.view())?;
        let along = svd.u.t().dot(&y);
        let total: f64 = targets.weights.iter().sum();
        // What of a row's leverage the mean takes.
        let of_mean = roots.mapv(|root| {
            if self.fit_intercept {
                root * root / total
            } else {
                0.0
            }
        });
        let error = |&alpha: &f64| {
            let kept = svd.s.mapv(|s| s * s / (s * s + alpha));
            let residual = &y - &svd.u.dot(&(&kept * &along));
            let leverage = svd.u.mapv(|u| u * u).dot(&kept) + &of_mean;
            let left_out = residual
                .iter()
                .zip(&leverage)
                .map(|(e, h)| (e / (1.0 - h).max(f64::MIN_POSITIVE)).powi(2));
            left_out.sum::<f64>() / total
        };
        let errors: Array1<f64> = self.alphas.iter().map(error).collect();
        let best = errors
            .iter()
            .enumerate()
            .fold(0, |best, (i, e)| if *e < errors[best] { i } else { best });
        let alpha = self.alphas[best];
        let shares = svd.s.mapv(|s| s / (s * s + alpha));
        let coef = svd.vt.t().dot(&(shares * &along));
        let intercept = y_mean - x_mean.dot(&coef);
        finite_line(OP, &coef, intercept)?;
        Ok(FittedRidgeCV {
            coef,
            intercept,
            alpha,
            errors,
        })
    }
}

linear_estimator!(RidgeCV, Regression, numbers);
