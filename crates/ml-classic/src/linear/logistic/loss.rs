//! The log loss of linear scores, its gradient and its Hessian.

use std::ops::Range;

use ml_core::{
    Float, Result,
    ndarray::{Array2, linalg::general_mat_mul, s},
};
use rayon::prelude::*;

use crate::solve::{Design, Smooth};

/// Rows whose scores are computed before their gradient: they stay in the cache in between.
const BLOCK_ROWS: usize = 64;
/// Shares of the rows, each with a gradient of its own until they are added up in order.
const MOST_SHARES: usize = 16;
const LEAST_ROWS: usize = 512;

/// `J(w) = Σ weight·loss + ½·l2·Σ w²`, with one line of weights a class, or a single one for two classes.
///
/// For two classes the loss is `log(1 + exp(-z))` with `z = y·score`; for more it is `-log(p)` of the true class, with
/// `p = exp(s_k) / Σ exp(s_j)`. The parameters of a line are its weights and, with an intercept, that; it has no
/// penalty.
pub(super) struct LogLoss<'a, 'd, F> {
    pub(super) x: &'a Design<'d, F>,
    /// Position of every row's class: 0 or 1, or among the lines.
    pub(super) codes: &'a [usize],
    /// One a row; they sum to 1.
    pub(super) weights: &'a [f64],
    pub(super) n_lines: usize,
    pub(super) intercept: bool,
    pub(super) l2: f64,
}

impl<F: Float> LogLoss<'_, '_, F> {
    /// Parameters of a line.
    pub(super) fn stride(&self) -> usize {
        self.x.n_columns() + usize::from(self.intercept)
    }

    pub(super) fn n_parameters(&self) -> usize {
        self.n_lines * self.stride()
    }

    /// The weights of all lines as the rows have them, and the intercepts.
    fn split(&self, w: &[f64]) -> (Vec<F>, Vec<f64>) {
        let columns = self.x.n_columns();
        let lines = w.chunks(self.stride());
        let weights = lines
            .clone()
            .flat_map(|line| &line[..columns])
            .map(|&v| F::of(v))
            .collect();
        (
            weights,
            lines
                .map(|line| line.get(columns).copied().unwrap_or(0.0))
                .collect(),
        )
    }

    fn shares(&self) -> impl IndexedParallelIterator<Item = Range<usize>> {
        let n_rows = self.x.n_rows();
        let size = n_rows.div_ceil(MOST_SHARES).max(LEAST_ROWS);
        (0..n_rows.div_ceil(size))
            .into_par_iter()
            .map(move |i| i * size..n_rows.min((i + 1) * size))
    }

    /// Sums what `work` makes of blocks of scores into one gradient a share. `work` takes the rows, their scores,
    /// which it may replace by anything to gather, and says how much loss there is.
    fn pass(&self, w: &[f64], work: impl Fn(Range<usize>, &mut [f64]) -> f64 + Sync) -> (f64, Vec<f64>) {
        let (weights, intercepts) = self.split(w);
        let (columns, stride, n_lines) = (self.x.n_columns(), self.stride(), self.n_lines);
        let share = |rows: Range<usize>| {
            let mut sum = (0.0, vec![0.0; self.n_parameters()]);
            let mut narrow = vec![F::zero(); BLOCK_ROWS * n_lines];
            let mut wide = vec![0.0; BLOCK_ROWS * n_lines];
            for start in rows.clone().step_by(BLOCK_ROWS) {
                let block = start..rows.end.min(start + BLOCK_ROWS);
                let narrow = &mut narrow[..block.len() * n_lines];
                let wide = &mut wide[..block.len() * n_lines];
                self.x.block_scores(block.clone(), &weights, narrow);
                for (wide, narrow) in wide.chunks_mut(n_lines).zip(narrow.chunks(n_lines)) {
                    for ((wide, narrow), intercept) in wide.iter_mut().zip(narrow).zip(&intercepts) {
                        *wide = narrow.as_f64() + intercept;
                    }
                }
                sum.0 += work(block.clone(), wide);
                narrow
                    .iter_mut()
                    .zip(&*wide)
                    .for_each(|(narrow, wide)| *narrow = F::of(*wide));
                self.x.block_gather(block, narrow, (&mut sum.1, stride));
                if self.intercept {
                    for row in wide.chunks(n_lines) {
                        for (line, residual) in row.iter().enumerate() {
                            sum.1[line * stride + columns] += residual;
                        }
                    }
                }
            }
            sum
        };
        let shares: Vec<(f64, Vec<f64>)> = self.shares().with_max_len(1).map(share).collect();
        let mut total = (0.0, vec![0.0; self.n_parameters()]);
        for (loss, gradient) in shares {
            total.0 += loss;
            total
                .1
                .iter_mut()
                .zip(gradient)
                .for_each(|(sum, part)| *sum += part);
        }
        total
    }

    /// The loss of one row; its scores become `∂loss/∂score`.
    pub(super) fn row(&self, row: usize, scores: &mut [f64]) -> f64 {
        let (weight, code) = (self.weights[row], self.codes[row]);
        if let [score] = scores {
            let t = *score;
            // exp() only ever sees a negative number.
            let e = (-t.abs()).exp();
            let p = if t < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) };
            let loss = e.ln_1p() + if code == 1 { (-t).max(0.0) } else { t.max(0.0) };
            *score = weight * (p - code as f64);
            return weight * loss;
        }
        let largest = scores.iter().fold(f64::NEG_INFINITY, |max: f64, &s| max.max(s));
        let own = scores[code] - largest;
        let mut sum = 0.0;
        for score in &mut *scores {
            *score = (*score - largest).exp();
            sum += *score;
        }
        scores.iter_mut().for_each(|s| *s *= weight / sum);
        scores[code] -= weight;
        weight * (sum.ln() - own)
    }

    /// Adds `l2·w` to the gradient; gives the penalty.
    fn penalise(&self, w: &[f64], gradient: &mut [f64]) -> f64 {
        let columns = self.x.n_columns();
        let mut sum = 0.0;
        for (line, gradient) in w.chunks(self.stride()).zip(gradient.chunks_mut(self.stride())) {
            for (w, g) in line[..columns].iter().zip(gradient) {
                *g += self.l2 * w;
                sum += w * w;
            }
        }
        0.5 * self.l2 * sum
    }

    /// The probabilities of all classes but, for two, the first: `[rows, lines]`.
    pub(super) fn probabilities(&self, w: &[f64]) -> Array2<f64> {
        let (weights, intercepts) = self.split(w);
        let mut out = Array2::zeros((self.x.n_rows(), self.n_lines));
        for (row, mut out) in out.rows_mut().into_iter().enumerate() {
            for (line, out) in out.iter_mut().enumerate() {
                let columns = self.x.n_columns();
                *out = self.x.dot(row, &weights[line * columns..][..columns]) + intercepts[line];
            }
        }
        if self.n_lines == 1 {
            out.mapv_inplace(super::super::decide::sigmoid);
            return out;
        }
        super::super::decide::softmax(out)
    }

    /// `∂²J/∂w²`: `[parameters, parameters]`.
    pub(super) fn matrix(&self, w: &[f64]) -> Array2<f64> {
        let (stride, columns) = (self.stride(), self.x.n_columns());
        let p = self.probabilities(w);
        let mut out = Array2::zeros((self.n_parameters(), self.n_parameters()));
        for k in 0..self.n_lines {
            for l in 0..=k {
                let curvature = |row: usize| {
                    let own = if k == l { p[[row, k]] } else { 0.0 };
                    self.weights[row] * (own - p[[row, k]] * p[[row, l]])
                };
                let block = self.weighted_gram(curvature);
                out.slice_mut(s![k * stride..(k + 1) * stride, l * stride..(l + 1) * stride])
                    .assign(&block);
                if k != l {
                    out.slice_mut(s![l * stride..(l + 1) * stride, k * stride..(k + 1) * stride])
                        .assign(&block);
                }
            }
            for j in 0..columns {
                out[[k * stride + j, k * stride + j]] += self.l2;
            }
        }
        self.pin(&mut out);
        out
    }

    /// Adding the same to a parameter of all classes changes no probability. Where no penalty decides, curvature in
    /// that direction is added, which moves no minimum: the gradient has no component there.
    fn pin(&self, hessian: &mut Array2<f64>) {
        if self.n_lines == 1 {
            return;
        }
        let (stride, columns) = (self.stride(), self.x.n_columns());
        let free = if self.l2 == 0.0 {
            0..stride
        } else {
            columns..stride
        };
        for j in free {
            let size = (0..self.n_lines)
                .map(|k| hessian[[k * stride + j, k * stride + j]])
                .sum::<f64>();
            let extra = (size / self.n_lines as f64).max(f64::MIN_POSITIVE);
            for k in 0..self.n_lines {
                for l in 0..self.n_lines {
                    hessian[[k * stride + j, l * stride + j]] += extra;
                }
            }
        }
    }

    /// `Σ weight(row)·x·xᵀ`, with a 1 behind every row for the intercept.
    fn weighted_gram(&self, weight: impl Fn(usize) -> f64) -> Array2<f64> {
        let (stride, columns) = (self.stride(), self.x.n_columns());
        let mut out = Array2::zeros((stride, stride));
        for start in (0..self.x.n_rows()).step_by(BLOCK_ROWS) {
            let rows = start..self.x.n_rows().min(start + BLOCK_ROWS);
            let mut plain = Array2::zeros((rows.len(), stride));
            for (i, row) in rows.clone().enumerate() {
                self.x.for_each(row, |j, v| plain[[i, j]] = v.as_f64());
                if self.intercept {
                    plain[[i, columns]] = 1.0;
                }
            }
            let mut scaled = plain.clone();
            for (mut scaled, row) in scaled.rows_mut().into_iter().zip(rows) {
                scaled *= weight(row);
            }
            general_mat_mul(1.0, &plain.t(), &scaled, 1.0, &mut out);
        }
        out
    }

    /// `w ↦ (∂²J/∂w²)·direction` at `at`, without the matrix.
    pub(super) fn matrix_product(&self, at: &Array2<f64>, direction: &[f64]) -> Vec<f64> {
        let work = |rows: Range<usize>, scores: &mut [f64]| {
            for (row, scores) in rows.zip(scores.chunks_mut(self.n_lines)) {
                let p = at.row(row);
                if let [score] = scores {
                    *score *= self.weights[row] * p[0] * (1.0 - p[0]);
                    continue;
                }
                let mean: f64 = p.iter().zip(&*scores).map(|(p, s)| p * s).sum();
                for (score, p) in scores.iter_mut().zip(p) {
                    *score = self.weights[row] * p * (*score - mean);
                }
            }
            0.0
        };
        let (_, mut product) = self.pass(direction, work);
        self.penalise(direction, &mut product);
        product
    }
}

impl<F: Float> Smooth for LogLoss<'_, '_, F> {
    fn evaluate(&self, w: &[f64], gradient: &mut [f64]) -> Result<f64> {
        let work = |rows: Range<usize>, scores: &mut [f64]| {
            rows.zip(scores.chunks_mut(self.n_lines))
                .map(|(row, scores)| self.row(row, scores))
                .sum()
        };
        let (loss, sum) = self.pass(w, work);
        gradient.copy_from_slice(&sum);
        Ok(loss + self.penalise(w, gradient))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::{
        NumpyRng,
        ndarray::{Array1, CowArray},
    };

    fn check(n_lines: usize, n_classes: usize) {
        let mut rng = NumpyRng::new(0);
        let x = rng.randn((70, 3));
        let design = Design::Dense(CowArray::from(x.view()));
        let codes: Vec<usize> = (0..70).map(|i| (i * 7) % n_classes).collect();
        let weights: Vec<f64> = (0..70).map(|i| f64::from(i % 3) / 69.0).collect();
        let (x, codes, weights) = (&design, &codes[..], &weights[..]);
        let loss = LogLoss {
            x,
            codes,
            weights,
            n_lines,
            intercept: true,
            l2: 0.1,
        };
        let w = rng.randn(loss.n_parameters()).to_vec();
        let v = rng.randn(loss.n_parameters());
        let value = |w: &[f64]| {
            let mut gradient = vec![0.0; w.len()];
            (loss.evaluate(w, &mut gradient).unwrap(), Array1::from(gradient))
        };
        let step = 1e-5;
        let ahead: Vec<f64> = w.iter().zip(&v).map(|(w, v)| w + step * v).collect();
        let behind: Vec<f64> = w.iter().zip(&v).map(|(w, v)| w - step * v).collect();
        let slope = (value(&ahead).0 - value(&behind).0) / (2.0 * step);
        assert!((slope - value(&w).1.dot(&v)).abs() < 1e-8, "{slope}");
        let bend = (value(&ahead).1 - value(&behind).1) / (2.0 * step);
        let product = Array1::from(loss.matrix_product(&loss.probabilities(&w), v.as_slice().unwrap()));
        assert!(
            (&bend - &product).iter().all(|d| d.abs() < 1e-8),
            "{bend} {product}"
        );
        // The full matrix has extra curvature along shifts of all intercepts, which this direction is freed of.
        let mut free = v;
        if n_lines > 1 {
            let mean = (0..n_lines).map(|k| free[k * 4 + 3]).sum::<f64>() / n_lines as f64;
            (0..n_lines).for_each(|k| free[k * 4 + 3] -= mean);
        }
        let product = Array1::from(loss.matrix_product(&loss.probabilities(&w), free.as_slice().unwrap()));
        let full = loss.matrix(&w).dot(&free);
        assert!(
            (&full - &product).iter().all(|d| d.abs() < 1e-10),
            "{full} {product}"
        );
    }

    #[test]
    fn derivatives_match_central_differences() {
        check(1, 2);
        check(3, 3);
        check(5, 5);
    }
}
