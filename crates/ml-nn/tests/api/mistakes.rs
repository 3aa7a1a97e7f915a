//! What mistakes are answered with, word for word, and what `compile` warns of.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Activation, Compile, Evaluate, Fit, Input, Model, Predict, Sequential, connect,
    initializers::{Constant, Zeros},
    layers::{
        ActivationLayer, BatchNormalization, Concatenate, Dense, Dropout, Embedding, Flatten, IntoLayer,
        Softmax,
    },
    losses::{CategoricalCrossentropy, IntoLoss, MeanSquaredError, Reduction, SparseCategoricalCrossentropy},
    regularizers::L2,
};

use crate::random;

/// Three classes from four numbers.
fn classifier() -> Model {
    let mut model = Sequential::new()
        .add(Dense::new(5).activation(Activation::Relu).input_shape([4]))
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model();
    model
        .compile(Compile::new("sgd", "sparse_categorical_crossentropy").metric("accuracy"))
        .unwrap();
    model
}

/// Two inputs, `wide` and `deep`; two outputs, `main` and `aux`.
fn forked() -> Model {
    let (wide, deep) = (
        Input::new([2]).name("wide").place(),
        Input::new([3]).name("deep").place(),
    );
    let hidden = deep.then(Dense::new(4).activation(Activation::Relu)).unwrap();
    let joined = connect(Concatenate::new(), &[&wide, &hidden]).unwrap();
    let (main, aux) = (
        joined.then(Dense::new(1).named("main")).unwrap(),
        hidden.then(Dense::new(1).named("aux")).unwrap(),
    );
    Model::functional(&[&wide, &deep], &[&main, &aux]).unwrap()
}

fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// Ten examples, and a label for each.
fn data() -> (Tensor, Tensor) {
    let labels: Vec<i64> = (0..10).map(|i| i % 3).collect();
    (random(&[10, 4], 1), Tensor::from(labels))
}

#[track_caller]
fn check(cases: impl IntoIterator<Item = (String, &'static str)>) {
    let wrong: Vec<String> = cases
        .into_iter()
        .filter(|(found, expected)| found != expected)
        .map(|(found, expected)| format!("found:    {found}\nexpected: {expected}\n"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn labels_that_do_not_fit() {
    let (x, y) = data();
    let with = |number: i64| {
        let mut labels = y.to_vec::<i64>().unwrap();
        labels[7] = number;
        Tensor::from(labels)
    };
    let plain = || Fit::new().shuffle(false).batch_size(5);
    let fit = |y: &Tensor| said(classifier().fit(&x, y, plain()));
    let regression = |y: &Tensor| {
        let mut model = Sequential::new().add(Dense::new(2).input_shape([4])).into_model();
        model.compile(Compile::new("sgd", "mse")).unwrap();
        said(model.fit(&x, y, plain()))
    };
    let hot = |loss: &str| {
        let mut model = classifier();
        model.compile(Compile::new("sgd", loss)).unwrap();
        said(model.fit(&x, &y, plain()))
    };
    check([
        (fit(&with(3)), "A"),
        (fit(&with(-1)), "B"),
        (said(classifier().evaluate(&x, &with(7))), "C"),
        (fit(&random(&[10], 2)), "D"),
        (fit(&y.reshape(&[5, 2]).unwrap()), "E"),
        (fit(&y.narrow(0, Some(0), Some(9)).unwrap()), "F"),
        (hot("categorical_crossentropy"), "G"),
        (regression(&random(&[10, 3], 3)), "H"),
        (regression(&random(&[10], 3)), "I"),
        (regression(&Tensor::from([[f32::NAN, 1.0]; 10])), "J"),
    ]);
}

#[test]
fn inputs_that_do_not_fit() {
    let (x, y) = data();
    let mut holed = x.to_vec::<f32>().unwrap();
    holed[13] = f32::NAN;
    let holed = Tensor::from_vec(holed, [10, 4]).unwrap();
    let (two, three, one) = (random(&[6, 2], 1), random(&[6, 3], 2), random(&[6, 1], 3));
    let fit_forked = |x: ml_nn::training::Tensors, y: ml_nn::training::Tensors| {
        let mut model = forked();
        model.compile(Compile::new("sgd", "mse")).unwrap();
        said(model.fit(x, y, Fit::new()))
    };
    let words = Sequential::new()
        .add(Embedding::new(5, 2).input_spec(DType::I64, [3]))
        .into_model();
    check([
        (said(classifier().predict(random(&[3, 5], 1))), "A"),
        (said(classifier().predict(random(&[4], 1))), "B"),
        (said(classifier().predict(Tensor::from(1.0f32))), "C"),
        (said(classifier().predict(x.cast(DType::F64).unwrap())), "D"),
        (said(classifier().fit(&holed, &y, Fit::new())), "E"),
        (said(classifier().predict(&holed)), "F"),
        (
            said(classifier().fit(random(&[0, 4], 1), Tensor::from(Vec::<i64>::new()), Fit::new())),
            "G",
        ),
        (said(classifier().predict([&x, &x])), "H"),
        (fit_forked((&two).into(), [&one, &one].into()), "I"),
        (fit_forked([&two, &three].into(), (&one).into()), "J"),
        (
            fit_forked([("wide", &two), ("depth", &three)].into(), [&one, &one].into()),
            "K",
        ),
        (fit_forked([&three, &two].into(), [&one, &one].into()), "L"),
        (
            fit_forked([&two, &three].into(), [("main", &one), ("other", &one)].into()),
            "M",
        ),
        (said(words.predict(Tensor::from([[0i64, 5, 1]]))), "N"),
        (said(words.predict(Tensor::from([[0i64, 4, -1]]))), "O"),
        (said(words.predict(random(&[1, 3], 1))), "P"),
    ]);
}

#[test]
fn settings_outside_their_domain() {
    let (x, y) = data();
    let fit = |how: Fit<'static>| said(classifier().fit(&x, &y, how));
    let short = random(&[4], 1);
    check([
        (
            fit(Fit::new().batch_size(0)),
            "batch_size = 0: must be at least 1",
        ),
        (
            fit(Fit::new().steps_per_epoch(0)),
            "steps_per_epoch = 0: must be at least 1",
        ),
        (
            fit(Fit::new().validation_batch_size(0)),
            "validation_batch_size = 0: must be at least 1",
        ),
        (
            fit(Fit::new().validation_freq(0)),
            "validation_freq = 0: must be at least 1",
        ),
        (
            fit(Fit::new().validation_split(1.0)),
            "validation_split = 1: must be at least 0 and below 1",
        ),
        (
            fit(Fit::new().validation_split(-0.1)),
            "validation_split = -0.1: must be at least 0 and below 1",
        ),
        (
            fit(Fit::new().validation_split(f64::NAN)),
            "validation_split = NaN: must be at least 0 and below 1",
        ),
        (fit(Fit::new().validation_split(0.95)), "A"),
        (fit(Fit::new().sample_weight(&short)), "B"),
        (
            fit(Fit::new().validation_data(random(&[3, 5], 1), Tensor::from([0i64, 1, 2]))),
            "C",
        ),
        (
            fit(Fit::new().validation_data(random(&[3, 4], 1), Tensor::from([0i64, 1]))),
            "D",
        ),
        (
            said(classifier().evaluate_with(&x, &y, Evaluate::new().batch_size(0))),
            "batch_size = 0: must be at least 1",
        ),
        (
            said(classifier().predict_with(&x, Predict::new().batch_size(0))),
            "batch_size = 0: must be at least 1",
        ),
    ]);
}

#[test]
fn names_that_there_are_not() {
    let compile = |compile: Compile| said(forked().compile(compile));
    let from_config = {
        let mut config = classifier().config().unwrap();
        config["layer"]["layer"]["class_name"] = "Sequentiel".into();
        said(Model::from_config(&config))
            .split(", ")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    check([
        (compile(Compile::new("sgdd", "mse")), "A"),
        (compile(Compile::new("sgd", "msee")), "B"),
        (compile(Compile::new("sgd", "mse").metric("acuracy")), "C"),
        (compile(Compile::new("sgd", "mse").loss_for("mian", "mae")), "D"),
        (
            compile(Compile::new("sgd", "mse").losses(["mse", "mae", "mape"])),
            "E",
        ),
        (
            compile(Compile::new("sgd", "mse").loss_weight_for("mian", 0.5)),
            "F",
        ),
        (compile(Compile::new("sgd", "mse").metric_for("mian", "mae")), "G"),
        (
            compile(Compile::new("sgd", MeanSquaredError.reduction(Reduction::None))),
            "H",
        ),
        (said("rellu".parse::<Activation>()), "I"),
        (said(classifier().layer("dense_7").map(|_| ())), "J"),
        (from_config, "K"),
    ]);
}

#[test]
fn what_is_not_ready() {
    let unbuilt = || Sequential::new().add(Dense::new(3)).into_model();
    let (x, y) = data();
    let empty = Sequential::new().into_model();
    check([
        (said(unbuilt().summary()), "A"),
        (said(unbuilt().count_params()), "B"),
        (
            said(unbuilt().call(std::slice::from_ref(&x), &ml_nn::layers::Context::inference())),
            "C",
        ),
        (said(unbuilt().fit(&x, &y, Fit::new())), "D"),
        (said(unbuilt().evaluate(&x, &y)), "E"),
        (said(unbuilt().train_on_batch(&x, &y)), "F"),
        (said(empty.summary()), "G"),
        (said(classifier().set_weights(&[])), "H"),
        (
            said(classifier().set_weights(&[
                random(&[4, 5], 1),
                random(&[5], 1),
                random(&[5, 3], 1),
                random(&[4], 1),
            ])),
            "I",
        ),
    ]);
}

#[test]
fn layers_that_cannot_be_built() {
    let after = |layer: ml_nn::layers::LayerRef| {
        said(
            Sequential::new()
                .add(Dense::new(4).input_shape([4]))
                .add(layer.named("bad"))
                .into_model()
                .ensure_built(),
        )
    };
    let image = |layer: ml_nn::layers::LayerRef| {
        said(
            Sequential::new()
                .add(layer.named("bad"))
                .into_model()
                .build([2, 2]),
        )
    };
    check([
        (after(Dense::new(0).into_layer()), "A"),
        (
            after(Dense::new(2).kernel_regularizer(L2(-1.0)).into_layer()),
            "B",
        ),
        (after(Dropout::new(1.0).into_layer()), "C"),
        (after(Dropout::new(f64::NAN).into_layer()), "D"),
        (after(BatchNormalization::new().axis(2).into_layer()), "E"),
        (after(BatchNormalization::new().momentum(1.5).into_layer()), "F"),
        (after(Concatenate::new().into_layer()), "G"),
        (after(Embedding::new(3, 2).into_layer()), "H"),
        (image(Softmax { axis: 4 }.into_layer()), "I"),
        (
            said(
                Sequential::new()
                    .add(Dense::new(1))
                    .into_model()
                    .build(Vec::<usize>::new()),
            ),
            "J",
        ),
    ]);
}

/// What is logged while `body` runs.
fn logged(body: impl FnOnce()) -> String {
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
    model.fit(&random(&[64, 4], 1), &random(&[64, 1], 2), Fit::new().epochs(3))?;
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
