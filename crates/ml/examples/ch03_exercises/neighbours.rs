//! Exercises 1 and 2: more than 97%, and more with shifted copies.

use ml::{
    classic::{
        metrics::accuracy_score,
        model_selection::{GridSearchCV, ParamGrid},
        neighbors::KNeighborsClassifier,
    },
    core::ndarray::{Axis, concatenate, s},
    data::datasets::ImageSet,
    plot::{ColorMap, Figure},
    prelude::*,
};

use crate::support::{AnyResult, Chapter};

/// Training images on which the hyperparameters are searched.
const SEARCHED: usize = 10_000;
/// Side of an image.
const SIDE: usize = 28;
/// Pixels down and to the right.
const SHIFTS: [(isize, isize); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];

pub(crate) fn run(book: &mut Chapter, mnist: &ImageSet) -> AnyResult {
    // Single precision holds whole numbers up to 255 and their products.
    let (x, y) = (
        mnist.train_rows().mapv(f32::from),
        mnist.train_labels.mapv(i64::from),
    );
    let (x_test, y_test) = (
        mnist.test_rows().mapv(f32::from),
        mnist.test_labels.mapv(i64::from),
    );
    let near = search(book, &x, &y)?;
    let test = |x: &Array2<f32>, y: &Array1<i64>| -> AnyResult<f64> {
        let model = near.fit(x.view(), y.view())?;
        Ok(accuracy_score(
            y_test.view(),
            model.predict(x_test.view())?.view(),
        )?)
    };
    let plain = test(&x, &y)?;
    book.claim(
        "N03-022",
        "exercise 1: accuracy on the test set above 97%",
        format!("{plain:.4}"),
        plain > 0.97,
    );

    book.section("Exercise 2: four shifted copies of every digit");
    picture(book, &x)?;
    let mut parts = vec![x.clone()];
    for (down, right) in SHIFTS {
        let mut copy = Array2::zeros(x.dim());
        for (mut to, from) in copy.rows_mut().into_iter().zip(x.rows()) {
            to.assign(&shifted(from, down, right));
        }
        parts.push(copy);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let more = concatenate(Axis(0), &views)?;
    drop(parts);
    let labels = concatenate(Axis(0), &[y.view(); 5])?;
    let augmented = test(&more, &labels)?;
    book.claim(
        "N03-022",
        "exercise 2: shifted copies raise the accuracy, above 97.6%",
        format!("{augmented:.4} instead of {plain:.4}"),
        augmented > plain && augmented > 0.976,
    );
    Ok(())
}

/// The best weights and number of neighbours by cross-validation.
fn search(book: &Chapter, x: &Array2<f32>, y: &Array1<i64>) -> AnyResult<KNeighborsClassifier> {
    book.section("Exercise 1: nearest neighbours beyond 97%");
    let grid = ParamGrid::new()
        .values("weights", ["uniform", "distance"])
        .values("n_neighbors", [3, 4, 5]);
    let few = x.slice(s![..SEARCHED, ..]).mapv(f64::from);
    let search = GridSearchCV::new(KNeighborsClassifier::default(), [grid])
        .cv(3)
        .refit(false);
    let found = search.fit(few, y.slice(s![..SEARCHED]))?;
    println!(
        "  best of 6 on {SEARCHED} digits: {}, {:.4}",
        found.best_params, found.best_score
    );
    let mut near = KNeighborsClassifier::default();
    for name in ["weights", "n_neighbors"] {
        let value = found.best_params.get(name).ok_or("the search tries both")?;
        near.set_param(name, value)?;
    }
    Ok(near)
}

/// A digit beside its four shifted copies.
fn picture(book: &mut Chapter, x: &Array2<f32>) -> AnyResult {
    let image =
        |row: &Array1<f32>| Array2::from_shape_fn((SIDE, SIDE), |(i, j)| f64::from(row[i * SIDE + j]));
    let mut images = vec![image(&x.row(0).to_owned())];
    for (down, right) in SHIFTS {
        images.push(image(&shifted(x.row(0), 5 * down, 5 * right)));
    }
    let views = images.iter().map(|image| image.view());
    let figure = Figure::image_grid(700, 150, 5, views, ColorMap::Binary)?;
    book.figure(
        "3-12",
        "a digit, and moved by five pixels down, up, right and left (the exercise moves by one)",
        &figure,
    )?;
    Ok(())
}

/// The image moved by so many pixels, background where nothing comes from.
fn shifted(row: ArrayView1<'_, f32>, down: isize, right: isize) -> Array1<f32> {
    let from = |place: usize, by: isize| place.checked_add_signed(-by).filter(|&place| place < SIDE);
    let pixel = |place: usize| match (from(place / SIDE, down), from(place % SIDE, right)) {
        (Some(i), Some(j)) => row[i * SIDE + j],
        _ => 0.0,
    };
    Array1::from_iter((0..SIDE * SIDE).map(pixel))
}
