//! Gradient descent as the book teaches it: batch, stochastic and mini-batch, with every step on record.
//!
//! [`SGDRegressor`](super::SGDRegressor) is what to train with; this is what to learn from.

use derive_setters::Setters;
use ml_core::{
    Error, Result, check, linalg,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate},
    random::Generator,
};

use super::Penalty;
use crate::solve::check_iterations;

const OP: &str = "GradientDescent";

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

/// Rows that one step looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Batch {
    /// All: a step an epoch.
    #[default]
    All,
    /// So many, at least 1: one is stochastic, a few are mini-batch gradient descent.
    Rows(usize),
}

/// Which rows those are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// Drawn anew for every step: some rows come twice in an epoch, others not at all.
    #[default]
    WithReplacement,
    /// In an order that is shuffled for every epoch.
    Shuffled,
}

/// The learning rate `η` of step `t`, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// `t0 / (t + t1)`: large steps first, then smaller (simulated annealing).
    Decay {
        /// `t0`.
        t0: f64,
        /// `t1`.
        t1: f64,
    },
}

impl Schedule {
    /// `η(t)`.
    pub fn rate(&self, t: usize) -> f64 {
        match *self {
            Self::Constant(rate) => rate,
            Self::Decay { t0, t1 } => t0 / (t as f64 + t1),
        }
    }

    fn check(&self) -> Result<()> {
        let positive = |name, v: f64| check::parameter(name, v, v > 0.0 && v.is_finite(), "finite and > 0");
        match *self {
            Self::Constant(rate) => positive("learning_rate", rate),
            Self::Decay { t0, t1 } => positive("t0", t0).and_then(|()| positive("t1", t1)),
        }
    }
}

/// Gradient descent for linear regression: `θ ← θ - η·∇J(θ)` with
/// `J(θ) = MSE(θ) + r·alpha·Σ |θ_i| + ½·(1 - r)·alpha·Σ θ_i²` (Eq. 4-6, 4-7, 4-12), the bias unpenalised.
///
/// # Examples
/// ```
/// use ml_classic::linear::{GradientDescent, with_bias};
/// use ml_core::{NumpyRng, ndarray::array};
///
/// let x = with_bias(array![[0.0], [1.0], [2.0]].view());
/// let start = array![0.0, 0.0];
/// let walk = GradientDescent::default().run(x.view(), array![1.0, 3.0, 5.0].view(), start, &mut NumpyRng::new(42))?;
/// assert!((walk.theta[0] - 1.0).abs() < 1e-6 && (walk.theta[1] - 2.0).abs() < 1e-6);
/// assert_eq!(walk.path.nrows(), 1001);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct GradientDescent {
    /// Learning rate. Default 0.1 throughout.
    pub schedule: Schedule,
    /// Most epochs: rounds of as many rows as there are, from 1 to a million. Default 1000.
    pub epochs: usize,
    /// Rows that one step looks at. Default all.
    pub batch: Batch,
    /// Which rows those are. Default drawn anew for every step.
    pub sampling: Sampling,
    /// Length of the gradient of all rows below which to stop, at least 0; only looked at with [`Batch::All`]. Default 0.
    pub tol: f64,
    /// What large weights cost. Default nothing.
    pub penalty: Penalty,
    /// Strength of the penalty, at least 0. Default 0.
    pub alpha: f64,
    /// `r`, the share of l1 in the elastic net, in `[0, 1]`. Default 0.5.
    pub l1_ratio: f64,
    /// Whether the first column is that of the bias, which goes free. Default true.
    pub bias: bool,
}

impl Default for GradientDescent {
    fn default() -> Self {
        Self {
            schedule: Schedule::Constant(0.1),
            epochs: 1000,
            batch: Batch::All,
            sampling: Sampling::WithReplacement,
            tol: 0.0,
            penalty: Penalty::None,
            alpha: 0.0,
            l1_ratio: 0.5,
            bias: true,
        }
    }
}

/// Where gradient descent has been.
#[derive(Debug, Clone, PartialEq)]
pub struct DescentPath {
    /// The parameters at the end.
    pub theta: Array1<f64>,
    /// `[steps + 1, parameters]`, the start included.
    pub path: Array2<f64>,
    /// The cost of all rows at the start and after every epoch.
    pub costs: Vec<f64>,
    /// Whether the gradient became shorter than `tol`.
    pub converged: bool,
}

impl GradientDescent {
    /// Walks from `start`; all chance comes from `rng`.
    ///
    /// # Errors
    /// A hyperparameter outside its domain; empty data, NaN, lengths that differ; [`Error::Numerical`] when the walk
    /// diverges.
    pub fn run(
        &self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        start: Array1<f64>,
        rng: &mut dyn Generator,
    ) -> Result<DescentPath> {
        self.check(x, y, &start)?;
        let mut theta = start;
        let mut path = vec![theta.clone()];
        let mut costs = vec![self.cost(x, y, &theta)];
        let mut converged = false;
        let n_rows = x.nrows();
        let size = match self.batch {
            Batch::All => n_rows,
            Batch::Rows(rows) => rows.min(n_rows),
        };
        for _ in 0..self.epochs {
            let order = match (self.batch, self.sampling) {
                (Batch::Rows(_), Sampling::Shuffled) => rng.permutation(n_rows),
                _ => Vec::new(),
            };
            for first in (0..n_rows).step_by(size) {
                let gradient = match (self.batch, self.sampling) {
                    (Batch::All, _) => self.gradient(x, y, &theta),
                    (_, Sampling::Shuffled) => {
                        self.gradient_at(x, y, &order[first..n_rows.min(first + size)], &theta)
                    }
                    (_, Sampling::WithReplacement) => {
                        let rows: Vec<usize> = (0..size).map(|_| rng.below(n_rows)).collect();
                        self.gradient_at(x, y, &rows, &theta)
                    }
                };
                converged = self.batch == Batch::All && gradient.dot(&gradient).sqrt() < self.tol;
                if converged {
                    break;
                }
                let rate = self.schedule.rate(path.len() - 1);
                theta.scaled_add(-rate, &gradient);
                path.push(theta.clone());
            }
            if converged {
                break;
            }
            costs.push(self.cost(x, y, &theta));
            self.check_divergence(&costs)?;
        }
        let rows: Vec<ArrayView1<'_, f64>> = path.iter().map(|theta| theta.view()).collect();
        let path = ml_core::ndarray::stack(Axis(0), &rows).expect("all of one length");
        Ok(DescentPath {
            theta,
            path,
            costs,
            converged,
        })
    }

    /// `J(θ)`.
    pub fn cost(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>, theta: &Array1<f64>) -> f64 {
        let error = x.dot(theta) - y;
        let (l1, l2) = self.shares();
        let weights = || theta.iter().skip(usize::from(self.bias));
        error.dot(&error) / x.nrows() as f64
            + l1 * weights().map(|w| w.abs()).sum::<f64>()
            + 0.5 * l2 * weights().map(|w| w * w).sum::<f64>()
    }

    /// `∇J(θ)`; of `|θ_i|` the subgradient `sign(θ_i)`, 0 at 0 (Eq. 4-11).
    pub fn gradient(
        &self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        theta: &Array1<f64>,
    ) -> Array1<f64> {
        let mut gradient = x.t().dot(&(x.dot(theta) - y)) * (2.0 / x.nrows() as f64);
        let (l1, l2) = self.shares();
        for (g, w) in gradient.iter_mut().zip(theta).skip(usize::from(self.bias)) {
            let sign = if *w == 0.0 { 0.0 } else { w.signum() };
            *g += l1 * sign + l2 * w;
        }
        gradient
    }

    fn gradient_at(
        &self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        rows: &[usize],
        theta: &Array1<f64>,
    ) -> Array1<f64> {
        self.gradient(
            x.select(Axis(0), rows).view(),
            y.select(Axis(0), rows).view(),
            theta,
        )
    }

    /// How much of l1 and of l2 there is in the penalty, times its strength.
    fn shares(&self) -> (f64, f64) {
        match self.penalty {
            Penalty::None => (0.0, 0.0),
            Penalty::L2 => (0.0, self.alpha),
            Penalty::L1 => (self.alpha, 0.0),
            Penalty::ElasticNet => (self.l1_ratio * self.alpha, (1.0 - self.l1_ratio) * self.alpha),
        }
    }

    fn check(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>, start: &Array1<f64>) -> Result<()> {
        self.schedule.check()?;
        check_iterations("epochs", self.epochs)?;
        check::parameter("tol", self.tol, self.tol >= 0.0, ">= 0")?;
        check::parameter(
            "alpha",
            self.alpha,
            self.alpha >= 0.0 && self.alpha.is_finite(),
            "finite and >= 0",
        )?;
        check::parameter(
            "l1_ratio",
            self.l1_ratio,
            (0.0..=1.0).contains(&self.l1_ratio),
            "in [0, 1]",
        )?;
        if let Batch::Rows(rows) = self.batch {
            check::parameter("batch", rows, rows > 0, "at least 1 row")?;
        }
        check::training_set(OP, x, y)?;
        check::columns(OP, x.ncols(), start.len())
    }

    /// A cost that has become absurd, or a million times that of the start.
    fn check_divergence(&self, costs: &[f64]) -> Result<()> {
        const ABSURD: f64 = 1e6;
        let (first, last) = (costs[0], costs[costs.len() - 1]);
        if last.is_finite() && last <= ABSURD * first.max(1.0) {
            return Ok(());
        }
        Err(Error::Numerical {
            op: OP,
            problem: format!(
                "diverged: the cost went from {first:.3e} to {last:.3e} in {} epochs",
                costs.len() - 1
            ),
            remedy: "lower the learning rate, or scale the columns first (StandardScaler)",
        })
    }
}
