//! Random forest for numbers.

use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};

use super::{
    grove::{Grove, fitted_forest},
    plan::forest_estimator,
};
use crate::{
    metrics::r2_score_with,
    outputs,
    tree::{MaxFeatures, RegressionCriterion, learn::Numbers},
};

forest_estimator! {
    /// Random forest for numbers: the mean prediction of trees grown on bootstraps of the rows.
    ///
    /// Hyperparameters, defaults and semantics are Scikit-Learn's: all features at every node by default
    /// (a third or fewer often does better), rows that a bootstrap draws several times weigh more
    /// and count once for `min_samples_*`. Tree `i` draws from stream `i` of `seed`, so the forest is the
    /// same for any number of threads. Thresholds keep the precision of `x`; see
    /// [`DecisionTreeRegressor`](crate::tree::DecisionTreeRegressor), also for targets of several outputs.
    ///
    /// **Cost**: as many trees; they grow in parallel and share one ranked copy of `x`.
    /// **Source**: Breiman, "Random Forests", Machine Learning 45 (2001).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::ensemble::RandomForestRegressor;
    /// use ml_core::{Fit, Predict, ndarray::{Array, Array1, Axis}};
    ///
    /// let x = Array::linspace(0.0, 1.0, 200).insert_axis(Axis(1));
    /// let y = x.column(0).mapv(|v| if v < 0.5 { 1.0 } else { 3.0 });
    /// let model = RandomForestRegressor::default().n_estimators(10).seed(42).fit(x.view(), y.view())?;
    /// let at = Array1::from(vec![0.1, 0.9]).insert_axis(Axis(1));
    /// assert_eq!(model.predict(at.view())?.to_vec(), [1.0, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub struct RandomForestRegressor {
        /// What a split is to reduce. Default squared error.
        #[setters(into)]
        pub criterion: RegressionCriterion = RegressionCriterion::SquaredError,
        growth { max_features = MaxFeatures::All, "all" }
        oob "R²"
    }
}

fitted_forest! {
    /// What [`RandomForestRegressor`] learned about one target.
    pub struct FittedRandomForestRegressor of RandomForestRegressor {}
    width(|stored| 1)
}

fitted_forest! {
    /// What [`RandomForestRegressor`] learned about several targets.
    pub struct FittedMultiRandomForestRegressor of RandomForestRegressor {
        /// Number of targets.
        pub n_outputs: usize,
    }
    width(|stored| stored.n_outputs)
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for RandomForestRegressor {
    type Fitted = FittedRandomForestRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedRandomForestRegressor> {
        let grove = self.fit_with(x, outputs::column(y), context)?.grove;
        Ok(FittedRandomForestRegressor { grove })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView2<'_, F>> for RandomForestRegressor {
    type Fitted = FittedMultiRandomForestRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiRandomForestRegressor> {
        let task = Numbers::new("RandomForestRegressor::fit", self.criterion, x, y, context)?;
        let grove = self.plan().grow(x, &task, context.observer)?;
        let n_outputs = y.ncols();
        Ok(FittedMultiRandomForestRegressor { n_outputs, grove })
    }
}

impl Persist for FittedRandomForestRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedRandomForestRegressor";
}

impl Persist for FittedMultiRandomForestRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiRandomForestRegressor";
}

fn means<F: Float>(grove: &Grove, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
    let means = grove.average::<F, Numbers>("RandomForestRegressor::predict", x)?;
    Ok(means.mapv(F::of))
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedRandomForestRegressor {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        Ok(means(&self.grove, x)?.index_axis_move(Axis(1), 0))
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedMultiRandomForestRegressor {
    type Output = Array2<F>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        means(&self.grove, x)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedRandomForestRegressor {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView2<'_, F>> for FittedMultiRandomForestRegressor {
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

ml_core::regressor!(RandomForestRegressor => FittedRandomForestRegressor, {
    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.feature_importances().to_vec())
    }
});
