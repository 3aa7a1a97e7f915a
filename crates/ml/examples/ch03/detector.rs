//! A detector of fives: baseline, cross-validation, thresholds, ROC.

use ml::{
    classic::{
        baseline::{ClassifierStrategy, DummyClassifier},
        ensemble::RandomForestClassifier,
        metrics::{
            Average, Points, accuracy_score, precision_recall_curve, precision_score, recall_score,
            roc_auc_score, roc_curve,
        },
        model_selection::{CrossValidation, cross_val_predict_proba, cross_val_score},
        tree::DecisionTreeClassifier,
    },
    core::ndarray::Axis,
    data::split::{KFold, StratifiedKFold},
    prelude::*,
};

use crate::{
    figures,
    look::Digits,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    never_five(book, digits)?;
    by_hand(book, digits)?;
    forest(book, digits)
}

/// Accuracy flatters: what never finds a five is right nine times in ten.
fn never_five(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("A classifier that never says five");
    let y = digits.is_five().mapv(i64::from);
    let never = DummyClassifier::default().strategy(ClassifierStrategy::Constant(0));
    let thirds = CrossValidation::default()
        .cv(KFold::default().n_splits(3))
        .scoring("accuracy");
    let scores = cross_val_score(&never, &digits.x_train, &y, &thirds)?;
    for (fold, (ours, printed)) in scores.iter().zip([0.91125, 0.90855, 0.90915]).enumerate() {
        book.number(
            "N03-004",
            &format!("accuracy, fold {fold}"),
            *ours,
            Book::Digits(printed, 5),
        );
    }
    let mean = scores.mean().unwrap_or(f64::NAN);
    book.number(
        "N03-004",
        "mean accuracy",
        mean,
        Book::Within(54_579.0 / 60_000.0, 1e-12),
    );
    Ok(())
}

/// What `cross_val_score` does, written out.
fn by_hand(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("Cross-validation by hand");
    let (x, y) = (&digits.x_train, digits.is_five());
    let tree = DecisionTreeClassifier::default().max_depth(6);
    let mut scores = Vec::new();
    for fold in StratifiedKFold::default().n_splits(3).split_by(&y)? {
        let copy = tree.clone();
        let (x_train, y_train) = (x.select(Axis(0), &fold.train), y.select(Axis(0), &fold.train));
        let model = copy.fit(x_train.view(), y_train.view())?;
        let (x_test, y_test) = (x.select(Axis(0), &fold.test), y.select(Axis(0), &fold.test));
        scores.push(accuracy_score(
            y_test.view(),
            model.predict(x_test.view())?.view(),
        )?);
    }
    println!("  by hand {scores:?}");
    let called = cross_val_score(&tree, x, y.mapv(i64::from), &CrossValidation::default().cv(3))?;
    println!("  by call {called}");
    book.claim(
        "C03-013",
        "a loop over stratified folds scores as cross_val_score does",
        format!("{scores:.5?}"),
        scores.iter().zip(&called).all(|(hand, call)| hand == call),
    );
    Ok(())
}

fn forest(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("The forest's scores, out of fold");
    let y = digits.is_five();
    let forest = RandomForestClassifier::default().seed(42);
    let folds = CrossValidation::default().cv(3);
    let shares = cross_val_predict_proba(&forest, &digits.x_train, y.mapv(i64::from), &folds)?;
    let scores = shares.column(1);
    let area = roc_auc_score(y.view(), scores)?;
    book.number(
        "N03-012",
        "ROC AUC of the forest",
        area,
        Book::Within(0.998_343_673_132_814_5, 0.0007),
    );
    let predicted = scores.mapv(|share| share >= 0.5);
    let precision = precision_score(y.view(), predicted.view(), Average::Binary(true))?;
    book.number(
        "N03-013",
        "precision of the forest",
        precision,
        Book::Within(0.99, 0.01),
    );
    let recall = recall_score(y.view(), predicted.view(), Average::Binary(true))?;
    book.number(
        "N03-013",
        "recall of the forest",
        recall,
        Book::Within(0.866, 0.02),
    );

    let curve = precision_recall_curve(y.view(), scores, Points::All)?;
    let point = curve.lowest_threshold(0.9)?;
    println!(
        "  90% precision from {:.3} on, at a recall of {:.1}%",
        point.threshold,
        100.0 * point.recall
    );
    let careful = scores.mapv(|share| share >= point.threshold);
    let precision = precision_score(y.view(), careful.view(), Average::Binary(true))?;
    book.claim(
        "C03-032",
        "the lowest threshold of 90% precision has it",
        format!("{precision:.4}"),
        precision >= 0.9 && precision == point.precision,
    );
    let figure = figures::precision_and_recall(&curve, &point)?;
    book.figure(
        "3-4",
        "precision and recall of the forest against the threshold",
        &figure,
    )?;
    book.figure(
        "3-5",
        "precision of the forest against recall",
        &figures::precision_against_recall(&curve, &point)?,
    )?;
    let roc = roc_curve(y.view(), scores, Points::Corners)?;
    book.figure(
        "3-7",
        "ROC curve of the forest",
        &figures::roc(&[("random forest", &roc)])?,
    )?;
    Ok(())
}
