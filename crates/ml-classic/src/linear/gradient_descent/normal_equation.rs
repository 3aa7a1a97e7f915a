//! The closed form of least squares.

use ml_core::{
    Error, Result, check, linalg,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate},
};

/// A column of ones before the others: the `x_0 = 1` of the bias term.
///
/// # Examples
/// ```
/// use ml_classic::linear::with_bias;
/// use ml_core::ndarray::array;
///
/// assert_eq!(with_bias(array![[5.0], [7.0]].view()), array![[1.0, 5.0], [1.0, 7.0]]);
/// ```
pub fn with_bias(x: ArrayView2<'_, f64>) -> Array2<f64> {
    concatenate![Axis(1), Array2::ones((x.nrows(), 1)), x]
}

/// The normal equation: `θ = (XᵀX)⁻¹·Xᵀ·y` (Eq. 4-4), which has no solution where columns repeat one another.
///
/// # Errors
/// [`Error::Numerical`] where `XᵀX` is singular; empty data, NaN, lengths that differ.
///
/// # Examples
/// ```
/// use ml_classic::linear::{normal_equation, with_bias};
/// use ml_core::ndarray::array;
///
/// let x = with_bias(array![[0.0], [1.0], [2.0]].view());
/// let theta = normal_equation(x.view(), array![1.0, 3.0, 5.0].view())?;
/// assert!((theta[0] - 1.0).abs() < 1e-12 && (theta[1] - 2.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn normal_equation(x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<Array1<f64>> {
    check::training_set("normal_equation", x, y)?;
    let singular = |problem: String| Error::Numerical {
        op: "normal_equation",
        problem,
        remedy: "use linalg::pinv or LinearRegression, which find the shortest of many solutions",
    };
    if x.nrows() < x.ncols() {
        let problem = format!("{} rows cannot decide {} parameters", x.nrows(), x.ncols());
        return Err(singular(problem));
    }
    let inverse = linalg::inverse(x.t().dot(&x).view())
        .map_err(|_| singular("XᵀX is singular: a column is a mixture of others".to_owned()))?;
    Ok(inverse.dot(&x.t().dot(&y)))
}
