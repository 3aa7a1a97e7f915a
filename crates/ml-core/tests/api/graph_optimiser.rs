//! The optimiser as a whole: random programs, large enough that operations are fused, joined to products and computed
//! in place, give the bits of their operations one by one.

use std::sync::Mutex;

use ml_core::{
    DType, Result, Rng, Shape, Tensor,
    graph::{Function, Graph, RunOptions},
    ops::Spec,
};
use proptest::prelude::*;

/// A step of a program: which operation, on which of what there is so far.
type Step = (usize, usize, usize);

const OPERATIONS: usize = 40;

/// The operation number `op` on `x` and `y`, both `[rows, columns]`, beside a kernel, a bias and a column.
fn operation(op: usize, x: &Tensor, y: &Tensor, beside: &[Tensor]) -> Result<Tensor> {
    let [kernel, bias, column] = beside else {
        unreachable!("the program passes three")
    };
    match op {
        0 => x.neg(),
        1 => x.tanh(),
        2 => x.sigmoid(),
        3 => x.square(),
        4 => x.abs()?.sqrt(),
        5 => x.abs()?.log1p(),
        6 => x.relu(),
        7 => x.sin(),
        8 => x.erf(),
        9 => x.gelu(),
        10 => x.softplus(),
        11 => x.clip(-1.5, 1.5),
        12 => x.powf(2.0),
        13 => x.powi(3),
        14 => x.round(),
        15 => x.mul_scalar(1.0),
        16 => x.add_scalar(0.0),
        17 => x.rsub_scalar(0.75),
        18 => x.neg()?.neg(),
        19 => x.tanh()?.exp(),
        20 => x.add(y),
        21 => x.sub(y),
        22 => x.mul(y),
        23 => x.maximum(y),
        24 => x.square_difference(y),
        25 => x.div(&y.square()?.add_scalar(1.0)?),
        26 => Tensor::select(&x.greater(y)?, x, &y.neg()?),
        27 => x.add(bias),
        28 => x.mul(column),
        29 => x.matmul(kernel),
        30 => x.matmul_bias(kernel, bias),
        31 => x.matmul(kernel)?.add(bias)?.tanh(),
        32 => x.transpose()?.transpose(),
        33 => x.cumsum(1),
        34 => x.sub(&x.mean_keep(&[1])?),
        35 => x.div(&x.abs()?.max_keep(&[0])?.add_scalar(1.0)?),
        36 => x.softmax(-1),
        37 => x.reshape(&[-1])?.reshape_like(y),
        38 => x.add(&x.zeros_like()?)?.mul(&x.ones_like()?),
        _ => x.cast(DType::F32)?.cast(x.dtype()),
    }
}

/// The last three things that the program computes.
fn program(steps: &[Step], inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let (start, beside) = inputs.split_at(2);
    let mut made = start.to_vec();
    for &(op, x, y) in steps {
        // The latest most of all, so that chains come about.
        let pick = |number: usize| &made[made.len() - 1 - number % made.len().min(4)];
        made.push(operation(op % OPERATIONS, pick(x), pick(y), beside)?);
    }
    let keep = made.len().min(3);
    Ok(made.split_off(made.len() - keep))
}

fn numbers(shape: [usize; 2], dtype: DType, rng: &mut Rng) -> Result<Tensor> {
    let values: Vec<f64> = (0..shape[0] * shape[1])
        .map(|_| 2.0 * rng.uniform() - 1.0)
        .collect();
    Tensor::from_vec(values, shape)?.cast(dtype)
}

/// The bits of a tensor, where all NaN are one.
fn bits(x: &Tensor) -> Vec<u64> {
    let of = |v: f64| if v.is_nan() { u64::MAX } else { v.to_bits() };
    match x.dtype() {
        DType::F32 => x
            .to_vec::<f32>()
            .unwrap()
            .into_iter()
            .map(|v| of(f64::from(v)))
            .collect(),
        _ => x.to_vec::<f64>().unwrap().into_iter().map(of).collect(),
    }
}

/// How often the optimiser did each of what it is there for, over all cases.
static SEEN: Mutex<[usize; 3]> = Mutex::new([0; 3]);

fn note(graph: &Graph, optimised: &Graph) {
    let mut seen = SEEN.lock().unwrap();
    seen[0] += optimised.count("fused");
    seen[1] += optimised.count("epilogue");
    seen[2] += usize::from(optimised.nodes().len() < graph.nodes().len());
}

fn same_bits(steps: &[Step], dtype: DType, open: bool, options: RunOptions, seed: u64) -> Result<()> {
    let mut rng = Rng::new(seed);
    let (rows, columns) = (64 + rng.below(50), 65 + rng.below(30));
    let shapes = [
        [rows, columns],
        [rows, columns],
        [columns, columns],
        [1, columns],
        [rows, 1],
    ];
    let mut inputs = shapes
        .iter()
        .map(|&shape| numbers(shape, dtype, &mut rng))
        .collect::<Result<Vec<_>>>()?;
    inputs[3] = inputs[3].squeeze(&[0])?;
    let own = steps.to_vec();
    let mut f = Function::new("program", move |x| program(&own, x)).options(options);
    if open {
        let mut specs: Vec<Spec> = inputs.iter().map(Tensor::spec).collect();
        for number in [0, 1, 4] {
            specs[number].shape = [Shape::UNKNOWN, specs[number].shape[1]].into();
        }
        f = f.input_signature(specs);
    }
    let references: Vec<&Tensor> = inputs.iter().collect();
    let before: Vec<_> = inputs.iter().map(bits).collect();
    // Twice: the second run finds the memory that the first one has left.
    for _ in 0..2 {
        let (graph, eager) = (f.call(&references)?, program(steps, &inputs)?);
        assert_eq!(graph.len(), eager.len());
        for (graph, eager) in graph.iter().zip(&eager) {
            assert_eq!(graph.spec(), eager.spec());
            assert!(bits(graph) == bits(eager), "{steps:?} of {dtype}, open: {open}");
        }
    }
    assert_eq!(
        inputs.iter().map(bits).collect::<Vec<_>>(),
        before,
        "an argument was written over"
    );
    let concrete = f.traced().remove(0);
    note(concrete.graph(), concrete.optimised());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    fn programs_have_the_bits_of_their_operations(
        steps in prop::collection::vec((0..OPERATIONS, 0..8usize, 0..8usize), 2..14),
        double in any::<bool>(),
        open in any::<bool>(),
        threads in 0..3usize,
        seed in any::<u64>(),
    ) {
        let dtype = if double { DType::F64 } else { DType::F32 };
        let options = match threads {
            0 => RunOptions::default(),
            1 => RunOptions::default().inter_op(2),
            _ => RunOptions::default().inter_op(2).intra_op(1),
        };
        same_bits(&steps, dtype, open, options, seed).unwrap();
    }
}

#[test]
fn random_programs_have_the_bits_of_their_operations_and_are_optimised() {
    programs_have_the_bits_of_their_operations();
    let seen = SEEN.lock().unwrap();
    assert!(
        seen.iter().all(|&times| times >= 10),
        "fused, epilogues, smaller graphs: {seen:?}"
    );
}
