//! The loop.

use ml::{
    core::{
        Result, Rng, Tensor,
        autodiff::{Source, Tape, Variable},
    },
    nn::{
        Activation, Model, Sequential,
        layers::{Context, Dense, Flatten, IntoLayer},
        losses::{IntoLoss, LossRef, SparseCategoricalCrossentropy},
        metrics::{IntoMetric, Mean, MetricState, SparseCategoricalAccuracy},
        optimizers::{BoundOptimizer, IntoOptimizer, Nadam, Sgd},
    },
};

use crate::{
    images::Images,
    status::{print_status_bar, status_bar},
    support::{AnyResult, Chapter},
};

const BATCH: usize = 32;
const EPOCHS: usize = 5;

fn network() -> Result<Model> {
    let model = Sequential::new()
        .add(Flatten.input_shape([28, 28]))
        .add(Dense::new(100).activation(Activation::Relu).named("lower"))
        .add(Dense::new(10).activation(Activation::Softmax).named("upper"))
        .into_model()
        .seed(42);
    model.ensure_built()?;
    Ok(model)
}

fn variables(model: &Model, layer: &str) -> Result<Vec<Variable>> {
    let weights = model.layer(layer)?.weights();
    Ok(weights.into_iter().map(|weight| weight.variable).collect())
}

/// A loss and an accuracy, accumulated.
struct Trackers {
    loss: MetricState,
    accuracy: MetricState,
}

impl Trackers {
    fn new(prefix: &str) -> Self {
        Self {
            loss: Mean.named(format!("{prefix}loss")).start(),
            accuracy: SparseCategoricalAccuracy
                .named(format!("{prefix}accuracy"))
                .start(),
        }
    }

    fn update(&self, loss: &Tensor, y: &Tensor, y_pred: &Tensor) -> Result<()> {
        self.loss.update_state(y, &loss.expand_dims(0)?, None)?;
        self.accuracy.update_state(y, y_pred, None)
    }

    fn reset(&self) -> Result<()> {
        self.loss.reset_state()?;
        self.accuracy.reset_state()
    }
}

/// One step: each optimizer moves its own weights along the gradients of one loss.
fn step(
    model: &Model,
    optimizers: &[BoundOptimizer],
    loss: &LossRef,
    batch: (&Tensor, &Tensor),
    done: i64,
) -> Result<(Tensor, Tensor)> {
    let (x, y) = batch;
    let tape = Tape::persistent();
    tape.watch_variables(optimizers.iter().flat_map(BoundOptimizer::variables))?;
    let context = Context::training(42, done);
    let y_pred = model.call(std::slice::from_ref(x), &context)?.remove(0);
    let loss = loss.value(y, &y_pred, None)?;
    for optimizer in optimizers {
        let sources: Vec<&dyn Source> = optimizer.variables().iter().map(|v| v as &dyn Source).collect();
        optimizer.apply_gradients(&tape.gradient(&loss, &sources)?)?;
    }
    Ok((loss.stop_gradient(), y_pred.stop_gradient()))
}

/// Epochs with a status bar, and validation at the end of each; the last validation accuracy.
fn train(model: &Model, optimizers: &[BoundOptimizer], images: &Images) -> Result<f64> {
    let loss = SparseCategoricalCrossentropy::new().into_loss();
    let (training, validation) = (Trackers::new(""), Trackers::new("val_"));
    let rows = images.x_train.shape()[0];
    let (steps, mut rng) = (rows / BATCH, Rng::new(42));
    for epoch in 0..EPOCHS {
        println!("  Epoch {}/{EPOCHS}", epoch + 1);
        let order = rng.permutation(rows);
        for number in 0..steps {
            let batch: Vec<i64> = order[number * BATCH..(number + 1) * BATCH]
                .iter()
                .map(|&row| row as i64)
                .collect();
            let batch = Tensor::from(batch);
            let (x, y) = (images.x_train.take(&batch, 0)?, images.y_train.take(&batch, 0)?);
            let done = (epoch * steps + number) as i64;
            let (value, y_pred) = step(model, optimizers, &loss, (&x, &y), done)?;
            training.update(&value, &y, &y_pred)?;
            print_status_bar(number + 1, steps, &[&training.loss, &training.accuracy])?;
        }
        let y_pred = model.predict(&images.x_valid)?;
        let value = loss.value(&images.y_valid, &y_pred, None)?;
        validation.reset()?;
        validation.update(&value, &images.y_valid, &y_pred)?;
        let shown = [&validation.loss, &validation.accuracy];
        println!("  {}", status_bar(epoch + 1, EPOCHS, &shown)?);
        training.reset()?;
    }
    validation.accuracy.result()
}

/// Exercise 13a.
pub(crate) fn one_optimizer(book: &mut Chapter, images: &Images) -> AnyResult {
    book.section("Exercise 13a: one optimizer");
    let model = network()?;
    let all = [variables(&model, "lower")?, variables(&model, "upper")?].concat();
    let accuracy = train(&model, &[Nadam::new(0.001).bind(&all)?], images)?;
    told(book, "Nadam for all layers", accuracy);
    Ok(())
}

/// Exercise 13b: the lower layer slowly and plainly, the upper one by Nadam.
pub(crate) fn two_optimizers(book: &mut Chapter, images: &Images) -> AnyResult {
    book.section("Exercise 13b: two optimizers");
    let model = network()?;
    let lower = Sgd::new(0.01).bind(&variables(&model, "lower")?)?;
    let upper = Nadam::new(0.001).bind(&variables(&model, "upper")?)?;
    let accuracy = train(&model, &[lower, upper], images)?;
    told(
        book,
        "SGD(0.01) for the lower layer, Nadam(0.001) for the upper one",
        accuracy,
    );
    Ok(())
}

fn told(book: &mut Chapter, what: &str, accuracy: f64) {
    let label = format!("{what}: validation accuracy after {EPOCHS} epochs above 84%");
    book.claim(
        "exercise 13",
        &label,
        format!("{:.2}%", 100.0 * accuracy),
        accuracy > 0.84,
    );
}
