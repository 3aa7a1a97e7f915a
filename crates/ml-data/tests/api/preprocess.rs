//! Transformers: against Scikit-Learn, by hand, and with bad data.

use std::sync::{Arc, Mutex};

use ml_core::{
    Column, Features, Fit, FitContext, InverseTransform, PartialFit, Persist, Rng, Table, TextColumn,
    Transform, Transformer,
    ndarray::{Array1, Array2, ArrayView2, array, concatenate, s},
    sprs::CsMat,
};
use ml_data::preprocess::*;
use proptest::prelude::*;
use serde_json::Value;

fn fixture() -> Value {
    let text = include_str!("../fixtures/preprocess.json");
    serde_json::from_str(text).expect("the fixture is JSON")
}

fn row(value: &Value) -> Vec<f64> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    value.as_array().expect("a list").iter().map(number).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value
        .as_array()
        .expect("a list of lists")
        .iter()
        .map(row)
        .collect();
    let width = rows.first().map_or(0, Vec::len);
    Array2::from_shape_vec((rows.len(), width), rows.concat()).expect("rows of equal length")
}

/// Relative to 1e-12: the same formulas, summed in another order.
fn same<'a>(what: &str, ours: impl IntoIterator<Item = &'a f64>, theirs: impl IntoIterator<Item = f64>) {
    let ours: Vec<f64> = ours.into_iter().copied().collect();
    let theirs: Vec<f64> = theirs.into_iter().collect();
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(&theirs) {
        let close = (a - b).abs() <= 1e-12 * b.abs().max(1.0);
        assert!(close || a.is_nan() && b.is_nan(), "{what}: {a} instead of {b}");
    }
}

fn close(a: &Array2<f64>, b: &Array2<f64>, tolerance: f64) -> bool {
    a.dim() == b.dim()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * b.abs().max(1.0))
}

fn names(value: &Value) -> Vec<String> {
    let name = |v: &Value| v.as_str().expect("a name").to_owned();
    value.as_array().expect("names").iter().map(name).collect()
}

/// A table with the columns of `x`, called a, b, c, ...
fn table_of(x: ArrayView2<'_, f64>) -> Table {
    let column = |(name, values): (char, ml_core::ndarray::ArrayView1<'_, f64>)| {
        (name.to_string(), Column::Number(values.to_owned().into_shared()))
    };
    Table::new(('a'..='z').zip(x.columns()).map(column)).expect("equal columns")
}

/// Transforms and undoes as Scikit-Learn does, in all forms.
fn check_scaler<U, T>(name: &str, unfitted: &U, fitted: &T)
where
    U: Transformer,
    T: for<'a> Transform<ArrayView2<'a, f64>, Output = Array2<f64>>
        + for<'a> InverseTransform<ArrayView2<'a, f64>, Output = Array2<f64>>,
{
    let all = fixture();
    let (x, new, theirs) = (matrix(&all["x"]), matrix(&all["new"]), &all[name]);
    let ours = fitted.transform(new.view()).expect(name);
    same(name, &ours, matrix(&theirs["transform"]));
    let back = fitted.inverse_transform(new.view()).expect(name);
    same(name, &back, matrix(&theirs["inverse"]));

    if name != "standard_weighted" {
        let context = FitContext::default();
        for features in [Features::from(x.clone()), table_of(x.view()).into()] {
            let is_table = matches!(features, Features::Table(_));
            let boxed = unfitted.fit_features(&features, None, &context).expect(name);
            let new = if is_table {
                table_of(new.view()).into()
            } else {
                Features::from(new.clone())
            };
            let out = boxed.transform_features(new).expect(name);
            assert!(
                close(&out.dense("").expect(name).to_owned(), &ours, 0.0),
                "{name}: same bits in every form"
            );
            assert_eq!(out.names().is_some(), is_table);
        }
    }
}

#[test]
fn scalers_learn_and_map_as_scikit_learn() {
    let all = fixture();
    let x = matrix(&all["x"]);
    let weights: Array1<f64> = row(&all["weights"]).into();

    let scaler = StandardScaler::default();
    let fitted = scaler.fit(x.view(), ()).unwrap();
    same("mean", &fitted.mean, row(&all["standard"]["mean"]));
    same("var", &fitted.var, row(&all["standard"]["var"]));
    same("scale", &fitted.scale, row(&all["standard"]["scale"]));
    assert_eq!(fitted.scale[3], 1.0, "a constant column is not divided");
    check_scaler("standard", &scaler, &fitted);

    let fitted = scaler.fit_weighted(x.view(), (), weights.view()).unwrap();
    same("mean", &fitted.mean, row(&all["standard_weighted"]["mean"]));
    same("var", &fitted.var, row(&all["standard_weighted"]["var"]));
    check_scaler("standard_weighted", &scaler, &fitted);

    for (name, scaler) in [
        (
            "standard_without_mean",
            StandardScaler::default().with_mean(false),
        ),
        ("standard_without_std", StandardScaler::default().with_std(false)),
    ] {
        check_scaler(name, &scaler, &scaler.fit(x.view(), ()).unwrap());
    }
    for (name, scaler) in [
        ("min_max", MinMaxScaler::default()),
        (
            "min_max_clip",
            MinMaxScaler::default().feature_range((-2.0, 5.0)).clip(true),
        ),
    ] {
        let fitted = scaler.fit(x.view(), ()).unwrap();
        same(name, &fitted.scale, row(&all[name]["scale"]));
        same(name, &fitted.min, row(&all[name]["min"]));
        check_scaler(name, &scaler, &fitted);
    }
    for (name, scaler) in [
        ("robust", RobustScaler::default()),
        ("robust_wide", RobustScaler::default().quantile_range((5.0, 90.0))),
        ("robust_scale_only", RobustScaler::default().with_centering(false)),
        ("robust_centre_only", RobustScaler::default().with_scaling(false)),
    ] {
        let fitted = scaler.fit(x.view(), ()).unwrap();
        if all[name].get("scale").is_some() {
            same(name, &fitted.scale, row(&all[name]["scale"]));
        }
        check_scaler(name, &scaler, &fitted);
    }
    let fitted = MaxAbsScaler::default().fit(x.view(), ()).unwrap();
    same("max_abs", &fitted.max_abs, row(&all["max_abs"]["max_abs"]));
    check_scaler("max_abs", &MaxAbsScaler::default(), &fitted);
}

#[test]
fn imputers_fill_as_scikit_learn() {
    let all = fixture();
    let (x, new) = (matrix(&all["x"]), matrix(&all["new"]));
    for (name, imputer) in [
        ("impute_mean", SimpleImputer::mean()),
        ("impute_median", SimpleImputer::median()),
        ("impute_most_frequent", SimpleImputer::most_frequent()),
        ("impute_constant", SimpleImputer::constant(-1.0)),
    ] {
        let fitted = imputer.fit(x.view(), ()).unwrap();
        same(name, &fitted.statistics, row(&all[name]["statistics"]));
        let filled = fitted.transform(new.view()).unwrap();
        same(name, &filled, matrix(&all[name]["transform"]));

        let of_table = imputer.fit(&table_of(x.view()).into(), ()).unwrap();
        let out = of_table.transform(table_of(new.view()).into()).unwrap();
        assert_eq!(out.dense("").unwrap(), filled);
    }
}

#[test]
fn polynomials_are_those_of_scikit_learn() {
    for case in fixture()["poly"].as_array().unwrap() {
        let polynomial = PolynomialFeatures::default()
            .degree(case["degree"].as_u64().unwrap() as usize)
            .interaction_only(case["interaction_only"].as_bool().unwrap())
            .include_bias(case["include_bias"].as_bool().unwrap());
        let x = matrix(&case["x"]);
        let fitted = polynomial.fit(x.view(), ()).unwrap();
        same(
            "poly",
            &fitted.transform(x.view()).unwrap(),
            matrix(&case["transform"]),
        );
        same(
            "powers",
            &fitted.powers().mapv(|p| p as f64),
            matrix(&case["powers"]),
        );
        let (_, out) = polynomial
            .fit_transform_features(table_of(x.view()).into(), None, &FitContext::default())
            .unwrap();
        assert_eq!(out.names().unwrap(), names(&case["names"]));
    }
}

fn text(values: &[&str]) -> Column {
    Column::Text(TextColumn::collect(values.iter().map(|v| Some(*v))))
}

fn words() -> Table {
    let all = fixture();
    let of = |name: &str| {
        let values = names(&all["table"][name]);
        text(&values.iter().map(String::as_str).collect::<Vec<_>>())
    };
    Table::new([("sea".to_owned(), of("sea")), ("two".to_owned(), of("two"))]).expect("equal columns")
}

#[test]
fn encoders_code_as_scikit_learn() {
    let all = fixture();
    let ordinal = OrdinalEncoder::default().fit(words(), ()).unwrap();
    let codes = ordinal.transform(words()).unwrap();
    same("ordinal", &codes.dense("").unwrap(), matrix(&all["ordinal"]));
    let Features::Table(back) = ordinal.inverse_transform(&codes).unwrap() else {
        panic!()
    };
    let Some(Column::Text(sea)) = back.get("sea") else {
        panic!()
    };
    assert_eq!(sea.get(2), Some("c"));

    for (name, drop) in [
        ("one_hot_None", DropCategory::Nothing),
        ("one_hot_first", DropCategory::First),
        ("one_hot_if_binary", DropCategory::IfBinary),
    ] {
        for sparse in [true, false] {
            let encoder = OneHotEncoder::default().drop(drop).sparse_output(sparse);
            let fitted = encoder.fit(words(), ()).unwrap();
            let out = fitted.transform(words()).unwrap();
            assert_eq!(matches!(out, Features::Sparse { .. }), sparse);
            same(name, &out.dense("").unwrap(), matrix(&all[name]["transform"]));
            assert_eq!(out.names().unwrap(), names(&all[name]["names"]));
            let Features::Table(back) = fitted.inverse_transform(&out).unwrap() else {
                panic!()
            };
            let Column::Text(two) = &back.columns()[1] else {
                panic!()
            };
            assert_eq!(two.iter().flatten().collect::<String>(), "nyynnyn");
        }
    }
    let new = Table::new([
        ("sea".to_owned(), text(&["z", "a"])),
        ("two".to_owned(), text(&["y", "q"])),
    ])
    .unwrap();
    let ignoring = OneHotEncoder::default().handle_unknown(HandleUnknown::Ignore);
    let out = ignoring.fit(words(), ()).unwrap().transform(&new).unwrap();
    same(
        "unknown",
        &out.dense("").unwrap(),
        matrix(&all["one_hot_unknown"]),
    );
    let numbers = array![[3.0], [1.5], [f64::NAN], [3.0]];
    let out = OneHotEncoder::default()
        .fit(&numbers, ())
        .unwrap()
        .transform(&numbers)
        .unwrap();
    same(
        "numbers",
        &out.dense("").unwrap(),
        matrix(&all["one_hot_numbers"]),
    );
}

/// Reproduces N02-014 and, in small, N02-015.
#[test]
fn ocean_proximity_has_its_categories_in_order() {
    let sea = [
        "<1H OCEAN",
        "<1H OCEAN",
        "NEAR OCEAN",
        "INLAND",
        "NEAR BAY",
        "ISLAND",
    ];
    let table = Table::new([("ocean_proximity".to_owned(), text(&sea))]).unwrap();
    let encoder = OneHotEncoder::default().fit(&table, ()).unwrap();
    let categories: Vec<String> = encoder.categories[0].iter().map(Scalar::to_string).collect();
    assert_eq!(
        categories,
        ["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"]
    );
    let Features::Sparse { values, .. } = encoder.transform(&table).unwrap() else {
        panic!()
    };
    assert_eq!((values.shape(), values.nnz()), ((6, 5), 6));
    // Rows that a selection left out do not bring their category along.
    let some = OneHotEncoder::default()
        .fit(table.select_rows(&[2, 3]), ())
        .unwrap();
    assert_eq!(some.categories[0].len(), 2);
}

#[test]
fn unknown_categories_are_errors_or_values_as_chosen() {
    let fitted = |encoder: OrdinalEncoder| encoder.fit(words(), ()).unwrap();
    let new = Table::new([
        ("sea".to_owned(), text(&["a", "z"])),
        ("two".to_owned(), text(&["y", "n"])),
    ])
    .unwrap();
    let error = fitted(OrdinalEncoder::default()).transform(&new).unwrap_err();
    assert_eq!(
        error.to_string(),
        "OrdinalEncoder: column \"sea\" holds the unknown category \"z\" at row 1; \
         fit on data that has it, give the categories, or set unknown_value"
    );
    let out = fitted(OrdinalEncoder::default().unknown_value(-1.0))
        .transform(&new)
        .unwrap();
    assert_eq!(out.dense("").unwrap(), array![[0.0, 1.0], [-1.0, 0.0]]);
    let error = OneHotEncoder::default()
        .fit(words(), ())
        .unwrap()
        .transform(&new)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("OneHotEncoder: column \"sea\" holds the unknown category \"z\"")
    );
    let error = OneHotEncoder::default()
        .fit(words(), ())
        .unwrap()
        .transform(array![[1.0, 2.0]])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "OneHotEncoder: column \"x0\" held text at fit and holds numbers now; convert it as for fit"
    );
}

#[test]
fn given_categories_set_the_order_of_codes() {
    let order: Vec<Scalar> = ["bad", "average", "good"].map(Scalar::from).to_vec();
    let table = Table::new([("mark".to_owned(), text(&["good", "bad"]))]).unwrap();
    let encoder = OrdinalEncoder::default().categories(vec![order]);
    let codes = encoder.fit(&table, ()).unwrap().transform(&table).unwrap();
    assert_eq!(codes.dense("").unwrap(), array![[2.0], [0.0]]);
    let other = Table::new([("mark".to_owned(), text(&["awful"]))]).unwrap();
    let error = encoder.fit(&other, ()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"mark\" holds the unknown category \"awful\" at row 0"),
        "{error}"
    );
    let twice = OrdinalEncoder::default().categories(vec![vec!["a".into(), "a".into()]]);
    assert_eq!(
        twice.fit(&table, ()).unwrap_err().to_string(),
        "categories = a: must be different from each other within a column"
    );
}

#[test]
fn text_is_imputed_too() {
    let column = TextColumn::collect([Some("b"), None, Some("a"), Some("b")]);
    let features = Features::from(Table::new([("sea".to_owned(), Column::Text(column))]).unwrap());
    for (imputer, filling) in [
        (SimpleImputer::most_frequent(), "b"),
        (SimpleImputer::constant("none"), "none"),
        (
            SimpleImputer::default().strategy(ImputeStrategy::Constant),
            "missing",
        ),
    ] {
        let out = imputer
            .fit(&features, ())
            .unwrap()
            .transform(features.clone())
            .unwrap();
        let Features::Table(table) = out else { panic!() };
        let Some(Column::Text(sea)) = table.get("sea") else {
            panic!()
        };
        assert_eq!(sea.get(1), Some(filling));
    }
    let error = SimpleImputer::median().fit(&features, ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "SimpleImputer: column \"sea\" holds text, which has no mean or median; leave it out, \
         or use the strategy most_frequent or constant"
    );
    let error = SimpleImputer::constant(1.0).fit(&features, ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "SimpleImputer: column \"sea\" holds text, but fill_value is Number(1.0); give one of the same kind"
    );
}

#[test]
fn a_column_without_values_is_named_dropped_or_kept() {
    let x = array![[1.0, f64::NAN], [3.0, f64::NAN]];
    let error = SimpleImputer::mean()
        .fit(&table_of(x.view()).into(), ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "SimpleImputer: column \"b\" has no value at all; drop it, or set empty_features to drop or keep"
    );
    let drop = SimpleImputer::median().empty_features(EmptyFeatures::Drop);
    assert_eq!(
        drop.fit(x.view(), ()).unwrap().transform(x.view()).unwrap(),
        array![[1.0], [3.0]]
    );
    let fitted = drop.fit(&table_of(x.view()).into(), ()).unwrap();
    let out = fitted.transform(table_of(x.view()).into()).unwrap();
    assert_eq!(out.names().unwrap(), ["a"]);
    let keep = SimpleImputer::median().empty_features(EmptyFeatures::Keep);
    assert_eq!(
        keep.fit(x.view(), ()).unwrap().transform(x.view()).unwrap(),
        array![[1.0, 0.0], [3.0, 0.0]]
    );
}

#[test]
fn bad_numbers_and_parameters_are_refused() {
    let error = |result: ml_core::Result<FittedStandardScaler<f64>>| result.unwrap_err().to_string();
    let scaler = StandardScaler::default();
    assert_eq!(
        error(scaler.fit(Array2::zeros((0, 3)).view(), ())),
        "StandardScaler: x (0 rows) is empty; at least 1 row needed"
    );
    assert_eq!(
        error(scaler.fit(array![[1.0, f64::INFINITY]].view(), ())),
        "StandardScaler: x holds inf at row 0, column 1; infinities cannot be learned from; \
         replace them, or mark them as missing (NaN)"
    );
    let fitted = scaler.fit(array![[1.0, 2.0]].view(), ()).unwrap();
    assert_eq!(
        fitted.transform(array![[1.0]].view()).unwrap_err().to_string(),
        "StandardScaler: expected 2 columns as in fit, got 1"
    );
    let one = array![[1.0]];
    let range = MinMaxScaler::default().feature_range((1.0, 1.0));
    assert_eq!(
        range.fit(one.view(), ()).unwrap_err().to_string(),
        "feature_range = (1, 1): must be finite, the first below the second"
    );
    let range = RobustScaler::default().quantile_range((80.0, 20.0));
    assert_eq!(
        range.fit(one.view(), ()).unwrap_err().to_string(),
        "quantile_range = (80, 20): must be two percentages, 0 <= lower < upper <= 100"
    );
    assert_eq!(
        CombinedAttributes::default()
            .fit(one.view(), ())
            .unwrap_err()
            .to_string(),
        "rooms = 3: must be the position of a column, below 1"
    );
    assert_eq!(
        TopFeatures::new([0.5, 0.5], 3)
            .fit(array![[1.0, 2.0]].view(), ())
            .unwrap_err()
            .to_string(),
        "k = 3: must be from 1 to the number of columns, 2"
    );
    assert_eq!(
        TopFeatures::new([0.5], 1)
            .fit(array![[1.0, 2.0]].view(), ())
            .unwrap_err()
            .to_string(),
        "TopFeatures: 1 importances for 2 columns; give one importance for every column that arrives here"
    );
    let explosion = PolynomialFeatures::default().degree(20);
    assert_eq!(
        explosion
            .fit(Array2::<f64>::ones((1, 50)).view(), ())
            .unwrap_err()
            .to_string(),
        "PolynomialFeatures: 50 columns at degree 20 make more than 10000000 features; \
         lower the degree, select columns first, or use a kernel method"
    );
}

#[test]
fn sparse_matrices_stay_sparse_where_zeros_stay_zeros() {
    let x = CsMat::new((2, 2), vec![0, 1, 2], vec![1, 0], vec![4.0, -2.0]);
    let context = FitContext::default();
    let fit = |t: &dyn Transformer| t.fit_transform_features(x.clone().into(), None, &context);
    let (_, out) = fit(&MaxAbsScaler::default()).unwrap();
    assert!(matches!(out, Features::Sparse { .. }));
    assert_eq!(out.dense("").unwrap(), array![[0.0, 1.0], [-1.0, 0.0]]);
    let (_, out) = fit(&StandardScaler::default().with_mean(false)).unwrap();
    assert_eq!(out.dense("").unwrap(), array![[0.0, 2.0], [-2.0, 0.0]]);
    let error = fit(&StandardScaler::default()).unwrap_err().to_string();
    assert!(
        error.contains(
            "a dense one (a shift moves the zeros) is needed; make it dense, or scale without a shift"
        ),
        "{error}"
    );
}

#[test]
fn combined_attributes_divide_in_the_books_order() {
    let x = array![
        [0.0, 0.0, 0.0, 6.0, 3.0, 8.0, 2.0],
        [0.0, 0.0, 0.0, 0.0, 3.0, 8.0, 0.0]
    ];
    let wide: Array2<f64> = CombinedAttributes::default()
        .fit(x.view(), ())
        .unwrap()
        .transform(x.view())
        .unwrap();
    assert_eq!(wide.slice(s![0, 7..]), array![3.0, 4.0, 0.5]);
    assert!(wide[[1, 7]].is_nan() && wide[[1, 8]] == f64::INFINITY);
    let narrow = CombinedAttributes::default().add_bedrooms_per_room(false);
    assert_eq!(
        narrow
            .fit(x.view(), ())
            .unwrap()
            .transform(x.view())
            .unwrap()
            .ncols(),
        9
    );
}

#[test]
fn single_precision_is_kept() {
    let x = array![[1.0_f32, 10.0], [3.0, 30.0], [5.0, 20.0]];
    let z: Array2<f32> = StandardScaler::default()
        .fit(x.view(), ())
        .unwrap()
        .transform(x.view())
        .unwrap();
    assert!((z[[0, 0]] + 1.224_744_9).abs() < 1e-6);
    let filled: Array2<f32> = SimpleImputer::median()
        .fit(x.view(), ())
        .unwrap()
        .transform(x.view())
        .unwrap();
    assert_eq!(filled, x);
}

#[test]
fn labels_are_coded_and_back() {
    let labels = array!["no".to_owned(), "yes".to_owned(), "no".to_owned()];
    let encoder = LabelEncoder::default().fit(labels.view(), ()).unwrap();
    let error = encoder.transform(array!["maybe".to_owned()].view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LabelEncoder: column \"y\" holds the unknown category \"maybe\" at row 0; fit on labels that include it"
    );
    assert!(encoder.inverse_transform(array![2].view()).is_err());
    let binarizer = LabelBinarizer::default()
        .neg_label(-1)
        .fit(labels.view(), ())
        .unwrap();
    assert_eq!(
        binarizer.transform(labels.view()).unwrap(),
        array![[-1], [1], [-1]]
    );
    assert_eq!(
        binarizer.inverse_transform(array![[-0.5], [0.2]].view()).unwrap(),
        array!["no", "yes"]
    );
    let column = TextColumn::collect([Some("b"), Some("a")]);
    let encoder = LabelEncoder::default().fit(&column, ()).unwrap();
    assert_eq!(encoder.transform(&column).unwrap(), array![1, 0]);
}

#[test]
fn learning_in_two_parts_is_learning_at_once() {
    let all = fixture();
    let x = matrix(&all["x"]);
    let whole = StandardScaler::default().fit(x.view(), ()).unwrap();
    let mut parts = StandardScaler::default().fit(x.slice(s![..7, ..]), ()).unwrap();
    parts.partial_fit(x.slice(s![7.., ..]), ()).unwrap();
    same("mean", &parts.mean, whole.mean.to_vec());
    same("scale", &parts.scale, whole.scale.to_vec());
    assert_eq!(parts.n_samples_seen(), whole.n_samples_seen());
}

#[test]
fn a_large_matrix_gives_the_same_bits_on_any_number_of_threads() {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_simple_fn((20_000, 4), || 1e6 + rng.standard_normal());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| {
            let fitted = StandardScaler::default().fit(x.view(), ()).unwrap();
            (fitted.transform(x.view()).unwrap(), fitted)
        })
    };
    let (one, four) = (run(1), run(4));
    assert_eq!(one, four);
    let of_table = table_of(x.view()).into();
    let (_, out) = StandardScaler::default()
        .fit_transform_features(of_table, None, &FitContext::default())
        .unwrap();
    assert_eq!(out.dense("").unwrap(), one.0);
    // Far from zero the variance still has its digits.
    assert!((one.1.var[0] - 1.0).abs() < 0.05);
}

#[test]
fn fitted_transformers_survive_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scaler.model");
    let x = matrix(&fixture()["x"]);
    let scaler = StandardScaler::default().fit(x.view(), ()).unwrap();
    scaler.save(&path).unwrap();
    assert_eq!(FittedStandardScaler::<f64>::load(&path).unwrap(), scaler);
    let error = FittedMaxAbsScaler::<f64>::load(&path).unwrap_err().to_string();
    assert!(error.contains("FittedStandardScaler"), "{error}");
    let encoder = OneHotEncoder::default().fit(words(), ()).unwrap();
    encoder.save(&path).unwrap();
    assert_eq!(FittedOneHotEncoder::load(&path).unwrap(), encoder);
    let labels = array!["no".to_owned(), "yes".to_owned()];
    let binarizer = LabelBinarizer::default().fit(labels.view(), ()).unwrap();
    binarizer.save(&path).unwrap();
    assert_eq!(FittedLabelBinarizer::<String>::load(&path).unwrap(), binarizer);

    let closure = FunctionTransformer::new("halve", |x| Ok(x / 2.0));
    let pipeline = ml_data::pipeline::Pipeline::new().step("halve", closure);
    let (fitted, out) = pipeline.fit_transform(array![[4.0]]).unwrap();
    assert_eq!(out.dense("").unwrap(), array![[2.0]]);
    let error = fitted.save(&path).unwrap_err().to_string();
    assert!(
        error.contains("FunctionTransformer \"halve\" holds a closure, which cannot be stored"),
        "{error}"
    );
    let named = ml_data::pipeline::Pipeline::new().step("log", FunctionTransformer::named("log1p").unwrap());
    let (fitted, out) = named.fit_transform(array![[4.0]]).unwrap();
    fitted.save(&path).unwrap();
    let again = ml_data::pipeline::FittedPipeline::load(&path).unwrap();
    assert_eq!(
        again.transform(array![[4.0]]).unwrap().dense("").unwrap(),
        out.dense("").unwrap()
    );
    let error = FunctionTransformer::named("sinus").unwrap_err().to_string();
    assert!(
        error.starts_with("func = \"sinus\": must be one of abs, cbrt"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn scaling_can_be_undone(values in proptest::collection::vec(-1e3_f64..1e3, 12..60)) {
        let rows = values.len() / 3;
        let x = Array2::from_shape_vec((rows, 3), values[..rows * 3].to_vec()).expect("3 columns");
        let standard = StandardScaler::default().fit(x.view(), ()).expect("finite");
        let back = standard.inverse_transform(standard.transform(x.view()).expect("same columns").view());
        prop_assert!(close(&back.expect("same columns"), &x, 1e-9));
        let range = MinMaxScaler::default().fit(x.view(), ()).expect("finite");
        let y = range.transform(x.view()).expect("same columns");
        prop_assert!(y.iter().all(|v| (-1e-12..=1.0 + 1e-12).contains(v)));
        prop_assert!(close(&range.inverse_transform(y.view()).expect("same columns"), &x, 1e-9));
        let robust = RobustScaler::default().fit(x.view(), ()).expect("finite");
        let back = robust.inverse_transform(robust.transform(x.view()).expect("same columns").view());
        prop_assert!(close(&back.expect("same columns"), &x, 1e-9));
    }

    #[test]
    fn one_hot_rows_sum_to_the_number_of_columns(codes in proptest::collection::vec(0_u8..6, 2..40)) {
        let column: Array2<f64> = Array2::from_shape_fn((codes.len(), 1), |(i, _)| f64::from(codes[i]));
        let x = concatenate![ml_core::ndarray::Axis(1), column, &column * 2.0];
        let encoder = OneHotEncoder::default().fit(&x, ()).expect("numbers");
        let out = encoder.transform(&x).expect("the same rows").dense("").expect("numbers").to_owned();
        prop_assert!(out.rows().into_iter().all(|row| row.sum() == 2.0));
        let back = encoder.inverse_transform(out.into_owned()).expect("as many columns");
        prop_assert_eq!(back.dense("").expect("numbers"), x);
    }
}

/// Writes down the fields of warnings of this crate.
#[derive(Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN && metadata.target().starts_with("ml_data")
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = String::new();
        event.record(
            &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                text += &format!("{field}={value:?};");
            },
        );
        self.0.lock().unwrap().push(text);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// One column more than the limit of categories is told once, by name; at the limit nothing is said.
#[test]
fn many_categories_are_warned_of() {
    let codes = |n: usize| Column::Text(TextColumn::collect((0..n).map(|i| Some(format!("code {i}")))));
    let warned = |n: usize| {
        let table = Table::new([("code".to_owned(), codes(n))]).unwrap();
        let subscriber = Warnings::default();
        let heard = subscriber.0.clone();
        tracing::subscriber::with_default(subscriber, || OneHotEncoder::default().fit(&table, ()).unwrap());
        let heard = heard.lock().unwrap();
        heard.clone()
    };
    assert_eq!(warned(MANY_CATEGORIES), [""; 0]);
    let warnings = warned(MANY_CATEGORIES + 1);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for part in [
        "column=code;",
        "categories=101;",
        "consider related numeric features or an embedding",
    ] {
        assert!(warnings[0].contains(part), "{warnings:?}");
    }
}
