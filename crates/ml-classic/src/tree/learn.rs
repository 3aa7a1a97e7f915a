//! What trees learn from, checked, and one tree from ranked columns: what single trees and forests call.

use ml_core::{
    Error, FitContext, Float, Label, Result, Rng, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};

use super::{
    absolute_error::AbsoluteError,
    class_criterion::{ClassCriterion, Classification, Entropy, Gini},
    columns::Columns,
    criterion::Criterion,
    grow::grow,
    node::Tree,
    outputs::Outputs,
    regression_criterion::{Poisson, Regression, RegressionCriterion, SquaredError},
    search::Growth,
};
use crate::{class_weight::ClassWeight, outputs};

/// Targets of one or several outputs, with a weight a row.
pub(crate) trait Task: Sync {
    /// Of the rows.
    fn weights(&self) -> &[f64];

    /// A tree on the rows of positive weight.
    fn tree(&self, columns: &Columns, weights: &[f64], growth: &Growth, rng: Rng) -> Tree;

    /// Numbers that a leaf says: a mean an output, or a share a class.
    fn width(&self) -> usize;

    /// Adds what a leaf says.
    fn add(tree: &Tree, leaf: usize, sums: &mut [f64]);

    /// R² or accuracy of means of what leaves say about these rows.
    fn score(&self, op: &'static str, rows: &[usize], said: ArrayView2<'_, f64>) -> Result<f64>;
}

/// Numbers to predict.
pub(crate) struct Numbers {
    criterion: RegressionCriterion,
    /// `[outputs][rows]`.
    targets: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

impl Numbers {
    pub(crate) fn new<F: Float>(
        op: &'static str,
        criterion: RegressionCriterion,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Self> {
        outputs::check_numbers(op, x, y)?;
        let targets: Vec<Vec<f64>> = y
            .columns()
            .into_iter()
            .map(|y| y.iter().map(|v| v.as_f64()).collect())
            .collect();
        if criterion == RegressionCriterion::Poisson {
            targets.iter().try_for_each(|targets| check_counts(op, targets))?;
        }
        let weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        if matches!(
            criterion,
            RegressionCriterion::SquaredError | RegressionCriterion::FriedmanMse
        ) {
            targets
                .iter()
                .try_for_each(|targets| check_squares(op, targets, &weights))?;
        }
        Ok(Self {
            criterion,
            targets,
            weights,
        })
    }
}

/// Targets whose squared errors a number can hold.
fn check_squares(op: &'static str, targets: &[f64], weights: &[f64]) -> Result<()> {
    let squares: f64 = targets.iter().zip(weights).map(|(y, w)| w * y * y).sum();
    if squares.is_finite() {
        return Ok(());
    }
    Err(Error::Data {
        op,
        problem: "the weighted squares of the target add up to infinity".to_owned(),
        remedy: "divide the target, or the weights, by a constant",
    })
}

/// Targets that a Poisson distribution can give.
fn check_counts(op: &'static str, targets: &[f64]) -> Result<()> {
    let problem = if let Some(row) = targets.iter().position(|&v| v < 0.0) {
        let target = targets[row];
        format!("the target of row {row} is {target}, which no Poisson distribution gives")
    } else if targets.iter().all(|&v| v == 0.0) {
        "all targets are 0, which leaves the Poisson deviance undefined".to_owned()
    } else {
        return Ok(());
    };
    let remedy = "use the squared_error criterion";
    Err(Error::Data { op, problem, remedy })
}

impl Task for Numbers {
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn tree(&self, columns: &Columns, weights: &[f64], growth: &Growth, rng: Rng) -> Tree {
        macro_rules! by {
            ($criterion:ty) => {{
                let outputs = self.targets.iter().map(|y| <$criterion>::new(y, weights));
                grow_outputs(columns, outputs.collect(), weights, growth, rng)
            }};
        }
        match self.criterion {
            RegressionCriterion::SquaredError | RegressionCriterion::FriedmanMse => {
                by!(Regression<'_, SquaredError>)
            }
            RegressionCriterion::AbsoluteError => by!(AbsoluteError<'_>),
            RegressionCriterion::Poisson => by!(Regression<'_, Poisson>),
        }
    }

    fn width(&self) -> usize {
        self.targets.len()
    }

    #[inline]
    fn add(tree: &Tree, leaf: usize, sums: &mut [f64]) {
        if let [sum] = sums {
            *sum += tree.verdict(leaf);
            return;
        }
        sums.iter_mut()
            .zip(tree.value(leaf))
            .for_each(|(sum, mean)| *sum += mean);
    }

    fn score(&self, _: &'static str, rows: &[usize], said: ArrayView2<'_, f64>) -> Result<f64> {
        let known = Array2::from_shape_fn(said.dim(), |(i, output)| self.targets[output][rows[i]]);
        outputs::mean_r2(known.view(), said, None)
    }
}

/// Classes to predict, as positions in the list of those of their output.
pub(crate) struct Classes {
    criterion: ClassCriterion,
    /// Number of classes of every output.
    n_classes: Vec<usize>,
    /// `[outputs][rows]`.
    codes: Vec<Vec<u32>>,
    weights: Vec<f64>,
}

impl Classes {
    /// And the classes of every output, in ascending order.
    pub(crate) fn new<F: Float, L: Label>(
        op: &'static str,
        (criterion, class_weight): (ClassCriterion, &ClassWeight),
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<(Self, Vec<Vec<L>>)> {
        outputs::check_rows(op, x, y)?;
        let mut weights = row_weights(context.weights_for(op, x.nrows())?, x.nrows());
        let (classes, codes) = outputs::encode(y);
        for (classes, codes) in classes.iter().zip(&codes) {
            let class_weights = class_weight.resolve(op, classes, codes.iter().copied())?;
            for (weight, &code) in weights.iter_mut().zip(codes) {
                *weight *= class_weights[code];
            }
        }
        check::weights(op, ArrayView1::from(&weights), x.nrows())?;
        let narrow = |codes: &Array1<usize>| codes.iter().map(|&code| code as u32).collect();
        let task = Self {
            criterion,
            n_classes: classes.iter().map(Vec::len).collect(),
            codes: codes.iter().map(narrow).collect(),
            weights,
        };
        Ok((task, classes))
    }
}

impl Task for Classes {
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn tree(&self, columns: &Columns, weights: &[f64], growth: &Growth, rng: Rng) -> Tree {
        macro_rules! by {
            ($rule:ty) => {{
                let outputs = self.codes.iter().zip(&self.n_classes);
                let outputs = outputs.map(|(codes, &n)| Classification::<$rule>::new(codes, n, weights));
                grow_outputs(columns, outputs.collect(), weights, growth, rng)
            }};
        }
        match self.criterion {
            ClassCriterion::Gini => by!(Gini),
            ClassCriterion::Entropy | ClassCriterion::LogLoss => by!(Entropy),
        }
    }

    fn width(&self) -> usize {
        self.n_classes.iter().sum()
    }

    #[inline]
    fn add(tree: &Tree, leaf: usize, sums: &mut [f64]) {
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

    fn score(&self, op: &'static str, rows: &[usize], said: ArrayView2<'_, f64>) -> Result<f64> {
        let classes: Vec<Vec<u32>> = self.n_classes.iter().map(|&n| (0..n as u32).collect()).collect();
        let code = |(i, output): (usize, usize)| self.codes[output][rows[i]];
        let known = Array2::from_shape_fn((rows.len(), classes.len()), code);
        outputs::share_right(
            op,
            known.view(),
            outputs::most_probable(&classes, said).view(),
            None,
        )
    }
}

/// A tree for one output, or for several at once.
fn grow_outputs<K: Criterion>(
    columns: &Columns,
    outputs: Vec<K>,
    weights: &[f64],
    growth: &Growth,
    rng: Rng,
) -> Tree {
    match <[K; 1]>::try_from(outputs) {
        Ok([only]) => grow(columns, only, weights, growth, rng),
        Err(several) => grow(columns, Outputs::new(several), weights, growth, rng),
    }
}

/// The caller's weights, or 1 for every row.
fn row_weights(weights: Option<ArrayView1<'_, f64>>, n_rows: usize) -> Vec<f64> {
    weights.map_or_else(|| vec![1.0; n_rows], |weights| weights.to_vec())
}
