//! Shares of the target's variance that predictions explain.

use ml_core::{
    Error, Float, Result,
    ndarray::{Array1, ArrayView1},
};

use super::pairs::{Pairs, metric};

metric! {
    /// Coefficient of determination: `R² = 1 - sum (y - p)² / sum (y - mean(y))²`.
    ///
    /// 1 is perfect, 0 is as good as predicting the mean, and it can be arbitrarily negative. For a
    /// constant target it is 1 if the predictions are perfect and 0 otherwise.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays; fewer than 2 rows.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::r2_score;
    /// use ml_core::ndarray::array;
    ///
    /// let r2 = r2_score(array![1.0, 2.0, 3.0].view(), array![1.0, 2.0, 4.0].view())?;
    /// assert_eq!(r2, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    r2_score, r2_score_weighted, determination
}

metric! {
    /// Explained variance: `1 - Var(y - p) / Var(y)`; [`r2_score`] that forgives a constant offset.
    ///
    /// For a constant target it is 1 if the errors are all the same and 0 otherwise.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::explained_variance_score;
    /// use ml_core::ndarray::array;
    ///
    /// let score = explained_variance_score(array![1.0, 2.0, 3.0].view(), array![6.0, 7.0, 8.0].view())?;
    /// assert_eq!(score, 1.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    explained_variance_score, explained_variance_score_weighted, explained
}

/// R², with weights if there are some.
pub(crate) fn r2_score_with<F: Float>(
    y: ArrayView1<'_, F>,
    predicted: ArrayView1<'_, F>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    determination(Pairs::new("r2_score", y, predicted, weights)?)
}

fn determination(pairs: Pairs<'_>) -> Result<f64> {
    if pairs.y.len() < 2 {
        return Err(Error::Empty {
            op: pairs.op,
            what: "y (1 row, which has no variance)".to_owned(),
            least: "2 rows",
        });
    }
    let residual = pairs.mean(|y, p| (y - p) * (y - p));
    Ok(share(residual, variance(&pairs, &pairs.y)))
}

fn explained(pairs: Pairs<'_>) -> Result<f64> {
    let errors = pairs.map(|y, p| y - p);
    Ok(share(variance(&pairs, &errors), variance(&pairs, &pairs.y)))
}

fn variance(pairs: &Pairs<'_>, values: &Array1<f64>) -> f64 {
    let mean = pairs.average(values);
    pairs.average(&values.mapv(|v| (v - mean) * (v - mean)))
}

/// `1 - unexplained / total`, finite also without any variance.
fn share(unexplained: f64, total: f64) -> f64 {
    match (unexplained == 0.0, total == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - unexplained / total,
    }
}
