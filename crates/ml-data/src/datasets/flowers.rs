//! Photographs of five kinds of flowers.

use std::path::PathBuf;

use super::files::list;
use crate::registry::{Cache, Result};

/// Names of the five classes of [`flowers`], in the order of their labels.
pub const FLOWER_CLASSES: &[&str] = &["daisy", "dandelion", "roses", "sunflowers", "tulips"];

/// Photographs of flowers, as [`flowers`] lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flowers {
    /// JPEG files, class by class, each by file name.
    pub images: Vec<PathBuf>,
    /// Class of each image: position in [`FLOWER_CLASSES`].
    pub labels: Vec<u8>,
}

/// 3,670 photographs of five kinds of flowers, of different sizes.
///
/// Source: The TensorFlow Team, "Flowers" (2019).
///
/// # Errors
/// Says how to get the data if it is missing.
pub fn flowers() -> Result<Flowers> {
    flowers_in(&Cache::from_env()?)
}

/// As [`flowers`], from this cache.
///
/// # Errors
/// As [`flowers`].
pub fn flowers_in(cache: &Cache) -> Result<Flowers> {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for (label, class) in FLOWER_CLASSES.iter().enumerate() {
        images.extend(list(&cache.path("flowers", class)?, "jpg")?);
        labels.resize(images.len(), label as u8);
    }
    Ok(Flowers { images, labels })
}
