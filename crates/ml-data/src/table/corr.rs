//! Linear correlation of columns.

use std::fmt;

use ml_core::{Error, Result, ndarray::Array2};
use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::column::{is_number, missing, problem, to_numbers};

/// The correlation of each pair of numeric columns, from -1 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// Names of the columns, in order.
    pub names: Vec<String>,
    /// `[columns, columns]`, symmetric; NaN where a column is constant or no two rows are complete.
    pub values: Array2<f64>,
}

/// Pearson's correlation coefficient of each pair of columns of numbers or booleans:
/// `r = sum((x - mean x)(y - mean y)) / sqrt(sum((x - mean x)²) sum((y - mean y)²))`.
///
/// Each pair uses the rows in which both have a value. Near 1 the two rise together, near -1 one
/// falls as the other rises, near 0 there is no straight line between them (but maybe a curve).
///
/// Source: K. Pearson, "Notes on regression and inheritance in the case of two parents" (1895).
///
/// # Errors
/// [`Error::Data`] if no column holds numbers.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("x" => [Some(1), Some(2), Some(3), None], "y" => [2, 4, 6, 0], "z" => [1, 0, -1, 9])?;
/// let corr = ml_data::table::corr(&df)?;
/// assert_eq!(corr.get("x", "y"), Some(1.0));
/// let with_x = corr.with("x")?;
/// assert_eq!(with_x.last(), Some(&("z".to_owned(), -1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn corr(df: &DataFrame) -> Result<Correlation> {
    let op = "corr";
    let numeric = df
        .columns()
        .iter()
        .filter(|c| is_number(c.dtype()) || c.dtype().is_bool());
    let (names, columns): (Vec<String>, Vec<Vec<f64>>) = numeric
        .map(|column| Ok((column.name().to_string(), to_numbers(op, column)?)))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .unzip();
    if names.is_empty() {
        return Err(Error::Data {
            op,
            problem: "no column holds numbers".to_owned(),
            remedy: "encode categories first (OrdinalEncoder or OneHotEncoder)",
        });
    }
    let n = names.len();
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).collect();
    let found: Vec<f64> = pairs
        .par_iter()
        .map(|&(i, j)| pearson(&columns[i], &columns[j]))
        .collect();
    let mut values = Array2::zeros((n, n));
    for (&(i, j), r) in pairs.iter().zip(found) {
        values[[i, j]] = r;
        values[[j, i]] = r;
    }
    Ok(Correlation { names, values })
}

/// The coefficient over the rows in which neither is NaN.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let complete = || x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let (n, sum_x, sum_y) = complete().fold((0.0, 0.0, 0.0), |(n, sx, sy), (x, y)| (n + 1.0, sx + x, sy + y));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (xx, yy, xy) = complete().fold((0.0, 0.0, 0.0), |(xx, yy, xy), (x, y)| {
        let (x, y) = (x - mean_x, y - mean_y);
        (xx + x * x, yy + y * y, xy + x * y)
    });
    // Rounding can lead a little past the ends; 0 / 0 of a constant column stays NaN.
    (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0)
}

impl Correlation {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// The coefficient of two columns.
    pub fn get(&self, left: &str, right: &str) -> Option<f64> {
        Some(self.values[[self.position(left)?, self.position(right)?]])
    }

    /// All coefficients with one column, greatest first; NaN last.
    ///
    /// # Errors
    /// [`Error::Column`] if it is not among the columns.
    pub fn with(&self, name: &str) -> Result<Vec<(String, f64)>> {
        let Some(row) = self.position(name) else {
            let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
            return Err(problem("corr", name, missing(&names)));
        };
        let mut list: Vec<(String, f64)> = self
            .names
            .iter()
            .cloned()
            .zip(self.values.row(row).iter().copied())
            .collect();
        let key = |r: f64| if r.is_nan() { f64::NEG_INFINITY } else { r };
        list.sort_by(|(_, a), (_, b)| key(*b).total_cmp(&key(*a)));
        Ok(list)
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = self.names.iter().map(|n| n.chars().count().max(9)).collect();
        let first = widths.iter().copied().max().unwrap_or(0);
        write!(f, "{:first$}", "")?;
        for (name, width) in self.names.iter().zip(&widths) {
            write!(f, "  {name:>width$}")?;
        }
        for (name, row) in self.names.iter().zip(self.values.rows()) {
            write!(f, "\n{name:<first$}")?;
            for (r, width) in row.iter().zip(&widths) {
                write!(f, "  {r:>width$.6}")?;
            }
        }
        Ok(())
    }
}
