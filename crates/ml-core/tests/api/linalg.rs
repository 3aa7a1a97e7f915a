//! Decompositions, solvers and norms against NumPy, against their own definitions, on bad input.

use ml_core::{
    Error, Float,
    linalg::{self, Complex},
    ndarray::{Array1, Array2, ArrayView2, Axis, Ix2, arr0, array, s},
};
use proptest::prelude::*;
use serde::Deserialize;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Fixtures {
    general: Vec<General>,
    square: Vec<Square>,
    symmetric: Vec<Symmetric>,
    eigen: Vec<Eigen>,
}

#[derive(Deserialize)]
struct General {
    name: String,
    a: Rows,
    b: Rows,
    singular_values: Vec<f64>,
    rank: usize,
    solution: Rows,
    residuals: Vec<f64>,
    cut_solution: Rows,
    cut_rank: usize,
    pinv: Rows,
    frobenius: f64,
    spectral: f64,
    nuclear: f64,
}

#[derive(Deserialize)]
struct Square {
    name: String,
    a: Rows,
    b: Rows,
    solution: Rows,
    inverse: Rows,
    det: f64,
}

#[derive(Deserialize)]
struct Symmetric {
    name: String,
    a: Rows,
    b: Rows,
    values: Vec<f64>,
    lower: Rows,
    solution: Rows,
}

#[derive(Deserialize)]
struct Eigen {
    name: String,
    a: Rows,
    re: Vec<f64>,
    im: Vec<f64>,
    vectors_re: Rows,
    vectors_im: Rows,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("../fixtures/linalg.json")).expect("the script wrote it")
}

fn matrix(rows: &Rows) -> Array2<f64> {
    let columns = rows[0].len();
    Array2::from_shape_vec((rows.len(), columns), rows.concat()).expect("rows of equal length")
}

/// Largest difference, relative to the largest expected value.
fn difference(found: ArrayView2<'_, f64>, expected: ArrayView2<'_, f64>) -> f64 {
    assert_eq!(found.dim(), expected.dim());
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    (&found - &expected).iter().fold(0.0, |m: f64, v| m.max(v.abs())) / largest
}

fn close(name: &str, found: ArrayView2<'_, f64>, expected: ArrayView2<'_, f64>, tolerance: f64) {
    let difference = difference(found, expected);
    assert!(difference <= tolerance, "{name}: {difference:e} > {tolerance:e}");
}

fn column(values: &[f64]) -> Array2<f64> {
    Array1::from(values.to_vec()).insert_axis(Axis(1))
}

fn orthonormal(q: ArrayView2<'_, f64>) -> bool {
    difference(q.t().dot(&q).view(), Array2::eye(q.ncols()).view()) < 1e-12
}

#[test]
fn least_squares_agree_with_numpy() {
    for case in fixtures().general {
        let (a, b) = (matrix(&case.a), matrix(&case.b));
        // The solutions of the Hilbert matrix carry its condition number of 1.5e7.
        let tolerance = if case.name == "hilbert" { 1e-8 } else { 1e-11 };
        let fit = linalg::lstsq(a.view(), b.view(), None).unwrap();
        assert_eq!(fit.rank, case.rank, "{}", case.name);
        close(
            &case.name,
            fit.solution.view(),
            matrix(&case.solution).view(),
            tolerance,
        );
        let residuals = fit.residuals.insert_axis(Axis(1));
        assert!(
            (&residuals - &column(&case.residuals))
                .iter()
                .all(|v| v.abs() < 1e-9)
        );
        let values = fit.singular_values.insert_axis(Axis(1));
        close(
            &case.name,
            values.view(),
            column(&case.singular_values).view(),
            1e-13,
        );

        let cut = linalg::lstsq(a.view(), b.column(0), Some(0.1)).unwrap();
        assert_eq!(cut.rank, case.cut_rank, "{}", case.name);
        let expected = matrix(&case.cut_solution);
        let expected = expected.slice(s![.., ..1]);
        close(
            &case.name,
            cut.solution.insert_axis(Axis(1)).view(),
            expected,
            tolerance,
        );

        let inverse = linalg::pinv(a.view(), None).unwrap();
        close(&case.name, inverse.view(), matrix(&case.pinv).view(), tolerance);
        assert_eq!(linalg::rank(a.view()).unwrap(), case.rank);
        assert!((linalg::norm_frobenius(a.view()) / case.frobenius - 1.0).abs() < 1e-13);
        assert!((linalg::norm_spectral(a.view()).unwrap() / case.spectral - 1.0).abs() < 1e-13);
        assert!((linalg::norm_nuclear(a.view()).unwrap() / case.nuclear - 1.0).abs() < 1e-13);
    }
}

#[test]
fn square_systems_agree_with_numpy() {
    for case in fixtures().square {
        let (a, b) = (matrix(&case.a), matrix(&case.b));
        let x = linalg::solve(a.view(), b.view()).unwrap();
        close(&case.name, x.view(), matrix(&case.solution).view(), 1e-11);
        let x = linalg::solve(a.view(), b.column(1)).unwrap();
        let expected = matrix(&case.solution);
        close(
            &case.name,
            x.insert_axis(Axis(1)).view(),
            expected.slice(s![.., 1..2]),
            1e-11,
        );
        let inverse = linalg::inverse(a.view()).unwrap();
        close(&case.name, inverse.view(), matrix(&case.inverse).view(), 1e-11);
        assert!(
            (linalg::det(a.view()).unwrap() / case.det - 1.0).abs() < 1e-11,
            "{}",
            case.name
        );
    }
}

#[test]
fn symmetric_matrices_agree_with_numpy() {
    for case in fixtures().symmetric {
        let (a, b) = (matrix(&case.a), matrix(&case.b));
        let eigen = linalg::eigh(a.view()).unwrap();
        let values = eigen.values.clone().insert_axis(Axis(1));
        close(&case.name, values.view(), column(&case.values).view(), 1e-13);
        let again = (&eigen.vectors * &eigen.values).dot(&eigen.vectors.t());
        close(&case.name, again.view(), a.view(), 1e-12);
        assert!(orthonormal(eigen.vectors.view()));
        close(
            &case.name,
            linalg::cholesky(a.view()).unwrap().view(),
            matrix(&case.lower).view(),
            1e-12,
        );
        let x = linalg::solve_spd(a.view(), b.view()).unwrap();
        close(&case.name, x.view(), matrix(&case.solution).view(), 1e-10);
        // Only the lower triangle is read.
        let mut lower = a.clone();
        for i in 0..a.nrows() {
            lower.slice_mut(s![i, i + 1..]).fill(7.0);
        }
        assert_eq!(
            linalg::cholesky(lower.view()).unwrap(),
            linalg::cholesky(a.view()).unwrap()
        );
        assert_eq!(linalg::eigh(lower.view()).unwrap().values, eigen.values);
    }
}

/// `a·v = λ·v` for every pair, to `tolerance` of the largest element; vectors of length 1, eigenvalues in
/// order and in conjugate pairs.
fn check_eigen(a: &Array2<f64>, eigen: &linalg::Eig<f64>, tolerance: f64) -> Result<(), String> {
    let size = a.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let complex = a.mapv(|v| Complex::new(v / size, 0.0));
    for (&value, v) in eigen.values.iter().zip(eigen.vectors.columns()) {
        let error = complex.dot(&v) - v.mapv(|c| c * (value / size));
        let length = v.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        let worst = error
            .iter()
            .map(|c| c.norm())
            .fold((length - 1.0).abs(), f64::max);
        if worst.is_nan() || worst > tolerance {
            return Err(format!("{value} is off by {worst:e} in {a}"));
        }
    }
    let mut values: Vec<_> = eigen.values.iter().map(|v| (v.re, v.im)).collect();
    if values.windows(2).any(|w| w[0] > w[1]) {
        return Err(format!("not in order: {values:?}"));
    }
    values.retain(|v| v.1 != 0.0);
    let conjugate = |&(re, im): &(f64, f64)| values.contains(&(re, -im));
    if values.iter().all(conjugate) {
        Ok(())
    } else {
        Err(format!("not in conjugate pairs: {values:?}"))
    }
}

#[test]
fn eigenvalues_agree_with_numpy() {
    for case in fixtures().eigen {
        let (name, a) = (case.name, matrix(&case.a));
        let eigen = linalg::eig(a.view()).unwrap();
        check_eigen(&a, &eigen, 1e-13 * a.nrows() as f64).unwrap();
        let part = |part: fn(&Complex<f64>) -> f64| eigen.values.map(part).insert_axis(Axis(1));
        let largest = case
            .re
            .iter()
            .chain(&case.im)
            .fold(0.0, |m: f64, v| m.max(v.abs()));
        let off = |found: &Array2<f64>, expected: &[f64]| {
            (found - &column(expected))
                .iter()
                .all(|v| v.abs() <= 1e-12 * largest)
        };
        assert!(
            off(&part(|v| v.re), &case.re) && off(&part(|v| v.im), &case.im),
            "{name}: {:?}",
            eigen.values
        );
        close(
            &name,
            eigen.vectors.map(|v| v.re).view(),
            matrix(&case.vectors_re).view(),
            1e-10,
        );
        let (found, expected) = (eigen.vectors.map(|v| v.im), matrix(&case.vectors_im));
        assert!((found - expected).iter().all(|v| v.abs() < 1e-10), "{name}");
    }
    // Half the digits in single precision.
    let a = matrix(&fixtures().eigen[2].a);
    let double = linalg::eig(a.view()).unwrap();
    let single = linalg::eig(a.mapv(|v| v as f32).view()).unwrap();
    let far = |(s, d): (&Complex<f32>, &Complex<f64>)| (f64::from(s.re) - d.re).hypot(f64::from(s.im) - d.im);
    assert!(
        single
            .values
            .iter()
            .zip(&double.values)
            .map(far)
            .all(|far| far < 1e-3)
    );
}

/// By hand: the matrix of the Fibonacci numbers has the golden ratio and minus its inverse; a shear has 1
/// twice and only one direction.
#[test]
fn eigenvalues_by_hand() {
    let golden = (1.0 + 5.0f64.sqrt()) / 2.0;
    let eigen = linalg::eig(array![[1.0, 1.0], [1.0, 0.0]].view()).unwrap();
    for (value, by_hand) in eigen.values.iter().zip([-1.0 / golden, golden]) {
        assert!((value - by_hand).norm() < 1e-15 && value.im == 0.0);
    }
    assert!((eigen.vectors[[0, 1]] / eigen.vectors[[1, 1]] - golden).norm() < 1e-14);
    let shear = linalg::eig(array![[1.0, 3.0], [0.0, 1.0]].view()).unwrap();
    for (value, vector) in shear.values.iter().zip(shear.vectors.columns()) {
        assert!((value - 1.0).norm() < 1e-7 && (vector[0] - 1.0).norm() < 1e-7 && vector[1].norm() < 1e-7);
    }
    let zero = linalg::eig(Array2::<f64>::zeros((3, 3)).view()).unwrap();
    assert!(zero.values.iter().all(|v| v.norm() == 0.0));
    let largest = linalg::eig(array![[f64::MAX, 0.0], [0.0, -f64::MAX]].view()).unwrap();
    assert_eq!(largest.values.map(|v| v.re), array![-f64::MAX, f64::MAX]);
}

#[test]
fn decompositions_multiply_back() {
    for case in fixtures().general {
        let a = matrix(&case.a);
        let (m, n) = a.dim();
        let k = m.min(n);
        let svd = linalg::svd(a.view()).unwrap();
        assert_eq!((svd.u.dim(), svd.s.len(), svd.vt.dim()), ((m, k), k, (k, n)));
        close(&case.name, (&svd.u * &svd.s).dot(&svd.vt).view(), a.view(), 1e-13);
        assert!(orthonormal(svd.u.view()) && orthonormal(svd.vt.t()));
        let full = linalg::svd_full(a.view()).unwrap();
        assert_eq!((full.u.dim(), full.vt.dim()), ((m, m), (n, n)));
        assert!(orthonormal(full.u.view()) && orthonormal(full.vt.view()));
        let again = (&full.u.slice(s![.., ..k]) * &full.s).dot(&full.vt.slice(s![..k, ..]));
        close(&case.name, again.view(), a.view(), 1e-13);
        assert!(
            linalg::singular_values(a.view())
                .unwrap()
                .iter()
                .zip(&svd.s)
                .all(|(x, y)| (x - y).abs() <= 1e-12 * svd.s[0])
        );

        let qr = linalg::qr(a.view()).unwrap();
        assert_eq!((qr.q.dim(), qr.r.dim()), ((m, k), (k, n)));
        close(&case.name, qr.q.dot(&qr.r).view(), a.view(), 1e-13);
        assert!(orthonormal(qr.q.view()));
        for i in 0..k {
            assert!(qr.r[[i, i]] >= 0.0 && qr.r.slice(s![i, ..i]).iter().all(|&v| v == 0.0));
        }
    }
}

#[test]
fn signs_are_fixed() {
    let a = array![[-3.0, 0.0], [0.0, -2.0]];
    let svd = linalg::svd(a.view()).unwrap();
    close("u", svd.u.view(), Array2::eye(2).view(), 1e-15);
    close(
        "vt",
        svd.vt.view(),
        array![[-1.0, 0.0], [0.0, -1.0]].view(),
        1e-15,
    );
    let eigen = linalg::eigh(a.view()).unwrap();
    close("vectors", eigen.vectors.view(), Array2::eye(2).view(), 1e-15);
}

#[test]
fn layout_and_precision_do_not_matter() {
    let a = matrix(&fixtures().general.swap_remove(1).a);
    let expected = linalg::singular_values(a.view()).unwrap();
    let by_columns = a.t().as_standard_layout().reversed_axes().to_owned();
    let mut sparse = Array2::zeros((a.nrows() * 2, a.ncols() * 3));
    sparse.slice_mut(s![..;2, ..;3]).assign(&a);
    for view in [by_columns.view(), sparse.slice(s![..;2, ..;3])] {
        let found = linalg::singular_values(view).unwrap();
        assert!(found.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-13));
    }
    let single = a.mapv(|v| v as f32);
    let found = linalg::svd(single.view()).unwrap().s;
    assert!(
        found
            .iter()
            .zip(&expected)
            .all(|(x, y)| (x.as_f64() - y).abs() < 1e-5)
    );
    let square = single.t().dot(&single);
    let x = linalg::solve_spd(square.view(), single.row(0)).unwrap();
    assert!((square.dot(&x) - single.row(0)).iter().all(|v| v.abs() < 1e-4));
    let x = linalg::solve(square.view(), single.row(0)).unwrap();
    assert!((square.dot(&x) - single.row(0)).iter().all(|v| v.abs() < 1e-4));
}

#[cfg(not(feature = "lapack"))]
#[test]
fn the_number_of_threads_does_not_show() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let a = ml_core::NumpyRng::new(42).randn((700, 150));
            let gram = a.t().dot(&a);
            let svd = linalg::svd(a.view()).unwrap();
            close("svd", (&svd.u * &svd.s).dot(&svd.vt).view(), a.view(), 1e-12);
            let x = linalg::solve(gram.view(), a.row(3)).unwrap();
            let y = linalg::solve_spd(gram.view(), a.row(3)).unwrap();
            (
                svd,
                linalg::qr(a.view()).unwrap(),
                linalg::eigh(gram.view()).unwrap(),
                linalg::eig(a.slice(s![..150, ..])).unwrap(),
                x,
                y,
            )
        })
    };
    let one = run(1);
    assert!(run(2) == one && run(3) == one);
}

fn says<T>(result: ml_core::Result<T>, text: &str) {
    match result {
        Ok(_) => panic!("an error was expected: {text}"),
        Err(error) => assert_eq!(error.to_string(), text),
    }
}

#[test]
fn bad_input_is_refused_with_reasons() {
    let ok = array![[1.0, 2.0], [3.0, 4.0]];
    let singular = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
    let b = array![1.0, 2.0, 3.0];
    let remedy = "drop columns that repeat others, or use lstsq or pinv";
    says(
        linalg::solve(singular.view(), b.view()),
        &format!("solve: the matrix is singular (column 2 depends on those before it); {remedy}"),
    );
    says(
        linalg::inverse(array![[0.0, 0.0], [1.0, 2.0]].view()),
        &format!("inverse: the matrix is singular (row 0 is zero); {remedy}"),
    );
    says(
        linalg::cholesky(array![[1.0, 2.0], [2.0, 1.0]].view()),
        "cholesky: the matrix is not positive definite; \
         use solve or lstsq, or add a small number to the diagonal",
    );
    says(
        linalg::solve(ok.view(), b.view()),
        "solve: cannot combine shape [2, 2] with [3]; \
         the right-hand side must be [rows] or [rows, columns] with the rows of the matrix",
    );
    says(
        linalg::det(array![[1.0, 2.0]].view()),
        "det: cannot combine shape [1, 2] with [1, 1]; the matrix must be square",
    );
    says(
        linalg::svd(Array2::<f64>::zeros((0, 3)).view()),
        "svd: x (0 rows) is empty; at least 1 row needed",
    );
    says(
        linalg::qr(Array2::<f64>::zeros((3, 0)).view()),
        "qr: x (0 columns) is empty; at least 1 column needed",
    );
    says(
        linalg::eig(array![[1.0, 2.0, 3.0]].view()),
        "eig: cannot combine shape [1, 3] with [1, 1]; the matrix must be square",
    );
    let text = linalg::eig(array![[1.0, f64::INFINITY], [0.0, 1.0]].view())
        .unwrap_err()
        .to_string();
    assert!(text.starts_with("eig: x holds inf at row 0, column 1"), "{text}");
    let text = linalg::eigh(array![[1.0, 0.0], [f64::NAN, 1.0]].view())
        .unwrap_err()
        .to_string();
    assert!(text.starts_with("eigh: x holds NaN at row 1, column 0"), "{text}");
    says(
        linalg::pinv(ok.view(), Some(1.5)),
        "cutoff = 1.5: must be in [0, 1)",
    );
    says(linalg::norm_lk(b.view(), 0.5), "k = 0.5: must be finite and >= 1");
    assert!(matches!(
        linalg::solve(ok.view(), arr0(1.0).view()),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        linalg::solve(ok.view(), ok.view().into_dyn()),
        Err(Error::Shape { .. })
    ));
    assert_eq!(linalg::det(singular.slice(s![..1, ..1])).unwrap(), 1.0);
    assert_eq!(linalg::det(array![[1.0, 2.0], [2.0, 4.0]].view()).unwrap(), 0.0);
}

/// Reproduces C02-009: the norms of the chapter, from the vector (-3, 4, 0).
#[test]
fn norms_by_hand() {
    let v = array![-3.0, 4.0, 0.0];
    assert_eq!(linalg::norm_l0(v.view()), 2);
    assert_eq!(linalg::norm_l1(v.view()), 7.0);
    assert_eq!(linalg::norm_l2(v.view()), 5.0);
    assert!((linalg::norm_lk(v.view(), 3.0).unwrap() - 91f64.cbrt()).abs() < 1e-14);
    assert_eq!(linalg::norm_lk(v.view(), 1.0).unwrap(), 7.0);
    assert_eq!(linalg::norm_linf(v.view()), 4.0);
    let empty = Array1::<f64>::zeros(0);
    assert_eq!(
        (linalg::norm_l2(empty.view()), linalg::norm_linf(empty.view())),
        (0.0, 0.0)
    );
    assert_eq!(linalg::norm_l2(array![1e-200, 0.0].view()), 1e-200);
    assert!(linalg::norm_l2(array![1.0, f64::NAN].view()).is_nan());
    assert_eq!(linalg::norm_l2(array![1.0, f64::INFINITY].view()), f64::INFINITY);
    assert_eq!(linalg::norm_l2(array![3e30f32, 4e30].view()), 5e30);
    assert_eq!(
        linalg::condition_number(array![[4.0, 0.0], [0.0, 2.0]].view()).unwrap(),
        2.0
    );
}

#[test]
fn the_determinant_of_a_singular_matrix_is_zero() {
    for n in 1..40 {
        assert_eq!(
            linalg::det(Array2::<f64>::zeros((n, n)).view()).unwrap(),
            0.0,
            "{n}"
        );
        for column in 0..n {
            let mut a = Array2::from_shape_fn((n, n), |(i, j)| ((i * 7 + j * j * 3) % 5) as f32);
            a.column_mut(column).fill(0.0);
            assert_eq!(linalg::det(a.view()).unwrap(), 0.0, "column {column} of {n}");
            let error = linalg::solve(a.view(), Array1::ones(n).view()).unwrap_err();
            assert!(error.to_string().contains("singular"), "{error}");
        }
    }
    // A pivot without a reciprocal.
    let tiny = Array2::from_diag(&array![1.0, 1e-310, 1e-310, 1.0]);
    assert_eq!(linalg::det(tiny.view()).unwrap(), 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The four conditions of Moore and Penrose hold for any shape and rank.
    #[test]
    fn pseudo_inverses_obey_their_laws(rows in 1usize..7, columns in 1usize..7, inner in 1usize..7,
                                       values in prop::collection::vec(-3i8..=3, 84)) {
        // Products of small integers: of low rank when `inner` is small, and zero at times.
        let left = Array2::from_shape_fn((rows, inner), |(i, j)| f64::from(values[i * 6 + j]));
        let right = Array2::from_shape_fn((inner, columns), |(i, j)| f64::from(values[42 + i * 6 + j]));
        let a = left.dot(&right);
        let p = linalg::pinv(a.view(), None).unwrap();
        let near = |x: &Array2<f64>, y: &Array2<f64>| (x - y).iter().all(|v| v.abs() < 1e-8);
        let (ap, pa) = (a.dot(&p), p.dot(&a));
        prop_assert!(near(&ap.dot(&a), &a) && near(&pa.dot(&p), &p));
        prop_assert!(near(&ap, &ap.t().to_owned()) && near(&pa, &pa.t().to_owned()));
        // Rank of A is the trace of the projection A·A⁺.
        let rank = linalg::rank(a.view()).unwrap();
        prop_assert!((ap.diag().sum() - rank as f64).abs() < 1e-8);
    }

    /// Every eigenvalue has its vector, whatever repeats or vanishes; they sum to the trace and multiply
    /// to the determinant.
    #[test]
    fn eigenvectors_are_only_stretched(n in 1usize..9, values in prop::collection::vec(-4i8..=4, 64)) {
        let a = Array2::from_shape_fn((n, n), |(i, j)| f64::from(values[i * 8 + j]));
        let eigen = linalg::eig(a.view()).unwrap();
        prop_assert_eq!(check_eigen(&a, &eigen, 1e-11), Ok(()));
        let (sum, product) = (eigen.values.sum(), eigen.values.product());
        prop_assert!((sum - a.diag().sum()).norm() < 1e-11);
        let det = linalg::det(a.view()).unwrap();
        // A determinant is as exact as the product of the lengths of the rows.
        let bound: f64 = a.rows().into_iter().map(|row| linalg::norm_l2(row).max(1.0)).product();
        prop_assert!((product - det).norm() <= 1e-11 * bound, "{} against {}", product, det);
    }

    #[test]
    fn any_numbers_give_a_result_or_an_error(rows in 1usize..6, columns in 1usize..6,
                                             values in prop::collection::vec(any::<f64>(), 36)) {
        let a = Array2::from_shape_fn((rows, columns), |(i, j)| values[i * 6 + j]);
        let b = a.column(0).to_owned();
        let _ = (linalg::svd(a.view()), linalg::svd_full(a.view()), linalg::qr(a.view()));
        let _ = (linalg::solve(a.view(), b.view()), linalg::det(a.view()), linalg::inverse(a.view()));
        let _ = linalg::eig(a.view());
        let _ = (linalg::cholesky(a.view()), linalg::eigh(a.view()), linalg::solve_spd(a.view(), b.view()));
        let _ = (linalg::lstsq(a.view(), b.view(), None), linalg::pinv(a.view(), None));
        let _ = linalg::lstsq::<f64, Ix2>(a.view(), a.view(), None);
    }
}
