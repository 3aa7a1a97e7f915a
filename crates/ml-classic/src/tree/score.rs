//! The marks that trees and forests give themselves.

use ml_core::{Float, Label, Result, check, ndarray::ArrayView1};

/// `1 - Σ(y - predicted)² / Σ(y - mean)²`; for a constant target 1 if it is met and 0 if not.
pub(crate) fn r_squared<F: Float>(
    op: &'static str,
    y: ArrayView1<'_, F>,
    predicted: ArrayView1<'_, F>,
) -> Result<f64> {
    check::same_rows(op, predicted.len(), y.len())?;
    let mean = y.iter().map(|v| v.as_f64()).sum::<f64>() / y.len() as f64;
    let square = |a: f64, b: f64| (a - b) * (a - b);
    let pairs = y.iter().zip(predicted);
    let left: f64 = pairs.map(|(a, b)| square(a.as_f64(), b.as_f64())).sum();
    let all: f64 = y.iter().map(|v| square(v.as_f64(), mean)).sum();
    Ok(match (left == 0.0, all == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - left / all,
    })
}

/// Share of rows whose class was met.
pub(crate) fn accuracy<L: Label>(
    op: &'static str,
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
) -> Result<f64> {
    check::same_rows(op, predicted.len(), y.len())?;
    let met = y.iter().zip(predicted).filter(|(a, b)| a == b).count();
    Ok(met as f64 / y.len() as f64)
}
