//! Against Scikit-Learn.

use std::collections::BTreeMap;

use ml_classic::metrics::{
    self, AucAverage, Average, Averaging, Bins, Disagreement, MultilabelAverage, Normalize, Points,
    ZeroDivision, multilabel, weighted,
};
use ml_core::{
    Result,
    ndarray::{Array1, Array2, Array3, ArrayView1, Axis},
};
use serde::Deserialize;

use super::{all_close, close, matrix};

type Values = BTreeMap<String, Option<f64>>;

#[derive(Deserialize)]
struct Fixture {
    classes: Vec<OfClasses>,
    scores: Vec<OfScores>,
    several: Vec<OfProbabilities>,
    labels: Vec<OfLabels>,
}

#[derive(Deserialize)]
struct OfClasses {
    y: Vec<i64>,
    predicted: Vec<i64>,
    weights: Vec<f64>,
    some: Vec<i64>,
    report: String,
    some_report: String,
    weighted_report: String,
    plain: ClassFigures,
    weighted: ClassFigures,
}

#[derive(Deserialize)]
struct ClassFigures {
    values: Values,
    matrix: Vec<Vec<f64>>,
    shares: BTreeMap<String, Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
struct OfScores {
    y: Vec<i64>,
    scores: Vec<f64>,
    weights: Vec<f64>,
    calibration: BTreeMap<String, [Vec<f64>; 2]>,
    plain: ScoreFigures,
    weighted: ScoreFigures,
}

#[derive(Deserialize)]
struct ScoreFigures {
    values: BTreeMap<String, f64>,
    curves: BTreeMap<String, [Vec<f64>; 3]>,
}

#[derive(Deserialize)]
struct OfProbabilities {
    y: Vec<i64>,
    p: Vec<Vec<f64>>,
    weights: Vec<f64>,
    plain: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct OfLabels {
    y: Vec<Vec<i64>>,
    predicted: Vec<Vec<i64>>,
    weights: Vec<f64>,
    report: String,
    weighted_report: String,
    plain: LabelFigures,
    weighted: LabelFigures,
}

#[derive(Deserialize)]
struct LabelFigures {
    values: Values,
    matrices: Vec<Vec<Vec<f64>>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../fixtures/classification_metrics.json")).unwrap()
}

/// `null` in the fixture is NaN.
fn same(name: &str, ours: f64, theirs: Option<f64>) {
    match theirs {
        None => assert!(ours.is_nan(), "{name}: {ours} is not NaN"),
        Some(theirs) => assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} is not {theirs}"),
    }
}

const ZEROS: [(&str, ZeroDivision); 3] = [
    ("0", ZeroDivision::Zero),
    ("1", ZeroDivision::One),
    ("nan", ZeroDivision::Nan),
];

/// Whole supports are printed as 12 here and as 12.0 there.
fn words(report: &str) -> Vec<String> {
    let words = report.split_whitespace();
    words
        .map(|w| w.strip_suffix(".0").unwrap_or(w).to_owned())
        .collect()
}

type Averaged =
    fn(ArrayView1<'_, i64>, ArrayView1<'_, i64>, Averaging<i64>, Option<ArrayView1<'_, f64>>) -> Result<f64>;

/// Calls the metric or its twin.
macro_rules! either {
    ($name:ident($($argument:expr),*), $weights:expr) => {
        match $weights {
            None => metrics::$name($($argument),*),
            Some(weights) => weighted::$name($($argument,)* weights),
        }
    };
}

const AVERAGED: [(&str, Averaged); 5] = [
    ("precision", |y, p, how, w| either!(precision_score(y, p, how), w)),
    ("recall", |y, p, how, w| either!(recall_score(y, p, how), w)),
    ("f1", |y, p, how, w| either!(f1_score(y, p, how), w)),
    ("f2", |y, p, how, w| either!(fbeta_score(y, p, 2.0, how), w)),
    ("jaccard", |y, p, how, w| either!(jaccard_score(y, p, how), w)),
];

const AVERAGES: [(&str, Average<i64>); 4] = [
    ("micro", Average::Micro),
    ("macro", Average::Macro),
    ("weighted", Average::Weighted),
    ("binary", Average::Binary(1)),
];

fn check_classes(case: &OfClasses, figures: &ClassFigures, w: Option<ArrayView1<'_, f64>>) {
    let (y, p) = (ArrayView1::from(&case.y), ArrayView1::from(&case.predicted));
    let value = |name: &str| figures.values[name];
    same(
        "balanced",
        either!(balanced_accuracy_score(y, p), w).unwrap(),
        value("balanced_accuracy"),
    );
    same(
        "matthews",
        either!(matthews_corrcoef(y, p), w).unwrap(),
        value("matthews"),
    );
    same(
        "zero_one",
        either!(zero_one_loss(y, p), w).unwrap(),
        value("zero_one"),
    );
    same(
        "hamming",
        either!(hamming_loss(y, p), w).unwrap(),
        value("hamming"),
    );
    let kinds = [
        ("None", Disagreement::Any),
        ("linear", Disagreement::Linear),
        ("quadratic", Disagreement::Quadratic),
    ];
    for (name, kind) in kinds {
        same(
            name,
            either!(cohen_kappa_score(y, p, kind), w).unwrap(),
            value(&format!("kappa_{name}")),
        );
    }
    let mut compared = 0;
    for (metric_name, metric) in AVERAGED {
        for (average_name, average) in AVERAGES {
            for (zero_name, zero) in ZEROS {
                let name = format!("{metric_name}_{average_name}_{zero_name}");
                if let Some(&theirs) = figures.values.get(&name) {
                    let how = Averaging::new(average).zero_division(zero);
                    same(&name, metric(y, p, how, w).unwrap(), theirs);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 42, "only {compared} averages were compared");
    for (name, average) in &AVERAGES[..3] {
        let how = Averaging::new(*average)
            .labels(case.some.clone())
            .zero_division(ZeroDivision::Zero);
        same(
            name,
            either!(f1_score(y, p, how), w).unwrap(),
            value(&format!("some_{name}")),
        );
    }
    let ours = either!(confusion_matrix(y, p), w).unwrap();
    all_close(&ours.counts, &figures.matrix.concat(), 1e-12);
    for (name, by) in [
        ("true", Normalize::True),
        ("pred", Normalize::Predicted),
        ("all", Normalize::All),
    ] {
        all_close(&ours.normalized(by), &figures.shares[name].concat(), 1e-12);
    }
}

#[test]
fn predicted_classes_agree_with_scikit_learn() {
    for case in fixture().classes {
        check_classes(&case, &case.plain, None);
        check_classes(&case, &case.weighted, Some(ArrayView1::from(&case.weights)));
        let (y, p) = (ArrayView1::from(&case.y), ArrayView1::from(&case.predicted));
        let report = metrics::classification_report(y, p, ZeroDivision::Zero)
            .unwrap()
            .digits(3);
        assert_eq!(report.to_string(), case.report);
        let some = metrics::ClassificationReport::of_labels(y, p, Some(&case.some), ZeroDivision::Zero, None);
        assert_eq!(some.unwrap().to_string(), case.some_report);
        // Whole weights: the last digits of other sums depend on the order of the rows.
        let w = ArrayView1::from(&case.weights).mapv(f64::floor);
        let weighted =
            metrics::ClassificationReport::of_labels(y, p, None, ZeroDivision::One, Some(w.view()));
        let weighted = weighted.unwrap().digits(4).to_string();
        assert_eq!(words(&weighted), words(&case.weighted_report));
    }
}

fn check_scores(case: &OfScores, figures: &ScoreFigures, w: Option<ArrayView1<'_, f64>>) {
    let (y, s) = (
        Array1::from_iter(case.y.iter().map(|&y| y == 1)),
        ArrayView1::from(&case.scores),
    );
    let y = y.view();
    close(
        either!(roc_auc_score(y, s), w).unwrap(),
        figures.values["roc_auc"],
        1e-12,
    );
    let ap = either!(average_precision_score(y, s), w).unwrap();
    close(ap, figures.values["average_precision"], 1e-12);
    for (name, points) in [("all", Points::All), ("corners", Points::Corners)] {
        let roc = either!(roc_curve(y, s, points), w).unwrap();
        let curve = &figures.curves[&format!("roc_{name}")];
        all_close(roc.false_positive_rate.iter().skip(1), &curve[0], 1e-12);
        all_close(roc.true_positive_rate.iter().skip(1), &curve[1], 1e-12);
        all_close(roc.thresholds.iter().skip(1), &curve[2], 0.0);
        assert_eq!(
            (roc.false_positive_rate[0], roc.true_positive_rate[0]),
            (0.0, 0.0)
        );
        assert_eq!(roc.thresholds[0], f64::INFINITY);
        close(roc.auc(), figures.values["roc_auc"], 1e-12);
        let by_hand = metrics::auc(roc.false_positive_rate.view(), roc.true_positive_rate.view()).unwrap();
        close(by_hand, roc.auc(), 1e-15);
        for rate in [0.1, 0.35] {
            close(
                roc.partial_auc(rate).unwrap(),
                figures.values[&format!("partial_{rate}")],
                1e-12,
            );
        }
        let whole = 2.0 * roc.partial_auc(1.0).unwrap() - 1.0;
        close(0.5 * (1.0 + whole), figures.values["partial_1.0"], 1e-12);
        let pr = either!(precision_recall_curve(y, s, points), w).unwrap();
        let curve = &figures.curves[&format!("pr_{name}")];
        all_close(&pr.precision, &curve[0], 1e-12);
        all_close(&pr.recall, &curve[1], 1e-12);
        all_close(&pr.thresholds, &curve[2], 0.0);
        let det = either!(det_curve(y, s, points), w).unwrap();
        let curve = &figures.curves[&format!("det_{name}")];
        all_close(&det.false_positive_rate, &curve[0], 1e-12);
        all_close(&det.false_negative_rate, &curve[1], 1e-12);
        all_close(
            &det.thresholds.mapv(|t| if t.is_infinite() { 1e300 } else { t }),
            &curve[2],
            0.0,
        );
    }
}

#[test]
fn curves_and_areas_agree_with_scikit_learn() {
    for case in fixture().scores {
        check_scores(&case, &case.plain, None);
        check_scores(&case, &case.weighted, Some(ArrayView1::from(&case.weights)));
        let y = Array1::from_iter(case.y.iter().map(|&y| y == 1));
        let p = Array1::from_iter(case.scores.iter().map(|s| 1.0 / (1.0 + (-s).exp())));
        for (name, bins) in [("uniform", Bins::Uniform), ("quantile", Bins::Quantile)] {
            let curve = metrics::calibration_curve(y.view(), p.view(), 4, bins).unwrap();
            all_close(&curve.true_share, &case.calibration[name][0], 1e-12);
            all_close(&curve.mean_probability, &case.calibration[name][1], 1e-12);
            assert_eq!(curve.n_rows.sum(), y.len());
        }
    }
}

fn check_probabilities(
    case: &OfProbabilities,
    figures: &BTreeMap<String, f64>,
    w: Option<ArrayView1<'_, f64>>,
) {
    let (y, p) = (ArrayView1::from(&case.y), matrix(&case.p));
    let classes: Vec<i64> = (0..p.ncols() as i64).collect();
    close(
        either!(log_loss(y, p.view(), &classes), w).unwrap(),
        figures["log_loss"],
        1e-12,
    );
    close(
        either!(brier_score_loss(y, p.view(), &classes), w).unwrap(),
        figures["brier"],
        1e-12,
    );
    let decision = p.mapv(|p| (p + 1e-3).ln());
    let decision = if classes.len() == 2 {
        decision.select(Axis(1), &[1])
    } else {
        decision
    };
    close(
        either!(hinge_loss(y, decision.view(), &classes), w).unwrap(),
        figures["hinge"],
        1e-12,
    );
    if classes.len() == 2 {
        return;
    }
    for k in [1, 2] {
        let hits = either!(top_k_accuracy_score(y, p.view(), &classes, k), w).unwrap();
        close(hits, figures[&format!("top_{k}")], 1e-12);
    }
    let averages = [
        ("macro", AucAverage::Macro),
        ("weighted", AucAverage::Weighted),
        ("micro", AucAverage::Micro),
    ];
    for (name, average) in averages {
        let auc = either!(roc_auc_ovr_score(y, p.view(), &classes, average), w).unwrap();
        close(auc, figures[&format!("ovr_{name}")], 1e-12);
        if w.is_none() && average != AucAverage::Micro {
            let auc = metrics::roc_auc_ovo_score(y, p.view(), &classes, average).unwrap();
            close(auc, figures[&format!("ovo_{name}")], 1e-12);
        }
    }
}

#[test]
fn probabilities_agree_with_scikit_learn() {
    for case in fixture().several {
        check_probabilities(&case, &case.plain, None);
        check_probabilities(&case, &case.weighted, Some(ArrayView1::from(&case.weights)));
    }
}

fn check_labels(case: &OfLabels, figures: &LabelFigures, w: Option<ArrayView1<'_, f64>>) {
    use multilabel::weighted;
    let (y, p) = (matrix(&case.y), matrix(&case.predicted));
    let (y, p) = (y.view(), p.view());
    macro_rules! either {
        ($name:ident($($argument:expr),*)) => {
            match w {
                None => multilabel::$name($($argument),*).unwrap(),
                Some(weights) => weighted::$name($($argument,)* weights).unwrap(),
            }
        };
    }
    same("hamming", either!(hamming_loss(y, p)), figures.values["hamming"]);
    same(
        "accuracy",
        either!(accuracy_score(y, p)),
        figures.values["accuracy"],
    );
    let averages = [
        ("micro", MultilabelAverage::Micro),
        ("macro", MultilabelAverage::Macro),
        ("weighted", MultilabelAverage::Weighted),
        ("samples", MultilabelAverage::Samples),
    ];
    for (average_name, average) in averages {
        for (zero_name, zero) in ZEROS {
            let theirs = |metric: &str| figures.values[&format!("{metric}_{average_name}_{zero_name}")];
            same(
                "precision",
                either!(precision_score(y, p, average, zero)),
                theirs("precision"),
            );
            same(
                "recall",
                either!(recall_score(y, p, average, zero)),
                theirs("recall"),
            );
            same("f1", either!(f1_score(y, p, average, zero)), theirs("f1"));
            same(
                "f05",
                either!(fbeta_score(y, p, 0.5, average, zero)),
                theirs("f05"),
            );
            if zero != ZeroDivision::Nan {
                same(
                    "jaccard",
                    either!(jaccard_score(y, p, average, zero)),
                    theirs("jaccard"),
                );
            }
        }
    }
    let ours: Array3<f64> = either!(confusion_matrix(y, p));
    all_close(&ours, &figures.matrices.concat().concat(), 1e-12);
}

#[test]
fn several_labels_agree_with_scikit_learn() {
    for case in fixture().labels {
        check_labels(&case, &case.plain, None);
        check_labels(&case, &case.weighted, Some(ArrayView1::from(&case.weights)));
        // The type of the indicators does not matter.
        let (y, p) = (matrix(&case.y), matrix(&case.predicted));
        let truths = |x: &Array2<i64>| x.mapv(|x| x == 1);
        let ours = multilabel::hamming_loss(truths(&y).view(), truths(&p).view()).unwrap();
        assert_eq!(ours, multilabel::hamming_loss(y.view(), p.view()).unwrap());
        let report = multilabel::classification_report(y.view(), p.view(), ZeroDivision::Zero).unwrap();
        assert_eq!(report.digits(3).to_string(), case.report);
        let floors = Array1::from_iter(case.weights.iter().map(|w| w.floor()));
        let weighted =
            multilabel::weighted::classification_report(y.view(), p.view(), ZeroDivision::One, floors.view());
        let weighted = weighted.unwrap().digits(4).to_string();
        assert_eq!(words(&weighted), words(&case.weighted_report));
    }
}
