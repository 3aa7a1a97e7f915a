//! `ElasticNet` and `Lasso`.

use std::sync::Once;

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Result, check,
    ndarray::{Array1, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::prepared::{Prepared, Strength};
use crate::{
    linear::{
        dynamic::linear_estimator,
        line::{Targets, finite_line, fitted_line},
        pitfalls::warn_of_erratic_choice,
        plane::{fitted_plane, stacked},
    },
    solve::{Descent, Design, Matrix, check_iterations},
};

/// Linear regression with a mixture of l1 and l2: minimises
/// `½·mean((y - x·w - b)²) + alpha·l1_ratio·Σ |w| + ½·alpha·(1 - l1_ratio)·Σ w²`.
///
/// The l1 part makes the least useful weights exactly 0, the l2 part keeps columns that resemble one another together,
/// where [`Lasso`] picks one of them at random. Scale the columns first: the penalty treats them alike. Of tall data
/// only the products of the columns are kept; wide and sparse ones are copied by columns.
///
/// A fit that ends before its gap to the minimum is below `tol` times the sum of squares of `y` warns (`tracing`).
///
/// **Cost**: `O(rows·columns²)` once and `O(columns²)` a pass for tall data, `O(stored values)` a pass otherwise.
/// **Source**: Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).
///
/// # Examples
/// ```
/// use ml_classic::linear::ElasticNet;
/// use ml_core::{Fit, ndarray::array};
///
/// // One centred column: w = (Sxy/n - alpha·l1_ratio) / (Sxx/n + alpha·(1 - l1_ratio)) = (4/3 - 0.25) / (2/3 + 0.25).
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![-1.0, 1.0, 3.0]);
/// let model = ElasticNet::default().alpha(0.5).l1_ratio(0.5).fit(x.view(), y.view())?;
/// assert!((model.coef[0] - 13.0 / 11.0).abs() < 1e-9 && (model.intercept - 1.0).abs() < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct ElasticNet {
    /// Strength of the penalty, at least 0. Default 1. For 0 use [`LinearRegression`](crate::linear::LinearRegression).
    pub alpha: f64,
    /// Share of l1, in `[0, 1]`: 1 is the [`Lasso`], 0 [`Ridge`](crate::linear::Ridge). Default 0.5.
    pub l1_ratio: f64,
    /// Whether to learn an intercept; without it, centre the data. Default true.
    pub fit_intercept: bool,
    /// Most passes over the columns, from 1 to a million. Default 1000.
    pub max_iter: usize,
    /// Largest gap to the minimum, as a share of the sum of squares of the centred `y`: above 0. Default 0.0001.
    pub tol: f64,
    /// Whether weights must not be negative. Default false.
    pub positive: bool,
}
ml_core::impl_params!(ElasticNet);

impl Default for ElasticNet {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            l1_ratio: 0.5,
            fit_intercept: true,
            max_iter: 1000,
            tol: 1e-4,
            positive: false,
        }
    }
}

/// Linear regression with an l1 penalty: minimises `½·mean((y - x·w - b)²) + alpha·Σ |w|`.
///
/// Makes the least useful weights exactly 0 (*least absolute shrinkage and selection operator*). With more columns than
/// rows, or columns that resemble one another, which ones are left is a matter of chance: prefer an [`ElasticNet`] then.
/// Scale the columns first.
///
/// **Source**: Tibshirani, "Regression Shrinkage and Selection via the Lasso" (1996); costs as for [`ElasticNet`].
///
/// # Examples
/// ```
/// use ml_classic::linear::Lasso;
/// use ml_core::{Fit, ndarray::array};
///
/// // One centred column: w = (Sxy/n - alpha) / (Sxx/n) = (4/3 - 0.5) / (2/3).
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![-1.0, 1.0, 3.0]);
/// let model = Lasso::default().alpha(0.5).fit(x.view(), y.view())?;
/// assert!((model.coef[0] - 1.25).abs() < 1e-9);
/// assert_eq!(Lasso::default().alpha(1.5).fit(x.view(), y.view())?.coef[0], 0.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct Lasso {
    /// Strength of the penalty, at least 0. Default 1. For 0 use [`LinearRegression`](crate::linear::LinearRegression).
    pub alpha: f64,
    /// Whether to learn an intercept; without it, centre the data. Default true.
    pub fit_intercept: bool,
    /// Most passes over the columns, from 1 to a million. Default 1000.
    pub max_iter: usize,
    /// Largest gap to the minimum, as a share of the sum of squares of the centred `y`: above 0. Default 0.0001.
    pub tol: f64,
    /// Whether weights must not be negative. Default false.
    pub positive: bool,
}
ml_core::impl_params!(Lasso);

impl Default for Lasso {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            fit_intercept: true,
            max_iter: 1000,
            tol: 1e-4,
            positive: false,
        }
    }
}

fitted_line! {
    /// What [`ElasticNet`] and [`Lasso`] learned.
    FittedElasticNet, "ElasticNet", {
        /// Passes over the columns.
        n_iter: usize,
        /// How far from the minimum the objective may be at most.
        dual_gap: f64,
    }
}

fitted_plane! {
    /// What [`ElasticNet`] and [`Lasso`] learned of several targets, each by itself.
    FittedMultiElasticNet, "ElasticNet", {
        /// Passes over the columns, for each target.
        n_iter: Vec<usize>,
        /// How far from the minimum each objective may be at most.
        dual_gap: Vec<f64>,
    }
}

/// Checks what coordinate descent is asked.
pub(super) fn check_strength(strength: &Strength) -> Result<()> {
    let Strength {
        alpha,
        l1_ratio,
        max_iter,
        tol,
        ..
    } = *strength;
    check::parameter(
        "alpha",
        alpha,
        alpha >= 0.0 && alpha.is_finite(),
        "finite and >= 0",
    )?;
    check::parameter("l1_ratio", l1_ratio, (0.0..=1.0).contains(&l1_ratio), "in [0, 1]")?;
    check_iterations("max_iter", max_iter)?;
    check::parameter("tol", tol, tol > 0.0 && tol.is_finite(), "finite and > 0")
}

static ERRATIC: Once = Once::new();

fn fit<X: Matrix>(
    op: &'static str,
    (strength, intercept): (Strength, bool),
    x: X,
    y: ArrayView1<'_, X::Element>,
    context: &FitContext<'_>,
    from: Option<&FittedElasticNet>,
) -> Result<FittedElasticNet> {
    check_strength(&strength)?;
    let x = x.design(op)?;
    let targets = Targets::new(op, &x, y, context)?;
    let mut coef = match from {
        None => Array1::zeros(x.n_columns()),
        Some(from) => {
            check::columns(op, from.coef.len(), x.n_columns())?;
            from.coef.clone()
        }
    };
    let prepared = prepared(op, &strength, &x, &targets, intercept);
    let (intercept, descent) = descend(op, &strength, &prepared, &mut coef)?;
    Ok(FittedElasticNet {
        coef,
        intercept,
        n_iter: descent.n_iter,
        dual_gap: descent.gap,
    })
}

/// One target a column of `y`, each by itself.
fn fit_columns<X: Matrix>(
    op: &'static str,
    (strength, intercept): (Strength, bool),
    x: X,
    y: ArrayView2<'_, X::Element>,
    context: &FitContext<'_>,
) -> Result<FittedMultiElasticNet> {
    check_strength(&strength)?;
    let x = x.design(op)?;
    let targets = Targets::columns(op, &x, y, context)?;
    // What depends on the rows alone is made once for all of them.
    let mut prepared = prepared(op, &strength, &x, &targets[0], intercept);
    let (mut lines, mut n_iter, mut dual_gap) = (Vec::new(), Vec::new(), Vec::new());
    for (k, targets) in targets.iter().enumerate() {
        if k > 0 {
            prepared.turn_to(&x, targets, intercept);
        }
        let mut coef = Array1::zeros(x.n_columns());
        let (intercept, descent) = descend(op, &strength, &prepared, &mut coef)?;
        lines.push((coef, intercept));
        n_iter.push(descent.n_iter);
        dual_gap.push(descent.gap);
    }
    let (coef, intercept) = stacked(&lines);
    Ok(FittedMultiElasticNet {
        coef,
        intercept,
        n_iter,
        dual_gap,
    })
}

fn prepared<F: Float>(
    op: &'static str,
    strength: &Strength,
    x: &Design<'_, F>,
    targets: &Targets,
    intercept: bool,
) -> Prepared {
    let prepared = Prepared::new(x, targets, intercept);
    if strength.l1_ratio == 1.0 {
        let shape = (x.n_rows(), x.n_columns());
        warn_of_erratic_choice(op, shape, || prepared.largest_likeness(), &ERRATIC);
    }
    prepared
}

/// Brings `coef` to the minimum; gives the intercept and how it went.
fn descend(
    op: &'static str,
    strength: &Strength,
    prepared: &Prepared,
    coef: &mut Array1<f64>,
) -> Result<(f64, Descent)> {
    let descent = prepared.descend(
        strength,
        coef.as_slice_mut().expect("an owned vector is contiguous"),
    );
    if !descent.converged {
        warn(op, descent.n_iter, descent.gap);
    }
    let intercept = prepared.intercept(coef);
    finite_line(op, coef, intercept)?;
    Ok((intercept, descent))
}

pub(super) fn warn(op: &str, n_iter: usize, gap: f64) {
    tracing::warn!(
        n_iter,
        gap,
        "{op}: not converged; raise max_iter, tol or alpha, or scale the columns first"
    );
}

macro_rules! coordinate_descent {
    ($name:ident, $owner:literal, |$this:ident| $l1_ratio:expr) => {
        impl $name {
            fn strength(&self) -> (Strength, bool) {
                let $this = self;
                let strength = Strength {
                    alpha: self.alpha,
                    l1_ratio: $l1_ratio,
                    positive: self.positive,
                    max_iter: self.max_iter,
                    tol: self.tol,
                };
                (strength, self.fit_intercept)
            }

            /// A fit that starts from the weights of an earlier one instead of zero (a *warm start*).
            ///
            /// # Errors
            /// As [`fit_with`](Fit::fit_with); other columns than those of `from`.
            pub fn fit_from<X: Matrix>(
                &self,
                x: X,
                y: ArrayView1<'_, X::Element>,
                from: &FittedElasticNet,
                context: &FitContext<'_>,
            ) -> Result<FittedElasticNet> {
                fit($owner, self.strength(), x, y, context, Some(from))
            }
        }

        impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for $name {
            type Fitted = FittedElasticNet;

            fn fit_with(
                &self,
                x: X,
                y: ArrayView1<'_, X::Element>,
                context: &FitContext<'_>,
            ) -> Result<FittedElasticNet> {
                fit($owner, self.strength(), x, y, context, None)
            }
        }

        impl<X: Matrix> Fit<X, ArrayView2<'_, X::Element>> for $name {
            type Fitted = FittedMultiElasticNet;

            /// One target a column of `y`, each by itself.
            fn fit_with(
                &self,
                x: X,
                y: ArrayView2<'_, X::Element>,
                context: &FitContext<'_>,
            ) -> Result<FittedMultiElasticNet> {
                fit_columns($owner, self.strength(), x, y, context)
            }
        }

        linear_estimator!($name, Regression, numbers);
    };
}
coordinate_descent!(ElasticNet, "ElasticNet", |this| this.l1_ratio);
coordinate_descent!(Lasso, "Lasso", |_this| 1.0);
