//! Worked by hand, and the book's detector of fives.

use ml_classic::metrics::{self, Average, Points};
use ml_core::ndarray::{Array1, array};

use super::close;

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
