//! The mean absolute error around the median, exactly, in `O(log(rows))` a row.

use super::{
    criterion::{Criterion, NodeStatistics},
    regression_criterion::all_equal,
};

/// Weight and weighted target of some rows.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    target: f64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        Self {
            weight: self.weight + other.weight,
            target: self.target + other.target,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            weight: self.weight - other.weight,
            target: self.target - other.target,
        }
    }
}

/// Sums over the lowest targets of a node, however many: a binary indexed tree, whose entry `i` (from 1)
/// holds the sums of as many places up to `i` as the lowest set bit of `i` says.
///
/// Source: Fenwick, "A new data structure for cumulative frequency tables", Software 24 (1994).
#[derive(Debug, Default)]
struct Cumulative {
    entries: Vec<Sums>,
}

impl Cumulative {
    fn clear(&mut self, n: usize) {
        self.entries.clear();
        self.entries.resize(n + 1, Sums::default());
    }

    /// From the sums of every place, in `O(n)`.
    fn fill(&mut self, places: impl ExactSizeIterator<Item = Sums>) {
        self.clear(places.len());
        for (i, sums) in (1..).zip(places) {
            self.entries[i] = self.entries[i].plus(sums);
            let so_far = self.entries[i];
            if let Some(entry) = self.entries.get_mut(above(i)) {
                *entry = entry.plus(so_far);
            }
        }
    }

    fn add(&mut self, place: usize, sums: Sums) {
        let mut i = place + 1;
        while let Some(entry) = self.entries.get_mut(i) {
            *entry = entry.plus(sums);
            i = above(i);
        }
    }
}

/// The next entry that covers what entry `i` covers.
fn above(i: usize) -> usize {
    i + (i & i.wrapping_neg())
}

/// A row: its place among the targets of its node, and its weight.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Placed {
    place: u32,
    weight: f64,
}

/// The absolute error over the rows of one tree.
pub(super) struct AbsoluteError<'a> {
    targets: &'a [f64],
    weights: &'a [f64],
    /// Every row's rank among the targets, in the upper half, and the row.
    ranked: Vec<u64>,
    /// The same of the rows of the node, in order.
    node: Vec<u64>,
    /// Where every row of the node stands in that order.
    places: Vec<u32>,
    /// Targets of the node in ascending order, from their median.
    deviations: Vec<f64>,
    /// Sums over all rows of the node, and over those of the moved side.
    all: Cumulative,
    moved: Cumulative,
    all_sums: Sums,
    moved_sums: Sums,
    /// `Σ w·|y - median|` of the node.
    error: f64,
}

impl<'a> AbsoluteError<'a> {
    /// Targets and weights of all rows; rows of weight 0 are never asked for.
    pub(super) fn new(targets: &'a [f64], weights: &'a [f64]) -> Self {
        let mut order: Vec<u32> = (0..targets.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| targets[a as usize].total_cmp(&targets[b as usize]));
        let mut ranked = vec![0; targets.len()];
        for (rank, &row) in order.iter().enumerate() {
            ranked[row as usize] = (rank as u64) << 32 | u64::from(row);
        }
        Self {
            targets,
            weights,
            ranked,
            node: Vec::new(),
            places: vec![0; targets.len()],
            deviations: Vec::new(),
            all: Cumulative::default(),
            moved: Cumulative::default(),
            all_sums: Sums::default(),
            moved_sums: Sums::default(),
            error: 0.0,
        }
    }

    fn row(key: u64) -> usize {
        key as u32 as usize
    }

    /// Where half of the weight of the node is reached, the mean with the next target if exactly there.
    fn median(&self, weight: f64) -> f64 {
        let mut below = 0.0;
        let at = self.node.iter().position(|&key| {
            below += self.weights[Self::row(key)];
            below >= weight / 2.0
        });
        let at = at.unwrap_or(self.node.len() - 1);
        let target = |at: usize| self.targets[Self::row(self.node[at])];
        if below > weight / 2.0 || at + 1 == self.node.len() {
            return target(at);
        }
        // Halves first: the sum of two large targets may overflow.
        target(at) / 2.0 + target(at + 1) / 2.0
    }

    /// `Σ w·|y - m|` of a side around its own median `m`; `sums_of` gives its part of an entry.
    #[inline(always)]
    fn side_error(&self, side: Sums, sums_of: impl Fn(usize) -> Sums) -> f64 {
        let n = self.deviations.len();
        let (mut at, mut below) = (0, Sums::default());
        let mut step = (n + 1).next_power_of_two() / 2;
        // Down to the last place below which less than half of the weight stands.
        while step > 0 {
            if at + step <= n {
                let next = below.plus(sums_of(at + step));
                if next.weight < side.weight / 2.0 {
                    (at, below) = (at + step, next);
                }
            }
            step /= 2;
        }
        // Any number between the two middle targets has the same error, so rounding may choose.
        let median = self.deviations[at.min(n - 1)];
        let above = side.minus(below);
        median * (below.weight - above.weight) - below.target + above.target
    }
}

impl Criterion for AbsoluteError<'_> {
    type Item = Placed;

    #[inline(always)]
    fn item(&self, row: u32) -> Placed {
        Placed {
            place: self.places[row as usize],
            weight: self.weights[row as usize],
        }
    }

    fn n_values(&self) -> usize {
        1
    }

    fn begin(&mut self, rows: &[u32], values: &mut Vec<f64>) -> NodeStatistics {
        self.node.clear();
        self.node
            .extend(rows.iter().map(|&row| self.ranked[row as usize]));
        self.node.sort_unstable();
        let weight = self.node.iter().map(|&key| self.weights[Self::row(key)]).sum();
        let median = self.median(weight);
        values.push(median);
        self.deviations.clear();
        let deviations = self.node.iter().map(|&key| self.targets[Self::row(key)] - median);
        self.deviations.extend(deviations);
        let sums = self.node.iter().zip(&self.deviations).map(|(&key, &deviation)| {
            let weight = self.weights[Self::row(key)];
            Sums {
                weight,
                target: weight * deviation,
            }
        });
        self.error = sums.clone().map(|sums| sums.target.abs()).sum();
        self.all_sums = sums.clone().fold(Sums::default(), Sums::plus);
        self.all.fill(sums);
        for (place, &key) in self.node.iter().enumerate() {
            self.places[Self::row(key)] = place as u32;
        }
        NodeStatistics {
            weight,
            impurity: self.error / weight,
            pure: self.is_pure(rows),
        }
    }

    fn is_pure(&self, rows: &[u32]) -> bool {
        all_equal(self.targets, rows)
    }

    fn reset(&mut self) {
        self.moved.clear(self.deviations.len());
        self.moved_sums = Sums::default();
    }

    #[inline]
    fn shift(&mut self, Placed { place, weight }: Placed) {
        let sums = Sums {
            weight,
            target: weight * self.deviations[place as usize],
        };
        self.moved.add(place as usize, sums);
        self.moved_sums = self.moved_sums.plus(sums);
    }

    /// Medians do not follow from sums.
    fn bin_width(&self) -> Option<usize> {
        None
    }

    fn fill(&self, _: &mut [f64], _: usize, _: Placed) {}

    fn shift_bin(&mut self, _: &[f64], _: usize) {}

    #[inline(always)]
    fn side_weights(&self) -> (f64, f64) {
        let rest = self.all_sums.minus(self.moved_sums);
        (self.moved_sums.weight, rest.weight)
    }

    #[inline]
    fn gain(&self) -> f64 {
        let (all, moved) = (&self.all.entries, &self.moved.entries);
        let rest = self.all_sums.minus(self.moved_sums);
        self.error
            - self.side_error(self.moved_sums, |i| moved[i])
            - self.side_error(rest, |i| all[i].minus(moved[i]))
    }
}
