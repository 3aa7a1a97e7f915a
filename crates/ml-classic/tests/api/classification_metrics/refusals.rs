//! What is refused, and with what words.

use ml_classic::metrics::{self, Average, Averaging, Disagreement, Points, multilabel, weighted};
use ml_core::{
    Error,
    ndarray::{Array1, array},
};

use super::error;

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
