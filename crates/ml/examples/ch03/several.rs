//! Several labels, several outputs.

use ml::{
    classic::{
        metrics::{MultilabelAverage, ZeroDivision, multilabel},
        model_selection::cross_val_predict_outputs,
        neighbors::KNeighborsClassifier,
    },
    core::ndarray::{Axis, s, stack},
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::{
    look::{Digits, image},
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    labels(book, digits)?;
    denoise(book, digits)
}

/// Is it large (7 or more), is it odd?
fn labels(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("Two labels a digit");
    let y = stack![
        Axis(1),
        digits.y_train.mapv(|y| y >= 7),
        digits.y_train.mapv(|y| y % 2 == 1)
    ];
    // Pixels are whole numbers up to 255: single precision holds them and their products.
    let x = digits.x_train.mapv(|pixel| pixel as f32);
    let near = KNeighborsClassifier::default();
    let model = near.fit(x.view(), y.view())?;
    let first = model.predict(x.slice(s![..1, ..]))?;
    book.text(
        "N03-020",
        "the first digit is large, is odd",
        &format!("{first}"),
        "[[false, true]]",
    );
    let predicted = cross_val_predict_outputs(&near, x.view(), y.view(), 3)?;
    let f1 = multilabel::f1_score(
        y.view(),
        predicted.view(),
        MultilabelAverage::Macro,
        ZeroDivision::Warn,
    )?;
    book.number(
        "N03-021",
        "mean F1 of both labels",
        f1,
        Book::Within(0.976_410_265_560_605, 0.001),
    );
    let weighted = multilabel::f1_score(
        y.view(),
        predicted.view(),
        MultilabelAverage::Weighted,
        ZeroDivision::Warn,
    )?;
    println!("  weighted by support {weighted:.5}");
    Ok(())
}

/// 784 outputs of 256 classes: noisy digits to clean ones.
fn denoise(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("A noisy digit made clean");
    let mut rng = NumpyRng::new(42);
    let mut noisy = |x: ArrayView2<'_, f64>| -> Result<Array2<f32>> {
        let noise = rng.randint(0..100_i64, x.dim())?;
        Ok((&x + &noise.mapv(|level| level as f64)).mapv(|pixel| pixel as f32))
    };
    let train = digits.x_train.slice(s![..10_000, ..]);
    let (x, x_test) = (noisy(train)?, noisy(digits.x_test.slice(s![..100, ..]))?);
    let y = train.mapv(|pixel| pixel as u8);
    let model = KNeighborsClassifier::default().fit(x.view(), y.view())?;
    let clean = model.predict(x_test.view())?;
    let truth = digits.x_test.slice(s![..100, ..]);
    let error = |guess: &Array2<f64>| (guess - &truth).mapv(f64::abs).mean().unwrap_or(f64::NAN);
    let (before, after) = (error(&x_test.mapv(f64::from)), error(&clean.mapv(f64::from)));
    book.claim(
        "C03-063",
        "denoising brings pixels nearer to the clean digit",
        format!("mean error {after:.1} instead of {before:.1}"),
        after < before / 2.0,
    );
    let shown = [
        image(x_test.mapv(f64::from).row(0)),
        image(truth.row(0)),
        image(clean.mapv(f64::from).row(0)),
    ];
    let figure = Figure::image_grid(
        600,
        210,
        3,
        shown.iter().map(|image| image.view()),
        ColorMap::Binary,
    )?;
    book.figure("3-11", "a noisy digit, the clean one, and the guess", &figure)?;
    Ok(())
}
