//! One tree from ranked columns: what single trees, forests and boosting call.

use ml_core::{Rng, ndarray::ArrayView1};

use super::{
    class_criterion::{ClassCriterion, Classification, Entropy, Gini},
    columns::Columns,
    grow::grow,
    node::Tree,
    regression_criterion::{Poisson, Regression, RegressionCriterion, SquaredError},
    search::Growth,
};

/// A regression tree on the rows of positive weight.
pub(crate) fn regression_tree(
    columns: &Columns,
    targets: &[f64],
    weights: &[f64],
    criterion: RegressionCriterion,
    growth: &Growth,
    rng: Rng,
) -> Tree {
    macro_rules! by {
        ($rule:ty) => {
            grow(
                columns,
                Regression::<$rule>::new(targets, weights),
                weights,
                growth,
                rng,
            )
        };
    }
    match criterion {
        RegressionCriterion::SquaredError | RegressionCriterion::FriedmanMse => by!(SquaredError),
        RegressionCriterion::Poisson => by!(Poisson),
    }
}

/// Classes as numbers below `n_classes`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classes<'a> {
    pub(crate) codes: &'a [u32],
    pub(crate) n_classes: usize,
}

/// A classification tree on the rows of positive weight.
pub(crate) fn class_tree(
    columns: &Columns,
    classes: Classes<'_>,
    weights: &[f64],
    criterion: ClassCriterion,
    growth: &Growth,
    rng: Rng,
) -> Tree {
    macro_rules! by {
        ($rule:ty) => {{
            let criterion = Classification::<$rule>::new(classes.codes, classes.n_classes, weights);
            grow(columns, criterion, weights, growth, rng)
        }};
    }
    match criterion {
        ClassCriterion::Gini => by!(Gini),
        ClassCriterion::Entropy | ClassCriterion::LogLoss => by!(Entropy),
    }
}

/// The caller's weights, or 1 for every row.
pub(crate) fn row_weights(weights: Option<ArrayView1<'_, f64>>, n_rows: usize) -> Vec<f64> {
    weights.map_or_else(|| vec![1.0; n_rows], |weights| weights.to_vec())
}
