//! Branches and loops on tensors.

use ml_core::{
    DType, Result, Shape, Tensor,
    autodiff::{Tape, Variable},
    graph::{Function, cond, for_each, for_range, map, scan, while_loop},
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

use crate::graph::{DRAWING, Ticket};

/// Whether the sum of all elements is below a limit.
#[derive(Debug, Serialize, Deserialize)]
struct SumBelow(f64);

#[ml_core::typetag::serde(name = "test_sum_below")]
impl Primitive for SumBelow {
    fn name(&self) -> &'static str {
        "sum_below"
    }

    fn infer(&self, _: &[Spec]) -> Result<Specs> {
        Ok(Specs::from_elem(Spec::new(DType::Bool, []), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let below = inputs[0].values::<f64>()?.iter().sum::<f64>() < self.0;
        Ok(Arrays::from_elem(Array::new(vec![below], [])?, 1))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }
}

fn below(x: &Tensor, limit: f64) -> Result<Tensor> {
    apply(SumBelow(limit), &[x])
}

/// First and second derivatives of `sum(f(x)²)` at `x`: the gradient, and the gradient of its sum.
fn derivatives(f: &dyn Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<[Vec<f64>; 3]> {
    let (outer, inner) = (Tape::new(), Tape::new());
    let x = outer.watch(x)?;
    let watched = inner.watch(&x)?;
    let y = f(&watched)?.square()?.sum_all()?;
    let zeros = || x.stop_gradient().zeros_like();
    let first = inner
        .gradient(&y, &[&watched])?
        .remove(0)
        .map_or_else(zeros, Ok)?;
    let second = outer.gradient(&first, &[&x])?.remove(0).map_or_else(zeros, Ok)?;
    Ok([y.to_vec()?, first.to_vec()?, second.to_vec()?])
}

fn assert_near(a: &[Vec<f64>; 3], b: &[Vec<f64>; 3], what: &str) {
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.len(), b.len(), "{what}");
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{what}: {a} and {b}");
        }
    }
}

/// `looped` must agree with `unrolled`, value and two derivatives: eagerly, through a traced function whose
/// call is differentiated, and inside a traced function that differentiates.
fn assert_agrees(
    looped: impl Fn(&Tensor) -> Result<Tensor> + Clone + Send + Sync + 'static,
    unrolled: impl Fn(&Tensor) -> Result<Tensor>,
    x: &Tensor,
) -> Result<()> {
    let expected = derivatives(&unrolled, x)?;
    assert_near(&derivatives(&looped, x)?, &expected, "eager");
    let function = Function::unary("looped", looped.clone());
    assert_near(
        &derivatives(&|x| function.apply(&[x]), x)?,
        &expected,
        "a call differentiated",
    );
    let unknown = Spec::new(x.dtype(), vec![Shape::UNKNOWN; x.rank()]);
    let function = Function::unary("looped", looped.clone()).input_signature([unknown.clone()]);
    assert_near(
        &derivatives(&|x| function.apply(&[x]), x)?,
        &expected,
        "a call of unknown shape",
    );
    let inside = move |x: &[Tensor]| {
        let (outer, inner) = (Tape::new(), Tape::new());
        let x = outer.watch(&x[0])?;
        let watched = inner.watch(&x)?;
        let y = looped(&watched)?.square()?.sum_all()?;
        let first = inner
            .gradient(&y, &[&watched])?
            .remove(0)
            .map_or_else(|| x.zeros_like(), Ok)?;
        let second = outer
            .gradient(&first, &[&x])?
            .remove(0)
            .map_or_else(|| x.zeros_like(), Ok)?;
        Ok(vec![y.stop_gradient(), first, second])
    };
    let known = Function::new("inside", inside.clone());
    let unknown = Function::new("inside", inside).input_signature([unknown]);
    for (function, what) in [(known, "inside"), (unknown, "inside, of unknown shape")] {
        let results = function.call(&[x])?;
        let results = [results[0].to_vec()?, results[1].to_vec()?, results[2].to_vec()?];
        assert_near(&results, &expected, what);
    }
    Ok(())
}

#[test]
fn a_counted_loop_differentiates_like_its_unrolled_form() -> Result<()> {
    let step = |y: &Tensor, x: &Tensor| y.mul(x)?.tanh()?.add(x);
    assert_agrees(
        move |x| Ok(for_range(0, 4, |_, y| Ok(vec![step(&y[0], x)?]), &[x])?.remove(0)),
        |x| (0..4).try_fold(x.clone(), |y, _| step(&y, x)),
        &Tensor::from([0.3, -0.7, 1.1]),
    )
}

#[test]
fn a_loop_whose_end_depends_on_its_values_differentiates() -> Result<()> {
    // x doubles until the sum reaches 10: from 0.5 and 1.0, three times.
    let looped = |x: &Tensor| {
        let doubled = while_loop(
            |y| below(&y[0], 10.0),
            |y| Ok(vec![y[0].add(&y[0])?.mul(x)?.add(x)?]),
            &[x],
        )?;
        Ok(doubled[0].clone())
    };
    let unrolled = |x: &Tensor| {
        let mut y = x.clone();
        while y.sum_all()?.item::<f64>()? < 10.0 {
            y = y.add(&y)?.mul(x)?.add(x)?;
        }
        Ok(y)
    };
    assert_agrees(looped, unrolled, &Tensor::from([0.5, 1.3]))?;
    // No iteration at all.
    assert_agrees(looped, unrolled, &Tensor::from([7.0, 8.0]))
}

#[test]
fn loops_in_loops_and_branches_in_loops_differentiate() -> Result<()> {
    let looped = |x: &Tensor| {
        let body = |i: &Tensor, y: &[Tensor]| {
            let inner = for_range(0, i, |_, z| Ok(vec![z[0].mul(x)?.exp()?.tanh()?]), &[&y[0]])?;
            cond(
                &below(&inner[0], 1.0)?,
                || Ok(vec![inner[0].square()?.add(x)?]),
                || Ok(vec![inner[0].mul(x)?.neg()?]),
            )
        };
        Ok(for_range(0, 3, body, &[x])?.remove(0))
    };
    let unrolled = |x: &Tensor| {
        let mut y = x.clone();
        for i in 0..3 {
            for _ in 0..i {
                y = y.mul(x)?.exp()?.tanh()?;
            }
            let small = y.sum_all()?.item::<f64>()? < 1.0;
            y = if small {
                y.square()?.add(x)?
            } else {
                y.mul(x)?.neg()?
            };
        }
        Ok(y)
    };
    assert_agrees(looped, unrolled, &Tensor::from([0.4, 0.9]))?;
    assert_agrees(looped, unrolled, &Tensor::from([-0.4]))
}

#[test]
fn both_branches_differentiate() -> Result<()> {
    let body = |x: &Tensor| {
        let branches = cond(
            &below(x, 1.0)?,
            || Ok(vec![x.exp()?.mul(x)?]),
            || Ok(vec![x.square()?]),
        )?;
        Ok(branches[0].clone())
    };
    assert_agrees(body, |x| x.exp()?.mul(x), &Tensor::from([0.1, 0.2]))?;
    assert_agrees(body, Tensor::square, &Tensor::from([1.0, 2.0]))
}

#[test]
fn scans_differentiate_through_states_rows_and_results() -> Result<()> {
    let step = |h: &Tensor, row: &Tensor, w: &Tensor| h.mul(w)?.add(row)?.tanh();
    let looped = move |x: &Tensor| {
        let w = x.sum(&[0])?;
        let body = |h: &[Tensor], row: &[Tensor]| {
            let next = step(&h[0], &row[0], &w)?;
            Ok((vec![next.clone()], vec![next.square()?]))
        };
        let (last, squares) = scan(body, &[&w], &[x])?;
        squares[0].sum(&[0])?.add(&last[0])
    };
    let rows = |x: &Tensor| {
        // Row i is the product with the i-th row of the unit matrix.
        let unit = |i: usize| Tensor::from_vec((0..4).map(|j| f64::from(u8::from(i == j))).collect(), [1, 4]);
        (0..4)
            .map(|i| unit(i)?.matmul(x)?.squeeze(&[0]))
            .collect::<Result<Vec<_>>>()
    };
    let unrolled = move |x: &Tensor| {
        let w = x.sum(&[0])?;
        let (mut h, mut sum) = (w.clone(), w.zeros_like()?);
        for row in rows(x)? {
            h = step(&h, &row, &w)?;
            sum = sum.add(&h.square()?)?;
        }
        sum.add(&h)
    };
    let x = Tensor::from([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6], [0.7, 0.8]]);
    assert_agrees(looped, unrolled, &x)?;
    let mapped = |x: &Tensor| Ok(map(|row| Ok(vec![row[0].exp()?.sum_all()?]), &[x])?.remove(0));
    assert_agrees(mapped, |x| x.exp()?.sum(&[1]), &x)?;
    let folded = |x: &Tensor| {
        Ok(for_each(
            x,
            |row, sum| Ok(vec![sum[0].mul(row)?.add(row)?]),
            &[&x.sum(&[0])?],
        )?
        .remove(0))
    };
    let unrolled = move |x: &Tensor| {
        rows(x)?
            .iter()
            .try_fold(x.sum(&[0])?, |sum, row| sum.mul(row)?.add(row))
    };
    assert_agrees(folded, unrolled, &x)
}

#[test]
fn variables_read_in_loops_have_gradients() -> Result<()> {
    let w = Variable::new(1.5);
    let handle = w.clone();
    let looped =
        move |x: &Tensor| Ok(for_range(0, 3, |_, y| Ok(vec![y[0].mul(&handle.read())?]), &[x])?.remove(0));
    // d/dw of x·w³ is 3·x·w².
    let expected = 3.0 * 2.0 * 1.5 * 1.5;
    let gradient = |call: &dyn Fn(&Tensor) -> Result<Tensor>| {
        let tape = Tape::new();
        tape.watch_variables([&w])?;
        let y = call(&Tensor::from(2.0))?;
        tape.gradient(&y, &[&w])?
            .remove(0)
            .expect("y depends on w")
            .item::<f64>()
    };
    assert_eq!(gradient(&looped)?, expected);
    let function = Function::unary("looped", looped.clone());
    assert_eq!(gradient(&|x| function.apply(&[x]))?, expected);
    let graph = function.traced()[0].graph().clone();
    assert_eq!(graph.count("ReadVariable"), 1, "read once, around the loop");
    let handle = w.clone();
    let inside = Function::unary("inside", move |x| {
        let tape = Tape::new();
        tape.watch_variables([&handle])?;
        let y = looped(x)?;
        Ok(tape.gradient(&y, &[&handle])?.remove(0).expect("y depends on w"))
    });
    assert_eq!(inside.apply(&[&Tensor::from(2.0)])?.item::<f64>()?, expected);
    Ok(())
}

#[test]
fn variables_assigned_in_loops_keep_their_order() -> Result<()> {
    let v = Variable::new(1.0);
    let handle = v.clone();
    // Doubles v three times, reading it anew each time; the reads before and after see 1 and 8.
    let f = Function::unary("f", move |x| {
        let before = handle.read();
        let body = |_: &Tensor, y: &[Tensor]| {
            let now = handle.read();
            handle.assign(&now.add(&now)?)?;
            Ok(vec![y[0].add(&now)?])
        };
        let sum = for_range(0, 3, body, &[x])?;
        handle
            .read()
            .mul_scalar(100.0)?
            .add(&before.mul_scalar(10.0)?)?
            .add(&sum[0])
    });
    assert_eq!(f.apply(&[&Tensor::from(0.0)])?.item::<f64>()?, 817.0);
    assert_eq!(v.value().item::<f64>()?, 8.0);
    assert_eq!(
        f.apply(&[&Tensor::from(0.0)])?.item::<f64>()?,
        6400.0 + 80.0 + 56.0
    );
    // In a loop in a loop, and in a branch.
    let v = Variable::new(0.0);
    let handle = v.clone();
    let f = Function::new("f", move |_| {
        let inner = |_: &Tensor, _: &[Tensor]| {
            let add = |by: f64| {
                handle.assign_add(&Tensor::from(by))?;
                Ok(vec![])
            };
            cond(&below(&handle.read(), 3.0)?, || add(1.0), || add(10.0))
        };
        for_range(0, 2, |_, _| for_range(0, 3, inner, &[]), &[])?;
        Ok(vec![handle.read()])
    });
    assert_eq!(f.apply(&[])?.item::<f64>()?, 33.0);
    Ok(())
}

#[test]
fn the_way_back_sees_the_random_numbers_of_the_way_there() -> Result<()> {
    let _alone = DRAWING.lock();
    let looped = |x: &Tensor| {
        let body = |_: &Tensor, y: &[Tensor]| {
            let drawn = apply(Ticket, &[])?;
            let scaled = cond(
                &below(&y[0], 0.0)?,
                || Ok(vec![y[0].clone()]),
                || Ok(vec![y[0].mul(&drawn)?]),
            )?;
            Ok(vec![scaled[0].mul(&apply(Ticket, &[])?)?])
        };
        Ok(for_range(0, 3, body, &[x])?.remove(0))
    };
    let inside = Function::new("inside", move |x| {
        let tape = Tape::new();
        let x = tape.watch(&x[0])?;
        let y = looped(&x)?;
        Ok(vec![
            y.clone(),
            tape.gradient(&y, &[&x])?.remove(0).expect("y depends on x"),
        ])
    });
    let outside = Function::unary("outside", looped);
    let x = Tensor::from(2.0);
    for _ in 0..3 {
        // y is x times the tickets, so its gradient is y / x.
        let results = inside.call(&[&x])?;
        assert_eq!(results[1].item::<f64>()?, results[0].item::<f64>()? / 2.0);
        let tape = Tape::new();
        let x = tape.watch(&x)?;
        let y = outside.apply(&[&x])?;
        let gradient = tape.gradient(&y, &[&x])?.remove(0).expect("y depends on x");
        assert_eq!(gradient.item::<f64>()?, y.item::<f64>()? / 2.0);
    }
    // Drawn in a branch in a loop in a loop.
    let nested = Function::new("nested", |x| {
        let tape = Tape::new();
        let x = tape.watch(&x[0])?;
        let branch = |y: &Tensor| {
            cond(
                &below(y, 0.0)?,
                || Ok(vec![y.clone()]),
                || Ok(vec![y.mul(&apply(Ticket, &[])?)?]),
            )
        };
        let inner = |_: &Tensor, y: &[Tensor]| branch(&y[0]);
        let y = for_range(0, 2, |_, y| for_range(0, 2, inner, &[&y[0]]), &[&x])?.remove(0);
        let rows = scan(
            |y, _| Ok((branch(&y[0])?, vec![])),
            &[&y],
            &[&Tensor::from([1.0, 2.0])],
        )?
        .0;
        Ok(vec![
            rows[0].clone(),
            tape.gradient(&rows[0], &[&x])?
                .remove(0)
                .expect("it depends on x"),
        ])
    });
    let results = nested.call(&[&Tensor::from(2.0)])?;
    assert!(results[0].item::<f64>()? > 0.0);
    assert_eq!(results[1].item::<f64>()?, results[0].item::<f64>()? / 2.0);
    // Drawn in a branch itself.
    let branch = Function::new("branch", |x| {
        let tape = Tape::new();
        let x = tape.watch(&x[0])?;
        let draw = || Ok(vec![x.mul(&apply(Ticket, &[])?)?]);
        let y = cond(&below(&x, 3.0)?, draw, || {
            Ok(vec![x.mul(&apply(Ticket, &[])?)?.mul(&x)?])
        })?
        .remove(0);
        Ok(vec![
            y.clone(),
            tape.gradient(&y, &[&x])?.remove(0).expect("y depends on x"),
        ])
    });
    let results = branch.call(&[&Tensor::from(2.0)])?;
    assert_eq!(results[1].item::<f64>()?, results[0].item::<f64>()? / 2.0);
    let results = branch.call(&[&Tensor::from(4.0)])?;
    assert_eq!(results[1].item::<f64>()?, results[0].item::<f64>()? / 4.0 * 2.0);
    Ok(())
}

#[test]
fn lengths_may_change_from_one_iteration_to_the_next() -> Result<()> {
    // Each round lays the rows twice under each other, by a broadcast.
    let double = |y: &Tensor| {
        let twice = y.expand_dims(0)?.add(&Tensor::zeros([2, 1, 1], DType::F64)?)?;
        twice.reshape(&[-1, 2])
    };
    let looped = move |x: &Tensor| Ok(for_range(0, 3, |_, y| Ok(vec![double(&y[0])?]), &[x])?.remove(0));
    let x = Tensor::from([[1.0, 2.0]]);
    assert_eq!(looped(&x)?.shape().to_vec(), [8, 2]);
    let f = Function::unary("f", looped);
    let y = f.apply(&[&x])?;
    assert_eq!(y.shape().to_vec(), [8, 2]);
    assert_eq!(y.to_vec::<f64>()?, looped(&x)?.to_vec::<f64>()?);
    // Differentiated, every iteration's state is kept, and they cannot be stacked.
    let g = Function::unary("g", move |x| {
        let tape = Tape::new();
        let x = tape.watch(x)?;
        let y = looped(&x)?.sum_all()?;
        Ok(tape.gradient(&y, &[&x])?.remove(0).expect("y depends on x"))
    });
    let message = g.apply(&[&x]).unwrap_err().to_string();
    assert!(message.contains("must have one shape"), "{message}");
    Ok(())
}

#[test]
fn a_loop_runs_as_often_as_a_tensor_says() -> Result<()> {
    let f = Function::binary("power", |x, n| {
        Ok(for_range(0, n, |_, y| Ok(vec![y[0].mul(x)?]), &[&x.ones_like()?])?.remove(0))
    });
    for (n, expected) in [(0, 1.0), (1, 3.0), (5, 243.0)] {
        assert_eq!(
            f.apply(&[&Tensor::from(3.0), &Tensor::from(n)])?.item::<f64>()?,
            expected
        );
    }
    assert_eq!(f.trace_count(), 1);
    let sum = for_range(
        3i64,
        6i64,
        |i, sum| Ok(vec![sum[0].add(i)?]),
        &[&Tensor::from(0i64)],
    )?;
    assert_eq!(sum[0].item::<i64>()?, 12);
    Ok(())
}

#[test]
fn scans_take_several_sequences_and_none_of_length_zero_fails() -> Result<()> {
    let dot = |a: &Tensor, b: &Tensor| {
        let body = |sum: &[Tensor], row: &[Tensor]| {
            let sum = sum[0].add(&row[0].mul(&row[1])?)?;
            Ok((vec![sum.clone()], vec![sum]))
        };
        scan(body, &[&Tensor::from(0.0)], &[a, b])
    };
    let (last, sums) = dot(&Tensor::from([1.0, 2.0, 3.0]), &Tensor::from([4.0, 5.0, 6.0]))?;
    assert_eq!(
        (last[0].item::<f64>()?, sums[0].to_vec::<f64>()?),
        (32.0, vec![4.0, 14.0, 32.0])
    );
    let empty = Tensor::zeros([0], DType::F64)?;
    let (last, sums) = dot(&empty, &empty)?;
    assert_eq!((last[0].item::<f64>()?, sums[0].shape().to_vec()), (0.0, vec![0]));
    assert_eq!(
        dot(&Tensor::from([1.0]), &Tensor::from([4.0, 5.0]))
            .unwrap_err()
            .to_string(),
        "scan: cannot combine shape [1] with [2]; all sequences must have the same length"
    );
    assert!(dot(&Tensor::from(1.0), &Tensor::from([4.0, 5.0])).is_err());
    assert!(map(|x| Ok(x.to_vec()), &[]).is_err());
    Ok(())
}

#[test]
fn misuse_of_loops_and_branches_is_an_error() -> Result<()> {
    let x = Tensor::from([1.0, 2.0]);
    let both = |f: &'static (dyn Fn(&Tensor) -> Result<Tensor> + Sync), expected: &str| {
        let eager = f(&x).unwrap_err().to_string();
        assert_eq!(eager, expected);
        let traced = Function::unary("f", f).apply(&[&x]).unwrap_err().to_string();
        assert_eq!(traced, expected);
    };
    both(
        &|x| Ok(while_loop(|x| below(&x[0], 10.0), |_| Ok(vec![]), &[x])?.remove(0)),
        "while_loop: results of the body: 0 where 1 belong; return as many tensors, in the same order",
    );
    both(
        &|x| Ok(while_loop(|x| below(&x[0], 10.0), |x| Ok(vec![x[0].cast(DType::F32)?]), &[x])?.remove(0)),
        "while_loop: state 0 is f64[2] and then f32[2]; element type and number of axes must stay the same; only \
         lengths may change",
    );
    let traced = |f: &'static (dyn Fn(&Tensor) -> Result<Tensor> + Sync)| {
        Function::unary("f", f).apply(&[&x]).unwrap_err().to_string()
    };
    assert_eq!(
        traced(&|x| Ok(cond(&below(x, 0.0)?, || Ok(vec![]), || Ok(vec![x.clone()]))?.remove(0))),
        "cond: results of the second branch: 1 where 0 belong; return as many tensors, in the same order"
    );
    assert_eq!(
        traced(&|x| Ok(cond(&below(x, 0.0)?, || Ok(vec![x.sum_all()?]), || Ok(vec![x.clone()]))?.remove(0))),
        "cond: result 0 is f64[] and then f64[2]; element type and number of axes must stay the same; only lengths \
         may change"
    );
    let message = traced(&|x| Ok(cond(x, || Ok(vec![x.clone()]), || Ok(vec![x.clone()]))?.remove(0)));
    assert!(message.contains("f64") && message.contains("bool"), "{message}");
    assert_eq!(
        cond(&Tensor::from([true, false]), || Ok(vec![]), || Ok(vec![]))
            .unwrap_err()
            .to_string(),
        "cond: shape [2] does not fit; the condition must be a single truth value; reduce it first"
    );
    assert!(for_range(0, 3i64, |_, s| Ok(s.to_vec()), &[]).is_err());
    assert!(for_range(0.0, 3.0, |_, s| Ok(s.to_vec()), &[]).is_err());
    Ok(())
}
