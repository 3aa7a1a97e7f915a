//! Exercises 1 and 2: more than 97%, and more with shifted copies.

use ml::{
    classic::{
        metrics::accuracy_score,
        model_selection::{GridSearchCV, ParamGrid},
        neighbors::KNeighborsClassifier,
    },
    core::ndarray::{Axis, concatenate, s},
    prelude::*,
};

use crate::{
    look::{Digits, SIDE},
    support::{AnyResult, Chapter},
};

/// Training images on which the hyperparameters are searched.
const SEARCHED: usize = 10_000;

pub(crate) fn run(book: &mut Chapter, digits: &Digits) -> AnyResult {
    book.section("Exercise 1: nearest neighbours beyond 97%");
    let grid = ParamGrid::new()
        .values("weights", ["uniform", "distance"])
        .values("n_neighbors", [3, 4, 5]);
    let few = digits.x_train.slice(s![..SEARCHED, ..]);
    let search = GridSearchCV::new(KNeighborsClassifier::default(), [grid])
        .cv(3)
        .refit(false);
    let found = search.fit(few, digits.y_train.slice(s![..SEARCHED]))?;
    println!(
        "  best of 6 on {SEARCHED} digits: {}, {:.4}",
        found.best_params, found.best_score
    );
    let n_neighbors = found
        .best_params
        .get("n_neighbors")
        .and_then(serde_json::Value::as_u64)
        .unwrap_or(4);
    let mut near = KNeighborsClassifier::default().n_neighbors(n_neighbors as usize);
    if let Some(weights) = found.best_params.get("weights") {
        near.set_param("weights", weights)?;
    }
    // Single precision holds whole numbers up to 255 and their products.
    let single = |x: &Array2<f64>| x.mapv(|pixel| pixel as f32);
    let (x, x_test) = (single(&digits.x_train), single(&digits.x_test));
    let test = |x: &Array2<f32>, y: &Array1<i64>| -> AnyResult<f64> {
        let model = near.fit(x.view(), y.view())?;
        Ok(accuracy_score(
            digits.y_test.view(),
            model.predict(x_test.view())?.view(),
        )?)
    };
    let plain = test(&x, &digits.y_train)?;
    book.claim(
        "N03-022",
        "exercise 1: accuracy on the test set above 97%",
        format!("{plain:.4}"),
        plain > 0.97,
    );

    book.section("Exercise 2: four shifted copies of every digit");
    let mut parts = vec![x.clone()];
    for (down, right) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
        let mut copy = Array2::zeros(x.dim());
        for (mut to, from) in copy.rows_mut().into_iter().zip(x.rows()) {
            to.assign(&shifted(from, down, right));
        }
        parts.push(copy);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let more = concatenate(Axis(0), &views)?;
    drop(parts);
    let labels = concatenate(Axis(0), &[digits.y_train.view(); 5])?;
    let augmented = test(&more, &labels)?;
    book.claim(
        "N03-022",
        "exercise 2: shifted copies raise the accuracy",
        format!("{augmented:.4} instead of {plain:.4}"),
        augmented > plain,
    );
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
