//! Appendix F, "Special Data Structures": strings, ragged and sparse tensors, tensor arrays, sets, queues.
//!
//! `cargo run --release --example appendix_f`. The appendix's eighteen listings in order, each with what it must
//! give; all inputs are literals. Report: `target/book/appendix_f/`.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::core::{
    DType, Result, Tensor,
    dtype::Element,
    ops::Spec,
    strings::{self, Encoding, OnInvalid, Unit},
    structures::{RaggedTensor, SparseTensor, TensorArray, queue::Queue, sets},
    tensor::Text,
};
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("appendix_f", "Special Data Structures", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    let r = text(book)?;
    ragged(book, &r)?;
    sparse(book)?;
    tensor_arrays(book)?;
    set_algebra(book)?;
    queues(book)
}

/// The elements as a list: `[1, 2]`.
fn list<T: Element>(tensor: &Tensor) -> Result<String> {
    Ok(format!("{:?}", tensor.to_vec::<T>()?))
}

/// The shape as a list.
fn shape(tensor: &Tensor) -> String {
    tensor.shape().to_string()
}

/// Listings 1 to 5; the last one's ragged tensor goes on.
fn text(book: &mut Chapter) -> AnyResult<RaggedTensor> {
    book.section("Strings (listings 1 to 5)");
    let hello = Tensor::from(Text::from(b"hello world"));
    let form = format!("{:?} {} {}", hello.item::<Text>()?, shape(&hello), hello.dtype());
    book.text("NF-01", "1: a byte string", &form, r#"b"hello world" [] string"#);
    let cafe = format!("{:?}", Tensor::from("café").item::<Text>()?);
    book.text("NF-01", "2: UTF-8 bytes", &cafe, r#"b"caf\xc3\xa9""#);

    let u = Tensor::from(['c', 'a', 'f', 'é'].map(|letter| letter as i32));
    let form = format!("{} {} {}", list::<i32>(&u)?, shape(&u), u.dtype());
    book.text("NF-01", "3: code points", &form, "[99, 97, 102, 233] [4] i32");

    let b = strings::unicode_encode(&u, "UTF-8".parse()?, OnInvalid::Strict)?;
    let length = strings::length(&b, Unit::Utf8Char)?;
    book.text("NF-01", "4: characters", &length.item::<i32>()?.to_string(), "4");
    let back = strings::code_points(&b, "UTF8".parse()?, OnInvalid::Strict)?;
    book.text(
        "NF-01",
        "4: decoded again",
        &list::<i32>(&back)?,
        "[99, 97, 102, 233]",
    );

    let p = Tensor::from(["Café", "Coffee", "caffè", "咖啡"]);
    let lengths = strings::length(&p, Unit::Utf8Char)?;
    book.text(
        "NF-01",
        "5: characters of a batch",
        &list::<i32>(&lengths)?,
        "[4, 6, 5, 2]",
    );
    let r = strings::unicode_decode(&p, Encoding::Utf8, OnInvalid::Strict)?;
    book.text(
        "NF-01",
        "5: values",
        &list::<i32>(r.values())?,
        "[67, 97, 102, 233, 67, 111, 102, 102, 101, 101, 99, 97, 102, 102, 232, 21654, 21857]",
    );
    let splits = format!("{} {}", list::<i64>(&r.row_splits())?, r.row_splits().dtype());
    book.text("NF-02", "5: row splits", &splits, "[0, 4, 10, 15, 17] i64");
    Ok(r)
}

/// Listings 6 to 9.
fn ragged(book: &mut Chapter, r: &RaggedTensor) -> AnyResult {
    book.section("Ragged tensors (listings 6 to 9)");
    let row = r.row(1)?;
    let form = format!("{} {}", list::<i32>(&row)?, shape(&row));
    book.text("NF-03", "6: a row", &form, "[67, 111, 102, 102, 101, 101] [6]");
    let r2 = RaggedTensor::from_rows(&[vec![65, 66], vec![], vec![67]]);
    book.text(
        "NF-03",
        "7: concatenated along axis 0",
        &RaggedTensor::concat(&[r, &r2], 0)?.to_string(),
        "[[67, 97, 102, 233], [67, 111, 102, 102, 101, 101], [99, 97, 102, 102, 232], [21654, 21857], [65, 66], [], [67]]",
    );
    let r3 = RaggedTensor::from_rows(&[vec![68, 69, 70], vec![71], vec![], vec![72, 73]]);
    book.text(
        "NF-03",
        "8: concatenated along axis 1",
        &RaggedTensor::concat(&[r, &r3], 1)?.to_string(),
        "[[67, 97, 102, 233, 68, 69, 70], [67, 111, 102, 102, 101, 101, 71], [99, 97, 102, 102, 232], [21654, 21857, 72, 73]]",
    );
    let padded = r.to_tensor()?;
    let form = format!("{} {}", shape(&padded), list::<i32>(&padded)?);
    book.text(
        "NF-03",
        "9: padded",
        &form,
        "[4, 6] [67, 97, 102, 233, 0, 0, 67, 111, 102, 102, 101, 101, 99, 97, 102, 102, 232, 0, 21654, 21857, 0, 0, 0, 0]",
    );
    Ok(())
}

/// Listings 10 and 11.
#[allow(clippy::approx_constant)] // The book's factor is no approximation of pi.
fn sparse(book: &mut Chapter) -> AnyResult {
    book.section("Sparse tensors (listings 10 and 11)");
    let s = SparseTensor::new([[0, 1], [1, 0], [2, 3]], [1.0, 2.0, 3.0], [3, 4])?;
    book.text(
        "NF-04",
        "10: to dense",
        &list::<f64>(&s.to_dense()?)?,
        "[0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0]",
    );
    let scaled = &s * 3.14;
    let expected = "SparseTensor(f64[3, 4]) {[0, 1]: 3.14, [1, 0]: 6.28, [2, 3]: 9.42}";
    book.text("NF-04", "11: s * 3.14 is sparse", &scaled.to_string(), expected);
    let refused = s.add_scalar(42.0).err().map(|error| error.to_string());
    let says = refused.clone().unwrap_or_default();
    book.claim("NF-04", "11: s + 42.0 is refused", says, refused.is_some());
    Ok(())
}

/// Listings 12 and 13.
fn tensor_arrays(book: &mut Chapter) -> AnyResult {
    book.section("Tensor arrays (listings 12 and 13)");
    let mut array = TensorArray::new(DType::F32, 3);
    array = array.write(0, &Tensor::from([1.0f32, 2.0]))?;
    array = array.write(1, &Tensor::from([3.0f32, 10.0]))?;
    array = array.write(2, &Tensor::from([5.0f32, 7.0]))?;
    let read = array.read(1)?;
    book.text("NF-05", "12: read", &list::<f32>(&read)?, "[3.0, 10.0]");
    let stacked = array.stack()?;
    let form = format!("{} {}", shape(&stacked), list::<f32>(&stacked)?);
    book.text(
        "NF-05",
        "13: stacked",
        &form,
        "[3, 2] [1.0, 2.0, 0.0, 0.0, 5.0, 7.0]",
    );
    Ok(())
}

/// Listings 14 to 16.
fn set_algebra(book: &mut Chapter) -> AnyResult {
    book.section("Sets (listings 14 to 16)");
    let u = sets::union(&Tensor::from([[1, 5, 9]]), &Tensor::from([[5, 6, 9, 11]]))?;
    book.text(
        "NF-06",
        "14: union",
        &list::<i32>(&u.to_dense()?)?,
        "[1, 5, 6, 9, 11]",
    );
    let a = Tensor::from([[1, 5, 9], [10, 0, 0]]);
    let b = Tensor::from([[5, 6, 9, 11], [13, 0, 0, 0]]);
    let u = sets::union(&a, &b)?;
    let padded = list::<i32>(&u.to_dense()?)?;
    book.text(
        "NF-06",
        "15: two at once",
        &padded,
        "[1, 5, 6, 9, 11, 0, 10, 13, 0, 0]",
    );
    let padded = list::<i32>(&u.to_dense_with(-1)?)?;
    book.text(
        "NF-06",
        "16: padded with -1",
        &padded,
        "[1, 5, 6, 9, 11, 0, 10, 13, -1, -1]",
    );
    Ok(())
}

/// Listings 17 and 18.
fn queues(book: &mut Chapter) -> AnyResult {
    book.section("Queues (listings 17 and 18)");
    let q = Queue::fifo(3, [Spec::new(DType::I32, []), Spec::new(DType::Str, [])])?;
    q.enqueue(&[Tensor::from(10), Tensor::from("windy")])?;
    q.enqueue(&[Tensor::from(15), Tensor::from("sunny")])?;
    book.text("NF-07", "17: size", &q.size().to_string(), "2");
    let record = q.dequeue()?;
    let form = format!("{} {:?}", record[0].item::<i32>()?, record[1].item::<Text>()?);
    book.text("NF-07", "17: dequeued", &form, r#"10 b"windy""#);
    q.enqueue_many(&[Tensor::from([13, 16]), Tensor::from(["cloudy", "rainy"])])?;
    let batch = q.dequeue_many(3)?;
    let form = format!("{} {}", list::<i32>(&batch[0])?, list::<Text>(&batch[1])?);
    book.text(
        "NF-07",
        "18: three at once",
        &form,
        r#"[15, 13, 16] [b"sunny", b"cloudy", b"rainy"]"#,
    );
    Ok(())
}
