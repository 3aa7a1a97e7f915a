//! What gradient descent makes small, and the slope of it.

use ml_core::{
    Error, Result,
    ndarray::{Array1, ArrayView1, ArrayView2},
};

use super::super::{Penalty, decide::sigmoid};

/// What errors cost, without the penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Objective {
    /// `1/m·Σ (xᵀθ - y)²` (Eq. 4-3): linear regression.
    #[default]
    MeanSquaredError,
    /// `-1/m·Σ [y·log(p) + (1 - y)·log(1 - p)]` with `p = σ(xᵀθ)` (Eq. 4-13, 4-17): logistic regression, targets 0 and 1.
    LogLoss,
}

impl Objective {
    /// `J(θ)`.
    pub(super) fn value(self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>, theta: &Array1<f64>) -> f64 {
        let scores = x.dot(theta);
        let one = |(&t, &y): (&f64, &f64)| match self {
            Self::MeanSquaredError => (t - y).powi(2),
            // -y·log σ(t) - (1 - y)·log(1 - σ(t)), without a logarithm of 0.
            Self::LogLoss => t.max(0.0) - y * t + (-t.abs()).exp().ln_1p(),
        };
        scores.iter().zip(y).map(one).sum::<f64>() / x.nrows() as f64
    }

    /// `∇J(θ)`: `2/m·Xᵀ(X·θ - y)` (Eq. 4-6) or `1/m·Xᵀ(σ(X·θ) - y)` (Eq. 4-18).
    pub(super) fn gradient(
        self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        theta: &Array1<f64>,
    ) -> Array1<f64> {
        let m = x.nrows() as f64;
        let scores = x.dot(theta);
        match self {
            Self::MeanSquaredError => x.t().dot(&(scores - y)) * (2.0 / m),
            Self::LogLoss => x.t().dot(&(scores.mapv(sigmoid) - y)) / m,
        }
    }

    /// Refuses targets that the objective has no meaning for.
    pub(super) fn check(self, op: &'static str, y: ArrayView1<'_, f64>) -> Result<()> {
        let other = y.iter().find(|&&y| y != 0.0 && y != 1.0);
        match (self, other) {
            (Self::LogLoss, Some(other)) => Err(Error::Data {
                op,
                problem: format!("y holds {other}; the log loss is of the classes 0 and 1"),
                remedy: "compare the classes first: y.mapv(|class| f64::from(class == positive))",
            }),
            _ => Ok(()),
        }
    }
}

/// A penalty by its parts: `l1·Σ |θ_i| + ½·l2·Σ θ_i²` (Eq. 4-8, 4-10, 4-12), the bias excluded.
pub(super) struct Shrinkage {
    l1: f64,
    l2: f64,
    /// Parameters at the front that go free.
    free: usize,
}

impl Shrinkage {
    pub(super) fn new(penalty: Penalty, alpha: f64, l1_ratio: f64, bias: bool) -> Self {
        let (l1, l2) = match penalty {
            Penalty::None => (0.0, 0.0),
            Penalty::L2 => (0.0, alpha),
            Penalty::L1 => (alpha, 0.0),
            Penalty::ElasticNet => (l1_ratio * alpha, (1.0 - l1_ratio) * alpha),
        };
        let free = usize::from(bias);
        Self { l1, l2, free }
    }

    pub(super) fn value(&self, theta: &Array1<f64>) -> f64 {
        let one = |w: &f64| self.l1 * w.abs() + 0.5 * self.l2 * w * w;
        theta.iter().skip(self.free).map(one).sum()
    }

    /// Adds the slope; of `|θ_i|` the subgradient `sign(θ_i)`, 0 at 0 (Eq. 4-11).
    pub(super) fn add_gradient(&self, theta: &Array1<f64>, gradient: &mut Array1<f64>) {
        for (g, w) in gradient.iter_mut().zip(theta).skip(self.free) {
            let sign = if *w == 0.0 { 0.0 } else { w.signum() };
            *g += self.l1 * sign + self.l2 * w;
        }
    }
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::{Array1, array};

    use super::{Objective, Penalty, Shrinkage};

    /// Half the difference of the values a little to both sides.
    fn slope(f: impl Fn(&Array1<f64>) -> f64, theta: &Array1<f64>) -> Array1<f64> {
        let h = 1e-6;
        Array1::from_shape_fn(theta.len(), |j| {
            let at = |by: f64| {
                let mut theta = theta.clone();
                theta[j] += by;
                f(&theta)
            };
            (at(h) - at(-h)) / (2.0 * h)
        })
    }

    #[test]
    fn gradients_are_the_slopes_of_the_values() {
        let x = array![[1.0, -2.0], [1.0, 0.5], [1.0, 3.0]];
        let y = array![0.0, 1.0, 1.0];
        let theta = array![0.3, -1.2];
        for objective in [Objective::MeanSquaredError, Objective::LogLoss] {
            let expected = slope(|theta| objective.value(x.view(), y.view(), theta), &theta);
            let found = objective.gradient(x.view(), y.view(), &theta);
            assert!(
                (&found - &expected).mapv(f64::abs).sum() < 1e-8,
                "{found} {expected}"
            );
        }
        for penalty in [Penalty::None, Penalty::L1, Penalty::L2, Penalty::ElasticNet] {
            let shrinkage = Shrinkage::new(penalty, 0.7, 0.25, true);
            let mut found = Array1::zeros(2);
            shrinkage.add_gradient(&theta, &mut found);
            let expected = slope(|theta| shrinkage.value(theta), &theta);
            assert!(
                (&found - &expected).mapv(f64::abs).sum() < 1e-8,
                "{found} {expected}"
            );
            assert_eq!(found[0], 0.0);
        }
    }

    #[test]
    fn values_by_hand() {
        let (x, y) = (array![[1.0], [1.0]], array![0.0, 1.0]);
        // Scores 3: (9 + 4) / 2, and (-log(1 - σ(3)) - log σ(3)) / 2 = log(1 + e³) - 3/2.
        let theta = array![3.0];
        assert_eq!(Objective::MeanSquaredError.value(x.view(), y.view(), &theta), 6.5);
        let expected = 3.0_f64.exp().ln_1p() - 1.5;
        let found = Objective::LogLoss.value(x.view(), y.view(), &theta);
        assert!((found - expected).abs() < 1e-15, "{found}");
        // A confident mistake costs its score, however large: no infinity.
        let sure = Objective::LogLoss.value(x.view(), y.view(), &array![2000.0]);
        assert_eq!(sure, 1000.0);
    }
}
