//! The data that the fixtures of linear models and of naive Bayes were made from.

use ml_core::{
    NumpyRng, Params,
    ndarray::{Array1, Array2, array},
    params::Value,
    sprs::CsMat,
};

/// `x`, numbers, two classes, three classes: the same draws as `data` in make_sgd.py.
pub(crate) fn data(name: &str) -> (Array2<f64>, Array1<f64>, Array1<i64>, Array1<i64>) {
    let mut rng = NumpyRng::new(42);
    let (rows, columns) = match name {
        "dense" => (80, 5),
        "wide" => (30, 70),
        "ill" => (60, 6),
        _ => (120, 40),
    };
    let mut x = rng.randn((rows, columns));
    if name == "ill" {
        x = x * array![1.0, 1e-3, 1.0, 30.0, 1.0, 1.0];
        for mut row in x.rows_mut() {
            row[5] = row[0] + 1e-4 * row[5];
        }
    }
    if name == "sparse" {
        let draws = rng.rand((rows, columns));
        x.zip_mut_with(&draws, |x, draw| *x = if *draw < 0.1 { *x } else { 0.0 });
    }
    let w = rng.randn(columns);
    let score = x.dot(&w) / (columns as f64).sqrt() + 0.3 * rng.randn(rows);
    let two = score.mapv(|s| i64::from(s > 0.0));
    let three = score.mapv(|s| i64::from(s >= -0.4) + i64::from(s >= 0.4));
    (x, score + 1.0, two, three)
}

/// The weights of weighted cases.
pub(crate) fn weights(rows: usize) -> Array1<f64> {
    (0..rows).map(|row| (row % 4) as f64).collect()
}

pub(crate) fn csr(x: &Array2<f64>) -> CsMat<f64> {
    CsMat::csr_from_dense(x.view(), 0.0)
}

pub(crate) fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("rows of equal length")
}

/// The largest difference is below `tolerance` times the largest expected number.
pub(crate) fn close(what: &str, found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) {
    assert_eq!(found.dim(), expected.dim(), "{what}");
    let largest = expected.iter().fold(1e-300, |m: f64, v| m.max(v.abs()));
    let worst = (found - expected).iter().fold(0.0, |m: f64, v| m.max(v.abs())) / largest;
    assert!(
        worst < tolerance,
        "{what}: off by {worst:e}\nfound {found}\nexpected {expected}"
    );
}

/// An estimator with these hyperparameters.
pub(crate) fn with_params<E: Params>(mut estimator: E, params: &serde_json::Map<String, Value>) -> E {
    for (name, value) in params {
        estimator.set_param(name, value).unwrap();
    }
    estimator
}
