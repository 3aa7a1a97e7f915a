//! What all optimizers can do.

use ml_core::{Error, Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::{BoundOptimizer, Optimizer, by_name, check_amount};
use crate::{choice::Choice, schedules::LearningRate};

/// Another rate or decay for some weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The weights whose name begins so: `"wide/"`.
    pub prefix: String,
    /// What the learning rate is multiplied by: finite, at least 0. Default 1.
    pub rate_factor: f64,
    /// Takes the place of the weight decay, if given.
    pub weight_decay: Option<f64>,
}

impl Group {
    /// These weights, treated as all others until told otherwise.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            rate_factor: 1.0,
            weight_decay: None,
        }
    }

    /// Sets what the learning rate is multiplied by.
    #[must_use]
    pub fn rate_factor(mut self, factor: f64) -> Self {
        self.rate_factor = factor;
        self
    }

    /// Sets the weight decay.
    #[must_use]
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.weight_decay = Some(decay);
        self
    }

    fn check(&self) -> Result<()> {
        let of = |name: &str| format!("{name} of group {:?}", self.prefix);
        check_amount(&of("rate_factor"), self.rate_factor)?;
        check_amount(&of("weight_decay"), self.weight_decay.unwrap_or(0.0))
    }
}

/// An optimizer with what all of them can do: clip gradients, let weights decay, treat groups of weights differently.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OptimizerRef {
    /// The rule.
    pub optimizer: Box<dyn Optimizer>,
    /// Longest gradient of a weight, above 0.
    pub clipnorm: Option<f64>,
    /// Longest gradient of all weights together, above 0.
    pub global_clipnorm: Option<f64>,
    /// Largest absolute value in a gradient, above 0.
    pub clipvalue: Option<f64>,
    /// Takes the place of the optimizer's own weight decay, if given.
    pub weight_decay: Option<f64>,
    /// Weights that are treated differently; of several that fit, the first counts.
    pub groups: Vec<Group>,
}

/// What can be used as an optimizer: any [`Optimizer`], with more settings if wanted.
pub trait IntoOptimizer: Sized {
    /// The optimizer with its settings.
    fn into_optimizer(self) -> OptimizerRef;

    /// Scales the gradient of each weight down to this length where it is longer.
    #[must_use]
    fn clipnorm(self, length: f64) -> OptimizerRef {
        OptimizerRef {
            clipnorm: Some(length),
            ..self.into_optimizer()
        }
    }

    /// Scales all gradients down together so that their common length is at most this.
    #[must_use]
    fn global_clipnorm(self, length: f64) -> OptimizerRef {
        OptimizerRef {
            global_clipnorm: Some(length),
            ..self.into_optimizer()
        }
    }

    /// Cuts every element of gradients at plus and minus this.
    #[must_use]
    fn clipvalue(self, value: f64) -> OptimizerRef {
        OptimizerRef {
            clipvalue: Some(value),
            ..self.into_optimizer()
        }
    }

    /// Takes this share of every weight, times the learning rate, away before each step.
    #[must_use]
    fn weight_decay(self, decay: f64) -> OptimizerRef {
        OptimizerRef {
            weight_decay: Some(decay),
            ..self.into_optimizer()
        }
    }

    /// Treats a group of weights differently.
    #[must_use]
    fn group(self, group: Group) -> OptimizerRef {
        let mut optimizer = self.into_optimizer();
        optimizer.groups.push(group);
        optimizer
    }

    /// The optimizer for these variables, for loops of your own.
    ///
    /// # Errors
    /// Settings outside their domain.
    fn bind(self, variables: &[Variable]) -> Result<BoundOptimizer> {
        BoundOptimizer::new(self.into_optimizer(), variables)
    }
}

impl<O: Optimizer + 'static> IntoOptimizer for O {
    fn into_optimizer(self) -> OptimizerRef {
        OptimizerRef::from(Box::new(self) as Box<dyn Optimizer>)
    }
}

impl IntoOptimizer for OptimizerRef {
    fn into_optimizer(self) -> OptimizerRef {
        self
    }
}

impl From<Box<dyn Optimizer>> for OptimizerRef {
    fn from(optimizer: Box<dyn Optimizer>) -> Self {
        Self {
            optimizer,
            clipnorm: None,
            global_clipnorm: None,
            clipvalue: None,
            weight_decay: None,
            groups: Vec::new(),
        }
    }
}

impl<O: IntoOptimizer> From<O> for Choice<OptimizerRef> {
    fn from(optimizer: O) -> Self {
        Self::of(optimizer.into_optimizer())
    }
}

impl From<&str> for Choice<OptimizerRef> {
    fn from(name: &str) -> Self {
        Self(by_name(name).map(OptimizerRef::from))
    }
}

impl OptimizerRef {
    /// Refuses settings outside their domain.
    pub(crate) fn check(&self) -> Result<()> {
        let clips = [
            ("clipnorm", self.clipnorm),
            ("global_clipnorm", self.global_clipnorm),
            ("clipvalue", self.clipvalue),
        ];
        for (name, value) in clips {
            if let Some(value) = value {
                ml_core::check::parameter(name, value, value > 0.0, "above 0")?;
            }
        }
        let given: Vec<&str> = clips
            .iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| *name)
            .collect();
        if given.len() > 1 {
            return Err(Error::Parameter {
                name: given.join(" and "),
                value: "both given".to_owned(),
                domain: "at most one of clipnorm, global_clipnorm and clipvalue".to_owned(),
            });
        }
        check_amount("weight_decay", self.weight_decay.unwrap_or(0.0))?;
        self.groups.iter().try_for_each(Group::check)?;
        check_amount("learning_rate", self.first_rate()?)?;
        self.optimizer.check()
    }

    /// The learning rate of the first step.
    pub(super) fn first_rate(&self) -> Result<f64> {
        match self.optimizer.learning_rate() {
            LearningRate::Constant(rate) => Ok(*rate),
            LearningRate::Schedule(schedule) => schedule.rate(&Tensor::from(0.0))?.item(),
        }
    }

    /// Warns of groups that none of these weights belongs to: a name that was misspelt would do nothing.
    pub(super) fn warn_of_empty_groups(&self, variables: &[Variable]) {
        for (number, group) in self.groups.iter().enumerate() {
            let fits = |group: &Group, name: &str| name.starts_with(&group.prefix);
            let first = |name: &str| self.groups[..number].iter().all(|before| !fits(before, name));
            if !variables.iter().any(|v| fits(group, v.name()) && first(v.name())) {
                let names: Vec<&str> = variables.iter().map(Variable::name).collect();
                tracing::warn!(
                    prefix = group.prefix,
                    weights = names.join(", "),
                    "a group of the optimizer has no weights: give the beginning of a name of weights that learn and \
                     belong to no group before it"
                );
            }
        }
    }

    /// The gradients after clipping.
    pub(super) fn clip(&self, gradients: &[Tensor]) -> Result<Vec<Tensor>> {
        let squares = |g: &Tensor| g.square()?.sum_all();
        if let Some(limit) = self.clipvalue {
            return gradients.iter().map(|g| g.clip(-limit, limit)).collect();
        }
        if let Some(limit) = self.clipnorm {
            let shorter = |g: &Tensor| g.mul(&factor(&squares(g)?.sqrt()?, limit)?);
            return gradients.iter().map(shorter).collect();
        }
        if let (Some(limit), Some(first)) = (self.global_clipnorm, gradients.first()) {
            let mut sum = squares(first)?;
            for gradient in &gradients[1..] {
                sum = sum.add(&squares(gradient)?.cast(first.dtype())?)?;
            }
            let factor = factor(&sum.sqrt()?, limit)?;
            return gradients
                .iter()
                .map(|g| g.mul(&factor.cast(g.dtype())?))
                .collect();
        }
        Ok(gradients.to_vec())
    }

    /// Factor of the learning rate and weight decay for a weight of this name.
    pub(super) fn for_weight(&self, name: &str) -> (f64, f64) {
        let group = self.groups.iter().find(|group| name.starts_with(&group.prefix));
        let decay = self.weight_decay.unwrap_or_else(|| self.optimizer.weight_decay());
        match group {
            Some(group) => (group.rate_factor, group.weight_decay.unwrap_or(decay)),
            None => (1.0, decay),
        }
    }
}

/// `limit / max(length, limit)`: 1 for gradients that are short enough.
fn factor(length: &Tensor, limit: f64) -> Result<Tensor> {
    length.maximum(&length.number_like(limit)?)?.rdiv_scalar(limit)
}
