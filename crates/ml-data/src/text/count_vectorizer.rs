//! `CountVectorizer`.

use std::collections::HashMap;

use derive_setters::Setters;
use ml_core::{
    Error, Features, FitContext, FittedTransformer, Result, Target, TextColumn, check, sprs::CsMat,
};
use serde::{Deserialize, Serialize};

use super::{analyzer::Analyzer, columns, vocabulary::Vocabulary};
use crate::learn::{Learn, takes_features};

/// Counts the words of texts: one column of text becomes a sparse matrix (CSR), a column a word (a *bag of words*).
///
/// A word is what matches `token_pattern`, in small letters; the columns are in the order of the alphabet unless
/// `vocabulary` gives them. Words that fit has not seen are not counted. Missing texts have no words.
///
/// # Examples
/// ```
/// use ml_core::{Column, Fit, Table, TextColumn, Transform};
/// use ml_data::text::CountVectorizer;
///
/// let text = TextColumn::collect([Some("Hello you Hello Hello you")]);
/// let table = Table::new([("text".to_owned(), Column::Text(text))])?;
/// let words = CountVectorizer::default().vocabulary(["hello", "how", "are", "you"].map(String::from));
/// let counts = words.fit(&table, ())?.transform(&table)?;
/// assert_eq!(counts.dense("")?.row(0).to_vec(), [3.0, 0.0, 0.0, 2.0]);
/// let present = words.binary(true).fit(&table, ())?.transform(&table)?;
/// assert_eq!(present.dense("")?.row(0).to_vec(), [1.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct CountVectorizer {
    /// Whether letters become small first. Default true.
    pub lower_case: bool,
    /// What a word is, as a regular expression; a group in it, at most one, is the word instead of all that matches.
    /// Default `\b\w\w+\b`: two or more letters or digits.
    #[setters(into)]
    pub token_pattern: String,
    /// Words that are passed over. Default none.
    #[setters(into)]
    pub stop_words: Vec<String>,
    /// Fewest and most words in a row that make a term, at least 1. Default (1, 1).
    pub ngram_range: (usize, usize),
    /// Terms in fewer texts are dropped. Default 1.
    pub min_df: usize,
    /// Terms in more than this share of the texts are dropped, in `[0, 1]`. Default 1.
    pub max_df: f64,
    /// Only so many of the most frequent terms are kept, of equally frequent ones those that come first in the alphabet;
    /// at least 1. Default all.
    #[setters(into)]
    pub max_features: Option<usize>,
    /// The terms to count, in this order, instead of those that fit finds; the limits above do not apply then. Default none.
    #[setters(into, strip_option)]
    pub vocabulary: Option<Vec<String>>,
    /// Whether every count above 0 becomes 1. Default false.
    pub binary: bool,
}

impl Default for CountVectorizer {
    fn default() -> Self {
        Self {
            lower_case: true,
            token_pattern: r"\b\w\w+\b".to_owned(),
            stop_words: Vec::new(),
            ngram_range: (1, 1),
            min_df: 1,
            max_df: 1.0,
            max_features: None,
            vocabulary: None,
            binary: false,
        }
    }
}

ml_core::impl_params!(CountVectorizer);

/// What [`CountVectorizer`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedCountVectorizer {
    vocabulary: Vocabulary,
    settings: CountVectorizer,
}

const OP: &str = "CountVectorizer";

impl CountVectorizer {
    fn check(&self) -> Result<()> {
        check::parameter(
            "max_df",
            self.max_df,
            (0.0..=1.0).contains(&self.max_df),
            "in [0, 1]",
        )?;
        let most = self.max_features.unwrap_or(usize::MAX);
        check::parameter("max_features", most, most > 0, "at least 1")
    }

    /// The vocabulary of these texts.
    fn choose(&self, texts: &TextColumn) -> Result<Vocabulary> {
        let analyzer = Analyzer::new(self)?;
        if let Some(words) = &self.vocabulary {
            return given(words);
        }
        let counts = columns::each(texts, |text| analyzer.counts(text));
        // How often a term occurs, and in how many texts.
        let mut totals: HashMap<&str, (u64, usize)> = HashMap::new();
        for counts in texts.codes.iter().filter_map(|&code| counts.get(code as usize)) {
            for (term, &times) in counts.iter().flatten() {
                let total = totals.entry(term).or_default();
                total.0 += if self.binary { 1 } else { u64::from(times) };
                total.1 += 1;
            }
        }
        let most_rows = self.max_df * texts.len() as f64;
        let wanted = |rows: usize| rows >= self.min_df && rows as f64 <= most_rows;
        let mut kept: Vec<(&str, u64)> = totals
            .into_iter()
            .filter(|&(_, (_, rows))| wanted(rows))
            .map(|(term, (times, _))| (term, times))
            .collect();
        kept.sort_unstable_by_key(|&(term, times)| (std::cmp::Reverse(times), term));
        kept.truncate(self.max_features.unwrap_or(usize::MAX));
        let mut words: Vec<String> = kept.into_iter().map(|(term, _)| term.to_owned()).collect();
        words.sort_unstable();
        some(words, texts.len())
    }
}

/// A vocabulary that the user gives.
fn given(words: &[String]) -> Result<Vocabulary> {
    let vocabulary = Vocabulary::from(words.to_vec());
    let twice = vocabulary.twice().map(|word| format!("{word:?} twice"));
    check::parameter(
        "vocabulary",
        twice.as_deref().unwrap_or("[]"),
        twice.is_none() && !words.is_empty(),
        "at least one term, each once",
    )?;
    Ok(vocabulary)
}

/// A vocabulary that was found, which must not be empty.
fn some(words: Vec<String>, rows: usize) -> Result<Vocabulary> {
    if words.is_empty() {
        return Err(Error::Data {
            op: OP,
            problem: format!("no word is left of {rows} texts"),
            remedy: "check that the texts have words by token_pattern; lower min_df, raise max_df, take fewer stop words",
        });
    }
    Ok(words.into())
}

/// The one column of text that `x` must have.
fn only_text(x: &Features) -> Result<&TextColumn> {
    let table = columns::table(OP, x)?;
    let [column] = table.columns() else {
        return Err(Error::Data {
            op: OP,
            problem: format!("x has {} columns", table.n_columns()),
            remedy: "give one column of text; several, each by itself, with ColumnTransformer",
        });
    };
    columns::text(OP, &table.names()[0], column)
}

impl Learn for CountVectorizer {
    type Fitted = FittedCountVectorizer;

    fn learn(
        &self,
        x: Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedCountVectorizer> {
        context.reject_weights(OP)?;
        self.check()?;
        Ok(FittedCountVectorizer {
            vocabulary: self.choose(only_text(&x)?)?,
            settings: self.clone(),
        })
    }
}

impl FittedCountVectorizer {
    /// The terms, in the order of the columns.
    pub fn vocabulary(&self) -> &[String] {
        self.vocabulary.words()
    }

    /// Columns and counts of a text, by column.
    fn row(&self, analyzer: &Analyzer<'_>, text: &str) -> Vec<(usize, f64)> {
        let one = |(term, times): (String, u32)| {
            let times = if self.settings.binary {
                1.0
            } else {
                f64::from(times)
            };
            Some((self.vocabulary.place(&term)?, times))
        };
        let mut row: Vec<_> = analyzer.counts(text).into_iter().filter_map(one).collect();
        row.sort_unstable_by_key(|&(column, _)| column);
        row
    }
}

takes_features!(CountVectorizer => FittedCountVectorizer);

#[ml_core::typetag::serde]
impl FittedTransformer for FittedCountVectorizer {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        let texts = only_text(&x)?;
        let analyzer = Analyzer::new(&self.settings)?;
        let rows = columns::each(texts, |text| self.row(&analyzer, text));
        let (mut starts, mut places, mut counts) = (vec![0], Vec::new(), Vec::new());
        for &code in texts.codes.iter() {
            if let Some(Some(row)) = rows.get(code as usize) {
                places.extend(row.iter().map(|&(column, _)| column));
                counts.extend(row.iter().map(|&(_, times)| times));
            }
            starts.push(places.len());
        }
        let shape = (texts.len(), self.vocabulary.words().len());
        Features::from(CsMat::new(shape, starts, places, counts)).with_names(self.vocabulary.words().to_vec())
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, 1, names_in.len())?;
        Ok(self.vocabulary.words().to_vec())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
