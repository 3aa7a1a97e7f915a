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
//! | the share of classes that are right | [`accuracy_score`], where all are frequent |
//! | which class is taken for which | [`confusion_matrix`] |
//! | how far a predicted class can be trusted, how much of it is found, both | [`precision_score`], [`recall_score`], [`f1_score`] |
//! | these for every class | [`classification_report`] |
//! | one figure for rare classes too | [`balanced_accuracy_score`], [`matthews_corrcoef`], [`cohen_kappa_score`] |
//! | to choose a threshold | [`precision_recall_curve`], [`roc_curve`], [`det_curve`] |
//! | to compare classifiers at all thresholds | [`average_precision_score`] (rare positives), [`roc_auc_score`] |
//! | probabilities that come true | [`log_loss`], [`brier_score_loss`], [`calibration_curve`] |
//! | how far an assumed distribution is from the true one | [`entropy`], [`cross_entropy`], [`kl_divergence`] |
//! | several labels a row | [`multilabel`] |
//! | a figure chosen by name, larger is better, for searches | [`Scorer`] |
//!
//! Every metric takes the targets first and the predictions second and refuses NaN, infinities, empty
//! and mismatched arrays. Its twin in [`weighted`] takes a weight a row; [`per_output`] applies it to
//! every column of several outputs. Curves and areas take whether a row is positive (`y.mapv(|class| class == 5)`);
//! what takes a column a class takes the list of classes too, as the model gives it.

mod accuracy;
mod classification;
mod interval;
mod percentile;
mod regression;
mod scorer;

pub use accuracy::accuracy_score;
pub(crate) use accuracy::{accuracy_score_with, weighted_share};
pub use classification::{
    AucAverage, Average, Averaging, Bins, CalibrationCurve, ClassScores, ClassificationReport,
    ConfusionMatrix, DetCurve, Disagreement, Indicator, MultilabelAverage, Normalize, OperatingPoint, Points,
    PrecisionRecallCurve, ReportLine, RocCurve, ZeroDivision, auc, average_precision_score,
    balanced_accuracy_score, brier_score_loss, calibration_curve, classification_report, cohen_kappa_score,
    confusion_matrix, cross_entropy, det_curve, entropy, f1_score, fbeta_score, hamming_loss, hinge_loss,
    jaccard_score, kl_divergence, log_loss, matthews_corrcoef, multilabel, precision_recall_curve,
    precision_recall_fscore_support, precision_score, recall_score, roc_auc_ovo_score, roc_auc_ovr_score,
    roc_auc_score, roc_curve, top_k_accuracy_score, zero_one_loss,
};
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
    pub use super::{
        accuracy::accuracy_score_weighted as accuracy_score, classification::weighted::*,
        regression::weighted::*,
    };
}
