//! True and predicted classes side by side, checked, encoded and counted once for all metrics.

use std::borrow::Cow;

use ml_core::{Label, Result, check, ndarray::ArrayView1};
use rayon::prelude::*;

use crate::metrics::regression::same_length;

/// Rows that one thread takes at a time.
const CHUNK: usize = 1 << 16;

/// Up to so many classes, counting the smaller ones is faster than a binary search.
const FEW: usize = 16;

/// Up to so many distinct labels are kept in order as they come; more are sorted at once.
const MANY: usize = 256;

/// Of more sums every thread would need a copy too large for its cache.
const WIDE: usize = 1 << 16;

/// A weight a row, if there are weights.
pub(super) type Weights<'a> = Option<ArrayView1<'a, f64>>;

/// True and predicted classes of the same rows.
pub(super) struct Labelled<'a, L: Label> {
    y: Cow<'a, [L]>,
    predicted: Cow<'a, [L]>,
    weights: Option<Cow<'a, [f64]>>,
}

impl<'a, L: Label> Labelled<'a, L> {
    /// At least one row, as many predictions as classes, weights as they must be.
    pub(super) fn new(
        op: &'static str,
        y: &'a ArrayView1<'_, L>,
        predicted: &'a ArrayView1<'_, L>,
        weights: Option<&'a ArrayView1<'_, f64>>,
    ) -> Result<Self> {
        same_length(op, y.len(), predicted.len())?;
        if let Some(weights) = weights {
            check::weights(op, weights.view(), y.len())?;
        }
        Ok(Self {
            y: contiguous(y),
            predicted: contiguous(predicted),
            weights: weights.map(contiguous),
        })
    }

    /// The classes that occur, true or predicted, in ascending order.
    pub(super) fn classes(&self) -> Vec<L> {
        let parts = self.y.par_chunks(CHUNK).chain(self.predicted.par_chunks(CHUNK));
        let lists: Vec<Vec<L>> = parts.map(distinct).collect();
        sorted(lists.concat())
    }

    /// `width` sums, to which `add(sums, true class, predicted class, weight)` contributes row by row.
    ///
    /// Classes are positions in `classes`, or its length for one that is not listed.
    pub(super) fn tally(
        &self,
        classes: &[L],
        width: usize,
        add: impl Fn(&mut [f64], usize, usize, f64) + Sync,
    ) -> Vec<f64> {
        let places = Places::new(classes);
        let zeros = || vec![0.0; width];
        if self.weights.is_none() && width <= WIDE {
            // Counts are exact in floating point, so the order of the sums does not matter.
            let chunks = self.y.par_chunks(CHUNK).zip(self.predicted.par_chunks(CHUNK));
            let counted = chunks.fold(zeros, |mut sums, (y, predicted)| {
                for (y, predicted) in y.iter().zip(predicted) {
                    add(&mut sums, places.of(y), places.of(predicted), 1.0);
                }
                sums
            });
            return counted.reduce(zeros, |mut left, right| {
                left.iter_mut()
                    .zip(right)
                    .for_each(|(left, right)| *left += right);
                left
            });
        }
        let mut sums = zeros();
        for (row, (y, predicted)) in self.y.iter().zip(&*self.predicted).enumerate() {
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[row]);
            add(&mut sums, places.of(y), places.of(predicted), weight);
        }
        sums
    }
}

/// The elements without gaps; copied only if there are some.
pub(super) fn contiguous<'a, T: Clone>(values: &'a ArrayView1<'_, T>) -> Cow<'a, [T]> {
    match values.as_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(values.to_vec()),
    }
}

fn sorted<L: Label>(mut labels: Vec<L>) -> Vec<L> {
    labels.sort_unstable();
    labels.dedup();
    labels
}

fn distinct<L: Label>(labels: &[L]) -> Vec<L> {
    let mut seen: Vec<L> = Vec::new();
    for label in labels {
        let place = smaller(&seen, label);
        if seen.get(place) != Some(label) {
            if seen.len() == MANY {
                return sorted(labels.to_vec());
            }
            seen.insert(place, label.clone());
        }
    }
    seen
}

/// How many of ascending labels are smaller than this one.
#[inline]
fn smaller<L: Label>(ascending: &[L], label: &L) -> usize {
    if ascending.len() <= FEW {
        return ascending.iter().map(|class| usize::from(class < label)).sum();
    }
    ascending.partition_point(|class| class < label)
}

/// Finds labels in a list that need not be in order.
pub(super) struct Places<L> {
    ascending: Vec<L>,
    position: Vec<usize>,
}

impl<L: Label> Places<L> {
    pub(super) fn new(classes: &[L]) -> Self {
        let mut position: Vec<usize> = (0..classes.len()).collect();
        position.sort_by_key(|&i| &classes[i]);
        Self {
            ascending: position.iter().map(|&i| classes[i].clone()).collect(),
            position,
        }
    }

    /// The label's position in the list, or the list's length.
    #[inline]
    pub(super) fn of(&self, label: &L) -> usize {
        let place = smaller(&self.ascending, label);
        match self.ascending.get(place) {
            Some(class) if class == label => self.position[place],
            _ => self.position.len(),
        }
    }
}
