//! Arrays shared with NumPy.

use std::{collections::BTreeMap, fs, path::PathBuf};

use ml_core::{
    Error,
    ndarray::{Array1, Array2, ArrayD, array},
    persist::npy::{read_npy, read_npz, write_npy, write_npz},
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

#[test]
fn arrays_of_numpy_are_read() {
    let expected = array![[0.0, 0.25, 0.5], [0.75, 1.0, 1.25]];
    assert_eq!(read_npy::<f64, _>(fixture("rows.npy")).unwrap(), expected);
    let single: Array2<f32> = read_npy(fixture("columns_big_endian.npy")).unwrap();
    assert_eq!(single.mapv(f64::from), expected);
    let two = read_npz::<f64>(fixture("two.npz")).unwrap();
    assert_eq!(two["a"], expected.clone().into_dyn());
    assert_eq!(two["b"], expected.row(0).to_owned().into_dyn());
}

#[test]
fn what_is_written_is_what_numpy_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let expected = fs::read(fixture("rows.npy")).unwrap();
    write_npy(
        &path,
        read_npy::<f64, ml_core::ndarray::Ix2>(fixture("rows.npy"))
            .unwrap()
            .view(),
    )
    .unwrap();
    let found = fs::read(&path).unwrap();
    // The data and their alignment are the same; the header may differ in blanks.
    assert_eq!(found.len(), expected.len());
    assert_eq!(found[128..], expected[128..]);

    for shape in [vec![], vec![0], vec![4], vec![2, 0, 3], vec![1, 2, 3, 4]] {
        let array = ArrayD::from_elem(shape, -7i64);
        write_npy(&path, array.view()).unwrap();
        assert_eq!(read_npy::<i64, _>(&path).unwrap(), array);
        let named = BTreeMap::from([("x".to_owned(), array)]);
        write_npz(&path, &named).unwrap();
        assert_eq!(read_npz::<i64>(&path).unwrap(), named);
    }
}

#[test]
fn other_types_shapes_and_damage_are_refused() {
    let path = fixture("rows.npy");
    let says = |error: Error, text: &str| assert!(error.to_string().contains(text), "{error}");
    says(
        read_npy::<f32, ml_core::ndarray::Ix2>(&path).unwrap_err(),
        "holds elements of type \"<f8\", but \"f4\" was asked for",
    );
    let one: Result<Array1<f64>, _> = read_npy(&path);
    says(
        one.unwrap_err(),
        "holds an array of shape [2, 3], not of 1 dimensions",
    );

    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.npy");
    let bytes = fs::read(&path).unwrap();
    for end in 0..bytes.len() {
        fs::write(&bad, &bytes[..end]).unwrap();
        assert!(read_npy::<f64, ml_core::ndarray::Ix2>(&bad).is_err());
    }
    let huge = String::from_utf8_lossy(&bytes).replace("(2, 3)", "(9999999999999999999, 2)");
    fs::write(&bad, huge.as_bytes()).unwrap();
    assert!(read_npy::<f64, ml_core::ndarray::IxDyn>(&bad).is_err());
    assert!(read_npz::<f64>(&bad).is_err());
}
