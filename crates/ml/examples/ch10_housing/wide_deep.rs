//! Wide & Deep: short paths for simple rules, long ones for deep patterns.

use ml::{
    core::{Result, Tensor},
    nn::{
        Activation, Compile, Fit, Input, Model, Place, connect,
        layers::{Concatenate, Dense, IntoLayer},
        optimizers::Sgd,
    },
};

use crate::{
    housing::{Housing, variance},
    support::{AnyResult, Book, Chapter},
};

/// A hidden layer of the deep path.
pub(crate) fn hidden() -> Dense {
    Dense::new(30).activation(Activation::Relu)
}

/// The first five columns take the wide path.
pub(crate) fn wide(x: &Tensor) -> Result<Tensor> {
    x.narrow(1, Some(0), Some(5))
}

/// The last six take the deep one: three take both.
pub(crate) fn deep(x: &Tensor) -> Result<Tensor> {
    x.narrow(1, Some(2), None)
}

/// Listing W10-21.
pub(crate) fn network_of_one_input() -> Result<Model> {
    let input = Input::new([8]).place();
    let hidden1 = input.then(hidden())?;
    let hidden2 = hidden1.then(hidden())?;
    let concat = connect(Concatenate::new(), &[&input, &hidden2])?;
    let output = concat.then(Dense::new(1))?;
    Model::functional(&[&input], &[&output])
}

/// The two inputs, what joins them, and the end of the deep path.
fn paths() -> Result<[Place; 4]> {
    let input_a = Input::new([5]).name("wide_input").place();
    let input_b = Input::new([6]).name("deep_input").place();
    let hidden2 = input_b.then(hidden())?.then(hidden())?;
    let concat = connect(Concatenate::new(), &[&input_a, &hidden2])?;
    Ok([input_a, input_b, concat, hidden2])
}

/// Listing W10-22.
pub(crate) fn network_of_two_inputs() -> Result<Model> {
    let [input_a, input_b, concat, _] = paths()?;
    let output = concat.then(Dense::new(1).named("output"))?;
    Model::functional(&[&input_a, &input_b], &[&output])
}

/// Listing W10-24.
pub(crate) fn network_of_two_outputs() -> Result<Model> {
    let [input_a, input_b, concat, hidden2] = paths()?;
    let output = concat.then(Dense::new(1).named("main_output"))?;
    let aux_output = hidden2.then(Dense::new(1).named("aux_output"))?;
    Model::functional(&[&input_a, &input_b], &[&output, &aux_output])
}

pub(crate) fn one_input(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Wide & Deep");
    let mut model = network_of_one_input()?.seed(42);
    println!("{}", model.summary()?);
    book.number(
        "N10-18",
        "parameters, one input",
        model.count_params()? as f64,
        Book::Exact(1_239.0),
    );
    model.compile(Compile::new(Sgd::new(1e-3), "mean_squared_error"))?;
    let fit = Fit::new()
        .epochs(20)
        .validation_data(&housing.x_valid, &housing.y_valid);
    model.fit(&housing.x_train, &housing.y_train, fit)?;
    let mse = model.evaluate(&housing.x_test, &housing.y_test)?.values()[0];
    judged(book, "C10-101", "one input", mse, housing)
}

/// Listings W10-22 and W10-23.
pub(crate) fn two_inputs(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Two inputs");
    let mut model = network_of_two_inputs()?.seed(42);
    book.number(
        "N10-18",
        "parameters, two inputs",
        model.count_params()? as f64,
        Book::Exact(1_176.0),
    );
    model.compile(Compile::new(Sgd::new(1e-3), "mse"))?;
    let (train_a, train_b) = (wide(&housing.x_train)?, deep(&housing.x_train)?);
    let (valid_a, valid_b) = (wide(&housing.x_valid)?, deep(&housing.x_valid)?);
    let (test_a, test_b) = (wide(&housing.x_test)?, deep(&housing.x_test)?);
    let fit = Fit::new()
        .epochs(20)
        .validation_data([&valid_a, &valid_b], &housing.y_valid);
    model.fit([&train_a, &train_b], &housing.y_train, fit)?;
    let mse = model.evaluate([&test_a, &test_b], &housing.y_test)?.values()[0];
    judged(book, "C10-102", "two inputs", mse, housing)?;
    // By name, in any order.
    let named = model.evaluate(
        [("deep_input", &test_b), ("wide_input", &test_a)],
        &housing.y_test,
    )?;
    book.number(
        "C10-102",
        "the same with inputs by name, in another order",
        named.values()[0],
        Book::Exact(mse),
    );
    let three = |x: &Tensor| x.narrow(0, Some(0), Some(3));
    let y_pred = model.predict([&three(&test_a)?, &three(&test_b)?])?;
    book.text(
        "C10-102",
        "answers for three districts",
        &y_pred.spec().to_string(),
        "f32[3, 1]",
    );
    Ok(())
}

/// Listings W10-24 to W10-27.
pub(crate) fn two_outputs(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("An auxiliary output");
    let mut model = network_of_two_outputs()?.seed(42);
    book.number(
        "N10-18",
        "parameters, two outputs",
        model.count_params()? as f64,
        Book::Exact(1_207.0),
    );
    model.compile(
        Compile::new(Sgd::new(0.01), "mse")
            .losses(["mse", "mse"])
            .loss_weights([0.9, 0.1]),
    )?;
    let inputs = |x: &Tensor| -> Result<[Tensor; 2]> { Ok([wide(x)?, deep(x)?]) };
    let ([train_a, train_b], [valid_a, valid_b]) = (inputs(&housing.x_train)?, inputs(&housing.x_valid)?);
    let [test_a, test_b] = inputs(&housing.x_test)?;
    let (train, valid, test) = (&housing.y_train, &housing.y_valid, &housing.y_test);
    let fit = Fit::new()
        .epochs(20)
        .validation_data([&valid_a, &valid_b], [valid, valid]);
    model.fit([&train_a, &train_b], [train, train], fit)?;
    let logs = model.evaluate([&test_a, &test_b], [test, test])?;
    println!("  {}", logs.shown());
    let names: Vec<&str> = logs.iter().map(|(name, _)| name).collect();
    book.text(
        "C10-109",
        "what evaluate gives",
        &names.join(", "),
        "loss, main_output_loss, aux_output_loss",
    );
    let (total, main, aux) = (logs.values()[0], logs.values()[1], logs.values()[2]);
    book.number(
        "N10-22",
        "total loss against 0.9 · main + 0.1 · aux",
        total,
        Book::Within(0.9 * main + 0.1 * aux, 1e-5),
    );
    judged(book, "C10-105", "main output", main, housing)?;
    let three = |x: &Tensor| x.narrow(0, Some(0), Some(3));
    let outputs = model.predict_all([&three(&test_a)?, &three(&test_b)?])?;
    book.number(
        "C10-110",
        "arrays that predict gives",
        outputs.len() as f64,
        Book::Exact(2.0),
    );
    Ok(())
}

/// Whether it learned: the mean costs the variance.
pub(crate) fn judged(book: &mut Chapter, id: &str, what: &str, mse: f64, housing: &Housing) -> AnyResult {
    let mean = variance(&housing.y_test)?;
    let label = format!("{what}: test MSE is below half of what the mean costs");
    book.claim(id, &label, format!("{mse:.4} of {mean:.4}"), mse < 0.5 * mean);
    Ok(())
}
