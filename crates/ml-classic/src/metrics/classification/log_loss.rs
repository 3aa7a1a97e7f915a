//! Cross-entropy.

use ml_core::{
    Float, Label, Result,
    ndarray::{ArrayView1, ArrayView2},
};

use super::{
    labelled::Weights,
    probabilities::{Columns, check_probabilities},
    twins::twins,
};

twins! {
    /// Log loss (cross-entropy): the mean of `-ln p` of the probabilities that the true classes are given.
    ///
    /// `probabilities` are `[rows, classes]`, a column a class of `classes`. They are kept a rounding unit away from
    /// 0 and 1, so that one certain mistake costs much (36 in double precision) and not everything.
    ///
    /// # Errors
    /// Mismatched arrays, a class of `y` that is not listed, probabilities outside `[0, 1]` or rows that do not sum
    /// to 1.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::log_loss;
    /// use ml_core::ndarray::array;
    ///
    /// let loss = log_loss(array!['a', 'b'].view(), array![[0.5, 0.5], [0.75, 0.25]].view(), &['a', 'b'])?;
    /// assert!((loss - 1.5 * 2.0_f64.ln()).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    log_loss, log_loss_weighted<L: Label, F: Float>(
        y: ArrayView1<'_, L>,
        probabilities: ArrayView2<'_, F>,
        classes: &[L],
    ) -> f64 = log_loss_with
}

pub(in crate::metrics) fn log_loss_with<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    probabilities: ArrayView2<'_, F>,
    classes: &[L],
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "log_loss";
    let columns = Columns::new(op, y, probabilities, classes, weights)?;
    check_probabilities(op, probabilities)?;
    let unit = F::epsilon().as_f64();
    Ok(columns.mean(|row, class| -probabilities[[row, class]].as_f64().clamp(unit, 1.0 - unit).ln()))
}
