//! Outputs for each kind of task (tables 10-1 and 10-2), trained on small data whose answer is known.

use ml::{
    core::{Fit as _, Result, Rng, Tensor},
    data::preprocess::MinMaxScaler,
    nn::{
        Activation, Compile, Fit, Model, Sequential,
        layers::{Dense, IntoLayer},
        optimizers::Adam,
    },
    prelude::*,
};

use crate::support::{AnyResult, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    regression(book)?;
    classification(book)?;
    ranges(book)
}

/// Points of a square, `[points, 2]`.
fn points(count: usize) -> Result<Tensor> {
    let mut rng = Rng::new(10);
    let values: Vec<f32> = (0..2 * count).map(|_| 2.0 * rng.uniform() as f32 - 1.0).collect();
    Tensor::from_vec(values, [count, 2])
}

/// One hidden layer, trained for so long that it must have learned.
fn trained(units: usize, output: Activation, loss: &str, x: &Tensor, y: &Tensor) -> Result<Model> {
    let mut model = Sequential::new()
        .add(Dense::new(16).activation(Activation::Relu).input_shape([2]))
        .add(Dense::new(units).activation(output))
        .into_model()
        .seed(42);
    model.compile(Compile::new(Adam::new(0.01), loss).metric("accuracy"))?;
    model.fit(x, y, Fit::new().epochs(60))?;
    Ok(model)
}

/// Several numbers at once: a centre, a width and a height are four outputs.
fn regression(book: &mut Chapter) -> AnyResult {
    book.section("Regression");
    let x = points(400)?;
    let (a, b) = (x.narrow(1, Some(0), Some(1))?, x.narrow(1, Some(1), Some(2))?);
    let y = Tensor::concat(&[&a.add(&b)?, &a.mul(&b)?, &a.square()?, &b.relu()?], 1)?;
    let model = trained(4, Activation::Linear, "mse", &x, &y)?;
    let mse = model.evaluate(&x, &y)?.values()[0];
    book.claim(
        "C10-032",
        "four outputs are learned together: MSE below 0.01",
        format!("{mse:.5}"),
        mse < 0.01,
    );
    Ok(())
}

/// One output for two classes, one each for several labels, one each under a softmax for several classes.
fn classification(book: &mut Chapter) -> AnyResult {
    book.section("Classification");
    let x = points(600)?;
    let (a, b) = (x.narrow(1, Some(0), Some(1))?, x.narrow(1, Some(1), Some(2))?);
    let zero = a.zeros_like()?;
    let inside = a.square()?.add(&b.square()?)?.less(&a.full_like(0.5)?)?;
    let right = a.greater(&zero)?;
    let binary = trained(1, Activation::Sigmoid, "binary_crossentropy", &x, &inside)?;
    told(
        book,
        "C10-038",
        "binary: inside the circle",
        binary.evaluate(&x, &inside)?.values()[1],
    );
    let labels = Tensor::concat(&[&inside, &right], 1)?;
    let multilabel = trained(2, Activation::Sigmoid, "binary_crossentropy", &x, &labels)?;
    let probabilities = multilabel.predict(&x)?;
    let sums = probabilities.sum(&[-1])?;
    let any = sums.max_all()?.item::<f32>()? > 1.5 && sums.min_all()?.item::<f32>()? < 0.5;
    let found = probabilities
        .greater(&probabilities.full_like(0.5)?)?
        .equal(&labels)?;
    let share = f64::from(found.cast(ml::core::DType::F32)?.mean_all()?.item::<f32>()?);
    told(book, "C10-039", "two labels each: right of them", share);
    book.claim(
        "C10-039",
        "their probabilities need not add up to 1",
        "checked",
        any,
    );
    let classes = inside
        .cast(ml::core::DType::I64)?
        .add(&right.cast(ml::core::DType::I64)?)?
        .squeeze(&[-1])?;
    let multiclass = trained(
        3,
        Activation::Softmax,
        "sparse_categorical_crossentropy",
        &x,
        &classes,
    )?;
    told(
        book,
        "C10-040",
        "three classes",
        multiclass.evaluate(&x, &classes)?.values()[1],
    );
    Ok(())
}

fn told(book: &mut Chapter, id: &str, what: &str, accuracy: f64) {
    let label = format!("{what}: above 90%");
    book.claim(id, &label, format!("{:.1}%", 100.0 * accuracy), accuracy > 0.9);
}

/// Outputs that cannot leave their range, targets scaled into it and back, and targets of many magnitudes.
fn ranges(book: &mut Chapter) -> AnyResult {
    book.section("Ranges of outputs");
    let z = Tensor::from([-30.0, -1.0, 0.0, 1.0, 30.0]);
    let ends = |activation: Activation| -> Result<(f64, f64)> {
        let y = activation.apply(&z)?;
        Ok((y.min_all()?.item()?, y.max_all()?.item()?))
    };
    let positive = ends(Activation::Relu)?.0 >= 0.0 && ends(Activation::Softplus)?.0 > 0.0;
    book.claim(
        "C10-033",
        "ReLU and softplus give nothing negative",
        "checked",
        positive,
    );
    let (low, high) = ends(Activation::Sigmoid)?;
    let (least, most) = ends(Activation::Tanh)?;
    let bounded = low >= 0.0 && high <= 1.0 && least >= -1.0 && most <= 1.0;
    book.claim(
        "C10-033",
        "logistic and tanh stay in 0..1 and -1..1",
        "checked",
        bounded,
    );
    let prices = ml::core::ndarray::array![[10.0], [35.0], [50.0]];
    let scaler = MinMaxScaler::default().fit(prices.view(), ())?;
    let scaled = scaler.transform(prices.view())?;
    let back = scaler.inverse_transform(scaled.view())?;
    let round = (&back - &prices).iter().all(|&d: &f64| d.abs() < 1e-12);
    book.claim(
        "C10-033",
        "labels scaled to 0..1, and back",
        format!("{}", scaled.column(0)),
        round,
    );
    let values = Tensor::from([0.001, 10.0, 1e6]);
    let again = values.log()?.exp()?.all_close(&values, 1e-12, 0.0)?;
    book.claim(
        "C10-043",
        "exp(log v) = v, from a thousandth to a million",
        "checked",
        again,
    );
    Ok(())
}
