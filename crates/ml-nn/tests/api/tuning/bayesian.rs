//! The Gaussian process, and what it proposes.

use ml_core::ndarray::{Array1, Array2};
use ml_nn::tuning::{
    BayesianSearch, Domain, GaussianProcess, RandomSearch, Space, Trial, Tuner, expected_improvement,
};
use serde_json::Value;

use super::text;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../fixtures/gaussian_process.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

#[test]
fn the_gaussian_process_agrees_with_scikit_learn() {
    let fixture = fixture();
    let (x, y, at) = (
        matrix(&fixture["x"]),
        Array1::from(numbers(&fixture["y"])),
        matrix(&fixture["at"]),
    );
    for case in fixture["cases"].as_array().unwrap() {
        let process = GaussianProcess {
            variance: case["variance"].as_f64().unwrap(),
            lengths: numbers(&case["lengths"]),
            noise: case["noise"].as_f64().unwrap(),
        };
        let fitted = process.fit(x.view(), y.view()).unwrap();
        assert!((fitted.log_likelihood - case["log_likelihood"].as_f64().unwrap()).abs() < 1e-8);
        let (mean, deviation) = fitted.predict(at.view()).unwrap();
        for (ours, theirs) in [
            (mean, numbers(&case["mean"])),
            (deviation, numbers(&case["deviation"])),
        ] {
            for (a, b) in ours.iter().zip(theirs) {
                assert!((a - b).abs() < 1e-8, "{a} {b}");
            }
        }
    }
    let best = GaussianProcess::fitted_to(x.view(), y.view()).unwrap();
    let theirs = fixture["best_log_likelihood"].as_f64().unwrap();
    assert!(
        best.log_likelihood > theirs - 0.01,
        "{} {theirs}",
        best.log_likelihood
    );
    for row in fixture["improvements"].as_array().unwrap() {
        let row = numbers(row);
        let ours = expected_improvement(row[0], row[1], row[2]);
        assert!((ours - row[3]).abs() < 1e-12, "{row:?} {ours}");
    }
}

#[test]
fn the_gaussian_process_refuses_what_it_cannot_learn_from() {
    let process = |noise| GaussianProcess {
        variance: 1.0,
        lengths: vec![1.0],
        noise,
    };
    let (x, y) = (Array2::zeros((2, 1)), Array1::from(vec![0.0, 1.0]));
    assert!(text(process(0.0).fit(x.view(), y.view())).contains("contradict each other"));
    assert!(process(0.1).fit(x.view(), y.view()).is_ok());
    assert!(
        text(process(-1.0).fit(x.view(), y.view())).starts_with("noise = -1: must be finite and at least 0")
    );
    let wide = Array2::zeros((2, 2));
    assert!(text(process(0.1).fit(wide.view(), y.view())).contains("expected 1 columns"));
    let zero = GaussianProcess {
        lengths: vec![0.0],
        ..process(0.1)
    };
    assert!(text(zero.fit(x.view(), y.view())).starts_with("length = 0"));
}

#[test]
fn bayesian_search_finds_more_than_chance() {
    let space = || {
        Space::new()
            .add("x", Domain::float(0.0, 1.0))
            .add("y", Domain::float(0.0, 1.0))
            .add("kind", Domain::choice(["a", "b", "c"]))
    };
    let bowl = |trial: &mut Trial<'_>| {
        let (x, y): (f64, f64) = (trial.get("x")?, trial.get("y")?);
        let kind = if trial.get::<String>("kind")? == "b" {
            0.0
        } else {
            0.3
        };
        Ok((x - 0.7).powi(2) + 2.0 * (y - 0.2).powi(2) + kind)
    };
    let best = |strategy: &dyn Fn() -> Tuner, seed| {
        strategy()
            .seed(seed)
            .run(bowl)
            .unwrap()
            .best()
            .unwrap()
            .value()
            .unwrap()
    };
    let mut wins = 0;
    for seed in 0..5 {
        let chance = best(&|| Tuner::new(space(), RandomSearch::new(30)), seed);
        let belief = best(&|| Tuner::new(space(), BayesianSearch::new(30)), seed);
        assert!(belief < 0.01, "seed {seed}: {belief}");
        wins += usize::from(belief < chance);
    }
    assert!(wins >= 4, "{wins} of 5");
}
