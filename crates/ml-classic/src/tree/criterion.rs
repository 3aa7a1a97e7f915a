//! What a split is to improve: the part that all criteria share.

/// Impurity of a set of rows, and the gain of moving rows from one side of a split to the other.
///
/// A search starts with all rows of the node on the *rest* side and moves them, one or a group at a
/// time, to the *moved* side. Gains are symmetric, so it does not matter which of the two sides
/// becomes the left child.
pub(super) trait Criterion {
    /// What a search reads of a row: its weight and target.
    type Item: Copy + Default;

    fn item(&self, row: u32) -> Self::Item;

    /// Numbers that describe a node: for every output one mean or median, or a weight a class.
    fn n_values(&self) -> usize;

    /// Takes up a node of these rows (all of positive weight), and appends its value.
    fn begin(&mut self, rows: &[u32], values: &mut Vec<f64>) -> NodeStatistics;

    /// Whether all targets are the same.
    fn is_pure(&self, rows: &[u32]) -> bool;

    /// All rows to the rest side.
    fn reset(&mut self);

    /// One row from the rest to the moved side.
    fn shift(&mut self, item: Self::Item);

    /// Floats that one bin of a histogram takes; `None` if sums of rows do not tell enough, and rows
    /// must be moved one by one.
    fn bin_width(&self) -> Option<usize>;

    /// One row into a bin of several.
    fn fill(&self, bins: &mut [f64], bin: usize, item: Self::Item);

    /// All rows of a bin from the rest to the moved side.
    fn shift_bin(&mut self, bins: &[f64], bin: usize);

    /// Weights of the moved and the rest side.
    fn side_weights(&self) -> (f64, f64);

    /// Decrease of impurity by the split, times the weight of the node.
    fn gain(&self) -> f64;
}

/// What is stored of a node beside its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeStatistics {
    pub(super) weight: f64,
    pub(super) impurity: f64,
    /// Whether all targets are the same.
    pub(super) pure: bool,
}
