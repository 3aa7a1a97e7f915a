//! Targets beside predictions, checked once for all metrics.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1},
};

/// Targets and predictions in double precision, with a weight a pair if there are weights.
pub(super) struct Pairs<'a> {
    pub(super) op: &'static str,
    pub(super) y: Array1<f64>,
    pub(super) predicted: Array1<f64>,
    pub(super) weights: Option<ArrayView1<'a, f64>>,
}

impl<'a> Pairs<'a> {
    pub(super) fn new<F: Float>(
        op: &'static str,
        y: ArrayView1<'_, F>,
        predicted: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'a, f64>>,
    ) -> Result<Self> {
        same_length(op, y.len(), predicted.len())?;
        finite(op, "y", y)?;
        finite(op, "predicted", predicted)?;
        if let Some(weights) = weights {
            check::weights(op, weights, y.len())?;
        }
        let (y, predicted) = (y.mapv(F::as_f64), predicted.mapv(F::as_f64));
        Ok(Self {
            op,
            y,
            predicted,
            weights,
        })
    }

    /// `f(y, predicted)` of every pair.
    pub(super) fn map(&self, f: impl Fn(f64, f64) -> f64) -> Array1<f64> {
        self.y
            .iter()
            .zip(&self.predicted)
            .map(|(&y, &p)| f(y, p))
            .collect()
    }

    /// The (weighted) mean of `f(y, predicted)`.
    pub(super) fn mean(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        self.average(&self.map(f))
    }

    /// The (weighted) mean of one value a pair.
    pub(super) fn average(&self, values: &Array1<f64>) -> f64 {
        match self.weights {
            None => values.sum() / values.len() as f64,
            Some(weights) => values.dot(&weights) / weights.sum(),
        }
    }
}

/// As many predictions as targets, and at least one.
pub(in crate::metrics) fn same_length(op: &'static str, y: usize, predicted: usize) -> Result<()> {
    if y != predicted {
        return Err(Error::Length {
            op,
            left_name: "y",
            left: y,
            right_name: "predicted",
            right: predicted,
        });
    }
    if y == 0 {
        return Err(Error::Empty {
            op,
            what: "y".to_owned(),
            least: "1 row",
        });
    }
    Ok(())
}

fn finite<F: Float>(op: &'static str, what: &'static str, values: ArrayView1<'_, F>) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite {
            op,
            what,
            value: values[row].as_f64(),
            row,
            column: "0".to_owned(),
            remedy: "drop those rows, or find out why the model predicts them",
        }),
    }
}

/// Defines a metric and its weighted twin from one formula over [`Pairs`].
macro_rules! metric {
    ($(#[$doc:meta])* $name:ident, $weighted:ident, $formula:expr) => {
        $(#[$doc])*
        pub fn $name<F: ml_core::Float>(
            y: ml_core::ndarray::ArrayView1<'_, F>,
            predicted: ml_core::ndarray::ArrayView1<'_, F>,
        ) -> ml_core::Result<f64> {
            $formula(super::pairs::Pairs::new(stringify!($name), y, predicted, None)?)
        }

        #[doc = concat!("[`", stringify!($name), "`](crate::metrics::", stringify!($name), ") with a weight a row.")]
        ///
        /// # Errors
        /// As without weights, and for weights that are not one a row, finite, at least 0 and not all 0.
        pub fn $weighted<F: ml_core::Float>(
            y: ml_core::ndarray::ArrayView1<'_, F>,
            predicted: ml_core::ndarray::ArrayView1<'_, F>,
            weights: ml_core::ndarray::ArrayView1<'_, f64>,
        ) -> ml_core::Result<f64> {
            $formula(super::pairs::Pairs::new(stringify!($name), y, predicted, Some(weights))?)
        }
    };
}
pub(super) use metric;
