//! Chapter 12, section 12.2: tensors and operations, NumPy, types, variables.
//!
//! `cargo run --release --example ch12_tensors`. The book's first ten listings and its exercise 3: constants, shapes, indexing, operators, arrays
//! of `ndarray` and back, types that do not mix, and variables assigned to as a whole, in part, and at scattered places. Needs no data.
//! Report: `target/book/ch12_tensors/`.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::core::{
    DType, Error, Tensor, at,
    autodiff::Variable,
    ndarray::{Array1, array},
};
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch12_tensors", "Using TensorFlow like NumPy", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    constants(book, &t);
    indexing(book, &t)?;
    operations(book, &t)?;
    arrays(book, &t)?;
    types(book)?;
    variables(book, &t)?;
    ranges(book)
}

/// A tensor as it is printed, on one line.
fn line(tensor: &Tensor) -> String {
    tensor.to_string().replace('\n', "")
}

fn agree(book: &mut Chapter, listing: &str, ours: &Tensor, expected: &str) {
    book.text("N12-01", listing, &line(ours), expected);
}

/// Listings 1 and 2.
fn constants(book: &mut Chapter, t: &Tensor) {
    book.section("Tensors");
    println!("{t}");
    agree(
        book,
        "constant matrix",
        t,
        "[[1., 2., 3.], [4., 5., 6.]] f32[2, 3]",
    );
    agree(book, "constant scalar", &Tensor::from(42), "42 i32[]");
    book.text("N12-01", "t.shape", &t.shape().to_string(), "[2, 3]");
    book.text("N12-01", "t.dtype", t.dtype().name(), "f32");
}

/// Listing 3.
fn indexing(book: &mut Chapter, t: &Tensor) -> AnyResult {
    let part = t.index(&at![.., 1..])?;
    agree(book, "t[:, 1:]", &part, "[[2., 3.], [5., 6.]] f32[2, 2]");
    let column = t.index(&at![..., 1, new])?;
    agree(book, "t[..., 1, newaxis]", &column, "[[2.], [5.]] f32[2, 1]");
    Ok(())
}

/// Listings 4 and 5.
fn operations(book: &mut Chapter, t: &Tensor) -> AnyResult {
    book.section("Operations");
    agree(
        book,
        "t + 10",
        &(t + 10.0),
        "[[11., 12., 13.], [14., 15., 16.]] f32[2, 3]",
    );
    agree(
        book,
        "square(t)",
        &t.square()?,
        "[[ 1.,  4.,  9.], [16., 25., 36.]] f32[2, 3]",
    );
    let product = t.matmul(&t.transpose()?)?;
    agree(
        book,
        "t @ transpose(t)",
        &product,
        "[[14., 32.], [32., 77.]] f32[2, 2]",
    );
    let squares = &t.transpose()?.square()? + 10.0;
    let expected = "[[11., 26.], [14., 35.], [19., 46.]] f32[3, 2]";
    agree(book, "K.square(K.transpose(t)) + 10", &squares, expected);
    Ok(())
}

/// Listing 6.
fn arrays(book: &mut Chapter, t: &Tensor) -> AnyResult {
    book.section("Arrays");
    let a = array![2.0, 4.0, 5.0];
    agree(
        book,
        "constant(a)",
        &Tensor::from(a.clone()),
        "[2., 4., 5.] f64[3]",
    );
    let lent = t.to_ndarray::<f32>()?;
    book.claim(
        "N12-01",
        "t.numpy() has the values of t, here without a copy",
        format!("{lent}"),
        lent == array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn() && lent.is_view(),
    );
    agree(
        book,
        "tf.square(a)",
        &Tensor::from(a).square()?,
        "[ 4., 16., 25.] f64[3]",
    );
    let squares = lent.mapv(|x| x * x);
    agree(
        book,
        "np.square(t)",
        &squares.into(),
        "[[ 1.,  4.,  9.], [16., 25., 36.]] f32[2, 3]",
    );
    Ok(())
}

/// Listings 7 and 8.
fn types(book: &mut Chapter) -> AnyResult {
    book.section("Types");
    let two = Tensor::from(2.0f32);
    for (label, other) in [
        ("2. + int 40", Tensor::from(40)),
        ("2. + float64 40.", Tensor::from(40.0)),
    ] {
        let error = two.add(&other).err();
        let refused = matches!(error, Some(Error::MixedDTypes { .. }));
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        book.claim("N12-01", &format!("{label} is an error"), text, refused);
    }
    let sum = two.add(&Tensor::from(40.0).cast(DType::F32)?)?;
    agree(book, "2. + cast(40., float32)", &sum, "42. f32[]");
    Ok(())
}

/// Listings 9 and 10.
fn variables(book: &mut Chapter, t: &Tensor) -> AnyResult {
    book.section("Variables");
    let v = Variable::new(t);
    agree(
        book,
        "Variable",
        &v.read(),
        "[[1., 2., 3.], [4., 5., 6.]] f32[2, 3]",
    );
    v.assign(&v.read().mul_scalar(2.0)?)?;
    agree(
        book,
        "v.assign(2 * v)",
        &v.read(),
        "[[ 2.,  4.,  6.], [ 8., 10., 12.]] f32[2, 3]",
    );
    v.slice(&at![0, 1]).assign(42.0f32)?;
    agree(
        book,
        "v[0, 1].assign(42)",
        &v.read(),
        "[[ 2., 42.,  6.], [ 8., 10., 12.]] f32[2, 3]",
    );
    v.slice(&at![.., 2]).assign([0.0f32, 1.0])?;
    agree(
        book,
        "v[:, 2].assign([0., 1.])",
        &v.read(),
        "[[ 2., 42.,  0.], [ 8., 10.,  1.]] f32[2, 3]",
    );
    v.scatter_nd_update(&Tensor::from([[0, 0], [1, 2]]), &Tensor::from([100.0f32, 200.0]))?;
    let expected = "[[100.,  42.,   0.], [  8.,  10., 200.]] f32[2, 3]";
    agree(book, "v.scatter_nd_update", &v.read(), expected);
    Ok(())
}

/// Exercise 3.
fn ranges(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 3");
    let range = Tensor::range(0..10)?;
    let constant = Tensor::from(Array1::from_iter(0i64..10));
    agree(
        book,
        "tf.range(10)",
        &range,
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] i32[10]",
    );
    agree(
        book,
        "tf.constant(np.arange(10))",
        &constant,
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] i64[10]",
    );
    Ok(())
}
