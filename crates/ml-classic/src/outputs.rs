//! Targets of one or several outputs: `[rows, outputs]`, a single one as one column.

use ml_core::{
    Error, Float, Label, Result, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s},
};

use crate::{
    metrics::{per_output, r2_score_with, weighted_share},
    tree::first_largest,
};

/// One target as a column.
pub(crate) fn column<T>(y: ArrayView1<'_, T>) -> ArrayView2<'_, T> {
    y.insert_axis(Axis(1))
}

/// What a fit needs of `x` and of targets of any kind: rows, columns, finite numbers in `x`, a row of
/// targets for each.
pub(crate) fn check_rows<F: Float, T>(
    op: &'static str,
    x: ArrayView2<'_, F>,
    y: ArrayView2<'_, T>,
) -> Result<()> {
    check::not_empty(op, x)?;
    check::same_rows(op, x.nrows(), y.nrows())?;
    check::finite(op, x)?;
    if y.ncols() == 0 {
        let what = "y (0 columns)".to_owned();
        let least = "1 column";
        return Err(Error::Empty { op, what, least });
    }
    Ok(())
}

/// [`check_rows`] for numbers, which must be finite.
pub(crate) fn check_numbers<F: Float>(
    op: &'static str,
    x: ArrayView2<'_, F>,
    y: ArrayView2<'_, F>,
) -> Result<()> {
    check_rows(op, x, y)?;
    for (output, y) in y.columns().into_iter().enumerate() {
        check::finite_target(op, y).map_err(|error| in_column(output, error))?;
    }
    Ok(())
}

/// The check of one target calls its column 0; among several it has a number.
pub(crate) fn in_column(output: usize, error: Error) -> Error {
    match error {
        Error::NotFinite {
            op,
            what,
            value,
            row,
            remedy,
            ..
        } => Error::NotFinite {
            op,
            what,
            value,
            row,
            column: output.to_string(),
            remedy,
        },
        other => other,
    }
}

/// The classes of every output in ascending order, and every row's position among them.
pub(crate) fn encode<L: Label>(y: ArrayView2<'_, L>) -> (Vec<Vec<L>>, Vec<Array1<usize>>) {
    y.columns().into_iter().map(label::encode).unzip()
}

/// The first of the most probable classes of every output; `shares` holds `[rows, classes]`, outputs side
/// by side.
pub(crate) fn most_probable<L: Label>(classes: &[Vec<L>], shares: ArrayView2<'_, f64>) -> Array2<L> {
    let shares = shares.as_standard_layout();
    let mut out = Vec::with_capacity(shares.nrows() * classes.len());
    for row in shares.rows() {
        let mut rest = row.to_slice().expect("a row in standard layout");
        for classes in classes {
            let (shares, behind) = rest.split_at(classes.len());
            out.push(classes[first_largest(shares)].clone());
            rest = behind;
        }
    }
    Array2::from_shape_vec((shares.nrows(), classes.len()), out).expect("a class a row and output")
}

/// Cuts `[rows, classes]` of all outputs side by side into one array an output.
pub(crate) fn by_output<L>(classes: &[Vec<L>], shares: ArrayView2<'_, f64>) -> Vec<Array2<f64>> {
    let mut start = 0;
    let mut next = |classes: &Vec<L>| {
        let part = start..start + classes.len();
        start = part.end;
        shares.slice(s![.., part]).to_owned()
    };
    classes.iter().map(&mut next).collect()
}

/// The mean R² of the outputs.
pub(crate) fn mean_r2<F: Float>(
    y: ArrayView2<'_, F>,
    predicted: ArrayView2<'_, F>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    let scores = per_output(|y, predicted| r2_score_with(y, predicted, weights), y, predicted)?;
    Ok(scores.sum() / scores.len() as f64)
}

/// The share of rows (of their weight, if they have weights) of which every output is right.
pub(crate) fn share_right<L: PartialEq>(
    op: &'static str,
    y: ArrayView2<'_, L>,
    predicted: ArrayView2<'_, L>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    if y.dim() != predicted.dim() {
        return Err(Error::Shape {
            op,
            left: y.shape().to_vec(),
            right: predicted.shape().to_vec(),
            rule: "targets and predictions must have the same rows and columns",
        });
    }
    check::not_empty(op, y)?;
    let rows = y.rows().into_iter().zip(predicted.rows());
    let right: Vec<bool> = rows.map(|(y, predicted)| y == predicted).collect();
    weighted_share(op, &right, weights)
}
