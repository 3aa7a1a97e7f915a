//! Random forest for classes.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Label, Predict, PredictProba, Result, Score, Seed, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    bootstrap::Bootstrap,
    plant::{OutOfBag, average, importances, out_of_bag, plant},
};
use crate::{
    class_weight::{ClassWeight, persist_by_label},
    metrics::accuracy_score,
    tree::{
        ClassCriterion, MaxFeatures, RowCount, Splitter, Tree,
        columns::Columns,
        first_largest,
        learn::{Classes, class_tree, row_weights},
        settings::settings_of,
    },
};

/// Random forest for classes: the class of the highest mean probability over trees grown on
/// bootstraps of the rows, each node choosing among some of the features.
///
/// Hyperparameters, defaults and semantics are Scikit-Learn's: the square root of the number of
/// features at every node, probabilities (not votes) averaged; rows that a bootstrap draws several
/// times weigh more and count once for `min_samples_*`. Tree `i` draws from stream `i` of `seed`, so
/// the forest is the same for any number of threads. Thresholds keep the precision of `x`; see
/// [`DecisionTreeClassifier`](crate::tree::DecisionTreeClassifier).
///
/// **Cost**: as many trees; they grow in parallel and share one ranked copy of `x`, a byte a value
/// where no column has more than 256 distinct values (pixels).
/// **Source**: Breiman, "Random Forests", Machine Learning 45 (2001).
///
/// # Examples
/// ```
/// use ml_classic::ensemble::RandomForestClassifier;
/// use ml_core::{Fit, Predict, ndarray::{Array2, Array1, array}};
///
/// let x = Array2::from_shape_fn((200, 2), |(i, j)| ((i * 37 + j * 11) % 101) as f64);
/// let y = x.rows().into_iter().map(|row| i64::from(row[0] > 50.0)).collect::<Array1<i64>>();
/// let forest = RandomForestClassifier::default().n_estimators(20).oob_score(true).seed(42);
/// let model = forest.fit(x.view(), y.view())?;
/// assert_eq!(model.predict(array![[10.0, 70.0], [90.0, 70.0]].view())?, array![0, 1]);
/// assert!(model.out_of_bag()?.score > 0.9);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct RandomForestClassifier {
    /// Number of trees, at least 1. Default 100.
    pub n_estimators: usize,
    /// What a split is to reduce. Default Gini impurity.
    #[setters(into)]
    pub criterion: ClassCriterion,
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
    /// Features drawn for each node. Default the square root of their number.
    #[setters(into)]
    pub max_features: MaxFeatures,
    /// Most leaves of a tree, at least 2; it then grows best split first. Default `None`: no limit.
    #[setters(into)]
    pub max_leaf_nodes: Option<usize>,
    /// Least decrease of impurity of a split, times the node's share of the weight. Default 0.
    pub min_impurity_decrease: f64,
    /// Complexity parameter of the minimal cost-complexity pruning; 0 (default) prunes nothing.
    pub ccp_alpha: f64,
    /// Weights of the classes, times those of the rows. Default uniform.
    #[setters(into)]
    pub class_weight: ClassWeight,
    /// Whether each tree sees draws with replacement, or all rows. Default true.
    pub bootstrap: bool,
    /// Draws a tree: a count up to the rows, or a share in `(0, 1]`. Default `None`: as many as rows.
    #[setters(strip_option)]
    #[setters(into)]
    pub max_samples: Option<RowCount>,
    /// Whether to estimate the accuracy on the rows that each tree left out. Default false.
    pub oob_score: bool,
    /// Source of the bootstraps and the drawn features.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(RandomForestClassifier);

impl Default for RandomForestClassifier {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            criterion: ClassCriterion::default(),
            max_depth: None,
            min_samples_split: RowCount::Count(2),
            min_samples_leaf: RowCount::Count(1),
            min_weight_fraction_leaf: 0.0,
            max_features: MaxFeatures::Sqrt,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            ccp_alpha: 0.0,
            class_weight: ClassWeight::default(),
            bootstrap: true,
            max_samples: None,
            oob_score: false,
            seed: Seed::default(),
        }
    }
}

/// What [`RandomForestClassifier`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label", try_from = "Raw<L>")]
pub struct FittedRandomForestClassifier<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    trees: Vec<Tree>,
    oob: Option<OutOfBag>,
}

#[derive(Deserialize)]
#[serde(bound = "L: Label")]
struct Raw<L> {
    classes: Vec<L>,
    trees: Vec<Tree>,
    oob: Option<OutOfBag>,
}

impl<L> TryFrom<Raw<L>> for FittedRandomForestClassifier<L> {
    type Error = &'static str;

    fn try_from(Raw { classes, trees, oob }: Raw<L>) -> Result<Self, Self::Error> {
        super::plant::check_stored(&trees, classes.len())?;
        Ok(Self { classes, trees, oob })
    }
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for RandomForestClassifier {
    type Fitted = FittedRandomForestClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedRandomForestClassifier<L>> {
        let op = "RandomForestClassifier::fit";
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        check::finite(op, x)?;
        check::parameter(
            "n_estimators",
            self.n_estimators,
            self.n_estimators >= 1,
            "at least 1",
        )?;
        let settings = settings_of!(self, Splitter::Best);
        let growth = settings.resolve(x.nrows(), x.ncols())?;
        let (classes, codes) = label::encode(y);
        let mut weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        let class_weights = self.class_weight.resolve(op, &classes, codes.iter().copied())?;
        for (weight, &code) in weights.iter_mut().zip(&codes) {
            *weight *= class_weights[code];
        }
        check::weights(op, ArrayView1::from(&weights), x.nrows())?;
        let bootstrap = Bootstrap::new(self.seed.number(), &weights, self.bootstrap, self.max_samples)?;
        super::plant::check_oob(self.oob_score, self.bootstrap)?;

        let codes: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let encoded = Classes {
            codes: &codes,
            n_classes: classes.len(),
        };
        let columns = Columns::new(x);
        let plan = (&settings, &growth);
        let task = "RandomForestClassifier";
        let trees = plant(
            task,
            self.n_estimators,
            &bootstrap,
            &weights,
            plan,
            context.observer,
            |weights, growth, rng| class_tree(&columns, encoded, weights, self.criterion, growth, rng),
        );
        let oob = if self.oob_score {
            Some(estimate(op, &trees, &bootstrap, x, encoded)?)
        } else {
            None
        };
        Ok(FittedRandomForestClassifier { classes, trees, oob })
    }
}

fn add_shares(tree: &Tree, leaf: usize, sums: &mut [f64]) {
    // Leaves of one class are the rule in unlimited trees.
    let only_class = tree.verdict(leaf);
    if sums.len() > 1 && only_class >= 0.0 {
        sums[only_class as usize] += 1.0;
        return;
    }
    let weight = tree.weight(leaf);
    for (sum, class) in sums.iter_mut().zip(tree.value(leaf)) {
        *sum += class / weight;
    }
}

fn estimate<F: Float>(
    op: &'static str,
    trees: &[Tree],
    bootstrap: &Bootstrap,
    x: ArrayView2<'_, F>,
    classes: Classes<'_>,
) -> Result<OutOfBag> {
    let estimates = out_of_bag(op, trees, bootstrap, x, classes.n_classes, add_shares)?;
    let known = estimates
        .rows()
        .into_iter()
        .zip(classes.codes)
        .filter(|(row, _)| !row[0].is_nan());
    let largest = |row: ArrayView1<'_, f64>| first_largest(row.as_slice().unwrap_or_default()) as u32;
    let (predicted, known): (Vec<u32>, Vec<u32>) = known.map(|(row, &code)| (largest(row), code)).unzip();
    let score = accuracy_score(ArrayView1::from(&known), ArrayView1::from(&predicted))?;
    Ok(OutOfBag { score, estimates })
}

persist_by_label!(FittedRandomForestClassifier);

impl<L: Label> FittedRandomForestClassifier<L> {
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
        super::plant::require_oob("RandomForestClassifier", self.oob.as_ref())
    }

    fn probabilities<F: Float>(&self, op: &'static str, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        average(op, &self.trees, x, self.classes.len(), add_shares)
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedRandomForestClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let shares = self.probabilities("RandomForestClassifier::predict", x)?;
        let width = self.classes.len();
        let rows = shares.as_slice().unwrap_or_default().chunks_exact(width);
        Ok(rows.map(|row| self.classes[first_largest(row)].clone()).collect())
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedRandomForestClassifier<L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        self.probabilities("RandomForestClassifier::predict_proba", x)
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedRandomForestClassifier<L> {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, L>) -> Result<f64> {
        accuracy_score(y, self.predict(x)?.view())
    }
}

ml_core::classifier!(RandomForestClassifier => FittedRandomForestClassifier<i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        self.predict_proba(x.dense("RandomForestClassifier::predict_proba")?.view())
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.feature_importances().to_vec())
    }
});
