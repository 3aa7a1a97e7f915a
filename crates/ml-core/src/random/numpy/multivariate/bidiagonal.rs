//! Singular values of a bidiagonal matrix by implicit QR iteration, as LAPACK's `dbdsqr`: every choice
//! that decides a sign is made as there.
//!
//! Source: Demmel and Kahan, "Accurate singular values of bidiagonal matrices", SIAM Journal on
//! Scientific and Statistical Computing 11 (1990).

use std::ops::RangeInclusive;

use ndarray::{Array2, s};

/// LAPACK's relative machine precision: half of Rust's.
const EPSILON: f64 = f64::EPSILON / 2.0;
/// Sweeps per squared dimension until the iteration gives up.
const MAX_SWEEPS: usize = 6;

/// Singular values in descending order and the right singular vectors as rows; `None` if the iteration
/// does not converge.
pub(super) fn singular_values_and_right_vectors(
    diagonal: Vec<f64>,
    above: Vec<f64>,
) -> Option<(Vec<f64>, Array2<f64>)> {
    let vt = Array2::eye(diagonal.len());
    let (d, e) = (diagonal, above);
    if d.len() == 1 {
        return Some((vec![d[0].abs()], vt));
    }
    let mut work = Iteration { d, e, vt };
    work.run()?;
    Some(work.sorted())
}

struct Iteration {
    d: Vec<f64>,
    e: Vec<f64>,
    vt: Array2<f64>,
}

/// The part of the matrix that is worked on: rows `first..=last`, no zero above their diagonal.
#[derive(Clone, Copy, PartialEq)]
struct Block {
    first: usize,
    last: usize,
}

impl Iteration {
    fn run(&mut self) -> Option<()> {
        let n = self.d.len();
        let tolerance = EPSILON.powf(-0.125).clamp(10.0, 100.0) * EPSILON;
        let threshold = self.threshold(tolerance);
        let (mut last, mut rotated) = (n - 1, 0);
        let (mut previous, mut downwards) = (None::<Block>, true);
        while last > 0 {
            if rotated > MAX_SWEEPS * n * n {
                return None;
            }
            let Some(block) = self.block(last, threshold) else {
                last -= 1;
                continue;
            };
            if block.first + 1 == last {
                self.solve_pair(block.first);
                last = block.first.saturating_sub(1);
                if block.first == 0 {
                    break;
                }
                continue;
            }
            let moved = previous.is_none_or(|p| block.first > p.last || last < p.first);
            if moved {
                downwards = self.d[block.first].abs() >= self.d[last].abs();
            }
            let Some(smallest) = self.smallest(block, downwards, tolerance) else {
                continue;
            };
            previous = Some(block);
            let shift = self.shift(block, downwards, tolerance, smallest);
            rotated += block.last - block.first;
            self.sweep(block, downwards, shift);
            let end = if downwards { block.last - 1 } else { block.first };
            if self.e[end].abs() <= threshold {
                self.e[end] = 0.0;
            }
        }
        Some(())
    }

    /// What counts as zero: far below a bound of the smallest singular value.
    fn threshold(&self, tolerance: f64) -> f64 {
        let n = self.d.len() as f64;
        let mut bound = self.d[0].abs();
        let mut mu = bound;
        for (d, e) in self.d[1..].iter().zip(&self.e) {
            if bound == 0.0 {
                break;
            }
            mu = d.abs() * (mu / (mu + e.abs()));
            bound = bound.min(mu);
        }
        (tolerance * bound / n.sqrt()).max(MAX_SWEEPS as f64 * (n * (n * f64::MIN_POSITIVE)))
    }

    /// The block that ends at `last`; `None` if that is a singular value already.
    fn block(&mut self, last: usize, threshold: f64) -> Option<Block> {
        let cut = (0..last).rev().find(|&i| self.e[i].abs() <= threshold);
        let Some(cut) = cut else {
            return Some(Block { first: 0, last });
        };
        self.e[cut] = 0.0;
        (cut + 1 < last).then_some(Block { first: cut + 1, last })
    }

    /// A bound of the smallest singular value of the block; `None` if a number above the diagonal was
    /// found negligible and set to zero.
    fn smallest(&mut self, block: Block, downwards: bool, tolerance: f64) -> Option<f64> {
        let Block { first, last } = block;
        let (start, end) = if downwards { (first, last) } else { (last, first) };
        let end_above = if downwards { last - 1 } else { first };
        if self.e[end_above].abs() <= tolerance * self.d[end].abs() {
            self.e[end_above] = 0.0;
            return None;
        }
        let mut mu = self.d[start].abs();
        let mut smallest = mu;
        for step in 0..last - first {
            // The number above the diagonal, and the diagonal one beyond it.
            let (i, next) = if downwards {
                (first + step, first + step + 1)
            } else {
                (last - 1 - step, last - 1 - step)
            };
            if self.e[i].abs() <= tolerance * mu {
                self.e[i] = 0.0;
                return None;
            }
            mu = self.d[next].abs() * (mu / (mu + self.e[i].abs()));
            smallest = smallest.min(mu);
        }
        Some(smallest)
    }

    /// An estimate of the smallest singular value; 0 where a shift would cost accuracy.
    fn shift(&self, block: Block, downwards: bool, tolerance: f64, smallest: f64) -> f64 {
        let Block { first, last } = block;
        let largest = (first..=last).map(|i| self.d[i].abs());
        let largest = largest
            .chain((first..last).map(|i| self.e[i].abs()))
            .fold(0.0, f64::max);
        let n = self.d.len() as f64;
        if n * tolerance * (smallest / largest) <= EPSILON.max(0.01 * tolerance) {
            return 0.0;
        }
        let (start, corner) = if downwards {
            (first, last - 1)
        } else {
            (last, first)
        };
        let shift = smaller_of_pair(self.d[corner], self.e[corner], self.d[corner + 1]);
        let start = self.d[start].abs();
        if start > 0.0 && (shift / start).powi(2) < EPSILON {
            0.0
        } else {
            shift
        }
    }

    /// One QR step from one end of the block to the other.
    fn sweep(&mut self, block: Block, downwards: bool, shift: f64) {
        match (downwards, shift == 0.0) {
            (true, true) => self.down_without_shift(block),
            (false, true) => self.up_without_shift(block),
            (true, false) => self.down(block, shift),
            (false, false) => self.up(block, shift),
        }
    }

    fn down_without_shift(&mut self, Block { first, last }: Block) {
        let (mut cs, mut old_cs, mut old_sn) = (1.0, 1.0, 0.0);
        for i in first..last {
            let (c, s, r) = rotation(self.d[i] * cs, self.e[i]);
            cs = c;
            if i > first {
                self.e[i - 1] = old_sn * r;
            }
            (old_cs, old_sn, self.d[i]) = rotation(old_cs * r, self.d[i + 1] * s);
            self.rotate(i, c, s);
        }
        let h = self.d[last] * cs;
        self.d[last] = h * old_cs;
        self.e[last - 1] = h * old_sn;
    }

    fn up_without_shift(&mut self, Block { first, last }: Block) {
        let (mut cs, mut old_cs, mut old_sn) = (1.0, 1.0, 0.0);
        for i in (first + 1..=last).rev() {
            let (c, s, r) = rotation(self.d[i] * cs, self.e[i - 1]);
            cs = c;
            if i < last {
                self.e[i] = old_sn * r;
            }
            (old_cs, old_sn, self.d[i]) = rotation(old_cs * r, self.d[i - 1] * s);
            self.rotate(i - 1, old_cs, -old_sn);
        }
        let h = self.d[first] * cs;
        self.d[first] = h * old_cs;
        self.e[first] = h * old_sn;
    }

    fn down(&mut self, Block { first, last }: Block, shift: f64) {
        let start = self.d[first];
        let mut f = (start.abs() - shift) * (1.0_f64.copysign(start) + shift / start);
        let mut g = self.e[first];
        for i in first..last {
            let (cr, sr, r) = rotation(f, g);
            if i > first {
                self.e[i - 1] = r;
            }
            f = cr * self.d[i] + sr * self.e[i];
            self.e[i] = cr * self.e[i] - sr * self.d[i];
            g = sr * self.d[i + 1];
            self.d[i + 1] *= cr;
            let (cl, sl, r) = rotation(f, g);
            self.d[i] = r;
            f = cl * self.e[i] + sl * self.d[i + 1];
            self.d[i + 1] = cl * self.d[i + 1] - sl * self.e[i];
            if i + 1 < last {
                g = sl * self.e[i + 1];
                self.e[i + 1] *= cl;
            }
            self.rotate(i, cr, sr);
        }
        self.e[last - 1] = f;
    }

    fn up(&mut self, Block { first, last }: Block, shift: f64) {
        let start = self.d[last];
        let mut f = (start.abs() - shift) * (1.0_f64.copysign(start) + shift / start);
        let mut g = self.e[last - 1];
        for i in (first + 1..=last).rev() {
            let (cr, sr, r) = rotation(f, g);
            if i < last {
                self.e[i] = r;
            }
            f = cr * self.d[i] + sr * self.e[i - 1];
            self.e[i - 1] = cr * self.e[i - 1] - sr * self.d[i];
            g = sr * self.d[i - 1];
            self.d[i - 1] *= cr;
            let (cl, sl, r) = rotation(f, g);
            self.d[i] = r;
            f = cl * self.e[i - 1] + sl * self.d[i - 1];
            self.d[i - 1] = cl * self.d[i - 1] - sl * self.e[i - 1];
            if i > first + 1 {
                g = sl * self.e[i - 2];
                self.e[i - 2] *= cl;
            }
            self.rotate(i - 1, cl, -sl);
        }
        self.e[first] = f;
    }

    /// Both singular values of the rows `first` and `first + 1`.
    fn solve_pair(&mut self, first: usize) {
        let (d, e) = (&mut self.d, &mut self.e);
        let pair = Pair::of(d[first], e[first], d[first + 1]);
        (d[first], e[first], d[first + 1]) = (pair.larger, 0.0, pair.smaller);
        self.rotate(first, pair.cosine, pair.sine);
    }

    /// Rotates the rows `i` and `i + 1` of the vectors.
    fn rotate(&mut self, i: usize, c: f64, s: f64) {
        let (mut upper, mut lower) = self.vt.multi_slice_mut((s![i, ..], s![i + 1, ..]));
        for (a, b) in upper.iter_mut().zip(&mut lower) {
            (*a, *b) = (s * *b + c * *a, c * *b - s * *a);
        }
    }

    fn sorted(mut self) -> (Vec<f64>, Array2<f64>) {
        for (d, mut row) in self.d.iter_mut().zip(self.vt.rows_mut()) {
            if *d < 0.0 {
                *d = -*d;
                row.map_inplace(|v| *v = -*v);
            }
        }
        // LAPACK selects three times (in dbdsqr, dlasdq and dbdsdc), which decides the order of the
        // vectors of equal values.
        let n = self.d.len();
        for end in (1..n).rev() {
            self.select(0..=end, end, |new, old| new <= old);
        }
        for start in 0..n {
            self.select(start..=n - 1, start, |new, old| new < old);
        }
        for start in 0..n {
            self.select(start..=n - 1, start, |new, old| new > old);
        }
        (self.d, self.vt)
    }

    /// Swaps the best of a range to `place`.
    fn select(&mut self, range: RangeInclusive<usize>, place: usize, better: fn(f64, f64) -> bool) {
        let best = range.reduce(|a, b| if better(self.d[b], self.d[a]) { b } else { a });
        let best = best.unwrap_or(place);
        self.d.swap(best, place);
        for mut column in self.vt.columns_mut() {
            column.swap(best, place);
        }
    }
}

/// Cosine, sine and length of the rotation that takes `(f, g)` to `(length, 0)`: `dlartg`.
fn rotation(f: f64, g: f64) -> (f64, f64, f64) {
    if g == 0.0 {
        return (1.0, 0.0, f);
    }
    if f == 0.0 {
        return (0.0, 1.0_f64.copysign(g), g.abs());
    }
    let length = f.hypot(g);
    let r = length.copysign(f);
    (f.abs() / length, g / r, r)
}

/// The smaller singular value of `[[f, g], [0, h]]`: `dlas2`.
fn smaller_of_pair(f: f64, g: f64, h: f64) -> f64 {
    let (f, g, h) = (f.abs(), g.abs(), h.abs());
    let (small, large) = (f.min(h), f.max(h));
    if small == 0.0 {
        return 0.0;
    }
    let (sum, difference) = (1.0 + small / large, (large - small) / large);
    if g < large {
        let ratio = (g / large) * (g / large);
        return small * (2.0 / ((sum * sum + ratio).sqrt() + (difference * difference + ratio).sqrt()));
    }
    let ratio = large / g;
    if ratio == 0.0 {
        return small * large / g;
    }
    let (sum, difference) = (sum * ratio, difference * ratio);
    2.0 * (small * (1.0 / ((1.0 + sum * sum).sqrt() + (1.0 + difference * difference).sqrt()))) * ratio
}

/// Singular values of `[[f, g], [0, h]]`, with signs, and the rotation on the right: `dlasv2`.
struct Pair {
    larger: f64,
    smaller: f64,
    cosine: f64,
    sine: f64,
}

impl Pair {
    fn of(f: f64, g: f64, h: f64) -> Self {
        let swapped = h.abs() > f.abs();
        let (ft, ht) = if swapped { (h, f) } else { (f, h) };
        let turned = Turned::of(ft, g, ht);
        let (csl, snl, csr, snr) = if swapped {
            (turned.srt, turned.crt, turned.slt, turned.clt)
        } else {
            (turned.clt, turned.slt, turned.crt, turned.srt)
        };
        let sign = |v: f64| 1.0_f64.copysign(v);
        let of_larger = if turned.g_is_largest {
            sign(snr) * sign(csl) * sign(g)
        } else if swapped {
            sign(snr) * sign(snl) * sign(h)
        } else {
            sign(csr) * sign(csl) * sign(f)
        };
        Self {
            larger: turned.larger.copysign(of_larger),
            smaller: turned.smaller.copysign(of_larger * sign(f) * sign(h)),
            cosine: csr,
            sine: snr,
        }
    }
}

/// The same for `|f| >= |h|`, without the signs of the values: cosines and sines left and right.
struct Turned {
    larger: f64,
    smaller: f64,
    clt: f64,
    slt: f64,
    crt: f64,
    srt: f64,
    g_is_largest: bool,
}

impl Turned {
    fn of(ft: f64, gt: f64, ht: f64) -> Self {
        let (fa, ga, ha) = (ft.abs(), gt.abs(), ht.abs());
        let g_is_largest = ga > fa;
        let (mut clt, mut slt, mut crt, mut srt) = (1.0, 0.0, 1.0, 0.0);
        let (mut larger, mut smaller) = (fa, ha);
        if ga != 0.0 && g_is_largest && fa / ga < EPSILON {
            larger = ga;
            smaller = if ha > 1.0 { fa / (ga / ha) } else { (fa / ga) * ha };
            (slt, srt, crt) = (ht / gt, 1.0, ft / gt);
        } else if ga != 0.0 {
            let d = fa - ha;
            let l = if d == fa { 1.0 } else { d / fa };
            let m = gt / ft;
            let t = 2.0 - l;
            let mm = m * m;
            let s = (t * t + mm).sqrt();
            let r = if l == 0.0 { m.abs() } else { (l * l + mm).sqrt() };
            let a = 0.5 * (s + r);
            (smaller, larger) = (ha / a, fa * a);
            let t = if mm != 0.0 {
                (m / (s + t) + m / (r + l)) * (1.0 + a)
            } else if l == 0.0 {
                2.0_f64.copysign(ft) * 1.0_f64.copysign(gt)
            } else {
                gt / d.copysign(ft) + m / t
            };
            let l = (t * t + 4.0).sqrt();
            (crt, srt) = (2.0 / l, t / l);
            clt = (crt + srt * m) / a;
            slt = (ht / ft) * srt / a;
        }
        Self {
            larger,
            smaller,
            clt,
            slt,
            crt,
            srt,
            g_is_largest,
        }
    }
}
