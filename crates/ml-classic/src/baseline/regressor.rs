//! The constant that a regressor has to beat.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score, check,
    ndarray::{Array1, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use crate::metrics::{r2_score_with, weighted_median, weighted_quantile};

/// Which constant to predict.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegressorStrategy {
    /// The mean of the training targets: R² of 0 on them.
    #[default]
    Mean,
    /// Their median.
    Median,
    /// Their quantile, between 0 and 1 (linear between neighbours).
    Quantile(f64),
    /// A constant of your own: last year's figure, an expert's estimate.
    Constant(f64),
}

/// Predicts one constant whatever the features: the baseline of a regression task.
///
/// `x` is not looked at, except for its number of rows; it may hold missing values.
///
/// # Examples
/// ```
/// use ml_classic::baseline::{DummyRegressor, RegressorStrategy};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![1.0, 2.0, 9.0]);
/// let model = DummyRegressor::default().strategy(RegressorStrategy::Median).fit(x.view(), y.view())?;
/// assert_eq!(model.predict(x.view())?, array![2.0, 2.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Setters, Serialize, Deserialize)]
pub struct DummyRegressor {
    /// Which constant to predict. Default the mean.
    pub strategy: RegressorStrategy,
}
ml_core::impl_params!(DummyRegressor);

/// What [`DummyRegressor`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedDummyRegressor<F> {
    /// The prediction for every row.
    pub constant: F,
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for DummyRegressor {
    type Fitted = FittedDummyRegressor<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Self::Fitted> {
        let op = "DummyRegressor";
        check::same_rows(op, x.nrows(), y.len())?;
        check::not_empty(op, y.insert_axis(ml_core::ndarray::Axis(1)))?;
        check::finite_target(op, y)?;
        let weights = context.weights_for(op, y.len())?;
        let y = y.mapv(F::as_f64);
        let constant = match self.strategy {
            RegressorStrategy::Mean => match weights {
                None => y.sum() / y.len() as f64,
                Some(weights) => y.dot(&weights) / weights.sum(),
            },
            RegressorStrategy::Median => weighted_median(y.view(), weights),
            RegressorStrategy::Quantile(q) => {
                check::parameter("quantile", q, (0.0..=1.0).contains(&q), "in [0, 1]")?;
                weighted_quantile(y.view(), weights, q)
            }
            RegressorStrategy::Constant(value) => {
                check::parameter("constant", value, value.is_finite(), "finite")?;
                value
            }
        };
        Ok(FittedDummyRegressor {
            constant: F::of(constant),
        })
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedDummyRegressor<F> {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        Ok(Array1::from_elem(x.nrows(), self.constant))
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedDummyRegressor<F> {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

ml_core::regressor!(DummyRegressor => FittedDummyRegressor<f64>);

impl Persist for FittedDummyRegressor<f32> {
    const TYPE_NAME: &'static str = "ml_classic::FittedDummyRegressor<f32>";
}

impl Persist for FittedDummyRegressor<f64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedDummyRegressor<f64>";
}
