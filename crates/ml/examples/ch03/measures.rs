//! Performance measures, from the counts that the book prints: no data needed.

use ml::{
    classic::metrics::{
        Average, Points, confusion_matrix, f1_score, precision_recall_curve, precision_score, recall_score,
    },
    prelude::*,
};

use crate::support::{AnyResult, Book, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Confusion matrix, precision, recall, F1");
    let (y, predicted) = rows_of([53_057, 1_522, 1_325, 4_096]);
    let (y, predicted) = (y.view(), predicted.view());
    let matrix = confusion_matrix(y, predicted)?;
    println!("{matrix}");
    println!("{}", confusion_matrix(y, y)?);
    let positive = Average::Binary(true);
    let digits = |value| Book::Within(value, 1e-15);
    let precision = precision_score(y, predicted, positive)?;
    book.number("N03-007", "precision", precision, digits(0.729_085_083_659_665_4));
    let recall = recall_score(y, predicted, positive)?;
    book.number("N03-007", "recall", recall, digits(0.755_580_151_263_604_4));
    let f1 = f1_score(y, predicted, positive)?;
    book.number("N03-007", "F1", f1, digits(0.742_096_204_366_337_5));

    book.section("The trade-off of figure 3-3");
    // Twelve digits from the lowest to the highest score; the book's thresholds lie before the places 4, 7 and 9.
    let fives = [0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1].map(|five| five == 1);
    let (y, scores) = (
        Array1::from(fives.to_vec()),
        Array1::from_iter((0..12).map(f64::from)),
    );
    let curve = precision_recall_curve(y.view(), scores.view(), Points::All)?;
    let printed = [
        (7, "middle threshold", 4.0 / 5.0, 4.0 / 6.0),
        (9, "higher threshold", 1.0, 3.0 / 6.0),
        (8, "just above the middle", 3.0 / 4.0, 3.0 / 6.0),
    ];
    for (place, what, precision, recall) in printed {
        book.number(
            "N03-008",
            &format!("precision, {what}"),
            curve.precision[place],
            Book::Exact(precision),
        );
        book.number(
            "N03-008",
            &format!("recall, {what}"),
            curve.recall[place],
            Book::Exact(recall),
        );
    }
    Ok(())
}

/// Rows with so many true negatives, false positives, false negatives and true positives.
fn rows_of(counts: [usize; 4]) -> (Array1<bool>, Array1<bool>) {
    let cells = [(false, false), (false, true), (true, false), (true, true)];
    let rows = || {
        cells
            .iter()
            .zip(counts)
            .flat_map(|(&cell, n)| std::iter::repeat_n(cell, n))
    };
    (
        rows().map(|row| row.0).collect(),
        rows().map(|row| row.1).collect(),
    )
}
