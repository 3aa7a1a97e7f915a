//! Rows in the order of their scores: curves, and the areas under them.

mod average_precision;
mod curve;
mod det;
pub(super) mod labels;
mod multiclass_auc;
mod precision_recall_curve;
mod roc;
mod sorted;

pub(in crate::metrics) use average_precision::average_precision_score_with;
pub use average_precision::{average_precision_score, average_precision_score_weighted};
pub use curve::{Points, auc};
pub use det::{DetCurve, det_curve, det_curve_weighted};
pub(in crate::metrics) use multiclass_auc::roc_auc_ovr_score_with;
pub use multiclass_auc::{AucAverage, roc_auc_ovo_score, roc_auc_ovr_score, roc_auc_ovr_score_weighted};
pub use precision_recall_curve::{
    OperatingPoint, PrecisionRecallCurve, precision_recall_curve, precision_recall_curve_weighted,
};
pub(in crate::metrics) use roc::roc_auc_score_with;
pub use roc::{RocCurve, roc_auc_score, roc_auc_score_weighted, roc_curve, roc_curve_weighted};
