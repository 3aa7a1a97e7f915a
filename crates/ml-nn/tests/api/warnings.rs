//! What is warned of: models that cannot learn what they should, and losses that are no number.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use ml_core::{Result, Tensor};
use ml_nn::{
    Activation, Compile, Fit, Input, Model, Sequential,
    initializers::{Constant, Zeros},
    layers::{ActivationLayer, Dense, Flatten, IntoLayer, Softmax},
    losses::{CategoricalCrossentropy, SparseCategoricalCrossentropy},
    optimizers::Sgd,
};

use crate::{
    mistakes::{check, data, said},
    random,
};

/// What is logged while `body` runs.
pub(crate) fn logged(body: impl FnOnce()) -> String {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .finish();
    tracing::subscriber::with_default(subscriber, body);
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// What compiling a stack of these layers for this loss warns of.
fn warned(layers: Vec<ml_nn::layers::LayerRef>, compile: Compile) -> String {
    let layers = [vec![Flatten.input_shape([4])], layers].concat();
    let mut model = layers.into_iter().collect::<Sequential>().into_model();
    logged(|| model.compile(compile).unwrap())
}

/// C10-075.
#[test]
fn losses_and_activations_at_the_output_are_compared() {
    let dense = |units, activation| vec![Dense::new(units).activation(activation).into_layer()];
    let sparse = || Compile::new("sgd", "sparse_categorical_crossentropy");
    let logits = || Compile::new("sgd", SparseCategoricalCrossentropy::new().from_logits(true));
    let binary = || Compile::new("sgd", "binary_crossentropy");
    let apart = vec![
        Dense::new(3).into_layer(),
        ActivationLayer::new(Activation::Softmax).into_layer(),
    ];
    let inside = Sequential::new().add(Dense::new(3)).into_layer();
    let quiet = [
        warned(dense(3, Activation::Softmax), sparse()),
        warned(apart, sparse()),
        warned(dense(3, Activation::Linear), logits()),
        warned(dense(1, Activation::Sigmoid), binary()),
        warned(dense(3, Activation::Linear), Compile::new("sgd", "mse")),
        // Nobody knows what a function of the user's gives.
        warned(
            dense(3, Activation::custom("shares", |x| x.softmax(-1))),
            sparse(),
        ),
        warned(
            vec![Dense::new(3).into_layer(), Softmax::default().into_layer()],
            sparse(),
        ),
    ];
    assert_eq!(quiet, [""; 7]);
    let line =
        "the loss needs another activation function at the output: use it, or from_logits(true) without any";
    for (found, facts) in [
        (
            warned(dense(3, Activation::Linear), sparse()),
            "output=\"dense\" loss=\"sparse_categorical_crossentropy\" activation=Linear expected=Softmax",
        ),
        (
            warned(
                dense(3, Activation::Sigmoid),
                Compile::new("sgd", CategoricalCrossentropy::new()),
            ),
            "output=\"dense\" loss=\"categorical_crossentropy\" activation=Sigmoid expected=Softmax",
        ),
        (
            warned(dense(3, Activation::Softmax), binary()),
            "output=\"dense\" loss=\"binary_crossentropy\" activation=Softmax expected=Sigmoid",
        ),
        (
            warned(vec![inside], sparse()),
            "output=\"sequential\" loss=\"sparse_categorical_crossentropy\" activation=Linear expected=Softmax",
        ),
    ] {
        assert_eq!(found.trim(), format!("WARN {line} {facts}"));
    }
    let twice = warned(dense(3, Activation::Softmax), logits());
    assert!(
        twice.contains("WARN the loss takes logits, but the output is of probabilities"),
        "{twice}"
    );
    // A softmax of one number is always 1.
    let mut model = Sequential::new()
        .add(Dense::new(1).activation(Activation::Softmax).input_shape([4]))
        .into_model();
    check([(
        said(model.compile(sparse())),
        "compile: sparse_categorical_crossentropy compares classes, but the output \"dense\" has one number, f32[?, 1]; give \
         the last layer a unit for each class, or use binary_crossentropy with a sigmoid",
    )]);
    // A model that is not built yet is looked at when it is.
    let mut model = Sequential::new().add(Dense::new(3)).into_model();
    assert_eq!(logged(|| model.compile(sparse()).unwrap()), "");
    let (x, y) = data();
    let late = logged(|| drop(model.fit(&x, &y, Fit::new()).unwrap()));
    assert!(late.contains(line), "{late}");
}

/// C10-023.
#[test]
fn hidden_layers_whose_units_start_alike_are_warned_of_and_stay_alike() -> Result<()> {
    let zeros = || {
        Dense::new(5)
            .activation(Activation::Tanh)
            .kernel_initializer(Constant(0.5))
            .named("hidden")
    };
    let mse = || Compile::new("sgd", "mse");
    let found = warned(vec![zeros(), Dense::new(1).into_layer()], mse());
    assert!(
        found.contains("all units of this hidden layer start alike and will stay alike")
            && found.contains("layer=\"hidden\"")
            && found.lines().count() == 1,
        "{found}"
    );
    // The last layer may start with zeros: its units see different labels.
    let last = Dense::new(1).kernel_initializer(Zeros).into_layer();
    let first = Dense::new(5).activation(Activation::Tanh).into_layer();
    assert_eq!(warned(vec![first, last], mse()), "");
    // In a graph, too.
    let input = Input::new([4]).place();
    let output = input
        .then(zeros())?
        .then(ActivationLayer::new(Activation::Relu))?
        .then(Dense::new(1))?;
    let mut graph = Model::functional(&[&input], &[&output])?;
    let found = logged(|| graph.compile(mse()).unwrap());
    assert!(found.contains("layer=\"hidden\""), "{found}");
    // And it is true: after training, the columns of the kernel are one.
    let same = Dense::new(1).kernel_initializer(Constant(0.1));
    let mut model = Sequential::new()
        .add(zeros().input_shape([4]))
        .add(same)
        .into_model();
    model.compile(mse())?;
    model.fit(random(&[64, 4], 1), random(&[64, 1], 2), Fit::new().epochs(3))?;
    let kernel = model.get_weights()[0].to_vec::<f32>()?;
    for row in kernel.chunks(5) {
        assert!(row.iter().all(|&value| value == row[0]), "{kernel:?}");
    }
    assert!(kernel[0] != 0.5, "{kernel:?}");
    Ok(())
}

/// C10-031.
#[test]
fn dense_layers_without_anything_between_are_warned_of_and_are_one() -> Result<()> {
    let mse = || Compile::new("sgd", "mse");
    let found = warned(
        vec![Dense::new(5).into_layer(), Dense::new(1).into_layer()],
        mse(),
    );
    assert_eq!(
        found.trim(),
        "WARN two dense layers without an activation function between them are one: give the first an activation \
         layer=\"dense\" next=\"dense_1\""
    );
    // The book's f(x) = 2x + 3 and g(x) = 5x - 1: f(g(x)) = 10x + 1.
    let one = || Dense::new(1).into_layer();
    let model = [one().input_shape([1]), one()]
        .into_iter()
        .collect::<Sequential>()
        .into_model();
    model.ensure_built()?;
    let (a, b) = (|v: f32| Tensor::from([[v]]), |v: f32| Tensor::from([v]));
    model.set_weights(&[a(5.0), b(-1.0), a(2.0), b(3.0)])?;
    let y = model.predict(Tensor::from([[0.0f32], [1.0], [-2.0]]))?;
    assert_eq!(y.to_vec::<f32>()?, [1.0, 11.0, -19.0]);
    Ok(())
}

#[test]
fn a_loss_that_is_no_number_is_warned_of_once() -> Result<()> {
    let (x, y) = (random(&[8, 2], 1), random(&[8, 1], 2));
    let mut model = Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
    // Steps that overshoot more each time.
    model.compile(Compile::new(Sgd::new(1e20), "mse"))?;
    let log = logged(|| drop(model.fit(&x, &y, Fit::new().epochs(6)).unwrap()));
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    assert!(
        log.contains("TerminateOnNaN stops at the batch and names the layer where it begins"),
        "{log}"
    );
    Ok(())
}
