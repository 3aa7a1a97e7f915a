//! California housing as chapters 10 and 12 use it: split twice at random, columns standardised by the training rows.

// Every program uses its part of it.
#![allow(dead_code)]

use ml::{
    core::{DType, Tensor},
    data::{
        datasets::{self, CaliforniaHousing},
        preprocess::StandardScaler,
        split::TrainTestSplit,
    },
    prelude::*,
};

use crate::support::{AnyResult, Chapter};

/// Standardised features `[districts, 8]` and values `[districts, 1]` in 100,000 $, of `f32`.
pub(crate) struct Housing {
    pub(crate) x_train: Tensor,
    pub(crate) y_train: Tensor,
    pub(crate) x_valid: Tensor,
    pub(crate) y_valid: Tensor,
    pub(crate) x_test: Tensor,
    pub(crate) y_test: Tensor,
}

/// The data set, or a line in the report that says what could not be run without it.
pub(crate) fn load(book: &mut Chapter) -> AnyResult<Option<Housing>> {
    match datasets::california_housing() {
        Ok(housing) => Ok(Some(Housing::new(&housing)?)),
        Err(error) => {
            book.not_run("California housing", error);
            Ok(None)
        }
    }
}

impl Housing {
    /// Three quarters, then three quarters of these to train on: the defaults of the split, shuffled as NumPy does from 42.
    fn new(housing: &CaliforniaHousing) -> Result<Self> {
        let split = TrainTestSplit::default().seed(Seed::numpy(42));
        let ((x_full, y_full), (x_test, y_test)) = split.split((&housing.features, &housing.target))?;
        let ((x_train, y_train), (x_valid, y_valid)) = split.split((&x_full, &y_full))?;
        let scaler = StandardScaler::default().fit(x_train.view(), ())?;
        let scaled = |x: &Array2<f64>| -> Result<Tensor> {
            Tensor::from_ndarray(scaler.transform(x.view())?).cast(DType::F32)
        };
        let column = |y: &Array1<f64>| -> Result<Tensor> {
            Tensor::from(y.to_vec()).cast(DType::F32)?.expand_dims(-1)
        };
        Ok(Self {
            x_train: scaled(&x_train)?,
            y_train: column(&y_train)?,
            x_valid: scaled(&x_valid)?,
            y_valid: column(&y_valid)?,
            x_test: scaled(&x_test)?,
            y_test: column(&y_test)?,
        })
    }
}

/// The mean squared error of always answering with the mean: what a model must beat.
pub(crate) fn variance(y: &Tensor) -> Result<f64> {
    Ok(f64::from(y.var(&[0, 1], 0.0)?.item::<f32>()?))
}

/// Columns within 3 standard deviations: a district is 96 off, for networks that amplify.
pub(crate) fn tamed(x: &Tensor) -> Result<Tensor> {
    x.clip(-3.0, 3.0)
}
