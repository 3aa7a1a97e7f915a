//! Several targets at once.

use std::ops::Range;

use super::criterion::{Criterion, NodeStatistics};

/// One criterion an output: gains and impurities are the means over the outputs, the value of a node is
/// theirs side by side.
pub(super) struct Outputs<K> {
    each: Vec<K>,
    /// Floats that one bin of each takes.
    widths: Option<Vec<usize>>,
}

impl<K: Criterion> Outputs<K> {
    /// At least one criterion, all over the same rows and weights.
    pub(super) fn new(each: Vec<K>) -> Self {
        let widths: Option<Vec<usize>> = each.iter().map(Criterion::bin_width).collect();
        Self { each, widths }
    }
}

/// Where the bins of every output stand: first all bins of the first, then all of the second.
fn parts(widths: &[usize], n_floats: usize) -> impl Iterator<Item = Range<usize>> {
    let n_bins = n_floats / widths.iter().sum::<usize>();
    let mut start = 0;
    widths.iter().map(move |width| {
        let part = start..start + n_bins * width;
        start = part.end;
        part
    })
}

impl<K: Criterion> Criterion for Outputs<K> {
    /// The row: every output has its own target of it.
    type Item = u32;

    #[inline(always)]
    fn item(&self, row: u32) -> u32 {
        row
    }

    fn n_values(&self) -> usize {
        self.each.iter().map(Criterion::n_values).sum()
    }

    fn begin(&mut self, rows: &[u32], values: &mut Vec<f64>) -> NodeStatistics {
        let n = self.each.len() as f64;
        let statistics = self.each.iter_mut().map(|output| output.begin(rows, values));
        let sum = statistics.reduce(|sum, next| NodeStatistics {
            weight: next.weight,
            impurity: sum.impurity + next.impurity,
            pure: sum.pure && next.pure,
        });
        let sum = sum.expect("a tree has at least one output");
        NodeStatistics {
            impurity: sum.impurity / n,
            ..sum
        }
    }

    fn is_pure(&self, rows: &[u32]) -> bool {
        self.each.iter().all(|output| output.is_pure(rows))
    }

    fn reset(&mut self) {
        self.each.iter_mut().for_each(Criterion::reset);
    }

    #[inline]
    fn shift(&mut self, row: u32) {
        for output in &mut self.each {
            output.shift(output.item(row));
        }
    }

    fn bin_width(&self) -> Option<usize> {
        self.widths.as_ref().map(|widths| widths.iter().sum())
    }

    #[inline]
    fn fill(&self, bins: &mut [f64], bin: usize, row: u32) {
        let Some(widths) = &self.widths else { return };
        for (output, part) in self.each.iter().zip(parts(widths, bins.len())) {
            output.fill(&mut bins[part], bin, output.item(row));
        }
    }

    #[inline]
    fn shift_bin(&mut self, bins: &[f64], bin: usize) {
        let Some(widths) = &self.widths else { return };
        for (output, part) in self.each.iter_mut().zip(parts(widths, bins.len())) {
            output.shift_bin(&bins[part], bin);
        }
    }

    fn side_weights(&self) -> (f64, f64) {
        self.each[0].side_weights()
    }

    #[inline]
    fn gain(&self) -> f64 {
        self.each.iter().map(Criterion::gain).sum::<f64>() / self.each.len() as f64
    }
}
