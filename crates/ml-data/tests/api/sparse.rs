//! Sparse matrices through transformers: against Scikit-Learn, and never made dense.

use ml_core::{
    Features, FitContext, FittedTransformer, Transformer,
    ndarray::{Array1, Array2, array},
    sprs::{CsMat, TriMat},
};
use ml_data::{pipeline::Pipeline, preprocess::*};
use proptest::prelude::*;
use serde_json::Value;

fn fixture() -> Value {
    let text = include_str!("../fixtures/sparse.json");
    serde_json::from_str(text).expect("the fixture is JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    value.as_array().expect("a list").iter().map(number).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().expect("rows").iter().map(numbers).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("rows of equal length")
}

/// What is not zero, and the cell (0, 4), as the script of the fixture has it.
fn csr(x: &Array2<f64>) -> CsMat<f64> {
    let mut cells = TriMat::new(x.dim());
    for ((row, column), &v) in x.indexed_iter().filter(|(at, v)| **v != 0.0 || *at == (0, 4)) {
        cells.add_triplet(row, column, v);
    }
    cells.to_csr()
}

fn fit(
    transformer: &dyn Transformer,
    x: &Array2<f64>,
    weights: Option<Vec<f64>>,
) -> Box<dyn FittedTransformer> {
    let weights = weights.map(Array1::from);
    let context = weights
        .as_ref()
        .map_or_else(FitContext::default, |w| FitContext::weighted(w.view()));
    transformer
        .fit_features(&csr(x).into(), None, &context)
        .expect("fits")
}

fn same(what: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(theirs) {
        let close = (a - b).abs() <= 1e-12 * b.abs().max(1.0);
        assert!(close || a.is_nan() && b.is_nan(), "{what}: {a} instead of {b}");
    }
}

/// The result is sparse, lists as many cells as theirs, and holds their values.
fn same_sparse(what: &str, ours: Features, theirs: &Value) {
    let Features::Sparse { values, .. } = ours else {
        panic!("{what} made it dense")
    };
    assert_eq!(
        values.nnz() as u64,
        theirs["listed"].as_u64().expect("a count"),
        "{what}"
    );
    let (ours, theirs) = (values.to_dense(), matrix(&theirs["values"]));
    same(
        what,
        &ours.into_raw_vec_and_offset().0,
        &theirs.into_raw_vec_and_offset().0,
    );
}

fn learned<T: 'static>(fitted: &dyn FittedTransformer) -> &T {
    fitted.as_any().downcast_ref().expect("the fitted type")
}

#[test]
fn scalers_learn_from_sparse_matrices_as_in_scikit_learn() {
    let all = fixture();
    let (x, new) = (matrix(&all["x"]), matrix(&all["new"]));
    let check = |name: &str, scaler: &dyn Transformer, weights: Option<Vec<f64>>| {
        let fitted = fit(scaler, &x, weights);
        let there = fitted.transform_features(csr(&new).into()).expect(name);
        same_sparse(name, there, &all[name]["transform"]);
        let back = fitted.inverse_transform_features(csr(&new).into()).expect(name);
        same_sparse(name, back, &all[name]["inverse"]);
        fitted
    };
    let standard = StandardScaler::default().with_mean(false);
    for (name, weights) in [
        ("standard", None),
        ("standard_weighted", Some(numbers(&all["weights"]))),
    ] {
        let fitted = check(name, &standard, weights);
        let fitted: &FittedStandardScaler<f64> = learned(&*fitted);
        same("mean", &fitted.mean.to_vec(), &numbers(&all[name]["mean"]));
        same("var", &fitted.var.to_vec(), &numbers(&all[name]["var"]));
        same("scale", &fitted.scale.to_vec(), &numbers(&all[name]["scale"]));
    }
    let fitted = check("max_abs", &MaxAbsScaler::default(), None);
    let fitted: &FittedMaxAbsScaler<f64> = learned(&*fitted);
    same(
        "max_abs",
        &fitted.max_abs.to_vec(),
        &numbers(&all["max_abs"]["max_abs"]),
    );
    let robust = RobustScaler::default().with_centering(false);
    for (name, robust) in [
        ("robust", robust.clone()),
        ("robust_wide", robust.quantile_range((5.0, 95.0))),
    ] {
        let fitted = check(name, &robust, None);
        let fitted: &FittedRobustScaler<f64> = learned(&*fitted);
        same(name, &fitted.scale.to_vec(), &numbers(&all[name]["scale"]));
    }
}

#[test]
fn gaps_in_sparse_matrices_are_filled_as_in_scikit_learn() {
    let all = fixture();
    let (x, new) = (matrix(&all["x"]), matrix(&all["new"]));
    let strategies = [
        ("impute_mean", SimpleImputer::mean()),
        ("impute_median", SimpleImputer::median()),
        ("impute_most_frequent", SimpleImputer::most_frequent()),
        ("impute_constant", SimpleImputer::constant(-1.0)),
    ];
    for (name, imputer) in strategies {
        let fitted = fit(&imputer, &x, None);
        let statistics = &learned::<FittedTableImputer>(&*fitted).statistics;
        let statistics: Vec<f64> = statistics
            .iter()
            .map(|s| s.to_string().parse().expect("a number"))
            .collect();
        same(name, &statistics, &numbers(&all[name]["statistics"]));
        let filled = fitted.transform_features(csr(&new).into()).expect(name);
        same_sparse(name, filled, &all[name]["transform"]);
    }
}

#[test]
fn a_column_without_values_is_dropped_from_a_sparse_matrix() {
    let x = array![[f64::NAN, 1.0], [f64::NAN, 0.0]];
    let imputer = SimpleImputer::mean().empty_features(EmptyFeatures::Drop);
    let out = fit(&imputer, &x, None)
        .transform_features(csr(&x).into())
        .unwrap();
    assert!(matches!(&out, Features::Sparse { values, .. } if values.shape() == (2, 1)));
    let error = SimpleImputer::mean().fit_features(&csr(&x).into(), None, &FitContext::default());
    assert!(error.unwrap_err().to_string().contains("has no value at all"));
}

#[test]
fn what_would_move_the_zeros_is_refused_at_fit() {
    let all = fixture();
    let x = Features::from(csr(&matrix(&all["x"])));
    let refused: [(&str, &dyn Transformer, &str); 3] = [
        ("standard", &StandardScaler::default(), "with_mean"),
        ("robust", &RobustScaler::default(), "with_centering"),
        ("min_max", &MinMaxScaler::default(), "MaxAbsScaler"),
    ];
    for (name, scaler, remedy) in refused {
        let theirs = all["refused"][name].as_str().expect("their message");
        let ours = scaler
            .fit_features(&x, None, &FitContext::default())
            .unwrap_err()
            .to_string();
        assert!(
            ours.contains("a sparse matrix") && ours.contains(remedy),
            "{ours}"
        );
        assert!(theirs.contains("parse") && theirs.contains(remedy), "{theirs}");
    }
    let dense =
        StandardScaler::default().fit_features(&array![[1.0], [2.0]].into(), None, &FitContext::default());
    let late = dense
        .unwrap()
        .transform_features(csr(&array![[1.0]]).into())
        .unwrap_err();
    assert!(late.to_string().contains("with_mean(false)"), "{late}");
}

#[test]
fn infinities_in_sparse_matrices_are_named() {
    let x = Features::from(csr(&array![[0.0, 1.0], [0.0, f64::INFINITY]]));
    let x = x.with_names(vec!["a".to_owned(), "b".to_owned()]).unwrap();
    let error = MaxAbsScaler::default()
        .fit_features(&x, None, &FitContext::default())
        .unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("inf") && error.contains("row 1") && error.contains('b'),
        "{error}"
    );
}

#[test]
fn a_pipeline_keeps_a_huge_sparse_matrix_sparse() {
    // Dense, it would take 80 GB.
    let (rows, columns) = (100_000, 100_000);
    let mut cells = TriMat::new((rows, columns));
    cells.add_triplet(7, 0, 2.0);
    cells.add_triplet(8, 0, f64::NAN);
    cells.add_triplet(9, 99_999, -4.0);
    let pipeline = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("scaler", StandardScaler::default().with_mean(false))
        .step("range", MaxAbsScaler::default());
    let (_, out) = pipeline.fit_transform(cells.to_csr::<usize>()).unwrap();
    let Features::Sparse { values, .. } = out else {
        panic!("dense")
    };
    assert_eq!(
        (values.get(7, 0), values.get(8, 0), values.get(9, 99_999)),
        (Some(&1.0), Some(&0.0), Some(&-1.0))
    );
}

fn some_matrix() -> impl Strategy<Value = Array2<f64>> {
    let cell = prop_oneof![3 => Just(0.0), 2 => -5.0..5.0_f64, 1 => Just(f64::NAN), 1 => Just(2.0)];
    prop::collection::vec(cell, 36).prop_map(|cells| Array2::from_shape_vec((6, 6), cells).expect("36 cells"))
}

proptest! {
    #[test]
    fn sparse_and_dense_learn_the_same(x in some_matrix()) {
        let keep = |imputer: SimpleImputer| imputer.empty_features(EmptyFeatures::Keep);
        let transformers: [Box<dyn Transformer>; 6] = [
            Box::new(StandardScaler::default().with_mean(false)),
            Box::new(MaxAbsScaler::default()),
            Box::new(RobustScaler::default().with_centering(false).quantile_range((10.0, 70.0))),
            Box::new(keep(SimpleImputer::mean())),
            Box::new(keep(SimpleImputer::median())),
            Box::new(keep(SimpleImputer::most_frequent())),
        ];
        for transformer in &transformers {
            let out = |x: Features| {
                let (_, out) = transformer.fit_transform_features(x, None, &FitContext::default()).expect("fits");
                out.into_dense("test").expect("numbers").into_raw_vec_and_offset().0
            };
            same(transformer.type_name(), &out(csr(&x).into()), &out(x.clone().into()));
        }
    }
}
