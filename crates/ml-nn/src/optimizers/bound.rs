//! An optimizer with its variables.

use ml_core::{DType, Error, Result, Tensor, autodiff::Variable};

use super::{OptimizerRef, Step, check_amount};
use crate::schedules::LearningRate;

/// An optimizer for certain variables: it counts steps and keeps what the rule needs.
///
/// Everything it keeps is a variable, so that a step can be part of a traced function, be saved and go on elsewhere.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::Variable};
/// use ml_nn::optimizers::{IntoOptimizer, Sgd};
///
/// let w = Variable::new([1.0f32, 2.0]);
/// let optimizer = Sgd::new(0.5).momentum(0.9).bind(&[w.clone()])?;
/// for _ in 0..2 {
///     optimizer.apply_gradients(&[Some(Tensor::from([1.0f32, 0.0]))])?;
/// }
/// // By hand: the speeds are -0.5, then 0.9 · -0.5 - 0.5 = -0.95.
/// assert!(w.value().all_close(&Tensor::from([-0.45f32, 2.0]), 1e-6, 1e-6)?);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct BoundOptimizer {
    optimizer: OptimizerRef,
    variables: Vec<Variable>,
    iterations: Variable,
    learning_rate: Variable,
    globals: Vec<Variable>,
    /// Of each variable.
    slots: Vec<Vec<Variable>>,
}

impl BoundOptimizer {
    pub(super) fn new(optimizer: OptimizerRef, variables: &[Variable]) -> Result<Self> {
        optimizer.check()?;
        optimizer.warn_of_empty_groups(variables);
        let kept = |name: String, value: Tensor| {
            let variable = Variable::named(name, value);
            variable.set_trainable(false);
            variable
        };
        let rate = optimizer.first_rate()?;
        let slots = optimizer.optimizer.slots();
        let slots_of = |variable: &Variable| {
            let slot = |&(name, value): &(&str, f64)| {
                let value = variable.value().zeros_like()?.add_scalar(value)?;
                Ok(kept(format!("{}/{name}", variable.name()), value))
            };
            slots.iter().map(slot).collect::<Result<Vec<_>>>()
        };
        let globals = optimizer.optimizer.globals();
        Ok(Self {
            slots: variables.iter().map(slots_of).collect::<Result<_>>()?,
            globals: globals
                .iter()
                .map(|&(name, value)| kept(name.to_owned(), value.into()))
                .collect(),
            iterations: kept("iterations".to_owned(), Tensor::from(0i64)),
            learning_rate: kept("learning_rate".to_owned(), Tensor::from(rate)),
            variables: variables.to_vec(),
            optimizer,
        })
    }

    /// The rule and its settings.
    pub fn settings(&self) -> &OptimizerRef {
        &self.optimizer
    }

    /// What it moves.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// How many steps were made, an `i64`.
    pub fn iterations(&self) -> &Variable {
        &self.iterations
    }

    /// Everything it keeps, in a fixed order: for files.
    pub fn state(&self) -> Vec<Variable> {
        let own = [&self.iterations, &self.learning_rate]
            .into_iter()
            .chain(&self.globals);
        own.chain(self.slots.iter().flatten()).cloned().collect()
    }

    /// The learning rate of the next step.
    ///
    /// # Errors
    /// Those of the schedule.
    pub fn learning_rate(&self) -> Result<f64> {
        self.rate()?.item()
    }

    /// Sets the learning rate from here on.
    ///
    /// # Errors
    /// [`Error::Data`] if it follows a schedule; [`Error::Parameter`] unless finite and at least 0.
    pub fn set_learning_rate(&self, rate: f64) -> Result<()> {
        if let LearningRate::Schedule(schedule) = self.optimizer.optimizer.learning_rate() {
            return Err(Error::Data {
                op: "set_learning_rate",
                problem: format!("the rate follows the schedule {schedule:?}"),
                remedy: "make the optimizer with a number, or change the schedule",
            });
        }
        check_amount("learning_rate", rate)?;
        self.learning_rate.assign(&Tensor::from(rate))
    }

    fn rate(&self) -> Result<Tensor> {
        match self.optimizer.optimizer.learning_rate() {
            LearningRate::Constant(_) => Ok(self.learning_rate.read()),
            LearningRate::Schedule(schedule) => schedule.rate(&self.iterations.read().cast(DType::F64)?),
        }
    }

    /// Moves the variables by gradients, one for each; `None` leaves a variable where it is.
    ///
    /// # Errors
    /// [`Error::Data`] for another number of gradients; [`Error::Shape`] for one that does not fit its variable.
    pub fn apply_gradients(&self, gradients: &[Option<Tensor>]) -> Result<()> {
        if gradients.len() != self.variables.len() {
            return Err(Error::Data {
                op: "apply_gradients",
                problem: format!(
                    "{} variables, but {} gradients",
                    self.variables.len(),
                    gradients.len()
                ),
                remedy: "give a gradient, or None, for each variable that the optimizer was bound to",
            });
        }
        let (rate, before) = (self.rate()?, self.iterations.read());
        let number = before.cast(DType::F64)?.add_scalar(1.0)?;
        self.optimizer.optimizer.begin(&self.globals, &number)?;
        let (which, given): (Vec<usize>, Vec<Tensor>) = gradients
            .iter()
            .enumerate()
            .filter_map(|(which, gradient)| Some((which, gradient.as_ref()?.stop_gradient())))
            .unzip();
        for (which, gradient) in which.into_iter().zip(self.optimizer.clip(&given)?) {
            self.move_one(which, &gradient, &rate, &number)?;
        }
        self.iterations.assign(&before.add_scalar(1.0)?)
    }

    fn move_one(&self, which: usize, gradient: &Tensor, rate: &Tensor, number: &Tensor) -> Result<()> {
        let variable = &self.variables[which];
        if !gradient.shape().matches(variable.shape()) {
            return Err(Error::Shape {
                op: "apply_gradients",
                left: variable.shape().to_vec(),
                right: gradient.shape().to_vec(),
                rule: "a gradient must have the shape of its variable",
            });
        }
        let (factor, decay) = self.optimizer.for_weight(variable.name());
        let scaled;
        let rate = if factor == 1.0 {
            rate
        } else {
            scaled = rate.mul_scalar(factor)?;
            &scaled
        };
        let mut weight = variable.read().stop_gradient();
        if decay != 0.0 {
            let share = rate.mul_scalar(decay)?.cast(weight.dtype())?;
            weight = weight.sub(&weight.mul(&share)?)?;
        }
        let moved = self.optimizer.optimizer.update(&Step {
            weight: &weight,
            gradient,
            slots: &self.slots[which],
            globals: &self.globals,
            rate,
            number,
        })?;
        variable.assign(&moved)
    }
}
