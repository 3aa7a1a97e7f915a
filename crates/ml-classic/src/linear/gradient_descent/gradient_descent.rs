//! The walk downhill.

use derive_setters::Setters;
use ml_core::{
    Error, Result, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
    random::Generator,
};

use super::{
    objective::{Objective, Shrinkage},
    schedule::Schedule,
};
use crate::{linear::Penalty, solve::check_iterations};

const OP: &str = "GradientDescent";

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

/// Gradient descent: `θ ← θ - η·∇J(θ)` (Eq. 4-7) with
/// `J(θ) = MSE(θ) + r·alpha·Σ |θ_i| + ½·(1 - r)·alpha·Σ θ_i²` (Eq. 4-12), or the log loss for the MSE, the bias unpenalised.
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
    /// What errors cost. Default the mean squared error: linear regression.
    pub objective: Objective,
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
            objective: Objective::MeanSquaredError,
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
        let mut path = vec![start];
        let mut costs = vec![self.cost(x, y, &path[0])];
        let mut converged = false;
        for _ in 0..self.epochs {
            converged = self.epoch((x, y), &mut path, rng);
            if converged {
                break;
            }
            costs.push(self.cost(x, y, &path[path.len() - 1]));
            self.check_divergence(&costs)?;
        }
        let rows: Vec<ArrayView1<'_, f64>> = path.iter().map(|theta| theta.view()).collect();
        Ok(DescentPath {
            path: ml_core::ndarray::stack(Axis(0), &rows).expect("all of one length"),
            theta: path.pop().expect("it began with the start"),
            costs,
            converged,
        })
    }

    /// Steps past as many rows as there are; whether it is flat already, and none was taken.
    fn epoch(
        &self,
        (x, y): (ArrayView2<'_, f64>, ArrayView1<'_, f64>),
        path: &mut Vec<Array1<f64>>,
        rng: &mut dyn Generator,
    ) -> bool {
        let mut step = |x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>, tol: f64| {
            let theta = &path[path.len() - 1];
            let gradient = self.gradient(x, y, theta);
            let flat = gradient.dot(&gradient).sqrt() < tol;
            if !flat {
                let rate = self.schedule.rate(path.len() - 1);
                path.push(theta - &(rate * gradient));
            }
            flat
        };
        let Batch::Rows(size) = self.batch else {
            return step(x, y, self.tol);
        };
        let size = size.min(x.nrows());
        for rows in self.draws(x.nrows(), size, rng).chunks(size) {
            step(
                x.select(Axis(0), rows).view(),
                y.select(Axis(0), rows).view(),
                0.0,
            );
        }
        false
    }

    /// The rows of an epoch, one batch after the other.
    fn draws(&self, n_rows: usize, size: usize, rng: &mut dyn Generator) -> Vec<usize> {
        match self.sampling {
            Sampling::Shuffled => rng.permutation(n_rows),
            Sampling::WithReplacement => {
                let n_draws = n_rows.div_ceil(size) * size;
                (0..n_draws).map(|_| rng.below(n_rows)).collect()
            }
        }
    }

    /// `J(θ)`.
    pub fn cost(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>, theta: &Array1<f64>) -> f64 {
        self.objective.value(x, y, theta) + self.shrinkage().value(theta)
    }

    /// `∇J(θ)`; of `|θ_i|` the subgradient `sign(θ_i)`, 0 at 0 (Eq. 4-11).
    pub fn gradient(
        &self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        theta: &Array1<f64>,
    ) -> Array1<f64> {
        let mut gradient = self.objective.gradient(x, y, theta);
        self.shrinkage().add_gradient(theta, &mut gradient);
        gradient
    }

    fn shrinkage(&self) -> Shrinkage {
        Shrinkage::new(self.penalty, self.alpha, self.l1_ratio, self.bias)
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
        self.objective.check(OP, y)?;
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
