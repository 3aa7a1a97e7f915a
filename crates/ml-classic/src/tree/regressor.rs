//! Decision tree for numbers.

use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score, Seed,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    MaxFeatures, RegressionCriterion, Splitter, Tree,
    learn::Numbers,
    settings::{tree_accessors, tree_estimator},
};
use crate::{metrics::r2_score_with, outputs};

tree_estimator! {
    /// Decision tree that predicts the mean target of the training rows in a row's leaf (CART).
    ///
    /// Each node is split by the question `x[feature] <= threshold` that reduces the impurity of its two
    /// sides most; thresholds are midpoints between neighbouring values of the node. Among equal
    /// splits the lowest feature wins, then the lowest threshold, so that without `max_features` and
    /// the random `splitter` the tree does not depend on `seed`. Without limits the tree grows until
    /// every leaf holds equal targets, and so memorises the training set.
    ///
    /// Targets may be one column or several, `[rows, outputs]`: one tree then serves all of them, split by the
    /// mean of their impurities.
    ///
    /// Values are compared in the precision they come in: unlike Scikit-Learn, which rounds `x` to
    /// `f32` first and takes values within `1e-7` of one another for equal.
    ///
    /// **Cost**: `O(columns · rows · log(rows))` to fit, `O(log(rows))` a row to predict, for a balanced tree.
    /// **Source**: Breiman, Friedman, Olshen, Stone, "Classification and Regression Trees" (1984).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::tree::DecisionTreeRegressor;
    /// use ml_core::{Fit, Predict, ndarray::array};
    ///
    /// let (x, y) = (array![[1.0], [2.0], [3.0], [4.0]], array![1.0, 1.0, 5.0, 7.0]);
    /// let model = DecisionTreeRegressor::default().max_depth(1).fit(x.view(), y.view())?;
    /// assert_eq!(model.tree.split(0).unwrap().threshold, 2.5);
    /// assert_eq!(model.predict(array![[0.0], [9.0]].view())?, array![1.0, 6.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub struct DecisionTreeRegressor {
        /// What a split is to reduce. Default squared error.
        #[setters(into)]
        pub criterion: RegressionCriterion = RegressionCriterion::SquaredError,
        /// Best or random thresholds. Default best.
        #[setters(into)]
        pub splitter: Splitter = Splitter::Best,
        growth { max_features = MaxFeatures::All, "all" }
        /// Source of the drawn features and thresholds.
        #[setters(into)]
        pub seed: Seed = Seed::default(),
    }
}

/// What [`DecisionTreeRegressor`] learned about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedDecisionTreeRegressor {
    /// Questions and node statistics; a node's value is its mean (or median) target.
    pub tree: Tree,
}

/// What [`DecisionTreeRegressor`] learned about several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedMultiDecisionTreeRegressor {
    /// Questions and node statistics; a node's value is the mean (or median) of every target.
    pub tree: Tree,
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for DecisionTreeRegressor {
    type Fitted = FittedDecisionTreeRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedDecisionTreeRegressor> {
        let FittedMultiDecisionTreeRegressor { tree } = self.fit_with(x, outputs::column(y), context)?;
        Ok(FittedDecisionTreeRegressor { tree })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView2<'_, F>> for DecisionTreeRegressor {
    type Fitted = FittedMultiDecisionTreeRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiDecisionTreeRegressor> {
        let task = Numbers::new("DecisionTreeRegressor::fit", self.criterion, x, y, context)?;
        let tree = self.settings(self.splitter).tree(x, &task, self.seed)?;
        Ok(FittedMultiDecisionTreeRegressor { tree })
    }
}

impl Persist for FittedDecisionTreeRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedDecisionTreeRegressor";
}

impl Persist for FittedMultiDecisionTreeRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiDecisionTreeRegressor";
}

tree_accessors!(FittedDecisionTreeRegressor, "DecisionTreeRegressor");
tree_accessors!(FittedMultiDecisionTreeRegressor, "DecisionTreeRegressor");

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedDecisionTreeRegressor {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let leaves = self.tree.apply("DecisionTreeRegressor::predict", x)?;
        Ok(leaves.mapv(|leaf| F::of(self.tree.verdict(leaf))))
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedMultiDecisionTreeRegressor {
    type Output = Array2<F>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let leaves = self.tree.apply("DecisionTreeRegressor::predict", x)?;
        let shape = (leaves.len(), self.tree.value(0).len());
        let values = leaves.iter().flat_map(|&leaf| self.tree.value(leaf));
        let values = values.map(|&value| F::of(value)).collect();
        Ok(Array2::from_shape_vec(shape, values).expect("the values of a leaf a row"))
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedDecisionTreeRegressor {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView2<'_, F>> for FittedMultiDecisionTreeRegressor {
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

ml_core::regressor!(DecisionTreeRegressor => FittedDecisionTreeRegressor, {
    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.tree.feature_importances())
    }
});
