//! Exercise 4: a spam filter, from e-mails as they were sent.

use std::collections::BTreeMap;

use ml::{
    classic::{
        linear::{LogisticRegression, SGDClassifier},
        metrics::{Average, precision_score, recall_score},
        model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_score},
        naive_bayes::MultinomialNB,
    },
    core::{Column, Table, TextColumn},
    data::{
        datasets::SpamAssassin,
        pipeline::{ModelPipeline, Pipeline},
        split::TrainTestSplit,
        text::{CountVectorizer, Email, EmailText, TextNormalizer},
    },
    prelude::*,
};

use crate::support::{AnyResult, Chapter};

/// The exercise's sentence by the exercise's vocabulary.
pub(crate) fn vectors(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 4: a sentence as a vector");
    let text = TextColumn::collect([Some("Hello you Hello Hello you")]);
    let x = Table::new([("text".to_owned(), Column::Text(text))])?;
    let words = CountVectorizer::default()
        .lower_case(false)
        .vocabulary(["Hello", "how", "are", "you"].map(str::to_owned));
    for (binary, expected) in [(true, "[1, 0, 0, 1]"), (false, "[3, 0, 0, 2]")] {
        let counts = words.clone().binary(binary).fit(&x, ())?.transform(&x)?;
        let what = if binary {
            "presence of words"
        } else {
            "counts of words"
        };
        let row = counts.dense("spam")?.row(0).mapv(|count| count as u8);
        book.text("N03-023", what, &row.to_string(), expected);
    }
    Ok(())
}

pub(crate) fn run(book: &mut Chapter, corpus: &SpamAssassin) -> AnyResult {
    book.section("Exercise 4: spam or ham");
    let raw = corpus.ham.iter().chain(&corpus.spam);
    let emails: Vec<Email> = raw.map(|raw| Email::parse(raw)).collect();
    let (ham, spam) = emails.split_at(corpus.ham.len());
    println!("  {} ham, mostly {}", ham.len(), structures(ham));
    println!("  {} spam, mostly {}", spam.len(), structures(spam));

    let x = Email::table(&emails)?;
    let y: Array1<i64> = (0..emails.len()).map(|row| i64::from(row >= ham.len())).collect();
    let split = TrainTestSplit::default().test_size(0.2).seed(Seed::numpy(42));
    let fold = split.fold(emails.len())?;
    let take = |rows: &[usize]| (x.select_rows(rows), y.select(ml::core::ndarray::Axis(0), rows));
    let ((x_train, y_train), (x_test, y_test)) = (take(&fold.train), take(&fold.test));

    let logistic = filter(LogisticRegression::default().max_iter(1000));
    let folds = CrossValidation::default().cv(3).scoring("accuracy");
    let scores = cross_val_score(&logistic, &x_train, &y_train, &folds)?;
    println!("  logistic regression, three folds: {scores:.4}");
    let grid = ParamGrid::new()
        .values("email__strip_headers", [true, false])
        .values("words__stem", [true, false]);
    let found = GridSearchCV::new(logistic.clone(), [grid])
        .cv(3)
        .scoring("f1")
        .fit(&x_train, &y_train)?;
    println!("{}", found.results);

    let models: [(&str, ModelPipeline); 3] = [
        ("logistic regression", logistic),
        ("naive Bayes", filter(MultinomialNB::default())),
        ("SGD", filter(SGDClassifier::default().seed(Seed::numpy(42)))),
    ];
    for (name, model) in models {
        let predicted = model.fit(&x_train, &y_train)?.predict(&x_test)?;
        let predicted = predicted.classes("spam")?;
        let spam = Average::Binary(1);
        let precision = precision_score(y_test.view(), predicted.view(), spam)?;
        let recall = recall_score(y_test.view(), predicted.view(), spam)?;
        book.claim(
            "X03-004",
            &format!("exercise 4: {name} has precision and recall above 90% on e-mails it has not seen"),
            format!("precision {precision:.4}, recall {recall:.4}"),
            precision > 0.9 && recall > 0.9,
        );
    }
    Ok(())
}

/// From e-mails to a decision; every treatment is a hyperparameter.
fn filter(model: impl Estimator + 'static) -> ModelPipeline {
    Pipeline::new()
        .step("email", EmailText::default())
        .step("words", TextNormalizer::default())
        .step(
            "count",
            CountVectorizer::default().lower_case(false).max_features(1000),
        )
        .model("model", model)
}

/// The three most frequent structures.
fn structures(emails: &[Email]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for email in emails {
        *counts.entry(&email.structure).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    let most = counts.iter().take(3);
    most.map(|(structure, times)| format!("{structure} ({times})"))
        .collect::<Vec<_>>()
        .join(", ")
}
