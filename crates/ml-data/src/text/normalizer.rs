//! Words in one form.

use std::{borrow::Cow, sync::LazyLock};

use derive_setters::Setters;
use ml_core::{Column, Features, FitContext, FittedTransformer, Result, Table, Target, check};
use regex::Regex;
use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize};

use super::columns;
use crate::learn::{Learn, takes_features};

static URLS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)\b(?:(?:https?|ftp)://|www\.)[^\s<>"']+"#;
    Regex::new(pattern).expect("a unit test compiles it")
});
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?";
    Regex::new(pattern).expect("a unit test compiles it")
});
static PUNCTUATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\W_]+").expect("a unit test compiles it"));

/// Brings text to one form, so that fewer different words remain to be counted.
///
/// In this order: lower case; addresses (`http://...`, `www...`) become the word `URL`; numbers become `NUMBER`, also inside
/// a word; punctuation becomes a space; every word is reduced to its stem. All columns of a table must be text; missing
/// texts stay missing.
///
/// **Source** of the stems: Porter, "The English (Porter2) stemming algorithm" (Snowball, 2001); they want lower case.
///
/// # Examples
/// ```
/// use ml_core::{Column, Features, Fit, Table, TextColumn, Transform};
/// use ml_data::text::TextNormalizer;
///
/// let text = TextColumn::collect([Some("WINNING! Claim 1,000.50 dollars: http://a.example/x?y=1")]);
/// let table = Table::new([("text".to_owned(), Column::Text(text))])?;
/// let Features::Table(out) = TextNormalizer::default().fit(&table, ())?.transform(&table)? else { unreachable!() };
/// # let Column::Text(text) = &out.columns()[0] else { unreachable!() };
/// assert_eq!(text.get(0), Some("win claim NUMBER dollar URL"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Setters, Serialize, Deserialize)]
pub struct TextNormalizer {
    /// Whether letters become small. Default true.
    pub lower_case: bool,
    /// Whether addresses of the web become `URL`. Default true.
    pub replace_urls: bool,
    /// Whether numbers become `NUMBER`. Default true.
    pub replace_numbers: bool,
    /// Whether all but letters and digits becomes a space. Default true.
    pub remove_punctuation: bool,
    /// Whether words become their English stems; spaces are made single. Default true.
    pub stem: bool,
}

impl Default for TextNormalizer {
    fn default() -> Self {
        Self {
            lower_case: true,
            replace_urls: true,
            replace_numbers: true,
            remove_punctuation: true,
            stem: true,
        }
    }
}

ml_core::impl_params!(TextNormalizer);

/// What [`TextNormalizer`] becomes; there is nothing to learn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FittedTextNormalizer {
    settings: TextNormalizer,
    n_columns: usize,
}

const OP: &str = "TextNormalizer";

impl TextNormalizer {
    /// One text in its new form.
    pub fn normalize(&self, text: &str) -> String {
        self.normalize_with(text, &Stemmer::create(Algorithm::English))
    }

    fn normalize_with(&self, text: &str, stemmer: &Stemmer) -> String {
        let mut text = Cow::Borrowed(text);
        if self.lower_case {
            text = Cow::Owned(text.to_lowercase());
        }
        for (on, pattern, by) in [
            (self.replace_urls, &*URLS, " URL "),
            (self.replace_numbers, &*NUMBERS, " NUMBER "),
            (self.remove_punctuation, &*PUNCTUATION, " "),
        ] {
            if on {
                text = Cow::Owned(pattern.replace_all(&text, by).into_owned());
            }
        }
        let mut words: Vec<Cow<'_, str>> = text.split_whitespace().map(Cow::Borrowed).collect();
        if self.stem {
            for word in &mut words {
                *word = Cow::Owned(stemmer.stem(word).into_owned());
            }
        }
        words.join(" ")
    }
}

impl Learn for TextNormalizer {
    type Fitted = FittedTextNormalizer;

    fn learn(
        &self,
        x: Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedTextNormalizer> {
        context.reject_weights(OP)?;
        for (name, column) in columns::table(OP, &x)?.iter() {
            columns::text(OP, name, column)?;
        }
        Ok(FittedTextNormalizer {
            settings: self.clone(),
            n_columns: x.n_columns(),
        })
    }
}

takes_features!(TextNormalizer => FittedTextNormalizer);

#[ml_core::typetag::serde]
impl FittedTransformer for FittedTextNormalizer {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.n_columns, x.n_columns())?;
        let stemmer = Stemmer::create(Algorithm::English);
        let one = |(name, column): (&str, &Column)| {
            let text = columns::text(OP, name, column)?;
            let text = columns::map(text, |text| self.settings.normalize_with(text, &stemmer));
            Ok((name.to_owned(), Column::Text(text)))
        };
        let columns: Result<Vec<_>> = columns::table(OP, &x)?.iter().map(one).collect();
        Ok(Table::new(columns?)?.into())
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        Ok(names_in.to_vec())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::TextNormalizer;

    /// One step alone.
    fn only(step: &str) -> TextNormalizer {
        TextNormalizer {
            lower_case: step == "lower_case",
            replace_urls: step == "replace_urls",
            replace_numbers: step == "replace_numbers",
            remove_punctuation: step == "remove_punctuation",
            stem: step == "stem",
        }
    }

    #[test]
    fn each_step_does_one_thing() {
        let text = "Running to WWW.a.example/?id=7, paid 3.50 (or 1e-3) in_all";
        for (step, expected) in [
            (
                "lower_case",
                "running to www.a.example/?id=7, paid 3.50 (or 1e-3) in_all",
            ),
            ("replace_urls", "Running to URL paid 3.50 (or 1e-3) in_all"),
            (
                "replace_numbers",
                "Running to WWW.a.example/?id= NUMBER , paid NUMBER (or NUMBER ) in_all",
            ),
            (
                "remove_punctuation",
                "Running to WWW a example id 7 paid 3 50 or 1e 3 in all",
            ),
            ("none", text),
        ] {
            assert_eq!(only(step).normalize(text), expected, "{step}");
        }
        assert_eq!(
            only("stem").normalize("winning  the\nlotteries"),
            "win the lotteri"
        );
        assert_eq!(TextNormalizer::default().normalize(" ... \n"), "");
        assert_eq!(TextNormalizer::default().normalize("Füße"), "füße");
    }
}
