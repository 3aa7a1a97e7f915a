//! Agreement beyond chance.

use ml_core::{Error, Label, Result, ndarray::ArrayView1};
use serde::{Deserialize, Serialize};

use super::{confusion::ConfusionMatrix, labelled::Weights, twins::twins};

/// How bad it is to take one class for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disagreement {
    /// All confusions alike.
    #[default]
    Any,
    /// By the distance of the classes' places in ascending order.
    Linear,
    /// By the square of that distance.
    Quadratic,
}

impl Disagreement {
    fn of(self, row: usize, column: usize) -> f64 {
        let distance = row.abs_diff(column) as f64;
        match self {
            Self::Any => distance.min(1.0),
            Self::Linear => distance,
            Self::Quadratic => distance * distance,
        }
    }
}

twins! {
    /// Cohen's kappa of two raters: `1 - Σ w o / Σ w e`, observed confusions `o` over those expected by chance
    /// `e` of the same marginals, weighed by their [`Disagreement`]: 1 is agreement, 0 chance.
    ///
    /// # Errors
    /// Empty or mismatched arrays; one class only, for then chance agrees too.
    ///
    /// Source: Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Disagreement, cohen_kappa_score};
    /// use ml_core::ndarray::array;
    ///
    /// let (one, other) = (array![0, 0, 1, 1], array![0, 1, 1, 1]);
    /// // A quarter differs, half would by chance.
    /// assert_eq!(cohen_kappa_score(one.view(), other.view(), Disagreement::Any)?, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    cohen_kappa_score, cohen_kappa_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        disagreement: Disagreement,
    ) -> f64 = cohen_kappa_score_with
}

fn cohen_kappa_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    disagreement: Disagreement,
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "cohen_kappa_score";
    let matrix = ConfusionMatrix::with(op, y, predicted, weights)?;
    let (of_true, of_predicted, total) = (matrix.support(), matrix.predicted(), matrix.counts.sum());
    let (mut observed, mut expected) = (0.0, 0.0);
    for ((row, column), &count) in matrix.counts.indexed_iter() {
        let weight = disagreement.of(row, column);
        observed += weight * count;
        expected += weight * (of_true[row] / total) * of_predicted[column];
    }
    if expected <= 0.0 {
        return Err(Error::Data {
            op,
            problem: "y and predicted have only one class, the same".to_owned(),
            remedy: "use accuracy_score, or rows of more classes",
        });
    }
    Ok(1.0 - observed / expected)
}
