//! Indexing, gathering, scattering, segments, and assignments to parts of variables.

use ml_core::{
    DType, Result, Shape, Tensor, at,
    autodiff::{Tape, Variable},
    graph::Function,
    ops::{Index, Reduction},
};
use proptest::prelude::*;

use crate::reference::{assert_same, both_one, check_gradients, numpy, says, tensor};

fn counting(shape: &[usize]) -> Tensor {
    let len: usize = shape.iter().product();
    Tensor::from_vec((0..len).map(|i| (i as f64 * 1.37).sin()).collect(), shape).unwrap()
}

fn part(value: &serde_json::Value) -> Index {
    if let Some(at) = value.as_i64() {
        return Index::At(at as isize);
    }
    match value.as_str() {
        Some("...") => Index::Ellipsis,
        Some(_) => Index::NewAxis,
        None => {
            let end = |number: usize| value[number].as_i64().map(|end| end as isize);
            Index::Range {
                start: end(0),
                stop: end(1),
                step: end(2).unwrap(),
            }
        }
    }
}

/// Reproduces C12-023 and XG-021 over random expressions.
#[test]
fn slices_are_numpys() {
    let cases: Vec<_> = numpy("cases")
        .into_iter()
        .filter(|case| case["op"] == "index")
        .collect();
    assert_eq!(cases.len(), 80);
    for case in cases {
        let index: Vec<Index> = case["index"].as_array().unwrap().iter().map(part).collect();
        let what = format!("{} of {}", case["index"], case["x"]["shape"]);
        let found = both_one(&[&tensor(&case["x"])], move |x| x[0].index(&index)).unwrap();
        assert_same(&found, &tensor(&case["expected"][0]), &what);
    }
}

/// Reproduces walk-through 3 of chapter 12 and XG-021.
#[test]
fn the_books_expressions() {
    let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let y = t.index(&at![.., 1..]).unwrap();
    assert_eq!(y.shape().to_vec(), [2, 2]);
    assert_eq!(y.to_vec::<f32>().unwrap(), [2.0, 3.0, 5.0, 6.0]);
    let y = t.index(&at![..., 1, new]).unwrap();
    assert_eq!(y.shape().to_vec(), [2, 1]);
    assert_eq!(y.to_vec::<f32>().unwrap(), [2.0, 5.0]);
    let images = Tensor::zeros([2, 427, 640, 3], DType::U8).unwrap();
    let halved = images.index(&at![.., ..;2, ..;2]).unwrap();
    assert_eq!(halved.shape().to_vec(), [2, 214, 320, 3]);
}

#[test]
fn every_form_of_an_index_can_be_written() {
    let row: Vec<usize> = vec![1, 2];
    let n = row.len();
    let index = at![n, 1..n, -3.., ..=-1, ..=4, 2..=3;2, ..;-1, ..., new, ..9i64];
    assert_eq!(index[0], Index::At(2));
    let range = |start, stop, step| Index::Range { start, stop, step };
    assert_eq!(index[1], range(Some(1), Some(2), 1));
    assert_eq!(index[2], range(Some(-3), None, 1));
    assert_eq!(index[3], range(None, None, 1));
    assert_eq!(index[4], range(None, Some(5), 1));
    assert_eq!(index[5], range(Some(2), Some(4), 2));
    assert_eq!(index[6], range(None, None, -1));
    assert_eq!(
        index[7..],
        [Index::Ellipsis, Index::NewAxis, range(None, Some(9), 1)]
    );
    assert_eq!(at![], [Index::FULL; 0]);
}

#[test]
fn a_slice_shares_the_memory_of_its_tensor() -> Result<()> {
    let t = Tensor::from_vec((0..20).collect::<Vec<i32>>(), [4, 5])?;
    let rows = t.index(&at![1..3])?;
    let whole = t.array()?.as_slice::<i32>().unwrap().as_ptr();
    assert_eq!(
        rows.array()?.as_slice::<i32>().unwrap().as_ptr(),
        whole.wrapping_add(5)
    );
    assert!(t.index(&at![.., ..;-2])?.to_ndarray::<i32>()?.is_view());
    Ok(())
}

#[test]
fn wrong_indices_are_refused() {
    let t = Tensor::zeros([2, 3], DType::F32).unwrap();
    says(
        t.index(&at![2]),
        "index: index 2 is out of range for axis 0 of length 2",
    );
    says(
        t.index(&at![.., -4]),
        "index: index -4 is out of range for axis 1 of length 3",
    );
    says(
        t.index(&at![0, 0, 0]),
        "the index names 3 axes with 0 ellipses; at most 2 axes and 1 ellipsis fit",
    );
    says(t.index(&at![..., ...]), "with 2 ellipses");
    says(
        t.index(&at![..;0]),
        "index: step = 0: must be a whole number other than 0",
    );
    says(
        t.slice_update(&at![0], &Tensor::from([1.0f32, 2.0])),
        "slice_update: cannot combine shape [2] with [3]",
    );
    says(
        t.slice_update(&at![0], &Tensor::from(1.0)),
        "slice_update: cannot mix f32 with f64",
    );
    let texts = Tensor::from(["a", "b"]);
    says(
        texts.slice_add(&at![0], &Tensor::from("c")),
        "slice_add: got elements of type string",
    );
    assert!(
        t.index(&at![isize::MIN..isize::MAX;isize::MIN])
            .unwrap()
            .is_empty()
    );
    assert_eq!(t.index(&at![..;isize::MAX]).unwrap().shape().to_vec(), [1, 3]);
}

#[test]
fn empty_tensors_are_indexed_too() -> Result<()> {
    let t = Tensor::zeros([0, 3], DType::F64)?;
    assert_eq!(t.index(&at![.., 1])?.shape().to_vec(), [0]);
    assert_eq!(t.index(&at![..;-1, ..;-2])?.shape().to_vec(), [0, 2]);
    says(t.index(&at![0]), "index 0 is out of range for axis 0 of length 0");
    assert_eq!(
        t.take(&Tensor::from(Vec::<i64>::new()), 0)?.shape().to_vec(),
        [0, 3]
    );
    assert_eq!(t.take(&Tensor::from([2, 2]), 1)?.shape().to_vec(), [0, 2]);
    says(
        t.take(&Tensor::from([0]), 0),
        "gather: index 0 is out of range for axis 0 of length 0",
    );
    assert_eq!(
        Tensor::from(5)
            .gather_nd(&Tensor::zeros([2, 0], DType::I32)?)?
            .to_vec::<i32>()?,
        [5, 5]
    );
    Ok(())
}

#[test]
fn gradients_of_slices_and_updates() {
    let (x, v) = (counting(&[3, 4]), counting(&[2]));
    check_gradients(&[&x], |x| x[0].index(&at![..;-2, 1..3, new]));
    check_gradients(&[&x], |x| x[0].index(&at![1, -1]));
    check_gradients(&[&x], |x| x[0].flip(&[0]));
    check_gradients(&[&x, &v], |x| x[0].slice_update(&at![..2, ..;2], &x[1]));
    check_gradients(&[&x, &v], |x| x[0].slice_add(&at![1.., 3], &x[1]));
}

#[test]
fn gradients_of_gathering_and_scattering() {
    let (x, u) = (counting(&[3, 4]), counting(&[3, 4]));
    let indices = Tensor::from([2, 0, -1]); // one row twice
    let at = indices.clone();
    check_gradients(&[&x], move |x| x[0].take(&at, 0));
    let at = indices.clone();
    check_gradients(&[&x], move |x| x[0].take(&at, 1));
    let at = indices.clone();
    check_gradients(&[&x, &u], move |x| x[0].scatter_add(&at, &x[1], 0));
    let at = indices.clone();
    check_gradients(&[&x, &u], move |x| x[0].scatter_update(&at, &x[1], 0));
    let at = Tensor::from([[1, 1, 0, 2], [0, 1, 2, 2]]);
    check_gradients(&[&x], {
        let at = at.clone();
        move |x| x[0].take_along_axis(&at, 0)
    });
    let few = counting(&[2, 4]);
    check_gradients(&[&x, &few], {
        let at = at.clone();
        move |x| x[0].put_along_axis(&at, &x[1], 0)
    });
    check_gradients(&[&x, &few], move |x| x[0].add_along_axis(&at, &x[1], 0));
    let places = Tensor::from([[0, 1], [2, 3], [0, 1]]);
    let three = counting(&[3]);
    check_gradients(&[&x], {
        let places = places.clone();
        move |x| x[0].gather_nd(&places)
    });
    check_gradients(&[&x, &three], {
        let places = places.clone();
        move |x| x[0].scatter_nd_update(&places, &x[1])
    });
    check_gradients(&[&x, &three], move |x| x[0].scatter_nd_add(&places, &x[1]));
}

#[test]
fn of_several_updates_the_last_one_counts_and_has_the_gradient() -> Result<()> {
    let tape = Tape::new();
    let updates = tape.watch(&Tensor::from([10.0, 20.0, 30.0]))?;
    let y = Tensor::from([1.0, 2.0]).scatter_update(&Tensor::from([1, 0, 1]), &updates, 0)?;
    assert_eq!(y.to_vec::<f64>()?, [20.0, 30.0]);
    let gradient = tape.gradient(&y, &[&updates])?.remove(0).unwrap();
    assert_eq!(gradient.to_vec::<f64>()?, [0.0, 1.0, 1.0]);
    Ok(())
}

#[test]
fn wrong_places_are_refused() {
    let t = Tensor::zeros([2, 3], DType::F32).unwrap();
    says(
        t.take(&Tensor::from([0, 3]), 1),
        "gather: index 3 is out of range for axis 1 of length 3",
    );
    says(
        t.take(&Tensor::from([0i64, -4]), 1),
        "gather: index -4 is out of range for axis 1",
    );
    says(
        t.take(&Tensor::from([0.0]), 1),
        "gather: got elements of type f64, but needs integers as indices",
    );
    says(t.take(&Tensor::from([0]), 2), "take: axis 2 is out of range");
    says(
        t.index_select(0, &Tensor::from([[0]])),
        "the indices must be a list",
    );
    says(
        t.gather_nd(&Tensor::from([0, 0, 0])),
        "no longer than the tensor has axes",
    );
    says(
        t.gather_nd(&Tensor::from([0, 5])),
        "gather: index 5 is out of range for axis 1 of length 3",
    );
    says(
        t.take_along_axis(&Tensor::from([0]), 0),
        "the indices must have the axes of the tensor",
    );
    says(
        t.scatter_add(&Tensor::from([0]), &Tensor::from([1.0f32, 2.0]), 0),
        "scatter_add: cannot combine shape [2] with [1, 3]",
    );
    says(
        Tensor::from([true]).scatter_add(&Tensor::from([0]), &Tensor::from([true]), 0),
        "scatter_add: got elements of type bool",
    );
    says(
        Tensor::scatter_nd(&Tensor::from([[0]]), &Tensor::from([1]), [usize::MAX / 2]),
        "more elements than memory can hold",
    );
    let mask = Tensor::from([true, false, true]);
    says(
        t.masked_select(&mask),
        "the mask must have the first axes of the tensor",
    );
    says(t.masked_select(&Tensor::from([1, 0])), "needs bool as a mask");
}

#[test]
fn masks_select_rows_and_elements_with_gradients() {
    let x = counting(&[3, 4]);
    let rows = Tensor::from([true, false, true]);
    let y = both_one(&[&x, &rows], |x| x[0].masked_select(&x[1])).unwrap();
    assert_same(&y, &x.take(&Tensor::from([0, 2]), 0).unwrap(), "rows");
    let all = Tensor::full([3, 4], true).unwrap();
    assert_eq!(x.masked_select(&all).unwrap().shape().to_vec(), [12]);
    let none = Tensor::full([3, 4], false).unwrap();
    assert_eq!(x.masked_select(&none).unwrap().shape().to_vec(), [0]);
    let mask = Tensor::from([[true, false, false, true], [false; 4], [true; 4]]);
    check_gradients(&[&x], move |x| x[0].masked_select(&mask));
    assert_eq!(Tensor::from(true).nonzero().unwrap().shape().to_vec(), [1, 0]);
}

#[test]
fn segments_by_hand() -> Result<()> {
    // Rows of segments 1, 0, 1, 3; none of 2.
    let x = Tensor::from([[1.0, -2.0], [3.0, 4.0], [5.0, 0.5], [7.0, 8.0]]);
    let ids = Tensor::from([1, 0, 1, 3]);
    let of = |reduction| both_one(&[&x, &ids], move |x| x[0].segment(&x[1], 4, reduction))?.to_vec::<f64>();
    assert_eq!(of(Reduction::Sum)?, [3.0, 4.0, 6.0, -1.5, 0.0, 0.0, 7.0, 8.0]);
    assert_eq!(of(Reduction::Mean)?, [3.0, 4.0, 3.0, -0.75, 0.0, 0.0, 7.0, 8.0]);
    assert_eq!(of(Reduction::Prod)?, [3.0, 4.0, 5.0, -1.0, 1.0, 1.0, 7.0, 8.0]);
    assert_eq!(
        of(Reduction::Max)?,
        [3.0, 4.0, 5.0, 0.5, f64::MIN, f64::MIN, 7.0, 8.0]
    );
    assert_eq!(
        of(Reduction::Min)?,
        [3.0, 4.0, 1.0, -2.0, f64::MAX, f64::MAX, 7.0, 8.0]
    );
    says(
        x.segment_sorted(&ids, 4, Reduction::Sum),
        "segment 0 at row 1 follows segment 1",
    );
    let sorted = x.segment_sorted(&Tensor::from([0, 0, 0, 1]), 2, Reduction::Max)?;
    assert_eq!(sorted.to_vec::<f64>()?, [5.0, 4.0, 7.0, 8.0]);
    says(
        x.segment(&ids, 3, Reduction::Sum),
        "segment: index 3 is out of range for axis 0 of length 3",
    );
    says(
        x.segment(&Tensor::from([0, -1, 0, 0]), 3, Reduction::Max),
        "segment: index -1 is out of range",
    );
    says(
        x.segment(&Tensor::from([0]), 3, Reduction::Sum),
        "one for every row",
    );
    says(
        x.segment(&ids.cast(DType::F32)?, 4, Reduction::Sum),
        "integers as indices",
    );
    for reduction in [Reduction::Sum, Reduction::Prod, Reduction::Max] {
        says(
            x.segment(&ids, usize::MAX / 2, reduction),
            "more elements than memory can hold",
        );
    }
    let none = Tensor::zeros([0, 2], DType::F64)?;
    let empty = none.segment(&Tensor::from(Vec::<i32>::new()), 2, Reduction::Prod)?;
    assert_eq!(empty.to_vec::<f64>()?, [1.0; 4]);
    let empty = none.segment(&Tensor::from(Vec::<i32>::new()), 2, Reduction::Min)?;
    assert_eq!(empty.to_vec::<f64>()?, [f64::MAX; 4]);
    Ok(())
}

#[test]
fn gradients_of_segments() {
    let x = Tensor::from([[1.0, -2.0], [3.0, 0.0], [5.0, 0.5], [0.0, 8.0]]); // zeros in two products
    for reduction in [
        Reduction::Sum,
        Reduction::Mean,
        Reduction::Prod,
        Reduction::Max,
        Reduction::Min,
    ] {
        // Squares of the limits of an empty segment would drown everything else: all have rows here.
        check_gradients(&[&x], move |x| {
            x[0].segment(&Tensor::from([1, 1, 0, 1]), 2, reduction)
        });
    }
}

/// Reproduces walk-through 10 of chapter 12: C12-047 to C12-049.
#[test]
fn assignments_in_the_books_sequence() -> Result<()> {
    let run = |v: &Variable| -> Result<()> {
        v.assign(&v.read().mul_scalar(2.0)?)?;
        v.slice(&at![0, 1]).assign(42.0f32)?;
        v.slice(&at![.., 2]).assign([0.0f32, 1.0])?;
        v.scatter_nd_update(&Tensor::from([[0, 0], [1, 2]]), &Tensor::from([100.0f32, 200.0]))
    };
    let new = || Variable::new([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let expected = [100.0, 42.0, 0.0, 8.0, 10.0, 200.0];
    let v = new();
    run(&v)?;
    assert_eq!(v.value().to_vec::<f32>()?, expected);
    // The same sequence as the steps of a graph.
    let v = new();
    let handle = v.clone();
    let steps = Function::new("steps", move |_| {
        run(&handle)?;
        Ok(vec![handle.slice(&at![0]).read()?])
    });
    assert_eq!(steps.call(&[])?[0].to_vec::<f32>()?, expected[..3]);
    assert_eq!(v.value().to_vec::<f32>()?, expected);
    Ok(())
}

#[test]
fn variables_are_updated_in_part() -> Result<()> {
    let v = Variable::new([1i32, 2, 3, 4]);
    v.slice(&at![1..3]).assign_add(10)?;
    v.slice(&at![..;-3]).assign_sub([1, 2])?;
    assert_eq!(v.value().to_vec::<i32>()?, [-1, 12, 13, 3]);
    v.scatter_update(&Tensor::from([0, 2]), &Tensor::from([7, 8]))?;
    v.scatter_add(&Tensor::from([0, 0]), &Tensor::from([1, 1]))?;
    v.scatter_sub(&Tensor::from([3]), &Tensor::from(3))?;
    v.scatter_nd_add(&Tensor::from([[1]]), &Tensor::from([-12]))?;
    assert_eq!(v.value().to_vec::<i32>()?, [9, 0, 8, 0]);
    says(
        v.slice(&at![4]).assign(1),
        "index 4 is out of range for axis 0 of length 4",
    );
    says(
        v.slice(&at![0]).assign(1.0),
        "slice_update: cannot mix i32 with f64",
    );
    says(
        v.slice(&at![0]).assign([1, 2]),
        "cannot combine shape [2] with []",
    );
    Ok(())
}

#[test]
fn the_gradient_of_a_slice_reaches_the_variable() -> Result<()> {
    let v = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    let tape = Tape::new();
    tape.watch_variables([&v])?;
    let y = v.slice(&at![1]).read()?.square()?;
    assert!(v.slice(&at![0]).assign(&y).is_err());
    let gradient = tape.gradient(&y, &[&v])?.remove(0).unwrap();
    assert_eq!(gradient.to_vec::<f64>()?, [0.0, 0.0, 6.0, 8.0]);
    Ok(())
}

/// Every position of a range, the way it is defined: one by one.
fn positions(start: Option<isize>, stop: Option<isize>, step: isize, length: isize) -> Vec<usize> {
    let mut found = Vec::new();
    let end = |end: isize| if end < 0 { end + length } else { end };
    let mut at = match start {
        Some(start) => end(start),
        None if step > 0 => 0,
        None => length - 1,
    };
    // A start beyond the edge begins at the edge.
    if step > 0 {
        at = at.max(0);
    } else {
        at = at.min(length - 1);
    }
    let goes_on = |at: isize| match stop.map(end) {
        Some(stop) if step > 0 => at < stop.min(length),
        Some(stop) => at > stop.max(-1),
        None => at >= 0 && at < length,
    };
    while goes_on(at) {
        found.push(at as usize);
        at += step;
    }
    found
}

proptest! {
    #[test]
    fn ranges_agree_with_walking(
        length in 0isize..9, start in proptest::option::of(-12isize..12),
        stop in proptest::option::of(-12isize..12), step in prop_oneof![-4isize..0, 1isize..5],
    ) {
        let t = Tensor::range(0..length as i64).unwrap();
        let found = t.index(&[Index::Range { start, stop, step }]).unwrap().to_vec::<i64>().unwrap();
        let expected: Vec<i64> = positions(start, stop, step, length).into_iter().map(|i| i as i64).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn scattering_undoes_gathering(rows in 1usize..6, seed in 0u64..1000) {
        let x = counting(&[rows, 3]);
        let mut order: Vec<i64> = (0..rows as i64).collect();
        order.rotate_left(seed as usize % rows);
        let order = Tensor::from(order);
        let back = x.zeros_like().unwrap().scatter_update(&order, &x.take(&order, 0).unwrap(), 0).unwrap();
        prop_assert_eq!(back.to_vec::<f64>().unwrap(), x.to_vec::<f64>().unwrap());
        let sums = x.zeros_like().unwrap().scatter_add(&order, &x.take(&order, 0).unwrap(), 0).unwrap();
        prop_assert_eq!(sums.to_vec::<f64>().unwrap(), x.to_vec::<f64>().unwrap());
    }

    #[test]
    fn slicing_agrees_with_ndarray(a in 0usize..4, b in 0usize..5, step in prop_oneof![-3isize..0, 1isize..4]) {
        use ml_core::ndarray::s;
        let x = counting(&[4, 5, 3]);
        let array = x.to_ndarray::<f64>().unwrap();
        let expected = array.slice(s![a.., ..;step, ..b.min(3)]);
        let found = x.index(&at![a.., ..;step, ..b.min(3)]).unwrap();
        let found = found.to_ndarray::<f64>().unwrap();
        prop_assert!(found.is_view() || found.is_empty());
        prop_assert_eq!(found.view(), expected.into_dyn());
    }

    #[test]
    fn no_index_panics(shape in proptest::collection::vec(0usize..4, 0..4), parts in proptest::collection::vec((0u8..4, any::<isize>(), any::<isize>(), any::<isize>()), 0..6)) {
        let t = Tensor::zeros(Shape::from(shape), DType::F32).unwrap();
        let index: Vec<Index> = parts.into_iter().map(|(kind, a, b, c)| match kind {
            0 => Index::At(a),
            1 => Index::Range { start: Some(a), stop: Some(b), step: c },
            2 => Index::Ellipsis,
            _ => Index::NewAxis,
        }).collect();
        if let Ok(part) = t.index(&index) {
            prop_assert_eq!(part.to_vec::<f32>().unwrap().len(), part.len());
            let back = t.slice_update(&index, &part).unwrap();
            prop_assert_eq!(back.shape(), t.shape());
        }
    }
}
