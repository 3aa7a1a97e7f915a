//! Rows of one set that stand again in another.

use ml_core::{Error, Result, check, ndarray::ArrayView2};

/// Pairs `(row of a, row of b)` whose numbers differ by at most `tolerance` in every column.
///
/// A test set that repeats training rows flatters the model (book, chapter 1, "Data Mismatch"): 0 finds exact copies, a small
/// tolerance in the columns' own units finds near ones. Rows with a missing value match none. Pairs come in order of `b`, then `a`.
///
/// Cost: sorts `a` by its first column, then compares rows within the tolerance there.
///
/// # Errors
/// [`Error::ColumnCount`] if the two differ in columns, [`Error::Parameter`] unless `tolerance` is finite and at least 0.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_data::quality::near_duplicates;
///
/// let train = array![[1.0, 2.0], [3.0, 4.0]];
/// let test = array![[3.0, 4.001], [9.0, 9.0]];
/// assert_eq!(near_duplicates(train.view(), test.view(), 0.01)?, [(1, 0)]);
/// assert!(near_duplicates(train.view(), test.view(), 0.0)?.is_empty());
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn near_duplicates(
    a: ArrayView2<'_, f64>,
    b: ArrayView2<'_, f64>,
    tolerance: f64,
) -> Result<Vec<(usize, usize)>> {
    let op = "near_duplicates";
    check::parameter(
        "tolerance",
        tolerance,
        tolerance.is_finite() && tolerance >= 0.0,
        "finite and >= 0",
    )?;
    check::columns(op, a.ncols(), b.ncols())?;
    if a.ncols() == 0 {
        return Err(Error::Empty {
            op,
            what: "a (0 columns)".to_owned(),
            least: "1 column",
        });
    }
    let mut order: Vec<usize> = (0..a.nrows()).filter(|&row| !a[[row, 0]].is_nan()).collect();
    order.sort_by(|&i, &j| a[[i, 0]].total_cmp(&a[[j, 0]]));
    let mut pairs = Vec::new();
    for (row, values) in b.rows().into_iter().enumerate() {
        let (low, high) = (values[0] - tolerance, values[0] + tolerance);
        let start = order.partition_point(|&i| a[[i, 0]] < low);
        let near = order[start..].iter().take_while(|&&i| a[[i, 0]] <= high);
        let same = |&i: &usize| {
            a.row(i)
                .iter()
                .zip(values)
                .all(|(p, q)| (p - q).abs() <= tolerance)
        };
        let mut found: Vec<usize> = near.copied().filter(same).collect();
        found.sort_unstable();
        pairs.extend(found.into_iter().map(|i| (i, row)));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::{Array2, array};

    use super::near_duplicates;

    #[test]
    fn every_copy_is_found_once() {
        let a = array![[2.0, 1.0], [1.0, 1.0], [2.0, 1.0]];
        assert_eq!(
            near_duplicates(a.view(), a.slice(ml_core::ndarray::s![..1, ..]), 0.0).unwrap(),
            [(0, 0), (2, 0)]
        );
    }

    #[test]
    fn missing_values_match_nothing() {
        let a = array![[f64::NAN, 1.0], [1.0, f64::NAN]];
        assert!(near_duplicates(a.view(), a.view(), 1.0).unwrap().is_empty());
    }

    #[test]
    fn other_columns_are_refused() {
        let (a, b) = (Array2::zeros((1, 2)), Array2::zeros((1, 3)));
        let error = near_duplicates(a.view(), b.view(), 0.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "near_duplicates: expected 2 columns as in fit, got 3"
        );
    }
}
