//! Linear algebra on tensors: laws, batches, gradients, singular matrices.

use ml_core::{Result, Rng, Tensor, ops::MatrixNorm};

use crate::differences::{check, check_first, close, random};

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec::<f64>().unwrap()
}

/// Far from singular.
fn square(rng: &mut Rng, shape: &[usize]) -> Tensor {
    let n = shape[shape.len() - 1];
    random(rng, shape)
        .add(
            &Tensor::eye(n, n, ml_core::DType::F64)
                .unwrap()
                .mul_scalar(3.0)
                .unwrap(),
        )
        .unwrap()
}

fn symmetric(x: &Tensor) -> Result<Tensor> {
    x.add(&x.swap_axes(-2, -1)?)?.mul_scalar(0.5)
}

fn definite(x: &Tensor) -> Result<Tensor> {
    let n = x.shape()[x.rank() - 1];
    x.matmul_transposed(false, x, true)?
        .add(&Tensor::eye(n, n, ml_core::DType::F64)?)
}

#[test]
fn a_batch_is_solved_matrix_by_matrix() {
    let mut rng = Rng::new(1);
    let (a, b) = (square(&mut rng, &[3, 4, 4]), random(&mut rng, &[3, 4, 2]));
    close(
        &a.matmul(&a.solve(&b).unwrap()).unwrap(),
        &values(&b),
        1e-11,
        "solve",
    );
    let one = a.matmul(&a.inverse().unwrap()).unwrap();
    let eye = Tensor::eye(4, 4, ml_core::DType::F64)
        .unwrap()
        .broadcast_to([3, 4, 4])
        .unwrap();
    close(&one, &values(&eye), 1e-11, "inverse");
    let (sign, log) = a.slogdet().unwrap();
    close(
        &sign.mul(&log.exp().unwrap()).unwrap(),
        &values(&a.det().unwrap()),
        1e-11,
        "slogdet",
    );
}

#[test]
fn decompositions_multiply_to_the_matrix() {
    let mut rng = Rng::new(2);
    for shape in [[2, 5, 3], [2, 3, 5], [2, 4, 4]] {
        let a = random(&mut rng, &shape);
        let (u, s, vt) = a.svd().unwrap();
        let whole = u.mul(&s.expand_dims(-2).unwrap()).unwrap().matmul(&vt).unwrap();
        close(&whole, &values(&a), 1e-12, "svd");
        let (q, r) = a.qr().unwrap();
        close(&q.matmul(&r).unwrap(), &values(&a), 1e-12, "qr");
        let p = a.pinv().unwrap();
        close(
            &a.matmul(&p).unwrap().matmul(&a).unwrap(),
            &values(&a),
            1e-11,
            "pinv",
        );
    }
    let a = definite(&random(&mut rng, &[2, 4, 4])).unwrap();
    let l = a.cholesky().unwrap();
    close(
        &l.matmul_transposed(false, &l, true).unwrap(),
        &values(&a),
        1e-12,
        "cholesky",
    );
    let (w, v) = a.eigh().unwrap();
    let whole = v
        .mul(&w.expand_dims(-2).unwrap())
        .unwrap()
        .matmul_transposed(false, &v, true)
        .unwrap();
    close(&whole, &values(&a), 1e-12, "eigh");
    close(
        &a.matrix_norm(MatrixNorm::Spectral).unwrap(),
        &values(&w.max(&[-1]).unwrap()),
        1e-12,
        "norm",
    );
}

#[test]
fn gradients_agree_with_differences() {
    let mut rng = Rng::new(3);
    let (a, b) = (square(&mut rng, &[2, 3, 3]), random(&mut rng, &[2, 3, 2]));
    check("inverse", &a, |a| a.inverse());
    check("solve by the matrix", &a, |a| a.solve(&b));
    check("solve by the right-hand side", &b, |b| a.solve(b));
    check("det", &a, |a| a.det());
    check("log det", &a, |a| Ok(a.slogdet()?.1));
    check("cholesky", &a, |a| definite(a)?.cholesky());
    check("eigenvalues", &a, |a| Ok(symmetric(a)?.eigh()?.0));
    check_first("eigenvectors", &a, |a| Ok(symmetric(a)?.eigh()?.1));
    for shape in [[4, 3], [3, 4], [3, 3]] {
        let x = random(&mut rng, &shape);
        check_first("singular values", &x, |x| Ok(x.svd()?.1));
        check_first("left vectors", &x, |x| Ok(x.svd()?.0));
        check_first("right vectors", &x, |x| Ok(x.svd()?.2));
        check_first("pinv", &x, |x| x.pinv());
    }
    let x = random(&mut rng, &[4, 3]);
    check_first("q", &x, |x| Ok(x.qr()?.0));
    check_first("r", &x, |x| Ok(x.qr()?.1));
}

#[test]
fn singular_and_unfit_matrices_are_errors() {
    let singular = Tensor::from([[1.0, 2.0], [2.0, 4.0]]);
    for result in [singular.inverse(), singular.solve(&Tensor::from([1.0, 2.0]))] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("singular"), "{error}");
    }
    assert!(
        singular
            .cholesky()
            .unwrap_err()
            .to_string()
            .contains("not positive definite")
    );
    let wide = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert!(wide.inverse().unwrap_err().to_string().contains("square"));
    assert!(wide.det().unwrap_err().to_string().contains("square"));
    assert!(
        Tensor::from([1.0])
            .svd()
            .unwrap_err()
            .to_string()
            .contains("at least 2 axes")
    );
    assert!(
        Tensor::from([[1]])
            .inverse()
            .unwrap_err()
            .to_string()
            .contains("f32 or f64")
    );
    let tape = ml_core::autodiff::Tape::new();
    let x = tape.watch(&wide).unwrap();
    let (_, r) = x.qr().unwrap();
    let error = tape.gradient(&r, &[&x]).unwrap_err().to_string();
    assert!(error.contains("fewer rows than columns"), "{error}");
}
