//! Ranges, grids, one-hot vectors, nested lists, files.

use std::{collections::BTreeMap, fs};

use ml_core::{DType, Result, Tensor, ndarray::array};

use crate::reference::{both, both_one, fixture, says};

/// Reproduces exercise 3 of chapter 12 and C12-043, C12-059.
#[test]
fn a_range_of_ten_is_i32_and_numpys_is_i64() -> Result<()> {
    let range = Tensor::range(0..10)?;
    let constant = Tensor::from_ndarray(ml_core::ndarray::Array1::from_iter(0i64..10));
    assert_eq!((range.dtype(), constant.dtype()), (DType::I32, DType::I64));
    assert_eq!(
        range.cast(DType::I64)?.to_vec::<i64>()?,
        constant.to_vec::<i64>()?
    );
    assert_eq!(range.shape(), constant.shape());
    Ok(())
}

#[test]
fn ranges_count_in_either_direction() -> Result<()> {
    assert_eq!(Tensor::arange(5, -5, -3)?.to_vec::<i32>()?, [5, 2, -1, -4]);
    assert_eq!(Tensor::arange(3i64, 3, 1)?.len(), 0);
    assert_eq!(Tensor::arange(3i64, 9, -1)?.len(), 0);
    assert_eq!(
        Tensor::arange(0.0f32, 1.0, 0.3)?.to_vec::<f32>()?,
        [0.0, 0.3, 0.6, 0.900_000_04]
    );
    assert_eq!(
        Tensor::arange(i64::MIN, i64::MAX, i64::MAX)?.to_vec::<i64>()?,
        [i64::MIN, -1, i64::MAX - 1]
    );
    says(
        Tensor::arange(0, 10, 0),
        "arange: start, stop, step = 0, 10, 0: must be finite numbers, the step other than 0",
    );
    says(Tensor::arange(0.0, f64::NAN, 1.0), "0, NaN, 1");
    says(Tensor::arange(0.0, f64::INFINITY, 1.0), "finite numbers");
    says(
        Tensor::range(i64::MIN..i64::MAX),
        "more elements than memory can hold",
    );
    says(Tensor::arange(0.0, 1e300, 1e-300), "finite numbers");
    says(
        Tensor::linspace(0.0, 1.0, usize::MAX / 8),
        "more elements than memory can hold",
    );
    says(
        Tensor::linspace(0, 1, 2),
        "linspace: got elements of type i32, but needs f32 or f64",
    );
    assert_eq!(Tensor::linspace(2.0, 3.0, 1)?.to_vec::<f64>()?, [2.0]);
    assert!(Tensor::linspace(2.0, 3.0, 0)?.is_empty());
    assert_eq!(
        Tensor::linspace(1.0f32, -1.0, 3)?.to_vec::<f32>()?,
        [1.0, 0.0, -1.0]
    );
    Ok(())
}

#[test]
fn one_hot_vectors_along_any_axis() -> Result<()> {
    let classes = Tensor::from([[0, 2], [1, -1]]);
    let y = both_one(&[&classes], |x| x[0].one_hot(3))?;
    assert_eq!(y.shape().to_vec(), [2, 2, 3]);
    assert_eq!(
        y.to_vec::<f32>()?,
        [1., 0., 0., 0., 0., 1., 0., 1., 0., 0., 0., 0.]
    );
    let (on, off) = (Tensor::from(5i64), Tensor::from(-1i64));
    let y = both_one(&[&classes, &on, &off], |x| x[0].one_hot_with(3, 0, &x[1], &x[2]))?;
    assert_eq!(y.shape().to_vec(), [3, 2, 2]);
    assert_eq!(y.to_vec::<i64>()?, [5, -1, -1, -1, -1, -1, 5, -1, -1, 5, -1, -1]);
    says(
        Tensor::from([1.0]).one_hot(3),
        "one_hot: got elements of type f64",
    );
    says(
        classes.one_hot_with(3, 3, &on, &off),
        "one_hot: axis 3 is out of range for a tensor of 3 axes",
    );
    says(
        classes.one_hot_with(3, 0, &on, &Tensor::from(0)),
        "one_hot: cannot mix i64 with i32",
    );
    says(
        classes.one_hot_with(3, 0, &Tensor::from([1]), &off),
        "must be scalars",
    );
    says(
        classes.one_hot(usize::MAX / 8),
        "more elements than memory can hold",
    );
    Ok(())
}

#[test]
fn identities_triangles_and_grids() -> Result<()> {
    assert_eq!(Tensor::eye(2, 2, DType::I64)?.to_vec::<i64>()?, [1, 0, 0, 1]);
    assert_eq!(Tensor::eye(0, 3, DType::F32)?.shape().to_vec(), [0, 3]);
    assert_eq!(
        Tensor::tri(2, 3, 1, DType::I32)?.to_vec::<i32>()?,
        [1, 1, 0, 1, 1, 1]
    );
    says(Tensor::eye(2, 2, DType::Str), "ones: got elements of type string");
    says(
        Tensor::eye(usize::MAX / 2, 8, DType::F32),
        "more elements than memory can hold",
    );
    let (a, b, c) = (Tensor::from([1, 2]), Tensor::from([3, 4, 5]), Tensor::from([6]));
    let grid = both(&[&a, &b, &c], |x| Tensor::meshgrid(&[&x[0], &x[1], &x[2]]))?;
    assert_eq!(grid[1].shape().to_vec(), [2, 3, 1]);
    assert_eq!(grid[1].to_vec::<i32>()?, [3, 4, 5, 3, 4, 5]);
    says(
        Tensor::meshgrid(&[&Tensor::from(1)]),
        "every operand must be a vector",
    );
    assert!(Tensor::meshgrid(&[])?.is_empty());
    Ok(())
}

#[test]
fn nested_lists_keep_their_type() -> Result<()> {
    let t = Tensor::from_nested(&vec![vec![vec![1u8, 2]], vec![vec![3, 4]], vec![vec![5, 6]]])?;
    assert_eq!((t.dtype(), t.shape().to_vec()), (DType::U8, vec![3, 1, 2]));
    assert_eq!(Tensor::from_nested(&7i32)?.rank(), 0);
    assert_eq!(
        Tensor::from_nested(&Vec::<Vec<f32>>::new())?.shape().to_vec(),
        [0, 0]
    );
    says(
        Tensor::from_nested(&vec![vec![1.0], vec![2.0, 3.0]]),
        "from_nested: cannot combine shape [1] with [2]; lists side by side must be equally long",
    );
    Ok(())
}

#[test]
fn arrays_are_lent_without_a_copy() -> Result<()> {
    let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    let transposed = t.transpose()?;
    let lent = transposed.to_ndarray::<i32>()?;
    assert!(lent.is_view());
    assert_eq!(lent, array![[1, 4], [2, 5], [3, 6]].into_dyn());
    let reversed = t.flip(&[])?;
    let lent = reversed.to_ndarray::<i32>()?;
    assert!(lent.is_view());
    assert_eq!(lent, array![[6, 5, 4], [3, 2, 1]].into_dyn());
    let wide = Tensor::from([1, 2]).broadcast_to([3, 2])?;
    assert_eq!(
        wide.to_ndarray::<i32>()?,
        array![[1, 2], [1, 2], [1, 2]].into_dyn()
    );
    says(
        t.to_ndarray::<f32>().map(|_| ()),
        "to_ndarray: got elements of type i32, but needs f32",
    );
    Ok(())
}

#[test]
fn numpys_files_are_read_in_their_own_type() -> Result<()> {
    for (name, dtype) in [
        ("f2", DType::F16),
        ("f4", DType::F32),
        ("f8", DType::F64),
        ("i4", DType::I32),
        ("i8", DType::I64),
        ("u1", DType::U8),
    ] {
        let path = fixture(&format!("npy/{name}.npy"));
        let t = Tensor::load_npy(&path)?;
        assert_eq!((t.dtype(), t.shape().to_vec()), (dtype, vec![2, 3]));
        assert_eq!(t.cast(DType::I32)?.to_vec::<i32>()?, [0, 1, 2, 3, 4, 5]);
        let folder = tempfile::tempdir().unwrap();
        let again = folder.path().join("x.npy");
        t.save_npy(&again)?;
        let (ours, numpys) = (fs::read(&again).unwrap(), fs::read(&path).unwrap());
        assert_eq!(ours[128..], numpys[128..], "{name}");
        assert_eq!(Tensor::load_npy(&again)?.array()?, t.array()?);
        t.transpose()?.save_npy(&again)?;
        assert_eq!(Tensor::load_npy(&again)?.array()?, t.transpose()?.array()?);
    }
    assert_eq!(
        Tensor::load_npy(fixture("npy/b1.npy"))?.to_vec::<bool>()?,
        [true, false, true]
    );
    says(
        Tensor::load_npy(fixture("npy/u2.npy")),
        "holds elements of type \"u2\", but tensors hold f32, f64",
    );
    says(
        Tensor::from(["a"]).save_npy("x.npy"),
        "save_npy: got elements of type string",
    );
    says(Tensor::load_npy(fixture("npy/none.npy")), "cannot read");
    Ok(())
}

#[test]
fn archives_hold_tensors_of_several_types() -> Result<()> {
    let read = Tensor::load_npz(fixture("npy/mixed.npz"))?;
    assert_eq!(read["weights"].to_vec::<f32>()?, [0.5, 1.5]);
    assert_eq!(read["steps"].item::<i64>()?, 7);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let tensors = BTreeMap::from([
        ("a".to_owned(), Tensor::from([true, false])),
        ("b".to_owned(), Tensor::zeros([0, 2], DType::F16)?),
    ]);
    Tensor::save_npz(&path, &tensors)?;
    let read = Tensor::load_npz(&path)?;
    assert_eq!(read.len(), 2);
    assert_eq!(read["a"].array()?, tensors["a"].array()?);
    assert_eq!(read["b"].array()?, tensors["b"].array()?);
    let bytes = fs::read(&path).unwrap();
    for end in 0..bytes.len() {
        fs::write(&path, &bytes[..end]).unwrap();
        assert!(Tensor::load_npz(&path).is_err(), "cut off after {end} bytes");
    }
    Ok(())
}
