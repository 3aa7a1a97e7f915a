//! Which models make the same errors.

use ml_core::{
    Error, Result, check,
    ndarray::{Array1, Array2, ArrayView1},
};

/// Pearson correlations of the errors `y - p` of several models, `[models, models]`.
///
/// An ensemble gains from models that err differently: shortlist good ones with low correlations. Use
/// predictions for rows that the models have not seen
/// ([`cross_val_predict`](super::cross_val_predict)). Models whose errors are all the same have no
/// correlation with others: NaN.
///
/// # Errors
/// Fewer than 2 rows, NaN, infinities, mismatched lengths.
///
/// # Examples
/// ```
/// use ml_classic::model_selection::error_correlation;
/// use ml_core::ndarray::{array, aview1};
///
/// let (a, b) = ([1.0, 2.0, 4.0], [1.0, 2.0, 2.0]);
/// let same = error_correlation(array![1.0, 2.0, 3.0].view(), &[aview1(&a), aview1(&b)])?;
/// assert!((same[[0, 1]] - -1.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn error_correlation(y: ArrayView1<'_, f64>, predictions: &[ArrayView1<'_, f64>]) -> Result<Array2<f64>> {
    let op = "error_correlation";
    if y.len() < 2 {
        let (what, least) = (format!("y ({} rows)", y.len()), "2 rows");
        return Err(Error::Empty { op, what, least });
    }
    check::finite_target(op, y)?;
    let mut errors: Vec<Array1<f64>> = Vec::with_capacity(predictions.len());
    for &predicted in predictions {
        check::same_rows(op, predicted.len(), y.len())?;
        check::finite_target(op, predicted)?;
        let mut error = &y - &predicted;
        error -= error.sum() / error.len() as f64;
        let length = error.dot(&error).sqrt();
        errors.push(error / length);
    }
    Ok(Array2::from_shape_fn((errors.len(), errors.len()), |(a, b)| {
        errors[a].dot(&errors[b]).clamp(-1.0, 1.0)
    }))
}
