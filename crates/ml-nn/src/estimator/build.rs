//! What makes a model.

use std::fmt::Debug;

use dyn_clone::DynClone;
use ml_core::{Params, Result};

use crate::models::Model;

/// What a model is needed for. Estimators make it from their data; made by hand, it tests a [`BuildModel`] of one's own.
///
/// # Examples
/// ```
/// use ml_nn::estimator::{BuildModel, Mlp, Problem};
///
/// let model = Mlp::new().n_neurons(10).build(&Problem::regression(8).targets(2))?;
/// assert_eq!(model.count_params()?, 112); // 8 · 10 + 10 + 10 · 2 + 2
/// let model = Mlp::new().n_hidden(0).build(&Problem::classification(4, 3).seed(42))?;
/// assert_eq!((model.count_params()?, model.seed_value()), (15, 42));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Number of columns.
    pub inputs: usize,
    /// Number of classes, at least 2; `None` for regression.
    pub classes: Option<usize>,
    /// Numbers that regression predicts for each row. Default 1.
    pub targets: usize,
    /// For the model: `.into_model().seed(problem.seed)`. Default 0.
    pub seed: u64,
}

impl Problem {
    /// A number for each row of so many columns.
    pub fn regression(inputs: usize) -> Self {
        Self {
            inputs,
            classes: None,
            targets: 1,
            seed: 0,
        }
    }

    /// One of so many classes for each row of so many columns.
    pub fn classification(inputs: usize, classes: usize) -> Self {
        Self {
            classes: Some(classes),
            ..Self::regression(inputs)
        }
    }

    /// Sets the numbers that regression predicts for each row.
    #[must_use]
    pub fn targets(mut self, targets: usize) -> Self {
        self.targets = targets;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Numbers that the last layer gives: one a target of regression, 1 for two classes, else one a class.
    pub fn outputs(&self) -> usize {
        match self.classes {
            None => self.targets,
            Some(0..=2) => 1,
            Some(classes) => classes,
        }
    }
}

/// Hyperparameters that make a compiled model. One of your own is plain data with this trait:
///
/// ```
/// use ml_core::{Result, ndarray::{Array1, Array2}, Fit as _, Predict as _};
/// use ml_nn::{Activation, Compile, Model, Sequential, layers::{Dense, IntoLayer}, optimizers::Sgd};
/// use ml_nn::estimator::{BuildModel, NetworkRegressor, Problem};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, Serialize, Deserialize)]
/// struct Housing { n_neurons: usize, learning_rate: f64 }
/// ml_core::impl_params!(Housing);
///
/// #[typetag::serde]
/// impl BuildModel for Housing {
///     fn build(&self, problem: &Problem) -> Result<Model> {
///         let mut model = Sequential::new()
///             .add(Dense::new(self.n_neurons).activation(Activation::Relu).input_shape([problem.inputs]))
///             .add(Dense::new(1))
///             .into_model()
///             .seed(problem.seed);
///         model.compile(Compile::new(Sgd::new(self.learning_rate), "mse"))?;
///         Ok(model)
///     }
/// }
///
/// let x = Array2::from_shape_fn((64, 1), |(row, _)| row as f64 / 32.0 - 1.0);
/// let y: Array1<f64> = x.column(0).mapv(|v| v.abs());
/// let network = NetworkRegressor::new(Housing { n_neurons: 10, learning_rate: 0.1 }).epochs(200);
/// let fitted = network.fit(x.view(), y.view())?;
/// let predicted = fitted.predict(x.view())?;
/// assert!((predicted[0] - 1.0).abs() < 0.1);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[typetag::serde]
pub trait BuildModel: DynClone + Debug + Params + Send + Sync {
    /// A compiled model with one input, `[rows, problem.inputs]` of `f32`, and one output. A regressor's has
    /// `problem.targets` numbers a row; a classifier's is a probability, of the second class (labels are 0 and 1 in `f32`, `[rows, 1]`, as
    /// `binary_crossentropy` takes them), or one a class (labels are class numbers in `i64`, `[rows]`, as
    /// `sparse_categorical_crossentropy` takes them).
    ///
    /// # Errors
    /// Hyperparameters outside their domain.
    fn build(&self, problem: &Problem) -> Result<Model>;
}
dyn_clone::clone_trait_object!(BuildModel);
