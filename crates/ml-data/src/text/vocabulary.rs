//! Words and their places.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Words in the order of their columns, and back from a word to its column.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub(super) struct Vocabulary {
    words: Vec<String>,
    places: HashMap<String, usize>,
}

impl Vocabulary {
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    pub(super) fn place(&self, word: &str) -> Option<usize> {
        self.places.get(word).copied()
    }

    /// A word that comes twice, if there is one.
    pub(super) fn twice(&self) -> Option<&str> {
        let is_first = |(place, word): &(usize, &String)| self.place(word) == Some(*place);
        let (_, word) = self.words.iter().enumerate().find(|pair| !is_first(pair))?;
        Some(word)
    }
}

impl From<Vec<String>> for Vocabulary {
    fn from(words: Vec<String>) -> Self {
        let places = words.iter().cloned().zip(0..).collect();
        Self { words, places }
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.words
    }
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}
