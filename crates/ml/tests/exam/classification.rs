//! Metrics of classification.

use ml::{
    classic::metrics::{
        self, AucAverage, Average, Averaging, Bins, ClassificationReport, Disagreement, MultilabelAverage,
        Normalize, Points, ZeroDivision, multilabel, weighted,
    },
    core::ndarray::ArrayView1,
    prelude::*,
};
use proptest::{collection::vec, prelude::*};

use super::{
    examiner::{Outcome, examine, holds, survives},
    inputs,
};

pub(crate) const MEMBERS: [&str; 24] = [
    "auc",
    "average_precision_score",
    "balanced_accuracy_score",
    "brier_score_loss",
    "calibration_curve",
    "classification_report",
    "cohen_kappa_score",
    "confusion_matrix",
    "det_curve",
    "f1_score",
    "fbeta_score",
    "hamming_loss",
    "hinge_loss",
    "jaccard_score",
    "log_loss",
    "matthews_corrcoef",
    "multilabel",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
    "roc_auc_ovo_score",
    "roc_auc_ovr_score",
    "roc_auc_score",
];

pub(crate) const MORE_MEMBERS: [&str; 6] = [
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "roc_curve",
    "top_k_accuracy_score",
    "zero_one_loss",
];

/// A figure of ordinary input is a number from `low` to `high`.
fn within(name: &str, value: Option<f64>, low: f64, high: f64) -> Outcome {
    let good = value.is_none_or(|v| (low..=high).contains(&v));
    holds(name, good, || format!("is {value:?}, not from {low} to {high}"))
}

fn pair() -> impl Strategy<Value = (Array1<i64>, Array1<i64>, Array1<f64>)> {
    // Sums of huge weights are infinite, and shares of them not numbers: those only have to survive elsewhere.
    let weight = prop_oneof![
        8 => 0.0..3.0,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(-1.0),
    ]
    .boxed();
    (0usize..8, 0usize..8, 0u8..5).prop_flat_map(move |(n, m, same)| {
        let m = if same > 0 { n } else { m };
        (
            vec(inputs::class(), n).prop_map(Array1::from),
            vec(inputs::class(), m).prop_map(Array1::from),
            vec(weight.clone(), m).prop_map(Array1::from),
        )
    })
}

type Plain = fn(ArrayView1<'_, i64>, ArrayView1<'_, i64>) -> Result<f64>;
type Weighted = fn(ArrayView1<'_, i64>, ArrayView1<'_, i64>, ArrayView1<'_, f64>) -> Result<f64>;

const OF_CLASSES: [(&str, Plain, Weighted, f64); 5] = [
    (
        "balanced_accuracy_score",
        metrics::balanced_accuracy_score,
        weighted::balanced_accuracy_score,
        0.0,
    ),
    (
        "matthews_corrcoef",
        metrics::matthews_corrcoef,
        weighted::matthews_corrcoef,
        -1.0,
    ),
    (
        "zero_one_loss",
        metrics::zero_one_loss,
        weighted::zero_one_loss,
        0.0,
    ),
    ("hamming_loss", metrics::hamming_loss, weighted::hamming_loss, 0.0),
    (
        "cohen_kappa_score",
        |y, p| metrics::cohen_kappa_score(y, p, Disagreement::Linear),
        |y, p, w| weighted::cohen_kappa_score(y, p, Disagreement::Quadratic, w),
        -1e300,
    ),
];

#[test]
fn bad_classes_and_weights() {
    examine(600, pair(), |(y, p, w)| {
        let (y, p, w) = (y.view(), p.view(), w.view());
        for (name, plain, weighted, low) in OF_CLASSES {
            // Rounding may pass 1 by a hair.
            within(name, survives(name, || plain(y, p))?, low - 1e-9, 1.0 + 1e-9)?;
            within(
                name,
                survives(name, || weighted(y, p, w))?,
                low - 1e-9,
                1.0 + 1e-9,
            )?;
        }
        let matrix = survives("confusion_matrix", || metrics::confusion_matrix(y, p))?;
        if let Some(matrix) = matrix {
            let sum = matrix.normalized(Normalize::All).sum();
            holds("confusion_matrix", (sum - 1.0).abs() < 1e-9, || {
                format!("shares sum to {sum}")
            })?;
            survives("confusion_matrix", || matrix.of(&[0, 9]))?;
        }
        survives("confusion_matrix", || weighted::confusion_matrix(y, p, w)).map(drop)
    });
}

#[test]
fn bad_averages_and_labels() {
    let averages = prop_oneof![
        Just(Average::Micro),
        Just(Average::Macro),
        Just(Average::Weighted),
        inputs::class().prop_map(Average::Binary),
    ];
    let labels = proptest::option::weighted(0.3, vec(inputs::class(), 0..3));
    let zeros = prop_oneof![
        Just(ZeroDivision::Warn),
        Just(ZeroDivision::Zero),
        Just(ZeroDivision::One)
    ];
    examine(
        600,
        (pair(), averages, labels, zeros, inputs::number()),
        |((y, p, w), average, labels, zero, beta)| {
            let (y, p, w) = (y.view(), p.view(), w.view());
            let how = Averaging {
                average,
                labels: labels.clone(),
                zero_division: zero,
            };
            let how = || how.clone();
            let share = |name: &str, value| within(name, value, 0.0, 1.0 + 1e-9);
            share(
                "precision_score",
                survives("precision_score", || metrics::precision_score(y, p, how()))?,
            )?;
            share(
                "recall_score",
                survives("recall_score", || metrics::recall_score(y, p, how()))?,
            )?;
            share(
                "f1_score",
                survives("f1_score", || metrics::f1_score(y, p, how()))?,
            )?;
            share(
                "jaccard_score",
                survives("jaccard_score", || metrics::jaccard_score(y, p, how()))?,
            )?;
            share(
                "fbeta_score",
                survives("fbeta_score", || metrics::fbeta_score(y, p, beta, how()))?,
            )?;
            share(
                "f1_score",
                survives("f1_score", || weighted::f1_score(y, p, how(), w))?,
            )?;
            share(
                "jaccard_score",
                survives("jaccard_score", || weighted::jaccard_score(y, p, how(), w))?,
            )?;
            let name = "classification_report";
            let report = survives(name, || {
                ClassificationReport::of_labels(y, p, labels.as_deref(), zero, Some(w))
            })?;
            if let Some(report) = report {
                holds(name, report.digits(1).to_string().lines().count() >= 7, || {
                    "too short".to_owned()
                })?;
            }
            survives(name, || metrics::classification_report(y, p, zero))?;
            let name = "precision_recall_fscore_support";
            survives(name, || {
                metrics::precision_recall_fscore_support(y, p, beta, zero)
            })
            .map(drop)
        },
    );
}

#[test]
fn bad_scores() {
    let input = (
        vec(any::<bool>(), 0..9),
        inputs::list(),
        inputs::list(),
        inputs::number(),
    );
    examine(800, input, |(mut y, s, w, share)| {
        if !y.is_empty() {
            // Mostly one truth a score.
            y = y.iter().copied().cycle().take(s.len()).collect();
        }
        let (y, s, w) = (ArrayView1::from(&y), ArrayView1::from(&s), ArrayView1::from(&w));
        let area = survives("roc_auc_score", || metrics::roc_auc_score(y, s))?;
        within("roc_auc_score", area, 0.0, 1.0)?;
        survives("roc_auc_score", || weighted::roc_auc_score(y, s, w))?;
        let ap = survives("average_precision_score", || {
            metrics::average_precision_score(y, s)
        })?;
        within("average_precision_score", ap, 0.0, 1.0 + 1e-9)?;
        for points in [Points::All, Points::Corners] {
            if let Some(curve) = survives("roc_curve", || metrics::roc_curve(y, s, points))? {
                let same = area.is_some_and(|area| (area - curve.auc()).abs() < 1e-9);
                holds("roc_curve", same, || format!("{area:?} is not {}", curve.auc()))?;
                survives("roc_curve", || curve.partial_auc(share))?;
            }
            survives("roc_curve", || weighted::roc_curve(y, s, points, w))?;
            let name = "precision_recall_curve";
            if let Some(curve) = survives(name, || metrics::precision_recall_curve(y, s, points))? {
                survives(name, || curve.lowest_threshold(share))?;
                survives(name, || curve.highest_threshold(share))?;
            }
            survives("det_curve", || metrics::det_curve(y, s, points))?;
        }
        for bins in [Bins::Uniform, Bins::Quantile] {
            survives("calibration_curve", || metrics::calibration_curve(y, s, 3, bins))?;
        }
        survives("calibration_curve", || {
            metrics::calibration_curve(y, s, usize::MAX, Bins::Uniform)
        })?;
        survives("auc", || metrics::auc(s, w)).map(drop)
    });
}

#[test]
fn bad_columns_of_scores() {
    let classes = prop_oneof![3 => Just(vec![0, 1, 2]), 1 => vec(inputs::class(), 0..4)];
    let input = (
        inputs::matrix(),
        vec(0i64..4, 0..8),
        classes,
        inputs::count(),
        any::<bool>(),
    );
    examine(800, input, |(mut scores, mut y, classes, k, tidy)| {
        if tidy && scores.ncols() > 0 {
            scores.mapv_inplace(|v| {
                if v.is_finite() {
                    v.abs().min(9.0) + 0.1
                } else {
                    1.0
                }
            });
            for mut row in scores.rows_mut() {
                let sum = row.sum();
                row /= sum;
            }
            y = (0..scores.nrows() as i64).map(|i| i % 3).collect();
        }
        let (y, p) = (ArrayView1::from(&y), scores.view());
        let loss = |name: &str, value| within(name, value, 0.0, f64::INFINITY);
        loss(
            "log_loss",
            survives("log_loss", || metrics::log_loss(y, p, &classes))?,
        )?;
        loss(
            "brier_score_loss",
            survives("brier_score_loss", || metrics::brier_score_loss(y, p, &classes))?,
        )?;
        loss(
            "hinge_loss",
            survives("hinge_loss", || metrics::hinge_loss(y, p, &classes))?,
        )?;
        for (p, q) in p.rows().into_iter().zip(p.rows().into_iter().rev()) {
            let base = 2.0 + k as f64;
            loss("entropy", survives("entropy", || metrics::entropy(p, base))?)?;
            let name = "cross_entropy";
            loss(name, survives(name, || metrics::cross_entropy(p, q, base))?)?;
            let name = "kl_divergence";
            loss(name, survives(name, || metrics::kl_divergence(p, q, base))?)?;
        }
        let name = "top_k_accuracy_score";
        within(
            name,
            survives(name, || metrics::top_k_accuracy_score(y, p, &classes, k))?,
            0.0,
            1.0,
        )?;
        for average in [AucAverage::Macro, AucAverage::Weighted, AucAverage::Micro] {
            let name = "roc_auc_ovr_score";
            let area = survives(name, || metrics::roc_auc_ovr_score(y, p, &classes, average))?;
            within(name, area, 0.0, 1.0 + 1e-9)?;
            let name = "roc_auc_ovo_score";
            let area = survives(name, || metrics::roc_auc_ovo_score(y, p, &classes, average))?;
            within(name, area, 0.0, 1.0 + 1e-9)?;
        }
        Ok(())
    });
}

#[test]
fn bad_indicators() {
    let cells = |n| vec(prop_oneof![5 => 0i64..2, 1 => inputs::class()], n);
    let matrix = || {
        (0usize..5, 0usize..4).prop_flat_map(move |(rows, columns)| {
            cells(rows * columns)
                .prop_map(move |v| Array2::from_shape_vec((rows, columns), v).expect("a cell a place"))
        })
    };
    examine(
        400,
        (matrix(), matrix(), any::<bool>(), inputs::list()),
        |(y, p, same, w)| {
            let p = if same { y.clone() } else { p };
            let name = "multilabel";
            let zero = ZeroDivision::Zero;
            for average in [
                MultilabelAverage::Micro,
                MultilabelAverage::Macro,
                MultilabelAverage::Weighted,
                MultilabelAverage::Samples,
            ] {
                let f1 = survives(name, || multilabel::f1_score(y.view(), p.view(), average, zero))?;
                within(name, f1, 0.0, 1.0 + 1e-9)?;
                let w = ArrayView1::from(&w);
                survives(name, || {
                    multilabel::weighted::f1_score(y.view(), p.view(), average, zero, w)
                })?;
            }
            let loss = survives(name, || multilabel::hamming_loss(y.view(), p.view()))?;
            within(name, loss, 0.0, 1.0)?;
            survives(name, || multilabel::confusion_matrix(y.view(), p.view())).map(drop)
        },
    );
}
