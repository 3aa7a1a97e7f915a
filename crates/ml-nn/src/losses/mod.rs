//! Losses: what training makes small.
//!
//! | file | what |
//! |---|---|
//! | `reduce` | a loss in use: its reduction, weights of examples, from logits where that is exact |
//! | `errors` | squared, absolute, relative and logarithmic errors, Huber, log-cosh |
//! | `cross_entropy` | binary, categorical and sparse |
//! | `hinge` | hinge, squared and categorical |
//! | `divergence` | Kullback-Leibler, Poisson, cosine |
//! | `function` | a function of the user's |
//!
//! *To add one:* a file with the struct and `#[typetag::serde] impl Loss`, a line below, a name in [`by_name`].

mod cross_entropy;
mod divergence;
mod errors;
mod function;
mod hinge;
mod reduce;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Error, Result, Tensor};

use crate::{activation::Activation, named::snake_case};

pub use cross_entropy::{BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy};
pub use divergence::{CosineSimilarity, KLDivergence, Poisson};
pub use errors::{
    Huber, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError,
};
pub use function::FnLoss;
pub use hinge::{CategoricalHinge, Hinge, SquaredHinge};
pub use reduce::{IntoLoss, LossRef, Reduction};
pub(crate) use reduce::{labels_like, per_example, weights_like};

/// Keeps logarithms and quotients finite, as in Keras.
pub(crate) const EPSILON: f64 = 1e-7;

/// A loss: a number for every example. One of your own is a type with this trait under `#[typetag::serde]`; files
/// then know it by its name and fields (book section 12.3.1).
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Loss: DynClone + fmt::Debug + Send + Sync {
    /// The loss of every example: `[batch, ...]` without the last axis.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor>;

    /// Refuses settings outside their domain: asked by `compile`, and by each call.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the setting. Default: none.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The activation function whose result predictions must be, where the loss needs a certain one:
    /// [`Linear`](Activation::Linear) for logits. `compile` compares it with the model's.
    fn expects(&self) -> Option<Activation> {
        None
    }

    /// The same loss of what that activation is computed from, where that is exact and cheaper.
    fn on_logits(&self) -> Option<Box<dyn Loss>> {
        None
    }

    /// Whether labels are class numbers: they stay whole numbers then, without an axis of classes.
    fn takes_class_numbers(&self) -> bool {
        false
    }

    /// The name in logs: that of the type, `mean_squared_error`.
    fn name(&self) -> String {
        snake_case(self.typetag_name())
    }
}
dyn_clone::clone_trait_object!(Loss);

/// The loss of this name in Keras, or of this abbreviation.
///
/// # Errors
/// [`Error::Parameter`] with the names that exist.
///
/// # Examples
/// ```
/// assert_eq!(ml_nn::losses::by_name("mse")?.name(), "mean_squared_error");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn by_name(name: &str) -> Result<Box<dyn Loss>> {
    Ok(match name {
        "mse" | "mean_squared_error" => Box::new(MeanSquaredError),
        "mae" | "mean_absolute_error" => Box::new(MeanAbsoluteError),
        "mape" | "mean_absolute_percentage_error" => Box::new(MeanAbsolutePercentageError),
        "msle" | "mean_squared_logarithmic_error" => Box::new(MeanSquaredLogarithmicError),
        "huber" => Box::new(Huber::default()),
        "log_cosh" | "logcosh" => Box::new(LogCosh),
        "hinge" => Box::new(Hinge),
        "squared_hinge" => Box::new(SquaredHinge),
        "categorical_hinge" => Box::new(CategoricalHinge),
        "binary_crossentropy" => Box::new(BinaryCrossentropy::default()),
        "categorical_crossentropy" => Box::new(CategoricalCrossentropy::default()),
        "sparse_categorical_crossentropy" => Box::new(SparseCategoricalCrossentropy::default()),
        "kl_divergence" | "kld" => Box::new(KLDivergence),
        "poisson" => Box::new(Poisson),
        "cosine_similarity" => Box::new(CosineSimilarity),
        other => {
            return Err(Error::Parameter {
                name: "loss".to_owned(),
                value: format!("{other:?}"),
                domain: "mse, mae, mape, msle, huber, log_cosh, hinge, squared_hinge, categorical_hinge, \
                         binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, \
                         kl_divergence, poisson or cosine_similarity"
                    .to_owned(),
            });
        }
    })
}
