//! What a trial may be hoped to gain.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Expected improvement on `best`, the smallest value so far, of a value that is normal with this mean and standard
/// deviation: `E[max(best - v, 0)] = (best - mean) · Φ(z) + deviation · φ(z)`, `z = (best - mean) / deviation`.
///
/// **Source**: Jones, Schonlau and Welch, "Efficient Global Optimization of Expensive Black-Box Functions" (1998), eq. 15.
///
/// # Examples
/// ```
/// use ml_nn::tuning::expected_improvement;
///
/// // At the best value itself: φ(0) = 1 / √(2π).
/// assert!((expected_improvement(1.0, 1.0, 1.0) - 0.398_942_280_401_432_7).abs() < 1e-15);
/// // A certain gain is the difference, a certain loss is nothing.
/// assert_eq!(expected_improvement(3.0, 1.0, 0.0), 2.0);
/// assert_eq!(expected_improvement(1.0, 3.0, 0.0), 0.0);
/// ```
pub fn expected_improvement(best: f64, mean: f64, deviation: f64) -> f64 {
    let gain = best - mean;
    if deviation <= 0.0 {
        return gain.max(0.0);
    }
    let z = gain / deviation;
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    // Far below 0 the two terms cancel to less than rounding: nothing to hope for.
    (gain * 0.5 * libm::erfc(-z * FRAC_1_SQRT_2) + deviation * density).max(0.0)
}
