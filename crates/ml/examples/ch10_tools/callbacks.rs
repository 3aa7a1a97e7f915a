//! Callbacks (section 10.2.6).

use ml::{
    core::Result,
    nn::{
        Evaluate, Fit, Model, Predict,
        callbacks::{Callback, EarlyStopping, ModelCheckpoint, Run},
    },
};

use crate::{
    housing::Housing,
    network,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Callbacks");
    every_epoch(book, housing)?;
    best_only(book, housing)?;
    stop_early(book, housing)?;
    ratio(book, housing)?;
    hooks(book, housing)
}

/// Listing W10-30: a checkpoint an epoch.
fn every_epoch(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let path = book.folder().join("checkpoint.safetensors");
    let mut model = network(1e-3)?;
    let fit = Fit::new().epochs(10).callback(ModelCheckpoint::new(&path));
    model.fit(&housing.x_train, &housing.y_train, fit)?;
    let saved = Model::load(&path)?
        .optimizer()?
        .iterations()
        .value()
        .item::<i64>()?;
    book.number(
        "C10-122",
        "steps of the last checkpoint: 10 · 363",
        saved as f64,
        Book::Exact(3_630.0),
    );
    Ok(())
}

/// Listing W10-31: the best so far, and back to it.
fn best_only(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let path = book.folder().join("best.safetensors");
    let mut model = network(0.02)?;
    let fit = Fit::new()
        .epochs(10)
        .validation_data(&housing.x_valid, &housing.y_valid)
        .callback(ModelCheckpoint::new(&path).save_best_only(true));
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let best = history
        .get("val_loss")
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let rolled_back = Model::load(&path)?;
    let val_loss = rolled_back.evaluate(&housing.x_valid, &housing.y_valid)?.values()[0];
    book.number(
        "C10-122",
        "validation loss of the model rolled back to",
        val_loss,
        Book::Exact(best),
    );
    Ok(())
}

/// Listing W10-32: patience 10, best weights back, checkpoints against crashes.
fn stop_early(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let path = book.folder().join("best.safetensors");
    let mut stopping = EarlyStopping::new().patience(10).restore_best_weights(true);
    let mut model = network(0.02)?;
    let fit = Fit::new()
        .epochs(100)
        .validation_data(&housing.x_valid, &housing.y_valid)
        .callback(ModelCheckpoint::new(&path).save_best_only(true))
        .callback(&mut stopping);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let val_loss = history.get("val_loss");
    let best = val_loss.iter().copied().fold(f64::INFINITY, f64::min);
    println!(
        "  {} epochs, best {best:.4} at {:?}",
        val_loss.len(),
        stopping.best_epoch().map(|e| e + 1)
    );
    let waited = val_loss.len() == 100
        || stopping
            .best_epoch()
            .is_some_and(|e| val_loss.len() == e + 1 + 10);
    book.claim(
        "C10-123",
        "stops 10 epochs after the best, or at the last",
        format!("{} epochs", val_loss.len()),
        waited,
    );
    let now = model.evaluate(&housing.x_valid, &housing.y_valid)?.values()[0];
    book.number(
        "C10-123",
        "its weights are the best ones again",
        now,
        Book::Exact(best),
    );
    Ok(())
}

/// Listing W10-33: how much worse validation is than training.
#[derive(Default)]
struct PrintValTrainRatio {
    ratios: Vec<f64>,
}

impl Callback for PrintValTrainRatio {
    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        let logs = run.logs()?;
        if let (Some(val_loss), Some(loss)) = (logs.get("val_loss"), logs.get("loss")) {
            println!("  val/train: {:.2}", val_loss / loss);
            self.ratios.push(val_loss / loss);
        }
        Ok(())
    }
}

fn ratio(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let mut ratio = PrintValTrainRatio::default();
    let mut model = network(1e-3)?;
    let fit = Fit::new()
        .epochs(3)
        .validation_data(&housing.x_valid, &housing.y_valid)
        .callback(&mut ratio);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let expected: Vec<f64> = history
        .get("val_loss")
        .iter()
        .zip(history.get("loss"))
        .map(|(v, t)| v / t)
        .collect();
    book.claim(
        "C10-124",
        "a ratio for every epoch, of the numbers in the history",
        format!("{:.2?}", ratio.ratios),
        ratio.ratios == expected,
    );
    Ok(())
}

/// Counts the calls of hooks of training, testing and answering.
#[derive(Default)]
struct Count {
    train: usize,
    epochs: usize,
    batches: usize,
    tests: usize,
    test_batches: usize,
    predict_batches: usize,
}

impl Callback for Count {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.train += 1;
        Ok(())
    }

    fn on_epoch_begin(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.epochs += 1;
        Ok(())
    }

    fn on_train_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.batches += 1;
        Ok(())
    }

    fn on_test_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.tests += 1;
        Ok(())
    }

    fn on_test_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.test_batches += 1;
        Ok(())
    }

    fn on_predict_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.predict_batches += 1;
        Ok(())
    }
}

fn hooks(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let mut model = network(1e-3)?;
    let mut count = Count::default();
    let fit = Fit::new().epochs(2).callback(&mut count);
    model.fit(&housing.x_train, &housing.y_train, fit)?;
    let seen = format!("{} {} {}", count.train, count.epochs, count.batches);
    book.text(
        "C10-125",
        "trainings, epochs and batches seen by a callback",
        &seen,
        "1 2 726",
    );
    model.evaluate_with(
        &housing.x_test,
        &housing.y_test,
        Evaluate::new().batch_size(516).callback(&mut count),
    )?;
    book.text(
        "C10-126",
        "tests and their batches",
        &format!("{} {}", count.tests, count.test_batches),
        "1 10",
    );
    model.predict_with(
        &housing.x_test,
        Predict::new().batch_size(516).callback(&mut count),
    )?;
    book.number(
        "C10-127",
        "batches of answers",
        count.predict_batches as f64,
        Book::Exact(10.0),
    );
    Ok(())
}
