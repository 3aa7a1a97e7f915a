//! Permutations and choices.

use super::NumpyRng;
use crate::{Error, Result, check};

impl NumpyRng {
    /// `shuffle(items)`: in place, from the back.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.interval(i as u64) as usize);
        }
    }

    /// `permutation(n)`: `0..n` in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        self.shuffle(&mut items);
        items
    }

    /// `choice(n, size)`: `size` of `0..n`, each as likely as any other, with replacement.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there is nothing to choose from.
    pub fn choice(&mut self, n: usize, size: usize) -> Result<Vec<usize>> {
        check::parameter("n", n, n > 0 || size == 0, "at least 1")?;
        Ok((0..size).map(|_| self.interval(n as u64 - 1) as usize).collect())
    }

    /// `choice(n, size, replace=False)`: `size` different ones of `0..n`.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `size` is above `n`.
    pub fn choice_without_replacement(&mut self, n: usize, size: usize) -> Result<Vec<usize>> {
        check::parameter("size", size, size <= n, "at most n, without replacement")?;
        let mut items = self.permutation(n);
        items.truncate(size);
        Ok(items)
    }

    /// `choice(len(p), size, p=p)`: position `i` with probability `p[i]`, with replacement.
    ///
    /// # Errors
    /// [`Error::Parameter`] or [`Error::Empty`] unless `p` are probabilities that sum to 1 (within
    /// 1.5e-8).
    pub fn choice_weighted(&mut self, p: &[f64], size: usize) -> Result<Vec<usize>> {
        probabilities(p)?;
        let cumulative = cumulative(p);
        Ok((0..size).map(|_| position(&cumulative, self.random())).collect())
    }

    /// `choice(len(p), size, replace=False, p=p)`: different positions, drawn in turn with
    /// probabilities proportional to `p` among those that are left.
    ///
    /// # Errors
    /// As [`choice_weighted`](Self::choice_weighted); [`Error::Parameter`] if `size` is above the
    /// number of positive probabilities.
    pub fn choice_weighted_without_replacement(&mut self, p: &[f64], size: usize) -> Result<Vec<usize>> {
        probabilities(p)?;
        let positive = p.iter().filter(|&&p| p > 0.0).count();
        let domain = "at most the number of positive probabilities";
        check::parameter("size", size, size <= positive, domain)?;
        let (mut left, mut found) = (p.to_vec(), Vec::with_capacity(size));
        while found.len() < size {
            // A round draws all that is missing at once and keeps the first of equal positions.
            let cumulative = cumulative(&left);
            for u in self.random_sample(size - found.len()) {
                let i = position(&cumulative, u);
                if left[i] > 0.0 {
                    left[i] = 0.0;
                    found.push(i);
                }
            }
        }
        Ok(found)
    }
}

/// Running sums, scaled so that the last one is 1.
fn cumulative(p: &[f64]) -> Vec<f64> {
    let sums = p.iter().scan(0.0, |sum, &p| {
        *sum += p;
        Some(*sum)
    });
    let mut sums: Vec<f64> = sums.collect();
    let last = sums.last().copied().unwrap_or(1.0);
    for sum in &mut sums {
        *sum /= last;
    }
    sums
}

/// The first position whose running sum is above `u`.
fn position(cumulative: &[f64], u: f64) -> usize {
    cumulative.partition_point(|&sum| sum <= u)
}

fn probabilities(p: &[f64]) -> Result<()> {
    if p.is_empty() {
        return Err(Error::Empty {
            op: "NumpyRng::choice_weighted",
            what: "p".to_owned(),
            least: "1 probability",
        });
    }
    for &p in p {
        check::parameter("p", p, p >= 0.0, "probabilities, at least 0")?;
    }
    let sum = compensated_sum(p);
    let close = (sum - 1.0).abs() <= f64::EPSILON.sqrt();
    check::parameter("the sum of p", sum, close, "1")
}

/// Kahan's sum, which loses no small terms.
fn compensated_sum(p: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for &p in p {
        let term = p - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    sum
}
