//! Trains the book's Fashion MNIST classifier (784-300-100-10, batches of 32, SGD) and prints loss, accuracy and seconds of every
//! epoch: `cargo run --release -p ml-nn --example fashion_mnist_epochs [epochs [sgd|adam|full [bars]]]`; `full` adds dropout and batch
//! normalisation, `bars` shows every epoch as Keras does.

use std::time::Instant;

use ml_core::{DType, Result, Tensor};
use ml_data::datasets::fashion_mnist;
use ml_nn::{
    Activation, Compile, Fit, Sequential,
    callbacks::{Callback, KerasBars, Progress, Run},
    layers::{BatchNormalization, Dense, Dropout, Flatten, IntoLayer},
};

/// Prints every epoch.
struct Print(Instant);

impl Callback for Print {
    fn on_epoch_begin(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.0 = Instant::now();
        Ok(())
    }

    fn on_test_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        print!("{:.3} s training - ", self.0.elapsed().as_secs_f64());
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        println!(
            "epoch {} - {:.3} s - {}",
            epoch + 1,
            self.0.elapsed().as_secs_f64(),
            run.logs()?.shown()
        );
        Ok(())
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let epochs = arguments.first().map_or(Ok(3), |epochs| epochs.parse())?;
    let kind = arguments.get(1).map_or("sgd", String::as_str);
    let set = fashion_mnist()?;
    let images = |set: &ml_core::ndarray::Array3<u8>| {
        Tensor::from_ndarray(set.clone())
            .cast(DType::F32)?
            .div_scalar(255.0)
    };
    let (x, y) = (
        images(&set.train_images)?,
        Tensor::from(set.train_labels.to_vec()),
    );
    let (x_test, y_test) = (images(&set.test_images)?, Tensor::from(set.test_labels.to_vec()));
    let rows = |t: &Tensor, from: isize, to: isize| t.narrow(0, Some(from), Some(to));

    let mut stack = Sequential::new().add(Flatten.input_shape([28, 28]));
    for units in [300, 100] {
        stack = stack.add(Dense::new(units).activation(Activation::Relu));
        if kind == "full" {
            stack = stack.add(BatchNormalization::new()).add(Dropout::new(0.2));
        }
    }
    let mut model = stack
        .add(Dense::new(10).activation(Activation::Softmax))
        .into_model()
        .seed(42);
    let optimizer = if kind == "sgd" { "sgd" } else { "adam" };
    model.compile(Compile::new(optimizer, "sparse_categorical_crossentropy").metric("accuracy"))?;
    let fit = Fit::new()
        .epochs(epochs)
        .validation_data(&rows(&x, 0, 5000)?, &rows(&y, 0, 5000)?);
    let bars = KerasBars::new(std::io::stdout());
    let fit = match arguments.get(2).map(String::as_str) {
        Some("bars") => fit.callback(Progress::new(&bars)),
        _ => fit.callback(Print(Instant::now())),
    };
    model.fit(&rows(&x, 5000, 60_000)?, &rows(&y, 5000, 60_000)?, fit)?;
    println!("test: {}", model.evaluate(&x_test, &y_test)?.shown());
    let classes = model.predict_classes(&rows(&x_test, 0, 3)?)?;
    println!(
        "first three: {:?}, traces: {}",
        classes.to_vec::<i64>()?,
        model.trace_count()?
    );
    Ok(())
}
