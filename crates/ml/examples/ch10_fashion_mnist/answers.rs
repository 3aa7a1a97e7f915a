//! The trained network on images it has not seen.

use ml::{
    core::{DType, Tensor, ndarray::Axis},
    data::datasets::{FASHION_MNIST_CLASSES, ImageSet},
    nn::Model,
};

use crate::{
    data,
    images::{Images, rows},
    support::{AnyResult, Book, Chapter},
};

/// Listing W10-16.
pub(crate) fn test(book: &mut Chapter, model: &Model, images: &Images) -> AnyResult {
    book.section("Test");
    let logs = model.evaluate(&images.x_test, &images.y_test)?;
    println!("  {}", logs.shown());
    let (loss, accuracy) = (logs.values()[0], logs.values()[1]);
    book.number("N10-11", "test loss", loss, Book::Within(0.3340, 0.03));
    book.number("N10-11", "test accuracy", accuracy, Book::Within(0.8851, 0.01));
    Ok(())
}

/// Listings W10-17 and W10-18.
pub(crate) fn predict(book: &mut Chapter, model: &Model, images: &Images, set: &ImageSet) -> AnyResult {
    book.section("Answers for three images");
    let x_new = rows(&images.x_test, 0, 3)?;
    let y_proba = model.predict(&x_new)?;
    println!("{}", y_proba.mul_scalar(100.0)?.round()?.div_scalar(100.0)?);
    book.text(
        "C10-065",
        "type and shape of the answers",
        &y_proba.spec().to_string(),
        "f32[3, 10]",
    );
    let sums = y_proba.sum(&[-1])?;
    let one = sums.all_close(&Tensor::ones([3], DType::F32)?, 0.0, 1e-6)?;
    book.claim(
        "C10-028",
        "each row of probabilities adds up to 1",
        "checked",
        one,
    );
    for (row, probability) in y_proba.max(&[-1])?.to_vec::<f32>()?.into_iter().enumerate() {
        let label = format!("image {}: the largest probability is above 0.8", row + 1);
        book.claim("N10-12", &label, format!("{probability:.2}"), probability > 0.8);
    }
    let classes = model.predict_classes(&x_new)?.to_vec::<i64>()?;
    book.text(
        "N10-12",
        "most probable classes",
        &format!("{classes:?}"),
        "[9, 2, 1]",
    );
    let names: Vec<&str> = classes
        .iter()
        .map(|&class| FASHION_MNIST_CLASSES[class as usize])
        .collect();
    book.text(
        "N10-12",
        "their names",
        &names.join(", "),
        "Ankle boot, Pullover, Trouser",
    );
    let shown: Vec<_> = (0..3)
        .map(|row| {
            (
                set.test_images.index_axis(Axis(0), row).mapv(f64::from),
                set.test_labels[row],
            )
        })
        .collect();
    book.figure(
        "10-13",
        "three test images, classified correctly",
        &data::titled(&shown, 3, 480, 190)?,
    )?;
    Ok(())
}
