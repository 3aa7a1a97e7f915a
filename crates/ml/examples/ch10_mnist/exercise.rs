//! Exercise 10: beyond 98%, with everything the chapter has.

use std::fs;

use ml::nn::{
    Compile, Fit, Model,
    callbacks::{EarlyStopping, ModelCheckpoint, ReduceLrOnPlateau},
    optimizers::Sgd,
    tensorboard::{TensorBoard, run_folder},
};

use crate::{
    curves::learning_curves,
    images::Images,
    range_test::network,
    support::{AnyResult, Chapter},
};

pub(crate) fn run(book: &mut Chapter, images: &Images, rate: f64) -> AnyResult {
    book.section("Exercise 10: the training");
    let root = book.folder().join("my_mnist_logs");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let path = book.folder().join("my_mnist_model.safetensors");
    let mut model = network(42);
    model.compile(Compile::new(Sgd::new(rate), "sparse_categorical_crossentropy").metric("accuracy"))?;
    let fit = Fit::new()
        .epochs(100)
        .validation_data(&images.x_valid, &images.y_valid)
        .callback(ReduceLrOnPlateau::new().factor(0.3).patience(3))
        .callback(EarlyStopping::new().monitor("val_accuracy").patience(10))
        .callback(
            ModelCheckpoint::new(&path)
                .monitor("val_accuracy")
                .save_best_only(true),
        )
        .callback(TensorBoard::new(run_folder(&root)));
    let history = model.fit(&images.x_train, &images.y_train, fit)?;
    // Back to the best, by the checkpoint.
    let best = Model::load(&path)?;
    let accuracy = best.evaluate(&images.x_test, &images.y_test)?.values()[1];
    println!("  {} epochs", history.epoch.len());
    book.claim(
        "N10-24",
        "test accuracy above 98%",
        format!("{:.2}%", 100.0 * accuracy),
        accuracy > 0.98,
    );
    book.figure(
        "10-12b",
        "learning curves of exercise 10",
        &learning_curves(&history, 1.0)?,
    )?;
    Ok(())
}
