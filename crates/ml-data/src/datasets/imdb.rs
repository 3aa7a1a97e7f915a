//! Film reviews, good and bad.

use std::path::Path;

use super::files::{damaged, list, text};
use crate::registry::{Cache, Result};

/// Film reviews, as [`imdb`] reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imdb {
    /// 25,000 reviews to learn from: the bad ones, then the good ones, each by file name.
    pub train: Vec<Review>,
    /// 25,000 reviews of other films to test on, in the same order.
    pub test: Vec<Review>,
}

/// One film review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// English, with some `<br />` in it.
    pub text: String,
    /// Whether the film is liked: at least 7 stars, against at most 4.
    pub positive: bool,
    /// Stars given, 1 to 10.
    pub stars: u8,
}

/// 50,000 film reviews with their stars.
///
/// Source: A. Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL (2011).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn imdb() -> Result<Imdb> {
    imdb_in(&Cache::from_env()?)
}

/// As [`imdb`], from this cache.
///
/// # Errors
/// As [`imdb`].
pub fn imdb_in(cache: &Cache) -> Result<Imdb> {
    Ok(Imdb {
        train: part(cache, "train")?,
        test: part(cache, "test")?,
    })
}

fn part(cache: &Cache, part: &str) -> Result<Vec<Review>> {
    let mut reviews = Vec::new();
    for (kind, positive) in [("neg", false), ("pos", true)] {
        for path in list(&cache.path("imdb", &format!("{part}/{kind}"))?, "txt")? {
            let stars = stars(&path)
                .ok_or_else(|| damaged(&path, "is not named <number>_<stars>.txt, with 1 to 10 stars"))?;
            reviews.push(Review {
                text: text(&path)?,
                positive,
                stars,
            });
        }
    }
    Ok(reviews)
}

/// `123_8.txt` has 8.
fn stars(path: &Path) -> Option<u8> {
    let (_, stars) = path.file_stem()?.to_str()?.split_once('_')?;
    stars.parse().ok().filter(|stars| (1..=10).contains(stars))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_come_from_the_name() {
        assert_eq!(stars(Path::new("a/123_8.txt")), Some(8));
        assert_eq!(stars(Path::new("a/123_11.txt")), None);
        assert_eq!(stars(Path::new("a/123.txt")), None);
    }
}
