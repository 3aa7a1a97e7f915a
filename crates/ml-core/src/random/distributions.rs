//! Distributions of the fast generator.

use super::Rng;
use crate::{Error, Result, check};

impl Rng {
    /// Uniform in `[low, high)`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `high - low` is finite and not negative.
    pub fn uniform_in(&mut self, low: f64, high: f64) -> Result<f64> {
        let range = high - low;
        check::parameter(
            "high - low",
            range,
            range >= 0.0 && range.is_finite(),
            "finite and at least 0",
        )?;
        Ok(low + range * self.uniform())
    }

    /// Normal.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the standard deviation is negative or not finite.
    pub fn normal(&mut self, mean: f64, standard_deviation: f64) -> Result<f64> {
        check_deviation(standard_deviation)?;
        Ok(mean + standard_deviation * self.standard_normal())
    }

    /// Normal under the condition that it lies in `[low, high]`; either end may be infinite.
    ///
    /// Draws from a normal, a uniform or a shifted exponential number, whichever is seldom rejected, so
    /// that far tails cost no more than the middle.
    ///
    /// Source: Robert, "Simulation of truncated normal variables", Statistics and Computing 5 (1995).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `low < high` and the standard deviation is positive and finite.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Rng;
    ///
    /// let x = Rng::new(42).truncated_normal(0.0, 1.0, 6.0, f64::INFINITY)?;
    /// assert!((6.0..8.0).contains(&x));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn truncated_normal(
        &mut self,
        mean: f64,
        standard_deviation: f64,
        low: f64,
        high: f64,
    ) -> Result<f64> {
        check_deviation(standard_deviation)?;
        check::parameter(
            "standard_deviation",
            standard_deviation,
            standard_deviation > 0.0,
            "above 0",
        )?;
        check::parameter("mean", mean, mean.is_finite(), "finite")?;
        check::parameter("low", low, low < high, &format!("below high = {high}"))?;
        let (a, b) = (
            (low - mean) / standard_deviation,
            (high - mean) / standard_deviation,
        );
        let z = if b < 0.0 {
            -self.truncated(-b, -a)
        } else {
            self.truncated(a, b)
        };
        // Rounding must not leave the interval.
        Ok((mean + standard_deviation * z).clamp(low, high))
    }

    /// Standard normal in `[a, b]`, where `b >= 0`.
    fn truncated(&mut self, a: f64, b: f64) -> f64 {
        // The nearest point to the mean, where the density is highest.
        let peak = a.max(0.0);
        let rate = (peak + (peak * peak + 4.0).sqrt()) / 2.0;
        loop {
            let (z, log_accept) = if b - a < 1.0 / rate {
                let z = a + (b - a) * self.uniform();
                (z, (peak * peak - z * z) / 2.0)
            } else if a > 0.5 {
                let z = a + self.standard_exponential() / rate;
                (z, -(z - rate) * (z - rate) / 2.0)
            } else {
                (self.standard_normal(), 0.0)
            };
            let accepted = log_accept == 0.0 || self.uniform().ln() <= log_accept;
            if accepted && (a..=b).contains(&z) {
                return z;
            }
        }
    }

    /// Exponential.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the mean is negative or NaN.
    pub fn exponential(&mut self, mean: f64) -> Result<f64> {
        check::parameter("mean", mean, mean >= 0.0, "at least 0")?;
        Ok(mean * self.standard_exponential())
    }

    /// Gamma: mean `alpha * scale`, variance `alpha * scale^2`.
    ///
    /// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26
    /// (2000).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is positive and finite and `scale` at least 0.
    pub fn gamma(&mut self, alpha: f64, scale: f64) -> Result<f64> {
        check::parameter(
            "alpha",
            alpha,
            alpha > 0.0 && alpha.is_finite(),
            "above 0 and finite",
        )?;
        check::parameter("scale", scale, scale >= 0.0, "at least 0")?;
        Ok(scale * self.gamma_of(alpha))
    }

    /// With scale 1, of a valid `alpha`.
    pub(super) fn gamma_of(&mut self, alpha: f64) -> f64 {
        if alpha < 1.0 {
            // A gamma number of alpha + 1 times a power of a uniform one.
            let power = (-self.standard_exponential() / alpha).exp();
            return power * self.gamma_above_one(alpha + 1.0);
        }
        self.gamma_above_one(alpha)
    }

    fn gamma_above_one(&mut self, alpha: f64) -> f64 {
        let d = alpha - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.standard_normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            if (1.0 - self.uniform()).ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }

    /// `size` positions, each with probability proportional to its weight, with replacement.
    ///
    /// # Errors
    /// [`Error::Empty`] without a weight; [`Error::NotFinite`] or [`Error::Data`] unless the weights
    /// are finite, at least 0 and not all 0.
    pub fn choice_weighted(&mut self, weights: &[f64], size: usize) -> Result<Vec<usize>> {
        check_weights("Rng::choice_weighted", weights)?;
        let sums = weights.iter().scan(0.0, |sum, w| {
            *sum += w;
            Some(*sum)
        });
        let sums: Vec<f64> = sums.collect();
        let total = sums[sums.len() - 1];
        let last = weights.iter().rposition(|&w| w > 0.0).unwrap_or(0);
        // Rounding could carry a draw up to the total, past the last positive weight.
        let mut draw = || {
            let u = total * self.uniform();
            sums.partition_point(|&sum| sum <= u).min(last)
        };
        Ok((0..size).map(|_| draw()).collect())
    }

    /// `size` different positions, drawn in turn with probabilities proportional to the weights of those
    /// that are left.
    ///
    /// Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information
    /// Processing Letters 97 (2006).
    ///
    /// # Errors
    /// As [`choice_weighted`](Self::choice_weighted), and [`Error::Parameter`] if `size` is above the
    /// number of positive weights.
    pub fn choice_weighted_without_replacement(
        &mut self,
        weights: &[f64],
        size: usize,
    ) -> Result<Vec<usize>> {
        check_weights("Rng::choice_weighted_without_replacement", weights)?;
        let positive = weights.iter().filter(|&&w| w > 0.0).count();
        let domain = "at most the number of positive weights";
        check::parameter("size", size, size <= positive, domain)?;
        // Clocks that run as fast as the weights: the first to ring are chosen.
        let positions = (0..weights.len()).filter(|&i| weights[i] > 0.0);
        let mut clocks: Vec<(f64, usize)> = positions
            .map(|i| (self.standard_exponential() / weights[i], i))
            .collect();
        clocks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Ok(clocks.into_iter().take(size).map(|(_, i)| i).collect())
    }
}

fn check_deviation(deviation: f64) -> Result<()> {
    let valid = deviation >= 0.0 && deviation.is_finite();
    check::parameter("standard_deviation", deviation, valid, "finite and at least 0")
}

fn check_weights(op: &'static str, weights: &[f64]) -> Result<()> {
    if weights.is_empty() {
        return Err(Error::Empty {
            op,
            what: "weights".to_owned(),
            least: "1 weight",
        });
    }
    check::weights(op, weights.into(), weights.len())
}
