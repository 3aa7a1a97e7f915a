//! The loss as a function of the learning rate.

use ml_core::{Error, Result, Tensor, autodiff::Variable, check};

use crate::{
    callbacks::{Callback, Run},
    models::Model,
    training::{Fit, Tensors},
};

/// Learning-rate range test (book section 10.3): trains for a few hundred steps, from a very low to a very large rate, which
/// is multiplied by the same factor at each step. Plotted against the rate on a logarithmic axis, the loss falls, then rises;
/// a good rate is about ten times lower than where it turns.
///
/// Weights and what the optimizer keeps are put back afterwards: the model is as it was.
///
/// **Source**: Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Sequential, layers::{Dense, IntoLayer}, optimizers::Sgd, tuning::RangeTest};
///
/// let x = Tensor::from([[-1.0f32], [0.0], [1.0], [2.0]]);
/// let y = Tensor::from([[-3.0f32], [-1.0], [2.0], [3.0]]);
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.01), "mse"))?;
/// let before = model.get_weights();
/// let test = RangeTest::new().batch_size(2).run(&mut model, &x, &y)?;
/// // The factor is exp(ln(10⁶) / 500); the curvature of this loss, 3.6, lets steps diverge from a rate of 2 / 3.6 on.
/// assert!((test.rates[1] / test.rates[0] - 1.028_016_3).abs() < 1e-7);
/// assert!((0.02..0.6).contains(&test.turning_point()?));
/// assert_eq!(model.get_weights()[0].to_vec::<f32>()?, before[0].to_vec::<f32>()?);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RangeTest {
    /// The first rate, above 0. Default 1e-5.
    pub from: f64,
    /// The last rate, above the first. Default 10.
    pub to: f64,
    /// How often the rate is multiplied from the first to the last, at least 1: one less than steps are made. Default 500.
    pub steps: usize,
    /// Examples of a step, at least 1. Default 32.
    pub batch_size: usize,
    /// Ends when a loss is so many times the least before, above 1. Default never: only when it is not finite any more.
    pub stop_above: Option<f64>,
}

impl Default for RangeTest {
    fn default() -> Self {
        Self {
            from: 1e-5,
            to: 10.0,
            steps: 500,
            batch_size: 32,
            stop_above: None,
        }
    }
}

impl RangeTest {
    /// From 1e-5 to 10 in 500 steps of 32 examples.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first and the last rate.
    #[must_use]
    pub fn rates(mut self, from: f64, to: f64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    /// Sets how often the rate is multiplied.
    #[must_use]
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Sets the examples of a step.
    #[must_use]
    pub fn batch_size(mut self, size: usize) -> Self {
        self.batch_size = size;
        self
    }

    /// Ends when a loss is so many times the least before.
    #[must_use]
    pub fn stop_above(mut self, times: f64) -> Self {
        self.stop_above = Some(times);
        self
    }

    /// What the rate is multiplied by at each step: `exp(ln(to / from) / steps)`.
    pub fn factor(&self) -> f64 {
        ((self.to / self.from).ln() / self.steps as f64).exp()
    }

    /// Trains the model, which is compiled, and puts it back as it was.
    ///
    /// # Errors
    /// [`Error::Parameter`] for rates, steps or a size outside their domain; [`Error::Data`] for an optimizer whose rate
    /// follows a schedule; otherwise as [`Model::fit`].
    pub fn run(&self, model: &mut Model, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<LossByRate> {
        self.check()?;
        let mut steps = Steps {
            test: self,
            found: LossByRate::default(),
            kept: Vec::new(),
        };
        // An epoch has a step at least.
        let fit = Fit::new()
            .epochs(self.steps.saturating_add(1))
            .batch_size(self.batch_size)
            .callback(&mut steps);
        let trained = model.fit(x, y, fit);
        let Steps { found, kept, .. } = steps;
        // Also after an error the model is what it was.
        kept.iter()
            .try_for_each(|(variable, value)| variable.assign(value))?;
        trained.map(|_| found)
    }

    fn check(&self) -> Result<()> {
        let valid = self.from > 0.0 && self.from.is_finite();
        check::parameter("from", self.from, valid, "finite and above 0")?;
        let valid = self.to > self.from && self.to.is_finite();
        check::parameter("to", self.to, valid, "finite and above from")?;
        check::parameter("steps", self.steps, self.steps >= 1, "at least 1")?;
        let times = self.stop_above.unwrap_or(f64::INFINITY);
        check::parameter("stop_above", times, times > 1.0, "above 1")
    }
}

/// Sets the rate of each step and takes down its loss.
struct Steps<'t> {
    test: &'t RangeTest,
    found: LossByRate,
    /// The model's variables as they were.
    kept: Vec<(Variable, Tensor)>,
}

impl Callback for Steps<'_> {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let model = run.model();
        let weights = model.weights().into_iter().map(|weight| weight.variable);
        let all = weights.chain(model.optimizer()?.state());
        self.kept = all.map(|variable| (variable.clone(), variable.value())).collect();
        Ok(())
    }

    fn on_train_batch_begin(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        let done = self.found.rates.len() as f64;
        // Computed anew each time: repeated multiplication would add up rounding errors.
        let exponent = (self.test.to / self.test.from).ln() * done / self.test.steps as f64;
        let rate = self.test.from * exponent.exp();
        run.model().optimizer()?.set_learning_rate(rate)?;
        self.found.rates.push(rate);
        // So that the loss is that of the step, not the mean of the epoch.
        run.model().ready()?.state.reset()
    }

    fn on_train_batch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        let loss = run.loss()?;
        if !loss.is_finite() {
            self.found.rates.pop();
            run.stop_training();
            return Ok(());
        }
        let least = self.found.losses.iter().copied().fold(f64::INFINITY, f64::min);
        self.found.losses.push(loss);
        let too_large = self.test.stop_above.is_some_and(|times| loss > times * least);
        if too_large || self.found.losses.len() > self.test.steps {
            run.stop_training();
        }
        Ok(())
    }
}

/// What a [`RangeTest`] found: the loss of each step, before the weights moved at that step's rate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LossByRate {
    /// The rates, rising.
    pub rates: Vec<f64>,
    /// The losses.
    pub losses: Vec<f64>,
}

/// Share of the mean that a step keeps, so that the noise of batches does not show.
const SMOOTHING: f64 = 0.9;

impl LossByRate {
    /// The losses as running means, in which a step has weight 0.1, corrected for the beginning.
    pub fn smoothed(&self) -> Vec<f64> {
        let mut mean = 0.0;
        let mut kept = 1.0;
        let step = |&loss: &f64| {
            mean = SMOOTHING * mean + (1.0 - SMOOTHING) * loss;
            kept *= SMOOTHING;
            mean / (1.0 - kept)
        };
        self.losses.iter().map(step).collect()
    }

    /// The rate at which the smoothed loss is least: from there on it climbs.
    ///
    /// # Errors
    /// [`Error::Numerical`] if not even the first loss was finite.
    pub fn turning_point(&self) -> Result<f64> {
        let smoothed = self.smoothed();
        let least = (0..smoothed.len()).min_by(|&a, &b| smoothed[a].total_cmp(&smoothed[b]));
        least
            .map(|step| self.rates[step])
            .ok_or_else(|| Error::Numerical {
                op: "range test",
                problem: "the first loss is not finite".to_owned(),
                remedy: "begin with a lower rate, or scale the data",
            })
    }

    /// A rate to train with: a tenth of the [turning point](Self::turning_point).
    ///
    /// # Errors
    /// As [`turning_point`](Self::turning_point).
    pub fn suggestion(&self) -> Result<f64> {
        Ok(self.turning_point()? / 10.0)
    }
}
