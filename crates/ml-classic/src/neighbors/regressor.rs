//! The mean target of the nearest rows.

use ml_core::{
    Fit, FitContext, Float, Predict, Result, Score,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};

use super::neighborhood::{fitted_neighbors, neighbors_estimator};
use crate::{metrics::r2_score_with, outputs};

neighbors_estimator! {
    /// Predicts the mean target of the `n_neighbors` training rows nearest to a row.
    ///
    /// Targets may be one column or several, `[rows, outputs]`.
    ///
    /// Source: Fix and Hodges, "Discriminatory analysis", USAF School of Aviation Medicine (1951).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::neighbors::KNeighborsRegressor;
    /// use ml_core::{Fit, Predict, ndarray::array};
    ///
    /// // GDP per person and life satisfaction of Portugal, Slovenia, Spain; then Cyprus.
    /// let (x, y) = (array![[19_121.6], [20_732.0], [25_864.7]], array![5.1, 5.7, 6.5]);
    /// let model = KNeighborsRegressor::default().n_neighbors(3usize).fit(x.view(), y.view())?;
    /// let satisfaction = model.predict(array![[22_587.0]].view())?;
    /// assert!(f64::abs(satisfaction[0] - 5.766_666_667) < 1e-9);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub struct KNeighborsRegressor;
}

fitted_neighbors! {
    /// What [`KNeighborsRegressor`] keeps: the training rows and targets.
    pub struct FittedKNeighborsRegressor<F> of KNeighborsRegressor {
        y: Array1<F>,
    }
    stored as
        "FittedKNeighborsRegressor<f32>": FittedKNeighborsRegressor<f32>,
        "FittedKNeighborsRegressor<f64>": FittedKNeighborsRegressor<f64>
}

fitted_neighbors! {
    /// What [`KNeighborsRegressor`] keeps for several targets.
    pub struct FittedMultiKNeighborsRegressor<F> of KNeighborsRegressor {
        y: Array2<F>,
    }
    stored as
        "FittedMultiKNeighborsRegressor<f32>": FittedMultiKNeighborsRegressor<f32>,
        "FittedMultiKNeighborsRegressor<f64>": FittedMultiKNeighborsRegressor<f64>
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for KNeighborsRegressor {
    type Fitted = FittedKNeighborsRegressor<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedKNeighborsRegressor<F>> {
        let FittedMultiKNeighborsRegressor { y, rows } = self.fit_with(x, outputs::column(y), context)?;
        let y = y.index_axis_move(Axis(1), 0);
        Ok(FittedKNeighborsRegressor { y, rows })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView2<'_, F>> for KNeighborsRegressor {
    type Fitted = FittedMultiKNeighborsRegressor<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiKNeighborsRegressor<F>> {
        outputs::check_numbers("KNeighborsRegressor", x, y)?;
        let rows = self.how().keep(x, context)?;
        let y = y.to_owned();
        Ok(FittedMultiKNeighborsRegressor { y, rows })
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedKNeighborsRegressor<F> {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let mut means = Vec::with_capacity(x.nrows());
        self.rows
            .for_each("KNeighborsRegressor", x, |neighbors, weights| {
                means.push(mean(self.y.view(), neighbors, weights));
            })?;
        Ok(means.into())
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedMultiKNeighborsRegressor<F> {
    type Output = Array2<F>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let shape = (x.nrows(), self.y.ncols());
        let mut means = Vec::with_capacity(shape.0 * shape.1);
        self.rows
            .for_each("KNeighborsRegressor", x, |neighbors, weights| {
                means.extend(self.y.columns().into_iter().map(|y| mean(y, neighbors, weights)));
            })?;
        Ok(Array2::from_shape_vec(shape, means).expect("a mean a row and output"))
    }
}

fn mean<F: Float>(y: ArrayView1<'_, F>, neighbors: &[usize], weights: &[f64]) -> F {
    let terms = neighbors.iter().zip(weights);
    let sum: f64 = terms.map(|(&row, weight)| weight * y[row].as_f64()).sum();
    F::of(sum / weights.iter().sum::<f64>())
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedKNeighborsRegressor<F> {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView2<'_, F>> for FittedMultiKNeighborsRegressor<F> {
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

ml_core::regressor!(KNeighborsRegressor => FittedKNeighborsRegressor<f64>);
