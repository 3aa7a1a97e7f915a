//! Ten classes: strategies around binary models, and SGD with a line a class.

use ml::{
    classic::{
        model_selection::{CrossValidation, cross_val_score},
        multiclass::{OneVsOneClassifier, OneVsRestClassifier},
        tree::DecisionTreeClassifier,
    },
    core::ndarray::s,
    prelude::*,
};

use crate::{
    detector::sgd,
    look::Digits,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    strategies(book, digits)?;
    ten_lines(book, digits)
}

/// One-versus-one and one-versus-rest around the same estimator.
fn strategies(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("One-versus-one and one-versus-rest");
    let (x, y) = (
        digits.x_train.slice(s![..2000, ..]),
        digits.y_train.slice(s![..2000]),
    );
    let tree = DecisionTreeClassifier::default();
    let pairs = OneVsOneClassifier::new(tree.clone()).fit(x, y)?;
    book.number(
        "N03-014",
        "one-versus-one models",
        pairs.models.len() as f64,
        Book::Exact(45.0),
    );
    let rest = OneVsRestClassifier::new(tree).fit(x, y)?;
    book.number(
        "N03-014",
        "one-versus-rest models",
        rest.models.len() as f64,
        Book::Exact(10.0),
    );
    let first = digits.x_train.slice(s![..1, ..]).to_owned();
    println!(
        "  scores of the first digit: {:.2}",
        pairs.decision_function(&first)?
    );
    println!(
        "  classes {:?}, predicted {}",
        pairs.classes,
        pairs.predict(&first)?
    );
    let test = |score: f64| format!("{:.1}%", 100.0 * score);
    let scores = (
        pairs.score(&digits.x_test, &digits.y_test)?,
        rest.score(&digits.x_test, &digits.y_test)?,
    );
    println!(
        "  2,000 digits teach them {} and {} of the test digits",
        test(scores.0),
        test(scores.1)
    );
    Ok(())
}

/// What Scikit-Learn 1.9 gives the first digit, a score a class.
const SCORES: [f64; 10] = [
    -31_893.030_954_2,
    -19_047.555_665_3,
    -9_530.639_507_4,
    1_823.731_540_3,
    -22_320.148_228_8,
    -1_385.804_788_9,
    -26_188.910_709_5,
    -16_147.513_24,
    -4_604.354_912_7,
    -12_050.767_298,
];
/// Its folds on the raw pixels.
const FOLDS: [f64; 3] = [0.877_45, 0.858_35, 0.869_8];

/// SGD takes several classes as they come: a line each, class against rest.
fn ten_lines(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("SGD with ten classes");
    let model = sgd().fit(digits.x_train.view(), digits.y_train.view())?;
    let scores = model.decision_function(digits.x_train.slice(s![..1, ..]))?;
    let scores = scores.row(0);
    println!("  scores of the first digit {scores:.1}");
    let mut order: Vec<usize> = (0..10).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    // The book's run prefers 5 by 2413 to 574. Which of the two wins depends on the order of the rows: with this seed it is
    // 3, here as in Scikit-Learn 1.9.
    book.claim(
        "N03-016",
        "3 and 5 have the two largest scores (book: 5 before 3)",
        format!("{} before {}", order[0], order[1]),
        matches!(order[..2], [3, 5] | [5, 3]),
    );
    for (class, (&ours, theirs)) in scores.iter().zip(SCORES).enumerate() {
        book.number(
            "N03-016",
            &format!("score of {class} with Scikit-Learn 1.9"),
            ours,
            Book::Digits(theirs, 4),
        );
    }
    let folds = CrossValidation::default().cv(3).scoring("accuracy");
    let scores = cross_val_score(&sgd(), &digits.x_train, &digits.y_train, &folds)?;
    for (fold, (&ours, theirs)) in scores.iter().zip(FOLDS).enumerate() {
        book.claim(
            "N03-017",
            &format!("fold {fold} on raw pixels lies in 0.82 to 0.90"),
            format!("{ours:.5}"),
            (0.82..=0.90).contains(&ours),
        );
        book.number(
            "N03-017",
            &format!("fold {fold} with Scikit-Learn 1.9"),
            ours,
            Book::Digits(theirs, 5),
        );
    }
    Ok(())
}
