//! E-mails, words and their counts.

use ml_core::{
    Column, Features, Fit, FitContext, FittedTransformer, Params, Persist, Table, TextColumn, Transform,
    Transformer, ndarray::Array2,
};
use ml_data::text::{CountVectorizer, FittedCountVectorizer, TextNormalizer};
use serde_json::{Value, json};

fn column<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Table {
    let text = Column::Text(TextColumn::collect(texts));
    Table::new([("text".to_owned(), text)]).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn texts(value: &Value) -> Table {
    column(strings(value).iter().map(|text| Some(text.as_str())))
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// The hyperparameters of a case under our names.
fn settings(case: &Value) -> CountVectorizer {
    let mut words = CountVectorizer::default();
    for (name, value) in case["settings"].as_object().unwrap() {
        // Python's patterns say that they mean Unicode; here all do.
        let value = match value.as_str() {
            Some(pattern) => json!(pattern.trim_start_matches("(?u)")),
            None => value.clone(),
        };
        let name = if name == "lowercase" { "lower_case" } else { name };
        words.set_param(name, &value).unwrap();
    }
    words
}

#[test]
fn words_are_counted_as_scikit_learn_counts_them() {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/text.json")).unwrap();
    let (train, later) = (texts(&fixture["texts"]), texts(&fixture["later"]));
    for case in fixture["cases"].as_array().unwrap() {
        let name = &case["name"];
        let (fitted, counts) = settings(case).fit_transform(&train).unwrap();
        assert_eq!(fitted.vocabulary(), strings(&case["vocabulary"]), "{name}");
        assert!(matches!(counts, Features::Sparse { .. }), "{name}");
        assert_eq!(counts.dense("test").unwrap(), matrix(&case["train"]), "{name}");
        assert_eq!(counts.names().unwrap(), fitted.vocabulary(), "{name}");
        let counts = fitted.transform(&later).unwrap();
        assert_eq!(counts.dense("test").unwrap(), matrix(&case["later"]), "{name}");
    }
}

/// Reproduces N03-023.
#[test]
fn the_books_sentence_becomes_the_books_vectors() {
    let x = column([Some("Hello you Hello Hello you")]);
    let words = CountVectorizer::default()
        .lower_case(false)
        .vocabulary(["Hello", "how", "are", "you"].map(str::to_owned));
    for (binary, expected) in [(true, [1.0, 0.0, 0.0, 1.0]), (false, [3.0, 0.0, 0.0, 2.0])] {
        let words = words.clone().binary(binary);
        let counts = words.fit(&x, ()).unwrap().transform(&x).unwrap();
        assert_eq!(counts.dense("test").unwrap().row(0).to_vec(), expected);
    }
}

#[test]
fn gaps_repetitions_and_selections_are_rows_like_others() {
    let x = column([Some("to be"), None, Some("or not to be"), Some("to be"), Some("")]);
    let words = CountVectorizer::default().fit(&x, ()).unwrap();
    assert_eq!(words.vocabulary(), ["be", "not", "or", "to"]);
    let counts = words.transform(&x).unwrap().dense("test").unwrap().to_owned();
    assert_eq!(
        counts,
        ml_core::ndarray::array![
            [1.0, 0.0, 0.0, 1.0],
            [0.0; 4],
            [1.0, 1.0, 1.0, 1.0],
            [1.0, 0.0, 0.0, 1.0],
            [0.0; 4]
        ]
    );
    // Words of texts that a selection left out are not seen.
    let some = CountVectorizer::default()
        .fit(x.select_rows(&[0, 3]), ())
        .unwrap();
    assert_eq!(some.vocabulary(), ["be", "to"]);
    let one = TextNormalizer::default()
        .fit(&x, ())
        .unwrap()
        .transform(x.select_rows(&[1, 2]));
    let Features::Table(one) = one.unwrap() else {
        panic!("text stays text")
    };
    let Column::Text(text) = &one.columns()[0] else {
        panic!("text stays text")
    };
    assert_eq!([text.get(0), text.get(1)], [None, Some("or not to be")]);
    // Of two equally frequent words the first in the alphabet stays.
    let one = CountVectorizer::default().max_features(1).fit(&x, ()).unwrap();
    assert_eq!(one.vocabulary(), ["be"]);
}

#[test]
fn what_cannot_be_counted_is_named() {
    let x = column([Some("a word")]);
    let message = |words: CountVectorizer, x: &Features| {
        let context = FitContext::default();
        words.fit_features(x, None, &context).unwrap_err().to_string()
    };
    let text = || Features::from(x.clone());
    let words = CountVectorizer::default;
    let number = Column::Number(ml_core::ndarray::array![1.0].into_shared());
    let numbers = Table::new([("size".to_owned(), number)]).unwrap();
    let both = x
        .clone()
        .into_columns()
        .into_iter()
        .chain(numbers.clone().into_columns());
    for (words, x, expected) in [
        (
            words(),
            Array2::zeros((1, 1)).into(),
            "CountVectorizer: got numbers where text is needed",
        ),
        (
            words(),
            numbers.into(),
            "column \"size\" holds numbers where text is needed",
        ),
        (
            words(),
            Table::new(both).unwrap().into(),
            "x has 2 columns; give one column of text",
        ),
        (
            words(),
            column([Some("a"), None]).into(),
            "no word is left of 2 texts; check that",
        ),
        (
            words().min_df(2),
            text(),
            "no word is left of 1 texts; check that",
        ),
        (
            words().token_pattern("(a"),
            text(),
            "must be a regular expression",
        ),
        (
            words().token_pattern("(a)(b)"),
            text(),
            "must be a pattern of at most one group",
        ),
        (
            words().ngram_range((2, 1)),
            text(),
            "ngram_range = (2, 1): must be",
        ),
        (
            words().ngram_range((0, 1)),
            text(),
            "ngram_range = (0, 1): must be",
        ),
        (words().max_df(1.5), text(), "max_df = 1.5: must be in [0, 1]"),
        (
            words().max_features(0),
            text(),
            "max_features = 0: must be at least 1",
        ),
        (
            words().vocabulary(Vec::<String>::new()),
            text(),
            "vocabulary = []: must be at least one term, each once",
        ),
        (
            words().vocabulary(["a", "b", "a"].map(str::to_owned)),
            text(),
            "vocabulary = \"a\" twice: must be at least one term, each once",
        ),
    ] {
        let found = message(words, &x);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn a_stored_vocabulary_counts_as_before() {
    let x = column([Some("one two two"), Some("three")]);
    let words = CountVectorizer::default().fit(&x, ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words");
    words.save(&path).unwrap();
    let loaded = FittedCountVectorizer::load(&path).unwrap();
    assert_eq!(loaded, words);
    let counts =
        |words: &FittedCountVectorizer| words.transform(&x).unwrap().dense("test").unwrap().to_owned();
    assert_eq!(counts(&loaded), counts(&words));
    assert_eq!(
        words.names_out(&["text".to_owned()]).unwrap(),
        ["one", "three", "two"]
    );
}

#[cfg(feature = "mail")]
mod mail {
    use ml_data::{
        pipeline::Pipeline,
        text::{Email, EmailText, html_to_text},
    };
    use proptest::prelude::*;

    use super::*;

    const PLAIN: &str = "From ann@a.example  Thu Aug 22 12:36:23 2002\n\
        Return-Path: <ann@a.example>\n\
        Received: from mx.a.example (mx.a.example [192.0.2.1])\n\tby b.example; Thu, 22 Aug 2002 12:36:23 +0100\n\
        From: Ann <ann@a.example>\n\
        Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\n  again\n\
        Content-Type: text/plain; charset=iso-8859-1\n\
        Content-Transfer-Encoding: quoted-printable\n\
        \n\
        Sch=F6ne Gr=FC=\n=DFe!\n";

    const ALTERNATIVE: &str = "Subject: both\nMIME-Version: 1.0\n\
        Content-Type: multipart/alternative; boundary=\"x\"\n\n\
        --x\nContent-Type: text/html\n\n<p>rich</p>\n\
        --x\nContent-Type: text/plain\n\npoor\n--x--\n";

    const ENCODED: &str = "Subject: win\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n\
        PGh0bWw+PGI+V0lOPC9iPiA8YSBocmVmPSJodHRwOi8vYS5leGFtcGxlIj5ub3c8L2E+PC9odG1sPg==\n";

    const ATTACHED: &str = "Subject: log\nContent-Type: multipart/mixed; boundary=x\n\n\
        --x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nfile\n\
        --x\nContent-Type: text/plain\n\nsee the file\n\
        --x\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nAAEC\n--x--\n";

    const FORWARDED: &str = "Subject: fw\nContent-Type: multipart/mixed; boundary=x\n\n\
        --x\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<i>in</i>side\n--x--\n";

    #[test]
    fn parts_are_found_and_decoded() {
        for (raw, structure, body) in [
            (PLAIN, "text/plain", "Schöne Grüße!\n"),
            (ALTERNATIVE, "multipart(text/html, text/plain)", "poor"),
            (ENCODED, "text/html", "WIN http://a.example now"),
            (
                ATTACHED,
                "multipart(text/plain, text/plain, application/octet-stream)",
                "see the file",
            ),
            (FORWARDED, "multipart(message(text/html))", "inside"),
            ("no header, no colon", "text/plain", "no header, no colon"),
            ("a sentence: no header\n", "text/plain", "a sentence: no header\n"),
            ("", "text/plain", ""),
        ] {
            let email = Email::parse(raw.as_bytes());
            assert_eq!(email.structure, structure, "{raw}");
            assert_eq!(email.body.trim_end(), body.trim_end(), "{raw}");
        }
    }

    #[test]
    fn headers_are_decoded_and_unfolded() {
        let email = Email::parse(PLAIN.as_bytes());
        let names: Vec<&str> = email.headers.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "Return-Path",
            "Received",
            "From",
            "Subject",
            "Content-Type",
            "Content-Transfer-Encoding",
        ];
        assert_eq!(names, expected);
        assert_eq!(email.header("SUBJECT"), Some("Grüße again"));
        assert_eq!(email.header("From"), Some("Ann <ann@a.example>"));
        let received =
            "from mx.a.example (mx.a.example [192.0.2.1]) by b.example; Thu, 22 Aug 2002 12:36:23 +0100";
        assert_eq!(email.header("received"), Some(received));
        assert_eq!(
            email.header("content-type"),
            Some("text/plain; charset=iso-8859-1")
        );
        assert_eq!(email.header("x-none"), None);
    }

    fn emails() -> Table {
        let emails = [PLAIN, ALTERNATIVE, ENCODED, ATTACHED].map(|raw| Email::parse(raw.as_bytes()));
        Email::table(&emails).unwrap()
    }

    fn bag() -> Pipeline {
        Pipeline::new()
            .step("email", EmailText::default())
            .step("words", TextNormalizer::default())
            .step("count", CountVectorizer::default().lower_case(false))
    }

    /// The hyperparameters of C03-069, each set by its path.
    #[test]
    fn every_treatment_is_a_hyperparameter() {
        let words = |settings: &[(&str, Value)]| {
            let mut bag = bag();
            for (path, value) in settings {
                bag.set_param(path, value).unwrap();
            }
            let (fitted, counts) = bag.fit_transform(emails()).unwrap();
            (fitted.feature_names_out().unwrap(), counts)
        };
        let (plain, _) = words(&[]);
        assert_eq!(
            plain,
            [
                "URL", "file", "grüße", "now", "poor", "schöne", "see", "the", "win"
            ]
        );
        let has = |path: &str, value: Value, word: &str| words(&[(path, value)]).0.iter().any(|w| w == word);
        assert!(has("email__strip_headers", json!(false), "NUMBER"));
        assert!(has("words__lower_case", json!(false), "WIN"));
        assert!(has("words__replace_urls", json!(false), "exampl"));
        assert!(!has("words__replace_urls", json!(false), "URL"));
        let raw = [
            ("words__replace_urls", json!(false)),
            ("words__stem", json!(false)),
        ];
        assert!(words(&raw).0.contains(&"example".to_owned()));
        let kept = [
            ("words__remove_punctuation", json!(false)),
            ("count__token_pattern", json!(r"\S+")),
        ];
        assert!(words(&kept).0.contains(&"grüße!".to_owned()));
        let numbers = [
            ("email__strip_headers", json!(false)),
            ("words__replace_numbers", json!(false)),
        ];
        assert!(words(&numbers).0.contains(&"2002".to_owned()));
        let (names, counts) = words(&[("count__binary", json!(true)), ("count__max_features", json!(2))]);
        assert_eq!((names.len(), counts.n_columns()), (2, 2));
        assert!(counts.dense("test").unwrap().iter().all(|&count| count <= 1.0));
        let error = bag()
            .set_param("words__stems", &json!(true))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no hyperparameter \"stems\""), "{error}");
    }

    #[test]
    fn a_table_without_bodies_is_refused() {
        let x = column([Some("text")]);
        let error = EmailText::default().fit(&x, ()).unwrap_err().to_string();
        assert_eq!(
            error,
            "EmailText: column \"body\" is missing; the table has: text"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_e_mail(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
            Email::parse(&raw);
        }

        /// Pieces that e-mails are made of, in any order.
        #[test]
        fn so_are_any_parts(parts in proptest::collection::vec(prop_oneof![
            Just("From a b\n"), Just("Subject: x\n"), Just("\n"), Just("--x\n"), Just("--x--\n"), Just("<b href"),
            Just("Content-Type: multipart/mixed; boundary=x\n"), Just("Content-Type: message/rfc822\n"),
            Just("Content-Type: text/html\n"), Just("Content-Transfer-Encoding: base64\n"), Just("=?utf-8?q?=C3?="),
            Just("=FC"), Just("<!--"), Just("&#x110000;"), Just("&eacute;"), Just("<script>"), Just("</"), Just("ü"),
        ], 0..30)) {
            let raw = parts.concat();
            Email::table(&[Email::parse(raw.as_bytes())]).unwrap();
            let text = html_to_text(&raw);
            prop_assert!(!text.contains("  ") && text.trim() == text);
        }
    }
}
