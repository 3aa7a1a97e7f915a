//! Reductions, softmax and cross-entropy: by hand, at the edges, against PyTorch, against differences.

use std::sync::OnceLock;

use ml_core::{DType, Result, Rng, Shape, Tensor, graph::Function, ops::Norm};
use serde_json::Value;

use crate::differences::{check, check_first, close, random};

fn fixture() -> &'static Value {
    static FIXTURE: OnceLock<Value> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        serde_json::from_str(include_str!("../fixtures/tensors/reductions.json"))
            .expect("the fixture is JSON")
    })
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

/// The fixture's operand, `[3, 4, 5]`.
fn operand() -> Tensor {
    Tensor::from_vec(numbers(&fixture()["x"]), [3, 4, 5]).unwrap()
}

type Op = fn(&Tensor, &[isize]) -> Result<Tensor>;

const OPS: [(&str, Op); 11] = [
    ("sum", |x, axes| x.sum(axes)),
    ("mean", |x, axes| x.mean(axes)),
    ("prod", |x, axes| x.prod(axes)),
    ("amax", |x, axes| x.max(axes)),
    ("amin", |x, axes| x.min(axes)),
    ("var", |x, axes| x.var(axes, 1.0)),
    ("std", |x, axes| x.std(axes, 0.0)),
    ("logsumexp", |x, axes| x.logsumexp(axes)),
    ("norm1", |x, axes| x.norm(Norm::L1, axes)),
    ("norm2", |x, axes| x.norm(Norm::L2, axes)),
    ("norm3", |x, axes| x.norm(Norm::P(3.0), axes)),
];
const AXES: [&[isize]; 6] = [&[0], &[1], &[2], &[0, 2], &[1, 2], &[0, 1, 2]];

#[test]
fn values_are_pytorchs() {
    let x = operand();
    for (name, op) in OPS {
        for axes in AXES {
            let key = format!("{name} {axes:?}");
            close(
                &op(&x, axes).unwrap(),
                &numbers(&fixture()["values"][&key]),
                1e-12,
                &key,
            );
            let single = op(&x.cast(DType::F32).unwrap(), axes).unwrap();
            assert_eq!(single.dtype(), DType::F32);
            close(&single, &numbers(&fixture()["values"][&key]), 1e-4, &key);
        }
    }
}

#[test]
fn gradients_agree_with_differences() {
    let mut rng = Rng::new(3);
    let x = random(&mut rng, &[3, 4, 5]);
    for (name, op) in OPS {
        for axes in AXES {
            let what = format!("{name} over {axes:?}");
            if name.starts_with("norm1") || name == "prod" {
                check_first(&what, &x, |x| op(x, axes));
            } else {
                check(&what, &x, |x| op(x, axes));
            }
        }
    }
}

#[test]
fn the_gradient_of_a_product_is_exact_beside_zeros() {
    for zeros in 0..3 {
        let mut values = vec![2.0, 3.0, -1.5, 0.5];
        values[..zeros].fill(0.0);
        check("prod", &Tensor::from(values), |x| x.prod_all());
    }
}

#[test]
fn transposed_operands_give_the_same() {
    let x = operand().permute(&[2, 0, 1]).unwrap();
    let dense = Tensor::from_vec(x.to_vec::<f64>().unwrap(), x.shape()).unwrap();
    for (name, op) in OPS {
        for axes in AXES {
            let (got, expected) = (op(&x, axes).unwrap(), op(&dense, axes).unwrap());
            assert_eq!(got.shape(), expected.shape());
            close(&got, &expected.to_vec::<f64>().unwrap(), 1e-12, name);
        }
    }
}

#[test]
fn nothing_and_not_a_number_have_stated_results() {
    let none = Tensor::zeros([0, 2], DType::F64).unwrap();
    assert_eq!(none.sum(&[0]).unwrap().to_vec::<f64>().unwrap(), [0.0, 0.0]);
    assert_eq!(none.prod(&[0]).unwrap().to_vec::<f64>().unwrap(), [1.0, 1.0]);
    assert!(
        none.mean(&[0])
            .unwrap()
            .to_vec::<f64>()
            .unwrap()
            .iter()
            .all(|v| v.is_nan())
    );
    assert_eq!(
        none.logsumexp(&[0]).unwrap().to_vec::<f64>().unwrap(),
        [f64::NEG_INFINITY; 2]
    );
    assert_eq!(none.max(&[1]).unwrap().len(), 0);
    let error = none.max(&[0]).unwrap_err().to_string();
    assert_eq!(
        error,
        "max: a tensor of shape [0, 2] is empty; at least 1 element needed"
    );
    for position in [0, 1, 40] {
        let mut values = vec![1.0f32; 50];
        values[position] = f32::NAN;
        let x = Tensor::from(values);
        for y in [x.max_all(), x.min_all(), x.sum_all(), x.mean_all()] {
            assert!(y.unwrap().item::<f32>().unwrap().is_nan());
        }
    }
}

#[test]
fn whole_numbers_have_no_mean() {
    let error = Tensor::from([1, 2]).mean_all().unwrap_err().to_string();
    assert_eq!(
        error,
        "mean: got elements of type i32, but needs f32 or f64; convert with x.cast(DType::...)"
    );
    assert!(
        Tensor::from([1.0, 2.0])
            .any(&[])
            .unwrap_err()
            .to_string()
            .contains("needs bool")
    );
    let error = Tensor::from([[1.0]]).sum(&[2]).unwrap_err().to_string();
    assert_eq!(
        error,
        "sum: axis 2 is out of range for a tensor of 2 axes; use -2 to 2 - 1"
    );
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut rng = Rng::new(9);
    let values: Vec<f32> = (0..600_000).map(|_| rng.uniform() as f32 - 0.5).collect();
    let run = |threads: usize| -> Vec<Vec<f32>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let flat = Tensor::from(values.clone());
            let cube = flat.reshape(&[60, 100, 100]).unwrap();
            let all = [
                flat.sum_all(),
                flat.logsumexp(&[]),
                flat.var(&[], 0.0),
                cube.sum(&[0]),
                cube.sum(&[0, 2]),
                cube.mean(&[1]),
                cube.reshape(&[60_000, 10]).unwrap().sum(&[0]),
                cube.softmax(0),
                flat.softmax(0),
                cube.softmax(2),
            ];
            all.map(|y| y.unwrap().to_vec::<f32>().unwrap()).into()
        })
    };
    let one = run(1);
    assert!(one == run(2) && one == run(5));
}

#[test]
fn softmax_is_pytorchs_and_its_gradients_differences() {
    let (x, mut rng) = (operand(), Rng::new(4));
    let small = random(&mut rng, &[2, 3, 4]);
    for axis in 0..3isize {
        let values = |name: &str| numbers(&fixture()["values"][&format!("{name} {axis}")]);
        close(&x.softmax(axis).unwrap(), &values("softmax"), 1e-13, "softmax");
        close(
            &x.log_softmax(axis).unwrap(),
            &values("log_softmax"),
            1e-13,
            "log_softmax",
        );
        check("softmax", &small, |x| x.softmax(axis));
        check("log_softmax", &small, |x| x.log_softmax(axis));
    }
    // Rows of every length around the width of vectors sum to 1.
    for n in [1, 2, 15, 16, 17, 31, 33, 100, 70_000] {
        let x = Tensor::from_vec(
            (0..3 * n).map(|i| (i as f32 * 0.37).sin() * 20.0).collect(),
            [3, n],
        )
        .unwrap();
        close(
            &x.softmax(1).unwrap().sum(&[1]).unwrap(),
            &[1.0; 3],
            1e-5,
            "sum of a row",
        );
        let y = x.transpose().unwrap().softmax(0).unwrap().transpose().unwrap();
        close(
            &y,
            &x.cast(DType::F64)
                .unwrap()
                .softmax(1)
                .unwrap()
                .to_vec::<f64>()
                .unwrap(),
            1e-5,
            "columns",
        );
    }
}

#[test]
fn cross_entropy_takes_numbers_and_shares() {
    let mut rng = Rng::new(5);
    let logits = random(&mut rng, &[4, 3]);
    let labels = Tensor::from([2i32, 0, 1, 1]);
    let shares = Tensor::from([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
    let dense = logits.cross_entropy(&shares).unwrap().to_vec::<f64>().unwrap();
    close(
        &logits.cross_entropy(&labels).unwrap(),
        &dense,
        1e-14,
        "numbers against shares",
    );
    check("cross-entropy of numbers", &logits, |x| x.cross_entropy(&labels));
    check("cross-entropy of shares", &logits, |x| x.cross_entropy(&shares));
    let error = logits
        .cross_entropy(&Tensor::from([0i32, 3, 0, 0]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "cross_entropy: index 3 is out of range for axis 1 of length 3"
    );
    assert!(logits.cross_entropy(&Tensor::from([0i32, 1])).is_err());
    assert!(logits.cross_entropy(&Tensor::from([0.5f32])).is_err());
}

#[test]
fn moments_survive_a_large_mean() {
    let x = Tensor::from([1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
    let (mean, variance) = x.moments(&[0], false).unwrap();
    assert_eq!(mean.item::<f64>().unwrap(), 1e9 + 2.0);
    assert!((variance.item::<f64>().unwrap() - 2.0 / 3.0).abs() < 1e-12);
}

#[test]
fn counts_and_truths() {
    let x = Tensor::from([[true, false, false], [true, true, false]]);
    assert_eq!(
        x.any(&[0]).unwrap().to_vec::<bool>().unwrap(),
        [true, true, false]
    );
    assert_eq!(
        x.all(&[0]).unwrap().to_vec::<bool>().unwrap(),
        [true, false, false]
    );
    assert_eq!(x.count_nonzero(&[1]).unwrap().to_vec::<i64>().unwrap(), [1, 2]);
    assert!(
        Tensor::zeros([0], DType::Bool)
            .unwrap()
            .all_all()
            .unwrap()
            .item::<bool>()
            .unwrap()
    );
}

#[test]
fn traced_reductions_are_the_eager_ones() {
    let x = operand();
    for (name, op) in OPS {
        let function = Function::new(name, move |x| Ok(vec![op(&x[0], &[0, 2])?]));
        let (traced, eager) = (function.call(&[&x]).unwrap().remove(0), op(&x, &[0, 2]).unwrap());
        assert_eq!(traced.shape(), &Shape::from([4]));
        close(&traced, &eager.to_vec::<f64>().unwrap(), 1e-15, name);
    }
}
