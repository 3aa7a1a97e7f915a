//! How good predictions are.
//!
//! | you want | use |
//! |---|---|
//! | a typical error in units of the target that punishes large errors | [`root_mean_squared_error`] |
//! | the same with many outliers in the data | [`mean_absolute_error`], [`median_absolute_error`] |
//! | a share of the variance explained, 1 is perfect and 0 is guessing the mean | [`r2_score`] |
//! | relative errors | [`mean_absolute_percentage_error`], [`mean_squared_log_error`] |
//! | quantiles | [`mean_pinball_loss`] |
//! | the worst case | [`max_error`] |
//! | how precise such a figure is | [`rmse_interval`], [`mean_interval`] |
//! | the share of classes that are right | [`accuracy_score`] |
//! | a figure chosen by name, larger is better, for searches | [`Scorer`] |
//!
//! Every metric takes the targets first and the predictions second and refuses NaN, infinities, empty
//! and mismatched arrays. Its twin in [`weighted`] takes a weight a row; [`per_output`] applies it to
//! every column of several outputs.

mod accuracy;
mod interval;
mod percentile;
mod regression;
mod scorer;

pub use accuracy::accuracy_score;
pub(crate) use accuracy::{accuracy_score_with, weighted_share};
pub use interval::{mean_interval, rmse_interval};
pub(crate) use percentile::{weighted_median, weighted_quantile};
pub(crate) use regression::r2_score_with;
pub use regression::{
    explained_variance_score, max_error, mean_absolute_error, mean_absolute_percentage_error,
    mean_pinball_loss, mean_squared_error, mean_squared_log_error, median_absolute_error, per_output,
    r2_score, root_mean_squared_error, root_mean_squared_log_error,
};
pub use scorer::{Scorer, Scoring};

/// The metrics with a weight a row: the same formulas, every mean a weighted mean.
pub mod weighted {
    pub use super::{accuracy::accuracy_score_weighted as accuracy_score, regression::weighted::*};
}
