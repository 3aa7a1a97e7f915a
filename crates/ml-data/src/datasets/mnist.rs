//! MNIST: handwritten digits.

use super::ImageSet;
use crate::registry::{Cache, Result};

const CLASSES: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels.
///
/// Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits" (1998).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn mnist() -> Result<ImageSet> {
    mnist_in(&Cache::from_env()?)
}

/// As [`mnist`], from this cache.
///
/// # Errors
/// As [`mnist`].
pub fn mnist_in(cache: &Cache) -> Result<ImageSet> {
    ImageSet::read(cache, "mnist", CLASSES)
}
