//! Between -1 and 1 without moving zero.

use ml_core::{FitContext, Float, Result, ndarray::Array1};
use serde::{Deserialize, Serialize};

use super::{
    elementwise::{Elementwise, elementwise},
    min_max_scaler::non_zero,
    numbers::Numbers,
};

/// `x / max|x|`, column by column: between -1 and 1, zeros stay zeros, sparse stays sparse.
///
/// Missing values (NaN) are left out when learning and stay missing; a column of zeros is unchanged.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::MaxAbsScaler;
///
/// let x = array![[-4.0], [0.0], [2.0]];
/// let scaler = MaxAbsScaler::default().fit(x.view(), ())?;
/// assert_eq!(scaler.transform(x.view())?, array![[-1.0], [0.0], [0.5]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MaxAbsScaler {}

/// What [`MaxAbsScaler`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedMaxAbsScaler<F> {
    /// Largest absolute value of every column; NaN if all were missing.
    pub max_abs: Array1<F>,
    /// What every column is divided by: `max_abs`, or 1 for a column of zeros.
    pub scale: Array1<F>,
}

impl MaxAbsScaler {
    fn learn<F: Float>(&self, x: &Numbers<'_, F>, context: &FitContext<'_>) -> Result<FittedMaxAbsScaler<F>> {
        context.reject_weights("MaxAbsScaler")?;
        let largest = |extremes: Option<(F, F)>| match extremes {
            Some((low, high)) => low.abs().max(high.abs()),
            None => F::nan(),
        };
        let max_abs: Array1<F> = x.extremes().into_iter().map(largest).collect();
        let scale = max_abs.mapv(non_zero);
        Ok(FittedMaxAbsScaler { max_abs, scale })
    }
}

impl<F: Float> Elementwise<F> for FittedMaxAbsScaler<F> {
    const NAME: &'static str = "MaxAbsScaler";

    fn n_columns(&self) -> usize {
        self.scale.len()
    }

    fn map(&self, column: usize, value: F) -> F {
        value / self.scale[column]
    }

    fn unmap(&self, column: usize, value: F) -> F {
        value * self.scale[column]
    }

    fn keeps_zeros(&self) -> bool {
        true
    }
}

elementwise!(MaxAbsScaler => FittedMaxAbsScaler);
