//! The back end of the feature `lapack`: `ndarray-linalg` on the system's OpenBLAS.

use ndarray::{Array1, Array2, ArrayView2};
use ndarray_linalg::{
    Cholesky, Diag, Eigh, Factorize, JobSvd, Lapack, QR, SVDDC, Scalar, Solve, SolveTriangular, UPLO,
};

use super::Eliminated;

/// A real element that LAPACK knows.
pub(super) trait Element: Lapack + Scalar<Real = Self> {}
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
    a.eigh(UPLO::Lower).ok()
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
    let Ok(factors) = a.factorize() else {
        // LAPACK stops at a pivot that is exactly 0.
        return Eliminated {
            pivots: Array1::zeros(a.nrows()),
            odd: false,
            solution: b,
        };
    };
    // Pivot i (from 1) names the row exchanged with row i.
    let exchanges = (1i32..).zip(&factors.pivots).filter(|&(row, &with)| row != with);
    let odd = exchanges.count() % 2 == 1;
    let mut solution = b;
    for mut column in solution.columns_mut() {
        let solved = factors
            .solve(&column)
            .expect("no pivot is 0 and the shapes agree");
        column.assign(&solved);
    }
    Eliminated {
        pivots: factors.a.diag().to_owned(),
        odd,
        solution,
    }
}
