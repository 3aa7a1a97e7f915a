//! What regressors of several targets have in common once they are fitted: a plane, a line a target.

/// Declares a fitted regressor of several targets: its weights, its intercepts and what else it tells.
macro_rules! fitted_plane {
    (
        $(#[$about:meta])*
        $name:ident, $owner:literal, { $($(#[$field_about:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// `[targets, columns]`, in units of the target per unit of the column.
            pub coef: ml_core::ndarray::Array2<f64>,
            /// `[targets]`, in units of the target; 0 without `fit_intercept`.
            pub intercept: ml_core::ndarray::Array1<f64>,
            $($(#[$field_about])* pub $field: $type,)*
        }

        impl<X: $crate::solve::Matrix> ml_core::Predict<X> for $name {
            type Output = ml_core::ndarray::Array2<X::Element>;

            /// `[rows, targets]`.
            fn predict(&self, x: X) -> ml_core::Result<ml_core::ndarray::Array2<X::Element>> {
                let x = x.queries($owner, self.coef.ncols())?;
                let values = $crate::solve::scores(&x, self.coef.view(), self.intercept.view());
                Ok(values.mapv(<X::Element as ml_core::Float>::of))
            }
        }

        impl<X: $crate::solve::Matrix> ml_core::Score<X, ml_core::ndarray::ArrayView2<'_, X::Element>> for $name {
            /// The mean R² of the targets.
            fn score_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView2<'_, X::Element>,
                weights: Option<ml_core::ndarray::ArrayView1<'_, f64>>,
            ) -> ml_core::Result<f64> {
                $crate::outputs::mean_r2(y, ml_core::Predict::predict(self, x)?.view(), weights)
            }
        }

        impl ml_core::Persist for $name {
            const TYPE_NAME: &'static str = concat!("ml_classic::", stringify!($name));
        }
    };
}
pub(crate) use fitted_plane;

use ml_core::{
    Error, FitContext, Float, Result,
    ndarray::{Array1, Array2, ArrayView2},
};

use super::line::Targets;
use crate::{outputs::in_column, solve::Design};

/// Lines, one a target, as a plane: weights `[targets, columns]` and intercepts.
pub(crate) fn stacked(lines: &[(Array1<f64>, f64)]) -> (Array2<f64>, Array1<f64>) {
    let columns = lines.first().map_or(0, |(coef, _)| coef.len());
    let mut coef = Array2::zeros((lines.len(), columns));
    for (mut row, (line, _)) in coef.rows_mut().into_iter().zip(lines) {
        row.assign(line);
    }
    (coef, lines.iter().map(|(_, intercept)| *intercept).collect())
}

impl Targets {
    /// A lesson a column of `y`, at least one; an error names the column.
    pub(crate) fn columns<F: Float>(
        op: &'static str,
        x: &Design<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Vec<Self>> {
        if y.ncols() == 0 {
            let what = "y (0 columns)".to_owned();
            let least = "1 column";
            return Err(Error::Empty { op, what, least });
        }
        let columns = y.columns().into_iter().enumerate();
        columns
            .map(|(column, y)| Self::new(op, x, y, context).map_err(|error| in_column(column, error)))
            .collect()
    }
}
