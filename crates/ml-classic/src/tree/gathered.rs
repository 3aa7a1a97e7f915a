//! Best and random splits by gathering the ranks of a node's rows, one feature at a time.
//!
//! Nothing is kept sorted, so features that a node does not draw cost nothing. A gathered column is
//! searched by an exact histogram over its ranks where it has few, or is sorted where the node has
//! fewer rows than ranks.

use super::{
    columns::{Columns, Rank, RankMatrix},
    criterion::Criterion,
    node::goes_left,
    search::{Best, Cut, Finder, Span, Tools, partition, weighted_rows},
};

/// A node with more than one row in so many reads columns, a sparser one reads the copy by rows:
/// with ranks of one byte a cache line of a column holds 64 rows.
const ROWS_PER_LINE: usize = 64;

/// Cells of bins (bins times values a bin) up to which a histogram beats a sort, for each key.
const BIN_CELLS_PER_KEY: usize = 4;

/// Keys above which a radix sort is faster than sorting by comparison.
const RADIX_MIN: usize = 512;

/// The rows of one tree, arranged by node.
pub(super) struct Gathered<'a, R, K: Criterion> {
    columns: &'a Columns,
    ranks: &'a RankMatrix<R>,
    rows: Vec<u32>,
    spare_rows: Vec<u32>,
    scratch: Scratch<R, K::Item>,
}

/// What the search of a node needs; allocated once a tree.
struct Scratch<R, I> {
    items: Vec<I>,
    ranks: Vec<R>,
    keys: Vec<u64>,
    spare_keys: Vec<u64>,
    bins: Vec<f64>,
    counts: Vec<u32>,
}

impl<'a, R: Rank, K: Criterion> Gathered<'a, R, K> {
    /// The rows of positive weight.
    pub(super) fn new(columns: &'a Columns, ranks: &'a RankMatrix<R>, weights: &[f64]) -> Self {
        let rows = weighted_rows(weights);
        let n = rows.len();
        Self {
            columns,
            ranks,
            spare_rows: vec![0; n],
            rows,
            scratch: Scratch {
                items: Vec::with_capacity(n),
                ranks: vec![R::default(); n],
                keys: vec![0; n],
                spare_keys: vec![0; n],
                bins: Vec::new(),
                counts: Vec::new(),
            },
        }
    }

    /// The node's ranks in `feature`, into the scratch; the lowest and the highest.
    fn gather(&mut self, span: Span, feature: usize) -> (R, R) {
        let rows = &self.rows[span.rows..span.rows + span.n];
        let out = &mut self.scratch.ranks[..span.n];
        let sparse = span.n * ROWS_PER_LINE < self.ranks.n_rows * size_of::<R>();
        let by_row = if sparse { self.ranks.by_row() } else { None };
        match by_row {
            Some(cells) => {
                let p = self.ranks.n_features;
                for (to, &row) in out.iter_mut().zip(rows) {
                    *to = cells[row as usize * p + feature];
                }
            }
            None => {
                let column = self.ranks.column(feature);
                for (to, &row) in out.iter_mut().zip(rows) {
                    *to = column[row as usize];
                }
            }
        }
        let first = out[0];
        out.iter().fold((first, first), |(low, high), &rank| {
            (low.min(rank), high.max(rank))
        })
    }

    /// One threshold drawn between the extremes of the gathered ranks.
    fn random_cut(&self, span: Span, feature: usize, (low, high): (R, R), tools: &mut Tools<'_, K>) -> Cut {
        let values = [low, high].map(|rank| self.columns.value(feature, rank.get()));
        let threshold = between(values[0], values[1], tools.rng.uniform());
        let rank = self.columns.rank_at_most(feature, threshold);
        tools.criterion.reset();
        let mut n_left = 0;
        for (r, &item) in self.scratch.ranks[..span.n].iter().zip(&self.scratch.items) {
            if goes_left(r.get(), rank) {
                tools.criterion.shift(item);
                n_left += 1;
            }
        }
        let weights = tools.criterion.side_weights();
        if !tools.growth.allows(n_left, span.n - n_left, weights) {
            return Cut::NONE;
        }
        Cut {
            gain: tools.criterion.gain(),
            lower: rank,
            upper: rank + 1,
            drawn: Some(threshold),
        }
    }
}

impl<R: Rank, K: Criterion> Finder<K> for Gathered<'_, R, K> {
    fn arranged(&self) -> &[u32] {
        &self.rows
    }

    fn find(&mut self, span: Span, tools: &mut Tools<'_, K>) -> Option<Best> {
        self.scratch.items.clear();
        let rows = &self.rows[span.rows..span.rows + span.n];
        self.scratch
            .items
            .extend(rows.iter().map(|&row| tools.criterion.item(row)));
        let mut best = None;
        while let Some(feature) = tools.features.draw(tools.rng) {
            let (low, high) = self.gather(span, feature);
            if low == high {
                tools.features.found_constant();
                continue;
            }
            let cut = if tools.growth.random_thresholds {
                self.random_cut(span, feature, (low, high), tools)
            } else {
                self.scratch.scan(low, high, tools)
            };
            best = Best::choose(best, feature, cut, tools.tie);
        }
        best
    }

    fn divide(
        &mut self,
        span: Span,
        best: &Best,
        _: &[u32],
        is_leaf: &dyn Fn(&[u32]) -> bool,
    ) -> [(Span, bool); 2] {
        let column = self.ranks.column(best.feature);
        let rows = &mut self.rows[span.rows..span.rows + span.n];
        let n_left = partition(rows, &mut self.spare_rows, |row| {
            goes_left(column[row as usize].get(), best.cut.lower)
        });
        let leaves = [is_leaf(&rows[..n_left]), is_leaf(&rows[n_left..])];
        let left = Span { n: n_left, ..span };
        let right = Span {
            rows: span.rows + n_left,
            entries: 0,
            n: span.n - n_left,
        };
        [(left, leaves[0]), (right, leaves[1])]
    }
}

/// A threshold uniform in `[low, high)`.
fn between(low: f64, high: f64, share: f64) -> f64 {
    let threshold = low + share * (high - low);
    // A range wider than the largest number overflows; its halves do not.
    let threshold = if threshold.is_finite() {
        threshold
    } else {
        low * (1.0 - share) + high * share
    };
    if threshold >= low && threshold < high {
        threshold
    } else {
        low
    }
}

impl<R: Rank, I: Copy + Default> Scratch<R, I> {
    /// The best cut of the gathered ranks.
    ///
    /// Rows above the lowest rank are moved from the highest down. In the sparse columns of images
    /// most rows share the lowest rank, and need neither bins nor sorting.
    fn scan<K: Criterion<Item = I>>(&mut self, low: R, high: R, tools: &mut Tools<'_, K>) -> Cut {
        let mut n_keys = 0;
        for (position, &rank) in self.ranks[..self.items.len()].iter().enumerate() {
            self.keys[n_keys] = u64::from(rank.get()) << 32 | position as u64;
            n_keys += usize::from(rank > low);
        }
        let n_bins = (high.get() - low.get()) as usize;
        tools.criterion.reset();
        match tools.criterion.bin_width() {
            Some(width) if n_bins * width <= BIN_CELLS_PER_KEY * n_keys => {
                self.bins.clear();
                self.bins.resize(n_bins * width, 0.0);
                self.scan_bins(low.get(), n_bins, n_keys, tools)
            }
            _ => self.scan_sorted(low.get(), n_bins, n_keys, tools),
        }
    }

    /// One pass over the keys into a bin a rank (empty so far), one over the bins from the highest down.
    fn scan_bins<K: Criterion<Item = I>>(
        &mut self,
        low: u32,
        n_bins: usize,
        n_keys: usize,
        tools: &mut Tools<'_, K>,
    ) -> Cut {
        let criterion = &mut *tools.criterion;
        let bin_of = |key: u64| ((key >> 32) as u32 - low) as usize - 1;
        self.counts.clear();
        self.counts.resize(n_bins, 0);
        for &key in &self.keys[..n_keys] {
            self.counts[bin_of(key)] += 1;
            criterion.fill(&mut self.bins, bin_of(key), self.items[key as u32 as usize]);
        }

        let mut best = Cut::NONE;
        let mut n_moved = 0;
        let mut upper = low + n_bins as u32;
        // The cut below the bins moved so far is complete when the next rank with rows is known.
        let mut gain = f64::NEG_INFINITY;
        for bin in (0..n_bins).rev().filter(|&bin| self.counts[bin] > 0) {
            let rank = low + 1 + bin as u32;
            best.lower_it(rank, upper, gain, tools.tie);
            criterion.shift_bin(&self.bins, bin);
            n_moved += self.counts[bin] as usize;
            upper = rank;
            let n_rest = self.items.len() - n_moved;
            let allowed = tools.growth.allows(n_moved, n_rest, criterion.side_weights());
            gain = if allowed {
                criterion.gain()
            } else {
                f64::NEG_INFINITY
            };
        }
        best.lower_it(low, upper, gain, tools.tie);
        best
    }

    /// The keys sorted, and moved one by one.
    fn scan_sorted<K: Criterion<Item = I>>(
        &mut self,
        low: u32,
        n_bins: usize,
        n_keys: usize,
        tools: &mut Tools<'_, K>,
    ) -> Cut {
        let criterion = &mut *tools.criterion;
        let keys = &mut self.keys[..n_keys];
        if n_keys < RADIX_MIN {
            keys.sort_unstable();
        } else {
            radix_sort(keys, &mut self.spare_keys[..n_keys], low, n_bins);
        }
        let mut best = Cut::NONE;
        for i in (0..n_keys).rev() {
            let key = keys[i];
            criterion.shift(self.items[key as u32 as usize]);
            let upper = (key >> 32) as u32;
            let lower = if i == 0 { low } else { (keys[i - 1] >> 32) as u32 };
            let (n_moved, n_rest) = (n_keys - i, self.items.len() - (n_keys - i));
            if lower != upper && tools.growth.allows(n_moved, n_rest, criterion.side_weights()) {
                best.lower_it(lower, upper, criterion.gain(), tools.tie);
            }
        }
        best
    }
}

/// Sorts by the upper half, least significant byte first; equal ones keep their order.
fn radix_sort(keys: &mut [u64], spare: &mut [u64], low: u32, n_bins: usize) {
    let digits = (usize::BITS - n_bins.leading_zeros()).div_ceil(8);
    for digit in 0..digits {
        let byte = |key: u64| (((key >> 32) as u32 - low) >> (8 * digit)) as usize & 0xFF;
        let mut next = [0_usize; 257];
        for &key in keys.iter() {
            next[byte(key) + 1] += 1;
        }
        for i in 1..257 {
            next[i] += next[i - 1];
        }
        for &key in keys.iter() {
            let at = &mut next[byte(key)];
            spare[*at] = key;
            *at += 1;
        }
        keys.copy_from_slice(spare);
    }
}
