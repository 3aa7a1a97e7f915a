//! What "near" means.

use ml_core::{Float, Result, check};
use serde::{Deserialize, Serialize};

/// A distance between rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// `sqrt(sum (a - b)²)`, the l2 norm of the difference.
    #[default]
    Euclidean,
    /// `sum |a - b|`, the l1 norm.
    Manhattan,
    /// `max |a - b|`, the norm of infinite order.
    Chebyshev,
    /// `(sum |a - b|^p)^(1/p)`, the norm of order `p`, at least 1.
    Minkowski(f64),
}

impl Metric {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Minkowski(p) => check::parameter("p", p, p.is_finite() && p >= 1.0, "finite and >= 1"),
            _ => Ok(()),
        }
    }

    /// The same order as the distance without the final root, in double precision.
    #[inline]
    pub(super) fn reduced<F: Float>(self, a: &[F], b: &[F]) -> f64 {
        match self {
            Self::Euclidean => sum(a, b, |d| d * d),
            Self::Manhattan => sum(a, b, f64::abs),
            Self::Chebyshev => a
                .iter()
                .zip(b)
                .fold(0.0, |max: f64, (a, b)| max.max((a.as_f64() - b.as_f64()).abs())),
            Self::Minkowski(p) => sum(a, b, |d| d.abs().powf(p)),
        }
    }

    /// What a difference of `d` in one column adds to the reduced distance.
    pub(super) fn accumulate(self, sum: f64, d: f64) -> f64 {
        match self {
            Self::Euclidean => sum + d * d,
            Self::Manhattan => sum + d.abs(),
            Self::Chebyshev => sum.max(d.abs()),
            Self::Minkowski(p) => sum + d.abs().powf(p),
        }
    }

    /// The distance of a reduced one.
    pub(super) fn distance(self, reduced: f64) -> f64 {
        match self {
            Self::Euclidean => reduced.sqrt(),
            Self::Manhattan | Self::Chebyshev => reduced,
            Self::Minkowski(p) => reduced.powf(1.0 / p),
        }
    }
}

/// The sum of `term(a - b)` in four interleaved parts, which the compiler turns into vector code.
#[inline]
fn sum<F: Float>(a: &[F], b: &[F], term: impl Fn(f64) -> f64) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut parts = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for lane in 0..4 {
            parts[lane] += term(a[lane].as_f64() - b[lane].as_f64());
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| term(a.as_f64() - b.as_f64()))
        .sum();
    (parts[0] + parts[1]) + (parts[2] + parts[3]) + rest
}
