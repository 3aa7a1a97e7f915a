//! Layers (listings 26 to 29).

use ml::{
    core::{Result, Tensor, ops::Spec},
    nn::{
        Activation, Input, Model, Sequential, connect_all,
        initializers::GlorotNormal,
        layers::{Context, Dense, GaussianNoise, IntoLayer, Lambda, Layer, Module, Scope, WeightSpec, unary},
    },
};
use serde::{Deserialize, Serialize};

use crate::support::{AnyResult, Book, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    exponential(book)?;
    my_dense(book)?;
    my_multi_layer(book)?;
    my_gaussian_noise(book)
}

/// Listing 26: a layer without weights is a function.
fn exponential(book: &mut Chapter) -> AnyResult {
    book.section("A layer without weights");
    let model = Sequential::new()
        .add(Lambda::new("exponential", Tensor::exp).input_shape([3]))
        .into_model();
    let x = Tensor::from([[-1.0f32, 0.0, 1.0]]);
    let y = model.predict(&x)?;
    let same = y.all_close(&x.exp()?, 0.0, 0.0)?
        && y.all_close(&"exponential".parse::<Activation>()?.apply(&x)?, 1e-6, 0.0)?;
    book.claim(
        "C12-102",
        "exp as a layer",
        format!("{:.4?}", y.to_vec::<f32>()?),
        same,
    );
    // Targets of very different sizes: 0.001, 10, 1000.
    let targets = Tensor::from([0.001f32, 10.0, 1000.0]);
    let reached = Activation::Exponential.apply(&targets.log()?)?.to_vec::<f32>()?;
    let near = reached
        .iter()
        .zip([0.001f32, 10.0, 1000.0])
        .all(|(y, t)| (y / t - 1.0).abs() < 1e-4);
    book.claim(
        "C12-103",
        "as an output it spans 0.001 to 1000",
        format!("{reached:?}"),
        near,
    );
    Ok(())
}

/// Listing 27.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyDense {
    units: usize,
    activation: Activation,
}

#[typetag::serde]
impl Layer for MyDense {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let columns = scope.last_axis(&inputs[0])?;
        let kernel = WeightSpec::new("kernel", [columns, self.units]).initializer(GlorotNormal);
        let kernel = scope.weight(kernel)?;
        let bias = scope.weight(WeightSpec::new("bias", [self.units]))?;
        let activation = self.activation.clone();
        Ok(unary(move |x, _| {
            activation.apply(&x.matmul(&kernel.read())?.add(&bias.read())?)
        }))
    }
}

fn my_dense(book: &mut Chapter) -> AnyResult {
    book.section("A layer with weights");
    let activation = "relu".parse::<Activation>()?;
    let layer = MyDense {
        units: 4,
        activation: activation.clone(),
    };
    let model = Sequential::new().add(layer).into_model().seed(1);
    book.claim(
        "C12-106",
        "before it has seen an input it has no weights",
        "checked",
        model.weights().is_empty(),
    );
    let x = Tensor::from([[1.0f32, -2.0, 0.5], [3.0, 0.0, -1.0]]);
    let y = model.predict(&x)?;
    let shapes: Vec<String> = model
        .get_weights()
        .iter()
        .map(|w| w.shape().to_string())
        .collect();
    book.text("C12-106", "built on first use", &shapes.join(" "), "[3, 4] [4]");
    let ready = Sequential::new()
        .add(Dense::new(4).activation(activation).input_shape([3]))
        .into_model();
    ready.ensure_built()?;
    ready.set_weights(&model.get_weights())?;
    let same = ready.predict(&x)?.all_close(&y, 1e-6, 1e-6)?;
    book.claim(
        "C12-107",
        "it answers as Dense with the same weights",
        "checked",
        same,
    );
    let shape = model
        .layer("my_dense")?
        .outputs()
        .map(|o| o[0].to_string())
        .unwrap_or_default();
    book.text(
        "C12-108",
        "its output shape, found by tracing",
        &shape,
        "f32[?, 4]",
    );
    let path = book.folder().join("my_dense");
    model.save(&path)?;
    let same = Model::load(&path)?.predict(&x)?.all_close(&y, 0.0, 0.0)?;
    book.claim("C12-104", "files know it by its name and fields", "checked", same);
    Ok(())
}

/// Listing 28: two inputs, three outputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyMultiLayer;

#[typetag::serde]
impl Layer for MyMultiLayer {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<2>(inputs)?;
        Ok(Box::new(|x: &[Tensor], _: &Context| {
            Ok(vec![x[0].add(&x[1])?, x[0].mul(&x[1])?, x[0].div(&x[1])?])
        }))
    }
}

fn my_multi_layer(book: &mut Chapter) -> AnyResult {
    book.section("Several inputs and outputs");
    let (a, b) = (Input::new([2]).place(), Input::new([2]).place());
    let outputs = connect_all(MyMultiLayer, &[&a, &b])?;
    let model = Model::functional(&[&a, &b], &[&outputs[0], &outputs[1], &outputs[2]])?;
    let (x1, x2) = (Tensor::from([[6.0f32, 1.0]]), Tensor::from([[2.0f32, 4.0]]));
    let y = model.predict_all([&x1, &x2])?;
    let values: Vec<Vec<f32>> = y.iter().map(Tensor::to_vec).collect::<Result<_>>()?;
    let expected = "[[8.0, 5.0], [12.0, 4.0], [3.0, 0.25]]";
    book.text(
        "C12-110",
        "sum, product, quotient of (6, 1) and (2, 4)",
        &format!("{values:?}"),
        expected,
    );
    let stack = Sequential::new().add(MyMultiLayer.input_shape([2])).into_model();
    let error = stack
        .ensure_built()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    book.claim(
        "C12-111",
        "a sequential model refuses it",
        &error,
        error.contains("takes 2 inputs, but is fed with 1"),
    );
    Ok(())
}

/// Listing 29: something else while training.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyGaussianNoise {
    stddev: f64,
}

#[typetag::serde]
impl Layer for MyGaussianNoise {
    fn build(&self, _: &[Spec], _: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let stddev = self.stddev;
        Ok(unary(move |x, context| match context.normal_like(x, stddev)? {
            Some(noise) => x.add(&noise),
            None => Ok(x.clone()),
        }))
    }
}

fn my_gaussian_noise(book: &mut Chapter) -> AnyResult {
    book.section("A layer that differs while training");
    let x = Tensor::zeros([10_000, 2], ml::core::DType::F32)?;
    let output = |layer: &dyn Fn() -> ml::nn::layers::LayerRef, training: bool| -> Result<Tensor> {
        let model = Sequential::new().add(layer().input_shape([2])).into_model();
        model.ensure_built()?;
        let context = if training {
            Context::training(1, 0i64)
        } else {
            Context::inference()
        };
        Ok(model.call(std::slice::from_ref(&x), &context)?.remove(0))
    };
    let ours = || MyGaussianNoise { stddev: 0.5 }.into_layer();
    let ready = || GaussianNoise::new(0.5).into_layer();
    let quiet = output(&ours, false)?.all_close(&x, 0.0, 0.0)?;
    book.claim("C12-112", "answers pass unchanged", "checked", quiet);
    let noisy = output(&ours, true)?;
    let deviation = f64::from(noisy.std(&[0, 1], 0.0)?.item::<f32>()?);
    book.number(
        "C12-113",
        "standard deviation while training",
        deviation,
        Book::Within(0.5, 0.01),
    );
    let same = output(&ready, true)?.all_close(&noisy, 0.0, 0.0)?;
    book.claim("C12-113", "as GaussianNoise in the same step", "same bits", same);
    Ok(())
}
