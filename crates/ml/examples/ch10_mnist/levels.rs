//! Accuracies that tell whether a network is worth its layers.

use ml::{
    core::Result,
    nn::{
        Activation, Compile, Fit, Model, Sequential,
        callbacks::{EarlyStopping, ReduceLrOnPlateau},
        layers::{Dense, Flatten, IntoLayer},
        optimizers::Adam,
    },
};

use crate::{
    images::Images,
    support::{AnyResult, Book, Chapter},
};

/// Hidden layers of these sizes, none for a linear model.
fn network(hidden: &[usize]) -> Result<Model> {
    let mut stack = Sequential::new().add(Flatten.input_shape([28, 28]));
    for &units in hidden {
        stack = stack.add(Dense::new(units).activation(Activation::Relu));
    }
    let mut model = stack
        .add(Dense::new(10).activation(Activation::Softmax))
        .into_model()
        .seed(42);
    model.compile(Compile::new(Adam::new(0.001), "sparse_categorical_crossentropy").metric("accuracy"))?;
    Ok(model)
}

/// Test accuracy of the best epoch by validation; the rate falls when validation gets no better.
fn accuracy(hidden: &[usize], epochs: usize, images: &Images) -> Result<f64> {
    let mut model = network(hidden)?;
    let stopping = EarlyStopping::new()
        .monitor("val_accuracy")
        .patience(8)
        .restore_best_weights(true);
    let fit = Fit::new()
        .epochs(epochs)
        .validation_data(&images.x_valid, &images.y_valid)
        .callback(ReduceLrOnPlateau::new().factor(0.3).patience(2))
        .callback(stopping);
    model.fit(&images.x_train, &images.y_train, fit)?;
    let accuracy = model.evaluate(&images.x_test, &images.y_test)?.values()[1];
    println!("  hidden layers {hidden:?}: {:.2}%", 100.0 * accuracy);
    Ok(accuracy)
}

/// No hidden layer: 92% on MNIST, 83% on Fashion MNIST, within 1.5 points.
pub(crate) fn linear(book: &mut Chapter, name: &str, images: &Images, expected: f64) -> AnyResult {
    book.section(&format!("A linear model on {name}"));
    let ours = accuracy(&[], 5, images)?;
    book.number(
        "N10-13",
        &format!("{name}: test accuracy"),
        ours,
        Book::Within(expected, 0.015),
    );
    Ok(())
}

/// The same number of units in one hidden layer and in two.
pub(crate) fn layers(book: &mut Chapter, images: &Images) -> AnyResult {
    book.section("Hidden layers on MNIST");
    for (hidden, least) in [(&[300][..], 0.97), (&[200, 100], 0.98)] {
        let ours = accuracy(hidden, 30, images)?;
        let label = format!("hidden layers {hidden:?}: above {:.0}%", 100.0 * least);
        book.claim("N10-14", &label, format!("{:.2}%", 100.0 * ours), ours > least);
    }
    Ok(())
}
