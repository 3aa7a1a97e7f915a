//! What holds for all scores, few or many.

use ml_classic::metrics::{self, Average, Averaging, Points, ZeroDivision, weighted};
use ml_core::ndarray::{Array1, ArrayView1, Axis};
use proptest::prelude::*;

use super::{all_close, close};

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
