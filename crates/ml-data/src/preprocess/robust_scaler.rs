//! Median and quartiles in the place of mean and standard deviation.

use derive_setters::Setters;
use ml_core::{FitContext, Float, Result, check, ndarray::Array1};
use serde::{Deserialize, Serialize};

use super::{
    elementwise::{Elementwise, elementwise},
    min_max_scaler::non_zero,
    numbers::Numbers,
    quantile::{median, quantile},
};

/// `(x - median) / (upper quantile - lower quantile)`, column by column: outliers hardly matter.
///
/// Missing values (NaN) are left out when learning and stay missing; a column without spread is only
/// centred. A sparse matrix stays sparse, its zeros counting as values; it must not be centred.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::RobustScaler;
///
/// let x = array![[1.0], [2.0], [3.0], [4.0], [1000.0]];
/// let scaler = RobustScaler::default().fit(x.view(), ())?;
/// assert_eq!((scaler.center[0], scaler.scale[0]), (3.0, 2.0));
/// assert_eq!(scaler.transform(x.view())?[[0, 0]], -1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct RobustScaler {
    /// Whether to subtract the median; a sparse matrix needs `false`. Default true.
    pub with_centering: bool,
    /// Whether to divide by the range between the quantiles. Default true.
    pub with_scaling: bool,
    /// Lower and upper quantile in percent, `0 <= lower < upper <= 100`. Default (25, 75).
    pub quantile_range: (f64, f64),
}

impl Default for RobustScaler {
    fn default() -> Self {
        Self {
            with_centering: true,
            with_scaling: true,
            quantile_range: (25.0, 75.0),
        }
    }
}

/// What [`RobustScaler`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedRobustScaler<F> {
    /// Median of every column, 0 without centring; NaN if all were missing.
    pub center: Array1<F>,
    /// What every column is divided by; 1 without scaling or without spread.
    pub scale: Array1<F>,
    settings: RobustScaler,
}

impl RobustScaler {
    fn learn<F: Float>(&self, x: &Numbers<'_, F>, context: &FitContext<'_>) -> Result<FittedRobustScaler<F>> {
        let (low, high) = self.quantile_range;
        check::parameter(
            "quantile_range",
            format!("({low}, {high})"),
            0.0 <= low && low < high && high <= 100.0,
            "two percentages, 0 <= lower < upper <= 100",
        )?;
        context.reject_weights("RobustScaler")?;
        if self.with_centering {
            x.refuse_sparse()?;
        }
        let learned = x.learn_columns(|values| {
            let center = if self.with_centering {
                median(values).unwrap_or(F::nan())
            } else {
                F::zero()
            };
            let scale = match (quantile(values, low / 100.0), quantile(values, high / 100.0)) {
                (Some(low), Some(high)) if self.with_scaling => non_zero(high - low),
                _ => F::one(),
            };
            (center, scale)
        });
        let (center, scale): (Vec<F>, Vec<F>) = learned.into_iter().unzip();
        Ok(FittedRobustScaler {
            center: center.into(),
            scale: scale.into(),
            settings: self.clone(),
        })
    }
}

impl<F: Float> Elementwise<F> for FittedRobustScaler<F> {
    const NAME: &'static str = "RobustScaler";

    fn n_columns(&self) -> usize {
        self.scale.len()
    }

    fn map(&self, column: usize, value: F) -> F {
        (value - self.center[column]) / self.scale[column]
    }

    fn unmap(&self, column: usize, value: F) -> F {
        value * self.scale[column] + self.center[column]
    }

    fn keeps_zeros(&self) -> bool {
        !self.settings.with_centering
    }
}

elementwise!(RobustScaler => FittedRobustScaler);
