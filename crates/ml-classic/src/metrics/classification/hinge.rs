//! How far scores are from a safe decision.

use ml_core::{
    Float, Label, Result,
    ndarray::{ArrayView1, ArrayView2},
};

use super::{labelled::Weights, probabilities::Columns, twins::twins};

twins! {
    /// Mean hinge loss: `max(0, 1 - margin)`, where the margin of two classes is the decision score with the sign
    /// of the true class, and of more the score of the true class minus the highest other (Crammer and Singer).
    ///
    /// `decision` is what decision functions give: one column for two classes (positive for the second), else one
    /// a class of `classes`.
    ///
    /// # Errors
    /// Mismatched arrays, a class of `y` that is not listed, NaN or infinities, another number of columns.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::hinge_loss;
    /// use ml_core::ndarray::array;
    ///
    /// // Margins 2, 0.5 and -1.
    /// let loss = hinge_loss(array![0, 1, 1].view(), array![[-2.0], [0.5], [-1.0]].view(), &[0, 1])?;
    /// assert_eq!(loss, (0.0 + 0.5 + 2.0) / 3.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    hinge_loss, hinge_loss_weighted<L: Label, F: Float>(
        y: ArrayView1<'_, L>,
        decision: ArrayView2<'_, F>,
        classes: &[L],
    ) -> f64 = hinge_loss_with
}

fn hinge_loss_with<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    decision: ArrayView2<'_, F>,
    classes: &[L],
    weights: Weights<'_>,
) -> Result<f64> {
    let width = if classes.len() == 2 { 1 } else { classes.len() };
    let columns = Columns::of_width("hinge_loss", y, decision, classes, width, weights)?;
    Ok(columns.mean(|row, class| {
        let scores = decision.row(row);
        let margin = if width == 1 {
            if class == 1 {
                scores[0].as_f64()
            } else {
                -scores[0].as_f64()
            }
        } else {
            let others = (0..width)
                .filter(|&other| other != class)
                .map(|other| scores[other].as_f64());
            scores[class].as_f64() - others.fold(f64::NEG_INFINITY, f64::max)
        };
        (1.0 - margin).max(0.0)
    }))
}
