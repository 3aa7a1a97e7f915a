//! Squared errors of probabilities.

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
    /// Brier score: the mean squared difference of the probabilities and what came true (1 for the true class, 0
    /// for others), summed over the classes; halved for two classes, where both columns say the same.
    ///
    /// # Errors
    /// As [`log_loss`](crate::metrics::log_loss).
    ///
    /// Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Rev. 78 (1950).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::brier_score_loss;
    /// use ml_core::ndarray::array;
    ///
    /// let p = array![[0.5, 0.5], [0.25, 0.75]];
    /// assert_eq!(brier_score_loss(array![0, 1].view(), p.view(), &[0, 1])?, (0.25 + 0.0625) / 2.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    brier_score_loss, brier_score_loss_weighted<L: Label, F: Float>(
        y: ArrayView1<'_, L>,
        probabilities: ArrayView2<'_, F>,
        classes: &[L],
    ) -> f64 = brier_score_loss_with
}

pub(in crate::metrics) fn brier_score_loss_with<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    probabilities: ArrayView2<'_, F>,
    classes: &[L],
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "brier_score_loss";
    let columns = Columns::new(op, y, probabilities, classes, weights)?;
    check_probabilities(op, probabilities)?;
    let scale = if classes.len() == 2 { 0.5 } else { 1.0 };
    Ok(columns.mean(|row, class| {
        let error = |(column, p): (usize, &F)| p.as_f64() - f64::from(u8::from(column == class));
        let errors = probabilities.row(row).into_iter().enumerate().map(error);
        scale * errors.map(|error| error * error).sum::<f64>()
    }))
}
