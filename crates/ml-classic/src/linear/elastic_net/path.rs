//! Weights as the penalty falls.

use derive_setters::Setters;
use ml_core::{
    FitContext, Result, check,
    ndarray::{Array1, Array2, ArrayView1},
};

use super::{
    elastic_net::{check_strength, warn},
    prepared::{Prepared, Strength},
};
use crate::{linear::line::Targets, solve::Matrix};

/// Which penalties to fit, and how exactly.
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct PathOptions {
    /// The strengths, above 0; `None` (default) takes `n_alphas` from the least that makes all weights 0 down to `eps`
    /// times that, evenly on a logarithmic scale.
    #[setters(into)]
    pub alphas: Option<Vec<f64>>,
    /// How many, from 1 to 100,000. Default 100.
    pub n_alphas: usize,
    /// The last as a share of the first, in `(0, 1)`. Default 0.001.
    pub eps: f64,
    /// Whether to learn intercepts. Default true.
    pub fit_intercept: bool,
    /// Whether weights must not be negative. Default false.
    pub positive: bool,
    /// Most passes over the columns for one penalty, from 1 to a million. Default 1000.
    pub max_iter: usize,
    /// As [`ElasticNet::tol`](super::ElasticNet::tol). Default 0.0001.
    pub tol: f64,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self {
            alphas: None,
            n_alphas: 100,
            eps: 1e-3,
            fit_intercept: true,
            positive: false,
            max_iter: 1000,
            tol: 1e-4,
        }
    }
}

/// The weights of a row of penalties, from the strongest to the weakest.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientPath {
    /// Descending.
    pub alphas: Array1<f64>,
    /// `[alphas, columns]`.
    pub coefs: Array2<f64>,
    /// `[alphas]`.
    pub intercepts: Array1<f64>,
    /// How far from the minimum each objective may be at most.
    pub dual_gaps: Array1<f64>,
    /// Passes over the columns for each.
    pub n_iter: Vec<usize>,
}

/// [`Lasso`](super::Lasso) for many strengths of the penalty, each starting from the one before.
///
/// # Errors
/// As [`Lasso`](super::Lasso); an option outside its domain.
///
/// # Examples
/// ```
/// use ml_classic::linear::{PathOptions, lasso_path};
/// use ml_core::ndarray::array;
///
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![-1.0, 1.0, 3.0]);
/// let path = lasso_path(x.view(), y.view(), &PathOptions::default().n_alphas(3))?;
/// // The strongest, Sxy/n = 4/3, is the least that leaves no weight.
/// assert!((path.alphas[0] - 4.0 / 3.0).abs() < 1e-12);
/// assert_eq!(path.coefs[[0, 0]], 0.0);
/// assert!((path.coefs[[2, 0]] - (4.0 / 3.0 - 4.0 / 3000.0) * 1.5).abs() < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn lasso_path<X: Matrix>(
    x: X,
    y: ArrayView1<'_, X::Element>,
    options: &PathOptions,
) -> Result<CoefficientPath> {
    path("lasso_path", x, y, 1.0, options)
}

/// [`ElasticNet`](super::ElasticNet) for many strengths of the penalty, each starting from the one before.
///
/// # Errors
/// As [`ElasticNet`](super::ElasticNet); an option outside its domain; no `alphas` for an `l1_ratio` of 0, for which
/// none makes all weights 0.
pub fn enet_path<X: Matrix>(
    x: X,
    y: ArrayView1<'_, X::Element>,
    l1_ratio: f64,
    options: &PathOptions,
) -> Result<CoefficientPath> {
    path("enet_path", x, y, l1_ratio, options)
}

fn path<X: Matrix>(
    op: &'static str,
    x: X,
    y: ArrayView1<'_, X::Element>,
    l1_ratio: f64,
    options: &PathOptions,
) -> Result<CoefficientPath> {
    options.check(l1_ratio)?;
    let x = x.design(op)?;
    let targets = Targets::new(op, &x, y, &FitContext::default())?;
    let prepared = Prepared::new(&x, &targets, options.fit_intercept);
    let alphas = options.strengths(&prepared, l1_ratio);
    Ok(along(op, &prepared, &alphas, l1_ratio, options))
}

impl PathOptions {
    pub(super) fn check(&self, l1_ratio: f64) -> Result<()> {
        for &alpha in self.alphas.iter().flatten() {
            check::parameter(
                "alphas",
                alpha,
                alpha > 0.0 && alpha.is_finite(),
                "all finite and > 0",
            )?;
        }
        let n_alphas = self.alphas.as_ref().map_or(self.n_alphas, Vec::len);
        check::parameter(
            "n_alphas",
            n_alphas,
            (1..=100_000).contains(&n_alphas),
            "from 1 to 100000",
        )?;
        check::parameter("eps", self.eps, self.eps > 0.0 && self.eps < 1.0, "in (0, 1)")?;
        let domain = "in [0, 1], above 0 unless the alphas are given";
        let valid = (0.0..=1.0).contains(&l1_ratio) && (l1_ratio > 0.0 || self.alphas.is_some());
        check::parameter("l1_ratio", l1_ratio, valid, domain)?;
        check_strength(&self.strength(1.0, l1_ratio))
    }

    pub(super) fn strength(&self, alpha: f64, l1_ratio: f64) -> Strength {
        Strength {
            alpha,
            l1_ratio,
            positive: self.positive,
            max_iter: self.max_iter,
            tol: self.tol,
        }
    }

    /// Descending.
    pub(super) fn strengths(&self, prepared: &Prepared, l1_ratio: f64) -> Vec<f64> {
        if let Some(alphas) = &self.alphas {
            let mut alphas = alphas.clone();
            alphas.sort_by(|a, b| b.total_cmp(a));
            return alphas;
        }
        // A weight that must not be negative is kept at 0 by a slope that is.
        let slope = |v: f64| if self.positive { v } else { v.abs() };
        let steepest = prepared
            .correlations()
            .fold(0.0, |most: f64, &v| most.max(slope(v)));
        // A target without any slope is left by every penalty.
        let first = (steepest / (l1_ratio * prepared.total)).max(f64::EPSILON);
        let share = |i: usize| i as f64 / (self.n_alphas.max(2) - 1) as f64;
        (0..self.n_alphas)
            .map(|i| first * self.eps.powf(share(i)))
            .collect()
    }
}

/// Fits all of them in turn.
pub(super) fn along(
    op: &'static str,
    prepared: &Prepared,
    alphas: &[f64],
    l1_ratio: f64,
    options: &PathOptions,
) -> CoefficientPath {
    let columns = prepared.x_mean.len();
    let mut w = Array1::zeros(columns);
    let mut out = CoefficientPath {
        alphas: Array1::from(alphas.to_vec()),
        coefs: Array2::zeros((alphas.len(), columns)),
        intercepts: Array1::zeros(alphas.len()),
        dual_gaps: Array1::zeros(alphas.len()),
        n_iter: Vec::with_capacity(alphas.len()),
    };
    for (i, &alpha) in alphas.iter().enumerate() {
        let strength = options.strength(alpha, l1_ratio);
        let descent = prepared.descend(
            &strength,
            w.as_slice_mut().expect("an owned vector is contiguous"),
        );
        if !descent.converged {
            warn(op, descent.n_iter, descent.gap);
        }
        out.coefs.row_mut(i).assign(&w);
        out.intercepts[i] = prepared.intercept(&w);
        out.dual_gaps[i] = descent.gap;
        out.n_iter.push(descent.n_iter);
    }
    out
}
