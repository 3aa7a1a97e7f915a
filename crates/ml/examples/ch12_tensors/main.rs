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
    support::run("ch12_tensors", "Using TensorFlow like NumPy", |book| {
        listings(book)?;
        ranges(book)
    })
}

/// The first ten listings, each with what the book prints.
fn listings(book: &mut Chapter) -> AnyResult {
    let mut listings = Listings { book, id: "N12-01" };
    let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    constants(&mut listings, &t);
    indexing(&mut listings, &t)?;
    operations(&mut listings, &t)?;
    arrays(&mut listings, &t)?;
    types(&mut listings)?;
    variables(&mut listings, &t)
}

/// Reports all listings under one number of the book.
struct Listings<'b> {
    book: &'b mut Chapter,
    id: &'static str,
}

impl Listings<'_> {
    fn section(&self, title: &str) {
        self.book.section(title);
    }

    /// A tensor as it is printed, on one line.
    fn agree(&mut self, listing: &str, ours: &Tensor, expected: &str) {
        self.text(listing, &ours.to_string().replace('\n', ""), expected);
    }

    fn text(&mut self, listing: &str, ours: &str, expected: &str) {
        self.book.text(self.id, listing, ours, expected);
    }

    fn claim(&mut self, listing: &str, ours: String, holds: bool) {
        self.book.claim(self.id, listing, ours, holds);
    }
}

fn constants(book: &mut Listings, t: &Tensor) {
    book.section("Tensors (listings 1 and 2)");
    println!("{t}");
    let matrix = "[[1., 2., 3.], [4., 5., 6.]] f32[2, 3]";
    book.agree("1: constant matrix", t, matrix);
    book.agree("1: constant scalar", &Tensor::from(42), "42 i32[]");
    book.text("2: t.shape", &t.shape().to_string(), "[2, 3]");
    book.text("2: t.dtype", t.dtype().name(), "f32");
}

fn indexing(book: &mut Listings, t: &Tensor) -> AnyResult {
    book.section("Indexing (listing 3)");
    let part = t.index(&at![.., 1..])?;
    book.agree("3: t[:, 1:]", &part, "[[2., 3.], [5., 6.]] f32[2, 2]");
    let column = t.index(&at![..., 1, new])?;
    book.agree("3: t[..., 1, newaxis]", &column, "[[2.], [5.]] f32[2, 1]");
    Ok(())
}

fn operations(book: &mut Listings, t: &Tensor) -> AnyResult {
    book.section("Operations (listings 4 and 5)");
    let sum = "[[11., 12., 13.], [14., 15., 16.]] f32[2, 3]";
    book.agree("4: t + 10", &(t + 10.0), sum);
    let squares = "[[ 1.,  4.,  9.], [16., 25., 36.]] f32[2, 3]";
    book.agree("4: square(t)", &t.square()?, squares);
    let product = t.matmul(&t.transpose()?)?;
    book.agree(
        "4: t @ transpose(t)",
        &product,
        "[[14., 32.], [32., 77.]] f32[2, 2]",
    );
    let squares = &t.transpose()?.square()? + 10.0;
    let expected = "[[11., 26.], [14., 35.], [19., 46.]] f32[3, 2]";
    book.agree("5: K.square(K.transpose(t)) + 10", &squares, expected);
    Ok(())
}

fn arrays(book: &mut Listings, t: &Tensor) -> AnyResult {
    book.section("Arrays (listing 6)");
    let a = array![2.0, 4.0, 5.0];
    let tensor = Tensor::from(a.clone());
    book.agree("6: constant(a)", &tensor, "[2., 4., 5.] f64[3]");
    let lent = t.to_ndarray::<f32>()?;
    let same = lent == array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn();
    book.claim(
        "6: t.numpy() has the values of t, here without a copy",
        lent.to_string().replace('\n', ""),
        same && lent.is_view(),
    );
    let squares = Tensor::from(a).square()?;
    book.agree("6: tf.square(a)", &squares, "[ 4., 16., 25.] f64[3]");
    let squares = lent.mapv(|x| x * x);
    let expected = "[[ 1.,  4.,  9.], [16., 25., 36.]] f32[2, 3]";
    book.agree("6: np.square(t)", &squares.into(), expected);
    Ok(())
}

fn types(book: &mut Listings) -> AnyResult {
    book.section("Types (listings 7 and 8)");
    let two = Tensor::from(2.0f32);
    for (label, other) in [
        ("7: 2. + int 40 is an error", Tensor::from(40)),
        ("7: 2. + float64 40. is an error", Tensor::from(40.0)),
    ] {
        let error = two.add(&other).err();
        let refused = matches!(error, Some(Error::MixedDTypes { .. }));
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        book.claim(label, text, refused);
    }
    let sum = two.add(&Tensor::from(40.0).cast(DType::F32)?)?;
    book.agree("8: 2. + cast(40., float32)", &sum, "42. f32[]");
    Ok(())
}

fn variables(book: &mut Listings, t: &Tensor) -> AnyResult {
    book.section("Variables (listings 9 and 10)");
    let v = Variable::new(t);
    let start = "[[1., 2., 3.], [4., 5., 6.]] f32[2, 3]";
    book.agree("9: Variable", &v.read(), start);
    v.assign(&v.read().mul_scalar(2.0)?)?;
    let doubled = "[[ 2.,  4.,  6.], [ 8., 10., 12.]] f32[2, 3]";
    book.agree("10: v.assign(2 * v)", &v.read(), doubled);
    v.slice(&at![0, 1]).assign(42.0f32)?;
    let one_cell = "[[ 2., 42.,  6.], [ 8., 10., 12.]] f32[2, 3]";
    book.agree("10: v[0, 1].assign(42)", &v.read(), one_cell);
    v.slice(&at![.., 2]).assign([0.0f32, 1.0])?;
    let column = "[[ 2., 42.,  0.], [ 8., 10.,  1.]] f32[2, 3]";
    book.agree("10: v[:, 2].assign([0., 1.])", &v.read(), column);
    v.scatter_nd_update(&Tensor::from([[0, 0], [1, 2]]), &Tensor::from([100.0f32, 200.0]))?;
    let scattered = "[[100.,  42.,   0.], [  8.,  10., 200.]] f32[2, 3]";
    book.agree("10: v.scatter_nd_update", &v.read(), scattered);
    Ok(())
}

/// Exercise 3: the same numbers in two types.
fn ranges(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 3");
    let range = Tensor::range(0..10)?;
    let constant = Tensor::from(Array1::from_iter(0i64..10));
    for (label, ours, dtype) in [
        ("tf.range(10)", range, "i32"),
        ("tf.constant(np.arange(10))", constant, "i64"),
    ] {
        let expected = format!("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] {dtype}[10]");
        book.text("C12-043", label, &ours.to_string(), &expected);
    }
    Ok(())
}
