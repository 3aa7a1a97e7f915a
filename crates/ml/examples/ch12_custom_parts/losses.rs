//! Losses as functions, as closures with a hyperparameter, as types (listings 11 to 18).

use std::path::{Path, PathBuf};

use ml::{
    core::{Result, Tensor},
    nn::{
        Activation, Compile, Fit, Loader, Model, Sequential,
        layers::{Dense, IntoLayer},
        losses::{self, FnLoss, IntoLoss, Loss, Reduction},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::{Housing, variance},
    support::{AnyResult, Book, Chapter},
};

/// Listing 11: a loss for every example.
fn huber_fn(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    huber(1.0, y_true, y_pred)
}

/// `e²/2` where `|e|` is below the threshold `t`, `t·|e| - t²/2` elsewhere.
pub(crate) fn huber(threshold: f64, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let error = y_true.sub(y_pred)?.abs()?;
    let is_small = error.less(&error.number_like(threshold)?)?;
    let squared = error.square()?.div_scalar(2.0)?;
    let linear = error
        .mul_scalar(threshold)?
        .sub_scalar(threshold * threshold / 2.0)?;
    Tensor::select(&is_small, &squared, &linear)
}

/// Listing 14: a function made for a threshold, which files do not hold.
pub(crate) fn create_huber(threshold: f64) -> FnLoss {
    FnLoss::new("huber_fn", move |y_true, y_pred| huber(threshold, y_true, y_pred))
}

/// Listing 16: its fields are its hyperparameters, and are stored with the model.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct HuberLoss {
    threshold: f64,
}

#[typetag::serde]
impl Loss for HuberLoss {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        huber(self.threshold, y_true, y_pred)
    }
}

/// The formula at both sides of its threshold, beside the loss that is there already.
pub(crate) fn values(book: &mut Chapter) -> AnyResult {
    book.section("A loss of one's own");
    let (y_true, y_pred) = (
        Tensor::from([[0.0], [0.0], [0.0]]),
        Tensor::from([[0.5], [1.0], [-3.0]]),
    );
    let losses = huber_fn(&y_true, &y_pred)?.to_vec::<f64>()?;
    book.text(
        "C12-061",
        "losses of errors 0.5, 1 and -3",
        &format!("{losses:?}"),
        "[0.125, 0.5, 2.5]",
    );
    for threshold in [1.0, 2.0] {
        let ours = huber(threshold, &y_true, &y_pred)?.mean_all()?.item::<f64>()?;
        let ready = losses::Huber::new(threshold)
            .into_loss()
            .value(&y_true, &y_pred, None)?;
        let label = format!("mean at threshold {threshold}, beside the ready one");
        book.number("C12-061", &label, ours, Book::Within(ready.item()?, 1e-15));
    }
    Ok(())
}

/// Reductions divide by the size of the batch, not by the sum of the weights.
pub(crate) fn weighted(book: &mut Chapter) -> AnyResult {
    book.section("Reductions");
    let (y_true, y_pred) = (Tensor::from([[0.0], [0.0]]), Tensor::from([[0.5], [3.0]]));
    let weights = Tensor::from([4.0, 1.0]);
    let value = |reduction| {
        create_huber(1.0)
            .reduction(reduction)
            .value(&y_true, &y_pred, Some(&weights))
    };
    let mean = value(Reduction::SumOverBatchSize)?.item::<f64>()?;
    book.number(
        "C12-066",
        "(4 · 0.125 + 2.5) / 2 examples",
        mean,
        Book::Exact(1.5),
    );
    book.number("C12-066", "sum", value(Reduction::Sum)?.item()?, Book::Exact(3.0));
    let each = value(Reduction::None)?.to_vec::<f64>()?;
    book.text("C12-066", "none", &format!("{each:?}"), "[0.5, 2.5]");
    Ok(())
}

fn network() -> Model {
    Sequential::new()
        .add(Dense::new(30).activation(Activation::Selu).input_shape([8]))
        .add(Dense::new(1))
        .into_model()
        .seed(42)
}

/// Trains with this loss and saves the model.
fn train(
    book: &mut Chapter,
    housing: &Housing,
    loss: impl IntoLoss,
    file: &str,
) -> AnyResult<(Model, PathBuf)> {
    let mut model = network();
    model.compile(Compile::new("nadam", loss).metric("mae"))?;
    let fit = Fit::new()
        .epochs(2)
        .validation_data(&housing.x_valid, &housing.y_valid);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let loss = history.get("loss");
    book.claim(
        "C12-060",
        &format!("{file}: the mean loss of the epochs falls"),
        format!("{loss:.4?}"),
        loss[1] < loss[0],
    );
    let path = book.folder().join(file);
    model.save(&path)?;
    Ok((model, path))
}

/// Listings 12, 13, 15, 17 and 18.
pub(crate) fn trained(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Training with it, and files");
    let (model, path) = train(
        book,
        housing,
        FnLoss::new("huber_fn", huber_fn),
        "my_model_with_a_custom_loss",
    )?;
    let mse = model
        .predict(&housing.x_valid)?
        .square_difference(&housing.y_valid)?
        .mean_all()?
        .item::<f32>()?;
    let learned = f64::from(mse) < variance(&housing.y_valid)?;
    book.claim(
        "C12-060",
        "it learned more than the mean",
        format!("MSE {mse:.3}"),
        learned,
    );
    by_name(book, housing, &model, &path)?;

    let (model, path) = train(
        book,
        housing,
        create_huber(2.0),
        "my_model_with_a_custom_loss_threshold_2",
    )?;
    let loss = |model: &Model| -> Result<f64> {
        Ok(model.evaluate(&housing.x_valid, &housing.y_valid)?.values()[0])
    };
    let again = Loader::new()
        .loss("huber_fn", move |y_true, y_pred| huber(2.0, y_true, y_pred))
        .load(&path)?;
    book.number(
        "C12-070",
        "loss with the threshold given again",
        loss(&again)?,
        Book::Exact(loss(&model)?),
    );
    let other = Loader::new().loss("huber_fn", huber_fn).load(&path)?;
    let lost = loss(&other)? != loss(&model)?;
    book.claim(
        "C12-070",
        "the file of a closure does not know its threshold: another one is taken",
        "checked",
        lost,
    );

    let (model, path) = train(
        book,
        housing,
        HuberLoss { threshold: 2.0 },
        "my_model_with_a_custom_loss_class",
    )?;
    let loaded = Model::load(&path)?;
    book.number(
        "C12-065",
        "loss of the type, loaded without being told anything",
        loss(&loaded)?,
        Book::Exact(loss(&model)?),
    );
    let stored = std::fs::read(&path)?;
    let text = String::from_utf8_lossy(&stored);
    let holds = text.contains("HuberLoss") && text.contains("threshold");
    book.claim(
        "C12-067",
        "the file names the type and its threshold, as JSON",
        "checked",
        holds,
    );
    Ok(())
}

/// Of a function a file holds the name: it must be given when loading.
fn by_name(book: &mut Chapter, housing: &Housing, model: &Model, path: &Path) -> AnyResult {
    let error = Model::load(path)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    book.claim(
        "C12-068",
        "loading without the function names it",
        &error,
        error.contains("huber_fn"),
    );
    let loaded = Loader::new().loss("huber_fn", huber_fn).load(path)?;
    let loss = |model: &Model| -> Result<f64> {
        Ok(model.evaluate(&housing.x_valid, &housing.y_valid)?.values()[0])
    };
    book.number(
        "C12-069",
        "loss of the loaded model",
        loss(&loaded)?,
        Book::Exact(loss(model)?),
    );
    Ok(())
}
