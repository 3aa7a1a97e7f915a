//! How weights are trained by stochastic gradient descent, whatever they are for.

use ml_core::{Error, Result, Rng, Seed, check, random::NumpyRng};
use serde::{Deserialize, Serialize};

use super::loss::Loss;
use crate::{ClassWeight, linear::Penalty, solve::check_iterations};

/// How the learning rate `eta` of step `t` (from 1) follows from `eta0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LearningRate {
    /// `eta0` throughout.
    Constant,
    /// `1 / (alpha·(t0 + t - 1))`, with `t0 = 1 / (alpha·s)` and `s = alpha^(-1/4)`, a guess at the size of the
    /// weights (Bottou); needs `alpha > 0`.
    #[default]
    Optimal,
    /// `eta0 / t^power_t`.
    InvScaling,
    /// `eta0`, divided by 5 whenever training stagnates for `n_iter_no_change` epochs, down to 1e-6.
    Adaptive,
    /// `min(eta0, loss / |x|²)`, the first of the passive-aggressive algorithms, for the hinge and the
    /// epsilon-insensitive loss.
    Pa1,
    /// `loss / (|x|² + 1 / (2·eta0))`, the second.
    Pa2,
}

/// All hyperparameters of a fit; the estimators of this family are views of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) op: Owner,
    pub(super) loss: Loss,
    pub(super) penalty: Penalty,
    pub(super) alpha: f64,
    pub(super) l1_ratio: f64,
    pub(super) fit_intercept: bool,
    pub(super) max_iter: usize,
    pub(super) tol: Option<f64>,
    pub(super) shuffle: bool,
    pub(super) seed: Seed,
    pub(super) learning_rate: LearningRate,
    pub(super) eta0: f64,
    pub(super) power_t: f64,
    pub(super) early_stopping: bool,
    pub(super) validation_fraction: f64,
    pub(super) n_iter_no_change: usize,
    pub(super) average: usize,
    pub(super) class_weight: ClassWeight,
}

/// Whose plan it is, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Owner {
    SgdClassifier,
    SgdRegressor,
    Perceptron,
    PassiveAggressiveClassifier,
    PassiveAggressiveRegressor,
}

impl Owner {
    /// What the owner calls `eta0`.
    fn step_name(self) -> &'static str {
        match self {
            Owner::PassiveAggressiveClassifier | Owner::PassiveAggressiveRegressor => "c",
            _ => "eta0",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Owner::SgdClassifier => "SGDClassifier",
            Owner::SgdRegressor => "SGDRegressor",
            Owner::Perceptron => "Perceptron",
            Owner::PassiveAggressiveClassifier => "PassiveAggressiveClassifier",
            Owner::PassiveAggressiveRegressor => "PassiveAggressiveRegressor",
        }
    }
}

/// The largest number that NumPy seeds are drawn below.
const MAX_INT: i64 = i32::MAX as i64;

impl Plan {
    pub(super) fn check(&self) -> Result<()> {
        let at_least_0 =
            |name, v: f64| check::parameter(name, v, v.is_finite() && v >= 0.0, "finite and >= 0");
        let above_0 = |name, v: f64| check::parameter(name, v, v.is_finite() && v > 0.0, "finite and > 0");
        at_least_0("alpha", self.alpha)?;
        if self.learning_rate == LearningRate::Optimal {
            let domain = "> 0 for learning_rate = \"optimal\", which is computed from it";
            check::parameter("alpha", self.alpha, self.alpha > 0.0, domain)?;
        }
        check::parameter(
            "l1_ratio",
            self.l1_ratio,
            (0.0..=1.0).contains(&self.l1_ratio),
            "in [0, 1]",
        )?;
        check_iterations("max_iter", self.max_iter)?;
        if let Some(tol) = self.tol {
            check::parameter(
                "tol",
                tol,
                tol >= 0.0,
                ">= 0, or None to train for all of max_iter",
            )?;
        }
        above_0(self.op.step_name(), self.eta0)?;
        at_least_0("power_t", self.power_t)?;
        let fraction = self.validation_fraction;
        check::parameter(
            "validation_fraction",
            fraction,
            fraction > 0.0 && fraction < 1.0,
            "in (0, 1)",
        )?;
        check::parameter(
            "n_iter_no_change",
            self.n_iter_no_change,
            self.n_iter_no_change > 0,
            ">= 1",
        )?;
        if let Loss::Huber(epsilon)
        | Loss::EpsilonInsensitive(epsilon)
        | Loss::SquaredEpsilonInsensitive(epsilon) = self.loss
        {
            at_least_0("epsilon", epsilon)?;
        }
        let passive = matches!(self.learning_rate, LearningRate::Pa1 | LearningRate::Pa2);
        let suits = matches!(self.loss, Loss::Hinge(_) | Loss::EpsilonInsensitive(_));
        let domain = "another learning rate for this loss: this one goes with hinge and epsilon_insensitive";
        let name = format!("{:?}", self.learning_rate).to_lowercase();
        check::parameter("learning_rate", name, !passive || suits, domain)
    }

    /// What continuing a fit, epoch by epoch, cannot do.
    pub(super) fn check_partial(&self) -> Result<()> {
        let unsupported = |what, remedy| {
            let owner = format!("{}::partial_fit", self.op.name());
            Err(Error::Unsupported { owner, what, remedy })
        };
        if self.early_stopping {
            return unsupported(
                "early_stopping",
                "switch it off, and stop with ml_classic::linear::EarlyStopping",
            );
        }
        if self.class_weight == ClassWeight::Balanced {
            return unsupported(
                "class_weight = \"balanced\"",
                "give the weights by class, computed from all the data",
            );
        }
        Ok(())
    }

    /// The share of the l1 penalty.
    pub(super) fn l1(&self) -> f64 {
        match self.penalty {
            Penalty::None | Penalty::L2 => 0.0,
            Penalty::L1 => 1.0,
            Penalty::ElasticNet => self.l1_ratio,
        }
    }

    /// The seeds of the shuffles of `n` binary problems: Scikit-Learn's for the seed of NumPy's generator.
    pub(super) fn shuffles(&self, n: usize) -> Result<Vec<u32>> {
        let numpy = match self.seed {
            Seed::Fast(seed) => {
                let rng = Rng::new(seed);
                return Ok((0..n as u64).map(|i| rng.stream(i).next_u64() as u32).collect());
            }
            Seed::Numpy(seed) => seed,
        };
        let regression = matches!(self.op, Owner::SgdRegressor | Owner::PassiveAggressiveRegressor);
        // Its classifiers draw the seed of a data set, which is not used, before that of the shuffle.
        let draw = |seed: u32| -> Result<u32> {
            let mut rng = NumpyRng::new(seed);
            if !regression {
                rng.randint(1..MAX_INT, 1)?;
            }
            Ok(rng.randint(0..MAX_INT, 1)?[0] as u32)
        };
        if n == 1 {
            return Ok(vec![draw(numpy)?]);
        }
        let seeds = NumpyRng::new(numpy).randint(0..MAX_INT, n)?;
        seeds.iter().map(|&seed| draw(seed as u32)).collect()
    }
}
