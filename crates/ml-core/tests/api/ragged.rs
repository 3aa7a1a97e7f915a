//! Rows of different lengths: the book's numbers, round trips, gradients, mistakes.

use ml_core::{
    Result, Tensor,
    autodiff::Tape,
    graph::Function,
    structures::{RaggedTensor, SparseTensor},
};
use proptest::prelude::*;

fn says<T: std::fmt::Debug>(result: Result<T>, text: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(text), "{error:?} does not say {text:?}");
}

/// The code points of "Café", "Coffee", "caffè", "咖啡".
fn r() -> RaggedTensor {
    RaggedTensor::from_rows(&[
        vec![67, 97, 102, 233],
        vec![67, 111, 102, 102, 101, 101],
        vec![99, 97, 102, 102, 232],
        vec![21654, 21857],
    ])
}

/// Reproduces NF-02: XF-011 to XF-013.
#[test]
fn rows_are_values_between_splits() -> Result<()> {
    assert_eq!(r().row_splits().to_vec::<i64>()?, [0, 4, 10, 15, 17]);
    assert_eq!(r().values().shape().to_vec(), [17]);
    let row = r().row(1)?;
    assert_eq!(
        (row.shape().to_vec(), row.to_vec::<i32>()?),
        (vec![6], vec![67, 111, 102, 102, 101, 101])
    );
    assert_eq!(r().row(-1)?.to_vec::<i32>()?, [21654, 21857]);
    let again = RaggedTensor::from_row_splits(r().values(), &[0, 4, 10, 15, 17])?;
    assert_eq!(again.to_string(), r().to_string());
    let with_empty = RaggedTensor::from_rows(&[vec![65, 66], vec![], vec![67]]);
    assert_eq!(with_empty.row(1)?.shape().to_vec(), [0]);
    assert_eq!(
        format!("{with_empty} {with_empty:?}"),
        "[[65, 66], [], [67]] RaggedTensor(i32[3, ?])"
    );
    Ok(())
}

/// Reproduces NF-03, the concatenations: XF-014, XF-015.
#[test]
fn rows_follow_each_other_or_grow() -> Result<()> {
    let r2 = RaggedTensor::from_rows(&[vec![65, 66], vec![], vec![67]]);
    let below = RaggedTensor::concat(&[&r(), &r2], 0)?;
    assert_eq!(
        below.to_string(),
        "[[67, 97, 102, 233], [67, 111, 102, 102, 101, 101], [99, 97, 102, 102, 232], [21654, 21857], \
         [65, 66], [], [67]]"
    );
    let r3 = RaggedTensor::from_rows(&[vec![68, 69, 70], vec![71], vec![], vec![72, 73]]);
    let beside = RaggedTensor::concat(&[&r(), &r3], 1)?;
    assert_eq!(
        beside.to_string(),
        "[[67, 97, 102, 233, 68, 69, 70], [67, 111, 102, 102, 101, 101, 71], [99, 97, 102, 102, 232], \
         [21654, 21857, 72, 73]]"
    );
    Ok(())
}

/// Reproduces NF-03, the padding: XF-016.
#[test]
fn shorter_rows_are_padded() -> Result<()> {
    let padded = r().to_tensor()?;
    assert_eq!(padded.shape().to_vec(), [4, 6]);
    let rows = [
        67, 97, 102, 233, 0, 0, 67, 111, 102, 102, 101, 101, 99, 97, 102, 102, 232, 0, 21654, 21857, 0, 0, 0,
        0,
    ];
    assert_eq!(padded.to_vec::<i32>()?, rows);
    let flags = RaggedTensor::from_rows(&[vec![true], vec![]]);
    assert_eq!(flags.to_tensor_with(true)?.to_vec::<bool>()?, [true, true]);
    Ok(())
}

/// XF-010: several ragged axes, and regular ones inside the values.
#[test]
fn axes_nest() -> Result<()> {
    let splits: [&[i64]; 2] = [&[0, 2, 2, 3], &[0, 1, 3, 4]];
    let values = Tensor::from([[1, 2], [3, 4], [5, 6], [7, 8]]);
    let nested = RaggedTensor::from_nested_row_splits(values, &splits)?;
    assert_eq!(
        nested.to_string(),
        "[[[[1, 2]], [[3, 4], [5, 6]]], [], [[[7, 8]]]]"
    );
    assert_eq!(format!("{nested:?}"), "RaggedTensor(i32[3, ?, ?, 2])");
    assert_eq!(nested.bounding_shape().to_vec(), [3, 2, 2, 2]);
    let padded = nested.to_tensor_with(-1)?;
    let first = [1, 2, -1, -1, 3, 4, 5, 6];
    let all: Vec<i32> = [first, [-1; 8], [7, 8, -1, -1, -1, -1, -1, -1]].concat();
    assert_eq!(padded.to_vec::<i32>()?, all);
    assert_eq!(nested.sum_rows()?.to_vec::<i32>()?, [9, 12, 0, 0, 7, 8]);
    let twice = RaggedTensor::concat(&[&nested, &nested], 1)?;
    assert_eq!(twice.ragged_row(2)?.to_string(), "[[[7, 8]], [[7, 8]]]");
    assert_eq!(twice.nested_row_splits()[0].to_vec::<i64>()?, [0, 4, 4, 6]);
    Ok(())
}

#[test]
fn every_row_has_its_sum_mean_and_extremes() -> Result<()> {
    let x = RaggedTensor::from_rows(&[vec![1.0, 5.0, 5.0], vec![], vec![-2.0]]);
    assert_eq!(x.sum_rows()?.to_vec::<f64>()?, [11.0, 0.0, -2.0]);
    let means = x.mean_rows()?.to_vec::<f64>()?;
    assert!(means[0] == 11.0 / 3.0 && means[1].is_nan() && means[2] == -2.0);
    says(x.max_rows(), "row 1 is empty; at least 1 element needed");
    let full = x.gather(&[0, 2])?;
    assert_eq!(full.max_rows()?.to_vec::<f64>()?, [5.0, -2.0]);
    assert_eq!(full.min_rows()?.to_vec::<f64>()?, [1.0, -2.0]);
    let odd = RaggedTensor::from_rows(&[vec![1.0, f64::NAN, 2.0]]);
    assert!(odd.max_rows()?.item::<f64>()?.is_nan() && odd.min_rows()?.item::<f64>()?.is_nan());
    Ok(())
}

#[test]
fn gradients_flow_through_rows_padding_and_reductions() -> Result<()> {
    let tape = Tape::persistent();
    let values = tape.watch(&Tensor::from([1.0, 2.0, 3.0, 4.0]))?;
    let x = RaggedTensor::from_row_splits(&values, &[0, 3, 3, 4])?;
    let gradient = |y: Tensor| {
        tape.gradient(&y, &[&values])?[0]
            .as_ref()
            .unwrap()
            .to_vec::<f64>()
    };
    assert_eq!(gradient(x.row(0)?.square()?)?, [2.0, 4.0, 6.0, 0.0]);
    assert_eq!(gradient(x.to_tensor_with(9.0)?.square()?)?, [2.0, 4.0, 6.0, 8.0]);
    assert_eq!(gradient(x.sum_rows()?.square()?)?, [12.0, 12.0, 12.0, 8.0]);
    assert_eq!(
        gradient(
            RaggedTensor::concat(&[&x, &x], 1)?
                .map(Tensor::square)?
                .sum_rows()?
        )?,
        [4.0, 8.0, 12.0, 16.0]
    );
    assert_eq!(
        gradient(x.gather(&[0, 2])?.max_rows()?.square()?)?,
        [0.0, 0.0, 6.0, 8.0]
    );
    // The second derivative of Σ (row sum)³ is 6·(row sum) between values of one row.
    let (outer, inner) = (Tape::new(), Tape::new());
    let x = outer.watch(&Tensor::from([1.0, 2.0, 4.0]))?;
    let v = inner.watch(&x)?;
    let sums = RaggedTensor::from_row_splits(&v, &[0, 2, 3])?.sum_rows()?;
    let first = inner
        .gradient(&sums.mul(&sums.square()?)?, &[&v])?
        .remove(0)
        .unwrap();
    let second = outer.gradient(&first, &[&x])?.remove(0);
    assert_eq!(
        second.map(|g| g.to_vec::<f64>()).transpose()?,
        Some(vec![36.0, 36.0, 24.0])
    );
    Ok(())
}

#[test]
fn the_structure_is_baked_into_a_graph_and_the_values_flow() -> Result<()> {
    let f = Function::new("rows", |x| {
        let r = RaggedTensor::from_row_splits(&x[0], &[0, 1, 3])?;
        Ok(vec![r.map(Tensor::square)?.to_tensor()?, r.mean_rows()?])
    });
    let results = f.call(&[&Tensor::from([3.0, 1.0, 2.0])])?;
    assert_eq!(results[0].to_vec::<f64>()?, [9.0, 0.0, 1.0, 4.0]);
    assert_eq!(results[1].to_vec::<f64>()?, [3.0, 1.5]);
    Ok(())
}

#[test]
fn bad_splits_and_other_mistakes_are_refused() -> Result<()> {
    let cut = |splits: &[i64]| RaggedTensor::from_row_splits(Tensor::from([1, 2, 3]), splits);
    says(
        cut(&[]),
        "ragged: row_splits is empty; splits start at 0, never decrease, and end at",
    );
    says(cut(&[1, 3]), "row_splits start at 1, not at 0");
    says(
        cut(&[0, 2, 1, 3]),
        "row_splits[2] = 1 is less than row_splits[1] = 2",
    );
    says(cut(&[0, 2]), "row_splits end at 2, but there are 3 values");
    let nested: [&[i64]; 2] = [&[0, 1], &[0, 1, 3]];
    says(
        RaggedTensor::from_nested_row_splits(Tensor::from([1, 2, 3]), &nested),
        "row_splits end at 1, but there are 2 rows in the next ragged axis",
    );
    says(
        RaggedTensor::from_row_splits(1, &[0]),
        "the values need a first axis",
    );
    says(
        RaggedTensor::from_row_lengths(Tensor::from([1]), &[usize::MAX, 1]),
        "more elements than memory can hold",
    );
    says(r().row(4), "index 4 is out of range for axis 0 of length 4");
    says(r().rows(2..5), "index 4 is out of range");
    says(r().ragged_row(0), "the rows of one are regular tensors: use row");
    says(
        RaggedTensor::nest(&[&r()])?.row(0),
        "a row of several is ragged: use ragged_row",
    );
    says(r().to_tensor_with(0.5), "cannot mix i32 with f64");
    says(
        r().map(|v| v.sum(&[])),
        "the first axis, one entry a value, must keep its length",
    );
    says(
        r().zip(&r().rows(0..1)?, Tensor::add),
        "both must have the same row splits",
    );
    let two = RaggedTensor::from_rows(&[vec![1], vec![2]]);
    says(
        RaggedTensor::concat(&[&r(), &two], 1),
        "the first tensor has 4 rows, but another has 2",
    );
    says(RaggedTensor::concat(&[], 0), "at least 1 ragged tensor needed");
    says(
        RaggedTensor::concat(&[&r()], 2),
        "axis 2 is out of range for a tensor of 2 axes",
    );
    says(
        RaggedTensor::concat(&[&r(), &RaggedTensor::from_rows(&[vec![0.5]])], 0),
        "cannot mix i32 with f64",
    );
    says(RaggedTensor::from_tensor(&Tensor::from([1])), "at least two axes");
    let gap = SparseTensor::new([[0, 0], [0, 2]], [1, 2], [1, 3])?;
    says(
        RaggedTensor::from_sparse(&gap),
        "row 0 has a value at column 2, but none at column 1",
    );
    says(
        RaggedTensor::from_rows(&[vec!["x".into(), "y".into()] as Vec<ml_core::tensor::Text>]).mean_rows(),
        "f32 or f64",
    );
    Ok(())
}

#[test]
fn large_tensors_are_elided() {
    let rows: Vec<Vec<i32>> = vec![(0..600).collect(), vec![], (0..600).collect()];
    assert_eq!(
        RaggedTensor::from_rows(&rows).to_string(),
        "[[0, 1, 2, ..., 597, 598, 599], [], [0, 1, 2, ..., 597, 598, 599]]"
    );
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<i32>>> {
    prop::collection::vec(prop::collection::vec(1..100, 0..6), 1..6)
}

proptest! {
    #[test]
    fn padded_and_sparse_forms_come_back(rows in any_rows()) {
        let ragged = RaggedTensor::from_rows(&rows);
        let text = ragged.to_string();
        prop_assert_eq!(&text, &format!("{rows:?}"));
        let padded = ragged.to_tensor_with(-7).unwrap();
        prop_assert_eq!(&RaggedTensor::from_padded(&padded, -7).unwrap().to_string(), &text);
        let sparse = ragged.to_sparse().unwrap();
        prop_assert_eq!(&RaggedTensor::from_sparse(&sparse).unwrap().to_string(), &text);
        // Two roads to the padded tensor: the values are not 0.
        let dense = sparse.to_dense().unwrap().to_vec::<i32>().unwrap();
        prop_assert_eq!(dense, ragged.to_tensor().unwrap().to_vec::<i32>().unwrap());
        let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
        let cut = RaggedTensor::from_row_lengths(ragged.values(), &lengths).unwrap();
        prop_assert_eq!(&cut.to_string(), &text);
    }

    #[test]
    fn concatenation_is_that_of_lists(pairs in prop::collection::vec((prop::collection::vec(0..9i32, 0..4), prop::collection::vec(0..9i32, 0..4)), 1..5)) {
        let (a, b): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
        let (x, y) = (RaggedTensor::from_rows(&a), RaggedTensor::from_rows(&b));
        let below = RaggedTensor::concat(&[&x, &y], 0).unwrap().to_string();
        prop_assert_eq!(below, format!("{:?}", [a, b].concat()));
        let beside = RaggedTensor::concat(&[&x, &y], 1).unwrap().to_string();
        let joined: Vec<Vec<i32>> = pairs.into_iter().map(|(a, b)| [a, b].concat()).collect();
        prop_assert_eq!(beside, format!("{joined:?}"));
    }

    #[test]
    fn reductions_are_those_of_lists(rows in any_rows()) {
        let sums: Vec<i32> = rows.iter().map(|row| row.iter().sum()).collect();
        prop_assert_eq!(RaggedTensor::from_rows(&rows).sum_rows().unwrap().to_vec::<i32>().unwrap(), sums);
        let full: Vec<Vec<i32>> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        let r = RaggedTensor::from_rows(&full);
        let largest: Vec<i32> = full.iter().map(|row| *row.iter().max().unwrap()).collect();
        prop_assert_eq!(r.max_rows().unwrap().to_vec::<i32>().unwrap(), largest);
    }
}
