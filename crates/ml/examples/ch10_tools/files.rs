//! Saving and loading (section 10.2.5).

use ml::{
    core::{Result, Tensor},
    nn::{Fit, Model, Sequential, layers::Dense},
};

use crate::{
    housing::Housing,
    network,
    support::{AnyResult, Book, Chapter},
};

/// Listing W10-29.
pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Saving and loading");
    let path = book.folder().join("my_keras_model.safetensors");
    let mut model = network(1e-3)?;
    let (x, y) = (&housing.x_train, &housing.y_train);
    model.fit(x, y, Fit::new().epochs(3))?;
    model.save(&path)?;
    let mut loaded = Model::load(&path)?;
    let answers = |model: &Model| -> Result<Tensor> { model.predict(&housing.x_test) };
    let equal = answers(&model)?.all_close(&answers(&loaded)?, 0.0, 0.0)?;
    book.claim(
        "C10-117",
        "the loaded model gives the same answers, to the bit",
        "5,160 districts",
        equal,
    );
    let steps = loaded.optimizer()?.iterations().value().item::<i64>()?;
    book.number(
        "C10-116",
        "steps that its optimizer knows of: 3 · 363",
        steps as f64,
        Book::Exact(1_089.0),
    );
    // Both go on alike: architecture, weights and optimizer are all there.
    let go_on = |model: &mut Model| -> Result<f64> { Ok(model.fit(x, y, Fit::new())?.get("loss")[0]) };
    let (ours, theirs) = (go_on(&mut model)?, go_on(&mut loaded)?);
    book.number(
        "C10-116",
        "loss of a further epoch, loaded and kept",
        theirs,
        Book::Exact(ours),
    );
    weights(book, &model)?;
    unbuilt(book)
}

/// Weights alone, into a model that the program makes.
fn weights(book: &mut Chapter, model: &Model) -> AnyResult {
    let path = book.folder().join("my_keras_weights.safetensors");
    model.save_weights(&path)?;
    let other = network(1e-3)?.seed(7);
    other.load_weights(&path)?;
    let mut equal = true;
    for (a, b) in model.get_weights().iter().zip(other.get_weights()) {
        equal &= a.all_close(&b, 0.0, 0.0)?;
    }
    book.claim(
        "C10-119",
        "load_weights takes what save_weights wrote",
        "6 tensors",
        equal,
    );
    Ok(())
}

/// What has no weights yet cannot be saved.
fn unbuilt(book: &mut Chapter) -> AnyResult {
    let model = Sequential::new().add(Dense::new(1)).into_model();
    let error = model
        .save(book.folder().join("none"))
        .err()
        .map(|error| error.to_string());
    let error = error.unwrap_or_default();
    book.claim(
        "C10-068",
        "saving a model without weights is refused",
        &error,
        error.contains("is not built"),
    );
    Ok(())
}
