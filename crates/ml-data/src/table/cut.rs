//! Categories made of numbers.

use derive_setters::Setters;
use ml_core::{
    Error, Result,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

/// Edges that cut numbers into bins.
///
/// A bin runs from one edge to the next and owns its right edge, unless [`left_closed`](Self::left_closed):
/// with edges 0, 1.5, 3 the value 1.5 is in bin 0. An outermost edge may be infinite.
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct Cut {
    /// The edges, ascending, at least two.
    pub edges: Vec<f64>,
    /// Whether bins own their left edge, `[a, b)`, and not their right one, `(a, b]`. Default false.
    pub left_closed: bool,
    /// Whether the first bin owns its left edge too; `left_closed` bins do anyway. Default false.
    pub include_lowest: bool,
}

/// Gives each number the label of its bin; bins own their right edges. See [`Cut`] for other ways.
///
/// # Errors
/// As [`Cut::bins`]; [`Error::Parameter`] unless there is one label a bin. [`Error::Data`] if a value is
/// missing or outside of all bins; use [`Cut::labels`] to see these as `None`.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
///
/// let income = array![1.5, 1.6, 8.3, 3.0];
/// let edges = [0.0, 1.5, 3.0, 4.5, 6.0, f64::INFINITY];
/// let category = ml_data::table::cut(income.view(), &edges, &[1, 2, 3, 4, 5])?;
/// assert_eq!(category.to_vec(), [1, 2, 5, 2]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cut<T: Clone>(values: ArrayView1<'_, f64>, edges: &[f64], labels: &[T]) -> Result<Array1<T>> {
    let labelled = Cut::new(edges.to_vec()).labels(values, labels)?;
    labelled
        .into_iter()
        .enumerate()
        .map(|(row, label)| {
            label.ok_or_else(|| Error::Data {
                op: "cut",
                problem: format!("the value {} at row {row} is in no bin", values[row]),
                remedy: "widen the outermost edges (to infinity), fill gaps first, or use Cut::labels",
            })
        })
        .collect()
}

impl Cut {
    /// Bins between these edges, closed on the right.
    pub fn new(edges: impl Into<Vec<f64>>) -> Self {
        Self {
            edges: edges.into(),
            left_closed: false,
            include_lowest: false,
        }
    }

    /// Number of bins.
    pub fn n_bins(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// The bin of each value, from 0; none for NaN and for values outside of all bins.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless there are at least two edges, each greater than the one before.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    /// use ml_data::table::Cut;
    ///
    /// let values = array![0.0, 1.0, 2.0, f64::NAN];
    /// let cut = Cut::new([0.0, 1.0, 2.0]);
    /// assert_eq!(cut.bins(values.view())?, [None, Some(0), Some(1), None]);
    /// assert_eq!(cut.left_closed(true).bins(values.view())?, [Some(0), Some(1), None, None]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bins(&self, values: ArrayView1<'_, f64>) -> Result<Vec<Option<usize>>> {
        self.check()?;
        Ok(values.iter().map(|&value| self.bin(value)).collect())
    }

    /// As [`bins`](Self::bins), with a label instead of a number.
    ///
    /// # Errors
    /// As [`bins`](Self::bins), and [`Error::Parameter`] unless there is one label a bin.
    pub fn labels<T: Clone>(&self, values: ArrayView1<'_, f64>, labels: &[T]) -> Result<Vec<Option<T>>> {
        let bins = self.bins(values)?;
        if labels.len() != self.n_bins() {
            return Err(Error::Parameter {
                name: "labels".to_owned(),
                value: format!("{} labels", labels.len()),
                domain: format!("one a bin, which makes {}", self.n_bins()),
            });
        }
        Ok(bins
            .into_iter()
            .map(|bin| bin.map(|bin| labels[bin].clone()))
            .collect())
    }

    /// The bins in writing: `(0, 1.5]`.
    pub fn intervals(&self) -> Vec<String> {
        let write = |(bin, edges): (usize, &[f64])| {
            let left = self.left_closed || (self.include_lowest && bin == 0);
            let (open, close) = (
                if left { '[' } else { '(' },
                if self.left_closed { ')' } else { ']' },
            );
            format!("{open}{}, {}{close}", edges[0], edges[1])
        };
        self.edges.windows(2).enumerate().map(write).collect()
    }

    fn check(&self) -> Result<()> {
        let ascending = self.edges.windows(2).all(|pair| pair[0] < pair[1]);
        if self.edges.len() >= 2 && ascending {
            return Ok(());
        }
        Err(Error::Parameter {
            name: "edges".to_owned(),
            value: format!("{:?}", self.edges),
            domain: "at least two numbers in ascending order, none twice".to_owned(),
        })
    }

    fn bin(&self, value: f64) -> Option<usize> {
        let passed = if self.left_closed {
            self.edges.partition_point(|&edge| edge <= value)
        } else {
            self.edges.partition_point(|&edge| edge < value)
        };
        match passed {
            // NaN is neither less than an edge nor equal to one.
            0 => (self.include_lowest && value == self.edges[0]).then_some(0),
            n => (n <= self.n_bins()).then_some(n - 1),
        }
    }
}
