//! The rows that linear models learn from, dense or sparse, behind one set of operations.
//!
//! A linear model asks little of its rows: their product with a vector of weights, and to be added to one. So
//! solvers are written once, for [`Design`], and a dense matrix, a compressed sparse one and bytes each bring these
//! two operations. [`Matrix`] is what users pass.

use std::{ops::Range, sync::Once};

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array2, ArrayView1, ArrayView2, CowArray, Ix2},
    prefetch,
    sprs::{CsMat, CsMatView},
};
use rayon::prelude::*;

use super::{
    block,
    vector::{self, Byte},
};

/// Elements from which a matrix of small whole numbers is worth a copy in bytes: below it fits in the cache.
const WORTH_PACKING: usize = 1 << 19;
/// Rows of the shares into which parallel work is cut, whatever the number of threads.
pub(crate) const SHARE_ROWS: usize = 1024;

mod sealed {
    pub trait Sealed {}
    impl<F> Sealed for super::ArrayView2<'_, F> {}
    impl<F> Sealed for super::CsMatView<'_, F> {}
}

/// A matrix of features that linear models take: dense (`ArrayView2`) or sparse by rows (`CsMatView`), in single or
/// double precision.
///
/// Sparse matrices are never made dense: the cost of training and predicting goes with the number of stored values. Dense
/// ones are read where they are if their rows lie one after the other in memory (standard layout), else copied once.
pub trait Matrix: Copy + Sync + sealed::Sealed {
    /// `f32` or `f64`.
    type Element: Float;

    /// Checked rows to learn from: at least one row and column, all values finite.
    #[doc(hidden)]
    fn design(&self, op: &'static str) -> Result<Design<'_, Self::Element>>;

    /// Checked rows to predict: as many columns as fit saw, all values finite.
    #[doc(hidden)]
    fn queries(&self, op: &'static str, columns: usize) -> Result<Design<'_, Self::Element>>;
}

impl<F: Float> Matrix for ArrayView2<'_, F> {
    type Element = F;

    fn design(&self, op: &'static str) -> Result<Design<'_, F>> {
        check::not_empty(op, *self)?;
        check::finite(op, *self)?;
        Ok(Design::Dense(self.as_standard_layout()))
    }

    fn queries(&self, op: &'static str, columns: usize) -> Result<Design<'_, F>> {
        check::prediction_rows(op, *self, columns)?;
        Ok(Design::Dense(self.as_standard_layout()))
    }
}

impl<F: Float> Matrix for CsMatView<'_, F> {
    type Element = F;

    fn design(&self, op: &'static str) -> Result<Design<'_, F>> {
        if self.rows() == 0 || self.cols() == 0 {
            let shape = Array2::<F>::zeros((self.rows().min(1), self.cols().min(1)));
            check::not_empty(op, shape.view())?;
        }
        sparse(op, self)
    }

    fn queries(&self, op: &'static str, columns: usize) -> Result<Design<'_, F>> {
        check::columns(op, columns, self.cols())?;
        sparse(op, self)
    }
}

fn sparse<'a, F: Float>(op: &'static str, x: &'a CsMatView<'_, F>) -> Result<Design<'a, F>> {
    if !x.is_csr() {
        return Err(Error::Kind {
            op,
            found: "a sparse matrix by columns (CSC)".to_owned(),
            expected: "one by rows (CSR)",
            remedy: "convert it with to_csr()",
        });
    }
    for (row, values) in x.outer_iterator().enumerate() {
        if let Some((column, value)) = values.iter().find(|(_, v)| !v.is_finite()) {
            return Err(Error::NotFinite {
                op,
                what: "x",
                value: value.as_f64(),
                row,
                column: column.to_string(),
                remedy: "fill missing values first (SimpleImputer), or drop those rows",
            });
        }
    }
    Ok(Design::Sparse(x.view()))
}

/// Rows of features, as solvers see them.
#[doc(hidden)]
#[derive(Debug)]
pub enum Design<'a, F> {
    /// In standard layout.
    Dense(CowArray<'a, F, Ix2>),
    /// Whole numbers from 0 to 255: an eighth of the memory to read, the same numbers.
    #[allow(private_interfaces)]
    Bytes { values: Vec<Byte>, columns: usize },
    /// Compressed rows.
    Sparse(CsMatView<'a, F>),
}

/// `Σ w²` and `Σ |w|` after a row was added to `w`, or what they grew by.
pub(crate) enum Norms {
    Total([f64; 2]),
    Growth([f64; 2]),
}

impl<F: Float> Design<'_, F> {
    /// The rows as bytes if that loses nothing and saves time: images, counts, one-hot columns.
    pub(crate) fn packed(self) -> Self {
        match &self {
            Design::Dense(x) if x.len() >= WORTH_PACKING => match pack(x.view()) {
                Some(values) => {
                    let columns = x.ncols();
                    Design::Bytes { values, columns }
                }
                None => self,
            },
            _ => self,
        }
    }
}

fn pack<F: Float>(x: ArrayView2<'_, F>) -> Option<Vec<Byte>> {
    let values = x.to_slice()?;
    let one = |&v: &F| {
        let byte = v.to_u8()?;
        (F::of(f64::from(byte)) == v).then_some(Byte(byte))
    };
    // The first values usually tell, before any memory is taken.
    values
        .iter()
        .take(SHARE_ROWS)
        .all(|v| one(v).is_some())
        .then_some(())?;
    values.par_iter().with_min_len(1 << 16).map(one).collect()
}

impl<F: Float> Design<'_, F> {
    pub(crate) fn n_rows(&self) -> usize {
        match self {
            Design::Dense(x) => x.nrows(),
            Design::Bytes { values, columns } => values.len() / columns,
            Design::Sparse(x) => x.rows(),
        }
    }

    pub(crate) fn n_columns(&self) -> usize {
        match self {
            Design::Dense(x) => x.ncols(),
            Design::Bytes { columns, .. } => *columns,
            Design::Sparse(x) => x.cols(),
        }
    }

    pub(crate) fn is_sparse(&self) -> bool {
        matches!(self, Design::Sparse(_))
    }

    /// Calls `act` with the columns and values of a row that are stored, in ascending order.
    #[inline]
    pub(crate) fn for_each(&self, row: usize, mut act: impl FnMut(usize, F)) {
        match self {
            Design::Dense(x) => dense_row(x, row).iter().enumerate().for_each(|(j, &v)| act(j, v)),
            Design::Bytes { values, columns } => {
                let values = &values[row * columns..][..*columns];
                values
                    .iter()
                    .enumerate()
                    .for_each(|(j, v)| act(j, F::of(f64::from(v.0))));
            }
            Design::Sparse(x) => entries(x, row).for_each(|(j, v)| act(j, v)),
        }
    }
}

/// A row in standard layout.
#[inline]
fn dense_row<'a, F>(x: &'a CowArray<'_, F, Ix2>, row: usize) -> &'a [F] {
    let columns = x.ncols();
    &dense(x)[row * columns..][..columns]
}

#[inline]
fn entries<'a, F: Float>(x: &'a CsMatView<'_, F>, row: usize) -> impl Iterator<Item = (usize, F)> + 'a {
    let stored = x.indptr().outer_inds_sz(row);
    let (columns, values) = (&x.indices()[stored.clone()], &x.data()[stored]);
    columns.iter().copied().zip(values.iter().copied())
}

macro_rules! by_storage {
    ($self:ident, $row:ident, |$values:ident| $dense:expr, |$entries:ident| $sparse:expr) => {
        match $self {
            Design::Dense(x) => {
                let $values = dense_row(x, $row);
                $dense
            }
            Design::Bytes { values, columns } => {
                let $values = &values[$row * columns..][..*columns];
                $dense
            }
            Design::Sparse(x) => {
                let $entries = entries(x, $row);
                $sparse
            }
        }
    };
}

impl<F: Float> Design<'_, F> {
    /// Asks for the memory of a row that will be needed soon.
    #[inline]
    pub(crate) fn prefetch(&self, row: usize) {
        match self {
            Design::Dense(x) => prefetch(dense_row(x, row)),
            Design::Bytes { values, columns } => prefetch(&values[row * columns..][..*columns]),
            Design::Sparse(x) => {
                let stored = x.indptr().outer_inds_sz(row);
                prefetch(&x.indices()[stored.clone()]);
                prefetch(&x.data()[stored]);
            }
        }
    }

    /// `Σ x·w` of a row.
    #[inline]
    pub(crate) fn dot(&self, row: usize, w: &[F]) -> f64 {
        by_storage!(self, row, |values| vector::dot(values, w), |entries| {
            entries.map(|(j, v)| v.as_f64() * w[j].as_f64()).sum()
        })
    }

    /// `w += factor·x`.
    #[inline]
    pub(crate) fn add(&self, row: usize, factor: F, w: &mut [F]) {
        by_storage!(self, row, |values| vector::add(factor, values, w), |entries| {
            entries.for_each(|(j, v)| w[j] += factor * v)
        });
    }

    /// `sums += factor·x` in double precision.
    #[inline]
    pub(crate) fn add_wide(&self, row: usize, factor: f64, sums: &mut [f64]) {
        by_storage!(
            self,
            row,
            |values| vector::add_wide::<_, F>(factor, values, sums),
            |entries| entries.for_each(|(j, v)| sums[j] += factor * v.as_f64())
        );
    }

    /// Calls `act` with the values of a dense row in a range of columns, counted from its start.
    #[inline]
    pub(crate) fn part(&self, row: usize, range: Range<usize>, mut act: impl FnMut(usize, f64)) {
        by_storage!(
            self,
            row,
            |values| for (j, v) in values[range].iter().enumerate() {
                act(j, vector::number::<_, F>(*v).as_f64());
            },
            |entries| entries
                .filter(|(j, _)| range.contains(j))
                .for_each(|(j, v)| act(j - range.start, v.as_f64()))
        );
    }

    /// `out = (x - means)·factor` in double precision.
    #[inline]
    pub(crate) fn centred(&self, row: usize, means: &[f64], factor: f64, out: &mut [f64]) {
        by_storage!(
            self,
            row,
            |values| vector::centred::<_, F>(values, means, factor, out),
            |entries| {
                out.iter_mut()
                    .zip(means)
                    .for_each(|(out, mean)| *out = -mean * factor);
                entries.for_each(|(j, v)| out[j] += v.as_f64() * factor);
            }
        );
    }

    /// `w += factor·x`, and what became of the norms of `w`.
    #[inline]
    pub(crate) fn add_and_measure(&self, row: usize, factor: F, w: &mut [F]) -> Norms {
        by_storage!(
            self,
            row,
            |values| Norms::Total(vector::add_and_measure(factor, values, w)),
            |entries| {
                let mut growth = [0.0; 2];
                for (j, v) in entries {
                    let old = w[j].as_f64();
                    w[j] += factor * v;
                    let new = w[j].as_f64();
                    growth[0] += new * new - old * old;
                    growth[1] += new.abs() - old.abs();
                }
                Norms::Growth(growth)
            }
        )
    }

    /// Takes what the weights of a row owe of an l1 penalty of `due`, from `scale·weights`; dense rows have all columns.
    pub(crate) fn pay_l1(&self, row: usize, due: f64, scale: f64, (weights, paid): (&mut [F], &mut [F])) {
        match self {
            Design::Sparse(x) => {
                entries(x, row).for_each(|(j, _)| vector::pay(&mut weights[j], &mut paid[j], due, scale));
            }
            _ => vector::pay_all(weights, paid, due, scale),
        }
    }

    /// `Σ x·w` that overflows: computed with factors scaled down, and cut off at half the largest number.
    fn far_dot(&self, row: usize, w: &[F]) -> f64 {
        const DOWN: f64 = 1e-160;
        let mut sum = 0.0;
        self.for_each(row, |j, v| sum += (v.as_f64() * DOWN) * (w[j].as_f64() * DOWN));
        sum.signum() * (sum.abs() / DOWN / DOWN).min(0.5 * f64::MAX)
    }

    /// `Σ x²` of a row.
    pub(crate) fn squares(&self, row: usize) -> f64 {
        let mut sum = 0.0;
        self.for_each(row, |_, v| sum += v.as_f64() * v.as_f64());
        sum
    }
}

/// Most iterations that anything may be asked for: beyond, a fit that does not settle would never end.
pub(crate) const MOST_ITERATIONS: usize = 1_000_000;

/// A number of iterations that ends in this life.
pub(crate) fn check_iterations(name: &str, n: usize) -> Result<()> {
    check::parameter(name, n, (1..=MOST_ITERATIONS).contains(&n), "from 1 to 1000000")
}

/// Rows that are looked at to tell whether columns are scaled alike, and how much more one may vary than another.
const SAMPLE_ROWS: usize = 1000;
const MOST_UNLIKE: f64 = 100.0;
/// Rows of a first block from which it stands for the others.
const TELLING_ROWS: usize = 30;

impl<F: Float> Design<'_, F> {
    /// Warns, once for each kind of estimator, of columns on very different scales: steps along a gradient are then
    /// far too long for some weights or far too short for others.
    pub(crate) fn warn_if_unscaled(&self, op: &'static str, once: &Once) {
        if self.is_sparse() || once.is_completed() {
            return;
        }
        let columns = self.n_columns();
        let (mut sums, mut squares, mut n) = (vec![0.0; columns], vec![0.0; columns], 0.0);
        for row in (0..self.n_rows()).step_by(self.n_rows().div_ceil(SAMPLE_ROWS).max(1)) {
            n += 1.0;
            self.for_each(row, |j, v| {
                sums[j] += v.as_f64();
                squares[j] += v.as_f64() * v.as_f64();
            });
        }
        let spread = |(sum, square): (&f64, &f64)| (square / n - (sum / n).powi(2)).max(0.0).sqrt();
        let spreads = sums
            .iter()
            .zip(&squares)
            .map(spread)
            .filter(|s| *s > 0.0 && s.is_finite());
        let (least, most) = spreads.fold((f64::INFINITY, 0.0_f64), |(least, most), s| {
            (least.min(s), most.max(s))
        });
        if most > MOST_UNLIKE * least {
            once.call_once(|| {
                tracing::warn!(
                    least,
                    most,
                    "{op}: the columns are on very different scales; scale them first (StandardScaler)"
                );
            });
        }
    }

    /// The same of the first of many blocks, which tells for all: to look at every one would cost as much as to learn
    /// from it.
    pub(crate) fn warn_if_block_unscaled(&self, op: &'static str, once: &Once) {
        if self.n_rows() >= TELLING_ROWS {
            self.warn_if_unscaled(op, once);
        }
    }
}

/// `x·coefᵀ + intercept`: `[rows, outputs]`, with `coef` `[outputs, columns]`.
pub(crate) fn scores<F: Float>(
    x: &Design<'_, F>,
    coef: ArrayView2<'_, f64>,
    intercept: ArrayView1<'_, f64>,
) -> Array2<f64> {
    let outputs = coef.nrows();
    let mut out = Array2::zeros((x.n_rows(), outputs));
    let weights: Vec<Vec<F>> = coef
        .rows()
        .into_iter()
        .map(|row| row.iter().map(|&v| F::of(v)).collect())
        .collect();
    let all = out.as_slice_mut().expect("a fresh array is contiguous");
    all.par_chunks_mut(SHARE_ROWS * outputs.max(1))
        .enumerate()
        .for_each(|(share, out)| {
            for (i, out) in out.chunks_mut(outputs.max(1)).enumerate() {
                let row = share * SHARE_ROWS + i;
                for ((out, weights), intercept) in out.iter_mut().zip(&weights).zip(intercept) {
                    *out = x.dot(row, weights) + intercept;
                    if !out.is_finite() {
                        *out = x.far_dot(row, weights);
                    }
                }
            }
        });
    out
}

impl<F: Float> Design<'_, F> {
    /// `out[row][class]` for the rows of a range; `w` has the columns of a class side by side.
    pub(crate) fn block_scores(&self, rows: Range<usize>, w: &[F], out: &mut [F]) {
        let columns = self.n_columns();
        let stored = rows.start * columns..rows.end * columns;
        match self {
            Design::Dense(x) => block::scores(&dense(x)[stored], w, columns, out),
            Design::Bytes { values, .. } => block::scores(&vector::plain(&values[stored]), w, columns, out),
            Design::Sparse(x) => {
                let n_classes = w.len() / columns;
                for (row, out) in rows.zip(out.chunks_mut(n_classes)) {
                    for (class, out) in out.iter_mut().enumerate() {
                        let w = &w[class * columns..][..columns];
                        *out = F::of(entries(x, row).map(|(j, v)| v.as_f64() * w[j].as_f64()).sum());
                    }
                }
            }
        }
    }

    /// `gradient[class] += Σ residual[row][class]·x[row]` over the rows of a range.
    pub(crate) fn block_gather(
        &self,
        rows: Range<usize>,
        residuals: &[F],
        (gradient, stride): (&mut [f64], usize),
    ) {
        let columns = self.n_columns();
        let stored = rows.start * columns..rows.end * columns;
        match self {
            Design::Dense(x) => block::gather(&dense(x)[stored], residuals, columns, (gradient, stride)),
            Design::Bytes { values, .. } => {
                let values = vector::plain(&values[stored]);
                block::gather(&values, residuals, columns, (gradient, stride))
            }
            Design::Sparse(x) => {
                let n_classes = residuals.len() / rows.len().max(1);
                for (row, residuals) in rows.zip(residuals.chunks(n_classes)) {
                    for (class, residual) in residuals.iter().enumerate() {
                        let gradient = &mut gradient[class * stride..][..columns];
                        entries(x, row).for_each(|(j, v)| gradient[j] += residual.as_f64() * v.as_f64());
                    }
                }
            }
        }
    }
}

/// All values of a dense design, row after row.
fn dense<'a, F>(x: &'a CowArray<'_, F, Ix2>) -> &'a [F] {
    x.as_slice().expect("designs are in standard layout")
}

/// Rows of a design that own their memory.
pub(crate) enum Held<F> {
    Dense(Array2<F>),
    Sparse(CsMat<F>),
}

impl<F: Float> Held<F> {
    pub(crate) fn design(&self) -> Design<'_, F> {
        match self {
            Held::Dense(x) => Design::Dense(x.view().into()),
            Held::Sparse(x) => Design::Sparse(x.view()),
        }
    }
}

impl<F: Float> Design<'_, F> {
    /// These rows, in this order.
    pub(crate) fn select(&self, rows: &[usize]) -> Held<F> {
        let columns = self.n_columns();
        let Design::Sparse(x) = self else {
            let mut out = Array2::zeros((rows.len(), columns));
            for (mut to, &row) in out.rows_mut().into_iter().zip(rows) {
                self.for_each(row, |j, v| to[j] = v);
            }
            return Held::Dense(out);
        };
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for &row in rows {
            for (j, v) in entries(x, row) {
                indices.push(j);
                values.push(v);
            }
            starts.push(indices.len());
        }
        Held::Sparse(CsMat::new((rows.len(), columns), starts, indices, values))
    }
}
