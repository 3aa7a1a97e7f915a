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
        let sorted = Places::new(classes);
        let zeros = || vec![0.0; width];
        let rows = |sums: &mut [f64], y: &[L], predicted: &[L]| {
            for (y, predicted) in y.iter().zip(predicted) {
                add(sums, sorted.of(y), sorted.of(predicted), 1.0);
            }
        };
        let Some(weights) = &self.weights else {
            // Counts are exact in floating point, so the order of the sums does not matter.
            let chunks = self.y.par_chunks(CHUNK).zip(self.predicted.par_chunks(CHUNK));
            let counted = chunks.fold(zeros, |mut sums, (y, predicted)| {
                rows(&mut sums, y, predicted);
                sums
            });
            return counted.reduce(zeros, |mut left, right| {
                left.iter_mut()
                    .zip(right)
                    .for_each(|(left, right)| *left += right);
                left
            });
        };
        let mut sums = zeros();
        for ((y, predicted), &weight) in self.y.iter().zip(&*self.predicted).zip(&**weights) {
            add(&mut sums, sorted.of(y), sorted.of(predicted), weight);
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
        if let Err(place) = seen.binary_search(label) {
            if seen.len() == MANY {
                return sorted(labels.to_vec());
            }
            seen.insert(place, label.clone());
        }
    }
    seen
}

/// Finds labels in a list that need not be in order.
pub(super) struct Places<'a, L> {
    ascending: Vec<&'a L>,
    position: Vec<usize>,
}

impl<'a, L: Label> Places<'a, L> {
    pub(super) fn new(classes: &'a [L]) -> Self {
        let mut position: Vec<usize> = (0..classes.len()).collect();
        position.sort_by_key(|&i| &classes[i]);
        Self {
            ascending: position.iter().map(|&i| &classes[i]).collect(),
            position,
        }
    }

    /// The label's position in the list, or the list's length.
    #[inline]
    pub(super) fn of(&self, label: &L) -> usize {
        let n = self.ascending.len();
        let place = if n <= FEW {
            self.ascending
                .iter()
                .map(|&class| usize::from(class < label))
                .sum()
        } else {
            self.ascending.partition_point(|&class| class < label)
        };
        match self.ascending.get(place) {
            Some(&class) if class == label => self.position[place],
            _ => n,
        }
    }
}
