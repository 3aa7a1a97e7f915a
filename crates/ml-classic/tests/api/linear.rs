//! Linear regression against Scikit-Learn, by hand, on bad input.

use ml_classic::linear::{FittedLinearRegression, FittedMultiLinearRegression, LinearRegression};
use ml_core::{
    Estimator, Features, Fit, FitContext, Model, NumpyRng, Params, Persist, Predict, Score, Target,
    ndarray::{Array1, Array2, ArrayView2, Axis, array, concatenate, s},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    fit_intercept: bool,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    rank: usize,
    singular_values: Vec<f64>,
    predictions: Vec<Vec<f64>>,
    score: f64,
}

/// The same draws as `data` in make_linear.py.
fn data(rows: usize, columns: usize, outputs: usize) -> (Array2<f64>, Array2<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = rng.randn((rows, columns));
    let y = x.dot(&rng.randn((columns, outputs))) + 3.0 + 0.5 * rng.randn((rows, outputs));
    (x, y)
}

/// `x` with one more column.
fn with(x: &Array2<f64>, column: Array1<f64>) -> Array2<f64> {
    concatenate![Axis(1), x.view(), column.insert_axis(Axis(1))]
}

fn cycle(rows: usize, period: usize) -> Option<Array1<f64>> {
    Some(Array1::from_shape_fn(rows, |row| (row % period) as f64))
}

/// The data of a case of make_linear.py.
fn inputs(name: &str) -> (Array2<f64>, Array2<f64>, Option<Array1<f64>>) {
    let small = data(40, 3, 1);
    let tall = || data(20_000, 5, 1);
    match name {
        "dense" | "through the origin" => (data(60, 4, 1).0, data(60, 4, 1).1, None),
        "weighted" => (data(60, 4, 1).0, data(60, 4, 1).1, cycle(60, 4)),
        "several outputs" => (data(60, 4, 3).0, data(60, 4, 3).1, None),
        "wide" => (data(8, 20, 1).0, data(8, 20, 1).1, None),
        "constant column" => (with(&small.0, Array1::from_elem(40, 0.1)), small.1, None),
        "repeated column" => (with(&small.0, 2.0 * &small.0.column(1)), small.1, None),
        "ill-conditioned" => {
            let powers = |(row, power): (usize, usize)| small.0[[row, 0]].powi(power as i32 + 1);
            (Array2::from_shape_fn((40, 8), powers), small.1, None)
        }
        "one row more than columns" => (
            small.0.slice(s![..4, ..]).to_owned(),
            small.1.slice(s![..4, ..]).to_owned(),
            None,
        ),
        "tall" => {
            let (x, y) = tall();
            (
                x * array![1.0, 1e3, 1e-2, 1.0, 1.0] + array![0.0, 1e6, 0.0, -7.0, 100.0],
                y,
                None,
            )
        }
        "tall and weighted" => (tall().0, tall().1, cycle(20_000, 3)),
        "tall and repeated" => {
            let (x, y) = tall();
            (with(&x, &x.column(0) - &x.column(1)), y, None)
        }
        "tall and nearly repeated" => {
            let (x, y) = tall();
            (
                with(&x, &x.column(0) + 1e-4 * &x.column(1).mapv(|v| v * v)),
                y,
                None,
            )
        }
        other => panic!("no data for {other}"),
    }
}

fn fit(case: &Case) -> (FittedMultiLinearRegression<f64>, Array2<f64>, Array2<f64>) {
    let (x, y, weights) = inputs(&case.name);
    let context = FitContext {
        weights: weights.as_ref().map(|w| w.view()),
        ..FitContext::default()
    };
    let model = LinearRegression::default()
        .fit_intercept(case.fit_intercept)
        .fit_with(x.view(), y.view(), &context)
        .expect("good data");
    (model, x, y)
}

fn close(name: &str, found: &Array2<f64>, expected: &[Vec<f64>], tolerance: f64) {
    let expected = Array2::from_shape_vec((expected.len(), expected[0].len()), expected.concat())
        .expect("rows of equal length");
    assert_eq!(found.dim(), expected.dim(), "{name}");
    for (found, expected) in found.rows().into_iter().zip(expected.rows()) {
        let largest = expected.iter().fold(1e-300, |m: f64, v| m.max(v.abs()));
        let worst = (&found - &expected).iter().fold(0.0, |m: f64, v| m.max(v.abs())) / largest;
        assert!(worst < tolerance, "{name}: {worst:e}");
    }
}

#[test]
fn scikit_learn_finds_the_same() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../fixtures/linear.json")).unwrap();
    assert_eq!(cases.len(), 13);
    for case in cases {
        // Ill-conditioned: both lose the digits of the condition number, about 1e5.
        let tolerance = if case.name == "ill-conditioned" {
            1e-7
        } else {
            1e-9
        };
        let (model, x, y) = fit(&case);
        assert_eq!(model.rank, case.rank, "{}", case.name);
        close(&case.name, &model.coef, &case.coef, tolerance);
        let intercept = model.intercept.clone().insert_axis(Axis(0));
        close(
            &case.name,
            &intercept,
            std::slice::from_ref(&case.intercept),
            tolerance,
        );
        let predictions = model.predict(x.slice(s![..4, ..])).unwrap();
        close(&case.name, &predictions, &case.predictions, tolerance);
        let score = model.score(x.view(), y.view()).unwrap();
        assert!((score - case.score).abs() < 1e-9, "{}", case.name);
        // What lies far below the cut-off is rounding noise in both.
        let clear = case.rank.min(case.singular_values.len());
        let found = model
            .singular_values
            .slice(s![..clear])
            .insert_axis(Axis(0))
            .to_owned();
        close(
            &case.name,
            &found,
            &[case.singular_values[..clear].to_vec()],
            1e-9,
        );
        assert_eq!(model.singular_values.len(), case.singular_values.len());
    }
}

#[test]
fn one_target_is_a_column_of_many() {
    let (x, y) = data(60, 4, 3);
    let many = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    for output in 0..3 {
        let one: FittedLinearRegression<f64> = LinearRegression::default()
            .fit(x.view(), y.column(output))
            .unwrap();
        assert!(
            (&one.coef - &many.coef.row(output))
                .iter()
                .all(|v| v.abs() < 1e-12)
        );
        assert!((one.intercept - many.intercept[output]).abs() < 1e-12);
        let r2 = one.score(x.view(), y.column(output)).unwrap();
        assert!(r2 > 0.5 && r2 < 1.0);
    }
}

#[test]
fn single_precision_is_as_good_as_it_can_be() {
    let (x, y) = data(60, 4, 1);
    let double = LinearRegression::default().fit(x.view(), y.column(0)).unwrap();
    let (x, y) = (x.mapv(|v| v as f32), y.mapv(|v| v as f32));
    let single = LinearRegression::default().fit(x.view(), y.column(0)).unwrap();
    assert!(
        single
            .coef
            .iter()
            .zip(&double.coef)
            .all(|(s, d)| (f64::from(*s) - d).abs() < 1e-6)
    );
}

#[test]
fn the_number_of_threads_does_not_show() {
    let (x, y) = data(50_000, 4, 1);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| LinearRegression::default().fit(x.view(), y.column(0)).unwrap())
    };
    let one: FittedLinearRegression<f64> = run(1);
    assert!(run(2) == one && run(3) == one);
}

#[test]
fn a_model_survives_its_file_and_its_box() {
    let (x, y) = data(60, 4, 1);
    let model = LinearRegression::default().fit(x.view(), y.column(0)).unwrap();
    assert_eq!(
        FittedLinearRegression::from_bytes(&model.to_bytes().unwrap()).unwrap(),
        model
    );

    let boxed: Box<dyn Estimator> = Box::new(LinearRegression::default());
    let (features, target) = (Features::from(x.view()), Target::from(y.column(0)));
    let fitted = boxed
        .fit_features(&features, &target, &FitContext::default())
        .unwrap();
    let loaded = <Box<dyn Model>>::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
    let expected = Target::from(model.predict(x.view()).unwrap());
    assert_eq!(loaded.predict_features(&features).unwrap(), expected);
    let names: Vec<_> = LinearRegression::default()
        .params()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["fit_intercept", "tol"]);
}

#[test]
fn one_row_is_a_constant() {
    let model = LinearRegression::default()
        .fit(array![[2.0, 5.0]].view(), array![7.0].view())
        .unwrap();
    assert_eq!(
        (model.coef, model.intercept, model.rank),
        (array![0.0, 0.0], 7.0, 0)
    );
}

#[test]
fn bad_input_is_refused_with_reasons() {
    let (x, y) = (array![[1.0], [2.0]], array![1.0, 2.0]);
    let says = |x: ArrayView2<'_, f64>, y: &Array1<f64>, text: &str| {
        let error = LinearRegression::default().fit(x, y.view()).unwrap_err();
        assert_eq!(error.to_string(), text);
    };
    let none = Array2::zeros((0, 1));
    says(
        none.view(),
        &y,
        "LinearRegression: x (0 rows) is empty; at least 1 row needed",
    );
    says(
        x.view(),
        &array![1.0],
        "LinearRegression: x has 2 rows, but y has 1; they must match one to one",
    );
    says(
        array![[1.0], [f64::NAN]].view(),
        &y,
        "LinearRegression: x holds NaN at row 1, column 0; \
         fill missing values first (SimpleImputer), or drop those rows",
    );
    says(
        x.view(),
        &array![1.0, f64::INFINITY],
        "LinearRegression: y holds inf at row 1, column 0; drop rows without a target",
    );
    let several = array![[1.0, 2.0], [3.0, f64::NAN]];
    let error = LinearRegression::default()
        .fit(x.view(), several.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "LinearRegression: y holds NaN at row 1, column 1; drop rows without a target"
    );
    let error = LinearRegression::default()
        .tol(2.0)
        .fit(x.view(), y.view())
        .unwrap_err();
    assert_eq!(error.to_string(), "tol = 2: must be in [0, 1)");
    let model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let error = model.predict(array![[1.0, 2.0]].view()).unwrap_err().to_string();
    assert!(error.starts_with("LinearRegression"), "{error}");
    let huge = array![[1e308_f64], [-1e308], [1e308]];
    // LAPACK scales such columns by itself, the pure Rust back end refuses them; neither may answer NaN.
    if let Ok(model) = LinearRegression::default().fit(huge.view(), array![1.0, 2.0, 3.0].view()) {
        assert!(model.coef.iter().all(|v| v.is_finite()) && model.intercept.is_finite());
    }
}
