//! Numbers that summarise the columns of a table.

use std::fmt;

use ml_core::{Error, Result};
use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::column::{is_number, to_numbers};

/// The summaries of the numeric columns of a table; printed, it is a table with 6 decimals.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// One a numeric column, in order.
    pub columns: Vec<Summary>,
}

/// Count, moments and quartiles of one column, over the values that are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Name of the column.
    pub name: String,
    /// Values that are there: neither null nor NaN.
    pub count: usize,
    /// `sum / count`; NaN without a value.
    pub mean: f64,
    /// `sqrt(sum((v - mean)²) / (count - 1))`; NaN below two values.
    pub std: f64,
    /// The smallest value; NaN without a value.
    pub min: f64,
    /// A quarter of the values lies below; interpolated linearly between neighbours.
    pub first_quartile: f64,
    /// Half of the values lies below; interpolated linearly between neighbours.
    pub median: f64,
    /// Three quarters of the values lie below; interpolated linearly between neighbours.
    pub third_quartile: f64,
    /// The greatest value; NaN without a value.
    pub max: f64,
}

/// Summarises the columns of integers and floating-point numbers; missing values do not count.
///
/// # Errors
/// [`Error::Data`] if no column holds numbers.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("n" => [Some(1), Some(2), None, Some(4)], "name" => ["a", "b", "c", "d"])?;
/// let description = ml_data::table::describe(&df)?;
/// let n = description.get("n").ok_or("n is there")?;
/// assert_eq!((n.count, n.median, n.third_quartile), (3, 2.0, 3.0));
/// assert!(description.get("name").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn describe(df: &DataFrame) -> Result<Description> {
    let op = "describe";
    let numeric: Vec<_> = df.columns().iter().filter(|c| is_number(c.dtype())).collect();
    if numeric.is_empty() {
        return Err(Error::Data {
            op,
            problem: "no column holds numbers".to_owned(),
            remedy: "count categories with value_counts",
        });
    }
    let columns = numeric
        .into_par_iter()
        .map(|column| {
            let mut values = to_numbers(op, column)?;
            values.retain(|v| !v.is_nan());
            Ok(Summary::new(column.name().to_string(), values))
        })
        .collect::<Result<_>>()?;
    Ok(Description { columns })
}

impl Description {
    /// The summary of the column of this name.
    pub fn get(&self, name: &str) -> Option<&Summary> {
        self.columns.iter().find(|summary| summary.name == name)
    }
}

impl Summary {
    fn new(name: String, mut values: Vec<f64>) -> Self {
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let std = match count {
            0 | 1 => f64::NAN,
            n => (squares / (n - 1) as f64).sqrt(),
        };
        let of = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(f64::NAN);
        let (min, max) = (of(f64::min), of(f64::max));
        let [first_quartile, median, third_quartile] =
            [0.25, 0.5, 0.75].map(|share| quantile(&mut values, share));
        Self {
            name,
            count,
            mean,
            std,
            min,
            first_quartile,
            median,
            third_quartile,
            max,
        }
    }

    /// The eight numbers in the order of [`Summary::LABELS`].
    pub fn values(&self) -> [f64; 8] {
        let Self {
            mean, std, min, max, ..
        } = *self;
        let [low, middle, high] = [self.first_quartile, self.median, self.third_quartile];
        [self.count as f64, mean, std, min, low, middle, high, max]
    }

    /// What the rows of the printed table are called.
    pub const LABELS: [&str; 8] = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
}

/// The value below which a share of the values lies; NaN without values. Reorders them.
///
/// The place of the quantile is `share * (n - 1)` in ascending order; between two neighbours `a`
/// and `b` it is `a + (b - a) * fraction`.
///
/// Source: R. Hyndman and Y. Fan, "Sample quantiles in statistical packages" (1996), definition 7.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let (low, fraction) = (place.floor() as usize, place.fract());
    let (_, &mut a, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    if fraction == 0.0 {
        return a;
    }
    let b = above.iter().copied().fold(f64::INFINITY, f64::min);
    // From the nearer end, so that equal neighbours give their very value.
    if fraction < 0.5 {
        a + (b - a) * fraction
    } else {
        b - (b - a) * (1.0 - fraction)
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 8]> = self
            .columns
            .iter()
            .map(|summary| summary.values().map(|v| format!("{v:.6}")))
            .collect();
        let widths: Vec<usize> = self
            .columns
            .iter()
            .zip(&cells)
            .map(|(summary, cells)| {
                let widest = cells.iter().map(String::len).max().unwrap_or(0);
                widest.max(summary.name.chars().count())
            })
            .collect();
        write!(f, "{:5}", "")?;
        for (summary, width) in self.columns.iter().zip(&widths) {
            write!(f, "  {:>width$}", summary.name)?;
        }
        for (row, label) in Summary::LABELS.iter().enumerate() {
            write!(f, "\n{label:5}")?;
            for (cells, width) in cells.iter().zip(&widths) {
                write!(f, "  {:>width$}", cells[row])?;
            }
        }
        Ok(())
    }
}
