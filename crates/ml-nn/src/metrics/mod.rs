//! Streaming metrics: what is shown and not trained for, over all batches of an epoch (book section 12.3.4).
//!
//! | file | what |
//! |---|---|
//! | `state` | a metric in use: its variables |
//! | `mean` | means of a value, and of a loss of every example |
//! | `accuracy` | shares of right answers, top-k |
//! | `confusion` | precision, recall and counts at a threshold |
//! | `auc` | area under the ROC or the precision-recall curve |
//! | `errors` | root mean squared error |
//!
//! *To add one:* a file with the struct and `#[typetag::serde] impl Metric`, a line below, a name in [`by_name`].

mod accuracy;
mod auc;
mod confusion;
mod errors;
mod mean;
mod state;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Error, Result, Tensor, autodiff::Variable};

use crate::named::snake_case;

/// A threshold: any number but NaN and infinity.
fn check_threshold(threshold: f64) -> Result<()> {
    ml_core::check::parameter("threshold", threshold, threshold.is_finite(), "finite")
}

pub use accuracy::{
    Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
};
pub use auc::{Auc, Curve};
pub use confusion::{Confusion, Precision, Recall};
pub use errors::RootMeanSquaredError;
pub use mean::{Mean, MeanOf};
pub use state::{IntoMetric, MetricRef, MetricState};

/// A metric: how it is accumulated over batches. One of your own is a type with this trait under
/// `#[typetag::serde]`.
///
/// What accumulates are variables in `f64`, changed in the graph of the training step.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Metric: DynClone + fmt::Debug + Send + Sync {
    /// Names and first values of the variables that accumulate.
    fn state(&self) -> Vec<(&'static str, Tensor)>;

    /// Accumulates a batch.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()>;

    /// The value so far, a scalar of `f64`.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn result(&self, state: &[Variable]) -> Result<Tensor>;

    /// Refuses settings outside their domain: asked by `compile`, and by each update.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the setting. Default: none.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The name in logs: that of the type, `root_mean_squared_error`.
    fn name(&self) -> String {
        snake_case(self.typetag_name())
    }
}
dyn_clone::clone_trait_object!(Metric);

/// The metric of this name in Keras; every loss is one, too.
///
/// # Errors
/// [`Error::Parameter`] with the names that exist.
///
/// # Examples
/// ```
/// assert_eq!(ml_nn::metrics::by_name("accuracy")?.name(), "accuracy");
/// assert_eq!(ml_nn::metrics::by_name("mae")?.name(), "mae");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn by_name(name: &str) -> Result<MetricRef> {
    let metric: Box<dyn Metric> = match name {
        "accuracy" | "acc" => Box::new(Accuracy),
        "binary_accuracy" => Box::new(BinaryAccuracy::default()),
        "categorical_accuracy" => Box::new(CategoricalAccuracy),
        "sparse_categorical_accuracy" => Box::new(SparseCategoricalAccuracy),
        "top_k_categorical_accuracy" => Box::new(TopKCategoricalAccuracy::default()),
        "sparse_top_k_categorical_accuracy" => Box::new(SparseTopKCategoricalAccuracy::default()),
        "precision" => Box::new(Precision::default()),
        "recall" => Box::new(Recall::default()),
        "auc" => Box::new(Auc::default()),
        "rmse" | "root_mean_squared_error" => Box::new(RootMeanSquaredError),
        other => Box::new(MeanOf::from(crate::losses::by_name(other).map_err(|_| {
            Error::Parameter {
                name: "metric".to_owned(),
                value: format!("{other:?}"),
                domain: "accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, \
                         top_k_categorical_accuracy, sparse_top_k_categorical_accuracy, precision, recall, auc, \
                         rmse, or the name of a loss"
                    .to_owned(),
            }
        })?)),
    };
    Ok(MetricRef {
        metric,
        name: Some(name.to_owned()),
    })
}
