//! Learning rates that change while training (book section 11.3.7).
//!
//! A schedule is a function of the number of steps made before, computed in the graph of the step; an epoch of `n`
//! steps is `n` of them. Rates that depend on how training goes are set by callbacks.
//!
//! | file | what |
//! |---|---|
//! | `decay` | exponential, inverse time (power), polynomial |
//! | `piecewise` | constants, one after the other |
//! | `cosine` | cosine decay, with warm-up |
//! | `one_cycle` | up, down, and far down |

mod cosine;
mod decay;
mod one_cycle;
mod piecewise;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

pub use cosine::CosineDecay;
pub use decay::{ExponentialDecay, InverseTimeDecay, PolynomialDecay};
pub use one_cycle::OneCycle;
pub use piecewise::PiecewiseConstantDecay;

/// A learning rate as a function of the step. One of your own is a type with this trait under `#[typetag::serde]`.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Schedule: DynClone + fmt::Debug + Send + Sync {
    /// The rate, a scalar of `f64`; `step` is a scalar of `f64` too: how many steps were made before.
    ///
    /// # Errors
    /// Hyperparameters outside their domain.
    fn rate(&self, step: &Tensor) -> Result<Tensor>;
}
dyn_clone::clone_trait_object!(Schedule);

/// A number, or a schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum LearningRate {
    /// The same until it is changed from outside.
    Constant(f64),
    /// A function of the step.
    Schedule(Box<dyn Schedule>),
}

impl From<f64> for LearningRate {
    fn from(rate: f64) -> Self {
        Self::Constant(rate)
    }
}

impl<S: Schedule + 'static> From<S> for LearningRate {
    fn from(schedule: S) -> Self {
        Self::Schedule(Box::new(schedule))
    }
}

#[cfg(test)]
pub(crate) fn at(schedule: &dyn Schedule, step: f64) -> f64 {
    schedule.rate(&Tensor::from(step)).unwrap().item().unwrap()
}
