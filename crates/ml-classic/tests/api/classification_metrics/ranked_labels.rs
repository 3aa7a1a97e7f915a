//! Areas under the curves of several labels.

use std::collections::BTreeMap;

use ml_classic::metrics::{MultilabelAverage, multilabel};
use ml_core::ndarray::{Array1, array};
use serde::Deserialize;

use super::{close, error, matrix};

#[derive(Deserialize)]
struct Fixture {
    ranked: Vec<Ranked>,
}

#[derive(Deserialize)]
struct Ranked {
    y: Vec<Vec<i64>>,
    scores: Vec<Vec<f64>>,
    weights: Vec<f64>,
    plain: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

const AVERAGES: [(&str, MultilabelAverage); 4] = [
    ("micro", MultilabelAverage::Micro),
    ("macro", MultilabelAverage::Macro),
    ("weighted", MultilabelAverage::Weighted),
    ("samples", MultilabelAverage::Samples),
];

#[test]
fn areas_of_several_labels_agree_with_scikit_learn() {
    let text = include_str!("../../fixtures/classification_metrics.json");
    let fixture: Fixture = serde_json::from_str(text).unwrap();
    assert_eq!(fixture.ranked.len(), 2);
    for case in fixture.ranked {
        let (y, scores, weights) = (matrix(&case.y), matrix(&case.scores), Array1::from(case.weights));
        let (y, scores, w) = (y.view(), scores.view(), weights.view());
        assert_eq!((case.plain.len(), case.weighted.len()), (8, 8));
        for (name, average) in AVERAGES {
            let areas = [
                (multilabel::roc_auc_score(y, scores, average), &case.plain),
                (
                    multilabel::weighted::roc_auc_score(y, scores, average, w),
                    &case.weighted,
                ),
            ];
            for (ours, theirs) in areas {
                close(ours.unwrap(), theirs[&format!("area_{name}")], 1e-12);
            }
            let precisions = [
                (
                    multilabel::average_precision_score(y, scores, average),
                    &case.plain,
                ),
                (
                    multilabel::weighted::average_precision_score(y, scores, average, w),
                    &case.weighted,
                ),
            ];
            for (ours, theirs) in precisions {
                close(ours.unwrap(), theirs[&format!("precision_{name}")], 1e-12);
            }
        }
    }
}

#[test]
fn labels_without_an_area_are_refused() {
    let scores = array![[0.1, 0.9], [0.7, 0.2]];
    let area = |y: [[i64; 2]; 2], average| {
        let y = ml_core::ndarray::arr2(&y);
        error(multilabel::roc_auc_score(y.view(), scores.view(), average))
    };
    let message = area([[1, 0], [1, 1]], MultilabelAverage::Macro);
    assert!(message.contains("roc_auc_score"), "{message}");
    let message = area([[1, 0], [1, 1]], MultilabelAverage::Samples);
    assert!(message.contains("row 1"), "{message}");
    let message = area([[1, 2], [0, 1]], MultilabelAverage::Micro);
    assert!(message.contains("neither 0 nor 1 at row 0, label 1"), "{message}");
    let y = array![[1, 0]];
    let shapes = multilabel::average_precision_score(y.view(), scores.view(), MultilabelAverage::Micro);
    assert!(error(shapes).contains("the same rows and labels"));
}
