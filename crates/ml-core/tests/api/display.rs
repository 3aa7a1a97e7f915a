//! Tensors as text.

use ml_core::{DType, Tensor, graph::Function};

use crate::reference::{numpy, tensor};

/// Reproduces C12-022.
#[test]
fn values_are_printed_as_numpy_prints_them() {
    let cases = numpy("printing");
    assert!(cases.len() > 90);
    for case in cases {
        let dtype = match case["dtype"].as_str().unwrap() {
            "f64" => DType::F64,
            "f32" => DType::F32,
            "f16" => DType::F16,
            "i64" => DType::I64,
            _ => DType::Bool,
        };
        let t = tensor(&case["x"]).cast(dtype).unwrap();
        let expected = format!("{} {dtype}{}", case["text"].as_str().unwrap(), t.shape());
        assert_eq!(t.to_string(), expected);
    }
}

#[test]
fn the_books_tensors_are_printed_whole() {
    let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(t.to_string(), "[[1., 2., 3.],\n [4., 5., 6.]] f32[2, 3]");
    assert_eq!(format!("{t:?}"), "Tensor(f32[2, 3])");
    assert_eq!(Tensor::from(42).to_string(), "42 i32[]");
    assert_eq!(Tensor::from([0u8, 255]).to_string(), "[  0, 255] u8[2]");
}

#[test]
fn text_bytes_views_and_precision() {
    let texts = Tensor::from(vec![
        ml_core::tensor::Text::from("a\"b"),
        ml_core::tensor::Text::from(&b"caf\xe9"[..]),
    ]);
    assert_eq!(texts.to_string(), "[\"a\\\"b\", b\"caf\\xe9\"] string[2]");
    let t = Tensor::from([[0.125, 2.0], [3.0, 4.0]]).transpose().unwrap();
    assert_eq!(format!("{t:.2}"), "[[0.12, 3.  ],\n [2.  , 4.  ]] f64[2, 2]");
    let halves = Tensor::from([0.1f32, -2.5]).cast(DType::BF16).unwrap();
    assert_eq!(halves.to_string(), "[ 0.1, -2.5] bf16[2]");
}

#[test]
fn what_is_traced_has_no_values_to_print() {
    let seen = Function::new("seen", |x| {
        assert_eq!(x[0].to_string(), "Tensor(\"x:0\", f32[2])");
        Ok(x.to_vec())
    });
    seen.call(&[&Tensor::from([1.0f32, 2.0])]).unwrap();
}
