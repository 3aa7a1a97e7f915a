//! Areas under ROC curves of more than two classes.

use ml_core::{
    Error, Float, Label, Result,
    ndarray::{Array1, ArrayView1, ArrayView2},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        labelled::Weights,
        probabilities::{Columns, check_probabilities},
        twins::twins,
    },
    roc::area,
};

/// How the areas of the classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AucAverage {
    /// The plain mean.
    #[default]
    Macro,
    /// The mean weighted by how frequent the classes (pairs of classes) are.
    Weighted,
    /// One area of all probabilities together; one-versus-rest only.
    Micro,
}

twins! {
    /// Mean area under the ROC curves of every class against the rest.
    ///
    /// `probabilities` are `[rows, classes]`, a column a class of `classes`, rows that sum to 1. Depends on how
    /// frequent the classes are, even with [`AucAverage::Macro`].
    ///
    /// # Errors
    /// Mismatched arrays, a class of `y` that is not listed, or a listed one without rows; probabilities outside
    /// `[0, 1]` or rows that do not sum to 1.
    ///
    /// Source: Provost and Domingos, "Well-trained PETs", CeDER working paper (2000).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{AucAverage, roc_auc_ovr_score};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![0, 1, 2, 1];
    /// let p = array![[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.0, 0.75, 0.25], [0.125, 0.5, 0.375]];
    /// // By class 1, 1/2 and 1/2: 1 = 3/3, (0 + 1 + 1) / 4, (1/2 + 1/2 + 0) / 3 = 1/3.
    /// let auc = roc_auc_ovr_score(y.view(), p.view(), &[0, 1, 2], AucAverage::Macro)?;
    /// assert!((auc - (1.0 + 0.5 + 1.0 / 3.0) / 3.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    roc_auc_ovr_score, roc_auc_ovr_score_weighted<L: Label, F: Float>(
        y: ArrayView1<'_, L>,
        probabilities: ArrayView2<'_, F>,
        classes: &[L],
        average: AucAverage,
    ) -> f64 = roc_auc_ovr_score_with
}

pub(in crate::metrics) fn roc_auc_ovr_score_with<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    probabilities: ArrayView2<'_, F>,
    classes: &[L],
    average: AucAverage,
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "roc_auc_ovr_score";
    let columns = Columns::new(op, y, probabilities, classes, weights)?;
    check_probabilities(op, probabilities)?;
    columns.every_class(op, classes)?;
    let is = |class: usize| columns.codes.map(|&code| code == class);
    if average == AucAverage::Micro {
        let n = classes.len();
        let all = Array1::from_iter(
            columns
                .codes
                .iter()
                .flat_map(|&code| (0..n).map(move |class| class == code)),
        );
        let scores = Array1::from_iter(probabilities.rows().into_iter().flatten().copied());
        let repeat = |weights: ArrayView1<'_, f64>| {
            Array1::from_iter(weights.iter().flat_map(|&weight| std::iter::repeat_n(weight, n)))
        };
        let weights = weights.map(repeat);
        return area(op, all.view(), scores.view(), weights.as_ref().map(|w| w.view()));
    }
    let areas = (0..classes.len()).into_par_iter().map(|class| {
        let y = is(class);
        let share = (0..y.len())
            .filter(|&row| y[row])
            .map(|row| weights.map_or(1.0, |w| w[row]))
            .sum();
        Ok((area(op, y.view(), probabilities.column(class), weights)?, share))
    });
    weighted_mean(&areas.collect::<Result<Vec<_>>>()?, average)
}

/// Mean area under the ROC curves of every pair of classes, rows of other classes left out (Hand and Till's M).
///
/// Macro averages do not depend on how frequent the classes are. Arguments as in [`roc_auc_ovr_score`].
///
/// # Errors
/// As [`roc_auc_ovr_score`]; [`AucAverage::Micro`].
///
/// Source: Hand and Till, Machine Learning 45 (2001).
///
/// # Examples
/// ```
/// use ml_classic::metrics::{AucAverage, roc_auc_ovo_score};
/// use ml_core::ndarray::array;
///
/// let y = array![0, 1, 2, 1];
/// let p = array![[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.0, 0.75, 0.25], [0.125, 0.5, 0.375]];
/// // 0 and 1: 1 and 1; 0 and 2: 1 and 1/2; 1 and 2: 0 and 1/4.
/// let auc = roc_auc_ovo_score(y.view(), p.view(), &[0, 1, 2], AucAverage::Macro)?;
/// assert!((auc - (1.0 + 0.75 + 0.125) / 3.0).abs() < 1e-15);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn roc_auc_ovo_score<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    probabilities: ArrayView2<'_, F>,
    classes: &[L],
    average: AucAverage,
) -> Result<f64> {
    let op = "roc_auc_ovo_score";
    if average == AucAverage::Micro {
        return Err(Error::Parameter {
            name: "average".to_owned(),
            value: "Micro".to_owned(),
            domain:
                "Macro or Weighted: pairs of classes have no counts in common (roc_auc_ovr_score has Micro)"
                    .to_owned(),
        });
    }
    let columns = Columns::new(op, y, probabilities, classes, None)?;
    check_probabilities(op, probabilities)?;
    columns.every_class(op, classes)?;
    let pairs: Vec<(usize, usize)> = (0..classes.len())
        .flat_map(|one| (one + 1..classes.len()).map(move |other| (one, other)))
        .collect();
    let areas = pairs.into_par_iter().map(|(one, other)| {
        let rows: Vec<usize> = (0..y.len())
            .filter(|&row| [one, other].contains(&columns.codes[row]))
            .collect();
        let against = |class: usize| {
            let y: Array1<bool> = rows.iter().map(|&row| columns.codes[row] == class).collect();
            let scores: Array1<F> = rows.iter().map(|&row| probabilities[[row, class]]).collect();
            area(op, y.view(), scores.view(), None)
        };
        Ok((0.5 * (against(one)? + against(other)?), rows.len() as f64))
    });
    weighted_mean(&areas.collect::<Result<Vec<_>>>()?, average)
}

/// The mean of areas with shares.
fn weighted_mean(areas: &[(f64, f64)], average: AucAverage) -> Result<f64> {
    let weight = |share: f64| {
        if average == AucAverage::Weighted {
            share
        } else {
            1.0
        }
    };
    let sum: f64 = areas.iter().map(|&(area, share)| area * weight(share)).sum();
    Ok(sum / areas.iter().map(|&(_, share)| weight(share)).sum::<f64>())
}
