//! `SGDClassifier`.

use derive_setters::Setters;
use ml_core::Seed;
use serde::{Deserialize, Serialize};

use super::{
    fitted_classifier::trains_classifier,
    loss::Loss,
    plan::{LearningRate, Owner, Plan},
};
use crate::{ClassWeight, linear::Penalty};

/// What a classifier is trained to keep small; `z` is the margin, the score times the class (1 or -1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassifierLoss {
    /// `max(0, 1 - z)`: a linear support vector machine.
    #[default]
    Hinge,
    /// `log(1 + exp(-z))`: logistic regression, with probabilities.
    LogLoss,
    /// `max(0, 1 - z)²`, linear below -1: robust to outliers, with probabilities.
    ModifiedHuber,
    /// `max(0, 1 - z)²`.
    SquaredHinge,
    /// `max(0, -z)`: the perceptron.
    Perceptron,
    /// `(1 - z)² / 2`.
    SquaredError,
    /// The squared error up to `epsilon`, linear beyond.
    Huber,
    /// `max(0, |1 - z| - epsilon)`.
    EpsilonInsensitive,
    /// Its square.
    SquaredEpsilonInsensitive,
}

impl ClassifierLoss {
    pub(super) fn with(self, epsilon: f64) -> Loss {
        match self {
            Self::Hinge => Loss::Hinge(1.0),
            Self::LogLoss => Loss::Log,
            Self::ModifiedHuber => Loss::ModifiedHuber,
            Self::SquaredHinge => Loss::SquaredHinge,
            Self::Perceptron => Loss::Hinge(0.0),
            Self::SquaredError => Loss::SquaredError,
            Self::Huber => Loss::Huber(epsilon),
            Self::EpsilonInsensitive => Loss::EpsilonInsensitive(epsilon),
            Self::SquaredEpsilonInsensitive => Loss::SquaredEpsilonInsensitive(epsilon),
        }
    }
}

/// Linear classifier trained by stochastic gradient descent: minimises `mean(loss) + alpha·penalty`, one row at a time.
///
/// For every row, in an order that is shuffled anew in every epoch: `w ← w - eta·(∂loss/∂w + alpha·∂penalty/∂w)`.
/// More than two classes get a line each, class against rest, trained side by side. Training stops when the mean
/// objective of an epoch, or with `early_stopping` the accuracy on rows held out, has not improved by `tol` for
/// `n_iter_no_change` epochs.
///
/// **Scale the columns first** (`StandardScaler`): a step moves the weights of large columns most. With
/// [`Seed::numpy`] the shuffles are Scikit-Learn's, and so, up to rounding, are the weights. From sparse rows the
/// intercept learns a hundred times more slowly than the weights, as there.
///
/// **Cost**: `O(stored values)` an epoch; whole numbers from 0 to 255 are read as bytes.
/// **Source**: Bottou, "Large-Scale Machine Learning with Stochastic Gradient Descent" (2010); averaging: Polyak and
/// Juditsky (1992); l1: Tsuruoka, Tsujii, Ananiadou (2009).
///
/// # Examples
/// ```
/// use ml_classic::linear::SGDClassifier;
/// use ml_core::{DecisionFunction, Fit, Predict, Seed, ndarray::array};
///
/// let (x, y) = (array![[-2.0], [-1.0], [1.0], [2.0]], array![0, 0, 1, 1]);
/// let model = SGDClassifier::default().seed(Seed::numpy(42)).fit(x.view(), y.view())?;
/// assert_eq!(model.predict(array![[-3.0], [3.0]].view())?, array![0, 1]);
/// assert!(model.decision_function(array![[3.0]].view())?[[0, 0]] > 0.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct SGDClassifier {
    /// What a wrong score costs. Default hinge.
    pub loss: ClassifierLoss,
    /// What large weights cost. Default l2.
    pub penalty: Penalty,
    /// Strength of the penalty, at least 0; above 0 for the optimal learning rate. Default 0.0001.
    pub alpha: f64,
    /// Share of l1 in the elastic net, in `[0, 1]`. Default 0.15.
    pub l1_ratio: f64,
    /// Whether to learn an intercept; without it, centre the columns. Default true.
    pub fit_intercept: bool,
    /// Most epochs, from 1 to a million. Default 1000.
    pub max_iter: usize,
    /// Least improvement that counts, at least 0; `None` trains for all of `max_iter`. Default 0.001.
    #[setters(into)]
    pub tol: Option<f64>,
    /// Whether to shuffle before every epoch. Default true; without it rows must come in no particular order.
    pub shuffle: bool,
    /// Where the insensitive losses and Huber's begin to count, at least 0. Default 0.1.
    pub epsilon: f64,
    /// Source of the shuffles and of the rows held out.
    #[setters(into)]
    pub seed: Seed,
    /// How the learning rate falls. Default optimal.
    pub learning_rate: LearningRate,
    /// First learning rate (not for the optimal one), above 0. Default 0.01.
    pub eta0: f64,
    /// Exponent of the inverse scaling, at least 0. Default 0.5.
    pub power_t: f64,
    /// Whether to stop by the accuracy on rows that are held out. Default false.
    pub early_stopping: bool,
    /// Share of the rows that are held out, in `(0, 1)`. Default 0.1.
    pub validation_fraction: f64,
    /// Epochs without improvement after which to stop, at least 1. Default 5.
    pub n_iter_no_change: usize,
    /// Weights of the classes, times those of the rows. Default uniform.
    #[setters(into)]
    pub class_weight: ClassWeight,
    /// Step from which on the weights are averaged, 1 for the first; 0 (default) does not average.
    pub average: usize,
}
ml_core::impl_params!(SGDClassifier);

impl Default for SGDClassifier {
    fn default() -> Self {
        Self {
            loss: ClassifierLoss::Hinge,
            penalty: Penalty::L2,
            alpha: 1e-4,
            l1_ratio: 0.15,
            fit_intercept: true,
            max_iter: 1000,
            tol: Some(1e-3),
            shuffle: true,
            epsilon: 0.1,
            seed: Seed::default(),
            learning_rate: LearningRate::Optimal,
            eta0: 0.01,
            power_t: 0.5,
            early_stopping: false,
            validation_fraction: 0.1,
            n_iter_no_change: 5,
            class_weight: ClassWeight::Uniform,
            average: 0,
        }
    }
}

impl SGDClassifier {
    fn plan(&self) -> Plan {
        Plan {
            op: Owner::SgdClassifier,
            loss: self.loss.with(self.epsilon),
            penalty: self.penalty,
            alpha: self.alpha,
            l1_ratio: self.l1_ratio,
            fit_intercept: self.fit_intercept,
            max_iter: self.max_iter,
            tol: self.tol,
            shuffle: self.shuffle,
            seed: self.seed,
            learning_rate: self.learning_rate,
            eta0: self.eta0,
            power_t: self.power_t,
            early_stopping: self.early_stopping,
            validation_fraction: self.validation_fraction,
            n_iter_no_change: self.n_iter_no_change,
            average: self.average,
            class_weight: self.class_weight.clone(),
        }
    }
}

trains_classifier!(SGDClassifier);
