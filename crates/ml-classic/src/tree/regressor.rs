//! Decision tree for numbers.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Float, Persist, Predict, Result, Rng, Score, Seed, check,
    ndarray::{Array1, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    RegressionCriterion, Splitter, Tree,
    columns::Columns,
    learn::{regression_tree, row_weights},
    limits::{MaxFeatures, RowCount},
    settings::settings_of,
};
use crate::metrics::r2_score;

/// Decision tree that predicts the mean target of the training rows in a row's leaf (CART).
///
/// Each node is split by the question `x[feature] <= threshold` that reduces the impurity of its two
/// sides most; thresholds are midpoints between neighbouring values of the node. Among equal
/// splits the lowest feature wins, then the lowest threshold, so that without `max_features` and
/// the random `splitter` the tree does not depend on `seed`. Without limits the tree grows until
/// every leaf holds equal targets, and so memorises the training set.
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
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct DecisionTreeRegressor {
    /// What a split is to reduce. Default squared error.
    #[setters(into)]
    pub criterion: RegressionCriterion,
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
    /// Source of the drawn features and thresholds.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(DecisionTreeRegressor);

impl Default for DecisionTreeRegressor {
    fn default() -> Self {
        Self {
            criterion: RegressionCriterion::default(),
            splitter: Splitter::default(),
            max_depth: None,
            min_samples_split: RowCount::Count(2),
            min_samples_leaf: RowCount::Count(1),
            min_weight_fraction_leaf: 0.0,
            max_features: MaxFeatures::All,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            ccp_alpha: 0.0,
            seed: Seed::default(),
        }
    }
}

/// What [`DecisionTreeRegressor`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedDecisionTreeRegressor {
    /// Questions and node statistics; a node's value is its mean target.
    pub tree: Tree,
}

/// Targets that a criterion can work on.
pub(crate) fn check_targets<F: Float>(
    op: &'static str,
    criterion: RegressionCriterion,
    y: ArrayView1<'_, F>,
) -> Result<()> {
    if criterion != RegressionCriterion::Poisson {
        return Ok(());
    }
    let problem = if let Some(row) = y.iter().position(|&v| v < F::zero()) {
        format!(
            "the target of row {row} is {}, which no Poisson distribution gives",
            y[row]
        )
    } else if y.iter().all(|&v| v == F::zero()) {
        "all targets are 0, which leaves the Poisson deviance undefined".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Data {
        op,
        problem,
        remedy: "use the squared_error criterion",
    })
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for DecisionTreeRegressor {
    type Fitted = FittedDecisionTreeRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedDecisionTreeRegressor> {
        let op = "DecisionTreeRegressor::fit";
        check::training_set(op, x, y)?;
        check_targets(op, self.criterion, y)?;
        let settings = settings_of!(self, self.splitter);
        let growth = settings.resolve(x.nrows(), x.ncols())?;
        let weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        let growth = settings.weighted(&growth, &weights);
        let targets: Vec<f64> = y.iter().map(|v| v.as_f64()).collect();
        let rng = Rng::new(self.seed.number());
        let columns = Columns::new(x);
        let tree = regression_tree(&columns, &targets, &weights, self.criterion, &growth, rng);
        Ok(FittedDecisionTreeRegressor { tree })
    }
}

impl Persist for FittedDecisionTreeRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedDecisionTreeRegressor";
}

impl FittedDecisionTreeRegressor {
    /// The leaf that every row ends in, as a node number of [`tree`](Self::tree).
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn apply<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        self.tree.apply("DecisionTreeRegressor::apply", x)
    }

    /// Share of the impurity decrease that each column brought; sums to 1 (all 0 for a lone leaf).
    pub fn feature_importances(&self) -> Array1<f64> {
        self.tree.feature_importances().into()
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedDecisionTreeRegressor {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let leaves = self.tree.apply("DecisionTreeRegressor::predict", x)?;
        Ok(leaves.mapv(|leaf| F::of(self.tree.verdict(leaf))))
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedDecisionTreeRegressor {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, F>) -> Result<f64> {
        r2_score(y, self.predict(x)?.view())
    }
}

ml_core::regressor!(DecisionTreeRegressor => FittedDecisionTreeRegressor, {
    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.tree.feature_importances())
    }
});
