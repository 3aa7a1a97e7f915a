//! Metrics of classification.

mod average;
mod balanced_accuracy;
mod brier;
mod calibration_curve;
mod confusion;
mod counts;
mod errors;
mod hinge;
mod information;
mod jaccard;
mod kappa;
mod labelled;
mod log_loss;
mod matthews;
pub mod multilabel;
mod precision_recall;
mod probabilities;
mod ranking;
mod report;
mod top_k;
mod twins;

pub use average::{Average, Averaging, ZeroDivision};
pub use balanced_accuracy::balanced_accuracy_score;
pub(super) use balanced_accuracy::balanced_accuracy_score_with;
pub use brier::brier_score_loss;
pub(super) use brier::brier_score_loss_with;
pub use calibration_curve::{Bins, CalibrationCurve, calibration_curve};
pub use confusion::{ConfusionMatrix, Normalize, confusion_matrix};
pub use errors::{hamming_loss, zero_one_loss};
pub use hinge::hinge_loss;
pub use information::{cross_entropy, entropy, kl_divergence};
pub use jaccard::jaccard_score;
pub(super) use jaccard::jaccard_score_with;
pub use kappa::{Disagreement, cohen_kappa_score};
pub use log_loss::log_loss;
pub(super) use log_loss::log_loss_with;
pub use matthews::matthews_corrcoef;
pub(super) use matthews::matthews_corrcoef_with;
pub use multilabel::{Indicator, MultilabelAverage};
pub use precision_recall::{f1_score, fbeta_score, precision_score, recall_score};
pub(super) use precision_recall::{f1_score_with, precision_score_with, recall_score_with};
pub use ranking::{
    AucAverage, DetCurve, OperatingPoint, Points, PrecisionRecallCurve, RocCurve, auc,
    average_precision_score, det_curve, precision_recall_curve, roc_auc_ovo_score, roc_auc_ovr_score,
    roc_auc_score, roc_curve,
};
pub(super) use ranking::{average_precision_score_with, roc_auc_ovr_score_with, roc_auc_score_with};
pub use report::{
    ClassScores, ClassificationReport, ReportLine, classification_report, precision_recall_fscore_support,
};
pub use top_k::top_k_accuracy_score;
pub(super) use top_k::top_k_accuracy_score_with;

/// Twins that take a weight a row.
pub(super) mod weighted {
    pub use super::{
        balanced_accuracy::balanced_accuracy_score_weighted as balanced_accuracy_score,
        brier::brier_score_loss_weighted as brier_score_loss,
        confusion::confusion_matrix_weighted as confusion_matrix,
        errors::{hamming_loss_weighted as hamming_loss, zero_one_loss_weighted as zero_one_loss},
        hinge::hinge_loss_weighted as hinge_loss,
        jaccard::jaccard_score_weighted as jaccard_score,
        kappa::cohen_kappa_score_weighted as cohen_kappa_score,
        log_loss::log_loss_weighted as log_loss,
        matthews::matthews_corrcoef_weighted as matthews_corrcoef,
        precision_recall::{
            f1_score_weighted as f1_score, fbeta_score_weighted as fbeta_score,
            precision_score_weighted as precision_score, recall_score_weighted as recall_score,
        },
        ranking::{
            average_precision_score_weighted as average_precision_score, det_curve_weighted as det_curve,
            precision_recall_curve_weighted as precision_recall_curve,
            roc_auc_ovr_score_weighted as roc_auc_ovr_score, roc_auc_score_weighted as roc_auc_score,
            roc_curve_weighted as roc_curve,
        },
        report::{
            classification_report_weighted as classification_report,
            precision_recall_fscore_support_weighted as precision_recall_fscore_support,
        },
        top_k::top_k_accuracy_score_weighted as top_k_accuracy_score,
    };
}
