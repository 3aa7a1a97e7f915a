//! `RidgeCV`.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Result, check,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    dynamic::linear_estimator,
    leave_one_out::Lesson,
    line::{Targets, finite_line, fitted_line},
};
use crate::solve::Matrix;

const OP: &str = "RidgeCV";

/// [`Ridge`](super::Ridge) whose `alpha` is the one with the least squared error on every row in turn, left out of the
/// fit.
///
/// No fit is repeated: with the main axes of the data all errors follow from one fit per strength,
/// `e_i / (1 - h_i)`, where `h_i` is the leverage of the row.
///
/// **Cost**: `O(rows·columns²)` once, `O(rows·columns)` a strength, with rows and columns exchanged for wide data.
/// **Memory**: a few times `columns²`, or `rows²` for wide data, beside the rows, of which no copy is made; sparse ones
/// stay sparse. **Source**: Golub, Heath, Wahba, "Generalized
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
        let lesson = Lesson {
            x: &x,
            targets: &targets,
            x_mean: x_mean.as_slice().expect("an owned vector is contiguous"),
            y_mean,
            intercept: self.fit_intercept,
        };
        let (coefs, errors) = lesson.solve(&self.alphas)?;
        let best = errors
            .iter()
            .enumerate()
            .fold(0, |best, (i, e)| if *e < errors[best] { i } else { best });
        let (alpha, coef) = (self.alphas[best], coefs.column(best).to_owned());
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
