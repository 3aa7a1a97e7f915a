//! Metrics of several outputs.

use ml_core::{
    Error, Float, Result,
    ndarray::{Array1, ArrayView1, ArrayView2},
};

/// Applies `metric` to every column of `[rows, outputs]`; its mean is the usual single figure.
///
/// # Errors
/// [`Error::Shape`] unless both arrays have the same shape; what `metric` refuses.
///
/// # Examples
/// ```
/// use ml_classic::metrics::{mean_absolute_error, per_output};
/// use ml_core::ndarray::array;
///
/// let (y, predicted) = (array![[0.5, 1.0], [-1.0, 1.0]], array![[0.0, 2.0], [-1.0, 2.0]]);
/// let errors = per_output(mean_absolute_error, y.view(), predicted.view())?;
/// assert_eq!(errors, array![0.25, 1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn per_output<F: Float>(
    metric: impl Fn(ArrayView1<'_, F>, ArrayView1<'_, F>) -> Result<f64>,
    y: ArrayView2<'_, F>,
    predicted: ArrayView2<'_, F>,
) -> Result<Array1<f64>> {
    if y.dim() != predicted.dim() {
        return Err(Error::Shape {
            op: "per_output",
            left: y.shape().to_vec(),
            right: predicted.shape().to_vec(),
            rule: "targets and predictions must have the same rows and columns",
        });
    }
    let columns = y.columns().into_iter().zip(predicted.columns());
    columns.map(|(y, predicted)| metric(y, predicted)).collect()
}
