//! Optimizers: how gradients move weights (book section 11.3).
//!
//! | file | what |
//! |---|---|
//! | `bound` | an optimizer with its variables: steps, rate, slots |
//! | `settings` | what all of them can do: clipping, decay of weights, groups |
//! | `sgd`, `adagrad`, `adadelta`, `rmsprop`, `adam`, `adamax`, `nadam`, `adamw` | one each |
//!
//! *To add one:* a file with the struct and `#[typetag::serde] impl Optimizer`, a line below, a name in [`by_name`].

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod bound;
mod nadam;
mod rmsprop;
mod settings;
mod sgd;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Error, Result, Tensor, autodiff::Variable};

use crate::schedules::LearningRate;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use bound::BoundOptimizer;
pub use nadam::Nadam;
pub use rmsprop::RmsProp;
pub use settings::{Group, IntoOptimizer, OptimizerRef};
pub use sgd::Sgd;

/// Added to denominators, as in Keras.
pub(crate) const EPSILON: f64 = 1e-7;

/// A rule by which gradients move weights. One of your own is a type with this trait under `#[typetag::serde]`.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Optimizer: DynClone + fmt::Debug + Send + Sync {
    /// How far a step goes.
    fn learning_rate(&self) -> &LearningRate;

    /// What is kept for every weight, in its shape: names and first values.
    fn slots(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// What is kept once: names and first values of scalars of `f64`.
    fn globals(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Changes the globals at the beginning of a step, which has this number (1, 2, ...), a scalar of `f64`.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn begin(&self, globals: &[Variable], number: &Tensor) -> Result<()> {
        let _ = (globals, number);
        Ok(())
    }

    /// Share of every weight that is taken away before each step, times the learning rate.
    fn weight_decay(&self) -> f64 {
        0.0
    }

    /// The new value of a weight; slots are assigned.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn update(&self, step: &Step<'_>) -> Result<Tensor>;

    /// Refuses hyperparameters outside their domain: asked by `compile`, and when it is bound to variables.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the hyperparameter. Default: none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}
dyn_clone::clone_trait_object!(Optimizer);

/// One weight at one step.
#[derive(Debug)]
pub struct Step<'s> {
    /// Its value.
    pub weight: &'s Tensor,
    /// The gradient of the loss.
    pub gradient: &'s Tensor,
    /// What is kept for it, in the order of [`Optimizer::slots`].
    pub slots: &'s [Variable],
    /// What is kept once, in the order of [`Optimizer::globals`].
    pub globals: &'s [Variable],
    /// The learning rate, a scalar of `f64`.
    pub rate: &'s Tensor,
    /// Number of this step, from 1, a scalar of `f64`.
    pub number: &'s Tensor,
}

impl Step<'_> {
    /// A scalar of `f64` in the element type of the weight.
    ///
    /// # Errors
    /// None for weights of `f32` and `f64`.
    pub fn scalar(&self, number: &Tensor) -> Result<Tensor> {
        match number.dtype() == self.weight.dtype() {
            true => Ok(number.clone()),
            false => number.cast(self.weight.dtype()),
        }
    }

    /// The weight less the learning rate times this.
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn descend(&self, direction: &Tensor) -> Result<Tensor> {
        self.weight.sub(&direction.mul(&self.scalar(self.rate)?)?)
    }

    /// `share · slot + (1 - share) · value`, which the slot is assigned; 0 where that is next to subnormal.
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn average(&self, slot: usize, share: f64, value: &Tensor) -> Result<Tensor> {
        let slot = &self.slots[slot];
        let before = slot.read();
        let after = before.average_towards(value, 1.0 - share)?;
        slot.assign(&after)?;
        Ok(after)
    }

    /// Assigns a slot `value`, with 0 where that is subnormal: what shrinks at every step would stay there for ever, and
    /// slow every step down. Gives what was assigned.
    ///
    /// # Errors
    /// A shape that is not the slot's.
    pub fn keep(&self, slot: usize, value: &Tensor) -> Result<Tensor> {
        let value = value.flush_subnormal()?;
        self.slots[slot].assign(&value)?;
        Ok(value)
    }

    /// `1 - share^number`, a scalar of `f64`: what an average that began at 0 is divided by.
    ///
    /// # Errors
    /// None in practice.
    pub fn started(&self, share: f64) -> Result<Tensor> {
        Tensor::from(share).pow(self.number)?.rsub_scalar(1.0)
    }
}

/// A share of averages: at least 0, below 1.
pub(crate) fn check_share(name: &str, share: f64) -> Result<()> {
    ml_core::check::parameter(name, share, (0.0..1.0).contains(&share), "at least 0 and below 1")
}

/// What is added to denominators, or counted from: finite, at least 0.
pub(crate) fn check_amount(name: &str, amount: f64) -> Result<()> {
    let valid = amount.is_finite() && amount >= 0.0;
    ml_core::check::parameter(name, amount, valid, "finite and at least 0")
}

/// The optimizer of this name in Keras, with its defaults.
///
/// # Errors
/// [`Error::Parameter`] with the names that exist.
pub fn by_name(name: &str) -> Result<Box<dyn Optimizer>> {
    Ok(match name {
        "sgd" => Box::new(Sgd::default()),
        "adagrad" => Box::new(Adagrad::default()),
        "adadelta" => Box::new(Adadelta::default()),
        "rmsprop" => Box::new(RmsProp::default()),
        "adam" => Box::new(Adam::default()),
        "adamax" => Box::new(Adamax::default()),
        "nadam" => Box::new(Nadam::default()),
        "adamw" => Box::new(AdamW::default()),
        other => {
            return Err(Error::Parameter {
                name: "optimizer".to_owned(),
                value: format!("{other:?}"),
                domain: "sgd, adagrad, adadelta, rmsprop, adam, adamax, nadam or adamw".to_owned(),
            });
        }
    })
}

/// `new` with a learning rate, and the rest as by default.
macro_rules! with_rate {
    ($name:ident) => {
        impl $name {
            /// With this learning rate, a number or a schedule, and the rest as in Keras.
            pub fn new(learning_rate: impl Into<$crate::schedules::LearningRate>) -> Self {
                Self {
                    learning_rate: learning_rate.into(),
                    ..Self::default()
                }
            }
        }
    };
}
pub(crate) use with_rate;
