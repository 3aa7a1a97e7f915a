//! Fashion MNIST: articles of clothing.

use super::ImageSet;
use crate::registry::{Cache, Result};

/// Names of the ten classes of [`fashion_mnist`], in the order of their labels.
pub const FASHION_MNIST_CLASSES: &[&str] = &[
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Fashion MNIST: 60,000 training and 10,000 test images of clothing, 28 x 28 pixels; harder than MNIST.
///
/// Source: H. Xiao, K. Rasul and R. Vollgraf, arXiv:1708.07747 (2017).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn fashion_mnist() -> Result<ImageSet> {
    fashion_mnist_in(&Cache::from_env()?)
}

/// As [`fashion_mnist`], from this cache.
///
/// # Errors
/// As [`fashion_mnist`].
pub fn fashion_mnist_in(cache: &Cache) -> Result<ImageSet> {
    ImageSet::read(cache, "fashion-mnist", FASHION_MNIST_CLASSES)
}
