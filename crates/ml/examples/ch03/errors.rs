//! Error analysis: which digits are taken for which.

use ml::{
    classic::{
        ensemble::RandomForestClassifier,
        metrics::{ZeroDivision, classification_report, confusion_matrix},
        model_selection::{CrossValidation, cross_val_predict},
        multiclass::{OneVsOneClassifier, OneVsRestClassifier},
        tree::DecisionTreeClassifier,
    },
    core::ndarray::{Axis, s},
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::{
    figures,
    look::{CLASS_TOTALS, Digits, image},
    support::{AnyResult, Book, Chapter},
};

/// Images a side of a gallery.
const GALLERY: usize = 5;

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    strategies(book, digits)?;
    book.section("Error analysis");
    let forest = RandomForestClassifier::default().n_estimators(50).seed(42);
    let y = &digits.y_train;
    let predicted = cross_val_predict(&forest, &digits.x_train, y, &CrossValidation::default().cv(3))?;
    let predicted = predicted.classes("errors")?;
    let matrix = confusion_matrix(y.view(), predicted.view())?;
    println!("{matrix}");
    println!(
        "{}",
        classification_report(y.view(), predicted.view(), ZeroDivision::Warn)?
    );
    for (digit, (ours, expected)) in matrix.support().iter().zip(CLASS_TOTALS).enumerate() {
        book.number(
            "N03-019",
            &format!("row {digit} of the matrix"),
            *ours,
            Book::Exact(expected),
        );
    }
    book.figure(
        "3-8",
        "confusion matrix of the forest",
        &figures::matrix(matrix.counts.view())?,
    )?;
    let rates = matrix.error_rates();
    let figure = figures::matrix(rates.view())?;
    book.figure(
        "3-9",
        "its errors as shares of every digit, the diagonal left out",
        &figure,
    )?;
    gallery(book, digits, &predicted.to_owned())
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
    let first = digits.x_train.select(Axis(0), &[0]);
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

/// Threes and fives that are taken for one another, beside those that are not.
fn gallery(book: &mut Chapter, digits: &Digits, predicted: &Array1<i64>) -> AnyResult {
    let mut blocks = Vec::new();
    for (actual, taken_for) in [(3, 3), (3, 5), (5, 3), (5, 5)] {
        let rows =
            (0..predicted.len()).filter(|&row| digits.y_train[row] == actual && predicted[row] == taken_for);
        let rows: Vec<usize> = rows.take(GALLERY * GALLERY).collect();
        println!("  {actual} taken for {taken_for}: {} shown", rows.len());
        let images = rows.iter().map(|&row| image(digits.x_train.row(row)));
        blocks.push(mosaic(&images.collect::<Vec<_>>()));
    }
    let figure = Figure::image_grid(
        640,
        640,
        2,
        blocks.iter().map(|block| block.view()),
        ColorMap::Binary,
    )?;
    book.figure("3-10", "3 and 5: left taken for 3, right for 5", &figure)?;
    Ok(())
}

/// Images side by side as one.
fn mosaic(images: &[Array2<f64>]) -> Array2<f64> {
    let side = images.first().map_or(1, Array2::nrows);
    let mut out = Array2::zeros((GALLERY * side, GALLERY * side));
    for (place, image) in images.iter().enumerate() {
        let (top, left) = (place / GALLERY * side, place % GALLERY * side);
        out.slice_mut(s![top..top + side, left..left + side])
            .assign(image);
    }
    out
}
