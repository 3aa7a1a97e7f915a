//! Progress of diabetes.

use ml_core::ndarray::Axis;

use super::{Labelled, archive};

/// 442 patients: ten measurements, scaled, and how far their diabetes went in a year.
///
/// Each column is centred and divided by `sqrt(sum of squares)`, so that its squares add up to 1;
/// [`diabetes_raw`] has the measurements themselves.
///
/// Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least Angle Regression" (2004).
///
/// # Examples
/// ```
/// let patients = ml_data::datasets::diabetes();
/// assert_eq!(patients.features.dim(), (442, 10));
/// let bmi = patients.features.column(2);
/// assert!((bmi.dot(&bmi) - 1.0).abs() < 1e-12);
/// ```
pub fn diabetes() -> Labelled<f64> {
    let mut set = diabetes_raw();
    for mut column in set.features.axis_iter_mut(Axis(1)) {
        let mean = column.sum() / column.len() as f64;
        column -= mean;
        let length = column.dot(&column).sqrt();
        column /= length;
    }
    set
}

/// As [`diabetes`], in the units of the measurements: years, sex (1 or 2), kg/m², mmHg, six blood serum values.
///
/// # Examples
/// ```
/// let patients = ml_data::datasets::diabetes_raw();
/// assert_eq!((patients.feature_names[0].as_str(), patients.features[[0, 0]]), ("age", 59.0));
/// assert_eq!(patients.target[0], 151.0);
/// ```
pub fn diabetes_raw() -> Labelled<f64> {
    archive::labelled(include_bytes!("../../../../../datasets/embedded/diabetes.csv.gz"))
}
