//! Joining, cutting, padding, repeating and ordering.

use ml_core::{
    DType, Result, Shape, Tensor,
    ops::{Cumulative, Draws, Order, Padding, Side},
};
use proptest::prelude::*;
use serde_json::Value;

use crate::reference::{assert_same, both, both_one, check_gradients, numpy, says, tensor};

fn counting(shape: &[usize]) -> Tensor {
    let len: usize = shape.iter().product();
    Tensor::from_vec((0..len).map(|i| (i as f64 * 1.37).sin()).collect(), shape).unwrap()
}

/// What the operation of a fixture gives here.
fn answer(case: &Value) -> Result<Vec<Tensor>> {
    let x = tensor(&case["x"]);
    let number = |name: &str| case[name].as_i64().map(|number| number as isize);
    let axis = number("axis").unwrap_or(0);
    let diagonal = number("diagonal").unwrap_or(0);
    let other = || tensor(&case["other"]);
    let whole = || other().cast(DType::I64);
    let pairs = || -> Vec<(usize, usize)> {
        let pair = |pair: &Value| {
            (
                pair[0].as_u64().unwrap() as usize,
                pair[1].as_u64().unwrap() as usize,
            )
        };
        case["widths"].as_array().unwrap().iter().map(pair).collect()
    };
    let pad = |padding| {
        let widths = pairs();
        both_one(&[&x], move |x| x[0].pad(&widths, padding))
    };
    let one = match case["op"].as_str().unwrap() {
        "argsort" => both_one(&[&x], move |x| x[0].argsort(axis, Order::Ascending)),
        "sort" => both_one(&[&x], move |x| x[0].sort(axis, Order::Ascending)),
        "argmax" => both_one(&[&x], move |x| x[0].argmax(axis)),
        "argmin" => both_one(&[&x], move |x| x[0].argmin(axis)),
        "cumsum" => both_one(&[&x], move |x| x[0].cumsum(axis)),
        "cumprod" => both_one(&[&x], move |x| x[0].cumprod(axis)),
        "unique" => {
            return both(&[&x], |x| {
                let unique = x[0].unique()?;
                Ok(vec![unique.values, unique.inverse, unique.counts])
            });
        }
        "searchsorted_left" => both_one(&[&x, &other()], |x| x[0].searchsorted(&x[1], Side::Left)),
        "searchsorted_right" => both_one(&[&x, &other()], |x| x[0].searchsorted(&x[1], Side::Right)),
        "bincount" => both_one(&[&x.cast(DType::I32)?], |x| x[0].bincount(0)),
        "pad_constant" => pad(Padding::Constant(0.0)),
        "pad_edge" => pad(Padding::Edge),
        "pad_reflect" => pad(Padding::Reflect),
        "pad_symmetric" => pad(Padding::Symmetric),
        "pad_wrap" => pad(Padding::Wrap),
        "tile" => {
            let times = case["times"].as_array().unwrap();
            let times: Vec<usize> = times.iter().map(|n| n.as_u64().unwrap() as usize).collect();
            both_one(&[&x], move |x| x[0].tile(&times))
        }
        "repeat" => {
            let times = case["times"].as_u64().unwrap() as usize;
            both_one(&[&x], move |x| x[0].repeat(times, axis))
        }
        "roll" => {
            let shift = number("shift").unwrap();
            both_one(&[&x], move |x| x[0].roll(shift, axis))
        }
        "take" => both_one(&[&x, &whole()?], move |x| x[0].take(&x[1], axis)),
        "take_along_axis" => both_one(&[&x, &whole()?], move |x| x[0].take_along_axis(&x[1], axis)),
        "tril" => both_one(&[&x], move |x| x[0].tril(diagonal)),
        "triu" => both_one(&[&x], move |x| x[0].triu(diagonal)),
        "diag_part" => both_one(&[&x], move |x| x[0].diag_part(diagonal)),
        "diag" => both_one(&[&x], move |x| x[0].diag(diagonal)),
        other => panic!("the fixtures name an unknown operation {other}"),
    };
    Ok(vec![one?])
}

#[test]
fn numpy_agrees() {
    let cases = numpy("cases");
    let mut seen = 0;
    for case in cases.iter().filter(|case| case["op"] != "index") {
        let expected = case["expected"].as_array().unwrap();
        let found = answer(case).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_same(found, &tensor(expected), &case["op"].to_string());
        }
        seen += 1;
    }
    assert!(seen > 100, "{seen} cases");
}

#[test]
fn joining_and_cutting_are_inverse() -> Result<()> {
    let (a, b) = (counting(&[2, 3]), counting(&[2, 1]));
    let joined = both_one(&[&a, &b], |x| Tensor::concat(&[&x[0], &x[1]], -1))?;
    assert_eq!(joined.shape().to_vec(), [2, 4]);
    let parts = both(&[&joined], |x| x[0].split(&[3, 1], 1))?;
    assert_same(&parts[0], &a, "first");
    assert_same(&parts[1], &b, "second");
    let stacked = both_one(&[&a, &a], |x| Tensor::stack(&[&x[0], &x[1]], 1))?;
    assert_eq!(stacked.shape().to_vec(), [2, 2, 3]);
    let again = both(&[&stacked], |x| x[0].unstack(1))?;
    assert_eq!(again.len(), 2);
    assert_same(&again[1], &a, "unstacked");
    let equal = joined.split_equal(2, 1)?;
    assert_same(
        &Tensor::concat(&equal.iter().collect::<Vec<_>>(), 1)?,
        &joined,
        "halves",
    );
    let lengths = |x: &Tensor, parts| -> Result<Vec<usize>> {
        Ok(x.chunk(parts, 0)?.iter().map(|part| part.shape()[0]).collect())
    };
    assert_eq!(lengths(&counting(&[7]), 3)?, [3, 3, 1]);
    assert_eq!(lengths(&counting(&[2]), 5)?, [1, 1]);
    assert_eq!(lengths(&counting(&[0]), 5)?, [0]);
    let texts = Tensor::concat(&[&Tensor::from(["a"]), &Tensor::from(["b", "c"])], 0)?;
    assert_eq!(texts.shape().to_vec(), [3]);
    Ok(())
}

#[test]
fn long_rows_are_joined_piece_by_piece() -> Result<()> {
    // Longer than a piece of work, in two rows, with an empty part between.
    let lengths = [30_000usize, 0, 7, 20_001];
    let part = |(number, &length): (usize, &usize)| {
        let start = number as i32 * 100_000;
        Tensor::range(start..start + 2 * length as i32)?.reshape(&[2, -1])
    };
    let parts = lengths.iter().enumerate().filter(|(_, length)| **length > 0);
    let mut parts = parts.map(part).collect::<Result<Vec<_>>>()?;
    parts.insert(1, Tensor::zeros([2, 0], DType::I32)?);
    let joined = Tensor::concat(&parts.iter().collect::<Vec<_>>(), 1)?;
    let rows = parts
        .iter()
        .map(Tensor::to_vec::<i32>)
        .collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        let run = move |part: &Vec<i32>| part[row * part.len() / 2..(row + 1) * part.len() / 2].to_vec();
        rows.iter().flat_map(run).collect::<Vec<i32>>()
    };
    assert_eq!(joined.to_vec::<i32>()?, [row(0), row(1)].concat());
    Ok(())
}

#[test]
fn axes_are_moved_and_joined() -> Result<()> {
    let t = Tensor::zeros([2, 3, 4, 5], DType::F32)?;
    assert_eq!(t.move_axis(0, 2)?.shape().to_vec(), [3, 4, 2, 5]);
    assert_eq!(t.move_axis(-1, 0)?.shape().to_vec(), [5, 2, 3, 4]);
    assert_eq!(t.flatten()?.shape().to_vec(), [120]);
    assert_eq!(t.flatten_from(2)?.shape().to_vec(), [2, 3, 20]);
    assert_eq!(Tensor::from(1).flatten()?.shape().to_vec(), [1]);
    assert_eq!(
        Tensor::zeros([0, 3], DType::F32)?.flatten()?.shape().to_vec(),
        [0]
    );
    says(t.move_axis(4, 0), "move_axis: axis 4 is out of range");
    says(t.flatten_from(-5), "flatten_from: axis -5 is out of range");
    Ok(())
}

#[test]
fn gradients_of_shape_operations() {
    let (a, b) = (counting(&[2, 3]), counting(&[2, 2]));
    check_gradients(&[&a, &b], |x| Tensor::concat(&[&x[0], &x[1], &x[0]], 1));
    check_gradients(&[&a], |x| {
        let parts = x[0].split(&[1, 2], 1)?;
        parts[0].mul(&parts[1]) // both parts reach the gradient
    });
    check_gradients(&[&a], |x| Ok(x[0].split(&[1, 2], 1)?.remove(1))); // one of them does
    check_gradients(&[&a], |x| Tensor::stack(&[&x[0], &x[0].square()?], 0));
    check_gradients(&[&a], |x| x[0].tile(&[2, 1, 3]));
    check_gradients(&[&a], |x| x[0].repeat(2, 1));
    check_gradients(&[&a], |x| x[0].roll(1, 1));
    for padding in [
        Padding::Constant(2.0),
        Padding::Edge,
        Padding::Reflect,
        Padding::Symmetric,
        Padding::Wrap,
    ] {
        check_gradients(&[&a], move |x| x[0].pad(&[(1, 0), (2, 4)], padding));
    }
    check_gradients(&[&a], |x| x[0].tril(1));
    check_gradients(&[&a], |x| x[0].triu(-1));
    check_gradients(&[&a], |x| x[0].diag_part(1));
    check_gradients(&[&a], |x| x[0].trace());
    check_gradients(&[&a], |x| x[0].diag(-1));
    check_gradients(&[&a, &b], |x| x[0].set_diag(&x[1].index(&ml_core::at![0])?, 0));
}

#[test]
fn gradients_of_orders_and_running_sums() {
    let x = counting(&[3, 4]);
    check_gradients(&[&x], |x| x[0].sort(0, Order::Descending));
    check_gradients(&[&x], |x| Ok(x[0].top_k(2)?.0));
    for (exclusive, reverse) in [(false, false), (false, true), (true, false), (true, true)] {
        let how = Cumulative { exclusive, reverse };
        check_gradients(&[&x], move |x| x[0].cumsum_with(1, how));
        check_gradients(&[&x], move |x| x[0].cumprod_with(0, how));
        let zeros = Tensor::from([0.5, 0.0, -2.0, 0.0, 3.0]);
        check_gradients(&[&zeros], move |x| x[0].cumprod_with(0, how));
    }
    let b = counting(&[4, 3]).transpose().unwrap();
    check_gradients(&[&x, &b], |x| x[0].linear_recurrence(&x[1], 1, true));
}

#[test]
fn cumulative_options_by_hand() -> Result<()> {
    let x = Tensor::from([[2, 3, 4], [5, 6, 7]]);
    let sums = |exclusive, reverse| {
        x.cumsum_with(1, Cumulative { exclusive, reverse })?
            .to_vec::<i32>()
    };
    assert_eq!(sums(true, false)?, [0, 2, 5, 0, 5, 11]);
    assert_eq!(sums(false, true)?, [9, 7, 4, 18, 13, 7]);
    assert_eq!(sums(true, true)?, [7, 4, 0, 13, 7, 0]);
    let products = |exclusive, reverse| {
        x.cumprod_with(1, Cumulative { exclusive, reverse })?
            .to_vec::<i32>()
    };
    assert_eq!(products(true, false)?, [1, 2, 6, 1, 5, 30]);
    assert_eq!(products(false, true)?, [24, 12, 4, 210, 42, 7]);
    assert_eq!(products(true, true)?, [12, 4, 1, 42, 7, 1]);
    let infinite = Tensor::from([f64::INFINITY, 2.0]).cumprod(0)?;
    assert_eq!(infinite.to_vec::<f64>()?, [f64::INFINITY; 2]);
    Ok(())
}

#[test]
fn orders_by_hand() -> Result<()> {
    let nan = f32::NAN;
    let x = Tensor::from([[1.0f32, nan, 3.0], [2.0, nan, -0.0], [2.0, 0.0, 0.0]]);
    assert_eq!(
        x.argsort(0, Order::Descending)?.to_vec::<i64>()?,
        [1, 2, 0, 2, 0, 1, 0, 1, 2]
    );
    let (values, positions) = both(&[&x], |x| x[0].top_k(2).map(|(a, b)| vec![a, b]))
        .map(|mut both| (both.remove(0), both.remove(0)))?;
    assert_eq!(positions.to_vec::<i64>()?, [2, 0, 0, 2, 0, 1]);
    assert_eq!(values.to_vec::<f32>()?, [3.0, 1.0, 2.0, 0.0, 2.0, 0.0]);
    assert_eq!(x.argmax(1)?.to_vec::<i64>()?, [1, 1, 0]);
    assert_eq!(x.argmin(0)?.to_vec::<i64>()?, [0, 0, 1]);
    let texts = Tensor::from(["b", "a", "café", "b"]);
    assert_eq!(
        texts.argsort(0, Order::Descending)?.to_vec::<i64>()?,
        [2, 0, 3, 1]
    );
    assert_eq!(texts.unique()?.counts.to_vec::<i64>()?, [1, 2, 1]);
    let words = texts
        .sort(0, Order::Ascending)?
        .to_vec::<ml_core::tensor::Text>()?;
    assert_eq!(words[3].to_string(), "café");
    for dtype in [
        DType::F16,
        DType::BF16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::F64,
    ] {
        let x = Tensor::from([3, 1, 2]).cast(dtype)?;
        assert_eq!(
            x.argsort(0, Order::Ascending)?.to_vec::<i64>()?,
            [1, 2, 0],
            "{dtype}"
        );
        assert_eq!(
            x.argsort(0, Order::Descending)?.to_vec::<i64>()?,
            [0, 2, 1],
            "{dtype}"
        );
    }
    let truths = Tensor::from([true, false, true]);
    assert_eq!(truths.argsort(0, Order::Descending)?.to_vec::<i64>()?, [0, 2, 1]);
    let extremes = Tensor::from([i64::MAX, i64::MIN, 0, -1]);
    assert_eq!(
        extremes.argsort(0, Order::Ascending)?.to_vec::<i64>()?,
        [1, 3, 2, 0]
    );
    assert_eq!(
        extremes.argsort(0, Order::Descending)?.to_vec::<i64>()?,
        [0, 2, 3, 1]
    );
    let unique = Tensor::from([nan, 1.0, nan, -0.0, 0.0]).unique()?;
    assert_eq!(unique.counts.to_vec::<i64>()?, [2, 1, 2]);
    Ok(())
}

#[test]
fn wrong_shapes_are_refused() {
    let t = Tensor::zeros([2, 3], DType::F32).unwrap();
    let other = Tensor::zeros([2, 2], DType::F32).unwrap();
    says(
        Tensor::concat(&[], 0),
        "concat: the list of tensors is empty; at least 1 tensor is needed",
    );
    says(
        Tensor::concat(&[&t, &other], 0),
        "concat: cannot combine shape [2, 3] with [2, 2]",
    );
    says(
        Tensor::concat(&[&t, &Tensor::from(1.0f32)], 0),
        "the same lengths but along the axis",
    );
    says(
        Tensor::concat(&[&t, &t.cast(DType::F64).unwrap()], 0),
        "concat: cannot mix f32 with f64",
    );
    says(Tensor::concat(&[&t], 2), "concat: axis 2 is out of range");
    says(
        Tensor::stack(&[&t, &other], 0),
        "stack: cannot combine shape [2, 3] with [2, 2]",
    );
    says(
        t.split(&[1, 1], 1),
        "split: shape [2, 3] does not fit; parts of [1, 1] must add up to the length of axis 1",
    );
    says(t.split(&[usize::MAX, 4], 1), "must add up");
    says(t.split_equal(2, 1), "axis 1 does not divide into 2 equal parts");
    says(t.chunk(0, 1), "chunk: parts = 0");
    says(t.tile(&[0]), "tile: times = 0");
    says(t.tile(&[usize::MAX, 2]), "more elements than memory can hold");
    says(t.repeat(2, 2), "repeat: axis 2 is out of range");
    says(
        t.pad(&[(1, 1)], Padding::Edge),
        "1 pairs of widths; one for every axis is needed",
    );
    says(
        t.pad(&[(usize::MAX, 1), (0, 0)], Padding::Edge),
        "more elements than memory can hold",
    );
    says(
        t.pad(&[(usize::MAX / 4, 1), (0, 0)], Padding::Wrap),
        "more elements than memory can hold",
    );
    says(
        t.pad(&[(usize::MAX / 4, 1), (0, 0)], Padding::Constant(1.0)),
        "more elements than memory can hold",
    );
    let none = Tensor::zeros([0], DType::I32).unwrap();
    says(
        none.pad(&[(1, 0)], Padding::Edge),
        "pad: axis 0 is empty; at least 1 element to copy",
    );
    assert_eq!(
        none.pad(&[(1, 0)], Padding::Constant(3.0))
            .unwrap()
            .to_vec::<i32>()
            .unwrap(),
        [3]
    );
    says(
        none.pad(&[(1, 0)], Padding::Constant(0.5)),
        "a whole number in the range of that type",
    );
    says(
        none.argmax(0),
        "argmax: axis 0 of shape [0] is empty; at least 1 element needed",
    );
    says(
        t.top_k(4),
        "top_k: k = 4: must be at most 3, the length of the last axis",
    );
    says(Tensor::from(1.0).top_k(1), "at most 0");
    says(
        Tensor::from([1]).tril(0),
        "tril: shape [1] does not fit; at least 2 axes are needed",
    );
    says(Tensor::from(1).diag(0), "a scalar has no axis");
    says(
        t.set_diag(&Tensor::from([1.0f32; 3]), 0),
        "set_diag: cannot combine shape [3] with [2]",
    );
    says(
        Tensor::from([true]).cumsum(0),
        "cumsum: got elements of type bool",
    );
    says(
        Tensor::from(["a"]).cumprod(0),
        "cumprod: got elements of type string",
    );
    says(
        t.searchsorted(&t, Side::Left),
        "the sorted values must be a vector",
    );
    says(
        Tensor::from([1]).searchsorted(&t, Side::Left),
        "searchsorted: cannot mix i32 with f32",
    );
    says(
        Tensor::from([1, -1]).bincount(0),
        "bincount: a value = -1: must be at least 0",
    );
    says(
        Tensor::from([i64::MAX]).bincount(0),
        "more elements than memory can hold",
    );
    says(
        t.broadcast_to([1 << 40, 1 << 40, 2, 3]),
        "more elements than memory can hold",
    );
}

#[test]
fn memory_that_the_system_refuses_is_an_error() -> Result<()> {
    // 128 TiB and more: beyond what a process can address.
    let refused = "more elements than memory can hold";
    let long = Tensor::full([1], 1.0f64)?.broadcast_to([1 << 25])?;
    let (column, row) = (long.expand_dims(1)?, long.expand_dims(0)?);
    says(Tensor::zeros([1 << 45], DType::F64), refused);
    says(Tensor::arange(0i64, 1 << 45, 1), refused);
    says(column.add(&row), refused);
    says(column.matmul(&row), refused);
    says(column.broadcast_to([1 << 25, 1 << 20])?.exp(), refused);
    says(Tensor::from([1.0]).tile(&[1 << 45]), refused);
    says(
        Tensor::from([1.0]).pad(&[(0, 1 << 45)], Padding::Constant(0.0)),
        refused,
    );
    let indices = Tensor::full([1], 0i64)?.broadcast_to([1 << 25])?;
    says(indices.one_hot(1 << 20), refused);
    says(Draws::new(0).normal([1 << 45], 0.0, 1.0, DType::F64), refused);
    Ok(())
}

#[test]
fn zero_lengths_pass_through() -> Result<()> {
    let none = Tensor::zeros([2, 0, 3], DType::F64)?;
    for y in [
        none.tile(&[2, 2])?,
        none.repeat(2, 1)?,
        none.roll(3, 1)?,
        none.sort(1, Order::Ascending)?,
        none.cumsum(1)?,
        none.cumprod(1)?,
        none.tril(0)?,
        none.flip(&[])?,
        none.argmax(2)?,
        none.top_k(2)?.0,
        Tensor::concat(&[&none, &none], 1)?,
        none.unique()?.values,
    ] {
        assert!(y.is_empty(), "{y:?}");
    }
    assert_eq!(none.argmax(0)?.shape().to_vec(), [0, 3]);
    assert_eq!(none.top_k(0)?.0.shape().to_vec(), [2, 0, 0]);
    assert_eq!(none.diag_part(0)?.shape().to_vec(), [2, 0]);
    assert_eq!(
        none.pad(&[(0, 0), (1, 1), (0, 0)], Padding::Constant(1.0))?
            .to_vec::<f64>()?,
        [1.0; 12]
    );
    assert_eq!(Tensor::concat(&[&none, &counting(&[2, 1, 3])], 1)?.len(), 6);
    Ok(())
}

proptest! {
    #[test]
    fn sorting_orders_and_keeps(x in proptest::collection::vec(prop_oneof![-3.0f32..3.0, Just(f32::NAN), Just(0.0), Just(-0.0)], 0..200)) {
        let t = Tensor::from(x.clone());
        for order in [Order::Ascending, Order::Descending] {
            let positions = t.argsort(0, order).unwrap().to_vec::<i64>().unwrap();
            let mut expected: Vec<i64> = (0..x.len() as i64).collect();
            expected.sort_by(|&a, &b| {
                let (a, b) = (x[a as usize], x[b as usize]);
                match (a.is_nan(), b.is_nan()) {
                    (false, false) if order == Order::Descending => b.partial_cmp(&a).unwrap(),
                    (false, false) => a.partial_cmp(&b).unwrap(),
                    (a, b) => a.cmp(&b),
                }
            });
            prop_assert_eq!(&positions, &expected);
            if order == Order::Descending {
                let k = x.len() / 2;
                prop_assert_eq!(&t.top_k(k).unwrap().1.to_vec::<i64>().unwrap(), &expected[..k]);
            }
        }
    }

    #[test]
    fn unique_values_and_inverse_rebuild_the_tensor(x in proptest::collection::vec(-5i64..5, 0..60)) {
        let t = Tensor::from(x.clone());
        let unique = t.unique().unwrap();
        let rebuilt = unique.values.take(&unique.inverse, 0).unwrap();
        prop_assert_eq!(rebuilt.to_vec::<i64>().unwrap(), x.clone());
        prop_assert_eq!(unique.counts.to_vec::<i64>().unwrap().iter().sum::<i64>(), x.len() as i64);
        let places = unique.values.searchsorted(&t, Side::Left).unwrap();
        prop_assert_eq!(places.to_vec::<i64>().unwrap(), unique.inverse.to_vec::<i64>().unwrap());
    }

    #[test]
    fn joined_parts_are_the_whole(sizes in proptest::collection::vec(0usize..4, 1..5), axis in 0isize..3) {
        let mut shape = vec![2, 3, 2];
        shape[axis as usize] = sizes.iter().sum();
        let x = counting(&shape).permute(&[0, 1, 2]).unwrap();
        let parts = x.split(&sizes, axis).unwrap();
        let joined = Tensor::concat(&parts.iter().collect::<Vec<_>>(), axis).unwrap();
        prop_assert_eq!(joined.shape(), &Shape::from(shape));
        prop_assert_eq!(joined.to_vec::<f64>().unwrap(), x.to_vec::<f64>().unwrap());
    }
}
