//! English sentences with Spanish translations.

use std::path::Path;

use super::files::{damaged, text};
use crate::registry::{Cache, Result};

/// A sentence in two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePair {
    /// The English sentence.
    pub english: String,
    /// Its Spanish translation.
    pub spanish: String,
}

/// English sentences with Spanish translations, from short to long, in the file's order.
///
/// Source: Tatoeba, by way of manythings.org/anki.
///
/// # Errors
/// Says how to get the data if it is missing; names the line that is no pair.
pub fn spa_eng() -> Result<Vec<SentencePair>> {
    spa_eng_in(&Cache::from_env()?)
}

/// As [`spa_eng`], from this cache.
///
/// # Errors
/// As [`spa_eng`].
pub fn spa_eng_in(cache: &Cache) -> Result<Vec<SentencePair>> {
    let path = cache.path("spa-eng", "spa.txt")?;
    parse(&path, &text(&path)?)
}

fn parse(path: &Path, text: &str) -> Result<Vec<SentencePair>> {
    let pair = |(i, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>()[..] {
        // Later editions add a third column with the attribution.
        [english, spanish] | [english, spanish, _] if !english.is_empty() && !spanish.is_empty() => {
            Ok(SentencePair {
                english: english.to_owned(),
                spanish: spanish.to_owned(),
            })
        }
        _ => {
            let start: String = line.chars().take(40).collect();
            let problem = format!("line {} is not English, tab, Spanish: {start:?}", i + 1);
            Err(damaged(path, problem))
        }
    };
    text.lines().enumerate().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_other_lines_named() {
        let pairs = parse(Path::new("f"), "Go.\tVe.\nWho?\t¿Quién?\tCC-BY\n").unwrap();
        assert_eq!((pairs.len(), pairs[1].spanish.as_str()), (2, "¿Quién?"));
        let error = parse(Path::new("f"), "Go.\tVe.\n\n").unwrap_err().to_string();
        assert!(
            error.starts_with("f: line 2 is not English, tab, Spanish: \"\""),
            "{error}"
        );
    }
}
