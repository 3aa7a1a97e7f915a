//! How far a step goes.

use ml_core::{Result, check};

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

    pub(super) fn check(&self) -> Result<()> {
        let positive = |name, v: f64| check::parameter(name, v, v > 0.0 && v.is_finite(), "finite and > 0");
        match *self {
            Self::Constant(rate) => positive("learning_rate", rate),
            Self::Decay { t0, t1 } => positive("t0", t0).and_then(|()| positive("t1", t1)),
        }
    }
}
