//! A fixed range for every column.

use derive_setters::Setters;
use ml_core::{FitContext, Float, Result, check, ndarray::Array1};
use serde::{Deserialize, Serialize};

use super::{
    elementwise::{Elementwise, elementwise},
    numbers::Numbers,
};

/// Normalisation: `low + (x - min) / (max - min) · (high - low)`, column by column.
///
/// One outlier squashes all other values: an income of 100 by mistake turns 0..15 into 0..0.15.
/// Missing values (NaN) are left out when learning and stay missing; a constant column becomes
/// `low`. Values outside the learned range leave the target range unless `clip` is on. A sparse matrix
/// is refused, since its zeros would not stay zeros; see [`MaxAbsScaler`](super::MaxAbsScaler).
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::MinMaxScaler;
///
/// let x = array![[1.0], [3.0], [5.0]];
/// let scaler = MinMaxScaler::default().feature_range((-1.0, 1.0)).fit(x.view(), ())?;
/// assert_eq!(scaler.transform(x.view())?, array![[-1.0], [0.0], [1.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct MinMaxScaler {
    /// `(low, high)`, finite, low below high. Default (0, 1).
    pub feature_range: (f64, f64),
    /// Whether to clip values outside the learned range. Default false.
    pub clip: bool,
}

impl Default for MinMaxScaler {
    fn default() -> Self {
        Self {
            feature_range: (0.0, 1.0),
            clip: false,
        }
    }
}

/// What [`MinMaxScaler`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedMinMaxScaler<F> {
    /// Smallest value of every column; NaN if all were missing.
    pub data_min: Array1<F>,
    /// Largest value of every column; NaN if all were missing.
    pub data_max: Array1<F>,
    /// `(high - low) / (max - min)`.
    pub scale: Array1<F>,
    /// `low - data_min · scale`.
    pub min: Array1<F>,
    settings: MinMaxScaler,
}

impl MinMaxScaler {
    fn learn<F: Float>(&self, x: &Numbers<'_, F>, context: &FitContext<'_>) -> Result<FittedMinMaxScaler<F>> {
        let (low, high) = self.feature_range;
        let valid = low.is_finite() && high.is_finite() && low < high;
        check::parameter(
            "feature_range",
            format!("({low}, {high})"),
            valid,
            "finite, the first below the second",
        )?;
        context.reject_weights("MinMaxScaler")?;
        x.refuse_sparse()?;
        let (mut data_min, mut data_max) = (Array1::from_elem(x.n_columns(), F::nan()), Vec::new());
        for (min, extremes) in data_min.iter_mut().zip(x.extremes()) {
            let (low, high) = extremes.unwrap_or((F::nan(), F::nan()));
            *min = low;
            data_max.push(high);
        }
        let data_max = Array1::from(data_max);
        let scale = (&data_max - &data_min).mapv(|range| F::of(high - low) / non_zero(range));
        let min = (&data_min * &scale).mapv(|v| F::of(low) - v);
        Ok(FittedMinMaxScaler {
            data_min,
            data_max,
            scale,
            min,
            settings: self.clone(),
        })
    }
}

/// 1 in the place of a range or spread that is zero up to rounding.
pub(super) fn non_zero<F: Float>(spread: F) -> F {
    if spread.abs() < F::of(10.0) * F::epsilon() {
        F::one()
    } else {
        spread
    }
}

impl<F: Float> Elementwise<F> for FittedMinMaxScaler<F> {
    const NAME: &'static str = "MinMaxScaler";

    fn n_columns(&self) -> usize {
        self.scale.len()
    }

    fn map(&self, column: usize, value: F) -> F {
        let mapped = value * self.scale[column] + self.min[column];
        let (low, high) = self.settings.feature_range;
        if self.settings.clip && mapped < F::of(low) {
            F::of(low)
        } else if self.settings.clip && mapped > F::of(high) {
            F::of(high)
        } else {
            mapped
        }
    }

    fn unmap(&self, column: usize, value: F) -> F {
        (value - self.min[column]) / self.scale[column]
    }

    fn keeps_zeros(&self) -> bool {
        false
    }
}

elementwise!(MinMaxScaler => FittedMinMaxScaler);
