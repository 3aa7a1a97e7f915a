//! Metrics of classification against Scikit-Learn, by hand, by their laws, and at their edges.

use std::collections::BTreeMap;

use ml_classic::{
    baseline::{ClassifierStrategy, DummyClassifier},
    metrics::{
        self, AucAverage, Average, Averaging, Bins, Disagreement, MultilabelAverage, Normalize, Points,
        Scorer, ZeroDivision, multilabel, weighted,
    },
    model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_score},
    naive_bayes::MultinomialNB,
    neighbors::KNeighborsClassifier,
    tree::DecisionTreeClassifier,
};
use ml_core::{
    Error, Estimator, Features, Fit, FitContext, Result, Target,
    ndarray::{Array1, Array2, Array3, ArrayView1, Axis, array},
    sprs::TriMat,
};
use proptest::prelude::*;
use serde::Deserialize;

use super::metrics::close;

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
    plain: LabelFigures,
    weighted: LabelFigures,
}

#[derive(Deserialize)]
struct LabelFigures {
    values: Values,
    matrices: Vec<Vec<Vec<f64>>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/classification_metrics.json")).unwrap()
}

fn matrix<T: Clone>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn all_close<'a>(ours: impl IntoIterator<Item = &'a f64>, theirs: &[f64], tolerance: f64) {
    let ours: Vec<f64> = ours.into_iter().copied().collect();
    assert_eq!(ours.len(), theirs.len(), "{ours:?} is not {theirs:?}");
    ours.iter()
        .zip(theirs)
        .for_each(|(&ours, &theirs)| close(ours, theirs, tolerance));
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
        // Whole supports are printed as 12 here and as 12.0 there.
        let words = |report: &str| -> Vec<String> {
            let words = report.split_whitespace();
            words
                .map(|w| w.strip_suffix(".0").unwrap_or(w).to_owned())
                .collect()
        };
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
    }
}

/// Rows whose confusion matrix is given.
fn rows_of(counts: [[usize; 2]; 2]) -> (Array1<bool>, Array1<bool>) {
    let cells = [(false, false), (false, true), (true, false), (true, true)];
    let counts = counts.concat();
    let rows = || {
        cells
            .iter()
            .zip(&counts)
            .flat_map(|(&cell, &n)| std::iter::repeat_n(cell, n))
    };
    (
        rows().map(|row| row.0).collect(),
        rows().map(|row| row.1).collect(),
    )
}

/// Reproduces N03-007.
#[test]
fn the_five_detector_of_the_book() {
    let (y, p) = rows_of([[53057, 1522], [1325, 4096]]);
    let matrix = metrics::confusion_matrix(y.view(), p.view()).unwrap();
    assert_eq!(matrix.counts, array![[53057.0, 1522.0], [1325.0, 4096.0]]);
    let positive = Average::Binary(true);
    close(
        metrics::precision_score(y.view(), p.view(), positive).unwrap(),
        0.729_085_083_659_665_4,
        1e-15,
    );
    close(
        metrics::recall_score(y.view(), p.view(), positive).unwrap(),
        0.755_580_151_263_604_4,
        1e-15,
    );
    close(
        metrics::f1_score(y.view(), p.view(), positive).unwrap(),
        0.742_096_204_366_337_5,
        1e-15,
    );
    assert_eq!(
        matrix.to_string(),
        "actual  false   true\n false  53057   1522\n  true   1325   4096"
    );
}

/// Reproduces N03-008, the digits of figure 3-3 in the order of their scores.
#[test]
fn precision_may_fall_as_the_threshold_rises() {
    let five = [0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1].map(|y| y == 1);
    let (y, s) = (
        Array1::from(five.to_vec()),
        Array1::from_iter((0..12).map(f64::from)),
    );
    let curve = metrics::precision_recall_curve(y.view(), s.view(), Points::All).unwrap();
    let at = |threshold: usize| (curve.precision[threshold], curve.recall[threshold]);
    assert_eq!(at(7), (4.0 / 5.0, 4.0 / 6.0));
    assert_eq!(at(8), (3.0 / 4.0, 3.0 / 6.0));
    let point = curve.lowest_threshold(0.8).unwrap();
    assert_eq!((point.threshold, point.recall), (7.0, 4.0 / 6.0));
    let error = curve.lowest_threshold(1.0).map(|point| point.threshold);
    assert_eq!(error.unwrap(), 11.0);
}

#[test]
fn a_wanted_precision_may_be_out_of_reach() {
    let (y, s) = (array![true, false, true, false], array![0.1, 0.2, 0.3, 0.4]);
    let curve = metrics::precision_recall_curve(y.view(), s.view(), Points::All).unwrap();
    let error = curve.lowest_threshold(0.9).unwrap_err().to_string();
    assert_eq!(
        error,
        "PrecisionRecallCurve::lowest_threshold: no threshold has a precision of 0.9, the highest is 0.5; \
         ask for less, or improve the model"
    );
    assert_eq!(curve.highest_threshold(0.5).unwrap().threshold, 0.3);
    assert_eq!(curve.highest_threshold(1.0).unwrap().threshold, 0.1);
}

fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn errors_name_the_mistake() {
    let one_class = array![true, true];
    assert_eq!(
        error(metrics::roc_auc_score(one_class.view(), array![0.1, 0.2].view())),
        "roc_auc_score: y holds no negative row, so the curve is not defined; use rows of both classes; in \
         cross-validation, stratified folds"
    );
    let none = array![false, false];
    let curve = metrics::precision_recall_curve(none.view(), array![0.1, 0.2].view(), Points::All);
    assert!(error(curve).contains("y holds no positive row"));
    assert_eq!(
        error(metrics::roc_auc_score(
            array![true, false].view(),
            array![f64::NAN, 0.2].view()
        )),
        "roc_auc_score: scores holds NaN at row 0, column 0; drop those rows, or find out why the model scores them so"
    );
    assert_eq!(
        error(metrics::f1_score(
            array![0, 1, 2].view(),
            array![0, 1, 2].view(),
            Average::Binary(1)
        )),
        "f1_score: Average::Binary(1) of 3 classes; average over them (Micro, Macro, Weighted), or make y == class \
         the target"
    );
    assert_eq!(
        error(metrics::f1_score(
            array![0, 2].view(),
            array![0, 2].view(),
            Average::Binary(1)
        )),
        "f1_score: the positive class 1 is neither 0 nor 2, the classes that occur; name one of these"
    );
    let p = array![[0.5, 0.5], [0.2, 0.7]];
    assert_eq!(
        error(metrics::log_loss(array![0, 1].view(), p.view(), &[0, 1])),
        "log_loss: the probabilities of row 1 sum to 0.8999999999999999; divide every row by its sum, or pass \
         predict_proba's result"
    );
    assert_eq!(
        error(metrics::log_loss(array![0, 7].view(), p.view(), &[0, 1])),
        "log_loss: y holds 7 at row 1, which is none of the 2 classes; score only rows of classes that the model knows"
    );
    let zeros = array![0.0, 0.0];
    assert!(
        error(weighted::f1_score(
            array![0, 1].view(),
            array![0, 1].view(),
            Average::Macro,
            zeros.view()
        ))
        .contains("all weights are 0")
    );
    let labels = Averaging::new(Average::Macro).labels([0, 0]);
    assert!(
        error(metrics::f1_score(array![0].view(), array![0].view(), labels)).contains("labels list 0 twice")
    );
    let kappa = metrics::cohen_kappa_score(array![3, 3].view(), array![3, 3].view(), Disagreement::Any);
    assert!(error(kappa).contains("only one class"));
    assert!(
        error(multilabel::hamming_loss(
            array![[2, 0]].view(),
            array![[1, 0]].view()
        ))
        .contains("y holds neither 0 nor 1 at row 0, label 0")
    );
    let rows = Array1::from_iter(0..20_000_i64);
    assert!(matches!(
        metrics::confusion_matrix(rows.view(), rows.view()),
        Err(Error::Size { .. })
    ));
    assert!(
        error(metrics::auc(
            array![0.0, 1.0, 0.5].view(),
            array![0.0, 1.0, 1.0].view()
        ))
        .contains("up and down")
    );
}

#[test]
fn many_classes_and_strided_views_are_counted_like_few() {
    let y = Array1::from_iter((0..3000_i64).map(|i| i * 7 % 500));
    let p = Array1::from_iter((0..3000_i64).map(|i| (i * 7 + i % 2) % 500));
    let matrix = metrics::confusion_matrix(y.view(), p.view()).unwrap();
    assert_eq!(matrix.classes.len(), 500);
    assert_eq!(matrix.counts.diag().sum(), 1500.0);
    let both = ml_core::ndarray::stack![Axis(1), y, p];
    assert_eq!(
        metrics::confusion_matrix(both.column(0), both.column(1)).unwrap(),
        matrix
    );
}

/// A set of two classes that trees and neighbours find hard enough.
fn lesson() -> (Array2<f64>, Array1<i64>) {
    let x = Array2::from_shape_fn((60, 2), |(i, j)| ((i * (j + 3) * 7) % 13) as f64 + (i % 3) as f64);
    let y = Array1::from_iter((0..60_i64).map(|i| i64::from(x[[i as usize, 0]] + (i % 5) as f64 > 9.0)));
    (x, y)
}

#[test]
fn scorers_are_the_metrics_of_what_a_model_says() {
    let (x, y) = lesson();
    let w = Array1::from_iter((0..60).map(|i| f64::from(i % 4)));
    let model = KNeighborsClassifier::default().fit(x.view(), y.view()).unwrap();
    let object: &dyn ml_core::Model = &model;
    let (features, target) = (Features::from(x.clone()), Target::from(y.clone()));
    let p = ml_core::PredictProba::predict_proba(&model, x.view()).unwrap();
    let predicted = ml_core::Predict::predict(&model, x.view()).unwrap();
    let (positive, second) = (y.mapv(|y| y == 1), p.column(1));
    let (y, predicted) = (y.view(), predicted.view());
    let score = |name: &str| {
        Scorer::by_name(name)
            .unwrap()
            .score(object, &features, &target)
            .unwrap()
    };
    let expected = [
        ("accuracy", metrics::accuracy_score(y, predicted)),
        (
            "precision",
            metrics::precision_score(y, predicted, Average::Binary(1)),
        ),
        (
            "recall_macro",
            metrics::recall_score(y, predicted, Average::Macro),
        ),
        ("f1_weighted", metrics::f1_score(y, predicted, Average::Weighted)),
        (
            "jaccard_micro",
            metrics::jaccard_score(y, predicted, Average::Micro),
        ),
        (
            "balanced_accuracy",
            metrics::balanced_accuracy_score(y, predicted),
        ),
        ("matthews_corrcoef", metrics::matthews_corrcoef(y, predicted)),
        ("roc_auc", metrics::roc_auc_score(positive.view(), second)),
        (
            "average_precision",
            metrics::average_precision_score(positive.view(), second),
        ),
        ("roc_auc_ovr", metrics::roc_auc_score(positive.view(), second)),
        ("roc_auc_ovo", metrics::roc_auc_score(positive.view(), second)),
        (
            "neg_log_loss",
            metrics::log_loss(y, p.view(), &[0, 1]).map(|loss| -loss),
        ),
        (
            "neg_brier_score",
            metrics::brier_score_loss(y, p.view(), &[0, 1]).map(|loss| -loss),
        ),
        ("top_k_accuracy", Ok(1.0)),
    ];
    for (name, value) in expected {
        close(score(name), value.unwrap(), 1e-14);
    }
    for name in ["f1", "roc_auc", "neg_log_loss", "average_precision"] {
        let scorer = Scorer::by_name(name).unwrap();
        let weighted = scorer
            .score_weighted(object, &features, &target, w.view())
            .unwrap();
        assert!((weighted - score(name)).abs() > 1e-6, "{name} ignores weights");
    }
}

/// Sparse rows are scored as the same rows in full, by every kind of answer that scorers ask for.
#[test]
fn sparse_rows_are_scored_like_dense_ones() {
    let (x, y) = lesson();
    let mut cells = TriMat::new(x.dim());
    for ((row, column), &v) in x.indexed_iter().filter(|(_, v)| **v != 0.0) {
        cells.add_triplet(row, column, v);
    }
    let sparse = cells.to_csr::<usize>();
    for name in [
        "accuracy",
        "f1",
        "matthews_corrcoef",
        "roc_auc",
        "average_precision",
        "neg_log_loss",
    ] {
        let how = CrossValidation::default().cv(3).scoring(name);
        let of = |x: Features| cross_val_score(&MultinomialNB::default(), x, &y, &how).unwrap();
        let (full, few) = (of(x.clone().into()), of(sparse.clone().into()));
        full.iter().zip(&few).for_each(|(&a, &b)| close(a, b, 1e-12));
        assert!(
            full.iter().any(|&score| score != full[0]) || full[0] != 0.0,
            "{name}"
        );
    }
}

#[test]
fn scorers_serve_cross_validation_and_search() {
    let (x, y) = lesson();
    let how = CrossValidation::default().cv(3).scoring("roc_auc");
    let scores = cross_val_score(&DecisionTreeClassifier::default(), &x, &y, &how).unwrap();
    assert!(scores.iter().all(|score| (0.5..=1.0).contains(score)), "{scores}");
    let grid = ParamGrid::new().values("max_depth", [1, 3]);
    let search = GridSearchCV::new(DecisionTreeClassifier::default(), grid)
        .cv(3)
        .scoring("f1_macro");
    let fitted = search.fit(&x, &y).unwrap();
    assert_eq!(fitted.scoring, "f1_macro");
    let best = cross_val_score(
        &*fitted.best_estimator,
        &x,
        &y,
        &CrossValidation::default().cv(3).scoring("f1_macro"),
    );
    close(fitted.best_score, best.unwrap().mean().unwrap(), 1e-14);
}

#[test]
fn scorers_refuse_what_they_cannot_score() {
    let (x, y) = lesson();
    let (features, target) = (Features::from(x.clone()), Target::from(y.clone()));
    let fit = |estimator: &dyn Estimator, y: &Target| {
        estimator
            .fit_features(&features, y, &FitContext::default())
            .unwrap()
    };
    let score = |name: &str, model: &dyn ml_core::Model, y: &Target| {
        error(Scorer::by_name(name).unwrap().score(model, &features, y))
    };
    let dummy = DummyClassifier::default().strategy(ClassifierStrategy::MostFrequent);
    let thirds = Target::from(Array1::from_iter((0..60_i64).map(|i| i % 3)));
    let three = fit(&dummy, &thirds);
    assert_eq!(
        score("roc_auc", &*three, &thirds),
        "roc_auc: the model knows 3 classes where two are needed; score more classes by roc_auc_ovr, roc_auc_ovo or \
         f1_macro, or make y == class the target"
    );
    let two = fit(&dummy, &target);
    let message = score("roc_auc", &*two, &thirds);
    assert!(
        message.contains("y holds 2 at row 2, which the model has not seen"),
        "{message}"
    );
    let message = score("neg_log_loss", &*two, &thirds);
    assert!(message.contains("y holds 2 at row 2"), "{message}");
    let line = fit(
        &ml_classic::linear::LinearRegression::default(),
        &Target::from(y.mapv(|y| y as f64)),
    );
    let message = score("roc_auc", &*line, &target);
    assert!(message.contains("does not support classes"), "{message}");
    // A fold without positives is an error that says so.
    let late = Array1::from_iter((0..60).map(|i| i64::from(i >= 50)));
    let how = CrossValidation::default()
        .cv(ml_data::split::KFold::default())
        .scoring("average_precision");
    let folds = cross_val_score(&DecisionTreeClassifier::default(), &x, &late, &how);
    assert!(error(folds).contains("in cross-validation, stratified folds"));
}

/// The share of ordered pairs, counted pair by pair.
fn area_by_pairs(y: &[bool], s: &[f64], w: &[f64]) -> f64 {
    let (mut ordered, mut pairs) = (0.0, 0.0);
    for i in (0..y.len()).filter(|&i| y[i]) {
        for j in (0..y.len()).filter(|&j| !y[j]) {
            let weight = w[i] * w[j];
            pairs += weight;
            ordered += weight
                * if s[i] > s[j] {
                    1.0
                } else if s[i] == s[j] {
                    0.5
                } else {
                    0.0
                };
        }
    }
    ordered / pairs
}

/// Enough rows for many buckets and several chunks.
#[test]
fn many_rows_are_sorted_like_few() {
    let n = 300_000;
    let mut state = 1_u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let y = Array1::from_shape_simple_fn(n, || draw() < 0.2);
    // Wide range, both signs, many ties.
    let s = Array1::from_iter(y.iter().map(|&y| {
        let v = (draw() + draw() - 1.0 + 0.2 * f64::from(u8::from(y))) * 50.0;
        (v * 40.0).round() / 40.0 + if v > 45.0 { 1e12 } else { 0.0 }
    }));
    let mut rows: Vec<usize> = (0..n).collect();
    rows.sort_by(|&i, &j| s[j].total_cmp(&s[i]));
    let (mut thresholds, mut tps, mut fps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut tp, mut fp) = (0.0, 0.0);
    for (place, &row) in rows.iter().enumerate() {
        if y[row] {
            tp += 1.0
        } else {
            fp += 1.0
        }
        if place + 1 == n || s[rows[place + 1]] != s[row] {
            thresholds.push(s[row]);
            tps.push(tp);
            fps.push(fp);
        }
    }
    let curve = metrics::roc_curve(y.view(), s.view(), Points::All).unwrap();
    assert_eq!(curve.thresholds.as_slice().unwrap()[1..], thresholds);
    all_close(
        curve.true_positive_rate.iter().skip(1),
        &tps.iter().map(|v| v / tp).collect::<Vec<_>>(),
        0.0,
    );
    all_close(
        curve.false_positive_rate.iter().skip(1),
        &fps.iter().map(|v| v / fp).collect::<Vec<_>>(),
        0.0,
    );
    let area = metrics::roc_auc_score(y.view(), s.view()).unwrap();
    close(area, curve.auc(), 1e-12);
    let ones = Array1::ones(n);
    close(
        weighted::roc_auc_score(y.view(), s.view(), ones.view()).unwrap(),
        area,
        1e-12,
    );
    let single = s.mapv(|v| v as f32);
    let double = single.mapv(f64::from);
    assert_eq!(
        metrics::roc_auc_score(y.view(), single.view()).unwrap(),
        metrics::roc_auc_score(y.view(), double.view()).unwrap()
    );
}

fn rows() -> impl Strategy<Value = (Vec<bool>, Vec<f64>, Vec<f64>)> {
    (2usize..40).prop_flat_map(|n| {
        let scores = prop_oneof![(-3i8..4).prop_map(f64::from), -1e6..1e6, Just(0.0), Just(-0.0)];
        (
            prop::collection::vec(any::<bool>(), n),
            prop::collection::vec(scores, n),
            prop::collection::vec(prop_oneof![Just(0.0), 0.1..3.0], n),
        )
    })
}

proptest! {
    #[test]
    fn the_area_is_the_share_of_ordered_pairs((y, s, w) in rows()) {
        let weigh = |class: bool| y.iter().zip(&w).any(|(&y, &w)| y == class && w > 0.0);
        let (y_view, s_view, w_view) =
            (ArrayView1::from(&y), ArrayView1::from(&s), ArrayView1::from(&w));
        if y.contains(&true) && y.contains(&false) {
            let ones = vec![1.0; y.len()];
            let ours = metrics::roc_auc_score(y_view, s_view).unwrap();
            prop_assert!((ours - area_by_pairs(&y, &s, &ones)).abs() < 1e-12);
            // Turning the scores round turns the area round.
            let turned = Array1::from_iter(s.iter().map(|s| -s));
            let theirs = metrics::roc_auc_score(y_view, turned.view()).unwrap();
            prop_assert!((ours + theirs - 1.0).abs() < 1e-12);
        }
        if weigh(true) && weigh(false) {
            let ours = weighted::roc_auc_score(y_view, s_view, w_view).unwrap();
            prop_assert!((ours - area_by_pairs(&y, &s, &w)).abs() < 1e-9);
        }
    }

    #[test]
    fn averages_of_one_class_a_row_obey_their_laws(
        pairs in prop::collection::vec((0i64..4, 0i64..4), 1..60),
    ) {
        let (y, p): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
        let (y, p) = (Array1::from(y), Array1::from(p));
        let (y, p) = (y.view(), p.view());
        let accuracy = metrics::accuracy_score(y, p).unwrap();
        let quiet = |average| Averaging::new(average).zero_division(ZeroDivision::Zero);
        for micro in [
            metrics::precision_score(y, p, quiet(Average::Micro)).unwrap(),
            metrics::f1_score(y, p, quiet(Average::Micro)).unwrap(),
            metrics::recall_score(y, p, quiet(Average::Weighted)).unwrap(),
            1.0 - metrics::zero_one_loss(y, p).unwrap(),
        ] {
            prop_assert!((micro - accuracy).abs() < 1e-12);
        }
        let matrix = metrics::confusion_matrix(y, p).unwrap();
        prop_assert_eq!(matrix.counts.sum(), y.len() as f64);
        prop_assert!((matrix.counts.diag().sum() / y.len() as f64 - accuracy).abs() < 1e-12);
        let turned = metrics::confusion_matrix(p, y).unwrap();
        prop_assert_eq!(&turned.counts.t(), &matrix.counts);
        let mcc = metrics::matthews_corrcoef(y, p).unwrap();
        prop_assert!((mcc - metrics::matthews_corrcoef(p, y).unwrap()).abs() < 1e-12);
    }
}
