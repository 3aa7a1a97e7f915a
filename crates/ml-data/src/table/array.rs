//! Tables as arrays and back.

use ml_core::{
    Float, Result, check,
    ndarray::{Array2, ArrayView2},
};
use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;

use super::column::{polars_problem, problem, to_numbers};

/// What becomes of a gap on the way into an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingInArray {
    /// It becomes NaN.
    Nan,
    /// It is an error.
    Refuse,
}

/// What becomes of a NaN on the way into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingInFrame {
    /// It becomes null, which polars leaves out of sums, means and counts.
    Null,
    /// It stays NaN.
    Nan,
}

/// A table of numbers and booleans as an array, `[rows, columns]`.
///
/// # Errors
/// [`Error::Column`](ml_core::Error::Column) naming the first column of anything else, and under
/// [`MissingInArray::Refuse`] the first with a gap.
///
/// # Examples
/// ```
/// use ml_core::ndarray::{Array2, array};
/// use ml_data::{polars::prelude::*, table::{MissingInArray, to_array}};
///
/// let df = df!("a" => [1, 2], "b" => [0.5, 1.5])?;
/// let x: Array2<f32> = to_array(&df, MissingInArray::Refuse)?;
/// assert_eq!(x, array![[1.0, 0.5], [2.0, 1.5]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_array<F: Float>(df: &DataFrame, missing: MissingInArray) -> Result<Array2<F>> {
    let op = "to_array";
    let columns: Vec<Vec<f64>> = df
        .columns()
        .par_iter()
        .map(|column| {
            let values = to_numbers(op, column)?;
            let gap = values.iter().position(|v| v.is_nan());
            match gap.filter(|_| missing == MissingInArray::Refuse) {
                Some(row) => {
                    let what = format!(
                        "has no value at row {row}; fill gaps first (SimpleImputer), or drop those rows"
                    );
                    Err(problem(op, column.name(), what))
                }
                None => Ok(values),
            }
        })
        .collect::<Result<_>>()?;
    let mut out = Array2::zeros((df.height(), df.width()));
    for (mut to, from) in out.columns_mut().into_iter().zip(columns) {
        to.iter_mut().zip(from).for_each(|(to, v)| *to = F::of(v));
    }
    Ok(out)
}

/// An array, `[rows, columns]`, as a table with these names.
///
/// # Errors
/// [`Error::ColumnCount`](ml_core::Error::ColumnCount) unless there is one name a column,
/// [`Error::Column`](ml_core::Error::Column) for a name that comes twice.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_data::{polars::prelude::*, table::{MissingInFrame, from_array}};
///
/// let x = array![[1.0, f64::NAN], [2.0, 0.5]];
/// let df = from_array(x.view(), &["a", "b"], MissingInFrame::Null)?;
/// assert_eq!(df, df!("a" => [1.0, 2.0], "b" => [None, Some(0.5)])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn from_array<F: Float>(
    x: ArrayView2<'_, F>,
    names: &[impl AsRef<str>],
    missing: MissingInFrame,
) -> Result<DataFrame> {
    let op = "from_array";
    check::columns(op, x.ncols(), names.len())?;
    for (i, name) in names.iter().enumerate() {
        if names[..i].iter().any(|other| other.as_ref() == name.as_ref()) {
            return Err(problem(op, name.as_ref(), "comes twice; names must be unique"));
        }
    }
    let columns = names.iter().zip(x.columns()).map(|(name, values)| {
        let (name, values) = (name.as_ref().into(), values.iter().map(|v| v.as_f64()));
        match missing {
            MissingInFrame::Nan => Column::new(name, values.collect::<Vec<f64>>()),
            MissingInFrame::Null => {
                let gaps = values.map(|v| (!v.is_nan()).then_some(v));
                Column::new(name, gaps.collect::<Vec<Option<f64>>>())
            }
        }
    });
    DataFrame::new(x.nrows(), columns.collect()).map_err(|error| polars_problem(op, "(all)", &error))
}
