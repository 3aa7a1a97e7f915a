//! Zero mean, unit variance.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, PartialFit, Result, check,
    ndarray::{Array1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    elementwise::{Elementwise, elementwise},
    moments::{Moments, moments},
    numbers::Numbers,
};

/// Standardisation: `z = (x - mean) / standard deviation`, column by column.
///
/// The result has mean 0 and variance 1 (the divisor of the variance is the number of rows), is not
/// bounded to a range, and suffers far less from an outlier than [`MinMaxScaler`](super::MinMaxScaler).
/// Missing values (NaN) are left out when learning and stay missing. A constant column is only
/// centred. Sample weights are supported. A sparse matrix stays sparse, its zeros counting as values;
/// it must not be centred.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::StandardScaler;
///
/// let x = array![[0.0, 7.0], [2.0, 7.0]];
/// let scaler = StandardScaler::default().fit(x.view(), ())?;
/// assert_eq!(scaler.mean, array![1.0, 7.0]);
/// assert_eq!(scaler.transform(x.view())?, array![[-1.0, 0.0], [1.0, 0.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct StandardScaler {
    /// Whether to subtract the mean; a sparse matrix needs `false`. Default true.
    pub with_mean: bool,
    /// Whether to divide by the standard deviation. Default true.
    pub with_std: bool,
}

impl Default for StandardScaler {
    fn default() -> Self {
        Self {
            with_mean: true,
            with_std: true,
        }
    }
}

/// What [`StandardScaler`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedStandardScaler<F> {
    /// Mean of every column.
    pub mean: Array1<F>,
    /// Variance of every column.
    pub var: Array1<F>,
    /// What every column is divided by: the standard deviation, or 1 for a constant column.
    pub scale: Array1<F>,
    settings: StandardScaler,
    moments: Vec<Moments>,
}

impl<F: Float> FittedStandardScaler<F> {
    fn new(settings: StandardScaler, moments: Vec<Moments>) -> Self {
        let of = |value: fn(&Moments) -> f64| moments.iter().map(|m| F::of(value(m))).collect();
        let scale = |m: &Moments| {
            if settings.with_std && !is_constant::<F>(m) {
                F::of(m.variance().sqrt())
            } else {
                F::one()
            }
        };
        Self {
            mean: of(|m| m.mean),
            var: of(Moments::variance),
            scale: moments.iter().map(scale).collect(),
            settings,
            moments,
        }
    }

    /// How many rows (or how much weight) every column was learned from.
    pub fn n_samples_seen(&self) -> Array1<f64> {
        self.moments.iter().map(|m| m.weight).collect()
    }
}

/// Whether the variance is no more than what rounding makes of a constant column.
fn is_constant<F: Float>(m: &Moments) -> bool {
    let epsilon = F::epsilon().as_f64();
    let variance = m.variance();
    variance <= m.weight * epsilon * variance + (m.weight * m.mean * epsilon).powi(2)
}

impl StandardScaler {
    fn learn<F: Float>(
        &self,
        x: &Numbers<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedStandardScaler<F>> {
        if self.with_mean {
            x.refuse_sparse()?;
        }
        let weights = context.weights_for("StandardScaler", x.n_rows())?;
        Ok(FittedStandardScaler::new(self.clone(), moments(x, weights)))
    }
}

impl<F: Float> PartialFit<ArrayView2<'_, F>> for FittedStandardScaler<F> {
    /// Goes on learning, as if these rows had come with the earlier ones.
    fn partial_fit(&mut self, x: ArrayView2<'_, F>, (): ()) -> Result<()> {
        check::columns("StandardScaler", self.n_columns(), x.ncols())?;
        let more = self.settings.fit(x, ())?;
        let both = self.moments.iter().zip(more.moments).map(|(a, b)| a.merge(b));
        *self = Self::new(self.settings.clone(), both.collect());
        Ok(())
    }
}

impl<F: Float> Elementwise<F> for FittedStandardScaler<F> {
    const NAME: &'static str = "StandardScaler";

    fn n_columns(&self) -> usize {
        self.mean.len()
    }

    fn map(&self, column: usize, value: F) -> F {
        let centred = if self.settings.with_mean {
            value - self.mean[column]
        } else {
            value
        };
        centred / self.scale[column]
    }

    fn unmap(&self, column: usize, value: F) -> F {
        let scaled = value * self.scale[column];
        if self.settings.with_mean {
            scaled + self.mean[column]
        } else {
            scaled
        }
    }

    fn keeps_zeros(&self) -> bool {
        !self.settings.with_mean
    }
}

elementwise!(StandardScaler => FittedStandardScaler);
