//! A text into its terms.

use std::collections::{HashMap, HashSet};

use ml_core::{Error, Result};
use regex::Regex;

use super::CountVectorizer;

/// Finds the terms of a text: words, or several words in a row.
pub(super) struct Analyzer<'a> {
    pattern: Regex,
    lower_case: bool,
    stop_words: HashSet<&'a str>,
    /// Fewest and most words of a term.
    lengths: (usize, usize),
}

impl<'a> Analyzer<'a> {
    /// # Errors
    /// A pattern that is no regular expression, or has several groups; lengths that are 0 or in the wrong order.
    pub(super) fn new(settings: &'a CountVectorizer) -> Result<Self> {
        let wrong = |domain: String| Error::Parameter {
            name: "token_pattern".to_owned(),
            value: format!("{:?}", settings.token_pattern),
            domain,
        };
        let pattern = Regex::new(&settings.token_pattern)
            .map_err(|error| wrong(format!("a regular expression ({error})")))?;
        if pattern.captures_len() > 2 {
            return Err(wrong(
                "a pattern of at most one group; write (?:...) for the others".to_owned(),
            ));
        }
        let (fewest, most) = settings.ngram_range;
        if fewest == 0 || most < fewest {
            return Err(Error::Parameter {
                name: "ngram_range".to_owned(),
                value: format!("({fewest}, {most})"),
                domain: "fewest and most words of a term, 1 <= fewest <= most".to_owned(),
            });
        }
        Ok(Self {
            pattern,
            lower_case: settings.lower_case,
            stop_words: settings.stop_words.iter().map(String::as_str).collect(),
            lengths: (fewest, most),
        })
    }

    /// How often every term occurs.
    pub(super) fn counts(&self, text: &str) -> HashMap<String, u32> {
        let lower;
        let text = match self.lower_case {
            true => {
                lower = text.to_lowercase();
                &lower
            }
            false => text,
        };
        let words: Vec<&str> = self.words(text);
        let mut counts = HashMap::new();
        let mut count = |term: &str| match counts.get_mut(term) {
            Some(times) => *times += 1,
            None => {
                counts.insert(term.to_owned(), 1);
            }
        };
        let (fewest, most) = self.lengths;
        for length in fewest..=most.min(words.len()) {
            for words in words.windows(length) {
                match words {
                    [word] => count(word),
                    words => count(&words.join(" ")),
                }
            }
        }
        counts
    }

    fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let wanted = |word: &&str| !self.stop_words.contains(word);
        if self.pattern.captures_len() == 1 {
            return self
                .pattern
                .find_iter(text)
                .map(|found| found.as_str())
                .filter(wanted)
                .collect();
        }
        let group = |found: regex::Captures<'t>| found.get(1).map_or("", |group| group.as_str());
        self.pattern
            .captures_iter(text)
            .map(group)
            .filter(wanted)
            .collect()
    }
}
