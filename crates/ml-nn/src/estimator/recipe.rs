//! What regressor and classifier have in common.

use std::{fmt, sync::Arc};

use ml_core::{FitContext, Float, Result, Tensor, check, ndarray::ArrayView2};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};

use super::{BuildModel, Problem, Training, trained::Trained};
use crate::{
    callbacks::{Callback, Progress},
    training::History,
};

/// Makes the callbacks of one training.
pub(super) type MakeCallbacks = dyn Fn() -> Vec<Box<dyn Callback>> + Send + Sync;

/// Callbacks of the user's. They are code: a file cannot hold them, and writing an estimator that has some is an error.
#[derive(Clone, Default)]
pub(super) struct Callbacks(pub(super) Option<Arc<MakeCallbacks>>);

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Callbacks(..)"
        } else {
            "Callbacks(none)"
        })
    }
}

impl Serialize for Callbacks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_unit(),
            Some(_) => Err(S::Error::custom(
                "callbacks are code, which files cannot hold: call without_callbacks() first",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Callbacks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

/// Rows to watch training by.
pub(super) struct Watched<'w> {
    pub(super) x: ArrayView2<'w, f64>,
    /// Their labels, for a model that gives so many numbers a row.
    pub(super) labels: &'w dyn Fn(usize) -> Result<Tensor>,
}

/// Something to train, and how.
pub(super) struct Recipe<'r> {
    pub(super) op: &'static str,
    pub(super) network: &'r dyn BuildModel,
    pub(super) training: &'r Training,
    pub(super) callbacks: &'r Callbacks,
}

impl Recipe<'_> {
    /// A model for this problem, trained. `labels` gives what the model's output is compared with, if that is so many numbers
    /// a row.
    pub(super) fn train<F: Float>(
        &self,
        problem: Problem,
        x: ArrayView2<'_, F>,
        labels: impl Fn(usize) -> Result<Tensor>,
        watched: Option<Watched<'_>>,
        context: &FitContext<'_>,
    ) -> Result<(Trained, History)> {
        let weights = context.weights_for(self.op, x.nrows())?;
        let mut model = self.network.build(&problem)?;
        model.build_for(&[crate::layers::batch_spec(
            ml_core::DType::F32,
            &[x.ncols()].into(),
        )])?;
        let width = width(self.op, &model)?;
        let mut callbacks = self.callbacks.0.as_ref().map_or_else(Vec::new, |make| make());
        let mut fit = self.training.fit(watched.is_some())?;
        if let Some(Watched { x, labels }) = watched {
            check::columns("validation_data", problem.inputs, x.ncols())?;
            fit = fit.validation_data(rows(x), labels(width)?);
        }
        if let Some(weights) = weights {
            fit = fit.sample_weight(&Tensor::from_ndarray(weights.mapv(|v| v as f32)));
        }
        for callback in &mut callbacks {
            fit = fit.callback(&mut **callback);
        }
        fit = fit.callback(Progress::new(context.observer));
        let history = model.fit(rows(x), labels(width)?, fit)?;
        Ok((Trained::new(model), history))
    }
}

/// Rows as networks take them.
pub(super) fn rows<F: Float>(x: ArrayView2<'_, F>) -> Tensor {
    Tensor::from_ndarray(x.mapv(|v| v.as_f64() as f32))
}

/// How many numbers a row the model gives.
fn width(op: &'static str, model: &crate::models::Model) -> Result<usize> {
    let layer = model.as_layer();
    match layer.outputs() {
        Some([output]) if output.shape.rank() == 2 => Ok(output.shape[1]),
        outputs => Err(ml_core::Error::Data {
            op,
            problem: format!("the model gives {}", shown(outputs.unwrap_or_default())),
            remedy: "build a model with one output of shape [rows, numbers]",
        }),
    }
}

fn shown(outputs: &[ml_core::ops::Spec]) -> String {
    let outputs: Vec<String> = outputs.iter().map(ToString::to_string).collect();
    format!("{} outputs ({})", outputs.len(), outputs.join(", "))
}

/// The struct of an estimator with constructors, setters and hyperparameters by path; `$validation` is what it keeps of rows to
/// watch training by.
macro_rules! network_estimator {
    ($(#[$doc:meta])* $name:ident, $validation:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// What makes the model; its hyperparameters have paths like `network__n_hidden`.
            pub network: Box<dyn $crate::estimator::BuildModel>,
            /// How to train it; hyperparameters like `epochs`.
            pub training: $crate::estimator::Training,
            validation: Option<std::sync::Arc<$validation>>,
            callbacks: $crate::estimator::recipe::Callbacks,
        }

        impl $name {
            /// Trains what this makes, with the defaults of [`Training`](crate::estimator::Training).
            pub fn new(network: impl $crate::estimator::BuildModel + 'static) -> Self {
                Self {
                    network: Box::new(network),
                    training: $crate::estimator::Training::default(),
                    validation: None,
                    callbacks: Default::default(),
                }
            }

            /// Sets how to train, all of it.
            #[must_use]
            pub fn training(mut self, training: $crate::estimator::Training) -> Self {
                self.training = training;
                self
            }

            /// Sets how often all rows are passed.
            #[must_use]
            pub fn epochs(mut self, epochs: usize) -> Self {
                self.training.epochs = epochs;
                self
            }

            /// Sets the rows of a step.
            #[must_use]
            pub fn batch_size(mut self, rows: usize) -> Self {
                self.training.batch_size = rows;
                self
            }

            /// Sets whether each epoch passes the rows in another order.
            #[must_use]
            pub fn shuffle(mut self, shuffle: bool) -> Self {
                self.training.shuffle = shuffle;
                self
            }

            /// Sets the share of the rows that is held out for early stopping.
            #[must_use]
            pub fn validation_split(mut self, share: f64) -> Self {
                self.training.validation_split = share;
                self
            }

            /// Sets after how many epochs without progress to end, with the weights of the best epoch.
            #[must_use]
            pub fn patience(mut self, epochs: usize) -> Self {
                self.training.patience = Some(epochs);
                self
            }

            /// Sets the seed.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.training.seed = seed;
                self
            }

            /// Callbacks of each training, made anew for each: `|| vec![Box::new(TerminateOnNaN::new())]`. They are code,
            /// which files do not hold.
            #[must_use]
            pub fn callbacks(
                mut self,
                make: impl Fn() -> Vec<Box<dyn $crate::callbacks::Callback>> + Send + Sync + 'static,
            ) -> Self {
                self.callbacks = $crate::estimator::recipe::Callbacks(Some(std::sync::Arc::new(make)));
                self
            }

            /// The same without callbacks, so that it can be written to a file.
            #[must_use]
            pub fn without_callbacks(mut self) -> Self {
                self.callbacks = Default::default();
                self
            }

            fn recipe(&self) -> $crate::estimator::recipe::Recipe<'_> {
                $crate::estimator::recipe::Recipe {
                    op: stringify!($name),
                    network: &*self.network,
                    training: &self.training,
                    callbacks: &self.callbacks,
                }
            }
        }

        impl ml_core::Params for $name {
            fn type_name(&self) -> &'static str {
                stringify!($name)
            }

            fn params(&self) -> Vec<(String, ml_core::params::Value)> {
                let nested = self.network.params().into_iter();
                let nested = nested.map(|(path, value)| (format!("network__{path}"), value));
                ml_core::params::list(&self.training).into_iter().chain(nested).collect()
            }

            fn set_param(&mut self, path: &str, value: &ml_core::params::Value) -> ml_core::Result<()> {
                if let Some(("network", rest)) = ml_core::params::split_path(path) {
                    return self.network.set_param(rest, value);
                }
                let known = self.params();
                if !known.iter().any(|(name, _)| name == path) {
                    let names = known.iter().map(|(name, _)| name.as_str());
                    return Err(ml_core::params::unknown(stringify!($name), path, names));
                }
                ml_core::params::set(&mut self.training, stringify!($name), path, value)
            }
        }
    };
}
pub(super) use network_estimator;
