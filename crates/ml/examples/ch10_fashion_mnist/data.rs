//! Fashion MNIST: shapes, classes, scaling, the validation set.

use ml::{
    core::{DType, Shape, Tensor, ndarray::Axis},
    data::datasets::{FASHION_MNIST_CLASSES, ImageSet},
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::{
    images::Images,
    support::{AnyResult, Book, Chapter},
};

/// Listings W10-04 to W10-06.
pub(crate) fn prepare(book: &mut Chapter, set: &ImageSet) -> AnyResult<Images> {
    book.section("Loading and scaling");
    let shape = Shape::from(set.train_images.shape().to_vec());
    book.text(
        "N10-06",
        "shape of X_train_full",
        &shape.to_string(),
        "[60000, 28, 28]",
    );
    let dtype = Tensor::from_ndarray(set.train_images.clone()).dtype();
    book.text(
        "N10-06",
        "its element type",
        &dtype.to_string(),
        &DType::U8.to_string(),
    );
    let images = Images::new(set)?;
    for (name, x, expected) in [
        ("training", &images.x_train, 55_000.0),
        ("validation", &images.x_valid, 5_000.0),
        ("test", &images.x_test, 10_000.0),
    ] {
        let label = format!("{name} images");
        book.number("N10-06", &label, x.shape()[0] as f64, Book::Exact(expected));
    }
    let (low, high) = (images.x_train.min_all()?, images.x_train.max_all()?);
    let range = format!("{} to {}", low.item::<f32>()?, high.item::<f32>()?);
    book.text("C10-052", "pixels after the division by 255", &range, "0 to 1");

    book.section("Classes");
    let first = images.y_train.to_vec::<u8>()?[0];
    book.number(
        "N10-07",
        "label of the first image",
        f64::from(first),
        Book::Exact(4.0),
    );
    let name = FASHION_MNIST_CLASSES[usize::from(first)];
    book.text("N10-07", "its class", name, "Coat");
    let labels = images.y_test.to_vec::<u8>()?;
    book.text(
        "N10-07",
        "first test labels",
        &format!("{:?}", &labels[..3]),
        "[9, 2, 1]",
    );
    book.figure("10-11", "images of Fashion MNIST", &gallery(set, 40)?)?;
    Ok(images)
}

/// The first training images, with their classes.
fn gallery(set: &ImageSet, count: usize) -> Result<Figure> {
    // The first 5,000 images validate.
    let start = crate::images::VALIDATION;
    let shown: Vec<(Array2<f64>, u8)> = (start..start + count)
        .map(|row| {
            let image = set.train_images.index_axis(Axis(0), row).mapv(f64::from);
            (image, set.train_labels[row])
        })
        .collect();
    titled(&shown, 10, 1000, 480)
}

/// Images with the names of their classes above.
pub(crate) fn titled(images: &[(Array2<f64>, u8)], across: usize, width: u32, height: u32) -> Result<Figure> {
    let views = images.iter().map(|(image, _)| image.view());
    let mut figure = Figure::image_grid(width, height, across, views, ColorMap::Binary)?;
    for (place, (_, class)) in images.iter().enumerate() {
        let axes = figure.at(place / across, place % across)?;
        axes.title(FASHION_MNIST_CLASSES[usize::from(*class)]);
    }
    Ok(figure)
}
