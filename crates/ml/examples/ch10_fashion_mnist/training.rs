//! Compiling and training, and what came of it.

use std::{io::stdout, time::Instant};

use ml::nn::{
    Compile, Fit, History, Model,
    callbacks::{KerasBars, Progress},
    optimizers::Sgd,
};

use crate::{
    curves::learning_curves,
    images::Images,
    network,
    support::{AnyResult, Book, Chapter},
};

/// Listings W10-13 to W10-15.
pub(crate) fn train(book: &mut Chapter, images: &Images) -> AnyResult<Model> {
    book.section("Training");
    let mut model = network::model();
    model.compile(Compile::new(Sgd::new(0.01), "sparse_categorical_crossentropy").metric("accuracy"))?;
    let bars = KerasBars::new(stdout());
    let fit = Fit::new()
        .epochs(30)
        .validation_data(&images.x_valid, &images.y_valid)
        .callback(Progress::new(&bars));
    let started = Instant::now();
    let history = model.fit(&images.x_train, &images.y_train, fit)?;
    println!("  30 epochs took {:.1} s", started.elapsed().as_secs_f64());
    reported(book, &history);
    read(book, &history);
    book.figure("10-12", "learning curves", &learning_curves(&history, 1.0)?)?;
    Ok(model)
}

/// Our epochs 1, 2 and 30 beside the book's: loss, accuracy, and both of validation.
fn reported(book: &mut Chapter, history: &History) {
    let epochs = [
        ("N10-08", 1, [0.7218, 0.7660, 0.4973, 0.8366], (0.05, 0.02)),
        ("N10-09", 2, [0.4840, 0.8327, 0.4456, 0.8480], (0.03, 0.03)),
        ("N10-10", 30, [0.2252, 0.9192, 0.2999, 0.8926], (0.03, 0.01)),
    ];
    for (id, epoch, expected, (of_losses, of_accuracies)) in epochs {
        let names = ["loss", "accuracy", "val_loss", "val_accuracy"];
        for (name, expected) in names.into_iter().zip(expected) {
            let by = if name.ends_with("loss") {
                of_losses
            } else {
                of_accuracies
            };
            let label = format!("epoch {epoch}: {name}");
            book.number(
                id,
                &label,
                history.get(name)[epoch - 1],
                Book::Within(expected, by),
            );
        }
    }
}

/// What the curves say: C10-079, C10-086, C10-088.
fn read(book: &mut Chapter, history: &History) {
    let names: Vec<&str> = history.history.iter().map(|(name, _)| name.as_str()).collect();
    book.text(
        "C10-086",
        "keys of the history",
        &names.join(", "),
        "loss, accuracy, val_loss, val_accuracy",
    );
    let (first, last) = (history.epoch.first(), history.epoch.last());
    book.text(
        "C10-086",
        "epochs",
        &format!("{first:?} to {last:?}"),
        "Some(0) to Some(29)",
    );
    // Early on the mean over the epoch lags behind the network at its end.
    let (loss, val_loss) = (history.get("loss"), history.get("val_loss"));
    let lags = val_loss[0] < loss[0];
    book.claim(
        "C10-079",
        "the first epoch validates better than its running mean",
        format!("{:.4} < {:.4}", val_loss[0], loss[0]),
        lags,
    );
    let gap = val_loss[29] - loss[29];
    book.claim(
        "C10-088",
        "at the end training is better than validation, not by much",
        format!("by {gap:.4}"),
        (0.0..0.15).contains(&gap),
    );
}
