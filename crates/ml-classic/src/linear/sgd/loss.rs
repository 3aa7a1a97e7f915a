//! What a wrong prediction costs.

use serde::{Deserialize, Serialize};

/// The cost of predicting `p` for the target `y`; of a class `y` is 1 (positive) or -1, and `z = y·p` the margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Loss {
    /// `max(0, threshold - z)`: 1 for support vector machines, 0 for the perceptron.
    Hinge(f64),
    /// `max(0, 1 - z)²`.
    SquaredHinge,
    /// `log(1 + exp(-z))`.
    Log,
    /// `max(0, 1 - z)²` for `z >= -1`, `-4z` below.
    ModifiedHuber,
    /// `(y - p)² / 2`.
    SquaredError,
    /// Squared up to a distance of epsilon, linear beyond.
    Huber(f64),
    /// `max(0, |y - p| - epsilon)`.
    EpsilonInsensitive(f64),
    /// `max(0, |y - p| - epsilon)²`.
    SquaredEpsilonInsensitive(f64),
}

impl Loss {
    #[inline]
    pub(super) fn value(self, y: f64, p: f64) -> f64 {
        let (z, distance) = (y * p, (y - p).abs());
        match self {
            Loss::Hinge(threshold) if z <= threshold => threshold - z,
            Loss::Hinge(_) => 0.0,
            Loss::SquaredHinge => (1.0 - z).max(0.0).powi(2),
            // Written so that exp() only ever sees a negative number.
            Loss::Log => (-z.abs()).exp().ln_1p() + (-z).max(0.0),
            Loss::ModifiedHuber if z < -1.0 => -4.0 * z,
            Loss::ModifiedHuber => (1.0 - z).max(0.0).powi(2),
            Loss::SquaredError => 0.5 * distance * distance,
            Loss::Huber(epsilon) if distance <= epsilon => 0.5 * distance * distance,
            Loss::Huber(epsilon) => epsilon * (distance - 0.5 * epsilon),
            Loss::EpsilonInsensitive(epsilon) => (distance - epsilon).max(0.0),
            Loss::SquaredEpsilonInsensitive(epsilon) => (distance - epsilon).max(0.0).powi(2),
        }
    }

    /// `d value / d p`.
    #[inline]
    pub(super) fn derivative(self, y: f64, p: f64) -> f64 {
        let (z, error) = (y * p, p - y);
        match self {
            Loss::Hinge(threshold) if z <= threshold => -y,
            Loss::Hinge(_) => 0.0,
            Loss::SquaredHinge => -2.0 * y * (1.0 - z).max(0.0),
            Loss::Log if z > 0.0 => -y * (-z).exp() / (1.0 + (-z).exp()),
            Loss::Log => -y / (1.0 + z.exp()),
            Loss::ModifiedHuber if z < -1.0 => -4.0 * y,
            Loss::ModifiedHuber => -2.0 * y * (1.0 - z).max(0.0),
            Loss::SquaredError => error,
            Loss::Huber(epsilon) => error.clamp(-epsilon, epsilon),
            Loss::EpsilonInsensitive(epsilon) if error.abs() <= epsilon => 0.0,
            Loss::EpsilonInsensitive(_) => error.signum(),
            Loss::SquaredEpsilonInsensitive(epsilon) => {
                2.0 * error.signum() * (error.abs() - epsilon).max(0.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Loss;

    const ALL: [Loss; 9] = [
        Loss::Hinge(1.0),
        Loss::Hinge(0.0),
        Loss::SquaredHinge,
        Loss::Log,
        Loss::ModifiedHuber,
        Loss::SquaredError,
        Loss::Huber(0.3),
        Loss::EpsilonInsensitive(0.1),
        Loss::SquaredEpsilonInsensitive(0.1),
    ];

    #[test]
    fn derivatives_match_central_differences() {
        const STEP: f64 = 1e-6;
        for loss in ALL {
            for y in [-1.0, 1.0] {
                for p in [-3.7, -1.3, -0.45, 0.021, 0.5, 1.7, 40.3] {
                    let slope = (loss.value(y, p + STEP) - loss.value(y, p - STEP)) / (2.0 * STEP);
                    let found = loss.derivative(y, p);
                    assert!(
                        (slope - found).abs() < 1e-6,
                        "{loss:?} at {y}, {p}: {found}, not {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn extreme_scores_stay_finite() {
        for (y, p) in [(1.0, 1e4), (1.0, -1e4), (-1.0, 1e4)] {
            assert!(Loss::Log.value(y, p).is_finite() && Loss::Log.derivative(y, p).is_finite());
        }
        assert_eq!(Loss::Log.value(1.0, -1e4), 1e4);
    }
}
