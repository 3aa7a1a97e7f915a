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

/// A `.npy` file of double precision with this shape in its header.
fn with_shape(shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let length = [header.len() as u8, 0];
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
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

    // Headers that claim more than there is; the last shape is empty, yet no memory has such axes.
    for shape in ["9999999999999999999, 2", "999999999, 999999999, 999999999"] {
        fs::write(&bad, with_shape(shape, &[0; 48])).unwrap();
        let error = read_npy::<f64, ml_core::ndarray::IxDyn>(&bad).unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error}");
    }
    fs::write(&bad, with_shape("0, 999999999999, 999999999999", &[])).unwrap();
    says(
        read_npy::<f64, ml_core::ndarray::IxDyn>(&bad).unwrap_err(),
        "has the shape [0, 999999999999, 999999999999]",
    );
    fs::write(&bad, with_shape("2, 3", &[0; 48])).unwrap();
    assert_eq!(read_npy::<f64, _>(&bad).unwrap(), Array2::<f64>::zeros((2, 3)));
    assert!(read_npz::<f64>(&bad).is_err());
}

/// Files are read piece by piece: the pieces meet without a gap, and the last one may be short.
#[test]
fn arrays_longer_than_a_piece_are_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    // 64 KiB are 8,192 numbers of 8 bytes: one less, as many, one more, and some pieces.
    for n in [8191, 8192, 8193, 50_000] {
        let array = Array1::from_iter((0..n).map(|i| i as f64 / 3.0));
        write_npy(&path, array.view()).unwrap();
        assert_eq!(read_npy::<f64, _>(&path).unwrap(), array);
    }
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let error = read_npy::<f64, ml_core::ndarray::Ix1>(&path).unwrap_err();
    let text = "has 399999 bytes of data, which is not shape [50000]";
    assert!(error.to_string().contains(text), "{error}");
    let one = Array1::from_iter((0..70_000).map(|i| i % 3 == 0));
    let bits = Array1::from_iter(one.iter().map(|&b| u8::from(b)));
    write_npy(&path, one.view()).unwrap();
    assert_eq!(read_npy::<bool, _>(&path).unwrap(), one);
    write_npy(&path, bits.view()).unwrap();
    assert_eq!(read_npy::<u8, _>(&path).unwrap(), bits);
}
