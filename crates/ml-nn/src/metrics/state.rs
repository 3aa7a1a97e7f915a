//! A metric in use.

use ml_core::{Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::{Metric, by_name};
use crate::choice::Choice;

/// A metric with a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MetricRef {
    /// How it is accumulated.
    pub metric: Box<dyn Metric>,
    /// Its name in logs, unless that of its type is good.
    pub name: Option<String>,
}

/// What can be used as a metric: any [`Metric`], under another name if wanted.
pub trait IntoMetric: Sized {
    /// The metric with its name.
    fn into_metric(self) -> MetricRef;

    /// The metric under this name.
    #[must_use]
    fn named(self, name: impl Into<String>) -> MetricRef {
        MetricRef {
            name: Some(name.into()),
            ..self.into_metric()
        }
    }

    /// The metric with variables of its own, for loops of your own.
    fn start(self) -> MetricState {
        MetricState::new(self.into_metric())
    }
}

impl<M: Metric + 'static> IntoMetric for M {
    fn into_metric(self) -> MetricRef {
        MetricRef {
            metric: Box::new(self),
            name: None,
        }
    }
}

impl IntoMetric for MetricRef {
    fn into_metric(self) -> MetricRef {
        self
    }
}

impl<M: IntoMetric> From<M> for Choice<MetricRef> {
    fn from(metric: M) -> Self {
        Self::of(metric.into_metric())
    }
}

impl From<&str> for Choice<MetricRef> {
    fn from(name: &str) -> Self {
        Self(by_name(name))
    }
}

impl MetricRef {
    /// The name in logs.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.metric.name())
    }
}

/// A metric with its variables.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::metrics::{IntoMetric, Precision};
///
/// // The book's two batches: 4 of 5 positive predictions are right, then 0 of 3.
/// let precision = Precision::default().start();
/// let first = precision.call(
///     &Tensor::from([0.0f32, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
///     &Tensor::from([1.0f32, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
/// )?;
/// let second = precision.call(
///     &Tensor::from([0.0f32, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0]),
///     &Tensor::from([1.0f32, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
/// )?;
/// assert_eq!((first, second), (0.8, 0.5));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MetricState {
    name: String,
    metric: Box<dyn Metric>,
    variables: Vec<Variable>,
    initial: Vec<Tensor>,
}

impl MetricState {
    /// With nothing accumulated.
    pub fn new(metric: MetricRef) -> Self {
        let (name, state) = (metric.name(), metric.metric.state());
        let variable = |(part, value): &(&str, Tensor)| {
            let variable = Variable::named(format!("{name}/{part}"), value.clone());
            variable.set_trainable(false);
            variable
        };
        Self {
            variables: state.iter().map(variable).collect(),
            initial: state.into_iter().map(|(_, value)| value).collect(),
            name,
            metric: metric.metric,
        }
    }

    /// The name in logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it accumulates in.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Accumulates a batch.
    ///
    /// # Errors
    /// Those of the metric.
    pub fn update_state(&self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        self.metric.check()?;
        let y_pred = y_pred.stop_gradient();
        self.metric.update(&self.variables, y_true, &y_pred, weights)
    }

    /// The value so far.
    ///
    /// # Errors
    /// Those of the metric.
    pub fn result(&self) -> Result<f64> {
        self.metric.result(&self.variables)?.item()
    }

    /// Accumulates a batch and gives the value so far.
    ///
    /// # Errors
    /// Those of the metric.
    pub fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<f64> {
        self.update_state(y_true, y_pred, None)?;
        self.result()
    }

    /// Forgets what was accumulated.
    ///
    /// # Errors
    /// None in practice: the variables take back what they were made with.
    pub fn reset_state(&self) -> Result<()> {
        self.variables
            .iter()
            .zip(&self.initial)
            .try_for_each(|(variable, value)| variable.assign(value))
    }
}
