//! The back end of the feature `lapack`: `ndarray-linalg` on the system's OpenBLAS.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ShapeBuilder};
use ndarray_linalg::{
    Cholesky, Diag, Eig, Eigh, JobSvd, Lapack, MatrixLayout, QR, SVDDC, Scalar, SolveTriangular, Transpose,
    UPLO,
};

use super::{Complex, Eliminated};

/// A real element that LAPACK knows.
pub(super) trait Element: Lapack + Scalar<Real = Self, Complex = Complex<Self>> {}
impl Element for f32 {}
impl Element for f64 {}

pub(super) fn svd<F: Element>(a: ArrayView2<'_, F>, full: bool) -> Option<(Array2<F>, Array1<F>, Array2<F>)> {
    let job = if full { JobSvd::All } else { JobSvd::Some };
    let (u, s, vt) = a.svddc(job).ok()?;
    Some((u?, s, vt?))
}

pub(super) fn singular_values<F: Element>(a: ArrayView2<'_, F>) -> Option<Array1<F>> {
    Some(a.svddc(JobSvd::None).ok()?.1)
}

pub(super) fn eigh<F: Element>(a: ArrayView2<'_, F>) -> Option<(Array1<F>, Array2<F>)> {
    // The upper triangle is filled from the lower: which one is read depends on the layout.
    let full = Array2::from_shape_fn(a.raw_dim(), |(i, j)| a[[i.max(j), i.min(j)]]);
    full.eigh(UPLO::Lower).ok()
}

pub(super) fn eig<F: Element>(a: ArrayView2<'_, F>) -> Option<(Array1<Complex<F>>, Array2<Complex<F>>)> {
    a.eig().ok()
}

pub(super) fn qr<F: Element>(a: ArrayView2<'_, F>) -> Option<(Array2<F>, Array2<F>)> {
    a.qr().ok()
}

pub(super) fn cholesky<F: Element>(a: ArrayView2<'_, F>) -> Option<Array2<F>> {
    a.cholesky(UPLO::Lower).ok()
}

pub(super) fn cholesky_solve<F: Element>(l: &Array2<F>, b: Array2<F>) -> Array2<F> {
    let solved = "a factor with a positive diagonal and the right shape";
    let half = l.solve_triangular(UPLO::Lower, Diag::NonUnit, &b).expect(solved);
    let transposed = l.t().as_standard_layout().into_owned();
    transposed
        .solve_triangular(UPLO::Upper, Diag::NonUnit, &half)
        .expect(solved)
}

pub(super) fn lu<F: Element>(a: ArrayView2<'_, F>, b: Array2<F>) -> Eliminated<F> {
    let n = a.nrows();
    // By columns: LAPACK would factor the transpose of a matrix stored by rows.
    let layout = MatrixLayout::F {
        col: i32::try_from(n).expect("a matrix of 2^31 rows does not fit the memory"),
        lda: i32::try_from(n).expect("as above"),
    };
    let mut packed = Array2::zeros((n, n).f());
    packed.assign(&a);
    let elements = packed.as_slice_memory_order_mut().expect("made contiguous");
    let Ok(exchanged) = F::lu(layout, elements) else {
        // LAPACK stops at a pivot that is exactly 0.
        return Eliminated {
            pivots: Array1::zeros(n),
            odd: false,
            solution: b,
        };
    };
    // Element i (from 1) names the row exchanged with row i.
    let exchanges = (1i32..).zip(&exchanged).filter(|&(row, &with)| row != with);
    let odd = exchanges.count() & 1 == 1;
    let mut solution = b;
    for mut column in solution.columns_mut() {
        let mut right = column.to_vec();
        F::solve(layout, Transpose::No, elements, &exchanged, &mut right)
            .expect("no pivot is 0 and the shapes agree");
        column.assign(&ArrayView1::from(&right));
    }
    Eliminated {
        pivots: packed.diag().to_owned(),
        odd,
        solution,
    }
}
