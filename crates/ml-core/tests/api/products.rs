//! Products: matmul in every layout, with bias, einsum, tensordot, and their gradients.

use ml_core::{DType, Rng, Tensor, graph::Function};

use crate::differences::{check, close, random};

/// `[m, k] · [k, n]` one by one.
fn by_hand(a: &[f64], b: &[f64], [m, k, n]: [usize; 3]) -> Vec<f64> {
    let element = |i: usize, j: usize| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
    (0..m)
        .flat_map(|i| (0..n).map(move |j| (i, j)))
        .map(|(i, j)| element(i, j))
        .collect()
}

#[test]
fn every_layout_of_the_operands_gives_the_same_product() {
    let mut rng = Rng::new(1);
    for [m, k, n] in [
        [1, 1, 1],
        [2, 3, 4],
        [5, 7, 1],
        [1, 9, 6],
        [17, 33, 49],
        [40, 50, 60],
    ] {
        let (a, b) = (random(&mut rng, &[m, k]), random(&mut rng, &[k, n]));
        let expected = by_hand(
            &a.to_vec::<f64>().unwrap(),
            &b.to_vec::<f64>().unwrap(),
            [m, k, n],
        );
        let (at, bt) = (a.transpose().unwrap(), b.transpose().unwrap());
        let dense = |x: &Tensor| Tensor::from_vec(x.to_vec::<f64>().unwrap(), x.shape()).unwrap();
        close(&a.matmul(&b).unwrap(), &expected, 1e-12, "plain");
        close(
            &dense(&at).transpose().unwrap().matmul(&b).unwrap(),
            &expected,
            1e-12,
            "transposed view",
        );
        close(
            &dense(&at).matmul_transposed(true, &b, false).unwrap(),
            &expected,
            1e-12,
            "tn",
        );
        close(
            &a.matmul_transposed(false, &dense(&bt), true).unwrap(),
            &expected,
            1e-12,
            "nt",
        );
        close(
            &dense(&at).matmul_transposed(true, &dense(&bt), true).unwrap(),
            &expected,
            1e-12,
            "tt",
        );
        close(
            &at.matmul_transposed(true, &bt, true).unwrap(),
            &expected,
            1e-12,
            "views",
        );
    }
}

#[test]
fn batches_broadcast_and_flipped_operands_are_read_right() {
    let mut rng = Rng::new(2);
    let (a, b) = (random(&mut rng, &[2, 1, 3, 4]), random(&mut rng, &[5, 4, 6]));
    let y = a.matmul(&b).unwrap();
    assert_eq!(y.shape().to_vec(), [2, 5, 3, 6]);
    let (flat_a, flat_b) = (a.to_vec::<f64>().unwrap(), b.to_vec::<f64>().unwrap());
    let mut expected = Vec::new();
    for i in 0..2 {
        for j in 0..5 {
            expected.extend(by_hand(
                &flat_a[i * 12..][..12],
                &flat_b[j * 24..][..24],
                [3, 4, 6],
            ));
        }
    }
    close(&y, &expected, 1e-12, "batch");
    let flipped = a.flip(&[3]).unwrap().matmul(&b.flip(&[1]).unwrap()).unwrap();
    close(&flipped, &expected, 1e-12, "flipped");
    // One matrix for a whole batch.
    let shared = random(&mut rng, &[4, 6]);
    let y = a.matmul(&shared).unwrap();
    let expected = by_hand(&flat_a, &shared.to_vec::<f64>().unwrap(), [6, 4, 6]);
    close(&y, &expected, 1e-12, "shared");
    close(
        &Tensor::from([[1, 2], [3, 4]])
            .matmul(&Tensor::from([5, 6]))
            .unwrap(),
        &[17.0, 39.0],
        0.0,
        "integers",
    );
}

#[test]
fn nothing_to_sum_gives_zero_and_the_bias() {
    let (a, b) = (
        Tensor::zeros([2, 0], DType::F64).unwrap(),
        Tensor::zeros([0, 3], DType::F64).unwrap(),
    );
    assert_eq!(a.matmul(&b).unwrap().to_vec::<f64>().unwrap(), [0.0; 6]);
    let bias = Tensor::from([1.0, 2.0, 3.0]);
    assert_eq!(
        a.matmul_bias(&b, &bias).unwrap().to_vec::<f64>().unwrap(),
        [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]
    );
    assert_eq!(
        b.matmul(&Tensor::zeros([3, 2], DType::F64).unwrap())
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_product_with_bias_is_product_plus_bias() {
    let mut rng = Rng::new(3);
    let (x, kernel, bias) = (
        random(&mut rng, &[2, 5, 7]),
        random(&mut rng, &[7, 9]),
        random(&mut rng, &[9]),
    );
    let expected = x
        .matmul(&kernel)
        .unwrap()
        .add(&bias)
        .unwrap()
        .to_vec::<f64>()
        .unwrap();
    close(&x.matmul_bias(&kernel, &bias).unwrap(), &expected, 1e-13, "value");
    check("of x", &x, |x| x.matmul_bias(&kernel, &bias)?.tanh());
    check("of the kernel", &kernel, |kernel| {
        x.matmul_bias(kernel, &bias)?.tanh()
    });
    check("of the bias", &bias, |bias| x.matmul_bias(&kernel, bias)?.tanh());
    let error = x
        .matmul_bias(&kernel, &Tensor::from([1.0]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("as many elements as the product has columns"),
        "{error}"
    );
}

#[test]
fn einsum_agrees_with_what_it_abbreviates() {
    let mut rng = Rng::new(4);
    let (a, b, c) = (
        random(&mut rng, &[3, 4]),
        random(&mut rng, &[4, 5]),
        random(&mut rng, &[2, 3, 4]),
    );
    let einsum = |equation: &str, operands: &[&Tensor]| Tensor::einsum(equation, operands).unwrap();
    let values = |x: &Tensor| x.to_vec::<f64>().unwrap();
    close(
        &einsum("ij,jk->ik", &[&a, &b]),
        &values(&a.matmul(&b).unwrap()),
        1e-13,
        "product",
    );
    close(
        &einsum("ij,jk", &[&a, &b]),
        &values(&a.matmul(&b).unwrap()),
        1e-13,
        "implied output",
    );
    let turned = a.matmul(&b).unwrap().transpose().unwrap();
    close(&einsum("ij,jk->ki", &[&a, &b]), &values(&turned), 1e-13, "turned");
    close(
        &einsum("ij->ji", &[&a]),
        &values(&a.transpose().unwrap()),
        0.0,
        "transpose",
    );
    close(
        &einsum("ij->j", &[&a]),
        &values(&a.sum(&[0]).unwrap()),
        1e-14,
        "sum",
    );
    close(
        &einsum("bij,jk->bik", &[&c, &b]),
        &values(&c.matmul(&b).unwrap()),
        1e-13,
        "batch",
    );
    close(
        &einsum("...ij,jk->...ik", &[&c, &b]),
        &values(&c.matmul(&b).unwrap()),
        1e-13,
        "ellipsis",
    );
    let squares = c.square().unwrap().sum(&[1, 2]).unwrap();
    close(
        &einsum("bij,bij->b", &[&c, &c]),
        &values(&squares),
        1e-13,
        "two inner axes",
    );
    let square = random(&mut rng, &[4, 4]);
    close(
        &einsum("ii->", &[&square]),
        &values(&square.trace().unwrap()),
        1e-14,
        "trace",
    );
    close(
        &einsum("ii->i", &[&square]),
        &values(&square.diag_part(0).unwrap()),
        0.0,
        "diagonal",
    );
    let chain = a.matmul(&b).unwrap().matmul(&b.transpose().unwrap()).unwrap();
    close(
        &einsum("ij,jk,lk->il", &[&a, &b, &b]),
        &values(&chain),
        1e-12,
        "three",
    );
    let outer = a.outer(&b).unwrap();
    close(&einsum("ij,kl->ijkl", &[&a, &b]), &values(&outer), 0.0, "outer");
    check("einsum", &a, |a| Tensor::einsum("ij,jk,il->kl", &[a, &b, a]));
}

#[test]
fn einsum_says_what_is_wrong() {
    let (a, b) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[1.0], [2.0]]));
    let error =
        |equation: &str, operands: &[&Tensor]| Tensor::einsum(equation, operands).unwrap_err().to_string();
    assert!(error("ij,jk->ik", &[&a]).contains("2 terms for 1 operands"));
    assert!(error("ijk,jk->ik", &[&a, &b]).contains("as many letters as operand 0 has axes: 3 for 2"));
    assert!(error("ij,jk->iz", &[&a, &b]).contains("none has 'z'"));
    assert!(error("ij,jk->ii", &[&a, &b]).contains("'i' is there twice"));
    assert!(error("i1,jk->i", &[&a, &b]).contains("it has '1'"));
    assert!(error("ij,ij->i", &[&a, &b]).contains("one length a name"));
    assert!(error("ii->", &[&a]).contains("one length"));
    assert!(error("", &[]).contains("at least 1 tensor"));
}

#[test]
fn an_unknown_batch_flows_through_a_traced_product() {
    let mut rng = Rng::new(5);
    let (x, kernel) = (random(&mut rng, &[3, 4]), random(&mut rng, &[4, 5]));
    let kept = kernel.clone();
    let function = Function::new("dense", move |x| {
        Ok(vec![Tensor::einsum("bi,ij->bj", &[&x[0], &kept])?])
    });
    let traced = function.call(&[&x]).unwrap().remove(0);
    close(
        &traced,
        &x.matmul(&kernel).unwrap().to_vec::<f64>().unwrap(),
        1e-14,
        "traced",
    );
}
