//! Least-angle regression.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Result, check, linalg,
    ndarray::{Array1, Array2, ArrayView1, Axis, s},
};
use serde::{Deserialize, Serialize};

use super::{
    dynamic::linear_estimator,
    line::{Targets, finite_line, fitted_line},
};
use crate::solve::{Gram, Matrix};

const OP: &str = "Lars";

/// Which path is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LarsMethod {
    /// Least angles: a column that has come in stays.
    #[default]
    Lar,
    /// The path of the [`Lasso`](super::Lasso): a weight that reaches 0 goes out again.
    Lasso,
}

/// Least-angle regression: the whole path from no column to least squares, one column at a time.
///
/// Starts with the column that correlates most with the target and moves its weight until another correlates as much
/// with what is left; then both move so that they stay equal, until a third does, and so on.
///
/// Fast where there are many more columns than rows; easily disturbed by noise and by columns that resemble one another.
///
/// **Cost**: as least squares with the columns that come in; of the rows only the products of the columns are kept, which
/// of wide data take more memory than the rows. **Source**: Efron, Hastie, Johnstone, Tibshirani, "Least
/// Angle Regression", Annals of Statistics 32 (2004).
///
/// # Examples
/// ```
/// use ml_classic::linear::Lars;
/// use ml_core::{Fit, ndarray::array};
///
/// let x = array![[-1.0, 1.0], [0.0, 0.0], [1.0, 1.0]];
/// let model = Lars::default().n_nonzero_coefs(1).fit(x.view(), array![-1.1, 0.0, -1.1].view())?;
/// assert_eq!(model.active, [1]);
/// assert!((model.coef[1] + 1.1).abs() < 1e-12 && model.coef[0] == 0.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct Lars {
    /// Most weights that are not 0, at least 1. Default 500.
    pub n_nonzero_coefs: usize,
    /// Which path is followed. Default least angles.
    pub method: LarsMethod,
    /// Whether to learn an intercept; without it, centre the data. Default true.
    pub fit_intercept: bool,
}
ml_core::impl_params!(Lars);

impl Default for Lars {
    fn default() -> Self {
        Self {
            n_nonzero_coefs: 500,
            method: LarsMethod::Lar,
            fit_intercept: true,
        }
    }
}

fitted_line! {
    /// What [`Lars`] learned.
    FittedLars, "Lars", {
        /// The columns that came in, in order, less those that went out again.
        active: Vec<usize>,
        /// The largest correlation with what is left at every corner of the path, per row: the `alpha` of the lasso.
        alphas: Array1<f64>,
        /// Weights at the corners: `[corners, columns]`.
        coef_path: Array2<f64>,
    }
}

impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for Lars {
    type Fitted = FittedLars;

    fn fit_with(&self, x: X, y: ArrayView1<'_, X::Element>, context: &FitContext<'_>) -> Result<FittedLars> {
        check::parameter(
            "n_nonzero_coefs",
            self.n_nonzero_coefs,
            self.n_nonzero_coefs > 0,
            ">= 1",
        )?;
        let x = x.design(OP)?;
        let targets = Targets::new(OP, &x, y, context)?;
        let (x_mean, y_mean) = targets.centre(&x, self.fit_intercept);
        let gram = Gram::new(&x, (&targets.y, &targets.weights), (&x_mean, y_mean));
        let rank = x
            .n_columns()
            .min(x.n_rows().saturating_sub(usize::from(self.fit_intercept)));
        let mut walk = Walk::new(&gram, targets.weights.iter().sum());
        walk.run(self.n_nonzero_coefs.min(rank), self.method)?;
        let coef = walk.coef;
        let intercept = y_mean - x_mean.dot(&coef);
        finite_line(OP, &coef, intercept)?;
        let rows: Vec<ArrayView1<'_, f64>> = walk.path.iter().map(|coef| coef.view()).collect();
        Ok(FittedLars {
            coef,
            intercept,
            active: walk.active,
            alphas: walk.alphas.into(),
            coef_path: ml_core::ndarray::stack(Axis(0), &rows).expect("all of one length"),
        })
    }
}

linear_estimator!(Lars, Regression, numbers);

/// Where the path has got to.
struct Walk<'a> {
    gram: &'a Gram,
    total: f64,
    coef: Array1<f64>,
    /// `Xᵀ·r`.
    correlations: Array1<f64>,
    active: Vec<usize>,
    signs: Vec<f64>,
    alphas: Vec<f64>,
    path: Vec<Array1<f64>>,
}

impl<'a> Walk<'a> {
    fn new(gram: &'a Gram, total: f64) -> Self {
        Self {
            gram,
            total,
            coef: Array1::zeros(gram.xy.len()),
            correlations: gram.xy.clone(),
            active: Vec::new(),
            signs: Vec::new(),
            alphas: Vec::new(),
            path: Vec::new(),
        }
    }

    fn run(&mut self, most: usize, method: LarsMethod) -> Result<()> {
        let first = self.largest();
        let mut dropped = false;
        // A lasso path may go in and out; it has never been seen to take more corners than this.
        for _ in 0..8 * self.coef.len().max(most) {
            let largest = self.largest();
            self.alphas.push(largest / self.total);
            self.path.push(self.coef.clone());
            if largest <= 1e-12 * first || (!dropped && self.active.len() >= most) {
                return Ok(());
            }
            if !dropped {
                self.enter();
            }
            let direction = self.direction()?;
            dropped = self.advance(&direction, method);
        }
        Ok(())
    }

    /// The largest correlation of all columns, which those that are in share.
    fn largest(&self) -> f64 {
        self.correlations.fold(0.0, |most: f64, v| most.max(v.abs()))
    }

    /// Lets in the column that correlates most.
    fn enter(&mut self) {
        let outside = (0..self.coef.len()).filter(|j| !self.active.contains(j));
        let next = outside.max_by(|&a, &b| self.correlations[a].abs().total_cmp(&self.correlations[b].abs()));
        if let Some(next) = next {
            self.active.push(next);
            self.signs.push(self.correlations[next].signum());
        }
    }

    /// The move of the active weights that lowers all their correlations alike.
    fn direction(&self) -> Result<Array1<f64>> {
        let gram = self
            .gram
            .xx
            .select(Axis(0), &self.active)
            .select(Axis(1), &self.active);
        let signs = Array1::from(self.signs.clone());
        linalg::solve_spd(gram.view(), signs.view()).map_err(|_| Error::Numerical {
            op: OP,
            problem: format!(
                "column {} is a mixture of {:?}",
                self.active[self.active.len() - 1],
                &self.active[..self.active.len() - 1]
            ),
            remedy: "drop repeated columns, or lower n_nonzero_coefs",
        })
    }

    /// Goes on until another column correlates as much, or a weight of the lasso is 0; tells whether that happened.
    fn advance(&mut self, direction: &Array1<f64>, method: LarsMethod) -> bool {
        let largest = self.largest();
        // With this direction all active correlations fall by 1 a unit.
        let falls = self.falls(direction);
        let mut step = largest;
        for j in (0..self.coef.len()).filter(|j| !self.active.contains(j)) {
            for side in [1.0, -1.0] {
                let meets = (largest - side * self.correlations[j]) / (1.0 - side * falls[j]);
                if meets > 1e-14 * largest && meets < step {
                    step = meets;
                }
            }
        }
        let mut out = None;
        if method == LarsMethod::Lasso {
            for (place, &j) in self.active.iter().enumerate() {
                let zero = -self.coef[j] / direction[place];
                if zero > 1e-14 * largest && zero < step {
                    (step, out) = (zero, Some(place));
                }
            }
        }
        for (place, &j) in self.active.iter().enumerate() {
            self.coef[j] += step * direction[place];
        }
        self.correlations.scaled_add(-step, &falls);
        if let Some(place) = out {
            self.coef[self.active[place]] = 0.0;
            self.active.remove(place);
            self.signs.remove(place);
        }
        out.is_some()
    }

    /// How fast every correlation falls.
    fn falls(&self, direction: &Array1<f64>) -> Array1<f64> {
        let mut out = Array1::zeros(self.coef.len());
        for (place, &j) in self.active.iter().enumerate() {
            out.scaled_add(direction[place], &self.gram.xx.slice(s![j, ..]));
        }
        out
    }
}
