//! Is the live model still as good as it was?

use std::collections::VecDeque;

use ml_core::{Result, check};

/// Compares live scores (the larger, the better) with the score at launch.
///
/// A broken component shows as one bad score, slow decay ("model rot") as a mean that sinks: both raise an alert. Feed it at regular
/// intervals with the score of freshly labelled rows.
///
/// # Examples
/// ```
/// use ml_classic::production::{Health, PerformanceMonitor};
///
/// let mut monitor = PerformanceMonitor::new(0.90, 0.05, 3)?;
/// assert_eq!(monitor.observe(0.89), Health::Good);
/// assert_eq!(monitor.observe(0.70), Health::Dropped { score: 0.70, expected: 0.90 });
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PerformanceMonitor {
    baseline: f64,
    tolerance: f64,
    window: usize,
    recent: VecDeque<f64>,
}

/// What a score says of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Health {
    /// As good as at launch, give or take the tolerance.
    Good,
    /// This one score is more than twice the tolerance below the launch: look for a broken component.
    Dropped {
        /// The score.
        score: f64,
        /// The score at launch.
        expected: f64,
    },
    /// The mean of the window is more than the tolerance below the launch: retrain.
    Decayed {
        /// Mean of the window.
        mean: f64,
        /// The score at launch.
        expected: f64,
    },
}

impl PerformanceMonitor {
    /// A monitor around the score at launch.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) unless `baseline` is finite, `tolerance` > 0 and `window` >= 1.
    pub fn new(baseline: f64, tolerance: f64, window: usize) -> Result<Self> {
        check::parameter("baseline", baseline, baseline.is_finite(), "finite")?;
        check::parameter(
            "tolerance",
            tolerance,
            tolerance > 0.0 && tolerance.is_finite(),
            "finite and > 0",
        )?;
        check::parameter("window", window, window >= 1, "at least 1")?;
        Ok(Self {
            baseline,
            tolerance,
            window,
            recent: VecDeque::new(),
        })
    }

    /// Takes in one live score. A NaN counts as a drop (a score that cannot be computed is a broken component) and stays out of
    /// the window, whose mean it would hide.
    pub fn observe(&mut self, score: f64) -> Health {
        let expected = self.baseline;
        if score.is_nan() {
            return Health::Dropped { score, expected };
        }
        if self.recent.len() == self.window {
            self.recent.pop_front();
        }
        self.recent.push_back(score);
        if score < expected - 2.0 * self.tolerance {
            return Health::Dropped { score, expected };
        }
        let mean = self.recent.iter().sum::<f64>() / self.recent.len() as f64;
        if self.recent.len() == self.window && mean < expected - self.tolerance {
            return Health::Decayed { mean, expected };
        }
        Health::Good
    }
}

#[cfg(test)]
mod tests {
    use super::{Health, PerformanceMonitor};

    #[test]
    fn slow_decay_is_told_once_the_window_is_full() {
        let mut monitor = PerformanceMonitor::new(1.0, 0.1, 2).unwrap();
        assert_eq!(monitor.observe(0.875), Health::Good);
        assert_eq!(
            monitor.observe(0.875),
            Health::Decayed {
                mean: 0.875,
                expected: 1.0
            }
        );
        assert_eq!(monitor.observe(1.0), Health::Good);
    }

    #[test]
    fn a_score_that_is_not_a_number_is_a_drop() {
        let mut monitor = PerformanceMonitor::new(1.0, 0.1, 2).unwrap();
        assert_eq!(monitor.observe(0.875), Health::Good);
        assert!(matches!(monitor.observe(f64::NAN), Health::Dropped { .. }));
        // It does not hide the decay of the scores around it.
        assert!(matches!(monitor.observe(0.875), Health::Decayed { .. }));
    }

    #[test]
    fn domains_are_checked() {
        let error = PerformanceMonitor::new(1.0, 0.0, 2).unwrap_err();
        assert_eq!(error.to_string(), "tolerance = 0: must be finite and > 0");
    }
}
