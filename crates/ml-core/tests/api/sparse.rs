//! Sparse tensors: the book's numbers, agreement with regular tensors, gradients, mistakes.

use ml_core::{
    Result, Shape, Tensor, autodiff::Tape, graph::Function, structures::SparseTensor, tensor::Text,
};
use proptest::prelude::*;

fn says<T: std::fmt::Debug>(result: Result<T>, text: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(text), "{error:?} does not say {text:?}");
}

fn s() -> SparseTensor {
    SparseTensor::new([[0, 1], [1, 0], [2, 3]], [1.0, 2.0, 3.0], [3, 4]).unwrap()
}

/// Reproduces NF-04: XF-020, XF-022, XF-024, XF-025.
#[test]
#[allow(clippy::approx_constant)] // The book's factor is no approximation of pi.
fn the_books_matrix_becomes_dense_and_takes_factors_only() -> Result<()> {
    let dense = s().to_dense()?;
    assert_eq!(dense.shape().to_vec(), [3, 4]);
    assert_eq!(
        dense.to_vec::<f64>()?,
        [0., 1., 0., 0., 2., 0., 0., 0., 0., 0., 0., 3.]
    );
    let scaled = &s() * 3.14;
    assert_eq!(
        (scaled.n_values(), scaled.values().to_vec::<f64>()?),
        (3, vec![3.14, 6.28, 3.0 * 3.14])
    );
    says(
        s().add_scalar(42.0),
        "sparse tensor of shape [3, 4] + 42 does not support addition of a number: the result would not be \
         sparse; add it to to_dense(), or to the stored values alone with map()",
    );
    assert_eq!((-&(&s() / 2.0)).values().to_vec::<f64>()?, [-0.5, -1.0, -1.5]);
    assert_eq!(
        s().to_string(),
        "SparseTensor(f64[3, 4]) {[0, 1]: 1.0, [1, 0]: 2.0, [2, 3]: 3.0}"
    );
    Ok(())
}

/// XF-021, XF-023.
#[test]
fn indices_out_of_order_are_told_and_reordered() -> Result<()> {
    let mixed = SparseTensor::new([[2, 3], [0, 1], [1, 0]], [3.0, 1.0, 2.0], [3, 4])?;
    assert!(!mixed.is_ordered());
    says(
        mixed.to_dense(),
        "sparse to_dense: index [0, 1] comes after [2, 3], which is later in reading order; bring the indices \
         into order: reorder()",
    );
    assert_eq!(mixed.reorder()?.to_dense()?.array()?, s().to_dense()?.array()?);
    let twice = SparseTensor::new([[1, 1], [0, 0], [1, 1]], [1, 2, 3], [2, 2])?;
    says(
        twice.reorder()?.to_dense(),
        "index [1, 1] is there twice; add up what shares an index: coalesce()",
    );
    assert_eq!(twice.coalesce()?.to_dense()?.to_vec::<i32>()?, [2, 0, 0, 4]);
    Ok(())
}

#[test]
fn strings_and_flags_are_sparse_too() -> Result<()> {
    let t = Tensor::from(["", "a", "", "b"]).reshape(&[2, 2])?;
    let sparse = SparseTensor::from_dense(&t)?;
    assert_eq!((sparse.n_values(), sparse.to_dense()?.array()?), (2, t.array()?));
    let dashes = sparse.to_dense_with("-")?.to_vec::<Text>()?;
    assert_eq!(dashes, ["-", "a", "-", "b"].map(Text::from));
    let flags = SparseTensor::new([[1]], [true], [3])?;
    assert_eq!(flags.to_dense()?.to_vec::<bool>()?, [false, true, false]);
    Ok(())
}

#[test]
fn nothing_stored_is_all_zeros() -> Result<()> {
    let none = SparseTensor::new(
        Tensor::zeros([0, 2], ml_core::DType::I64)?,
        Vec::<f64>::new(),
        [2, 3],
    )?;
    assert_eq!(none.to_dense()?.to_vec::<f64>()?, [0.0; 6]);
    assert_eq!(
        none.matmul(&Tensor::ones([3, 2], none.dtype())?)?
            .to_vec::<f64>()?,
        [0.0; 4]
    );
    assert_eq!(none.sum(&[])?.item::<f64>()?, 0.0);
    let no_columns = SparseTensor::from_dense(&Tensor::zeros([2, 0], none.dtype())?)?;
    assert_eq!(no_columns.to_dense()?.shape().to_vec(), [2, 0]);
    Ok(())
}

#[test]
fn mistakes_are_named() -> Result<()> {
    let new = |indices: Tensor, shape: &[usize]| SparseTensor::new(indices, [1.0, 2.0], Shape::from(shape));
    says(
        new(Tensor::from([[0, 1], [0, 4]]), &[3, 4]),
        "sparse: index 4 is out of range for axis 1 of length 4",
    );
    says(
        new(Tensor::from([[0, 1], [-1, 0]]), &[3, 4]),
        "index -1 is out of range for axis 0 of length 3",
    );
    says(
        new(Tensor::from([[0], [1]]), &[3, 4]),
        "indices are [n, 2]: a row of 2 numbers each",
    );
    says(
        new(Tensor::from([[0, 1]]), &[3, 4]),
        "1 indices need as many values, in one axis",
    );
    says(
        new(Tensor::from([[0.0, 1.0], [1.0, 1.0]]), &[3, 4]),
        "but needs i32 or i64",
    );
    says(
        new(Tensor::from([[0, 1], [1, 1]]), &[]),
        "a dense shape needs at least one axis",
    );
    says(
        SparseTensor::from_dense(&Tensor::from(1)),
        "a dense shape needs at least one axis",
    );
    says(s().to_dense_with(0), "cannot mix f64 with i32");
    says(
        s().matmul(&Tensor::from([[1.0], [2.0]])),
        "the columns of the sparse matrix must be as many as the rows",
    );
    says(
        s().matmul(&Tensor::ones([4, 1], ml_core::DType::F32)?),
        "cannot mix f64 with f32",
    );
    says(
        SparseTensor::new([[0]], [1.0], [2])?.matmul(&Tensor::from([1.0])),
        "a matrix of two axes is needed",
    );
    says(
        s().mul_dense(&Tensor::from([1.0, 2.0])),
        "lengths must be equal or one of them 1",
    );
    says(
        s().mul_dense(&Tensor::ones([2, 3, 4], s().dtype())?),
        "must broadcast to the shape of the sparse one",
    );
    says(
        s().add(&SparseTensor::new([[0, 0]], [1.0], [1, 1])?),
        "both must have the same shape",
    );
    says(s().slice(&[0], &[1]), "need a number for every axis");
    says(
        s().slice(&[4, 0], &[1, 1]),
        "index 4 is out of range for axis 0 of length 3",
    );
    says(s().rows(1..4), "index 4 is out of range");
    says(s().permute(&[0, 0]), "every axis of shape [3, 4] exactly once");
    says(s().sum(&[2]), "axis 2 is out of range");
    says(s().map(|v| v.sum(&[])), "there must be as many values as before");
    let huge = SparseTensor::new([[0, 0]], [1.0], [usize::MAX / 2, 3])?;
    says(huge.to_dense(), "has more elements than memory can hold");
    Ok(())
}

#[test]
fn the_product_differentiates_as_that_of_the_dense_matrix() -> Result<()> {
    let (outer, inner) = (Tape::persistent(), Tape::persistent());
    let v = outer.watch(&Tensor::from([1.0, -2.0, 3.0, 0.5]))?;
    let d = outer.watch(&Tensor::from([[1.0, 2.0], [-3.0, 4.0], [0.5, -1.0]]))?;
    let (values, dense) = (inner.watch(&v)?, inner.watch(&d)?);
    let sparse = SparseTensor::new([[0, 1], [1, 0], [1, 2], [3, 1]], &values, [4, 3])?;
    let products = [sparse.matmul(&dense)?, sparse.to_dense()?.matmul(&dense)?];
    let mut all = Vec::new();
    for y in products {
        let cube = y.mul(&y.square()?)?;
        let first = inner.gradient(&cube, &[&values, &dense])?;
        for gradient in first.into_iter().flatten() {
            let seed = gradient.square()?;
            let second = outer.gradient(&seed, &[&v, &d])?;
            all.push(gradient.to_vec::<f64>()?);
            all.extend(second.into_iter().flatten().map(|g| g.to_vec::<f64>().unwrap()));
        }
    }
    let (ours, theirs) = all.split_at(all.len() / 2);
    assert_eq!((ours.len(), theirs.len()), (6, 6));
    for (a, b) in ours.concat().iter().zip(theirs.concat()) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} {b}");
    }
    Ok(())
}

#[test]
fn gradients_flow_through_dense_forms_and_sums() -> Result<()> {
    let tape = Tape::persistent();
    let values = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
    let s = SparseTensor::new([[0, 1], [1, 0], [2, 3]], &values, [3, 4])?;
    let gradient = |y: Tensor| {
        tape.gradient(&y, &[&values])?[0]
            .as_ref()
            .unwrap()
            .to_vec::<f64>()
    };
    assert_eq!(gradient(s.to_dense()?.square()?)?, [2.0, 4.0, 6.0]);
    assert_eq!(gradient(s.to_dense_with(5.0)?.square()?)?, [2.0, 4.0, 6.0]);
    assert_eq!(gradient(s.sum(&[1])?.square()?)?, [2.0, 4.0, 6.0]);
    assert_eq!(
        gradient(s.add(&s)?.map(Tensor::square)?.sum(&[])?)?,
        [8.0, 16.0, 24.0]
    );
    let factors = tape.watch(&Tensor::from([[10.0, 20.0, 30.0, 40.0]]))?;
    let product = s.mul_dense(&factors)?.sum(&[])?;
    let gradients = tape.gradient(&product, &[&values, &factors])?;
    assert_eq!(
        gradients[0].as_ref().unwrap().to_vec::<f64>()?,
        [20.0, 10.0, 40.0]
    );
    assert_eq!(
        gradients[1].as_ref().unwrap().to_vec::<f64>()?,
        [2.0, 1.0, 0.0, 3.0]
    );
    let dense = tape.watch(&Tensor::from([[0.0, 3.0]]))?;
    let back = tape.gradient(&SparseTensor::from_dense(&dense)?.sum(&[])?, &[&dense])?;
    assert_eq!(back[0].as_ref().unwrap().to_vec::<f64>()?, [0.0, 1.0]);
    Ok(())
}

#[test]
fn graphs_hold_products_with_fixed_indices() -> Result<()> {
    let f = Function::new("product", |x| {
        let s = SparseTensor::new([[0, 1], [1, 0]], &x[0], [2, 2])?;
        Ok(vec![s.matmul(&x[1])?, s.transpose()?.to_dense()?])
    });
    let results = f.call(&[&Tensor::from([2.0f32, 3.0]), &Tensor::from([[1.0f32], [10.0]])])?;
    assert_eq!(results[0].to_vec::<f32>()?, [20.0, 3.0]);
    assert_eq!(results[1].to_vec::<f32>()?, [0.0, 3.0, 2.0, 0.0]);
    Ok(())
}

/// A matrix nearly all zeros.
fn matrix() -> impl Strategy<Value = (usize, usize, Vec<f64>)> {
    (1..7usize, 1..7usize).prop_flat_map(|(m, n)| {
        let element = prop_oneof![3 => Just(0.0), 1 => (-4..5i8).prop_map(f64::from)];
        (Just(m), Just(n), prop::collection::vec(element, m * n))
    })
}

fn dense(m: usize, n: usize, values: &[f64]) -> Tensor {
    Tensor::from_vec(values.to_vec(), [m, n]).unwrap()
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_that_of_regular_tensors((m, n, values) in matrix(), seed in any::<u64>()) {
        let x = dense(m, n, &values);
        let s = SparseTensor::from_dense(&x).unwrap();
        let same = |a: Tensor, b: Tensor| -> Result<(), TestCaseError> {
            prop_assert_eq!(a.shape(), b.shape());
            prop_assert_eq!(a.to_vec::<f64>().unwrap(), b.to_vec::<f64>().unwrap());
            Ok(())
        };
        prop_assert_eq!(s.n_values(), values.iter().filter(|&&v| v != 0.0).count());
        prop_assert!(s.to_dense().unwrap().array().unwrap() == x.array().unwrap());
        prop_assert!(s.to_dense_with(0.0).unwrap().array().unwrap() == x.array().unwrap());
        let mut rng = ml_core::Rng::new(seed);
        let mut draw = |m: usize, n: usize| dense(m, n, &(0..m * n).map(|_| rng.below(9) as f64 - 4.0).collect::<Vec<_>>());
        let (b, row) = (draw(n, 3), draw(1, n));
        // Small whole numbers: every sum is exact.
        same(s.matmul(&b).unwrap(), x.matmul(&b).unwrap())?;
        same(s.mul_dense(&row).unwrap().to_dense().unwrap(), x.mul(&row).unwrap())?;
        same(s.add_dense(&row).unwrap(), x.add(&row).unwrap())?;
        same(s.mul_scalar(3.0).unwrap().to_dense().unwrap(), x.mul_scalar(3.0).unwrap())?;
        let transposed = s.transpose().unwrap();
        prop_assert!(transposed.is_ordered());
        prop_assert_eq!(transposed.to_dense().unwrap().to_vec::<f64>().unwrap(), x.transpose().unwrap().to_vec::<f64>().unwrap());
        for axes in [&[0][..], &[1], &[]] {
            same(s.sum(axes).unwrap(), x.sum(axes).unwrap())?;
        }
        let y = draw(m, n);
        same(s.add(&SparseTensor::from_dense(&y).unwrap()).unwrap().to_dense().unwrap(), x.add(&y).unwrap())?;
        let csr = s.to_csr::<f64>().unwrap();
        same(SparseTensor::from_csr(&csr).unwrap().to_dense().unwrap(), x.clone())?;
        let columns = csr.to_csc();
        same(SparseTensor::from_csr(&columns).unwrap().to_dense().unwrap(), x)?;
    }

    #[test]
    fn slices_are_those_of_the_dense_form((m, n, values) in matrix(), a in 0..7usize, b in 0..7usize, c in 0..7usize, d in 0..7usize) {
        let (a, b) = (a.min(m), b.min(n));
        let s = SparseTensor::from_dense(&dense(m, n, &values)).unwrap();
        let part = s.slice(&[a, b], &[c, d]).unwrap();
        let (rows, columns) = (c.min(m - a), d.min(n - b));
        let expected: Vec<f64> = (a..a + rows).flat_map(|i| values[i * n + b..][..columns].to_vec()).collect();
        prop_assert_eq!(part.dense_shape().to_vec(), vec![rows, columns]);
        prop_assert_eq!(part.to_dense().unwrap().to_vec::<f64>().unwrap(), expected);
    }

    #[test]
    fn any_order_of_indices_is_brought_into_reading_order((m, n, values) in matrix(), seed in any::<u64>()) {
        let x = dense(m, n, &values);
        let s = SparseTensor::from_dense(&x).unwrap();
        let (indices, stored) = (s.indices().to_vec::<i64>().unwrap(), s.values().to_vec::<f64>().unwrap());
        let order = ml_core::Rng::new(seed).permutation(stored.len());
        let shuffled: Vec<i64> = order.iter().flat_map(|&i| indices[2 * i..2 * i + 2].to_vec()).collect();
        let values: Vec<f64> = order.iter().map(|&i| stored[i]).collect();
        let mixed = SparseTensor::new(Tensor::from_vec(shuffled, [stored.len(), 2]).unwrap(), values, [m, n]).unwrap();
        prop_assert!(mixed.reorder().unwrap().to_dense().unwrap().array().unwrap() == x.array().unwrap());
    }
}
