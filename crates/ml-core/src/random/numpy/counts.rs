//! Binomial, Poisson and geometric counts.

use ndarray::{Array, IntoDimension};

use super::{NumpyRng, filled};
use crate::{Result, check, random::poisson::poisson};

/// Largest mean of a binomial count that is drawn by inversion.
const INVERSION_LIMIT: f64 = 30.0;
/// Largest `n` and mean, so that counts fit NumPy's signed 64-bit integers.
const LARGEST: f64 = 9.2e18;

impl NumpyRng {
    /// `binomial(n, p, shape)`: how many of `n` trials succeed, each with probability `p`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless `0 <= p <= 1` and `n` fits an `i64`.
    pub fn binomial<S: IntoDimension>(&mut self, n: u64, p: f64, shape: S) -> Result<Array<i64, S::Dim>> {
        check::parameter("n", n, (n as f64) < LARGEST, "below 9.2e18")?;
        check::parameter("p", p, (0.0..=1.0).contains(&p), "between 0 and 1")?;
        let n = n as i64;
        // The rarer outcome is counted: its distribution is the one that inversion can walk.
        let rare = if p <= 0.5 { p } else { 1.0 - p };
        let by_inversion = rare * n as f64 <= INVERSION_LIMIT;
        let (inversion, btpe) = (Inversion::new(n, rare), Btpe::new(n, rare));
        Ok(filled(shape, || {
            let count = if by_inversion {
                inversion.draw(self)
            } else {
                btpe.draw(self)
            };
            if p <= 0.5 { count } else { n - count }
        }))
    }

    /// `poisson(mean, shape)`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless `0 <= mean < 9.2e18`.
    pub fn poisson<S: IntoDimension>(&mut self, mean: f64, shape: S) -> Result<Array<i64, S::Dim>> {
        let valid = (0.0..LARGEST).contains(&mean);
        check::parameter("mean", mean, valid, "at least 0 and below 9.2e18")?;
        Ok(filled(shape, || poisson(mean, || self.random())))
    }

    /// `geometric(p, shape)`: the trials up to and with the first success.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless `0 < p <= 1`.
    pub fn geometric<S: IntoDimension>(&mut self, p: f64, shape: S) -> Result<Array<i64, S::Dim>> {
        check::parameter("p", p, p > 0.0 && p <= 1.0, "above 0 and at most 1")?;
        Ok(filled(shape, || {
            if p >= 0.333_333_333_333_333_3 {
                return self.geometric_by_search(p);
            }
            ((1.0 - self.random()).ln() / (1.0 - p).ln()).ceil() as i64
        }))
    }

    fn geometric_by_search(&mut self, p: f64) -> i64 {
        let u = self.random();
        let (mut count, mut term) = (1, p);
        let mut sum = p;
        while u > sum {
            term *= 1.0 - p;
            sum += term;
            count += 1;
        }
        count
    }
}

/// A binomial count by walking the distribution from 0 up; `p <= 0.5`.
struct Inversion {
    n: i64,
    p: f64,
    q: f64,
    none: f64,
    bound: i64,
}

impl Inversion {
    fn new(n: i64, p: f64) -> Self {
        let (n_f, q) = (n as f64, 1.0 - p);
        let mean = n_f * p;
        let none = (n_f * q.ln()).exp();
        let bound = n_f.min(mean + 10.0 * (mean * q + 1.0).sqrt()) as i64;
        Self { n, p, q, none, bound }
    }

    fn draw(&self, rng: &mut NumpyRng) -> i64 {
        let (mut count, mut term, mut u) = (0, self.none, rng.random());
        while u > term {
            count += 1;
            if count > self.bound {
                // So far out that rounding has the last word: start again.
                (count, term, u) = (0, self.none, rng.random());
            } else {
                u -= term;
                term = ((self.n - count + 1) as f64 * self.p * term) / (count as f64 * self.q);
            }
        }
        count
    }
}

/// A binomial count by rejection from a triangle, two parallelograms and two exponential tails; the
/// letters are those of Kachitvichyanukul and Schmeiser, Communications of the ACM 31 (1988).
struct Btpe {
    n: i64,
    r: f64,
    q: f64,
    m: i64,
    xm: f64,
    xl: f64,
    xr: f64,
    c: f64,
    laml: f64,
    lamr: f64,
    p1: f64,
    p2: f64,
    p3: f64,
    p4: f64,
}

impl Btpe {
    fn new(n: i64, p: f64) -> Self {
        let n_f = n as f64;
        let r = p.min(1.0 - p);
        let q = 1.0 - r;
        let fm = n_f * r + r;
        let m = fm.floor() as i64;
        let p1 = (2.195 * (n_f * r * q).sqrt() - 4.6 * q).floor() + 0.5;
        let xm = m as f64 + 0.5;
        let (xl, xr) = (xm - p1, xm + p1);
        let c = 0.134 + 20.5 / (15.3 + m as f64);
        let a = (fm - xl) / (fm - xl * r);
        let laml = a * (1.0 + a / 2.0);
        let a = (xr - fm) / (xr * q);
        let lamr = a * (1.0 + a / 2.0);
        let p2 = p1 * (1.0 + 2.0 * c);
        let p3 = p2 + c / laml;
        let p4 = p3 + c / lamr;
        Self {
            n,
            r,
            q,
            m,
            xm,
            xl,
            xr,
            c,
            laml,
            lamr,
            p1,
            p2,
            p3,
            p4,
        }
    }

    fn draw(&self, rng: &mut NumpyRng) -> i64 {
        loop {
            let u = rng.random() * self.p4;
            let v = rng.random();
            if u <= self.p1 {
                return (self.xm - self.p1 * v + u).floor() as i64;
            }
            if let Some((y, v)) = self.propose(u, v)
                && self.accept(y, v)
            {
                return y;
            }
        }
    }

    /// A point beside the triangle: the count and the height under the hat.
    fn propose(&self, u: f64, v: f64) -> Option<(i64, f64)> {
        if u <= self.p2 {
            let x = self.xl + (u - self.p1) / self.c;
            let v = v * self.c + 1.0 - (self.m as f64 - x + 0.5).abs() / self.p1;
            return (v <= 1.0).then_some((x.floor() as i64, v));
        }
        if u <= self.p3 {
            let y = (self.xl + v.ln() / self.laml).floor();
            return (y >= 0.0 && v != 0.0).then_some((y as i64, v * (u - self.p2) * self.laml));
        }
        let y = (self.xr - v.ln() / self.lamr).floor();
        (y <= self.n as f64 && v != 0.0).then_some((y as i64, v * (u - self.p3) * self.lamr))
    }

    fn accept(&self, y: i64, v: f64) -> bool {
        let k = (y - self.m).abs();
        let nrq = self.n as f64 * self.r * self.q;
        if k <= 20 || k as f64 >= nrq / 2.0 - 1.0 {
            return v <= self.ratio_to_mode(y);
        }
        let k = k as f64;
        let rho = (k / nrq) * ((k * (k / 3.0 + 0.625) + 0.166_666_666_666_666_66) / nrq + 0.5);
        let t = -k * k / (2.0 * nrq);
        let log_v = v.ln();
        if log_v < t - rho {
            return true;
        }
        log_v <= t + rho && log_v <= self.stirling(y)
    }

    /// `P(y) / P(m)` by the recurrence from the mode `m`.
    fn ratio_to_mode(&self, y: i64) -> f64 {
        let s = self.r / self.q;
        let a = s * (self.n + 1) as f64;
        let mut ratio = 1.0;
        for i in self.m + 1..=y {
            ratio *= a / i as f64 - s;
        }
        for i in y + 1..=self.m {
            ratio /= a / i as f64 - s;
        }
        ratio
    }

    /// `log(P(y) / P(m))` by Stirling's formula.
    fn stirling(&self, y: i64) -> f64 {
        let (n, m) = (self.n, self.m);
        let (x1, f1) = ((y + 1) as f64, (m + 1) as f64);
        let (z, w) = ((n + 1 - m) as f64, (n - y + 1) as f64);
        let tail = |x: f64| {
            let x2 = x * x;
            (13680. - (462. - (132. - (99. - 140. / x2) / x2) / x2) / x2) / x / 166320.
        };
        self.xm * (f1 / x1).ln()
            + ((n - m) as f64 + 0.5) * (z / w).ln()
            + (y - m) as f64 * (w * self.r / (x1 * self.q)).ln()
            + tail(f1)
            + tail(z)
            + tail(x1)
            + tail(w)
    }
}
