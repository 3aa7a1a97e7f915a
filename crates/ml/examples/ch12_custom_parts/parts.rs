//! Activation function, initialiser, regulariser and constraint (listings 19 to 21).

use ml::{
    core::{DType, Result, Rng, Shape, Tensor},
    nn::{
        Activation, Compile, Fit, Loader, Model, Sequential,
        constraints::{Constraint, FnConstraint, NonNeg},
        initializers::{FnInitializer, GlorotNormal, Initializer},
        layers::{Dense, IntoLayer},
        regularizers::{FnRegularizer, L1, Regularizer},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::{Housing, tamed},
    support::{AnyResult, Book, Chapter},
};

/// `log(exp(z) + 1)`.
fn my_softplus(z: &Tensor) -> Result<Tensor> {
    z.exp()?.add_scalar(1.0)?.log()
}

/// Normal with standard deviation `√(2 / (inputs + outputs))`.
fn my_glorot_initializer(shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
    let deviation = (2.0 / (shape[0] + shape[1]) as f64).sqrt();
    let values: Vec<f64> = (0..shape.len())
        .map(|_| rng.normal(0.0, deviation))
        .collect::<Result<_>>()?;
    Tensor::from_vec(values, shape.clone())?.cast(dtype)
}

/// `Σ |0.01 · w|`.
fn my_l1_regularizer(weights: &Tensor) -> Result<Tensor> {
    weights.mul_scalar(0.01)?.abs()?.sum_all()
}

/// Negative weights become 0.
fn my_positive_weights(weights: &Tensor) -> Result<Tensor> {
    let negative = weights.less(&weights.zeros_like()?)?;
    Tensor::select(&negative, &weights.zeros_like()?, weights)
}

/// Listing 21: the factor is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyL1Regularizer {
    factor: f64,
}

#[typetag::serde]
impl Regularizer for MyL1Regularizer {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        weight.mul_scalar(self.factor)?.abs()?.sum_all()
    }
}

/// Each beside what is there already.
pub(crate) fn by_hand(book: &mut Chapter) -> AnyResult {
    book.section("Activation function, initialiser, regulariser, constraint");
    let z = Tensor::from([-3.0, -0.5, 0.0, 2.0]);
    let same = my_softplus(&z)?.all_close(&Activation::Softplus.apply(&z)?, 1e-12, 1e-12)?;
    book.claim("C12-075", "my_softplus is softplus", "checked", same);
    let shape = Shape::from([300, 100]);
    let deviation = |values: Tensor| -> Result<f64> { values.std(&[0, 1], 0.0)?.item() };
    let ours = deviation(my_glorot_initializer(&shape, DType::F64, &mut Rng::new(1))?)?;
    let ready = deviation(GlorotNormal.values(&shape, DType::F64, &mut Rng::new(2))?)?;
    let expected = (2.0 / 400.0f64).sqrt();
    book.number(
        "C12-076",
        "standard deviation of my_glorot_initializer",
        ours,
        Book::Share(expected, 0.02),
    );
    book.number(
        "C12-076",
        "and of GlorotNormal",
        ready,
        Book::Share(expected, 0.02),
    );
    let w = Tensor::from([[1.0, -2.0], [3.0, -4.0]]);
    let penalty = my_l1_regularizer(&w)?.item::<f64>()?;
    book.number(
        "C12-077",
        "0.01 · (1 + 2 + 3 + 4)",
        penalty,
        Book::Within(0.1, 1e-15),
    );
    let ready = L1(0.01).penalty(&w)?.item::<f64>()?;
    book.number("C12-077", "and by L1(0.01)", ready, Book::Within(penalty, 1e-15));
    let of_the_type = MyL1Regularizer { factor: 0.01 }.penalty(&w)?.item::<f64>()?;
    book.number("C12-081", "and by the type", of_the_type, Book::Exact(penalty));
    let positive = my_positive_weights(&w)?.to_vec::<f64>()?;
    book.text(
        "C12-078",
        "1, -2, 3, -4 under the constraint",
        &format!("{positive:?}"),
        "[1.0, 0.0, 3.0, 0.0]",
    );
    let same = NonNeg.apply(&w)?.to_vec::<f64>()? == positive;
    book.claim("C12-078", "NonNeg does the same", "checked", same);
    Ok(())
}

/// Listing 20: all four in one layer, in a training and in a file.
pub(crate) fn in_a_layer(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("All four in a layer");
    let layer = Dense::new(30)
        .activation(Activation::custom("my_softplus", my_softplus))
        .kernel_initializer(FnInitializer::new("my_glorot_initializer", my_glorot_initializer))
        .kernel_regularizer(FnRegularizer::new("my_l1_regularizer", my_l1_regularizer))
        .kernel_constraint(FnConstraint::new("my_positive_weights", my_positive_weights));
    let mut model = Sequential::new()
        .add(layer.input_shape([8]))
        .add(Dense::new(1).kernel_regularizer(MyL1Regularizer { factor: 0.01 }))
        .into_model()
        .seed(42);
    model.compile(Compile::new("nadam", "mse").metric("mse"))?;
    model.fit(&tamed(&housing.x_train)?, &housing.y_train, Fit::new().epochs(2))?;
    let kernel = model.get_weights()[0].clone();
    let least = kernel.min_all()?.item::<f32>()?;
    book.claim(
        "C12-080",
        "after every step the constraint holds: no weight is negative",
        format!("least {least}"),
        least >= 0.0,
    );
    let logs = model.evaluate(&tamed(&housing.x_valid)?, &housing.y_valid)?;
    let penalties = [&kernel, &model.get_weights()[2]].map(|w| my_l1_regularizer(w)?.item::<f32>());
    let penalties: f32 = penalties.into_iter().collect::<Result<Vec<f32>>>()?.iter().sum();
    let (loss, mse) = (logs.values()[0], logs.values()[1]);
    book.number(
        "C12-080",
        "the loss is the error and both penalties",
        loss,
        Book::Within(mse + f64::from(penalties), 1e-4),
    );
    stored(book, housing, &model)
}

/// Of the functions the file holds the names.
fn stored(book: &mut Chapter, housing: &Housing, model: &Model) -> AnyResult {
    let path = book.folder().join("my_model_with_many_custom_parts");
    model.save(&path)?;
    let loaded = Loader::new()
        .function("my_softplus", my_softplus)
        .function("my_l1_regularizer", my_l1_regularizer)
        .function("my_positive_weights", my_positive_weights)
        .initializer("my_glorot_initializer", my_glorot_initializer)
        .load(&path)?;
    let loss = |model: &Model| -> Result<f64> {
        Ok(model
            .evaluate(&tamed(&housing.x_valid)?, &housing.y_valid)?
            .values()[0])
    };
    book.number(
        "C12-079",
        "loss of the model loaded with its four functions",
        loss(&loaded)?,
        Book::Exact(loss(model)?),
    );
    Ok(())
}
