//! Euclidean neighbours by matrix products: approximate distances choose candidates, exact ones decide.
//!
//! `|q - t|² = |q|² + |t|² - 2 q·t` turns all distances into one matrix product, the fastest thing a
//! processor does, but loses digits where `q` and `t` are close. So the product, in single precision on
//! centred and scaled rows, only decides which rows *could* be neighbours: all whose approximate distance
//! is within twice its error bound of the k-th smallest. Those few are compared exactly.

use faer::{
    Accum, Par,
    linalg::matmul::matmul,
    mat::{MatMut, MatRef},
};
use ml_core::{
    Float,
    ndarray::{Array2, ArrayView2, Axis},
};
use rayon::prelude::*;

use super::{metric::Metric, nearest::Nearest};

/// Queries and training rows per product: the products stay in cache.
const QUERY_BLOCK: usize = 192;
const ROW_BLOCK: usize = 1024;

/// Rows centred on the training mean and scaled to at most 1, with squared norms.
#[derive(Debug)]
pub(super) struct Screen {
    mean: Vec<f64>,
    scale: f64,
    rows: Vec<f32>,
    norms: Vec<f32>,
    longest: f64,
}

impl Screen {
    pub(super) fn new<F: Float>(x: ArrayView2<'_, F>) -> Self {
        let n = x.nrows() as f64;
        let mut mean = vec![0.0; x.ncols()];
        for row in x.rows() {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += value.as_f64() / n;
            }
        }
        let mut largest: f64 = 0.0;
        for row in x.rows() {
            for (value, mean) in row.iter().zip(&mean) {
                largest = largest.max((value.as_f64() - mean).abs());
            }
        }
        let scale = if largest > f64::MIN_POSITIVE {
            1.0 / largest
        } else {
            1.0
        };
        let mut screen = Self {
            mean,
            scale,
            rows: Vec::new(),
            norms: Vec::new(),
            longest: 0.0,
        };
        (screen.rows, screen.norms) = screen.convert(x);
        screen.longest = screen
            .norms
            .iter()
            .fold(0.0, |longest: f64, &norm| longest.max(f64::from(norm)))
            .sqrt();
        screen
    }

    /// Centred, scaled single-precision rows and their squared norms.
    fn convert<F: Float>(&self, x: ArrayView2<'_, F>) -> (Vec<f32>, Vec<f32>) {
        let columns = x.ncols();
        let mut rows = vec![0.0f32; x.len()];
        let mut norms = vec![0.0f32; x.nrows()];
        let work = rows
            .par_chunks_mut(columns)
            .zip(&mut norms)
            .zip(x.axis_iter(Axis(0)).into_par_iter());
        work.for_each(|((to, norm), from)| {
            let mut sum = 0.0;
            for ((to, value), mean) in to.iter_mut().zip(from).zip(&self.mean) {
                *to = ((value.as_f64() - mean) * self.scale) as f32;
                sum += f64::from(*to) * f64::from(*to);
            }
            *norm = sum as f32;
        });
        (rows, norms)
    }

    /// How far an approximate squared distance may be from the true one, for a query of this length.
    ///
    /// With `u` the unit roundoff of f32 and `n` columns: the rounded rows are off by `u` of their length,
    /// the product by `n u |q| |t|`, norms and sums by a few `u`; `(|q| + |t|)²` bounds all of these.
    fn error_bound(&self, length: f64) -> f64 {
        const UNIT: f64 = f32::EPSILON as f64 / 2.0;
        let n = self.mean.len() as f64;
        let reach = length + self.longest;
        // The second term covers numbers too small for f32.
        (0.5 * n + 16.0) * UNIT * reach * reach + n * f64::from(f32::MIN_POSITIVE)
    }

    /// Nearest training rows of every query, into `[queries, k]` reduced distances and rows.
    pub(super) fn search<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        queries: ArrayView2<'_, F>,
        k: usize,
        distances: &mut [f64],
        rows: &mut [usize],
    ) {
        distances
            .par_chunks_mut(QUERY_BLOCK * k)
            .zip(rows.par_chunks_mut(QUERY_BLOCK * k))
            .zip(queries.axis_chunks_iter(Axis(0), QUERY_BLOCK).into_par_iter())
            .for_each(|((distances, rows), queries)| {
                let candidates = self.candidates(queries, k);
                let mut nearest = Nearest::new(k);
                for (i, (query, candidates)) in queries.rows().into_iter().zip(candidates).enumerate() {
                    let query = query.to_slice().expect("queries were brought to standard layout");
                    for row in candidates {
                        let values = x
                            .row(row)
                            .to_slice()
                            .expect("training rows are kept in standard layout");
                        nearest.offer(Metric::Euclidean.reduced(query, values), row);
                    }
                    nearest.drain(&mut distances[i * k..][..k], &mut rows[i * k..][..k]);
                }
            });
    }

    /// For every query of a block the rows that could be among the `k` nearest.
    fn candidates<F: Float>(&self, queries: ArrayView2<'_, F>, k: usize) -> Vec<Vec<usize>> {
        let columns = self.mean.len();
        let (values, norms) = self.convert(queries);
        let n_queries = queries.nrows();
        let left = MatRef::from_row_major_slice(&values, n_queries, columns);
        let mut shortlists: Vec<Shortlist> = norms
            .iter()
            .map(|&norm| Shortlist::new(k, 2.0 * self.error_bound(f64::from(norm).sqrt())))
            .collect();
        let mut products = Array2::<f32>::zeros((n_queries, ROW_BLOCK));
        let buffer = products.as_slice_mut().expect("a fresh array is contiguous");
        for (block, (rows, norms)) in self
            .rows
            .chunks(ROW_BLOCK * columns)
            .zip(self.norms.chunks(ROW_BLOCK))
            .enumerate()
        {
            let width = norms.len();
            let right = MatRef::from_row_major_slice(rows, width, columns);
            let buffer = &mut buffer[..n_queries * width];
            let product = MatMut::from_row_major_slice_mut(buffer, n_queries, width);
            matmul(product, Accum::Replace, left, right.transpose(), -2.0, Par::Seq);
            for (shortlist, products) in shortlists.iter_mut().zip(buffer.chunks_mut(width)) {
                shortlist.scan(block * ROW_BLOCK, products, norms);
            }
        }
        shortlists.into_iter().map(Shortlist::finish).collect()
    }
}

/// Rows whose approximate distance is within `slack` of the k-th smallest so far.
struct Shortlist {
    slack: f64,
    nearest: Nearest,
    limit: f32,
    rows: Vec<(f32, usize)>,
}

impl Shortlist {
    fn new(k: usize, slack: f64) -> Self {
        Self {
            slack,
            nearest: Nearest::new(k),
            limit: f32::INFINITY,
            rows: Vec::new(),
        }
    }

    /// Looks at one block: `-2 q·t`, to which `|t|²` is added here; `|q|²` is the same for all.
    fn scan(&mut self, first: usize, products: &mut [f32], norms: &[f32]) {
        for (product, norm) in products.iter_mut().zip(norms) {
            *product += norm;
        }
        // Nearly all groups hold nothing of interest; without branches the check is vector code.
        for (group, values) in products.chunks(32).enumerate() {
            let limit = self.limit;
            if values.iter().fold(false, |any, &v| any | (v <= limit)) {
                for (i, &v) in values.iter().enumerate() {
                    self.offer(v, first + group * 32 + i);
                }
            }
        }
    }

    fn offer(&mut self, value: f32, row: usize) {
        if value <= self.limit {
            self.rows.push((value, row));
            self.nearest.offer(f64::from(value), row);
            // Rounded up, so that the limit itself hides nobody.
            self.limit = ((self.nearest.worst() + self.slack) as f32).next_up();
        }
    }

    fn finish(self) -> Vec<usize> {
        let within = self.rows.into_iter().filter(|&(value, _)| value <= self.limit);
        within.map(|(_, row)| row).collect()
    }
}
