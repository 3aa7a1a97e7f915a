//! Best splits by presorted columns: every column is sorted once, and stays sorted as nodes divide.
//!
//! A node costs one pass over its rows per feature for the search and one for the division, without
//! any sorting. It pays as soon as a node looks at a good part of the features.

use super::{
    columns::Columns,
    criterion::Criterion,
    search::{Best, Cut, Finder, Span, Tools, partition, weighted_rows},
};

/// A row and the rank of its value, in one word.
pub(super) trait Entry: Copy + Default + Send + Sync {
    fn pack(entry: u64) -> Self;
    fn rank(self) -> u32;
    fn row(self) -> u32;
}

impl Entry for u64 {
    #[inline(always)]
    fn pack(entry: u64) -> Self {
        entry
    }

    #[inline(always)]
    fn rank(self) -> u32 {
        (self >> 32) as u32
    }

    #[inline(always)]
    fn row(self) -> u32 {
        self as u32
    }
}

/// For at most 65,536 rows: half the memory to move.
impl Entry for u32 {
    #[inline(always)]
    fn pack(entry: u64) -> Self {
        (entry >> 32 << 16 | entry & 0xFFFF) as u32
    }

    #[inline(always)]
    fn rank(self) -> u32 {
        self >> 16
    }

    #[inline(always)]
    fn row(self) -> u32 {
        self & 0xFFFF
    }
}

/// The rows of one tree, sorted by every feature within every node.
pub(super) struct Presorted<E> {
    rows: Vec<u32>,
    /// `rows.len()` entries a feature.
    entries: Vec<E>,
    goes_left: Vec<bool>,
    spare_rows: Vec<u32>,
    spare: Vec<E>,
}

impl<E: Entry> Presorted<E> {
    /// The rows of positive weight.
    pub(super) fn new(columns: &Columns, weights: &[f64]) -> Self {
        let rows = weighted_rows(weights);
        let n = rows.len();
        let used: Vec<bool> = weights.iter().map(|&w| w > 0.0).collect();
        let mut entries = vec![E::default(); n * columns.n_features];
        for (out, all) in entries
            .chunks_exact_mut(n)
            .zip(columns.sorted().chunks_exact(weights.len()))
        {
            let used = all.iter().filter(|&&entry| used[entry as u32 as usize]);
            out.iter_mut()
                .zip(used)
                .for_each(|(to, &entry)| *to = E::pack(entry));
        }
        Self {
            spare_rows: vec![0; n],
            spare: vec![E::default(); n],
            goes_left: vec![false; weights.len()],
            rows,
            entries,
        }
    }

    fn entries(&self, feature: usize, span: Span) -> &[E] {
        let start = feature * self.rows.len() + span.entries;
        &self.entries[start..start + span.n]
    }

    /// Notes for every row of the node on which side it ends; the number on the left.
    fn mark(&mut self, span: Span, best: &Best) -> usize {
        let start = best.feature * self.rows.len() + span.entries;
        let mut n_left = 0;
        for entry in &self.entries[start..start + span.n] {
            let left = super::node::goes_left(entry.rank(), best.cut.lower);
            self.goes_left[entry.row() as usize] = left;
            n_left += usize::from(left);
        }
        n_left
    }
}

/// The best cut of one column in a node.
fn scan<E: Entry, K: Criterion>(entries: &[E], tools: &mut Tools<'_, K>) -> Cut {
    let criterion = &mut *tools.criterion;
    criterion.reset();
    let mut best = Cut::NONE;
    let mut bar = f64::NEG_INFINITY;
    let mut upper_rank = entries[0].rank();
    for i in 1..entries.len() {
        criterion.shift(criterion.item(entries[i - 1].row()));
        let (lower, upper) = (upper_rank, entries[i].rank());
        upper_rank = upper;
        if lower == upper
            || !tools
                .growth
                .allows(i, entries.len() - i, criterion.side_weights())
        {
            continue;
        }
        let gain = criterion.gain();
        if gain > bar {
            best = Cut::between(lower, upper, gain);
            bar = gain + tools.tie;
        }
    }
    best
}

impl<K: Criterion, E: Entry> Finder<K> for Presorted<E> {
    fn arranged(&self) -> &[u32] {
        &self.rows
    }

    fn find(&mut self, span: Span, tools: &mut Tools<'_, K>) -> Option<Best> {
        let mut best = None;
        while let Some(feature) = tools.features.draw(tools.rng) {
            let entries = self.entries(feature, span);
            if entries[0].rank() == entries[span.n - 1].rank() {
                tools.features.found_constant();
                continue;
            }
            let cut = scan(entries, tools);
            best = Best::choose(best, feature, cut, tools.tie);
        }
        best
    }

    fn divide(
        &mut self,
        span: Span,
        best: &Best,
        varying: &[u32],
        is_leaf: &dyn Fn(&[u32]) -> bool,
    ) -> [(Span, bool); 2] {
        let n_left = self.mark(span, best);
        let goes_left = &self.goes_left;
        let rows = &mut self.rows[span.rows..span.rows + span.n];
        partition(rows, &mut self.spare_rows, |row| goes_left[row as usize]);
        let leaves = [is_leaf(&rows[..n_left]), is_leaf(&rows[n_left..])];

        let n_rows = self.rows.len();
        for &feature in if leaves == [true, true] { &[] } else { varying } {
            let start = feature as usize * n_rows + span.entries;
            let entries = &mut self.entries[start..start + span.n];
            match leaves {
                [false, false] => {
                    partition(entries, &mut self.spare, |entry| goes_left[entry.row() as usize]);
                }
                // Entries of leaves are not needed any more: the other child's move to the front.
                [right_only, _] => keep(entries, |entry| goes_left[entry.row() as usize] != right_only),
            }
        }
        let right_entries = span.entries + if leaves[0] { 0 } else { n_left };
        let left = Span { n: n_left, ..span };
        let right = Span {
            rows: span.rows + n_left,
            entries: right_entries,
            n: span.n - n_left,
        };
        [(left, leaves[0]), (right, leaves[1])]
    }
}

/// Moves the entries for which `keep` holds to the front; what stands behind them is left over.
#[inline(always)]
fn keep<E: Copy>(entries: &mut [E], keep: impl Fn(E) -> bool) {
    let mut kept = 0;
    for i in 0..entries.len() {
        let entry = entries[i];
        entries[kept] = entry;
        kept += usize::from(keep(entry));
    }
}
