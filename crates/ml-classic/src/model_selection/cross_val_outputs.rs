//! A prediction of several targets for every row by a model that has not seen it.

use ml_core::{
    Features, Fit, Float, Predict, Result, Target, Task, check,
    ndarray::{Array1, Array2, ArrayView2, Axis},
};
use rayon::prelude::*;

use super::{Cv, cross_val_predict::partition};

/// [`cross_val_predict`](super::cross_val_predict) of several targets, `[rows, outputs]`: labels that hold or not,
/// classes or numbers.
///
/// For estimators that learn several targets: nearest neighbours, trees, forests, linear regression, and those of
/// [`multiclass`](crate::multiclass). A number of folds means consecutive rows: several targets have no strata.
///
/// # Errors
/// What the fits refuse; folds that do not hold every row out exactly once.
///
/// # Examples
/// ```
/// use ml_classic::{model_selection::cross_val_predict_outputs, neighbors::KNeighborsClassifier};
/// use ml_core::ndarray::array;
///
/// let x = array![[0.0], [8.0], [1.0], [9.0]];
/// let y = array![[true, false], [false, true], [true, false], [false, true]];
/// let near = KNeighborsClassifier::default().n_neighbors(1usize);
/// assert_eq!(cross_val_predict_outputs(&near, x.view(), y.view(), 2)?, y);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_val_predict_outputs<E, M, F, T>(
    estimator: &E,
    x: ArrayView2<'_, F>,
    y: ArrayView2<'_, T>,
    cv: impl Into<Cv>,
) -> Result<Array2<T>>
where
    E: for<'a> Fit<ArrayView2<'a, F>, ArrayView2<'a, T>, Fitted = M> + Sync,
    M: for<'a> Predict<ArrayView2<'a, F>, Output = Array2<T>>,
    F: Float,
    T: Clone + Send + Sync,
{
    let op = "cross_val_predict_outputs";
    check::same_rows(op, x.nrows(), y.nrows())?;
    check::not_empty(op, y)?;
    // Splitters look at the number of rows, and at strata, of which there are none.
    let (rows, strata) = (
        Features::from(Array2::zeros((y.nrows(), 1))),
        Target::from(Array1::<f64>::zeros(y.nrows())),
    );
    let folds = cv.into().split(Task::Regression, &rows, &strata)?;
    partition(op, &folds, y.nrows())?;
    let held_out = folds.par_iter().with_max_len(1).map(|fold| {
        let select = |rows: &[usize]| (x.select(Axis(0), rows), y.select(Axis(0), rows));
        let (x_train, y_train) = select(&fold.train);
        let model = estimator.fit(x_train.view(), y_train.view())?;
        model.predict(x.select(Axis(0), &fold.test).view())
    });
    let parts: Vec<Array2<T>> = held_out.collect::<Result<_>>()?;
    let mut out = y.to_owned();
    for (fold, part) in folds.iter().zip(&parts) {
        for (&row, predicted) in fold.test.iter().zip(part.rows()) {
            out.row_mut(row).assign(&predicted);
        }
    }
    Ok(out)
}
