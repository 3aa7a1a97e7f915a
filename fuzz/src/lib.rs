//! What the fuzz targets share: how to forge a file, and sound graphs to damage.

use ml_core::{
    DType, Persist, Result, Tensor, at,
    autodiff::Variable,
    graph::{Function, cond, for_range, scan},
    ops::{Norm, Order, Padding, Reduction, Spec},
    strings::{self, Unit},
};
use sha2::{Digest, Sha256};

/// A file around `payload`, whose checksum is right.
pub fn forge(type_name: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89mlm\r\n\x1a\n".to_vec();
    bytes.extend(ml_core::persist::FORMAT_VERSION.to_le_bytes());
    bytes.extend((payload.len() as u64).to_le_bytes());
    for name in [type_name, "0.1.0"] {
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    bytes.extend(payload);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

/// The name of graphs in files.
pub const GRAPH: &str = "ml_core::Graph";

/// What of the files of [`sound_graphs`] lies between the header and the checksum.
pub fn sound_payloads() -> Vec<Vec<u8>> {
    const CHECKSUM: usize = 32;
    let header = forge(GRAPH, &[]).len() - CHECKSUM;
    let graphs = sound_graphs().expect("the graphs trace");
    let files = graphs.iter().map(|(function, spec)| {
        let concrete = function
            .concrete(std::slice::from_ref(spec))
            .expect("it was traced");
        concrete.graph().to_bytes().expect("it can be stored")
    });
    files
        .map(|bytes| bytes[header..bytes.len() - CHECKSUM].to_vec())
        .collect()
}

/// A graph for each family of operations. Changed ones need new files: see `graphs_of_earlier_days_give_what_they_gave`
/// in the tests of `ml-core`, which loads what was once stored of these.
pub fn sound_graphs() -> Result<Vec<(Function, Spec)>> {
    let matrix = Spec::new(DType::F64, [3, 3]);
    type Body = fn(&Tensor) -> Result<Tensor>;
    let graphs: [(&str, Body); 11] = [
        ("loops", loops),
        ("elementwise", elementwise),
        ("shapes", shapes),
        ("joining", joining),
        ("indexing", indexing),
        ("order", order),
        ("reductions", reductions),
        ("products", products),
        ("linear algebra", linear_algebra),
        ("signals", signals),
        ("strings", strings),
    ];
    let functions = graphs
        .into_iter()
        .map(|(name, body)| (Function::unary(name, body), matrix.clone()));
    let functions: Vec<_> = functions.collect();
    for (function, spec) in &functions {
        function.concrete(std::slice::from_ref(spec))?;
    }
    Ok(functions)
}

/// Loops, branches, variables and constants.
fn loops(x: &Tensor) -> Result<Tensor> {
    let v = Variable::named("v", [1.0, 2.0, 3.0]);
    let body = |i: &Tensor, y: &[Tensor]| {
        v.assign_add(&Tensor::from([0.5, 0.25, 0.125]))?;
        let next = y[0].mul(&v.read())?.tanh()?;
        cond(
            &i.less(&Tensor::from(2))?,
            || Ok(vec![next.neg()?]),
            || Ok(vec![next.transpose()?.transpose()?]),
        )
    };
    let looped = for_range(0, 3, body, &[x])?;
    let step = |s: &[Tensor], row: &[Tensor]| Ok((vec![s[0].add(&row[0])?], vec![s[0].sum_keep(&[0])?]));
    let (last, _) = scan(step, &[&looped[0].sum(&[0])?], &[&looped[0]])?;
    looped[0]
        .add(&last[0])?
        .matmul(&Tensor::from([[1.0], [2.0], [3.0]]))?
        .reshape(&[-1])
}

fn elementwise(x: &Tensor) -> Result<Tensor> {
    let y = x.exp()?.add(&x.sigmoid()?)?.mul(&x.gelu()?)?.powf(2.5)?;
    let y = Tensor::select(&x.greater(&y)?, &x.clip(-1.0, 1.0)?, &y.log1p()?)?;
    let y = y
        .maximum(&x.leaky_relu(0.1)?)?
        .div(&x.square()?.add_scalar(1.0)?)?;
    y.cast(DType::F32)?.elu(1.0)?.cast(DType::F64)?.powi(3)
}

fn shapes(x: &Tensor) -> Result<Tensor> {
    let y = x.expand_dims(1)?.broadcast_to([3, 2, 3])?.permute(&[2, 0, 1])?;
    let y = y.reshape(&[6, 3])?.sum_keep(&[0])?.squeeze(&[0])?;
    let y = y.pad(&[(1, 2)], Padding::Reflect)?.tile(&[2])?.repeat(2, 0)?;
    y.flip(&[0])?.roll(1, 0)?.pad(&[(0, 1)], Padding::Constant(0.5))
}

fn joining(x: &Tensor) -> Result<Tensor> {
    let parts = Tensor::concat(&[x, &x.neg()?], 1)?.split(&[2, 4], 1)?;
    let stacked = Tensor::stack(&[&parts[0], &parts[0].exp()?], 0)?;
    stacked.sum(&[0])?.mul(&parts[1].index(&at![.., 1..3])?)?.tril(0)
}

fn indexing(x: &Tensor) -> Result<Tensor> {
    let ids = Tensor::from([2i64, 0, 1]);
    let y = x
        .take(&ids, 0)?
        .take_along_axis(&x.argsort(1, Order::Ascending)?, 1)?;
    let y = y
        .scatter_add(&ids, x, 0)?
        .slice_update(&at![0..2, ..;2], &Tensor::from(0.25))?;
    let y = y.segment(&Tensor::from([0i64, 1, 0]), 2, Reduction::Max)?;
    let hot = Tensor::from([1i64, 0]).one_hot(3)?.cast(DType::F64)?;
    Tensor::select(&y.less(&hot)?, &y.add(&hot)?, &Tensor::from(0.5))
}

fn order(x: &Tensor) -> Result<Tensor> {
    let (top, _) = x.top_k(2)?;
    let y = x.sort(0, Order::Descending)?.cumsum(1)?.cumprod(0)?;
    y.sum_keep(&[1])?
        .mul(&top)?
        .set_diag(&Tensor::from([1.0, 2.0]), 0)?
        .diag_part(0)
}

fn reductions(x: &Tensor) -> Result<Tensor> {
    let y = x.softmax(-1)?.add(&x.log_softmax(0)?)?;
    let sums = [
        y.mean(&[0])?,
        y.max(&[1])?,
        y.prod(&[0])?,
        y.logsumexp(&[1])?,
        y.var(&[0], 0.0)?,
    ];
    let sums = sums.iter().collect::<Vec<_>>();
    let labels = Tensor::from([2i64, 0, 1]);
    Tensor::add_n(&sums)?
        .add(&x.cross_entropy(&labels)?)?
        .mul(&x.norm(Norm::L2, &[1])?)
}

fn products(x: &Tensor) -> Result<Tensor> {
    let y = x.matmul_bias(x, &Tensor::from([1.0, 2.0, 3.0]))?.relu()?;
    let y = y.matmul_transposed(true, x, true)?;
    Tensor::einsum("ij,jk->ik", &[&y, x])?.outer(&Tensor::from([1.0, -1.0]))
}

fn linear_algebra(x: &Tensor) -> Result<Tensor> {
    let s = x
        .matmul_transposed(false, x, true)?
        .add(&Tensor::eye(3, 3, DType::F64)?.mul_scalar(4.0)?)?;
    let (values, vectors) = s.eigh()?;
    let y = s.cholesky()?.solve(&vectors)?.add(&s.inverse()?)?;
    y.mul(&values)?.add(&s.det()?)?.add(&x.pinv()?)
}

fn signals(x: &Tensor) -> Result<Tensor> {
    let half = x
        .rfft(-1)?
        .complex_mul(&Tensor::from([[0.5, 0.0], [1.0, -1.0]]))?;
    let back = half.irfft(3, -1)?.to_complex()?.fftn(&[])?.ifft(0)?;
    back.complex_abs()
}

fn strings(x: &Tensor) -> Result<Tensor> {
    let text = Tensor::from(["caf\u{e9}", "x", ""]);
    let joined = strings::join(&[&strings::regex_replace(&text, "(f+)", r"<\1>")?, &text], "-")?;
    strings::length(&joined, Unit::Byte)?.cast(DType::F64)?.mul(x)
}
