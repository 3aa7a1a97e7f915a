//! Decision tree for classes.

use ml_core::{
    Fit, FitContext, Float, Label, Predict, PredictProba, Result, Score, Seed, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    ClassCriterion, MaxFeatures, Splitter, Tree,
    learn::Classes,
    prune,
    settings::{tree_accessors, tree_estimator},
};
use crate::{
    class_weight::{ClassWeight, persist_by_label},
    metrics::accuracy_score_with,
    outputs,
};

tree_estimator! {
    /// Decision tree that predicts the most frequent class of the training rows in a row's leaf (CART).
    ///
    /// Each node is split by the question `x[feature] <= threshold` that leaves the purest two sides,
    /// weighted by their rows: `J = m_left/m · G_left + m_right/m · G_right`. Thresholds are midpoints
    /// between neighbouring values of the node. Among equal splits the lowest feature wins, then the
    /// lowest threshold, so that without `max_features` and the random `splitter` the tree does not
    /// depend on `seed`; a child may be less pure than its parent if the other makes up for it. Among
    /// classes of equal weight in a leaf the first wins.
    ///
    /// Targets may be one column or several, `[rows, outputs]` (multilabel, multioutput): one tree then serves
    /// all of them, split by the mean of their impurities; class weights multiply.
    ///
    /// Columns need no scaling. Values are compared in the precision they come in: unlike
    /// Scikit-Learn, which rounds `x` to `f32` first and takes values within `1e-7` of one another
    /// for equal.
    ///
    /// **Cost**: `O(columns · rows · log(rows))` to fit, `O(log(rows))` a row to predict, for a balanced tree.
    /// **Source**: Breiman, Friedman, Olshen, Stone, "Classification and Regression Trees" (1984).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::tree::DecisionTreeClassifier;
    /// use ml_core::{Fit, Predict, PredictProba, ndarray::array};
    ///
    /// let x = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
    /// let y = array!["A", "B", "A", "A", "A"].mapv(String::from);
    /// let model = DecisionTreeClassifier::default().max_depth(1).fit(x.view(), y.view())?;
    /// assert_eq!(model.tree.split(0).unwrap().threshold, 2.5);
    /// assert_eq!(model.predict_proba(array![[1.5], [4.5]].view())?, array![[0.5, 0.5], [1.0, 0.0]]);
    /// assert_eq!(model.predict(array![[4.5]].view())?[0], "A");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub struct DecisionTreeClassifier {
        /// What a split is to reduce. Default Gini impurity.
        #[setters(into)]
        pub criterion: ClassCriterion = ClassCriterion::Gini,
        /// Best or random thresholds. Default best.
        #[setters(into)]
        pub splitter: Splitter = Splitter::Best,
        growth { max_features = MaxFeatures::All, "all" }
        /// Prunes splits above leaves whose sides differ no more than chance explains with a higher
        /// probability (chi-square test of the classes, weights as counts): in `(0, 1]`, typically 0.05.
        /// Default `None`: keeps them.
        #[setters(into)]
        pub max_p_value: Option<f64> = None,
        /// Weights of the classes, times those of the rows. Default uniform.
        #[setters(into)]
        pub class_weight: ClassWeight = ClassWeight::Uniform,
        /// Source of the drawn features and thresholds.
        #[setters(into)]
        pub seed: Seed = Seed::default(),
    }
}

/// What [`DecisionTreeClassifier`] learned about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedDecisionTreeClassifier<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// Questions and node statistics; a node's value is the weight of every class in it.
    pub tree: Tree,
}

/// What [`DecisionTreeClassifier`] learned about several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedMultiDecisionTreeClassifier<L> {
    /// The classes of every output in ascending order.
    pub classes: Vec<Vec<L>>,
    /// Questions and node statistics; a node's value is the weight of every class of the first output in
    /// it, then of the second, ...
    pub tree: Tree,
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for DecisionTreeClassifier {
    type Fitted = FittedDecisionTreeClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedDecisionTreeClassifier<L>> {
        let mut fitted = self.fit_with(x, outputs::column(y), context)?;
        Ok(FittedDecisionTreeClassifier {
            classes: fitted.classes.remove(0),
            tree: fitted.tree,
        })
    }
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView2<'_, L>> for DecisionTreeClassifier {
    type Fitted = FittedMultiDecisionTreeClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiDecisionTreeClassifier<L>> {
        let how = (self.criterion, &self.class_weight);
        let (task, classes) = Classes::new("DecisionTreeClassifier::fit", how, x, y, context)?;
        let mut tree = self.settings(self.splitter).tree(x, &task, self.seed)?;
        if let Some(p) = self.max_p_value {
            check::parameter("max_p_value", p, p > 0.0 && p <= 1.0, "None or in (0, 1]")?;
            let n_classes: Vec<usize> = classes.iter().map(Vec::len).collect();
            tree = prune::insignificant(&tree, p, &n_classes)?;
        }
        Ok(FittedMultiDecisionTreeClassifier { classes, tree })
    }
}

persist_by_label!(FittedDecisionTreeClassifier);
persist_by_label!(FittedMultiDecisionTreeClassifier);
tree_accessors!(FittedDecisionTreeClassifier<L: Label>, "DecisionTreeClassifier");
tree_accessors!(FittedMultiDecisionTreeClassifier<L: Label>, "DecisionTreeClassifier");

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedDecisionTreeClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let leaves = self.tree.apply("DecisionTreeClassifier::predict", x)?;
        Ok(leaves.map(|&leaf| self.classes[first_largest(self.tree.value(leaf))].clone()))
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedMultiDecisionTreeClassifier<L> {
    type Output = Array2<L>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<L>> {
        let shares = self.tree.shares("DecisionTreeClassifier::predict", x)?;
        Ok(outputs::most_probable(&self.classes, shares.view()))
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedDecisionTreeClassifier<L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        self.tree.shares("DecisionTreeClassifier::predict_proba", x)
    }
}

impl<L: Label> FittedMultiDecisionTreeClassifier<L> {
    /// For every output `[rows, classes]`; every row of each sums to 1.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn predict_proba<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Vec<Array2<f64>>> {
        let shares = self.tree.shares("DecisionTreeClassifier::predict_proba", x)?;
        Ok(outputs::by_output(&self.classes, shares.view()))
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedDecisionTreeClassifier<L> {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        accuracy_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView2<'_, L>>
    for FittedMultiDecisionTreeClassifier<L>
{
    /// The share of rows of which every output is right.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        outputs::share_right(
            "DecisionTreeClassifier::score",
            y,
            self.predict(x)?.view(),
            weights,
        )
    }
}

/// Position of the largest value, the first among equals.
pub(crate) fn first_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

ml_core::classifier!(DecisionTreeClassifier => FittedDecisionTreeClassifier<i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        self.predict_proba(x.dense("DecisionTreeClassifier::predict_proba")?.view())
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.tree.feature_importances())
    }
});
