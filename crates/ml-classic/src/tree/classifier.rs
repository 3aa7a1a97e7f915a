//! Decision tree for classes.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Label, Predict, PredictProba, Result, Rng, Score, Seed, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    ClassCriterion, Splitter, Tree,
    columns::Columns,
    learn::{Classes, class_tree, row_weights},
    limits::{MaxFeatures, RowCount},
    settings::settings_of,
};
use crate::{
    class_weight::{ClassWeight, persist_by_label},
    metrics::accuracy_score,
};

/// Decision tree that predicts the most frequent class of the training rows in a row's leaf (CART).
///
/// Each node is split by the question `x[feature] <= threshold` that leaves the purest two sides,
/// weighted by their rows: `J = m_left/m · G_left + m_right/m · G_right`. Thresholds are midpoints
/// between neighbouring values of the node. Among equal splits the lowest feature wins, then the
/// lowest threshold, so that without `max_features` and the random `splitter` the tree does not
/// depend on `seed`; a child may be less pure than its parent if the other makes up for it. Among
/// classes of equal weight in a leaf the first wins.
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
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct DecisionTreeClassifier {
    /// What a split is to reduce. Default Gini impurity.
    #[setters(into)]
    pub criterion: ClassCriterion,
    /// Best or random thresholds. Default best.
    #[setters(into)]
    pub splitter: Splitter,
    /// Most questions between root and leaf, at least 1. Default `None`: no limit.
    #[setters(into)]
    pub max_depth: Option<usize>,
    /// Least rows of a node that is split: a count of at least 2, or a share in `(0, 1]`. Default 2.
    #[setters(into)]
    pub min_samples_split: RowCount,
    /// Least rows of a leaf: a count of at least 1, or a share in `(0, 1)`. Default 1.
    #[setters(into)]
    pub min_samples_leaf: RowCount,
    /// Least share of the total weight in a leaf, in `[0, 0.5]`. Default 0.
    pub min_weight_fraction_leaf: f64,
    /// Features drawn for each node. Default all.
    #[setters(into)]
    pub max_features: MaxFeatures,
    /// Most leaves, at least 2; the tree then grows best split first. Default `None`: no limit.
    #[setters(into)]
    pub max_leaf_nodes: Option<usize>,
    /// Least decrease of impurity of a split, times the node's share of the weight. Default 0.
    pub min_impurity_decrease: f64,
    /// Complexity parameter of the minimal cost-complexity pruning; 0 (default) prunes nothing.
    pub ccp_alpha: f64,
    /// Weights of the classes, times those of the rows. Default uniform.
    #[setters(into)]
    pub class_weight: ClassWeight,
    /// Source of the drawn features and thresholds.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(DecisionTreeClassifier);

impl Default for DecisionTreeClassifier {
    fn default() -> Self {
        Self {
            criterion: ClassCriterion::default(),
            splitter: Splitter::default(),
            max_depth: None,
            min_samples_split: RowCount::Count(2),
            min_samples_leaf: RowCount::Count(1),
            min_weight_fraction_leaf: 0.0,
            max_features: MaxFeatures::All,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            ccp_alpha: 0.0,
            class_weight: ClassWeight::default(),
            seed: Seed::default(),
        }
    }
}

/// What [`DecisionTreeClassifier`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedDecisionTreeClassifier<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// Questions and node statistics; a node's value is the weight of every class in it.
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
        let op = "DecisionTreeClassifier::fit";
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        check::finite(op, x)?;
        let settings = settings_of!(self, self.splitter);
        let growth = settings.resolve(x.nrows(), x.ncols())?;
        let mut weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        let (classes, codes) = label::encode(y);
        let class_weights = self.class_weight.resolve(op, &classes, codes.iter().copied())?;
        for (weight, &code) in weights.iter_mut().zip(&codes) {
            *weight *= class_weights[code];
        }
        check::weights(op, ArrayView1::from(&weights), x.nrows())?;
        let growth = settings.weighted(&growth, &weights);
        let codes: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let encoded = Classes {
            codes: &codes,
            n_classes: classes.len(),
        };
        let rng = Rng::new(self.seed.number());
        let columns = Columns::new(x);
        let tree = class_tree(&columns, encoded, &weights, self.criterion, &growth, rng);
        Ok(FittedDecisionTreeClassifier { classes, tree })
    }
}

persist_by_label!(FittedDecisionTreeClassifier);

impl<L: Label> FittedDecisionTreeClassifier<L> {
    /// The leaf that every row ends in, as a node number of [`tree`](Self::tree).
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn apply<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        self.tree.apply("DecisionTreeClassifier::apply", x)
    }

    /// Share of the impurity decrease that each column brought; sums to 1 (all 0 for a lone leaf).
    pub fn feature_importances(&self) -> Array1<f64> {
        self.tree.feature_importances().into()
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedDecisionTreeClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let leaves = self.tree.apply("DecisionTreeClassifier::predict", x)?;
        Ok(leaves.map(|&leaf| self.classes[first_largest(self.tree.value(leaf))].clone()))
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedDecisionTreeClassifier<L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let leaves = self.tree.apply("DecisionTreeClassifier::predict_proba", x)?;
        let mut shares = Array2::zeros((leaves.len(), self.classes.len()));
        for (mut row, leaf) in shares.rows_mut().into_iter().zip(leaves) {
            let weight = self.tree.weight(leaf);
            row.iter_mut()
                .zip(self.tree.value(leaf))
                .for_each(|(share, class)| *share = class / weight);
        }
        Ok(shares)
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedDecisionTreeClassifier<L> {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, L>) -> Result<f64> {
        accuracy_score(y, self.predict(x)?.view())
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
