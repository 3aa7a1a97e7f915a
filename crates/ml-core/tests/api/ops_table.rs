//! Every differentiable operation through the same exam: gradients of first and second order and forward mode
//! against central differences in `f64`, on several shapes and memory layouts. `ops_graphs` has the same rows inside
//! traced functions, `ops_torch` compares them with PyTorch.
//!
//! A new operation is one line in [`table`], and one in `tests/fixtures/torch/rows.py`. A primitive without the
//! first fails `every_primitive_has_a_row_or_a_reason`, a row without the second
//! `every_row_is_compared_with_torch_or_has_a_reason`.

use std::{collections::BTreeMap, fs, path::Path};

use ml_core::{
    DType, Result, Rng, Tensor,
    autodiff::{self, CheckOptions, check_gradient, checkpoint, custom_gradient},
    graph::{cond, scan, while_loop},
    structures::{RaggedTensor, SparseTensor},
};
use proptest::prelude::*;

pub(crate) type Op = fn(&[Tensor]) -> Result<Tensor>;

/// An operation and where it is smooth.
pub(crate) struct Row {
    /// The name of the primitive, or "composed"; after a colon, what is special.
    pub(crate) name: &'static str,
    pub(crate) shapes: Shapes,
    pub(crate) domains: &'static [Domain],
    pub(crate) op: Op,
}

pub(crate) enum Shapes {
    /// Any, the same for all inputs or such that they broadcast.
    Elementwise,
    /// Any with at least one axis.
    Axes,
    /// The lengths of the axes, input by input: a letter stands for any length, a digit for itself.
    Lengths(&'static str),
    /// Random ones that fit each other.
    Drawn(fn(&mut Rng) -> Vec<Vec<usize>>),
    /// These.
    Fixed(&'static [&'static [usize]]),
}

/// What the elements of an input may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Domain {
    /// Between the two.
    Within(f64, f64),
    /// Of either sign, and this far from 0.
    Beyond(f64),
    /// All different, by at least a twentieth.
    Apart,
}
use Domain::{Apart, Beyond, Within};

const ANY: Domain = Within(-2.0, 2.0);
const POSITIVE: Domain = Within(0.4, 3.0);

/// One input of any shape.
fn unary(name: &'static str, domain: &'static [Domain; 1], op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Elementwise,
        domains: domain,
        op,
    }
}

/// Two inputs that broadcast.
fn binary(name: &'static str, domains: &'static [Domain; 2], op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Elementwise,
        domains,
        op,
    }
}

/// One input of any shape with at least one axis.
fn along(name: &'static str, domain: &'static [Domain; 1], op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Axes,
        domains: domain,
        op,
    }
}

/// Inputs whose shapes are drawn.
fn drawn(name: &'static str, draw: fn(&mut Rng) -> Vec<Vec<usize>>, domain: &'static Domain, op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Drawn(draw),
        domains: std::slice::from_ref(domain),
        op,
    }
}

fn length(rng: &mut Rng) -> usize {
    1 + rng.below(4)
}

/// Two stacks of matrices that multiply; leading axes broadcast.
fn factors(rng: &mut Rng) -> Vec<Vec<usize>> {
    let [m, k, n] = [length(rng), length(rng), length(rng)];
    let mut left: Vec<usize> = (0..rng.below(3)).map(|_| 1 + rng.below(2)).collect();
    let mut right = left[rng.below(left.len() + 1)..].to_vec();
    for lead in [&mut left, &mut right] {
        lead.iter_mut()
            .for_each(|length| *length = if rng.below(3) == 0 { 1 } else { *length });
    }
    left.extend([m, k]);
    right.extend([k, n]);
    vec![left, right]
}

/// The operands of a layer: a batch, a kernel, a bias.
fn layer(rng: &mut Rng) -> Vec<Vec<usize>> {
    let [m, k, n] = [length(rng), length(rng), length(rng)];
    let mut batch: Vec<usize> = (0..rng.below(2)).map(|_| 1 + rng.below(2)).collect();
    batch.extend([m, k]);
    vec![batch, vec![k, n], vec![n]]
}

/// A square matrix, or a stack of them.
fn squares(rng: &mut Rng) -> Vec<Vec<usize>> {
    let n = 1 + rng.below(3);
    let mut shape: Vec<usize> = (0..rng.below(2)).map(|_| 1 + rng.below(2)).collect();
    shape.extend([n, n]);
    vec![shape]
}

/// A square matrix and what stands on the right of its equations.
fn systems(rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut shapes = squares(rng);
    let mut right = shapes[0].clone();
    *right.last_mut().unwrap() = length(rng);
    shapes.push(right);
    shapes
}

/// Matrices far from singular.
fn regular(x: &Tensor) -> Result<Tensor> {
    let zeros = x.stop_gradient().zeros_like()?;
    x.add(&zeros.set_diag(&x.number_like(3.0)?, 0)?)
}

/// Symmetric matrices whose eigenvalues lie apart.
fn symmetric(x: &Tensor) -> Result<Tensor> {
    let n = x.length(-1)? as isize;
    let apart = Tensor::from([0.0, 4.0, 9.0]).narrow(0, None, Some(n))?.diag(0)?;
    x.add(&x.swap_axes(-1, -2)?)?.add(&apart.cast(x.dtype())?)
}

/// A matrix whose singular values lie apart, and away from 0.
fn slanted(x: &Tensor) -> Result<Tensor> {
    x.add(&Tensor::from([[5.0, 0.0], [0.0, 2.0], [0.0, 0.0]]).cast(x.dtype())?)
}

/// Three rows of two, none and one of the four values.
fn ragged(x: &Tensor) -> Result<RaggedTensor> {
    RaggedTensor::from_row_splits(x, &[0, 2, 2, 4])
}

fn sparse(values: &Tensor) -> Result<SparseTensor> {
    SparseTensor::new([[0, 1], [1, 0], [1, 2], [3, 1]], values, [4, 3])
}

/// Inputs whose lengths have names, as in `"ij,jk"`.
fn lengths(name: &'static str, names: &'static str, domain: &'static Domain, op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Lengths(names),
        domains: std::slice::from_ref(domain),
        op,
    }
}

/// Shapes in which every letter is a length up to 9, as far as no input gets more elements than that many.
fn named_lengths(names: &str, most: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut drawn: BTreeMap<char, usize> = BTreeMap::new();
    for name in names.chars().filter(|name| name.is_alphabetic()) {
        drawn.entry(name).or_insert_with(|| 1 + rng.below(9));
    }
    loop {
        let length = |name: char| {
            name.to_digit(10)
                .map_or_else(|| drawn[&name], |digit| digit as usize)
        };
        let shapes: Vec<Vec<usize>> = names
            .split(',')
            .map(|input| input.chars().map(length).collect())
            .collect();
        if shapes.iter().all(|shape| shape.iter().product::<usize>() <= most) {
            return shapes;
        }
        let longest = drawn.values_mut().max().expect("digits alone are small");
        *longest -= 1;
    }
}

/// Inputs of these shapes.
fn row(name: &'static str, shapes: &'static [&'static [usize]], domain: &'static Domain, op: Op) -> Row {
    Row {
        name,
        shapes: Shapes::Fixed(shapes),
        domains: std::slice::from_ref(domain),
        op,
    }
}

/// The operations. A line each.
#[rustfmt::skip]
pub(crate) fn table() -> Vec<Row> {
    vec![
        // Arithmetic
        binary("add", &[ANY, ANY], |x| x[0].add(&x[1])),
        binary("sub", &[ANY, ANY], |x| x[0].sub(&x[1])),
        binary("mul", &[ANY, ANY], |x| x[0].mul(&x[1])),
        binary("div", &[ANY, Beyond(0.5)], |x| x[0].div(&x[1])),
        unary("neg", &[ANY], |x| x[0].neg()),
        binary("mul: of a tensor with itself", &[ANY, ANY], |x| x[0].mul(&x[0])?.mul(&x[1])),
        unary("composed: scalars", &[Beyond(0.5)], |x| x[0].rsub_scalar(3.0)?.mul_scalar(2.0)?.add(&x[0].rdiv_scalar(1.5)?)),
        // Elementary functions
        unary("exp", &[ANY], |x| x[0].exp()),
        unary("log", &[POSITIVE], |x| x[0].log()),
        unary("tanh", &[ANY], |x| x[0].tanh()),
        unary("square", &[ANY], |x| x[0].square()),
        unary("relu", &[Beyond(0.1)], |x| x[0].relu()),
        unary("step", &[Beyond(0.1)], |x| x[0].step()?.mul(&x[0])),
        // Shapes
        lengths("reshape", "i3j", &ANY, |x| x[0].reshape(&[3, -1])?.square()),
        lengths("transpose", "ij", &ANY, |x| x[0].transpose()?.square()),
        lengths("transpose: permute", "ijk", &ANY, |x| x[0].permute(&[2, 0, 1])?.square()),
        lengths("transpose: swap axes", "ijk", &ANY, |x| x[0].swap_axes(0, -1)?.square()),
        row("broadcast_to", &[&[3, 1]], &ANY, |x| x[0].broadcast_to([2, 3, 4])?.square()),
        row("sum_to: pulled back from a broadcast", &[&[2, 3]], &ANY, |x| {
            let (_, pull) = autodiff::vjp(|y| y[0].broadcast_to([2, 3]), &[&x[0].sum_keep(&[0])?.zeros_like()?])?;
            pull.apply(&x[0])?.remove(0).square()
        }),
        lengths("squeeze", "i1j", &ANY, |x| x[0].squeeze(&[1])?.square()),
        lengths("expand_dims", "ij", &ANY, |x| x[0].expand_dims(1)?.square()),
        lengths("stack_rows: a jacobian", "i", &ANY, |x| autodiff::jacobian(|x| x.square()?.mul(&x.exp()?), &x[0])),
        lengths("row: the gradient of a jacobian", "i", &ANY, |x| {
            autodiff::gradient(|x| autodiff::jacobian(|x| x.square()?.mul(x), &x[0])?.square(), &[&x[0]]).map(|g| g[0].clone())
        }),
        // Reductions
        lengths("sum: everything", "ij", &ANY, |x| x[0].square()?.sum_all()),
        lengths("sum: some axes", "ijk", &ANY, |x| x[0].sum(&[0, -1])?.square()),
        lengths("sum: kept", "ij", &ANY, |x| x[0].sum_keep(&[1])?.square()),
        along("mean", &[ANY], |x| x[0].mean(&[-1])?.square()),
        along("mean: kept", &[ANY], |x| x[0].mean_keep(&[0])?.square()),
        along("prod", &[Beyond(0.4)], |x| x[0].prod(&[-1])),
        along("prod: everything", &[Beyond(0.4)], |x| x[0].prod_all()),
        along("extreme: largest", &[Apart], |x| x[0].max(&[-1])?.square()),
        along("extreme: smallest of all", &[Apart], |x| x[0].min_all()?.square()),
        along("logsumexp", &[ANY], |x| x[0].logsumexp(&[0])),
        along("softmax", &[ANY], |x| x[0].softmax(-1)),
        along("softmax: its logarithm", &[ANY], |x| x[0].log_softmax(0)?.square()),
        along("moments", &[ANY], |x| x[0].var(&[-1], 0.0)),
        lengths("moments: standard deviation", "i3", &Beyond(0.4), |x| x[0].std(&[-1], 1.0)),
        along("euclidean_norm", &[Beyond(0.4)], |x| x[0].norm(ml_core::ops::Norm::L2, &[-1])),
        along("composed: sums of magnitudes", &[Beyond(0.4)], |x| x[0].norm(ml_core::ops::Norm::L1, &[-1])?.square()),
        along("composed: another norm", &[Beyond(0.4)], |x| x[0].norm(ml_core::ops::Norm::P(3.0), &[-1])),
        row("sparse_cross_entropy", &[&[3, 4]], &ANY, |x| x[0].cross_entropy(&Tensor::from([2i64, 0, 3]))),
        row("softmax_less_label: the gradient of a cross-entropy", &[&[3, 4]], &ANY, |x| {
            let loss = |x: &[Tensor]| x[0].cross_entropy(&Tensor::from([2i64, 0, 3]))?.sum_all();
            Ok(autodiff::gradient(loss, &[&x[0]])?.remove(0))
        }),
        row("composed: cross-entropy with shares", &[&[3, 4]], &ANY, |x| {
            let shares = Tensor::from([[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]);
            x[0].cross_entropy(&shares.cast(x[0].dtype())?)
        }),
        // Linear algebra
        drawn("inverse", squares, &Within(-0.5, 0.5), |x| regular(&x[0])?.inverse()),
        drawn("solve", systems, &Within(-0.5, 0.5), |x| regular(&x[0])?.solve(&x[1])),
        drawn("triangular_solve: lower", systems, &Within(-0.5, 0.5), |x| regular(&x[0])?.solve_triangular(&x[1], true)),
        drawn("triangular_solve: upper", systems, &Within(-0.5, 0.5), |x| regular(&x[0])?.solve_triangular(&x[1], false)),
        drawn("det", squares, &Within(-0.5, 0.5), |x| regular(&x[0])?.det()),
        drawn("log_det", squares, &Within(-0.5, 0.5), |x| Ok(regular(&x[0])?.slogdet()?.1)),
        drawn("cholesky", squares, &Within(-0.5, 0.5), |x| {
            let x = regular(&x[0])?;
            x.matmul_transposed(false, &x, true)?.cholesky()
        }),
        drawn("eigh: values", squares, &Within(-0.5, 0.5), |x| Ok(symmetric(&x[0])?.eigh()?.0)),
        drawn("eigh: vectors", squares, &Within(-0.5, 0.5), |x| symmetric(&x[0])?.eigh()?.1.square()),
        row("qr: q", &[&[3, 2]], &Within(-0.5, 0.5), |x| Ok(slanted(&x[0])?.qr()?.0)),
        row("qr: r", &[&[3, 2]], &Within(-0.5, 0.5), |x| Ok(slanted(&x[0])?.qr()?.1)),
        row("svd: values", &[&[3, 2]], &Within(-0.5, 0.5), |x| Ok(slanted(&x[0])?.svd()?.1)),
        row("svd: left vectors", &[&[3, 2]], &Within(-0.5, 0.5), |x| slanted(&x[0])?.svd()?.0.square()),
        row("svd: right vectors", &[&[3, 2]], &Within(-0.5, 0.5), |x| slanted(&x[0])?.svd()?.2.square()),
        row("pinv", &[&[3, 2]], &Within(-0.5, 0.5), |x| slanted(&x[0])?.pinv()),
        drawn("composed: a power of a matrix", squares, &Within(-0.5, 0.5), |x| regular(&x[0])?.matrix_power(-2)),
        // Composed of the above
        along("composed: a quantile", &[Apart], |x| x[0].quantile(0.3, -1)?.square()),
        along("composed: differences", &[ANY], |x| x[0].diff(-1)?.square()),
        along("composed: unit vectors", &[Beyond(0.4)], |x| x[0].normalize(&[-1], 1e-6)),
        unary("composed: logit", &[Within(0.1, 0.9)], |x| x[0].logit()),
        binary("composed: logaddexp", &[ANY, ANY], |x| x[0].logaddexp(&x[1])),
        binary("composed: xlogy", &[Beyond(0.2), POSITIVE], |x| x[0].xlogy(&x[1])),
        binary("composed: prelu", &[Beyond(0.1), ANY], |x| x[0].prelu(&x[1])),
        unary("composed: masked where it is large", &[ANY], |x| x[0].masked_fill(&x[0].greater(&x[0].number_like(0.5)?)?, 0.0)?.mul(&x[0])),
        // Signals
        lengths("fft", "i2", &ANY, |x| x[0].fft(0)?.square()),
        lengths("fft: back, along the first axis", "ij2", &ANY, |x| x[0].ifft(0)?.square()),
        lengths("rfft", "ij", &ANY, |x| x[0].rfft(-1)?.square()),
        lengths("irfft", "i32", &ANY, |x| x[0].irfft(4, 1)?.square()),
        row("irfft: of an odd length", &[&[3, 2]], &ANY, |x| x[0].irfft(5, 0)?.square()),
        lengths("composed: a product of complex numbers", "i2,i2", &ANY, |x| x[0].complex_mul(&x[1])),
        lengths("composed: magnitudes of complex numbers", "i2", &Beyond(0.4), |x| x[0].complex_abs()),
        // Structures
        lengths("sparse_matmul", "4,3j", &ANY, |x| sparse(&x[0])?.matmul(&x[1])?.square()),
        lengths("pick_rows", "4j", &ANY, |x| ragged(&x[0])?.row(2)?.square()),
        lengths("place_rows", "4j", &ANY, |x| ragged(&x[0])?.to_tensor_with(x[0].number_like(0.5)?)?.square()),
        row("join_rows", &[&[4], &[4]], &ANY, |x| {
            RaggedTensor::concat(&[&ragged(&x[0])?, &ragged(&x[1])?], 1)?.sum_rows()?.square()
        }),
        row("composed: the largest of each ragged row", &[&[4]], &Apart, |x| {
            RaggedTensor::from_row_splits(&x[0], &[0, 3, 4])?.max_rows()?.square()
        }),
        // Products
        drawn("matmul_bias", layer, &ANY, |x| x[0].matmul_bias(&x[1], &x[2])?.square()),
        lengths("composed: einsum", "ij,jk", &ANY, |x| Tensor::einsum("ij,jk->ki", &[&x[0], &x[1]])?.square()),
        lengths("composed: outer", "i,j", &ANY, |x| x[0].outer(&x[1])?.square()),
        lengths("composed: tensordot", "ij,ji", &ANY, |x| x[0].tensordot(&x[1], (&[0, 1], &[1, 0]))?.square()),
        lengths("composed: kron", "ij,kl", &ANY, |x| x[0].kron(&x[1])?.square()),
        drawn("matmul", factors, &ANY, |x| x[0].matmul(&x[1])),
        lengths("matmul: left transposed", "ki,kj", &ANY, |x| x[0].matmul_transposed(true, &x[1], false)),
        lengths("matmul: right transposed", "ik,jk", &ANY, |x| x[0].matmul_transposed(false, &x[1], true)),
        lengths("matmul: both transposed", "ki,jk", &ANY, |x| x[0].matmul_transposed(true, &x[1], true)),
        lengths("matmul: batches", "bik,bkj", &ANY, |x| x[0].matmul(&x[1])),
        lengths("matmul: broadcast batches", "b1ik,ckj", &ANY, |x| x[0].matmul(&x[1])),
        lengths("matmul: transposed broadcast batches", "bki,jk", &ANY, |x| x[0].matmul_transposed(true, &x[1], true)),
        lengths("matmul: vectors", "i,i", &ANY, |x| x[0].matmul(&x[1])),
        lengths("matmul: vector and matrix", "i,ij", &ANY, |x| x[0].matmul(&x[1])),
        lengths("matmul: batch and vector", "bij,j", &ANY, |x| x[0].matmul(&x[1])),
        // More elementary functions
        binary("pow", &[POSITIVE, ANY], |x| x[0].pow(&x[1])),
        unary("powf", &[POSITIVE], |x| x[0].powf(2.5)),
        unary("powi", &[Beyond(0.4)], |x| x[0].powi(-3)),
        unary("cube", &[ANY], |x| x[0].cube()),
        unary("sqrt", &[POSITIVE], |x| x[0].sqrt()),
        unary("rsqrt", &[POSITIVE], |x| x[0].rsqrt()),
        unary("cbrt", &[POSITIVE], |x| x[0].cbrt()),
        unary("reciprocal", &[Beyond(0.5)], |x| x[0].reciprocal()),
        unary("exp2", &[ANY], |x| x[0].exp2()),
        unary("exp_m1", &[ANY], |x| x[0].exp_m1()),
        unary("log1p", &[Within(-0.6, 2.0)], |x| x[0].log1p()),
        unary("log2", &[POSITIVE], |x| x[0].log2()),
        unary("log10", &[POSITIVE], |x| x[0].log10()),
        unary("sin", &[ANY], |x| x[0].sin()),
        unary("cos", &[ANY], |x| x[0].cos()),
        unary("tan", &[Within(-1.0, 1.0)], |x| x[0].tan()),
        unary("asin", &[Within(-0.7, 0.7)], |x| x[0].asin()),
        unary("acos", &[Within(-0.7, 0.7)], |x| x[0].acos()),
        unary("atan", &[ANY], |x| x[0].atan()),
        binary("atan2", &[Beyond(0.4), Beyond(0.4)], |x| x[0].atan2(&x[1])),
        unary("sinh", &[ANY], |x| x[0].sinh()),
        unary("cosh", &[ANY], |x| x[0].cosh()),
        unary("asinh", &[ANY], |x| x[0].asinh()),
        unary("acosh", &[Within(1.5, 3.0)], |x| x[0].acosh()),
        unary("atanh", &[Within(-0.7, 0.7)], |x| x[0].atanh()),
        unary("erf", &[ANY], |x| x[0].erf()),
        unary("erfc", &[ANY], |x| x[0].erfc()),
        unary("abs", &[Beyond(0.1)], |x| x[0].abs()?.square()),
        unary("sign", &[Beyond(0.1)], |x| x[0].sign()?.mul(&x[0])),
        binary("square_difference", &[ANY, ANY], |x| x[0].square_difference(&x[1])),
        binary("remainder", &[Within(0.6, 0.9), Within(2.0, 3.0)], |x| x[0].remainder(&x[1])?.square()),
        binary("floor_div", &[Within(2.2, 2.8), Within(0.95, 1.05)], |x| x[0].floor_div(&x[1])?.mul(&x[0])),
        unary("floor", &[Within(1.1, 1.9)], |x| x[0].floor()?.mul(&x[0])),
        unary("ceil", &[Within(1.1, 1.9)], |x| x[0].ceil()?.mul(&x[0])),
        unary("round", &[Within(1.6, 1.9)], |x| x[0].round()?.mul(&x[0])),
        unary("trunc", &[Within(1.1, 1.9)], |x| x[0].trunc()?.mul(&x[0])),
        unary("lgamma", &[POSITIVE], |x| x[0].lgamma()),
        unary("polygamma: digamma", &[POSITIVE], |x| x[0].digamma()),
        unary("polygamma: of second order", &[POSITIVE], |x| x[0].polygamma(2)),
        unary("erfinv", &[Within(-0.9, 0.9)], |x| x[0].erfinv()),
        binary("hypot", &[Beyond(0.4), Beyond(0.4)], |x| x[0].hypot(&x[1])),
        binary("lerp", &[ANY, ANY], |x| x[0].lerp(&x[1], 0.3)?.square()),
        binary("average", &[ANY, ANY], |x| x[0].average_towards(&x[1], 0.3)?.square()),
        unary("flush", &[ANY], |x| x[0].flush_subnormal()?.square()),
        // Choosing
        binary("maximum", &[Within(0.0, 1.0), Beyond(1.1)], |x| x[0].maximum(&x[1])?.square()),
        binary("minimum", &[Within(0.0, 1.0), Beyond(1.1)], |x| x[0].minimum(&x[1])?.square()),
        binary("share: the slope of a maximum", &[Within(0.0, 1.0), Beyond(1.1)], |x| x[0].maximum(&x[1])?.mul(&x[0])),
        unary("clip", &[Beyond(1.1)], |x| x[0].clip(-1.0, 5.0)?.square()),
        unary("inside: the slope of a clip", &[Beyond(1.1)], |x| x[0].clip(-1.0, 5.0)?.mul(&x[0])),
        binary("select", &[ANY, ANY], |x| Tensor::select(&x[0].greater(&x[1])?.stop_gradient(), &x[0].square()?, &x[1])),
        // Activations
        unary("sigmoid", &[ANY], |x| x[0].sigmoid()),
        unary("composed: log_sigmoid", &[ANY], |x| x[0].log_sigmoid()),
        unary("composed: hard_sigmoid", &[Within(-0.9, 0.9)], |x| x[0].hard_sigmoid()?.square()),
        unary("softplus", &[ANY], |x| x[0].softplus()),
        unary("softsign", &[Beyond(0.1)], |x| x[0].softsign()),
        unary("elu", &[Beyond(0.1)], |x| x[0].elu(1.3)),
        unary("composed: selu", &[Beyond(0.1)], |x| x[0].selu()),
        unary("leaky_relu", &[Beyond(0.1)], |x| x[0].leaky_relu(0.2)?.square()),
        unary("composed: relu6", &[Beyond(0.1)], |x| x[0].relu6()?.square()),
        unary("gelu", &[ANY], |x| x[0].gelu()),
        unary("gelu_tanh", &[ANY], |x| x[0].gelu_tanh()),
        unary("silu", &[ANY], |x| x[0].silu()),
        unary("mish", &[ANY], |x| x[0].mish()),
        unary("composed: hard_swish", &[Within(-0.9, 0.9)], |x| x[0].hard_swish()),
        binary("composed: a sum of many", &[ANY, ANY], |x| Tensor::add_n(&[&x[0].add(&x[1])?, &x[0].mul(&x[1])?])),
        // Joining and taking apart
        lengths("concat", "ij,ik", &ANY, |x| Tensor::concat(&[&x[0], &x[1]], 1)?.square()),
        lengths("concat: stack", "ij,ij", &ANY, |x| Tensor::stack(&[&x[0], &x[1]], 1)?.square()),
        lengths("split", "i5", &ANY, |x| {
            let parts = x[0].split(&[2, 3], 1)?;
            parts[0].sum(&[1])?.mul(&parts[1].square()?.sum(&[1])?)
        }),
        lengths("composed: roll", "ij", &ANY, |x| x[0].roll(2, 1)?.mul(&x[0])),
        lengths("slice", "4j", &ANY, |x| x[0].index(&ml_core::at![1..3, ..;-2])?.square()),
        lengths("slice: one position and a new axis", "ij4", &ANY, |x| x[0].index(&ml_core::at![..., 1, new])?.square()),
        lengths("slice: flip", "ij", &ANY, |x| x[0].flip(&[1])?.mul(&x[0])),
        lengths("slice_update", "4j,2j", &ANY, |x| x[0].slice_update(&ml_core::at![1..3], &x[1])?.square()),
        lengths("slice_update: addition", "4j,2j", &ANY, |x| x[0].slice_add(&ml_core::at![1..3], &x[1])?.square()),
        lengths("gather", "4j", &ANY, |x| x[0].take(&Tensor::from([2i64, 0, 2, -1]), 0)?.square()),
        row("gather: along an axis", &[&[3, 2]], &ANY, |x| x[0].take_along_axis(&Tensor::from([[2i64, 0], [1, 1]]), 0)?.square()),
        row("gather: several axes", &[&[3, 2]], &ANY, |x| x[0].gather_nd(&Tensor::from([[2i64, 0], [1, 1], [2, 0]]))?.square()),
        lengths("scatter", "4j,2j", &ANY, |x| x[0].scatter_update(&Tensor::from([2i64, 0]), &x[1], 0)?.square()),
        lengths("scatter: addition", "4j,3j", &ANY, |x| x[0].scatter_add(&Tensor::from([2i64, 0, 2]), &x[1], 0)?.square()),
        row("scatter: several axes", &[&[3, 2], &[2]], &ANY, |x| x[0].scatter_nd_add(&Tensor::from([[2i64, 0], [1, 1]]), &x[1])?.square()),
        row("composed: masked", &[&[2, 3]], &ANY, |x| x[0].masked_select(&Tensor::from([[true, false, true], [false, true, true]]))?.square()),
        lengths("pad", "ij", &ANY, |x| x[0].pad(&[(1, 0), (2, 1)], ml_core::ops::Padding::Constant(0.5))?.square()),
        row("pad_positions: reflected", &[&[3, 3]], &ANY, |x| x[0].pad(&[(1, 0), (2, 1)], ml_core::ops::Padding::Reflect)?.square()),
        lengths("repeat", "ij", &ANY, |x| x[0].repeat(3, 1)?.square()),
        lengths("repeat: tile", "ij", &ANY, |x| x[0].tile(&[2, 2])?.square()),
        row("sum_repeats: pulled back from a repetition", &[&[2, 6]], &ANY, |x| {
            let zeros = Tensor::zeros([2, 3], x[0].dtype())?;
            let (_, pull) = autodiff::vjp(|y| y[0].repeat(2, 1), &[&zeros])?;
            pull.apply(&x[0])?.remove(0).square()
        }),
        lengths("composed: sort", "ij", &Apart, |x| x[0].sort(1, ml_core::ops::Order::Descending)?.square()),
        lengths("composed: the two largest", "i4", &Apart, |x| x[0].top_k(2)?.0.square()),
        lengths("cumsum", "ij", &ANY, |x| x[0].cumsum(1)?.square()),
        lengths("recurrence", "ij,ij", &ANY, |x| x[0].linear_recurrence(&x[1], 1, false)?.square()),
        lengths("composed: running maxima", "ij", &Apart, |x| x[0].cummax(1)?.0.square()),
        lengths("composed: running minima", "ij", &Apart, |x| x[0].cummin(0)?.0.square()),
        lengths("composed: logcumsumexp", "ij", &ANY, |x| x[0].logcumsumexp(1)),
        lengths("composed: a cross product", "i3,i3", &ANY, |x| x[0].cross(&x[1], -1)),
        lengths("composed: a mean without NaN", "i4", &ANY, |x| {
            let gaps = x[0].add(&Tensor::from([0.0, f64::NAN, 0.0, 0.0]).cast(x[0].dtype())?)?;
            gaps.nanmean(&[1])?.add(&gaps.nansum(&[1])?.square()?)
        }),
        row("composed: cumprod", &[&[2, 4]], &Beyond(0.4), |x| x[0].cumprod(1)),
        lengths("diag_part", "i4", &ANY, |x| x[0].diag_part(1)?.square()),
        lengths("set_diag", "ii,i", &ANY, |x| x[0].set_diag(&x[1], 0)?.square()),
        lengths("triangle", "ij", &ANY, |x| x[0].tril(0)?.square()),
        lengths("composed: segments", "4j", &ANY, |x| x[0].segment(&Tensor::from([0i64, 2, 0, 1]), 3, ml_core::ops::Reduction::Mean)?.square()),
        lengths("segment_extreme: largest of each", "4j", &Apart, |x| x[0].segment(&Tensor::from([0i64, 1, 0, 1]), 2, ml_core::ops::Reduction::Max)?.square()),
        row("one_hot", &[&[], &[]], &ANY, |x| Tensor::from([2i64, 0]).one_hot_with(3, -1, &x[0], &x[1])?.square()),
        row("bincount: weighted", &[&[4]], &ANY, |x| Tensor::from([0i64, 2, 0, 1]).bincount_weighted(&x[0], 3)?.square()),
        // Loops and branches
        lengths("scan", "j,ij", &ANY, |x| {
            let body = |state: &[Tensor], row: &[Tensor]| {
                let next = state[0].mul(&row[0])?.tanh()?;
                Ok((vec![next.clone()], vec![next]))
            };
            let (last, all) = scan(body, &[&x[0]], &[&x[1]])?;
            all[0].mul(&last[0])
        }),
        lengths("cond", "ij", &ANY, |x| {
            Ok(cond(&Tensor::from(true), || Ok(vec![x[0].square()?]), || Ok(vec![x[0].clone()]))?.remove(0))
        }),
        lengths("while", "i,i", &ANY, |x| {
            let body = |s: &[Tensor]| Ok(vec![s[0].tanh()?.add(&s[1])?, s[1].clone(), s[2].add_scalar(1.0)?]);
            Ok(while_loop(|s| s[2].less(&Tensor::from(3)), body, &[&x[0], &x[1], &Tensor::from(0)])?.remove(0))
        }),
        // Rules that are not a primitive's
        unary("composed: custom gradient", &[ANY], |x| {
            custom_gradient(&[&x[0]], |x| x[0].square()?.square(), |call, d| {
                Ok(vec![Some(d.mul(&call.inputs[0].square()?.mul(&call.inputs[0])?.mul_scalar(4.0)?)?)])
            })
        }),
        binary("barrier: a checkpoint", &[ANY, ANY], |x| {
            Ok(checkpoint(|x| Ok(vec![x[0].mul(&x[1])?.tanh()?]), &[&x[0], &x[1]], &[])?.remove(0))
        }),
        lengths("composed: a network's loss", "ij,jk,k,kl", &ANY, |x| {
            x[0].matmul(&x[1])?.add(&x[2])?.tanh()?.matmul(&x[3])?.square()?.sum_all()
        }),
        lengths("composed: a softmax", "ij", &ANY, |x| {
            let e = x[0].exp()?;
            e.div(&e.sum_keep(&[-1])?)
        }),
    ]
}

/// Primitives without a row, and why that is right.
const EXCUSED: &[(&str, &str)] = &[
    (
        "cast",
        "rounding to f32 hides small differences: conversions_pass_gradients_on",
    ),
    (
        "fused",
        "made by the optimiser only, of primitives that have rows",
    ),
    (
        "epilogue",
        "made by the optimiser only, of primitives that have rows",
    ),
    ("host_function", "opaque: its gradient is an error that says so"),
    // The results are truth values, integers or strings.
    ("truth", "truth values"),
    ("count_nonzero", "integers"),
    ("axis_count", "a count"),
    ("draw", "random numbers"),
    ("string_join", "strings"),
    ("string_map", "strings"),
    ("string_regex", "strings"),
    ("arg_extreme", "positions"),
    ("running_extreme", "positions"),
    ("arg_top_k", "positions"),
    ("argsort", "positions"),
    ("bitwise_and", "integers"),
    ("bitwise_not", "integers"),
    ("bitwise_or", "integers"),
    ("bitwise_xor", "integers"),
    ("check_segments", "positions"),
    ("compare", "truth values"),
    ("left_shift", "integers"),
    ("logical", "truth values"),
    ("nonzero", "positions"),
    ("predicate", "truth values"),
    ("right_shift", "integers"),
    ("searchsorted", "positions"),
    ("segment_bounds", "positions"),
    ("shape_of", "lengths"),
    (
        "unique",
        "an element counts with its equals: it has no derivative",
    ),
];

/// How an input lies in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Rows,
    Transposed,
    Stretched,
}

impl Layout {
    /// The shape of what [`view`](Self::view) makes a tensor of `shape` of.
    fn base(self, shape: &[usize]) -> Vec<usize> {
        let mut base = shape.to_vec();
        match self {
            Self::Rows => {}
            Self::Transposed => base.reverse(),
            Self::Stretched => {
                if let Some(first) = base.first_mut() {
                    *first = (*first).min(1);
                }
            }
        }
        base
    }

    fn view(self, base: &Tensor, shape: &[usize]) -> Result<Tensor> {
        match self {
            Self::Rows => Ok(base.clone()),
            Self::Transposed => base.transpose(),
            Self::Stretched => base.broadcast_to(shape),
        }
    }
}

impl Row {
    pub(crate) fn domain(&self, input: usize) -> Domain {
        *self.domains.get(input).unwrap_or(&self.domains[0])
    }

    /// Shapes of the inputs; of an elementwise operation, some that broadcast.
    pub(crate) fn shapes(&self, rng: &mut Rng) -> Vec<Vec<usize>> {
        match &self.shapes {
            Shapes::Lengths(names) => named_lengths(names, 40, rng),
            Shapes::Drawn(draw) => draw(rng),
            Shapes::Axes => vec![(0..1 + rng.below(3)).map(|_| 1 + rng.below(3)).collect()],
            Shapes::Fixed(shapes) => shapes.iter().map(|shape| shape.to_vec()).collect(),
            Shapes::Elementwise => {
                let names = ["", "i", "ij", "ijk"][rng.below(4)];
                let full = named_lengths(names, 40, rng).remove(0);
                let part = |input: usize| {
                    if input == 0 {
                        return full.clone();
                    }
                    // Leading axes may be missing, lengths may be 1.
                    let mut part = full[rng.below(full.len() + 1)..].to_vec();
                    part.iter_mut()
                        .for_each(|length| *length = if rng.below(3) == 0 { 1 } else { *length });
                    part
                };
                (0..self.domains.len()).map(part).collect()
            }
        }
    }

    /// The operation on inputs that lie in memory as `layouts` say, at a random point.
    fn examine(&self, seed: u64, layout: impl Fn(usize) -> Layout) -> Result<()> {
        let mut rng = Rng::new(seed);
        let shapes = self.shapes(&mut rng);
        let layouts: Vec<Layout> = (0..shapes.len())
            .map(|input| match (layout(input), self.domain(input)) {
                // What is stretched repeats elements.
                (Layout::Stretched, Apart) => Layout::Rows,
                (layout, _) => layout,
            })
            .collect();
        let inputs: Vec<Tensor> = shapes
            .iter()
            .zip(&layouts)
            .enumerate()
            .map(|(input, (shape, layout))| random(&layout.base(shape), self.domain(input), &mut rng))
            .collect();
        let viewed = |bases: &[Tensor]| {
            let views = bases.iter().zip(&layouts).zip(&shapes);
            let views: Vec<Tensor> = views
                .map(|((base, layout), shape)| layout.view(base, shape))
                .collect::<Result<_>>()?;
            (self.op)(&views)
        };
        check_gradient(viewed, &inputs, &CheckOptions::default().tolerance(1e-6))?;
        Ok(())
    }
}

pub(crate) fn random(shape: &[usize], domain: Domain, rng: &mut Rng) -> Tensor {
    let len: usize = shape.iter().product();
    let values: Vec<f64> = match domain {
        Within(low, high) => (0..len).map(|_| low + (high - low) * rng.uniform()).collect(),
        Beyond(least) => (0..len)
            .map(|_| (least + 2.0 * rng.uniform()) * if rng.below(2) == 0 { 1.0 } else { -1.0 })
            .collect(),
        Apart => (rng.permutation(len).into_iter())
            .map(|place| 0.1 * place as f64 + 0.05 * rng.uniform() - 1.0)
            .collect(),
    };
    let shape: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
    Tensor::from(values).reshape(&shape).unwrap()
}

#[test]
fn derivatives_agree_with_central_differences_in_every_layout() {
    let mut wrong = Vec::new();
    for row in table() {
        let layouts: [fn(usize) -> Layout; 4] = [
            |_| Layout::Rows,
            |_| Layout::Transposed,
            |_| Layout::Stretched,
            |input| [Layout::Stretched, Layout::Transposed][input % 2],
        ];
        for (number, layout) in layouts.into_iter().enumerate() {
            if let Err(error) = row.examine(number as u64, layout) {
                wrong.push(format!("{} in layout {number}: {error}", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn derivatives_agree_anywhere(number in 0..1000usize, seed in any::<u64>(), layout in 0..27usize) {
        let table = table();
        let row = &table[number % table.len()];
        let of = |input: u32| [Layout::Rows, Layout::Transposed, Layout::Stretched][layout / 3usize.pow(input % 3) % 3];
        let result = row.examine(seed, |input| of(input as u32));
        prop_assert!(result.is_ok(), "{}: {}", row.name, result.unwrap_err());
    }
}

#[test]
fn conversions_pass_gradients_on() -> Result<()> {
    let there_and_back = |x: &[Tensor]| x[0].cast(DType::F32)?.square()?.cast(DType::F64);
    let x = Tensor::from([1.5, -2.0]);
    let gradient = autodiff::gradient(there_and_back, &[&x])?.remove(0);
    assert_eq!(
        (gradient.dtype(), gradient.to_vec::<f64>()?),
        (DType::F64, vec![3.0, -4.0])
    );
    let along = autodiff::jvp(there_and_back, &[&x], &[&Tensor::from([1.0, 10.0])])?.tangent;
    assert_eq!(along.to_vec::<f64>()?, [3.0, -40.0]);
    let curvature = autodiff::hvp(|x| there_and_back(std::slice::from_ref(x))?.sum_all(), &x, &x)?;
    assert_eq!(curvature.to_vec::<f64>()?, [3.0, -4.0]);
    Ok(())
}

/// Names of all primitives, read from the source, so that none is forgotten.
fn primitives(folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            primitives(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // `#[typetag::serde(name = "x")] impl Primitive for …`, but not the estimators.
            for part in text.split("typetag::serde(name = \"").skip(1) {
                let (name, rest) = part.split_once('"').unwrap();
                let header = rest.split('{').next().unwrap_or_default();
                if header.contains("Primitive for") && !is_test(&text, name) {
                    names.push(name.to_owned());
                }
            }
            // `unary_primitive!(Op, "x")` and macros like it: a type and a name.
            for part in text
                .split("!(")
                .skip(1)
                .filter(|_| path.parent().is_some_and(|p| p.ends_with("ops")))
            {
                let Some((kind, rest)) = part.split_once(',') else {
                    continue;
                };
                let is_type = kind.starts_with(char::is_uppercase) && kind.chars().all(char::is_alphanumeric);
                if let (true, Some(rest)) = (is_type, rest.trim_start().strip_prefix('"')) {
                    names.extend(rest.split('"').next().map(str::to_owned));
                }
            }
        }
    }
}

/// Whether a primitive is defined in the unit tests of its file.
fn is_test(text: &str, name: &str) -> bool {
    let tests = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text.find(&format!("name = \"{name}\""))
        .is_some_and(|at| at > tests)
}

#[test]
fn every_primitive_has_a_row_or_a_reason() {
    let mut names = Vec::new();
    primitives(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    assert!(names.len() >= 20, "the search found only {names:?}");
    let rows: Vec<&str> = table()
        .iter()
        .map(|row| row.name.split(':').next().unwrap())
        .collect();
    let missing: Vec<&String> = names
        .iter()
        .filter(|name| !rows.contains(&name.as_str()) && EXCUSED.iter().all(|(excused, _)| excused != name))
        .collect();
    assert!(
        missing.is_empty(),
        "no row in tests/api/ops_table.rs for {missing:?}"
    );
    let known = |name: &&str| *name == "composed" || names.iter().any(|other| other == name);
    let stale: Vec<&str> = rows
        .into_iter()
        .chain(EXCUSED.iter().map(|(name, _)| *name))
        .filter(|name| !known(name))
        .collect();
    assert!(
        stale.is_empty(),
        "rows for primitives that do not exist: {stale:?}"
    );
}
