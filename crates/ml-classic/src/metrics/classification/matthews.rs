//! Correlation of true and predicted classes.

use ml_core::{Label, Result, ndarray::ArrayView1};

use super::{counts::ClassCounts, labelled::Weights, twins::twins};

twins! {
    /// Matthews correlation coefficient: 1 is perfect, 0 is chance, below it worse than chance.
    ///
    /// `(c s - Σ p t) / sqrt((s² - Σ p²) (s² - Σ t²))` with `s` rows, `c` of them right, and `p` predicted and
    /// `t` true rows of every class; 0 where either has one class only. For two classes
    /// `(TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN))`.
    ///
    /// # Errors
    /// Empty or mismatched arrays.
    ///
    /// Source: Matthews, Biochim. Biophys. Acta 405 (1975); Gorodkin, Comput. Biol. Chem. 28 (2004).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::matthews_corrcoef;
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![1, 1, 1, 0], array![1, 0, 1, 1]);
    /// // TP 2, TN 0, FP 1, FN 1: -1 / sqrt(3 · 3 · 1 · 1).
    /// assert!((matthews_corrcoef(y.view(), predicted.view())? + 1.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    matthews_corrcoef, matthews_corrcoef_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
    ) -> f64 = matthews_corrcoef_with
}

pub(in crate::metrics) fn matthews_corrcoef_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: Weights<'_>,
) -> Result<f64> {
    let all = ClassCounts::new("matthews_corrcoef", y, predicted, None, weights)?;
    // Shares instead of counts, so that no square overflows.
    let share = |value: f64| value / all.total;
    let sum = |product: &dyn Fn(f64, f64) -> f64| -> f64 {
        let counts = all.counts.iter();
        counts
            .map(|c| product(share(c.predicted), share(c.support)))
            .sum()
    };
    let covariance = share(all.right()) - sum(&|p, t| p * t);
    let (of_predicted, of_true) = (1.0 - sum(&|p, _| p * p), 1.0 - sum(&|_, t| t * t));
    let one_class = |side: &dyn Fn(&super::average::Counts) -> f64| {
        all.counts.iter().filter(|c| side(c) > 0.0).count() < 2
    };
    if one_class(&|c| c.predicted) || one_class(&|c| c.support) {
        return Ok(0.0);
    }
    Ok((covariance / (of_predicted * of_true).sqrt()).clamp(-1.0, 1.0))
}
