//! A k-d tree: boxes of rows, halved along their longest side.

use ml_core::{Float, ndarray::ArrayView2};

use super::{metric::Metric, nearest::Nearest};

/// Boxes of at most so many rows are searched one by one.
const LEAF_ROWS: usize = 24;

/// A box whose rounded lower bound exceeds the worst distance by less than this share is searched all the
/// same, so that rounding cannot hide a neighbour.
const ROUNDING: f64 = 1e-12;

/// Row numbers ordered so that every box is a range of them.
///
/// Source: Bentley, "Multidimensional binary search trees used for associative searching", CACM 18 (1975).
#[derive(Debug)]
pub(super) struct KdTree {
    rows: Vec<usize>,
    nodes: Vec<Node>,
    /// Lower and upper corner of every node, `[nodes, 2, columns]`.
    corners: Vec<f64>,
    columns: usize,
}

#[derive(Debug)]
struct Node {
    start: usize,
    end: usize,
    /// The two halves, unless this is a leaf.
    children: Option<[usize; 2]>,
}

impl KdTree {
    pub(super) fn new<F: Float>(x: ArrayView2<'_, F>) -> Self {
        let mut tree = Self {
            rows: (0..x.nrows()).collect(),
            nodes: Vec::new(),
            corners: Vec::new(),
            columns: x.ncols(),
        };
        tree.grow(x, 0, x.nrows());
        tree
    }

    fn grow<F: Float>(&mut self, x: ArrayView2<'_, F>, start: usize, end: usize) -> usize {
        let node = self.nodes.len();
        let side = self.push_box(x, start, end);
        self.nodes.push(Node {
            start,
            end,
            children: None,
        });
        // Without any extent all rows are equal, and halving would never end.
        if let (true, Some(column)) = (end - start > LEAF_ROWS, side) {
            let middle = (end - start) / 2;
            self.rows[start..end].select_nth_unstable_by(middle, |&a, &b| {
                let (a, b) = ((x[[a, column]].as_f64(), a), (x[[b, column]].as_f64(), b));
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
            });
            // The depth is the logarithm of the number of rows: recursion is safe.
            let left = self.grow(x, start, start + middle);
            let right = self.grow(x, start + middle, end);
            self.nodes[node].children = Some([left, right]);
        }
        node
    }

    /// Appends the corners of a box; gives its longest side, if it has any extent.
    fn push_box<F: Float>(&mut self, x: ArrayView2<'_, F>, start: usize, end: usize) -> Option<usize> {
        let (mut low, mut high) = (
            vec![f64::INFINITY; self.columns],
            vec![f64::NEG_INFINITY; self.columns],
        );
        for &row in &self.rows[start..end] {
            for (column, value) in x.row(row).iter().enumerate() {
                low[column] = low[column].min(value.as_f64());
                high[column] = high[column].max(value.as_f64());
            }
        }
        let mut longest = (0.0, None);
        for column in 0..self.columns {
            let side = high[column] - low[column];
            if side > longest.0 {
                longest = (side, Some(column));
            }
        }
        self.corners.extend(low);
        self.corners.extend(high);
        longest.1
    }

    pub(super) fn search<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        query: &[F],
        metric: Metric,
        nearest: &mut Nearest,
    ) {
        let mut open = vec![(self.bound(0, query, metric), 0)];
        while let Some((bound, node)) = open.pop() {
            if bound * (1.0 - ROUNDING) > nearest.worst() {
                continue;
            }
            let node = &self.nodes[node];
            let Some([left, right]) = node.children else {
                for &row in &self.rows[node.start..node.end] {
                    let values = x
                        .row(row)
                        .to_slice()
                        .expect("training rows are kept in standard layout");
                    nearest.offer(metric.reduced(query, values), row);
                }
                continue;
            };
            let left = (self.bound(left, query, metric), left);
            let right = (self.bound(right, query, metric), right);
            // The nearer box is searched first: it goes on top.
            let (near, far) = if left.0 <= right.0 {
                (left, right)
            } else {
                (right, left)
            };
            open.push(far);
            open.push(near);
        }
    }

    /// The reduced distance from `query` to the nearest point of a box.
    fn bound<F: Float>(&self, node: usize, query: &[F], metric: Metric) -> f64 {
        let corners = &self.corners[node * 2 * self.columns..][..2 * self.columns];
        let (low, high) = corners.split_at(self.columns);
        let mut sum = 0.0;
        for ((q, &low), &high) in query.iter().zip(low).zip(high) {
            let q = q.as_f64();
            sum = metric.accumulate(sum, (low - q).max(q - high).max(0.0));
        }
        sum
    }
}
