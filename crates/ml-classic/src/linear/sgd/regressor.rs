//! `SGDRegressor`.

use derive_setters::Setters;
use ml_core::Seed;
use serde::{Deserialize, Serialize};

use super::{
    fitted_regressor::trains_regressor,
    loss::Loss,
    plan::{LearningRate, Owner, Plan},
};
use crate::{ClassWeight, linear::Penalty};

/// What a regressor is trained to keep small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegressorLoss {
    /// `(y - p)² / 2`: least squares.
    #[default]
    SquaredError,
    /// The squared error up to `epsilon`, linear beyond: robust to outliers.
    Huber,
    /// `max(0, |y - p| - epsilon)`: a linear support vector machine.
    EpsilonInsensitive,
    /// Its square.
    SquaredEpsilonInsensitive,
}

/// Linear regression by stochastic gradient descent: minimises `mean(loss) + alpha·penalty`, one row at a time.
///
/// For every row, in an order that is shuffled anew in every epoch: `w ← w - eta·(∂loss/∂w + alpha·∂penalty/∂w)`.
/// Training stops when the mean objective of an epoch, or with `early_stopping` the R² on rows held out, has not
/// improved by `tol` for `n_iter_no_change` epochs.
///
/// **Scale the columns first** (`StandardScaler`): a step moves the weights of large columns most, and may make them
/// overflow. With [`Seed::numpy`] the shuffles are Scikit-Learn's, and so, up to rounding, are the weights.
///
/// **Cost**: `O(stored values)` an epoch. **Source**: Bottou (2010), as for [`SGDClassifier`](super::SGDClassifier).
///
/// # Examples
/// ```
/// use ml_classic::linear::{Penalty, SGDRegressor};
/// use ml_core::{Fit, Predict, Seed, ndarray::array};
///
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![-1.0, 1.0, 3.0]);
/// let model = SGDRegressor::default().penalty(Penalty::None).eta0(0.1).tol(None).seed(Seed::numpy(42));
/// let model = model.fit(x.view(), y.view())?;
/// assert!((model.coef[0] - 2.0).abs() < 1e-6 && (model.intercept - 1.0).abs() < 1e-6);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct SGDRegressor {
    /// What an error costs. Default squared.
    pub loss: RegressorLoss,
    /// What large weights cost. Default l2.
    pub penalty: Penalty,
    /// Strength of the penalty, at least 0; above 0 for the optimal learning rate. Default 0.0001.
    pub alpha: f64,
    /// Share of l1 in the elastic net, in `[0, 1]`. Default 0.15.
    pub l1_ratio: f64,
    /// Whether to learn an intercept; without it, centre the data. Default true.
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
    /// How the learning rate falls. Default inverse scaling.
    pub learning_rate: LearningRate,
    /// First learning rate (not for the optimal one), above 0. Default 0.01.
    pub eta0: f64,
    /// Exponent of the inverse scaling, at least 0. Default 0.25.
    pub power_t: f64,
    /// Whether to stop by the R² on rows that are held out. Default false.
    pub early_stopping: bool,
    /// Share of the rows that are held out, in `(0, 1)`. Default 0.1.
    pub validation_fraction: f64,
    /// Epochs without improvement after which to stop, at least 1. Default 5.
    pub n_iter_no_change: usize,
    /// Step from which on the weights are averaged, 1 for the first; 0 (default) does not average.
    pub average: usize,
}
ml_core::impl_params!(SGDRegressor);

impl Default for SGDRegressor {
    fn default() -> Self {
        Self {
            loss: RegressorLoss::SquaredError,
            penalty: Penalty::L2,
            alpha: 1e-4,
            l1_ratio: 0.15,
            fit_intercept: true,
            max_iter: 1000,
            tol: Some(1e-3),
            shuffle: true,
            epsilon: 0.1,
            seed: Seed::default(),
            learning_rate: LearningRate::InvScaling,
            eta0: 0.01,
            power_t: 0.25,
            early_stopping: false,
            validation_fraction: 0.1,
            n_iter_no_change: 5,
            average: 0,
        }
    }
}

impl SGDRegressor {
    fn plan(&self) -> Plan {
        let loss = match self.loss {
            RegressorLoss::SquaredError => Loss::SquaredError,
            RegressorLoss::Huber => Loss::Huber(self.epsilon),
            RegressorLoss::EpsilonInsensitive => Loss::EpsilonInsensitive(self.epsilon),
            RegressorLoss::SquaredEpsilonInsensitive => Loss::SquaredEpsilonInsensitive(self.epsilon),
        };
        Plan {
            op: Owner::SgdRegressor,
            loss,
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
            class_weight: ClassWeight::Uniform,
        }
    }
}

trains_regressor!(SGDRegressor);
