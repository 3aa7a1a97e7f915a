//! MNIST.

use ml::{
    data::datasets::ImageSet,
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::{
    figures,
    support::{AnyResult, Book, Chapter},
};

/// Rows of each class in the training set, by the sums of the book's confusion matrix.
pub(crate) const CLASS_TOTALS: [f64; 10] = [
    5923.0, 6742.0, 5958.0, 6131.0, 5842.0, 5421.0, 5918.0, 6265.0, 5851.0, 5949.0,
];

/// Side of an image.
pub(crate) const SIDE: usize = 28;

/// The images as rows of numbers.
pub(crate) struct Digits {
    pub(crate) x_train: Array2<f64>,
    pub(crate) y_train: Array1<i64>,
    pub(crate) x_test: Array2<f64>,
    pub(crate) y_test: Array1<i64>,
}

impl Digits {
    /// Which training images are fives.
    pub(crate) fn is_five(&self) -> Array1<bool> {
        self.y_train.mapv(|digit| digit == 5)
    }
}

/// A row of pixels as an image.
pub(crate) fn image(row: ArrayView1<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((SIDE, SIDE), |(i, j)| row[i * SIDE + j])
}

pub(crate) fn run(book: &mut Chapter, mnist: &ImageSet) -> AnyResult<Digits> {
    book.section("MNIST");
    let (x, y) = mnist.all_rows();
    book.number("N03-001", "images", x.nrows() as f64, Book::Exact(70_000.0));
    book.number("N03-001", "pixels", x.ncols() as f64, Book::Exact(784.0));
    book.number("N03-001", "first label", f64::from(y[0]), Book::Exact(5.0));
    let numbers = |rows: ArrayView2<'_, u8>| rows.mapv(f64::from);
    let digits = Digits {
        x_train: numbers(mnist.train_rows()),
        y_train: mnist.train_labels.mapv(i64::from),
        x_test: numbers(mnist.test_rows()),
        y_test: mnist.test_labels.mapv(i64::from),
    };
    for (digit, expected) in CLASS_TOTALS.into_iter().enumerate() {
        let ours = digits.y_train.iter().filter(|&&y| y == digit as i64).count();
        book.number(
            "N03-002",
            &format!("training images of {digit}"),
            ours as f64,
            Book::Exact(expected),
        );
    }
    let fives = digits.is_five().iter().filter(|&&five| five).count();
    book.number("N03-003", "fives", fives as f64, Book::Exact(5_421.0));
    let others = digits.y_train.len() - fives;
    book.number("N03-003", "other digits", others as f64, Book::Exact(54_579.0));

    let mut figure = Figure::new(300, 300);
    let some_digit = image(digits.x_train.row(0));
    figure
        .axes()
        .framed(false)
        .image(some_digit.view())?
        .color_map(ColorMap::Binary);
    book.figure("3-0", "the first digit", &figure)?;
    let hundred: Vec<usize> = (0..100).collect();
    book.figure(
        "3-1",
        "digits of MNIST",
        &figures::gallery(&digits.x_train, &hundred, 10)?,
    )?;
    Ok(digits)
}
