//! A spam filter on e-mails written for this test: from bytes to a decision.

use ml::{
    classic::{
        linear::LogisticRegression,
        metrics::{Average, precision_score, recall_score},
        model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_predict},
        naive_bayes::MultinomialNB,
    },
    data::{
        pipeline::{ModelPipeline, Pipeline},
        text::{CountVectorizer, Email, EmailText, TextNormalizer},
    },
    prelude::*,
};

const HAM: [&str; 6] = [
    "could you review the patch for the parser before %n",
    "the meeting moved to room %n, bring the minutes please",
    "thanks for the notes, I corrected page %n of the draft",
    "lunch at %n? the others come too, reply when you know",
    "the build of branch %n fails, see http://ci.example/job/%n for the log",
    "my parents arrive on the %nth, can we shift our walk",
];

const SPAM: [&str; 6] = [
    "<b>WINNER</b>! claim %n dollars <a href=\"http://win%n.example\">here</a> now",
    "<p>Cheap pills, %n% off! Order at <a href='http://pills%n.example'>our shop</a></p>",
    "<h1>Earn %n $$$ a week</h1> from home!!! <a href=http://earn%n.example>click</a>",
    "Dear friend, I am a prince with %n million dollars, send your account to claim your share",
    "You were selected: free cruise for %n persons!!! Click <a href=\"http://free%n.example\">FREE</a>",
    "Lose %n pounds, guaranteed! Order your free trial pills at http://slim%n.example",
];

/// Forty e-mails of either kind as their senders' programs write them, no two alike.
fn emails() -> (Vec<Email>, Array1<i64>) {
    let mut emails = Vec::new();
    for number in 0..40 {
        for (spam, bodies) in [(false, HAM), (true, SPAM)] {
            let second = bodies[(number / 6 + number) % 6];
            let body = format!("{}\n{second}\n", bodies[number % 6]).replace("%n", &(number + 3).to_string());
            let kind = if spam { "html" } else { "plain" };
            let raw = format!(
                "Received: from mx{number}.example by b.example\nSubject: no {number}\n\
                 Content-Type: text/{kind}; charset=utf-8\n\n{body}"
            );
            emails.push(Email::parse(raw.as_bytes()));
        }
    }
    let y = (0..emails.len()).map(|row| row as i64 % 2).collect();
    (emails, y)
}

fn filter(model: impl Estimator + 'static) -> ModelPipeline {
    Pipeline::new()
        .step("email", EmailText::default())
        .step("words", TextNormalizer::default())
        .step("count", CountVectorizer::default().lower_case(false))
        .model("model", model)
}

/// E-mails of one kind share words, whatever their numbers and addresses: both models find all spam and nothing else.
#[test]
fn a_spam_filter_learns_from_written_e_mails() {
    let (emails, y) = emails();
    let x = Email::table(&emails).unwrap();
    let folds = CrossValidation::default().cv(4);
    for model in [
        filter(LogisticRegression::default()),
        filter(MultinomialNB::default()),
    ] {
        let predicted = cross_val_predict(&model, &x, &y, &folds).unwrap();
        let predicted = predicted.classes("test").unwrap();
        let spam = Average::Binary(1);
        assert_eq!(precision_score(y.view(), predicted.view(), spam).unwrap(), 1.0);
        assert_eq!(recall_score(y.view(), predicted.view(), spam).unwrap(), 1.0);
    }
    let fitted = filter(LogisticRegression::default()).fit(&x, &y).unwrap();
    let words = fitted.feature_names().unwrap();
    assert!(words.contains(&"URL".to_owned()) && words.contains(&"NUMBER".to_owned()));
    let new = Email::parse(
        b"Content-Type: text/html\n\n<b>FREE</b> pills, order <a href='http://x.example'>now</a>!",
    );
    let new = Email::table(&[new]).unwrap();
    assert_eq!(
        fitted.predict(&new).unwrap(),
        Target::from(Array1::from(vec![1i64]))
    );
}

/// The treatments of the text are hyperparameters of the whole filter.
#[test]
fn a_search_asks_which_treatment_helps() {
    let (emails, y) = emails();
    let x = Email::table(&emails).unwrap();
    let grid = ParamGrid::new()
        .values("words__replace_numbers", [true, false])
        .values("count__binary", [true, false])
        .values("email__strip_headers", [true, false]);
    let found = GridSearchCV::new(filter(LogisticRegression::default()), [grid])
        .cv(3)
        .scoring("f1")
        .fit(&x, &y)
        .unwrap();
    assert_eq!(found.results.mean_test_score.len(), 8);
    assert_eq!(found.best_score, 1.0);
}
