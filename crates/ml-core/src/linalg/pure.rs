//! The default back end: `faer`.

use faer::{
    MatMut, MatRef, Par,
    diag::DiagMut,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{
        cholesky::llt, evd, householder, lu::partial_pivoting, qr::no_pivoting, svd as svd_kernel,
        triangular_solve,
    },
    traits::RealField,
};
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder, s};

use super::{Complex, Eliminated};

/// Elements times length of the inner loop below which one thread is faster.
const PARALLEL_WORK: usize = 1 << 21;
/// Shares into which larger work is cut: a constant, not the number of threads, which must not show
/// in the results.
const SHARES: usize = 8;

fn parallelism(rows: usize, columns: usize) -> Par {
    let work = rows.saturating_mul(columns).saturating_mul(rows.min(columns));
    if work < PARALLEL_WORK {
        Par::Seq
    } else {
        Par::rayon(SHARES)
    }
}

/// Room for the kernel's intermediate results.
macro_rules! stack {
    ($requirement:expr) => {
        MemStack::new(&mut MemBuffer::new($requirement))
    };
}

/// An element that both `ndarray` and `faer` know.
pub(super) trait Element: RealField + Copy + num_traits::Zero + num_traits::One {}
impl Element for f32 {}
impl Element for f64 {}

/// Calls `f` on the same elements: in place when they are contiguous in either order.
fn with_faer<F: Element, R>(a: ArrayView2<'_, F>, f: impl FnOnce(MatRef<'_, F>) -> R) -> R {
    let (rows, columns) = a.dim();
    if let Some(elements) = a.to_slice() {
        f(MatRef::from_row_major_slice(elements, rows, columns))
    } else if let Some(elements) = a.t().to_slice() {
        f(MatRef::from_column_major_slice(elements, rows, columns))
    } else {
        let copy = by_columns(a);
        f(shared(&copy))
    }
}

fn zeros<F: Element>(rows: usize, columns: usize) -> Array2<F> {
    Array2::zeros((rows, columns).f())
}

/// A copy in column-major order, as the kernels like it.
fn by_columns<F: Element>(a: ArrayView2<'_, F>) -> Array2<F> {
    let mut out = zeros(a.nrows(), a.ncols());
    out.assign(&a);
    out
}

/// What [`zeros`] or [`by_columns`] made, for reading.
fn shared<F: Element>(a: &Array2<F>) -> MatRef<'_, F> {
    let (rows, columns) = a.dim();
    let elements = a.as_slice_memory_order().expect("made contiguous");
    MatRef::from_column_major_slice(elements, rows, columns)
}

/// What [`zeros`] or [`by_columns`] made, for writing.
fn unique<F: Element>(a: &mut Array2<F>) -> MatMut<'_, F> {
    let (rows, columns) = a.dim();
    let elements = a.as_slice_memory_order_mut().expect("made contiguous");
    MatMut::from_column_major_slice_mut(elements, rows, columns)
}

fn diagonal<F: Element>(values: &mut Array1<F>) -> DiagMut<'_, F> {
    DiagMut::from_slice_mut(values.as_slice_mut().expect("made contiguous"))
}

pub(super) fn svd<F: Element>(a: ArrayView2<'_, F>, full: bool) -> Option<(Array2<F>, Array1<F>, Array2<F>)> {
    let (m, n) = a.dim();
    let (par, size) = (parallelism(m, n), m.min(n));
    let (left, right) = if full { (m, n) } else { (size, size) };
    let (mut u, mut s, mut v) = (zeros(m, left), Array1::zeros(size), zeros(n, right));
    let compute = if full {
        svd_kernel::ComputeSvdVectors::Full
    } else {
        svd_kernel::ComputeSvdVectors::Thin
    };
    with_faer(a, |a| {
        let room = svd_kernel::svd_scratch::<F>(m, n, compute, compute, par, Default::default());
        let (u, v) = (unique(&mut u), unique(&mut v));
        svd_kernel::svd(
            a,
            diagonal(&mut s),
            Some(u),
            Some(v),
            par,
            stack!(room),
            Default::default(),
        )
        .ok()
    })?;
    Some((u, s, v.reversed_axes()))
}

pub(super) fn singular_values<F: Element>(a: ArrayView2<'_, F>) -> Option<Array1<F>> {
    let (m, n) = a.dim();
    let par = parallelism(m, n);
    let mut s = Array1::zeros(m.min(n));
    with_faer(a, |a| {
        let no = svd_kernel::ComputeSvdVectors::No;
        let room = svd_kernel::svd_scratch::<F>(m, n, no, no, par, Default::default());
        svd_kernel::svd(
            a,
            diagonal(&mut s),
            None,
            None,
            par,
            stack!(room),
            Default::default(),
        )
        .ok()
    })?;
    Some(s)
}

pub(super) fn eigh<F: Element>(a: ArrayView2<'_, F>) -> Option<(Array1<F>, Array2<F>)> {
    let n = a.nrows();
    let par = parallelism(n, n);
    let (mut values, mut vectors) = (Array1::zeros(n), zeros(n, n));
    with_faer(a, |a| {
        let yes = evd::ComputeEigenvectors::Yes;
        let room = evd::self_adjoint_evd_scratch::<F>(n, yes, par, Default::default());
        let vectors = Some(unique(&mut vectors));
        evd::self_adjoint_evd(
            a,
            diagonal(&mut values),
            vectors,
            par,
            stack!(room),
            Default::default(),
        )
        .ok()
    })?;
    Some((values, vectors))
}

pub(super) fn eig<F: Element>(a: ArrayView2<'_, F>) -> Option<super::Eigenpairs<F>> {
    let n = a.nrows();
    let par = parallelism(n, n);
    let (mut re, mut im, mut packed) = (Array1::zeros(n), Array1::zeros(n), zeros(n, n));
    with_faer(a, |a| {
        let (no, yes) = (evd::ComputeEigenvectors::No, evd::ComputeEigenvectors::Yes);
        let room = evd::evd_scratch::<F>(n, no, yes, par, Default::default());
        let (re, im) = (diagonal(&mut re), diagonal(&mut im));
        let right = Some(unique(&mut packed));
        evd::evd_real(a, re, im, None, right, par, stack!(room), Default::default()).ok()
    })?;
    let values: Array1<_> = re
        .into_iter()
        .zip(im)
        .map(|(re, im)| Complex { re, im })
        .collect();
    Some((values.clone(), unpack(&values, packed)))
}

/// Eigenvectors from their packed form: a real one is a column; of two that are conjugate, the first
/// column is the real and the second the imaginary part of the one for the first value.
fn unpack<F: Element>(values: &Array1<Complex<F>>, packed: Array2<F>) -> Array2<Complex<F>> {
    let mut vectors = packed.mapv(|re| Complex { re, im: F::zero() });
    let mut j = 0;
    while j < values.len() {
        let pair = values[j].im != F::zero() && j + 1 < values.len();
        if pair {
            for (i, row) in packed.rows().into_iter().enumerate() {
                let (re, im) = (row[j], row[j + 1]);
                vectors[[i, j]] = Complex { re, im };
                vectors[[i, j + 1]] = Complex { re, im: -im };
            }
        }
        j += if pair { 2 } else { 1 };
    }
    vectors
}

pub(super) fn qr<F: Element>(a: ArrayView2<'_, F>) -> Option<(Array2<F>, Array2<F>)> {
    let (m, n) = a.dim();
    let (par, size) = (parallelism(m, n), m.min(n));
    let block = no_pivoting::factor::recommended_block_size::<F>(m, n);
    let (mut packed, mut coefficients) = (by_columns(a), zeros(block, size));
    let room = no_pivoting::factor::qr_in_place_scratch::<F>(m, n, block, par, Default::default());
    let (packed_mut, coefficients_mut) = (unique(&mut packed), unique(&mut coefficients));
    no_pivoting::factor::qr_in_place(
        packed_mut,
        coefficients_mut,
        par,
        stack!(room),
        Default::default(),
    );

    // The reflectors sit below the diagonal; q is what they make of the identity.
    let mut q = zeros(m, size);
    q.diag_mut().fill(F::one());
    let room =
        householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<F>(m, block, size);
    householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
        shared(&packed).get(.., ..size),
        shared(&coefficients),
        faer::Conj::No,
        unique(&mut q),
        par,
        stack!(room),
    );
    let mut r = packed.slice(s![..size, ..]).to_owned();
    for (row, mut values) in r.rows_mut().into_iter().enumerate() {
        values.slice_mut(s![..row.min(n)]).fill(F::zero());
    }
    Some((q, r))
}

pub(super) fn cholesky<F: Element>(a: ArrayView2<'_, F>) -> Option<Array2<F>> {
    let n = a.nrows();
    let par = parallelism(n, n);
    let mut l = by_columns(a);
    let room = llt::factor::cholesky_in_place_scratch::<F>(n, par, Default::default());
    llt::factor::cholesky_in_place(
        unique(&mut l),
        Default::default(),
        par,
        stack!(room),
        Default::default(),
    )
    .ok()?;
    for (row, mut values) in l.rows_mut().into_iter().enumerate() {
        values.slice_mut(s![row + 1..]).fill(F::zero());
    }
    Some(l)
}

pub(super) fn cholesky_solve<F: Element>(l: &Array2<F>, b: Array2<F>) -> Array2<F> {
    let par = parallelism(b.nrows(), b.ncols());
    let mut x = by_columns(b.view());
    with_faer(l.view(), |l| {
        triangular_solve::solve_lower_triangular_in_place(l, unique(&mut x), par);
        triangular_solve::solve_upper_triangular_in_place(l.transpose(), unique(&mut x), par);
    });
    x
}

pub(super) fn lu<F: Element>(a: ArrayView2<'_, F>, b: Array2<F>) -> Eliminated<F> {
    let n = a.nrows();
    let par = parallelism(n, n);
    let mut packed = by_columns(a);
    let (mut forward, mut backward) = (vec![0usize; n], vec![0usize; n]);
    let room = partial_pivoting::factor::lu_in_place_scratch::<usize, F>(n, n, par, Default::default());
    let (exchanges, _) = partial_pivoting::factor::lu_in_place(
        unique(&mut packed),
        &mut forward,
        &mut backward,
        par,
        stack!(room),
        Default::default(),
    );
    let odd = exchanges.transposition_count % 2 == 1;
    // Row i of the exchanged matrix is row forward[i] of the original.
    let mut x = by_columns(b.select(ndarray::Axis(0), &forward).view());
    let factors = shared(&packed);
    triangular_solve::solve_unit_lower_triangular_in_place(factors, unique(&mut x), par);
    triangular_solve::solve_upper_triangular_in_place(factors, unique(&mut x), par);
    Eliminated {
        pivots: packed.diag().to_owned(),
        odd,
        solution: x,
    }
}
