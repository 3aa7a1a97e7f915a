//! Sorts the scores of positive and negative rows, in parallel.
//!
//! A score becomes an integer that orders as it does. Chunks of rows are dealt into buckets of equal width between the
//! highest and the lowest score; then every bucket, small enough for the cache, is sorted by itself. What needs no
//! curve (the area under one) is summed bucket by bucket and never stored.

use std::borrow::Cow;

use ml_core::{Error, Float, Result, check, ndarray::ArrayView1};
use rayon::prelude::*;

use super::super::labelled::{Weights, contiguous};

/// Rows that are dealt at a time: their keys stay in the cache of a core.
const CHUNK: usize = 1 << 17;

/// Rows of an average bucket.
const BUCKET: usize = 1 << 13;

/// More buckets are written to too many places at once.
const MOST_BUCKETS: usize = 1 << 10;

/// A bucket of more rows, into which scores crowd, is sorted by all threads together.
const CROWD: usize = 1 << 17;

/// What is sorted: a key, perhaps with a weight.
pub(super) trait Item: Copy + Default + Send + Sync {
    fn new(key: u64, weight: f64) -> Self;
    fn key(self) -> u64;
    fn weight(self) -> f64;
}

impl Item for u64 {
    fn new(key: u64, _: f64) -> Self {
        key
    }

    fn key(self) -> u64 {
        self
    }

    fn weight(self) -> f64 {
        1.0
    }
}

impl Item for (u64, f64) {
    fn new(key: u64, weight: f64) -> Self {
        (key, weight)
    }

    fn key(self) -> u64 {
        self.0
    }

    fn weight(self) -> f64 {
        self.1
    }
}

/// An integer that is the smaller, the larger the score is.
fn key(score: f64) -> u64 {
    // -0 becomes 0, so that both are one score.
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 {
        bits
    } else {
        bits ^ (u64::MAX >> 1)
    }
}

/// The score of a key.
pub(super) fn score(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key
    } else {
        key ^ (u64::MAX >> 1)
    })
}

/// The rows of a bucket, sorted from high to low scores.
pub(super) struct Sorted<T> {
    pub(super) negatives: Vec<T>,
    pub(super) positives: Vec<T>,
}

impl<T: Item> Sorted<T> {
    fn new(mut negatives: Vec<T>, mut positives: Vec<T>) -> Self {
        for items in [&mut negatives, &mut positives] {
            if items.len() > CROWD {
                items.par_sort_unstable_by_key(|item| item.key());
            } else {
                items.sort_unstable_by_key(|item| item.key());
            }
        }
        Self { negatives, positives }
    }

    /// `each(key, positives, negatives)` for every distinct score, from high to low.
    #[inline]
    pub(super) fn for_each_score(&self, mut each: impl FnMut(u64, f64, f64)) {
        let (mut positives, mut negatives) =
            (self.positives.iter().peekable(), self.negatives.iter().peekable());
        loop {
            let next = match (positives.peek(), negatives.peek()) {
                (None, None) => return,
                (Some(item), None) | (None, Some(item)) => item.key(),
                (Some(one), Some(other)) => one.key().min(other.key()),
            };
            let (mut of_positives, mut of_negatives) = (0.0, 0.0);
            while let Some(item) = positives.next_if(|item| item.key() == next) {
                of_positives += item.weight();
            }
            while let Some(item) = negatives.next_if(|item| item.key() == next) {
                of_negatives += item.weight();
            }
            each(next, of_positives, of_negatives);
        }
    }
}

/// Rows dealt into buckets, chunk by chunk.
pub(super) struct Buckets<T> {
    chunks: Vec<Dealt<T>>,
    n_buckets: usize,
}

/// The rows of a chunk: bucket by bucket, in every bucket negatives before positives.
struct Dealt<T> {
    items: Vec<T>,
    /// Where every part ends.
    ends: Vec<u32>,
}

impl<T: Item> Buckets<T> {
    fn new(
        y: &[bool],
        weights: Option<&[f64]>,
        score_of: impl Fn(usize) -> f64 + Sync,
        (low, high): (f64, f64),
    ) -> Self {
        let n_buckets = (y.len() / BUCKET).clamp(1, MOST_BUCKETS);
        let scale = n_buckets as f64 / (high - low);
        // Falls as the score rises, whatever is rounded; NaN (of one score only, or of a range without end) is 0.
        let bucket = |score: f64| (((high - score) * scale) as usize).min(n_buckets - 1);
        let starts: Vec<usize> = (0..y.len()).step_by(CHUNK).collect();
        let deal = |start: usize| {
            let rows = start..y.len().min(start + CHUNK);
            // A row without weight is as good as absent.
            let rows = rows.filter(|&row| weights.is_none_or(|weights| weights[row] > 0.0));
            let place = |row: usize, score: f64| 2 * bucket(score) + usize::from(y[row]);
            let mut next = vec![0u32; 2 * n_buckets];
            for row in rows.clone() {
                next[place(row, score_of(row))] += 1;
            }
            let mut sum = 0;
            for count in &mut next {
                sum += std::mem::replace(count, sum);
            }
            let mut items = vec![T::default(); sum as usize];
            for row in rows {
                let score = score_of(row);
                let next = &mut next[place(row, score)];
                items[*next as usize] = T::new(key(score), weights.map_or(1.0, |weights| weights[row]));
                *next += 1;
            }
            Dealt { items, ends: next }
        };
        Self {
            chunks: starts.into_par_iter().map(deal).collect(),
            n_buckets,
        }
    }

    /// `each` of every bucket in parallel, results from high to low scores.
    pub(super) fn map<R: Send>(&self, each: impl Fn(Sorted<T>) -> R + Sync) -> Vec<R> {
        let sorted = |bucket: usize| Sorted::new(self.part(2 * bucket), self.part(2 * bucket + 1));
        (0..self.n_buckets)
            .into_par_iter()
            .map(|bucket| each(sorted(bucket)))
            .collect()
    }

    /// One part of all chunks.
    fn part(&self, part: usize) -> Vec<T> {
        let slice = |chunk: &Dealt<T>| {
            let start = part.checked_sub(1).map_or(0, |before| chunk.ends[before]);
            start as usize..chunk.ends[part] as usize
        };
        let mut out = Vec::with_capacity(self.chunks.iter().map(|chunk| slice(chunk).len()).sum());
        for chunk in &self.chunks {
            out.extend_from_slice(&chunk.items[slice(chunk)]);
        }
        out
    }
}

/// Buckets of rows with or without weights: for `match`, so that the common case sorts half as many bytes.
pub(super) enum AnyBuckets {
    Plain(Buckets<u64>),
    Weighed(Buckets<(u64, f64)>),
}

/// Deals the rows into buckets of similar scores.
///
/// # Errors
/// Empty or mismatched arrays, scores that are not finite, bad weights.
pub(super) fn buckets<F: Float>(
    op: &'static str,
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    weights: Weights<'_>,
) -> Result<AnyBuckets> {
    if y.len() != scores.len() {
        let (left_name, right_name) = ("y", "scores");
        let (left, right) = (y.len(), scores.len());
        return Err(Error::Length {
            op,
            left_name,
            left,
            right_name,
            right,
        });
    }
    if y.is_empty() {
        let (what, least) = ("y".to_owned(), "1 row");
        return Err(Error::Empty { op, what, least });
    }
    if let Some(weights) = weights {
        check::weights(op, weights, y.len())?;
    }
    let (y, scores) = (contiguous(&y), contiguous(&scores));
    let weights: Option<Cow<'_, [f64]>> = weights.as_ref().map(contiguous);
    let score_of = |row: usize| scores[row].as_f64();
    let range = range(op, &scores)?;
    Ok(match &weights {
        None => AnyBuckets::Plain(Buckets::new(&y, None, score_of, range)),
        Some(weights) => AnyBuckets::Weighed(Buckets::new(&y, Some(weights), score_of, range)),
    })
}

/// Lowest and highest of scores that are all finite.
fn range<F: Float>(op: &'static str, scores: &[F]) -> Result<(f64, f64)> {
    let of_chunk = |scores: &[F]| {
        let mut all_finite = true;
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for score in scores {
            let score = score.as_f64();
            all_finite &= score.is_finite();
            range = (range.0.min(score), range.1.max(score));
        }
        all_finite.then_some(range)
    };
    let both = |left: Option<(f64, f64)>, right: Option<(f64, f64)>| {
        let (left, right) = (left?, right?);
        Some((left.0.min(right.0), left.1.max(right.1)))
    };
    let none = || Some((f64::INFINITY, f64::NEG_INFINITY));
    let range = scores.par_chunks(CHUNK).map(of_chunk).reduce(none, both);
    range.ok_or_else(|| {
        let row = scores
            .iter()
            .position(|score| !score.is_finite())
            .unwrap_or_default();
        Error::NotFinite {
            op,
            what: "scores",
            value: scores[row].as_f64(),
            row,
            column: "0".to_owned(),
            remedy: "drop those rows, or find out why the model scores them so",
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{key, score};

    #[test]
    fn keys_order_as_scores_do_from_high_to_low() {
        let scores = [
            f64::MAX,
            2.5,
            1.0,
            f64::MIN_POSITIVE,
            0.0,
            -f64::MIN_POSITIVE,
            -3.0,
            f64::MIN,
        ];
        assert!(scores.map(key).is_sorted());
        assert_eq!(scores.map(|s| score(key(s))), scores);
        assert_eq!(key(-0.0), key(0.0));
    }
}
