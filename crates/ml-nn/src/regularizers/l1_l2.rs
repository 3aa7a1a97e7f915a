//! Penalties on absolute values and squares.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::Regularizer;

/// `factor · Σ |w|`: drives weights to 0. Keras's default factor is 0.01.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::regularizers::{L1, Regularizer};
///
/// assert_eq!(L1(0.5).penalty(&Tensor::from([1.0, -3.0]))?.item::<f64>()?, 2.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct L1(
    /// What the sum is multiplied by: finite and at least 0.
    pub f64,
);

/// `factor · Σ w²`: keeps weights small. Keras's default factor is 0.01.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct L2(
    /// What the sum is multiplied by: finite and at least 0.
    pub f64,
);

/// `l1 · Σ |w| + l2 · Σ w²`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct L1L2 {
    /// Factor of the absolute values: finite and at least 0.
    pub l1: f64,
    /// Factor of the squares: finite and at least 0.
    pub l2: f64,
}

/// A reward for large weights would drive them to infinity.
fn check_factor(name: &'static str, factor: f64) -> Result<()> {
    let valid = factor.is_finite() && factor >= 0.0;
    check::parameter(name, factor, valid, "finite and at least 0")
}

#[typetag::serde]
impl Regularizer for L1 {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        self.check()?;
        weight.abs()?.sum_all()?.mul_scalar(self.0)
    }

    fn check(&self) -> Result<()> {
        check_factor("l1", self.0)
    }
}

#[typetag::serde]
impl Regularizer for L2 {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        self.check()?;
        weight.square()?.sum_all()?.mul_scalar(self.0)
    }

    fn check(&self) -> Result<()> {
        check_factor("l2", self.0)
    }
}

#[typetag::serde]
impl Regularizer for L1L2 {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        L1(self.l1).penalty(weight)?.add(&L2(self.l2).penalty(weight)?)
    }

    fn check(&self) -> Result<()> {
        L1(self.l1).check()?;
        L2(self.l2).check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_penalties_add_up() {
        let w = Tensor::from([[1.0, -2.0], [0.0, 3.0]]);
        // 0.1 · 6 + 0.01 · 14
        let found = L1L2 { l1: 0.1, l2: 0.01 }
            .penalty(&w)
            .unwrap()
            .item::<f64>()
            .unwrap();
        assert!((found - 0.74).abs() < 1e-12);
    }

    #[test]
    fn a_reward_is_refused() {
        let w = Tensor::from([1.0, -2.0]);
        let said = |regularizer: &dyn Regularizer| regularizer.penalty(&w).unwrap_err().to_string();
        assert_eq!(said(&L1(-0.5)), "l1 = -0.5: must be finite and at least 0");
        assert_eq!(said(&L2(f64::NAN)), "l2 = NaN: must be finite and at least 0");
        let both = L1L2 { l1: 0.0, l2: -1.0 };
        assert_eq!(said(&both), "l2 = -1: must be finite and at least 0");
    }
}
