//! Data made ready for coordinate descent, once for any number of penalties.

use ml_core::{Float, ndarray::Array1};

use crate::{
    linear::line::Targets,
    solve::{ByColumns, ByGram, Columns, Descent, Design, ElasticNetProblem, Gram},
};

/// Columns up to which tall data are reduced to the products of their columns.
const MOST_GRAM_COLUMNS: usize = 4000;

/// Centred data, as products of columns where there are more rows than columns, else by columns.
pub(super) struct Prepared {
    pub(super) x_mean: Array1<f64>,
    pub(super) y_mean: f64,
    /// Sum of the weights.
    pub(super) total: f64,
    data: Data,
}

enum Data {
    Gram(Gram),
    Columns {
        x: Columns,
        /// Means that are still in `x`: of sparse columns.
        means: Vec<f64>,
        roots: Vec<f64>,
        y: Vec<f64>,
    },
}

/// The penalty of `½·mean(error²) + alpha·(l1_ratio·Σ |w| + ½·(1 - l1_ratio)·Σ w²)`, and how hard to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    pub(super) alpha: f64,
    pub(super) l1_ratio: f64,
    pub(super) positive: bool,
    pub(super) max_iter: usize,
    pub(super) tol: f64,
}

impl Prepared {
    pub(super) fn new<F: Float>(x: &Design<'_, F>, targets: &Targets, intercept: bool) -> Self {
        let (x_mean, y_mean) = targets.centre(x, intercept);
        let total = targets.weights.iter().sum();
        let (rows, columns) = (targets.n_rows(), x.n_columns());
        let data = if rows > columns && columns <= MOST_GRAM_COLUMNS {
            Data::Gram(Gram::new(x, (&targets.y, &targets.weights), (&x_mean, y_mean)))
        } else {
            by_columns(x, targets, &x_mean, y_mean)
        };
        Self {
            x_mean,
            y_mean,
            total,
            data,
        }
    }

    /// The same rows with another target.
    pub(super) fn turn_to<F: Float>(&mut self, x: &Design<'_, F>, targets: &Targets, intercept: bool) {
        self.y_mean = targets.mean(intercept);
        let rows = targets.y.iter().zip(&targets.weights);
        match &mut self.data {
            Data::Gram(gram) => {
                let mut sum = 0.0;
                let mut xy = vec![0.0; x.n_columns()];
                gram.yy = 0.0;
                for (row, (y, weight)) in rows.enumerate() {
                    let y = y - self.y_mean;
                    x.add_wide(row, weight * y, &mut xy);
                    sum += weight * y;
                    gram.yy += weight * y * y;
                }
                gram.xy = Array1::from(xy);
                gram.xy.scaled_add(-sum, &self.x_mean);
            }
            Data::Columns { y, roots, .. } => {
                *y = rows
                    .zip(roots)
                    .map(|((y, _), root)| (y - self.y_mean) * *root)
                    .collect();
            }
        }
    }

    /// Brings `w` to the minimum.
    pub(super) fn descend(&self, strength: &Strength, w: &mut [f64]) -> Descent {
        let problem = ElasticNetProblem {
            l1: strength.alpha * strength.l1_ratio * self.total,
            l2: strength.alpha * (1.0 - strength.l1_ratio) * self.total,
            positive: strength.positive,
            max_iter: strength.max_iter,
            tol: strength.tol,
        };
        let mut descent = match &self.data {
            Data::Gram(gram) => problem.solve(&mut ByGram::new(gram, w), w),
            Data::Columns { x, means, roots, y } => {
                problem.solve(&mut ByColumns::new(x, means, roots, y, w), w)
            }
        };
        descent.gap /= self.total;
        descent
    }

    /// `Xᵀ·y` of the centred data.
    pub(super) fn correlations(&self) -> Array1<f64> {
        match &self.data {
            Data::Gram(gram) => gram.xy.clone(),
            // The targets are centred, so the means of the columns play no part.
            Data::Columns { x, y, .. } => (0..x.len()).map(|j| x.dot(j, y)).collect(),
        }
    }

    /// The largest correlation of two columns, where their products are at hand, else 0.
    pub(super) fn largest_likeness(&self) -> f64 {
        let Data::Gram(Gram { xx, .. }) = &self.data else {
            return 0.0;
        };
        /// Share of the longest column up to which another may be a constant, but for rounding.
        const NOTHING: f64 = 1e-10;
        let lengths = xx.diag().mapv(f64::sqrt);
        let longest = lengths.fold(0.0_f64, |most, &length| most.max(length));
        let varying: Vec<usize> = (0..lengths.len())
            .filter(|&j| lengths[j] > NOTHING * longest)
            .collect();
        let likeness = |i: usize, j: usize| (xx[[i, j]] / lengths[i] / lengths[j]).abs();
        let pairs = varying
            .iter()
            .enumerate()
            .flat_map(|(n, &i)| varying[..n].iter().map(move |&j| (i, j)));
        pairs.fold(0.0, |most, (i, j)| likeness(i, j).max(most))
    }

    /// The intercept that goes with weights.
    pub(super) fn intercept(&self, coef: &Array1<f64>) -> f64 {
        self.y_mean - self.x_mean.dot(coef)
    }
}

fn by_columns<F: Float>(x: &Design<'_, F>, targets: &Targets, x_mean: &Array1<f64>, y_mean: f64) -> Data {
    let roots: Vec<f64> = targets.weights.iter().map(|weight| weight.sqrt()).collect();
    let y = targets
        .y
        .iter()
        .zip(&roots)
        .map(|(y, root)| (y - y_mean) * root)
        .collect();
    let mut columns = Columns::of(x);
    let mut means = x_mean.to_vec();
    if let Columns::Dense(values) = &mut columns {
        for (mut column, mean) in values.rows_mut().into_iter().zip(&mut means) {
            column -= *mean;
            *mean = 0.0;
        }
    }
    columns.scale_rows(&roots);
    Data::Columns {
        x: columns,
        means,
        roots,
        y,
    }
}
