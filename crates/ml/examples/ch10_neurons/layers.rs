//! What layers compute: equation 10-2, stacks without activation functions, exercise 6.

use ml::{
    core::{DType, Result, Rng, Tensor},
    nn::{
        Activation, Model, Sequential,
        layers::{Dense, IntoLayer},
    },
};

use crate::support::{AnyResult, Book, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    composed(book)?;
    exercise_6(book)
}

/// Two lines one after the other are one line.
fn composed(book: &mut Chapter) -> AnyResult {
    book.section("Why activation functions");
    let line = |slope: f32, intercept: f32| -> Result<Model> {
        let model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
        model.ensure_built()?;
        model.set_weights(&[Tensor::from([[slope]]), Tensor::from([intercept])])?;
        Ok(model)
    };
    let (f, g) = (line(2.0, 3.0)?, line(5.0, -1.0)?);
    let stack = Sequential::new().add(g.as_layer()).add(f.as_layer()).into_model();
    let y = stack
        .predict(Tensor::from([[0.0f32], [1.0], [-4.0]]))?
        .to_vec::<f32>()?;
    book.number("N10-02", "f(g(x)) at 0", f64::from(y[0]), Book::Exact(1.0));
    book.number("N10-02", "its slope", f64::from(y[1] - y[0]), Book::Exact(10.0));
    book.number("N10-02", "f(g(-4))", f64::from(y[2]), Book::Exact(-39.0));
    Ok(())
}

/// Exercise 6: 10 inputs, 50 hidden units, 3 outputs, all with ReLU.
fn exercise_6(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 6");
    let relu = |units| Dense::new(units).activation(Activation::Relu);
    let model = Sequential::new()
        .add(relu(50).input_shape([10]))
        .add(relu(3))
        .into_model()
        .seed(6);
    model.ensure_built()?;
    let shapes: Vec<String> = model
        .get_weights()
        .iter()
        .map(|w| w.shape().to_string())
        .collect();
    book.text(
        "N10-21",
        "W_h, b_h, W_o, b_o",
        &shapes.join(" "),
        "[10, 50] [50] [50, 3] [3]",
    );
    let mut rng = Rng::new(1);
    let values: Vec<f32> = (0..70).map(|_| rng.uniform() as f32 - 0.5).collect();
    let x = Tensor::from_vec(values, [7, 10])?;
    let y = model.predict(&x)?;
    book.text("N10-21", "Y for a batch of 7", &y.shape().to_string(), "[7, 3]");
    let w = model.get_weights();
    let hidden = x.matmul(&w[0])?.add(&w[1])?.relu()?;
    let by_hand = hidden.matmul(&w[2])?.add(&w[3])?.relu()?;
    let same = y.all_close(&by_hand, 1e-6, 1e-6)?;
    book.claim(
        "N10-21",
        "Y = ReLU(ReLU(X·W_h + b_h)·W_o + b_o), biases added to every row",
        "checked",
        same,
    );
    book.claim("C10-010", "in f32", "checked", y.dtype() == DType::F32);
    Ok(())
}
