//! Least squares with an l1 penalty, one weight at a time; a certificate says how far from the minimum it is.

use ml_core::ndarray::{Array1, ArrayView1};

use super::{Columns, moments::Gram, soft_threshold, vector::dot};

/// What coordinate descent asks of the data: products with the residual `r = y - X·w`, all centred.
pub(crate) trait Residual {
    /// `|x_j|²`.
    fn squares(&self, column: usize) -> f64;
    /// `x_j·r`.
    fn correlation(&self, column: usize) -> f64;
    /// Tells that weight `column` has grown by `by`.
    fn change(&mut self, column: usize, by: f64);
    /// `r·r` and `r·y`, at the weights `w`.
    fn residual(&self, w: &[f64]) -> (f64, f64);
    /// `y·y`.
    fn target(&self) -> f64;
}

/// `½·|y - X·w|² + l1·Σ |w| + ½·l2·Σ w²`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElasticNetProblem {
    pub(crate) l1: f64,
    pub(crate) l2: f64,
    /// Whether weights must not be negative.
    pub(crate) positive: bool,
    pub(crate) max_iter: usize,
    /// Share of `y·y` that the gap may have at the end.
    pub(crate) tol: f64,
}

/// How it ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Descent {
    pub(crate) n_iter: usize,
    /// A bound of the distance from the minimum.
    pub(crate) gap: f64,
    pub(crate) converged: bool,
}

impl ElasticNetProblem {
    /// Brings `w` to the minimum.
    ///
    /// Source: Friedman, Hastie, Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate
    /// Descent", J. Stat. Software 33 (2010); the gap: Kim, Koh, Lustig, Boyd, Gorinevsky (2007).
    pub(crate) fn solve(&self, data: &mut impl Residual, w: &mut [f64]) -> Descent {
        let enough = self.tol * data.target();
        let mut gap = f64::INFINITY;
        for n_iter in 1..=self.max_iter {
            let (mut largest, mut moved): (f64, f64) = (0.0, 0.0);
            for (j, weight) in w.iter_mut().enumerate() {
                let squares = data.squares(j);
                if squares == 0.0 {
                    continue;
                }
                let new = self.minimum(data.correlation(j) + squares * *weight, squares);
                let by = new - *weight;
                if by != 0.0 {
                    data.change(j, by);
                    *weight = new;
                }
                moved = moved.max(by.abs());
                largest = largest.max(new.abs());
            }
            // The gap costs as much as a pass, so it is asked for only when a pass has hardly moved anything.
            if moved <= self.tol * largest || n_iter == self.max_iter {
                gap = self.gap(data, w);
                if gap <= enough {
                    return Descent {
                        n_iter,
                        gap,
                        converged: true,
                    };
                }
                // As far as floating-point numbers go.
                if moved <= f64::EPSILON * largest {
                    return Descent {
                        n_iter,
                        gap,
                        converged: gap <= 1e3 * enough,
                    };
                }
            }
        }
        Descent {
            n_iter: self.max_iter,
            gap,
            converged: false,
        }
    }

    /// Where the objective is least in one weight, `product` being `x·(r + x·w)`.
    fn minimum(&self, product: f64, squares: f64) -> f64 {
        if self.positive && product < 0.0 {
            return 0.0;
        }
        soft_threshold(product, self.l1) / (squares + self.l2)
    }

    /// The objective less that of the dual problem at the residual, scaled down until it is feasible there.
    fn gap(&self, data: &impl Residual, w: &[f64]) -> f64 {
        let along = |(j, w): (usize, &f64)| {
            let v = data.correlation(j) - self.l2 * w;
            if self.positive { v } else { v.abs() }
        };
        let steepest = w.iter().enumerate().map(along).fold(0.0, f64::max);
        let (squares, product) = data.residual(w);
        let scale = if steepest > self.l1 {
            self.l1 / steepest
        } else {
            1.0
        };
        let sizes: f64 = w.iter().map(|w| w.abs()).sum();
        0.5 * squares * (1.0 + scale * scale) + self.l1 * sizes - scale * product
            + 0.5 * self.l2 * (1.0 + scale * scale) * dot(w, w)
    }
}

/// For tall data: everything is known from `Xᵀ·X`, whatever the number of rows.
pub(crate) struct ByGram<'a> {
    gram: &'a Gram,
    /// `Xᵀ·r`.
    correlations: Array1<f64>,
}

impl<'a> ByGram<'a> {
    pub(crate) fn new(gram: &'a Gram, w: &[f64]) -> Self {
        let correlations = &gram.xy - &gram.xx.dot(&ArrayView1::from(w));
        Self { gram, correlations }
    }
}

impl Residual for ByGram<'_> {
    fn squares(&self, column: usize) -> f64 {
        self.gram.xx[[column, column]]
    }

    fn correlation(&self, column: usize) -> f64 {
        self.correlations[column]
    }

    fn change(&mut self, column: usize, by: f64) {
        self.correlations.scaled_add(-by, &self.gram.xx.row(column));
    }

    fn residual(&self, w: &[f64]) -> (f64, f64) {
        let w = ArrayView1::from(w);
        let product = self.gram.yy - w.dot(&self.gram.xy);
        // r·r = r·y - w·Xᵀ·r
        (product - w.dot(&self.correlations), product)
    }

    fn target(&self) -> f64 {
        self.gram.yy
    }
}

/// For wide and sparse data: the residual itself is kept.
///
/// Rows are multiplied by the roots `s` of their weights. Sparse columns stay as they are, so that the true residual is
/// `r + (m·w)·s` with the means `m`; its product with a true column is `x·r - m·(s·r)`.
pub(crate) struct ByColumns<'a> {
    x: &'a Columns,
    /// Means that were not taken off the columns.
    means: &'a [f64],
    roots: &'a [f64],
    squares: Vec<f64>,
    y: &'a [f64],
    r: Vec<f64>,
    /// `s·r`.
    along: f64,
    /// `s·s`.
    total: f64,
}

impl<'a> ByColumns<'a> {
    /// `x` and the centred `y` are multiplied by `roots` already.
    pub(crate) fn new(x: &'a Columns, means: &'a [f64], roots: &'a [f64], y: &'a [f64], w: &[f64]) -> Self {
        let total = dot(roots, roots);
        let squares = (0..x.len())
            .map(|j| {
                let mut sum = 0.0;
                x.for_each(j, |_, v| sum += v * v);
                (sum - total * means[j] * means[j]).max(0.0)
            })
            .collect();
        let mut out = Self {
            x,
            means,
            roots,
            squares,
            y,
            r: y.to_vec(),
            along: dot(roots, y),
            total,
        };
        for (j, &w) in w.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            out.change(j, w);
        }
        out
    }
}

impl Residual for ByColumns<'_> {
    fn squares(&self, column: usize) -> f64 {
        self.squares[column]
    }

    fn correlation(&self, column: usize) -> f64 {
        self.x.dot(column, &self.r) - self.means[column] * self.along
    }

    fn change(&mut self, column: usize, by: f64) {
        self.x.add(column, -by, &mut self.r);
        self.along -= by * self.total * self.means[column];
    }

    fn residual(&self, w: &[f64]) -> (f64, f64) {
        let shift: f64 = w.iter().zip(self.means).map(|(w, mean)| w * mean).sum();
        let squares = dot(&self.r, &self.r) + shift * (2.0 * self.along + shift * self.total);
        (squares, dot(&self.r, self.y) + shift * dot(self.roots, self.y))
    }

    fn target(&self) -> f64 {
        dot(self.y, self.y)
    }
}
