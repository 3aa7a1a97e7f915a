//! Scores and thresholds: precision against recall, ROC curves, and a forest beside the linear detector.

use ml::{
    classic::{
        ensemble::RandomForestClassifier,
        metrics::{
            Average, Points, RocCurve, confusion_matrix, f1_score, precision_recall_curve, precision_score,
            recall_score, roc_auc_score, roc_curve,
        },
        model_selection::{CrossValidation, cross_val_decision_function, cross_val_predict_proba},
    },
    prelude::*,
};

use crate::{
    detector::sgd,
    figures,
    look::Digits,
    support::{AnyResult, Book, Chapter},
};

/// The positive class is `true`.
const FIVE: Average<bool> = Average::Binary(true);

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    let y = digits.is_five();
    let folds = CrossValidation::default().cv(3);
    book.section("The detector's scores, out of fold");
    let scores = cross_val_decision_function(&sgd(), &digits.x_train, y.mapv(i64::from), &folds)?;
    let scores = scores.column(0);
    counts(book, &y, scores)?;
    let linear = curves(book, &y, scores)?;

    book.section("A forest's shares of votes, out of fold");
    let forest = RandomForestClassifier::default().seed(42);
    let shares = cross_val_predict_proba(&forest, &digits.x_train, y.mapv(i64::from), &folds)?;
    let roc = forest_beside(book, &y, shares.column(1))?;
    book.figure(
        "3-7",
        "ROC curves of the linear detector and of a forest",
        &figures::roc(&[("SGD", &linear), ("random forest", &roc)], None)?,
    )?;
    Ok(())
}

/// The confusion matrix at the threshold 0, which is what `predict` uses.
fn counts(book: &mut Chapter, y: &Array1<bool>, scores: ArrayView1<'_, f64>) -> AnyResult {
    let predicted = scores.mapv(|score| score > 0.0);
    let (y, predicted) = (y.view(), predicted.view());
    let matrix = confusion_matrix(y, predicted)?;
    println!("{matrix}");
    let accuracy = matrix.counts.diag().sum() / matrix.counts.sum();
    book.claim(
        "N03-006",
        "accuracy by the confusion matrix lies in 0.94 to 0.98 (book: 0.95255)",
        format!("{accuracy:.5}"),
        (0.94..=0.98).contains(&accuracy),
    );
    let cells: Vec<f64> = matrix.counts.iter().copied().collect();
    book.text(
        "N03-006",
        "the counts of Scikit-Learn 1.9",
        &format!("{cells:?}"),
        &format!("{COUNTS:?}"),
    );
    println!(
        "  precision {:.4}, recall {:.4}, F1 {:.4}",
        precision_score(y, predicted, FIVE)?,
        recall_score(y, predicted, FIVE)?,
        f1_score(y, predicted, FIVE)?
    );
    Ok(())
}

/// True negatives, false positives, false negatives and true positives of Scikit-Learn 1.9 by the same recipe.
const COUNTS: [f64; 4] = [53_892.0, 687.0, 1_891.0, 3_530.0];
/// Its lowest threshold with a precision of 90%, the recall there, and its area under the ROC curve.
const THRESHOLD: f64 = 3_370.019_499_143_955_7;
const RECALL: f64 = 0.479_985_242_575_170_6;
const AREA: f64 = 0.960_493_855_400_861_6;

/// The lowest threshold that is right nine times in ten, and what it misses.
fn curves(book: &mut Chapter, y: &Array1<bool>, scores: ArrayView1<'_, f64>) -> AnyResult<RocCurve> {
    let curve = precision_recall_curve(y.view(), scores, Points::All)?;
    let point = curve.lowest_threshold(0.9)?;
    println!(
        "  90% precision from a score of {:.1} on, at a recall of {:.1}%",
        point.threshold,
        100.0 * point.recall
    );
    let sure = scores.mapv(|score| score >= point.threshold);
    let precision = precision_score(y.view(), sure.view(), FIVE)?;
    book.claim(
        "N03-010",
        "the lowest threshold of 90% precision has it (book: 7816, 0.90004)",
        format!("{precision:.5} at {:.1}", point.threshold),
        precision >= 0.9 && precision == point.precision,
    );
    let recall = recall_score(y.view(), sure.view(), FIVE)?;
    book.claim(
        "N03-010",
        "its recall lies in 0.35 to 0.75 (book: 0.4368)",
        format!("{recall:.4}"),
        (0.35..=0.75).contains(&recall),
    );
    let same = |value, decimals| Book::Digits(value, decimals);
    book.number(
        "N03-010",
        "threshold of Scikit-Learn 1.9",
        point.threshold,
        same(THRESHOLD, 6),
    );
    book.number("N03-010", "its recall", recall, same(RECALL, 12));
    let area = roc_auc_score(y.view(), scores)?;
    book.claim(
        "N03-011",
        "ROC AUC lies in 0.945 to 0.975 (book: 0.96118)",
        format!("{area:.5}"),
        (0.945..=0.975).contains(&area),
    );
    book.number("N03-011", "ROC AUC of Scikit-Learn 1.9", area, same(AREA, 12));

    let against = figures::precision_and_recall(&curve, &point)?;
    book.figure("3-4", "precision and recall against the threshold", &against)?;
    let against = figures::precision_against_recall(&curve, &point)?;
    book.figure("3-5", "precision against recall", &against)?;
    let roc = roc_curve(y.view(), scores, Points::Corners)?;
    let at = roc
        .thresholds
        .iter()
        .position(|&threshold| threshold <= point.threshold);
    let at = at.map(|i| (roc.false_positive_rate[i], roc.true_positive_rate[i]));
    let figure = figures::roc(&[("SGD", &roc)], at)?;
    book.figure("3-6", "ROC curve, with the point of 90% precision", &figure)?;
    Ok(roc)
}

/// A forest has no scores, but the share of its trees that say five serves as one.
fn forest_beside(book: &mut Chapter, y: &Array1<bool>, shares: ArrayView1<'_, f64>) -> AnyResult<RocCurve> {
    let area = roc_auc_score(y.view(), shares)?;
    book.number(
        "N03-012",
        "ROC AUC of the forest",
        area,
        Book::Within(0.998_343_673_132_814_5, 0.0007),
    );
    let predicted = shares.mapv(|share| share >= 0.5);
    let precision = precision_score(y.view(), predicted.view(), FIVE)?;
    book.number(
        "N03-013",
        "precision of the forest",
        precision,
        Book::Within(0.99, 0.01),
    );
    let recall = recall_score(y.view(), predicted.view(), FIVE)?;
    book.number(
        "N03-013",
        "recall of the forest",
        recall,
        Book::Within(0.866, 0.02),
    );
    Ok(roc_curve(y.view(), shares, Points::Corners)?)
}
