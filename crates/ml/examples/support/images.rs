//! Fashion MNIST and MNIST as chapters 10 and 12 use them: the first 5,000 images validate, pixels between 0 and 1.

// Every program uses its part of it.
#![allow(dead_code)]

use ml::{
    core::{DType, Result, Tensor, ndarray::Array3},
    data::datasets::ImageSet,
};

/// How many images validate.
pub(crate) const VALIDATION: usize = 5_000;

/// Images `[images, 28, 28]` of `f32` and their classes.
pub(crate) struct Images {
    pub(crate) x_train: Tensor,
    pub(crate) y_train: Tensor,
    pub(crate) x_valid: Tensor,
    pub(crate) y_valid: Tensor,
    pub(crate) x_test: Tensor,
    pub(crate) y_test: Tensor,
}

impl Images {
    pub(crate) fn new(set: &ImageSet) -> Result<Self> {
        let (x, y) = (
            pixels(&set.train_images)?,
            Tensor::from(set.train_labels.to_vec()),
        );
        let count = y.len();
        Ok(Self {
            x_train: rows(&x, VALIDATION, count)?,
            y_train: rows(&y, VALIDATION, count)?,
            x_valid: rows(&x, 0, VALIDATION)?,
            y_valid: rows(&y, 0, VALIDATION)?,
            x_test: pixels(&set.test_images)?,
            y_test: Tensor::from(set.test_labels.to_vec()),
        })
    }
}

/// Bytes as numbers between 0 and 1: gradient descent wants inputs of one scale.
fn pixels(images: &Array3<u8>) -> Result<Tensor> {
    Tensor::from_ndarray(images.clone())
        .cast(DType::F32)?
        .div_scalar(255.0)
}

/// Rows `start..stop`.
pub(crate) fn rows(tensor: &Tensor, start: usize, stop: usize) -> Result<Tensor> {
    tensor.narrow(0, Some(start as isize), Some(stop as isize))
}
