//! What figures take as data: anything that yields numbers.

use ml_core::ndarray::{Array2, ArrayView2};
use ml_core::{Error, Result};

/// A number that can be drawn: every primitive number and references to them, so that slices,
/// vectors, ranges, iterators and `ndarray` views all serve as data.
pub trait Number: Copy {
    /// The value that shows as full brightness in a colour image: 255 for whole numbers, 1 otherwise.
    const FULL: f64;

    /// The number as `f64`.
    fn number(self) -> f64;
}

macro_rules! numbers {
    ($full:literal: $($type:ty),*) => {$(
        impl Number for $type {
            const FULL: f64 = $full;

            fn number(self) -> f64 {
                self as f64
            }
        }
    )*};
}

numbers!(1.0: f64, f32);
numbers!(255.0: u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl<N: Number> Number for &N {
    const FULL: f64 = N::FULL;

    fn number(self) -> f64 {
        (*self).number()
    }
}

/// Larger numbers would overflow in the arithmetic of axes.
pub(crate) const LARGEST: f64 = 1e300;

/// One list of numbers: NaN allowed, infinities not, at least one number that is not NaN.
pub(crate) fn column(
    op: &'static str,
    what: &'static str,
    values: impl IntoIterator<Item = impl Number>,
) -> Result<Vec<f64>> {
    let values: Vec<f64> = values.into_iter().map(Number::number).collect();
    if let Some(row) = values.iter().position(|v| v.abs() > LARGEST) {
        return Err(too_large(op, what, values[row], row, 0));
    }
    one_number(op, what, values.iter())?;
    Ok(values)
}

/// Two lists of equal length.
pub(crate) fn pair(
    op: &'static str,
    x: impl IntoIterator<Item = impl Number>,
    y: impl IntoIterator<Item = impl Number>,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let (x, y) = (column(op, "x", x)?, column(op, "y", y)?);
    same_length(op, ("x", x.len()), ("y", y.len()))?;
    Ok((x, y))
}

pub(crate) fn same_length(
    op: &'static str,
    (left_name, left): (&'static str, usize),
    (right_name, right): (&'static str, usize),
) -> Result<()> {
    if left == right {
        return Ok(());
    }
    Err(Error::Length {
        op,
        left_name,
        left,
        right_name,
        right,
    })
}

/// A table of numbers: NaN allowed, infinities not, at least one number that is not NaN.
pub(crate) fn matrix<N: Number>(
    op: &'static str,
    what: &'static str,
    values: ArrayView2<'_, N>,
) -> Result<Array2<f64>> {
    let values = values.map(|v| v.number());
    if let Some(((row, column), &value)) = values.indexed_iter().find(|(_, v)| v.abs() > LARGEST) {
        return Err(too_large(op, what, value, row, column));
    }
    one_number(op, what, values.iter())?;
    Ok(values)
}

/// Something to draw: at least one number that is not NaN.
fn one_number<'a>(
    op: &'static str,
    what: &'static str,
    mut values: impl ExactSizeIterator<Item = &'a f64>,
) -> Result<()> {
    let none = values.len() == 0;
    if values.any(|v| !v.is_nan()) {
        return Ok(());
    }
    Err(Error::Empty {
        op,
        what: if none {
            what.to_owned()
        } else {
            format!("{what} (nothing but NaN)")
        },
        least: "1 number",
    })
}

fn too_large(op: &'static str, what: &'static str, value: f64, row: usize, column: usize) -> Error {
    if value.is_finite() {
        let problem = format!("{what} holds {value:e} at row {row}, column {column}");
        return Error::Data {
            op,
            problem,
            remedy: "scale the values: figures reach to 1e300",
        };
    }
    let remedy = "leave infinite values out, or write NaN, which is skipped";
    Error::NotFinite {
        op,
        what,
        value,
        row,
        column: column.to_string(),
        remedy,
    }
}

/// A finite number as a setting of a figure.
pub(crate) fn setting(name: &str, value: f64, valid: bool, domain: &str) -> Result<()> {
    ml_core::check::parameter(name, value, value.abs() <= LARGEST && valid, domain)
}

/// Smallest and largest number, NaN left out.
pub(crate) fn range<'a>(values: impl IntoIterator<Item = &'a f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| !v.is_nan())
        .fold(None, |range, &v| match range {
            None => Some((v, v)),
            Some((low, high)) => Some((low.min(v), high.max(v))),
        })
}
