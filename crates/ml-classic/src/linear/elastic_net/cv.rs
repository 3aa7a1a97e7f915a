//! The strength of the penalty by cross-validation.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Float, Result, check,
    ndarray::{Array1, Array2, ArrayView1, Axis},
};
use ml_data::split::{KFold, Splitter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    elastic_net::{ElasticNet, FittedElasticNet},
    path::{PathOptions, along},
    prepared::Prepared,
};
use crate::{
    linear::{
        dynamic::linear_estimator,
        line::{Targets, fitted_line},
    },
    solve::{Design, Matrix},
};

macro_rules! path_cv {
    ($(#[$about:meta])* $name:ident, $owner:literal, |$this:ident| $ratios:expr, { $($(#[$field_about:meta])* $field:ident: $type:ty = $default:expr,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $type,)*
            /// The strengths to try, above 0; `None` (default) takes `n_alphas` from the least that makes all weights 0
            /// down to `eps` times that, evenly on a logarithmic scale.
            #[setters(into)]
            pub alphas: Option<Vec<f64>>,
            /// How many, from 1 to 100,000. Default 100.
            pub n_alphas: usize,
            /// The last as a share of the first, in `(0, 1)`. Default 0.001.
            pub eps: f64,
            /// Folds of consecutive rows, at least 2. Default 5.
            pub cv: usize,
            /// Whether to learn an intercept; without it, centre the data. Default true.
            pub fit_intercept: bool,
            /// Most passes over the columns for one penalty, from 1 to a million. Default 1000.
            pub max_iter: usize,
            /// As [`ElasticNet::tol`]. Default 0.0001.
            pub tol: f64,
            /// Whether weights must not be negative. Default false.
            pub positive: bool,
        }
        ml_core::impl_params!($name);

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    alphas: None,
                    n_alphas: 100,
                    eps: 1e-3,
                    cv: 5,
                    fit_intercept: true,
                    max_iter: 1000,
                    tol: 1e-4,
                    positive: false,
                }
            }
        }

        impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for $name {
            type Fitted = FittedElasticNetCV;

            fn fit_with(
                &self,
                x: X,
                y: ArrayView1<'_, X::Element>,
                context: &FitContext<'_>,
            ) -> Result<FittedElasticNetCV> {
                let $this = self;
                let options = PathOptions {
                    alphas: self.alphas.clone(),
                    n_alphas: self.n_alphas,
                    eps: self.eps,
                    fit_intercept: self.fit_intercept,
                    positive: self.positive,
                    max_iter: self.max_iter,
                    tol: self.tol,
                };
                choose($owner, $ratios, &options, self.cv, x, y, context)
            }
        }

        linear_estimator!($name, Regression, numbers);
    };
}

path_cv! {
    /// [`Lasso`](super::Lasso) whose `alpha` is the one with the least mean squared error on rows held out.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::linear::LassoCV;
    /// use ml_core::{Fit, NumpyRng};
    ///
    /// let mut rng = NumpyRng::new(0);
    /// let x = rng.randn((60, 5));
    /// let y = 2.0 * &x.column(0) + 0.1 * rng.randn(60);
    /// let model = LassoCV::default().fit(x.view(), y.view())?;
    /// assert!((model.coef[0] - 2.0).abs() < 0.1 && model.alpha < 0.1);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    LassoCV, "LassoCV", |_this| &[1.0], {}
}

path_cv! {
    /// [`ElasticNet`] whose `alpha` and `l1_ratio` are those with the least mean squared error on rows held out.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::linear::ElasticNetCV;
    /// use ml_core::{Fit, NumpyRng};
    ///
    /// let mut rng = NumpyRng::new(0);
    /// let x = rng.randn((60, 5));
    /// let y = 2.0 * &x.column(0) + 0.1 * rng.randn(60);
    /// let model = ElasticNetCV::default().l1_ratio(vec![0.5, 0.9]).fit(x.view(), y.view())?;
    /// assert!((model.coef[0] - 2.0).abs() < 0.1 && model.l1_ratio == 0.9);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    ElasticNetCV, "ElasticNetCV", |this| &this.l1_ratio, {
        /// The shares of l1 to try, in `(0, 1]`. Default 0.5 alone.
        l1_ratio: Vec<f64> = vec![0.5],
    }
}

fitted_line! {
    /// What [`LassoCV`] and [`ElasticNetCV`] learned: the chosen model, fitted to all rows.
    FittedElasticNetCV, "ElasticNetCV", {
        /// The chosen strength.
        alpha: f64,
        /// The chosen share of l1.
        l1_ratio: f64,
        /// The strengths tried, descending, for each `l1_ratio`: `[l1_ratios, alphas]`.
        alphas: Array2<f64>,
        /// Mean squared errors on the rows held out: one `[alphas, folds]` for each `l1_ratio`.
        mse_path: Vec<Array2<f64>>,
        /// Passes over the columns for all rows.
        n_iter: usize,
        /// How far from the minimum the objective may be at most.
        dual_gap: f64,
    }
}

/// Tries everything on every fold, and fits the best to all rows.
fn choose<X: Matrix>(
    op: &'static str,
    l1_ratios: &[f64],
    options: &PathOptions,
    cv: usize,
    x: X,
    y: ArrayView1<'_, X::Element>,
    context: &FitContext<'_>,
) -> Result<FittedElasticNetCV> {
    l1_ratios
        .iter()
        .try_for_each(|&l1_ratio| options.check(l1_ratio))?;
    if l1_ratios.is_empty() {
        return Err(Error::Empty {
            op,
            what: "l1_ratio".to_owned(),
            least: "1 value",
        });
    }
    let design = x.design(op)?;
    let targets = Targets::new(op, &design, y, context)?;
    check::parameter("cv", cv, cv >= 2, ">= 2")?;
    let folds: Vec<_> = KFold {
        n_splits: cv,
        shuffle: false,
        ..KFold::default()
    }
    .split(design.n_rows(), None, None)?
    .collect();
    let all = Prepared::new(&design, &targets, options.fit_intercept);
    let tried: Vec<(f64, Vec<f64>)> = l1_ratios
        .iter()
        .map(|&l1_ratio| (l1_ratio, options.strengths(&all, l1_ratio)))
        .collect();
    let errors: Vec<Vec<Array1<f64>>> = folds
        .par_iter()
        .with_max_len(1)
        .map(|fold| fold_errors(op, &design, &targets, &fold.test, &tried, options))
        .collect();

    // The share of a fold is that of the weight of its rows held out.
    let shares: Vec<f64> = folds
        .iter()
        .map(|fold| fold.test.iter().map(|&row| targets.weights[row]).sum::<f64>())
        .collect();
    let total: f64 = shares.iter().sum();
    let mut best = (f64::INFINITY, 0, 0);
    let mut mse_path = Vec::with_capacity(tried.len());
    for (place, (_, alphas)) in tried.iter().enumerate() {
        let by_fold: Vec<ArrayView1<'_, f64>> = errors.iter().map(|fold| fold[place].view()).collect();
        let of_ratio = ml_core::ndarray::stack(Axis(1), &by_fold).expect("all folds try the same strengths");
        for i in 0..alphas.len() {
            let mean = of_ratio
                .row(i)
                .iter()
                .zip(&shares)
                .map(|(error, share)| error * share)
                .sum::<f64>()
                / total;
            if mean < best.0 {
                best = (mean, place, i);
            }
        }
        mse_path.push(of_ratio);
    }
    let (l1_ratio, alpha) = (tried[best.1].0, tried[best.1].1[best.2]);
    let model = ElasticNet {
        alpha,
        l1_ratio,
        fit_intercept: options.fit_intercept,
        max_iter: options.max_iter,
        tol: options.tol,
        positive: options.positive,
    };
    let FittedElasticNet {
        coef,
        intercept,
        n_iter,
        dual_gap,
    } = model.fit_with(x, y, context)?;
    let alphas = tried
        .iter()
        .map(|(_, alphas)| ArrayView1::from(alphas))
        .collect::<Vec<_>>();
    let alphas = ml_core::ndarray::stack(Axis(0), &alphas).expect("as many strengths for every share of l1");
    Ok(FittedElasticNetCV {
        coef,
        intercept,
        alpha,
        l1_ratio,
        alphas,
        mse_path,
        n_iter,
        dual_gap,
    })
}

/// The error of every strength on one fold, for each share of l1.
fn fold_errors<F: Float>(
    op: &'static str,
    x: &Design<'_, F>,
    targets: &Targets,
    test: &[usize],
    tried: &[(f64, Vec<f64>)],
    options: &PathOptions,
) -> Vec<Array1<f64>> {
    // Rows that weigh nothing are as good as not there, and cost no copy of the others.
    let prepared = Prepared::new(x, &targets.without(test), options.fit_intercept);
    let total: f64 = test.iter().map(|&row| targets.weights[row]).sum();
    let error = |coef: ArrayView1<'_, f64>, intercept: f64| {
        let narrow: Vec<F> = coef.iter().map(|&w| F::of(w)).collect();
        let of_row =
            |&row: &usize| targets.weights[row] * (x.dot(row, &narrow) + intercept - targets.y[row]).powi(2);
        // A fold of weight 0 has no say in the mean.
        if total > 0.0 {
            test.iter().map(of_row).sum::<f64>() / total
        } else {
            0.0
        }
    };
    let one = |(l1_ratio, alphas): &(f64, Vec<f64>)| {
        let path = along(op, &prepared, alphas, *l1_ratio, options);
        let lines = path.coefs.rows().into_iter().zip(&path.intercepts);
        lines.map(|(coef, intercept)| error(coef, *intercept)).collect()
    };
    tried.iter().map(one).collect()
}
