//! Real digits: run with `cargo test -p ml-classic --test api --release mnist -- --ignored --nocapture`, after
//! `cargo xtask fetch mnist`.

use std::time::Instant;

use ml_classic::{
    linear::{LogisticRegression, SGDClassifier},
    model_selection::{CrossValidation, cross_val_score},
};
use ml_core::{
    Features, Fit, Score, Seed, Target,
    ndarray::{Array1, Array2},
};
use ml_data::datasets;

fn digits() -> (Array2<f64>, Array1<i64>) {
    let mnist = datasets::mnist().expect("fetch MNIST first");
    (
        mnist.train_rows().mapv(f64::from),
        mnist.train_labels.mapv(i64::from),
    )
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = work();
    println!("{what}: {:.2} s", start.elapsed().as_secs_f64());
    out
}

/// `cross_val_score(SGDClassifier(random_state=42), X_train, y_train_5, cv=3)` of Scikit-Learn, to the last digit.
#[test]
#[ignore = "needs MNIST"]
fn the_five_detector_scores_as_that_of_scikit_learn() {
    let (x, y) = digits();
    let five = y.mapv(|digit| i64::from(digit == 5));
    let sgd = SGDClassifier::default().seed(Seed::numpy(42));
    let model = timed("5-detector", || sgd.fit(x.view(), five.view()).unwrap());
    println!("{} epochs", model.n_iter);
    let how = CrossValidation::default().cv(3);
    let (features, target) = (Features::from(x), Target::from(five));
    let scores = timed("3 folds", || {
        cross_val_score(&sgd, &features, &target, &how).unwrap()
    });
    assert_eq!(
        scores.mapv(|score| (score * 1e5).round() / 1e5).to_vec(),
        [0.95035, 0.96035, 0.9604]
    );
}

/// The same for ten classes.
#[test]
#[ignore = "needs MNIST"]
fn ten_classes_score_as_those_of_scikit_learn() {
    let (x, y) = digits();
    let sgd = SGDClassifier::default().seed(Seed::numpy(42));
    let model = timed("10 classes", || sgd.fit(x.view(), y.view()).unwrap());
    println!("{} epochs", model.n_iter);
    let (features, target) = (Features::from(x), Target::from(y));
    let scores = timed("3 folds", || {
        cross_val_score(&sgd, &features, &target, &CrossValidation::default().cv(3)).unwrap()
    });
    assert_eq!(
        scores.mapv(|score| (score * 1e5).round() / 1e5).to_vec(),
        [0.87745, 0.85835, 0.8698]
    );
}

#[test]
#[ignore = "needs MNIST"]
fn softmax_regression_learns_the_digits() {
    let (x, y) = digits();
    let x = x / 255.0;
    let how = LogisticRegression::default().max_iter(100);
    let model = timed("softmax, 100 iterations", || how.fit(x.view(), y.view()).unwrap());
    let score = model.score(x.view(), y.view()).unwrap();
    println!("{} iterations, accuracy {score}", model.n_iter);
    assert!(score > 0.93, "{score}");
    let narrow = x.mapv(|v| v as f32);
    let model = timed("in single precision", || {
        how.fit(narrow.view(), y.view()).unwrap()
    });
    println!("{} iterations", model.n_iter);
    assert!(model.score(narrow.view(), y.view()).unwrap() > 0.93);
}
