//! Rosenblatt's perceptron.

use ml::{
    classic::linear::{ClassifierLoss, LearningRate, Penalty, Perceptron, SGDClassifier},
    core::ndarray::{array, s},
    data::datasets,
    nn::logic::{PerceptronLayer, hebb},
    prelude::*,
};

use crate::support::{AnyResult, Book, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("A perceptron on irises");
    let iris = datasets::iris();
    let x = iris.features.slice(s![.., 2..]).to_owned();
    let y = iris.target.mapv(|species| i64::from(species == 0));
    on_irises(book, &x, &y)?;
    no_probabilities(book, &x, &y)?;
    the_rule(book, &x, &y)?;
    together(book)
}

/// Listing W10-01, and the same by stochastic gradient descent.
fn on_irises(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    let perceptron = Perceptron::default()
        .seed(Seed::numpy(42))
        .fit(x.view(), y.view())?;
    let flower = array![[2.0, 0.5]];
    let species = perceptron.predict(flower.view())?[0];
    // What Scikit-Learn 1.9 says; the book prints no answer.
    book.number(
        "C10-014",
        "is (2, 0.5) a setosa (not in the book; by its petals it is)",
        species as f64,
        Book::Exact(1.0),
    );
    book.number(
        "C10-014",
        "training accuracy",
        perceptron.score(x.view(), y.view())?,
        Book::Exact(1.0),
    );
    let by_descent = SGDClassifier::default()
        .loss(ClassifierLoss::Perceptron)
        .learning_rate(LearningRate::Constant)
        .eta0(1.0)
        .penalty(Penalty::None)
        .seed(Seed::numpy(42))
        .fit(x.view(), y.view())?;
    let same = by_descent.coef == perceptron.coef && by_descent.intercept == perceptron.intercept;
    let weights = format!("{} {}", perceptron.coef.row(0), perceptron.intercept);
    book.claim(
        "N10-20",
        "SGDClassifier with that loss, rate 1, no penalty: the same weights",
        weights,
        same,
    );
    Ok(())
}

/// A hard threshold has none.
fn no_probabilities(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    let model: Box<dyn Model> =
        Perceptron::default().fit_features(&x.clone().into(), &y.clone().into(), &FitContext::default())?;
    let error = model
        .predict_proba_features(&x.clone().into())
        .err()
        .map(|error| error.to_string());
    let error = error.unwrap_or_default();
    book.claim(
        "C10-016",
        "a perceptron has no probabilities",
        &error,
        error.contains("predict_proba"),
    );
    Ok(())
}

/// Equation 10-3, one flower after the other, until there is no mistake.
fn the_rule(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    let targets = y.mapv(|y| y as f64).insert_axis(ml::core::ndarray::Axis(1));
    let mut layer = PerceptronLayer::new(2, 1, 1.0)?;
    let mistakes = layer.learn(x.view(), targets.view(), 1000)?;
    let last = mistakes.last().copied().unwrap_or(usize::MAX);
    book.number(
        "C10-013",
        "mistakes of the last pass: a line parts the classes",
        last as f64,
        Book::Exact(0.0),
    );
    println!("  passes: {}", mistakes.len());
    Ok(())
}

/// Hebb's rule: what is active together is joined more strongly.
fn together(book: &mut Chapter) -> AnyResult {
    let before = array![[0.0], [0.5]];
    let after = hebb(before.view(), array![1.0, 0.0].view(), array![1.0].view(), 0.1)?;
    book.text(
        "C10-011",
        "weights of an active and of a silent input, once the output was active",
        &format!("{after}"),
        "[[0.1],\n [0.5]]",
    );
    Ok(())
}
