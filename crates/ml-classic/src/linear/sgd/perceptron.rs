//! `Perceptron`.

use derive_setters::Setters;
use ml_core::Seed;
use serde::{Deserialize, Serialize};

use super::{
    fitted_classifier::trains_classifier,
    loss::Loss,
    plan::{LearningRate, Owner, Plan},
};
use crate::{ClassWeight, linear::Penalty};

/// Rosenblatt's perceptron: learns from mistakes only, `w ← w + eta0·y·x` for a row of class `y` (1 or -1) that is on
/// the wrong side.
///
/// The same as [`SGDClassifier`](super::SGDClassifier) with the perceptron loss, a constant learning rate and no
/// penalty. Scale the columns first.
///
/// **Source**: Rosenblatt, "The Perceptron" (1958).
///
/// # Examples
/// ```
/// use ml_classic::linear::Perceptron;
/// use ml_core::{Fit, Score, ndarray::array};
///
/// // The logical "or" of two columns.
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let y = array![false, true, true, true];
/// let model = Perceptron::default().tol(None).max_iter(20).fit(x.view(), y.view())?;
/// assert_eq!(model.score(x.view(), y.view())?, 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct Perceptron {
    /// What large weights cost. Default nothing.
    pub penalty: Penalty,
    /// Strength of the penalty, at least 0. Default 0.0001.
    pub alpha: f64,
    /// Share of l1 in the elastic net, in `[0, 1]`. Default 0.15.
    pub l1_ratio: f64,
    /// Whether to learn an intercept. Default true.
    pub fit_intercept: bool,
    /// Most epochs, from 1 to a million. Default 1000.
    pub max_iter: usize,
    /// Least improvement of the mean loss that counts, at least 0; `None` trains for all of `max_iter`. Default 0.001.
    #[setters(into)]
    pub tol: Option<f64>,
    /// Whether to shuffle before every epoch. Default true.
    pub shuffle: bool,
    /// Learning rate, above 0. Default 1.
    pub eta0: f64,
    /// Source of the shuffles and of the rows held out.
    #[setters(into)]
    pub seed: Seed,
    /// Whether to stop by the accuracy on rows that are held out. Default false.
    pub early_stopping: bool,
    /// Share of the rows that are held out, in `(0, 1)`. Default 0.1.
    pub validation_fraction: f64,
    /// Epochs without improvement after which to stop, at least 1. Default 5.
    pub n_iter_no_change: usize,
    /// Weights of the classes, times those of the rows. Default uniform.
    #[setters(into)]
    pub class_weight: ClassWeight,
}
ml_core::impl_params!(Perceptron);

impl Default for Perceptron {
    fn default() -> Self {
        Self {
            penalty: Penalty::None,
            alpha: 1e-4,
            l1_ratio: 0.15,
            fit_intercept: true,
            max_iter: 1000,
            tol: Some(1e-3),
            shuffle: true,
            eta0: 1.0,
            seed: Seed::default(),
            early_stopping: false,
            validation_fraction: 0.1,
            n_iter_no_change: 5,
            class_weight: ClassWeight::Uniform,
        }
    }
}

impl Perceptron {
    fn plan(&self) -> Plan {
        Plan {
            op: Owner::Perceptron,
            loss: Loss::Hinge(0.0),
            penalty: self.penalty,
            alpha: self.alpha,
            l1_ratio: self.l1_ratio,
            fit_intercept: self.fit_intercept,
            max_iter: self.max_iter,
            tol: self.tol,
            shuffle: self.shuffle,
            seed: self.seed,
            learning_rate: LearningRate::Constant,
            eta0: self.eta0,
            power_t: 0.5,
            early_stopping: self.early_stopping,
            validation_fraction: self.validation_fraction,
            n_iter_no_change: self.n_iter_no_change,
            average: 0,
            class_weight: self.class_weight.clone(),
        }
    }
}

trains_classifier!(Perceptron);
