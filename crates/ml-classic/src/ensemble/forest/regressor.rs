//! Random forest for numbers.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score, Seed, check,
    ndarray::{Array1, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    bootstrap::Bootstrap,
    plant::{OutOfBag, average, importances, out_of_bag, plant},
};
use crate::metrics::r2_score;
use crate::tree::{
    MaxFeatures, RegressionCriterion, RowCount, Splitter, Tree, check_targets,
    columns::Columns,
    learn::{regression_tree, row_weights},
    settings::settings_of,
};

/// Random forest for numbers: the mean prediction of trees grown on bootstraps of the rows.
///
/// Hyperparameters, defaults and semantics are Scikit-Learn's: all features at every node by default
/// (a third or fewer often does better), rows that a bootstrap draws several times weigh more
/// and count once for `min_samples_*`. Tree `i` draws from stream `i` of `seed`, so the forest is the
/// same for any number of threads. Thresholds keep the precision of `x`; see
/// [`DecisionTreeRegressor`](crate::tree::DecisionTreeRegressor).
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
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct RandomForestRegressor {
    /// Number of trees, at least 1. Default 100.
    pub n_estimators: usize,
    /// What a split is to reduce. Default squared error.
    #[setters(into)]
    pub criterion: RegressionCriterion,
    /// Most questions between root and leaf, at least 1. Default `None`: no limit.
    #[setters(into)]
    pub max_depth: Option<usize>,
    /// Least rows of a node that is split: a count of at least 2, or a share in `(0, 1]`. Default 2.
    #[setters(into)]
    pub min_samples_split: RowCount,
    /// Least rows of a leaf: a count of at least 1, or a share in `(0, 1)`. Default 1.
    #[setters(into)]
    pub min_samples_leaf: RowCount,
    /// Least share of the tree's weight in a leaf, in `[0, 0.5]`. Default 0.
    pub min_weight_fraction_leaf: f64,
    /// Features drawn for each node. Default all.
    #[setters(into)]
    pub max_features: MaxFeatures,
    /// Most leaves of a tree, at least 2; it then grows best split first. Default `None`: no limit.
    #[setters(into)]
    pub max_leaf_nodes: Option<usize>,
    /// Least decrease of impurity of a split, times the node's share of the weight. Default 0.
    pub min_impurity_decrease: f64,
    /// Complexity parameter of the minimal cost-complexity pruning; 0 (default) prunes nothing.
    pub ccp_alpha: f64,
    /// Whether each tree sees draws with replacement, or all rows. Default true.
    pub bootstrap: bool,
    /// Draws a tree: a count up to the rows, or a share in `(0, 1]`. Default `None`: as many as rows.
    #[setters(strip_option)]
    #[setters(into)]
    pub max_samples: Option<RowCount>,
    /// Whether to estimate the R² on the rows that each tree left out. Default false.
    pub oob_score: bool,
    /// Source of the bootstraps and the drawn features.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(RandomForestRegressor);

impl Default for RandomForestRegressor {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            criterion: RegressionCriterion::default(),
            max_depth: None,
            min_samples_split: RowCount::Count(2),
            min_samples_leaf: RowCount::Count(1),
            min_weight_fraction_leaf: 0.0,
            max_features: MaxFeatures::All,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            ccp_alpha: 0.0,
            bootstrap: true,
            max_samples: None,
            oob_score: false,
            seed: Seed::default(),
        }
    }
}

/// What [`RandomForestRegressor`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct FittedRandomForestRegressor {
    trees: Vec<Tree>,
    oob: Option<OutOfBag>,
}

#[derive(Deserialize)]
struct Raw {
    trees: Vec<Tree>,
    oob: Option<OutOfBag>,
}

impl TryFrom<Raw> for FittedRandomForestRegressor {
    type Error = &'static str;

    fn try_from(Raw { trees, oob }: Raw) -> Result<Self, Self::Error> {
        super::plant::check_stored(&trees, 1)?;
        Ok(Self { trees, oob })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for RandomForestRegressor {
    type Fitted = FittedRandomForestRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedRandomForestRegressor> {
        let op = "RandomForestRegressor::fit";
        check::training_set(op, x, y)?;
        check_targets(op, self.criterion, y)?;
        check::parameter(
            "n_estimators",
            self.n_estimators,
            self.n_estimators >= 1,
            "at least 1",
        )?;
        let settings = settings_of!(self, Splitter::Best);
        let growth = settings.resolve(x.nrows(), x.ncols())?;
        let weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        let bootstrap = Bootstrap::new(self.seed.number(), &weights, self.bootstrap, self.max_samples)?;
        super::plant::check_oob(self.oob_score, self.bootstrap)?;

        let targets: Vec<f64> = y.iter().map(|v| v.as_f64()).collect();
        let columns = Columns::new(x);
        let plan = (&settings, &growth);
        let task = "RandomForestRegressor";
        let trees = plant(
            task,
            self.n_estimators,
            &bootstrap,
            &weights,
            plan,
            context.observer,
            |weights, growth, rng| regression_tree(&columns, &targets, weights, self.criterion, growth, rng),
        );
        let oob = if self.oob_score {
            Some(estimate(op, &trees, &bootstrap, x, y)?)
        } else {
            None
        };
        Ok(FittedRandomForestRegressor { trees, oob })
    }
}

fn add_value(tree: &Tree, leaf: usize, sums: &mut [f64]) {
    sums[0] += tree.verdict(leaf);
}

fn estimate<F: Float>(
    op: &'static str,
    trees: &[Tree],
    bootstrap: &Bootstrap,
    x: ArrayView2<'_, F>,
    y: ArrayView1<'_, F>,
) -> Result<OutOfBag> {
    let estimates = out_of_bag(op, trees, bootstrap, x, 1, add_value)?;
    let known = estimates.iter().zip(y).filter(|(e, _)| !e.is_nan());
    let (predicted, known): (Vec<f64>, Vec<f64>) = known.map(|(&e, y)| (e, y.as_f64())).unzip();
    let score = r2_score(ArrayView1::from(&known), ArrayView1::from(&predicted))?;
    Ok(OutOfBag { score, estimates })
}

impl Persist for FittedRandomForestRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedRandomForestRegressor";
}

impl FittedRandomForestRegressor {
    /// The trees, in the order of their streams.
    pub fn estimators(&self) -> &[Tree] {
        &self.trees
    }

    /// Share of the impurity decrease that each column brought, averaged over the trees; sums to 1.
    pub fn feature_importances(&self) -> Array1<f64> {
        importances(&self.trees)
    }

    /// The out-of-bag estimates.
    ///
    /// # Errors
    /// [`Error::Unsupported`](ml_core::Error::Unsupported) if `oob_score` was off at fit.
    pub fn out_of_bag(&self) -> Result<&OutOfBag> {
        super::plant::require_oob("RandomForestRegressor", self.oob.as_ref())
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedRandomForestRegressor {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let means = average("RandomForestRegressor::predict", &self.trees, x, 1, add_value)?;
        Ok(means.iter().map(|&mean| F::of(mean)).collect())
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedRandomForestRegressor {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, F>) -> Result<f64> {
        r2_score(y, self.predict(x)?.view())
    }
}

ml_core::regressor!(RandomForestRegressor => FittedRandomForestRegressor, {
    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.feature_importances().to_vec())
    }
});
