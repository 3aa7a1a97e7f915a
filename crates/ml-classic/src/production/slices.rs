//! Where a model is strong, where weak.

use std::{collections::BTreeMap, fmt::Display};

use ml_core::{Error, Model, Result};
use ml_data::{IntoFeatures, IntoTarget};

use crate::metrics::Scorer;

/// The score on one part of the test set.
#[derive(Debug, Clone, PartialEq)]
pub struct SliceScore<S> {
    /// The part: "INLAND", a year, ...
    pub slice: S,
    /// Its rows.
    pub n_rows: usize,
    /// The model's score there.
    pub score: f64,
}

/// Scores `model` on every part of a test set, worst part first; ties in the order of the parts.
///
/// `slices` names the part that each row belongs to.
///
/// # Errors
/// [`Error::Length`] unless there is one slice and one target a row; otherwise as [`Model::predict_features`] and the scorer.
pub fn score_slices<S: Ord + Clone + Display>(
    model: &dyn Model,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    slices: &[S],
    scorer: &Scorer,
) -> Result<Vec<SliceScore<S>>> {
    let (op, x, y) = ("score_slices", x.into_features()?, y.into_target()?);
    for (right_name, right) in [("y", y.len()), ("slices", slices.len())] {
        if x.n_rows() != right {
            return Err(Error::Length {
                op,
                left_name: "x",
                left: x.n_rows(),
                right_name,
                right,
            });
        }
    }
    let mut rows: BTreeMap<&S, Vec<usize>> = BTreeMap::new();
    for (row, slice) in slices.iter().enumerate() {
        rows.entry(slice).or_default().push(row);
    }
    let mut scores = rows
        .into_iter()
        .map(|(slice, rows)| {
            let score = scorer.score(model, &x.select_rows(&rows), &y.select_rows(&rows))?;
            Ok(SliceScore {
                slice: slice.clone(),
                n_rows: rows.len(),
                score,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    scores.sort_by(|a, b| a.score.total_cmp(&b.score));
    Ok(scores)
}
