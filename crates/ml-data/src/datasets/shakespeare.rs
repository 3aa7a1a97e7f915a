//! Plays of Shakespeare as one text.

use super::files::text;
use crate::registry::{Cache, Result};

/// 1,115,394 characters of Shakespeare's plays, for models that predict the next character.
///
/// Source: A. Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks" (2015).
///
/// # Errors
/// Says how to get the data if it is missing.
pub fn shakespeare() -> Result<String> {
    shakespeare_in(&Cache::from_env()?)
}

/// As [`shakespeare`], from this cache.
///
/// # Errors
/// As [`shakespeare`].
pub fn shakespeare_in(cache: &Cache) -> Result<String> {
    text(&cache.path("shakespeare", "input.txt")?)
}
