//! Loss, optimizer and metrics of a model.

use std::collections::HashSet;

use ml_core::{Error, Result, check, graph::RunOptions};
use serde::{Deserialize, Serialize};

use crate::{choice::Choice, losses::LossRef, metrics::MetricRef, optimizers::OptimizerRef};

/// What a model is trained for and how (book section 10.2.2): given to [`Model::compile`](super::Model::compile).
///
/// # Examples
/// ```
/// use ml_nn::{Compile, optimizers::Sgd};
///
/// let compile = Compile::new(Sgd::new(0.01), "sparse_categorical_crossentropy").metric("accuracy");
/// ```
#[derive(Debug)]
pub struct Compile {
    optimizer: Choice<OptimizerRef>,
    /// For all outputs, for each by position, or by name.
    losses: Vec<(Where, Choice<LossRef>)>,
    weights: Vec<(Where, f64)>,
    metrics: Vec<(Where, Choice<MetricRef>)>,
    run_eagerly: bool,
    options: RunOptions,
}

/// Which outputs.
#[derive(Debug, Clone, PartialEq)]
enum Where {
    All,
    Position(usize),
    Name(String),
}

impl Where {
    fn is(&self, position: usize, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Position(own) => *own == position,
            Self::Name(own) => own == name,
        }
    }
}

/// All that is known of an output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) loss: LossRef,
    pub(crate) weight: f64,
    pub(crate) metrics: Vec<MetricRef>,
}

impl Output {
    /// The name of its loss in logs; where it is alone, that is the whole.
    pub(crate) fn shown_name(&self, alone: bool) -> Option<String> {
        (!alone).then(|| format!("{}_loss", self.name))
    }

    /// The name of one of its metrics in logs.
    pub(crate) fn metric_name(&self, metric: &MetricRef, alone: bool) -> String {
        match alone {
            true => metric.name(),
            false => format!("{}_{}", self.name, metric.name()),
        }
    }
}

/// [`Compile`], checked and sorted by output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Compiled {
    pub(crate) optimizer: OptimizerRef,
    pub(crate) outputs: Vec<Output>,
    pub(crate) run_eagerly: bool,
    /// Of this process, not of the model.
    #[serde(skip)]
    pub(crate) options: RunOptions,
}

impl Compile {
    /// This optimizer, and this loss for every output; both by name or as they are.
    pub fn new(optimizer: impl Into<Choice<OptimizerRef>>, loss: impl Into<Choice<LossRef>>) -> Self {
        Self {
            optimizer: optimizer.into(),
            losses: vec![(Where::All, loss.into())],
            weights: Vec::new(),
            metrics: Vec::new(),
            run_eagerly: false,
            options: RunOptions::default(),
        }
    }

    /// A loss for the output of this name.
    #[must_use]
    pub fn loss_for(mut self, output: impl Into<String>, loss: impl Into<Choice<LossRef>>) -> Self {
        self.losses.push((Where::Name(output.into()), loss.into()));
        self
    }

    /// A loss for each output, in order.
    #[must_use]
    pub fn losses<L: Into<Choice<LossRef>>>(mut self, losses: impl IntoIterator<Item = L>) -> Self {
        let losses = losses.into_iter().enumerate();
        self.losses
            .extend(losses.map(|(position, loss)| (Where::Position(position), loss.into())));
        self
    }

    /// What the loss of each output is multiplied by before they are added. Default 1.
    #[must_use]
    pub fn loss_weights(mut self, weights: impl IntoIterator<Item = f64>) -> Self {
        let weights = weights.into_iter().enumerate();
        self.weights
            .extend(weights.map(|(position, weight)| (Where::Position(position), weight)));
        self
    }

    /// What the loss of the output of this name is multiplied by.
    #[must_use]
    pub fn loss_weight_for(mut self, output: impl Into<String>, weight: f64) -> Self {
        self.weights.push((Where::Name(output.into()), weight));
        self
    }

    /// One more metric, for every output.
    #[must_use]
    pub fn metric(mut self, metric: impl Into<Choice<MetricRef>>) -> Self {
        self.metrics.push((Where::All, metric.into()));
        self
    }

    /// More metrics, for every output.
    #[must_use]
    pub fn metrics<M: Into<Choice<MetricRef>>>(mut self, metrics: impl IntoIterator<Item = M>) -> Self {
        self.metrics
            .extend(metrics.into_iter().map(|metric| (Where::All, metric.into())));
        self
    }

    /// One more metric, for the output of this name.
    #[must_use]
    pub fn metric_for(mut self, output: impl Into<String>, metric: impl Into<Choice<MetricRef>>) -> Self {
        self.metrics.push((Where::Name(output.into()), metric.into()));
        self
    }

    /// Whether steps run operation by operation, without a graph: for debugging. Default false.
    #[must_use]
    pub fn run_eagerly(mut self, run_eagerly: bool) -> Self {
        self.run_eagerly = run_eagerly;
        self
    }

    /// With how many threads the graphs of the steps run.
    #[must_use]
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Sorted by output.
    pub(super) fn resolve(self, outputs: &[String]) -> Result<Compiled> {
        let places = [
            self.losses.iter().map(|(place, _)| place).collect::<Vec<_>>(),
            self.weights.iter().map(|(place, _)| place).collect(),
            self.metrics.iter().map(|(place, _)| place).collect(),
        ];
        places
            .concat()
            .into_iter()
            .try_for_each(|place| known(place, outputs))?;
        let losses = given(self.losses)?;
        let metrics = given(self.metrics)?;
        metrics
            .iter()
            .try_for_each(|(_, metric): &(Where, MetricRef)| metric.metric.check())?;
        let output = |(position, name): (usize, &String)| {
            // What was said last, and most closely, counts.
            let loss = losses.iter().rev().find(|(place, _)| place.is(position, name));
            let (_, loss) = loss.expect("new() gives a loss for all outputs");
            loss.loss.check()?;
            if loss.reduction == crate::losses::Reduction::None {
                return Err(Error::Parameter {
                    name: "reduction".to_owned(),
                    value: "None".to_owned(),
                    domain: "SumOverBatchSize or Sum: training needs one number".to_owned(),
                });
            }
            let weight = self
                .weights
                .iter()
                .rev()
                .find(|(place, _)| place.is(position, name));
            let weight = weight.map_or(1.0, |&(_, weight)| weight);
            let parameter = format!("loss weight of {name:?}");
            check::parameter(&parameter, weight, weight.is_finite(), "a finite number")?;
            let metrics = metrics.iter().filter(|(place, _)| place.is(position, name));
            Ok(Output {
                name: name.clone(),
                loss: loss.clone(),
                weight,
                metrics: metrics.map(|(_, metric)| metric.clone()).collect(),
            })
        };
        let optimizer = self.optimizer.0?;
        optimizer.check()?;
        let outputs = outputs.iter().enumerate().map(output);
        let outputs = outputs.collect::<Result<Vec<Output>>>()?;
        if let Some(twice) = repeated(&logged(&outputs)) {
            return Err(Error::Data {
                op: "compile",
                problem: format!("two numbers of the logs are named {twice:?}"),
                remedy: "give each metric once, or a name of its own: Metric.named(\"...\")",
            });
        }
        Ok(Compiled {
            optimizer,
            outputs,
            run_eagerly: self.run_eagerly,
            options: self.options,
        })
    }
}

/// Names of the numbers that are logged: the whole loss, that of each output where there are several, metrics.
fn logged(outputs: &[Output]) -> Vec<String> {
    let mut names = vec!["loss".to_owned()];
    for output in outputs {
        names.extend(output.shown_name(outputs.len() == 1));
        let metrics = output.metrics.iter();
        names.extend(metrics.map(|metric| output.metric_name(metric, outputs.len() == 1)));
    }
    names
}

/// The first name that is there twice.
pub(crate) fn repeated(names: &[String]) -> Option<&String> {
    let mut known = HashSet::new();
    names.iter().find(|name| !known.insert(name.as_str()))
}

fn given<T>(choices: Vec<(Where, Choice<T>)>) -> Result<Vec<(Where, T)>> {
    let given = |(place, choice): (Where, Choice<T>)| Ok((place, choice.0?));
    choices.into_iter().map(given).collect()
}

/// Refuses outputs that there are not.
fn known(place: &Where, outputs: &[String]) -> Result<()> {
    let problem = match place {
        Where::Name(name) if !outputs.contains(name) => format!("there is no output {name:?}"),
        Where::Position(position) if *position >= outputs.len() => {
            format!("there is no output number {}", position + 1)
        }
        _ => return Ok(()),
    };
    Err(Error::Data {
        op: "compile",
        problem: format!("{problem}; there are: {}", outputs.join(", ")),
        remedy: "use the names of the layers that give the outputs",
    })
}
