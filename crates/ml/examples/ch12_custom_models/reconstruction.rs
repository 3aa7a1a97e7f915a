//! A loss and a metric from inside a model: what the hidden layers keep of the inputs (listings 32 and 33).

use ml::{
    core::{Result, ops::Spec},
    nn::{
        Activation, Compile, Fit, Model,
        initializers::LecunNormal,
        layers::{Dense, Layer, Module, Scope, unary},
        optimizers::Nadam,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::Housing,
    support::{AnyResult, Book, Chapter},
};

/// What the reconstruction counts in the loss.
const SHARE: f64 = 0.05;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ReconstructingRegressor {
    outputs: usize,
}

#[typetag::serde]
impl Layer for ReconstructingRegressor {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let columns = scope.last_axis(&inputs[0])?;
        let mut hidden = Vec::new();
        let mut specs = inputs.to_vec();
        for number in 1..=5 {
            let dense = Dense::new(30)
                .activation(Activation::Selu)
                .kernel_initializer(LecunNormal);
            let layer = scope.layer(&format!("hidden{number}"), dense, &specs)?;
            specs = layer.outputs().unwrap_or_default().to_vec();
            hidden.push(layer);
        }
        let out = scope.layer("out", Dense::new(self.outputs), &specs)?;
        // As many units as the inputs have columns, which only `build` knows.
        let reconstruct = scope.layer("reconstruct", Dense::new(columns), &specs)?;
        Ok(unary(move |x, context| {
            let mut z = x.clone();
            for layer in &hidden {
                z = layer.apply(&z, context)?;
            }
            let error = reconstruct.apply(&z, context)?.square_difference(x)?.mean_all()?;
            context.add_loss(error.mul_scalar(SHARE)?);
            context.add_metric("reconstruction_error", error);
            out.apply(&z, context)
        }))
    }
}

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("A reconstruction inside");
    let rows = housing.x_train.shape()[0];
    book.number("N12-09", "training instances", rows as f64, Book::Exact(11_610.0));
    let mut model = Model::new(ReconstructingRegressor { outputs: 1 }).seed(42);
    // The book says neither optimizer nor rate: with this one the first epochs are like those it prints.
    model.compile(Compile::new(Nadam::new(1.5e-4), "mse").metric("mse"))?;
    let fit = Fit::new()
        .epochs(5)
        .validation_data(&housing.x_valid, &housing.y_valid);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    let (loss, error) = (history.get("loss"), history.get("reconstruction_error"));
    println!("  loss: {loss:.4?}\n  reconstruction_error: {error:.4?}");
    for (label, ours, theirs) in [
        (
            "loss of epoch 1, of the book's order (a factor of 3)",
            loss[0],
            4.3092,
        ),
        ("reconstruction error of epoch 1, likewise", error[0], 1.7360),
    ] {
        let near = (theirs / 3.0..=theirs * 3.0).contains(&ours);
        book.claim("N12-08", label, format!("{ours:.4}; the book {theirs}"), near);
    }
    let falls = |values: &[f64]| values.windows(2).all(|pair| pair[1] < pair[0]);
    book.claim(
        "N12-08",
        "both fall at every epoch",
        format!("{loss:.4?}, {error:.4?}"),
        falls(loss) && falls(error),
    );
    let halved = error[1] / error[0];
    let label = "the reconstruction error of epoch 2 is about half (the book: 0.52)";
    book.claim(
        "N12-08",
        label,
        format!("{halved:.2}"),
        (0.3..0.75).contains(&halved),
    );
    parts(book, &model, housing)
}

/// The loss that is shown is both together.
fn parts(book: &mut Chapter, model: &Model, housing: &Housing) -> AnyResult {
    let logs = model.evaluate(&housing.x_valid, &housing.y_valid)?;
    let number = |name: &str| logs.get(name).unwrap_or(f64::NAN);
    let (loss, mse, error) = (number("loss"), number("mse"), number("reconstruction_error"));
    book.number(
        "C12-134",
        "loss, beside MSE + 0.05 · reconstruction error",
        loss,
        Book::Within(mse + SHARE * error, 1e-5),
    );
    // Asked by hand, a call tells the same loss.
    let context = ml::nn::layers::Context::inference();
    let outputs = model.call(std::slice::from_ref(&housing.x_valid), &context)?;
    let told = context.losses();
    book.number(
        "C12-131",
        "losses told by a call",
        told.len() as f64,
        Book::Exact(1.0),
    );
    let of_call = f64::from(told[0].item::<f32>()?);
    book.number(
        "C12-130",
        "the loss it told, beside 0.05 · reconstruction error",
        of_call,
        Book::Within(SHARE * error, 1e-5),
    );
    let metrics = context.metrics();
    let name = metrics.first().map_or("", |(name, _)| name.as_str());
    book.text("C12-133", "the metric it told", name, "reconstruction_error");
    book.text(
        "C12-132",
        "outputs",
        &outputs[0].spec().to_string(),
        "f32[3870, 1]",
    );
    Ok(())
}
