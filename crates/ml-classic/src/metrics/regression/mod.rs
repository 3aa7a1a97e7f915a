//! Metrics of regression.

mod absolute;
mod outputs;
mod pairs;
mod pinball;
mod squared;
mod variance;

pub use absolute::{max_error, mean_absolute_error, mean_absolute_percentage_error, median_absolute_error};
pub use outputs::per_output;
pub(super) use pairs::same_length;
pub use pinball::mean_pinball_loss;
pub use squared::{
    mean_squared_error, mean_squared_log_error, root_mean_squared_error, root_mean_squared_log_error,
};
pub(crate) use variance::r2_score_with;
pub use variance::{explained_variance_score, r2_score};

/// Twins that take a weight a row.
pub(super) mod weighted {
    pub use super::{
        absolute::{
            mean_absolute_error_weighted as mean_absolute_error,
            mean_absolute_percentage_error_weighted as mean_absolute_percentage_error,
            median_absolute_error_weighted as median_absolute_error,
        },
        pinball::mean_pinball_loss_weighted as mean_pinball_loss,
        squared::{
            mean_squared_error_weighted as mean_squared_error,
            mean_squared_log_error_weighted as mean_squared_log_error,
            root_mean_squared_error_weighted as root_mean_squared_error,
            root_mean_squared_log_error_weighted as root_mean_squared_log_error,
        },
        variance::{
            explained_variance_score_weighted as explained_variance_score, r2_score_weighted as r2_score,
        },
    };
}
