//! A regression network with the sequential API.

use ml::nn::{
    Activation, Compile, Fit, Sequential,
    layers::{Dense, IntoLayer},
    optimizers::Sgd,
};

use crate::{
    housing::{Housing, variance},
    support::{AnyResult, Book, Chapter},
};

/// Listings W10-19 and W10-20.
pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("A regression network");
    sizes(book, housing)?;
    let mut model = Sequential::new()
        .add(Dense::new(30).activation(Activation::Relu).input_shape([8]))
        .add(Dense::new(1))
        .into_model()
        .seed(42);
    book.number(
        "N10-19",
        "parameters",
        model.count_params()? as f64,
        Book::Exact(301.0),
    );
    model.compile(Compile::new(Sgd::new(1e-3), "mean_squared_error"))?;
    let fit = Fit::new()
        .epochs(20)
        .validation_data(&housing.x_valid, &housing.y_valid);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let mse_test = model.evaluate(&housing.x_test, &housing.y_test)?.values()[0];
    let (loss, val_loss) = (
        history.last("loss").unwrap_or(f64::NAN),
        history.last("val_loss").unwrap_or(f64::NAN),
    );
    println!("  after 20 epochs: loss {loss:.4}, val_loss {val_loss:.4}, test {mse_test:.4}");
    let mean = variance(&housing.y_test)?;
    let label = "test MSE is below half of what always answering the mean costs";
    book.claim(
        "C10-096",
        label,
        format!("{mse_test:.4} of {mean:.4}"),
        mse_test < 0.5 * mean,
    );
    let x_new = housing.x_test.narrow(0, Some(0), Some(3))?;
    let y_pred = model.predict(&x_new)?;
    book.text(
        "C10-092",
        "answers for three districts",
        &y_pred.spec().to_string(),
        "f32[3, 1]",
    );
    println!(
        "  {:?}, are {:?}",
        y_pred.to_vec::<f32>()?,
        &housing.y_test.to_vec::<f32>()?[..3]
    );
    Ok(())
}

/// Two splits with their default shares, columns scaled by the training rows alone.
fn sizes(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let sizes = [&housing.x_train, &housing.x_valid, &housing.x_test].map(|x| x.shape()[0]);
    book.text(
        "C10-095",
        "rows to train, to validate, to test",
        &format!("{sizes:?}"),
        "[11610, 3870, 5160]",
    );
    let (mean, std) = (housing.x_train.mean(&[0])?, housing.x_train.std(&[0], 0.0)?);
    let standard = mean.abs()?.max_all()?.item::<f32>()? < 1e-5
        && std.sub_scalar(1.0)?.abs()?.max_all()?.item::<f32>()? < 1e-4;
    book.claim(
        "C10-094",
        "training columns have mean 0 and deviation 1",
        "checked",
        standard,
    );
    let others = housing.x_test.mean(&[0])?.abs()?.max_all()?.item::<f32>()?;
    book.claim(
        "C10-094",
        "test columns were scaled by the same numbers, not their own",
        format!("largest mean {others:.4}"),
        others > 1e-4,
    );
    Ok(())
}
