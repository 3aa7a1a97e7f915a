//! `LinearRegression`.

use std::sync::Once;

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
    sprs::CsMatView,
};
use serde::{Deserialize, Serialize};

use super::{
    dynamic::{linear_estimator, linear_regressor_model},
    least_squares::fit_plane,
    line::values,
    moments::Rows,
    pitfalls::warn_of_closed_form,
};
use crate::{metrics::r2_score_with, outputs, solve::Matrix};

pub(super) const OP: &str = "LinearRegression";

static MANY_COLUMNS: Once = Once::new();

/// Ordinary least squares: minimises `Σ (y - x·coef - intercept)²`, not regularised.
///
/// When columns repeat others, or there are more columns than rows, many `coef` do equally well; the
/// shortest is taken, as by the pseudo-inverse. Sample weights multiply the squares.
///
/// Scaling the columns is not needed. Cost: `O(rows·columns²)`, linear in the rows, so many rows are
/// fine; beyond some ten thousand columns (20,000 warn) use gradient descent. Tall data go through the normal
/// equations when these are exact enough (their condition is checked), everything else through
/// singular values; both agree to 1e-9. Sparse rows (CSR) go through LSQR, which needs only their products with
/// vectors: `O(stored values)` an iteration.
///
/// Memory: a few times `columns²` for tall data, of which no copy is made; with fewer than four rows a column the
/// singular values need a centred copy, and as much again for their vectors.
///
/// Source: Legendre (1805); Penrose, "On best approximate solutions of linear matrix equations",
/// Proc. Cambridge Phil. Soc. 52 (1956); Paige and Saunders, "LSQR", ACM TOMS 8 (1982).
///
/// # Examples
/// ```
/// use ml_classic::linear::LinearRegression;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![1.0, 3.0, 5.0]);
/// let model = LinearRegression::default().fit(x.view(), y.view())?;
/// assert!((model.coef[0] - 2.0f64).abs() < 1e-12 && (model.intercept - 1.0).abs() < 1e-12);
/// assert!((model.predict(array![[10.0]].view())?[0] - 21.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct LinearRegression {
    /// Whether to learn the intercept; without it the plane goes through the origin. Default true.
    pub fit_intercept: bool,
    /// Singular values up to `tol` times the largest count as zero; of sparse rows, the relative precision at which LSQR
    /// stops: in [0, 1). Default 1e-6.
    pub tol: f64,
}
ml_core::impl_params!(LinearRegression);

impl Default for LinearRegression {
    fn default() -> Self {
        Self {
            fit_intercept: true,
            tol: 1e-6,
        }
    }
}

impl LinearRegression {
    pub(super) fn check(&self) -> Result<()> {
        check::parameter("tol", self.tol, (0.0..1.0).contains(&self.tol), "in [0, 1)")
    }
}

/// What [`LinearRegression`] learned about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedLinearRegression<F> {
    /// `[columns]`, in units of the target per unit of the column.
    pub coef: Array1<F>,
    /// In units of the target; 0 without `fit_intercept`.
    pub intercept: F,
    /// Rank of the centred training data.
    pub rank: usize,
    /// Their singular values in descending order: `[min(rows, columns)]`.
    pub singular_values: Array1<F>,
}

/// What [`LinearRegression`] learned about several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedMultiLinearRegression<F> {
    /// `[outputs, columns]`.
    pub coef: Array2<F>,
    /// `[outputs]`; 0 without `fit_intercept`.
    pub intercept: Array1<F>,
    /// Rank of the centred training data.
    pub rank: usize,
    /// Their singular values in descending order: `[min(rows, columns)]`.
    pub singular_values: Array1<F>,
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for LinearRegression {
    type Fitted = FittedLinearRegression<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedLinearRegression<F>> {
        let fitted = self.fit_with(x, outputs::column(y), context)?;
        Ok(FittedLinearRegression {
            coef: fitted.coef.index_axis_move(Axis(0), 0),
            intercept: fitted.intercept[0],
            rank: fitted.rank,
            singular_values: fitted.singular_values,
        })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView2<'_, F>> for LinearRegression {
    type Fitted = FittedMultiLinearRegression<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiLinearRegression<F>> {
        self.check()?;
        outputs::check_numbers(OP, x, y)?;
        let weights = context.weights_for(OP, x.nrows())?;
        let remedy = "use SGDRegressor on scaled columns, or Ridge with the solver \"conjugate_gradients\"";
        warn_of_closed_form(OP, x.dim(), remedy, &MANY_COLUMNS);
        let plane = fit_plane(Rows { x, y, weights }, self.fit_intercept, self.tol)?;
        Ok(FittedMultiLinearRegression {
            coef: plane.coef.t().mapv(F::of),
            intercept: plane.intercept.mapv(F::of),
            rank: plane.rank,
            singular_values: plane.singular_values.mapv(F::of),
        })
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedLinearRegression<F> {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        check::prediction_rows(OP, x, self.coef.len())?;
        Ok(x.dot(&self.coef) + self.intercept)
    }
}

impl<F: Float> Predict<CsMatView<'_, F>> for FittedLinearRegression<F> {
    type Output = Array1<F>;

    fn predict(&self, x: CsMatView<'_, F>) -> Result<Array1<F>> {
        let x = x.queries(OP, self.coef.len())?;
        let coef = self.coef.mapv(|w| w.as_f64());
        Ok(values(&x, &coef, self.intercept.as_f64()))
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedMultiLinearRegression<F> {
    type Output = Array2<F>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::prediction_rows(OP, x, self.coef.ncols())?;
        Ok(x.dot(&self.coef.t()) + &self.intercept)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedLinearRegression<F> {
    /// R².
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView2<'_, F>> for FittedMultiLinearRegression<F> {
    /// The mean R² of the outputs.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        outputs::mean_r2(y, self.predict(x)?.view(), weights)
    }
}

impl Persist for FittedLinearRegression<f64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedLinearRegression<f64>";
}

impl Persist for FittedLinearRegression<f32> {
    const TYPE_NAME: &'static str = "ml_classic::FittedLinearRegression<f32>";
}

impl Persist for FittedMultiLinearRegression<f64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiLinearRegression<f64>";
}

impl Persist for FittedMultiLinearRegression<f32> {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiLinearRegression<f32>";
}

linear_estimator!(LinearRegression, Regression, numbers);
linear_regressor_model!(FittedLinearRegression<f64>, "LinearRegression");
