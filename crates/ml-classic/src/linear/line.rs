//! What regressors of one target have in common once they are fitted: a line.

/// Declares a fitted regressor of one target: its weights, its intercept and what else it tells.
macro_rules! fitted_line {
    (
        $(#[$about:meta])*
        $name:ident, $owner:literal, { $($(#[$field_about:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// `[columns]`, in units of the target per unit of the column.
            pub coef: ml_core::ndarray::Array1<f64>,
            /// In units of the target; 0 without `fit_intercept`.
            pub intercept: f64,
            $($(#[$field_about])* pub $field: $type,)*
        }

        impl<X: $crate::solve::Matrix> ml_core::Predict<X> for $name {
            type Output = ml_core::ndarray::Array1<X::Element>;

            fn predict(&self, x: X) -> ml_core::Result<ml_core::ndarray::Array1<X::Element>> {
                let x = x.queries($owner, self.coef.len())?;
                Ok($crate::linear::line::values(&x, &self.coef, self.intercept))
            }
        }

        impl<X: $crate::solve::Matrix> ml_core::Score<X, ml_core::ndarray::ArrayView1<'_, X::Element>> for $name {
            /// R².
            fn score_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, X::Element>,
                weights: Option<ml_core::ndarray::ArrayView1<'_, f64>>,
            ) -> ml_core::Result<f64> {
                $crate::metrics::r2_score_with(y, ml_core::Predict::predict(self, x)?.view(), weights)
            }
        }

        impl ml_core::Persist for $name {
            const TYPE_NAME: &'static str = concat!("ml_classic::", stringify!($name));
        }

        $crate::linear::dynamic::linear_regressor_model!($name, $owner);
    };
}
pub(crate) use fitted_line;

use ml_core::{
    Error, FitContext, Float, Result, check,
    ndarray::{Array1, ArrayView1, Axis},
};

use crate::solve::{Design, scores};

/// The values of a line at every row.
pub(crate) fn values<F: Float>(x: &Design<'_, F>, coef: &Array1<f64>, intercept: f64) -> Array1<F> {
    scores(
        x,
        coef.view().insert_axis(Axis(0)),
        ArrayView1::from(&[intercept]),
    )
    .column(0)
    .mapv(F::of)
}

/// A lesson with checked targets, in double precision, and weights: 1 where none were given.
pub(crate) struct Targets {
    pub(crate) y: Vec<f64>,
    pub(crate) weights: Vec<f64>,
}

impl Targets {
    pub(crate) fn new<F: Float>(
        op: &'static str,
        x: &Design<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Self> {
        check::same_rows(op, x.n_rows(), y.len())?;
        check::finite_target(op, y)?;
        let weights = context.weights_for(op, y.len())?;
        Ok(Self {
            weights: weights.map_or_else(|| vec![1.0; y.len()], |weights| weights.to_vec()),
            y: y.iter().map(|v| v.as_f64()).collect(),
        })
    }

    /// How many rows have a weight.
    pub(crate) fn n_rows(&self) -> usize {
        self.weights.iter().filter(|weight| **weight > 0.0).count()
    }

    /// The same, with rows that weigh nothing.
    pub(crate) fn without(&self, rows: &[usize]) -> Self {
        let mut weights = self.weights.clone();
        rows.iter().for_each(|&row| weights[row] = 0.0);
        Self {
            y: self.y.clone(),
            weights,
        }
    }

    /// Weighted mean of the target, or zero.
    pub(crate) fn mean(&self, intercept: bool) -> f64 {
        if !intercept {
            return 0.0;
        }
        let total: f64 = self.weights.iter().sum();
        let terms = self.y.iter().zip(&self.weights);
        terms.map(|(y, weight)| y * weight).sum::<f64>() / total
    }

    /// Weighted means of the columns and of the target, or zeros: where the plane is pinned to.
    pub(crate) fn centre<F: Float>(&self, x: &Design<'_, F>, intercept: bool) -> (Array1<f64>, f64) {
        if !intercept {
            return (Array1::zeros(x.n_columns()), 0.0);
        }
        let mut means = vec![0.0; x.n_columns()];
        let total: f64 = self.weights.iter().sum();
        for (row, &weight) in self.weights.iter().enumerate() {
            x.add_wide(row, weight, &mut means);
        }
        (Array1::from(means) / total, self.mean(intercept))
    }
}

/// Refuses weights that have overflowed.
pub(crate) fn finite_line(op: &'static str, coef: &Array1<f64>, intercept: f64) -> Result<()> {
    if intercept.is_finite() && coef.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::Numerical {
        op,
        problem: "the coefficients overflow".to_owned(),
        remedy: "scale the columns first (StandardScaler)",
    })
}
