//! Error analysis: which digits are taken for which.

use ml::{
    classic::{
        metrics::{ConfusionMatrix, ZeroDivision, accuracy_score, classification_report, confusion_matrix},
        model_selection::{CrossValidation, cross_val_predict},
    },
    core::ndarray::{Axis, s},
    data::{preprocess::StandardScaler, split::StratifiedKFold},
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::{
    detector::sgd,
    figures,
    look::{CLASS_TOTALS, Digits, image},
    support::{AnyResult, Book, Chapter},
};

/// Images a side of a gallery.
const GALLERY: usize = 5;

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    let predicted = scaled(book, digits)?;
    book.section("Error analysis");
    let y = &digits.y_train;
    let matrix = confusion_matrix(y.view(), predicted.view())?;
    println!("{matrix}");
    println!(
        "{}",
        classification_report(y.view(), predicted.view(), ZeroDivision::Warn)?
    );
    judge(book, &matrix);
    book.figure(
        "3-8",
        "confusion matrix of the scaled linear model",
        &figures::matrix(matrix.counts.view())?,
    )?;
    let figure = figures::matrix(matrix.error_rates().view())?;
    book.figure(
        "3-9",
        "its errors as shares of every digit, the diagonal left out",
        &figure,
    )?;
    gallery(book, digits, &predicted)
}

/// Folds of Scikit-Learn 1.9 on standardised pixels.
const FOLDS: [f64; 3] = [0.898_35, 0.890_2, 0.900_95];

/// Standardised pixels help a linear model; as in the book the scaler has seen all training rows.
fn scaled(book: &mut Chapter, digits: &Digits) -> AnyResult<Array1<i64>> {
    book.section("SGD on standardised pixels");
    let x = StandardScaler::default().fit(digits.x_train.view(), ())?;
    let x = x.transform(digits.x_train.view())?;
    let y = &digits.y_train;
    let predicted = cross_val_predict(&sgd(), x, y, &CrossValidation::default().cv(3))?;
    let predicted = predicted.classes("errors")?.to_owned();
    let folds = StratifiedKFold::default().n_splits(3).split_by(y)?;
    for (number, (fold, (theirs, printed))) in folds
        .zip(FOLDS.into_iter().zip([0.897_070_59, 0.896_094_8, 0.906_936_04]))
        .enumerate()
    {
        let rows = |labels: &Array1<i64>| labels.select(Axis(0), &fold.test);
        let accuracy = accuracy_score(rows(y).view(), rows(&predicted).view())?;
        book.number(
            "N03-018",
            &format!("fold {number} on standardised pixels"),
            accuracy,
            Book::Within(printed, 0.01),
        );
        book.number(
            "N03-018",
            &format!("fold {number} with Scikit-Learn 1.9"),
            accuracy,
            Book::Digits(theirs, 5),
        );
    }
    Ok(predicted)
}

/// The cells of row 5 in Scikit-Learn 1.9's matrix.
const ROW_5: [f64; 10] = [26.0, 15.0, 29.0, 165.0, 53.0, 4445.0, 74.0, 14.0, 541.0, 59.0];

/// What the book reads in the matrix.
fn judge(book: &mut Chapter, matrix: &ConfusionMatrix<i64>) {
    for (digit, (ours, expected)) in matrix.support().iter().zip(CLASS_TOTALS).enumerate() {
        book.number(
            "N03-019",
            &format!("row {digit} of the matrix"),
            *ours,
            Book::Exact(expected),
        );
    }
    let right = matrix.counts.diag().to_owned();
    let wrongly = &matrix.predicted() - &right;
    let most = (0..10_usize).max_by(|&a, &b| wrongly[a].total_cmp(&wrongly[b]));
    book.claim(
        "N03-019",
        "most errors take a digit for an 8",
        format!("{most:?}: {wrongly}"),
        most == Some(8),
    );
    let share = &right / &matrix.support();
    let worst = (0..10_usize).min_by(|&a, &b| share[a].total_cmp(&share[b]));
    book.claim(
        "N03-019",
        "5 has the lowest share of right answers (book: 0.827)",
        format!("{worst:?}: {:.3}", share[5]),
        worst == Some(5),
    );
    let row: Vec<f64> = matrix.counts.row(5).to_vec();
    book.text(
        "N03-019",
        "the row of 5 with Scikit-Learn 1.9",
        &format!("{row:?}"),
        &format!("{ROW_5:?}"),
    );
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
