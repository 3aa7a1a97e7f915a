//! What mistakes are answered with, word for word.

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Activation, Compile, Evaluate, Fit, Input, Model, Predict, Sequential, connect,
    layers::{BatchNormalization, Concatenate, Dense, Dropout, Embedding, IntoLayer, Softmax},
    losses::{IntoLoss, MeanSquaredError, Reduction},
    training::Batch,
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

pub(crate) fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// Ten examples, and a label for each.
pub(crate) fn data() -> (Tensor, Tensor) {
    let labels: Vec<i64> = (0..10).map(|i| i % 3).collect();
    (random(&[10, 4], 1), Tensor::from(labels))
}

#[track_caller]
pub(crate) fn check(cases: impl IntoIterator<Item = (String, &'static str)>) {
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
        (
            fit(&with(3)),
            "fit: batch 1 of epoch 0: train_step: operation \"class_numbers\" failed: class numbers: sparse_categorical_crossentropy takes 0 to 2, but the number at place 2 is 3; number classes and things from 0 on, and give the layer as many units or rows as there are; check the arguments of the function, or run it eagerly to see where they go wrong",
        ),
        (
            fit(&with(-1)),
            "fit: batch 1 of epoch 0: train_step: operation \"class_numbers\" failed: class numbers: sparse_categorical_crossentropy takes 0 to 2, but the number at place 2 is -1; number classes and things from 0 on, and give the layer as many units or rows as there are; check the arguments of the function, or run it eagerly to see where they go wrong",
        ),
        (
            said(classifier().evaluate(&x, with(7))),
            "test_step: operation \"class_numbers\" failed: class numbers: sparse_categorical_crossentropy takes 0 to 2, but the number at place 7 is 7; number classes and things from 0 on, and give the layer as many units or rows as there are; check the arguments of the function, or run it eagerly to see where they go wrong",
        ),
        (
            fit(&random(&[10], 2)),
            "fit: batch 0 of epoch 0: sparse_categorical_crossentropy: got elements of type f32, but needs class numbers as i32, i64 or u8 (shares of classes are for categorical_crossentropy); convert with x.cast(DType::...)",
        ),
        (
            fit(&y.reshape(&[5, 2]).unwrap()),
            "fit: x has 10 rows, but y has 5; they must match one to one",
        ),
        (
            fit(&y.narrow(0, Some(0), Some(9)).unwrap()),
            "fit: x has 10 rows, but y has 9; they must match one to one",
        ),
        (
            hot("categorical_crossentropy"),
            "fit: batch 0 of epoch 0: loss: cannot combine shape [5] with [5, 3]; labels (first) must have the shape of the predictions (second); class numbers are for sparse_categorical_crossentropy",
        ),
        (
            regression(&random(&[10, 3], 3)),
            "fit: batch 0 of epoch 0: loss: cannot combine shape [5, 3] with [5, 2]; labels (first) must have the shape of the predictions (second); class numbers are for sparse_categorical_crossentropy",
        ),
        (
            regression(&random(&[10], 3)),
            "fit: batch 0 of epoch 0: loss: cannot combine shape [5] with [5, 2]; labels (first) must have the shape of the predictions (second); class numbers are for sparse_categorical_crossentropy",
        ),
        (
            regression(&Tensor::from([[f32::NAN, 1.0]; 10])),
            "fit: y holds NaN at row 0, column 0; fill or drop missing values first",
        ),
        (
            {
                let mut model = Sequential::new().add(Dense::new(2).input_shape([4])).into_model();
                model.compile(Compile::new("sgd", "mse")).unwrap();
                said(model.evaluate(&x, Tensor::from([[0.0, f32::INFINITY]; 10])))
            },
            "evaluate: y holds inf at row 0, column 1; fill or drop missing values first",
        ),
        (
            {
                let weights = Tensor::from([1.0f32, 1.0, f32::NAN, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
                said(classifier().fit(&x, &y, plain().sample_weight(&weights)))
            },
            "fit: sample_weight holds NaN at row 2, column 0; fill or drop missing values first",
        ),
    ]);
}

#[test]
fn batches_and_weights_that_do_not_fit() {
    let (x, y) = data();
    let mut holed = x.to_vec::<f32>().unwrap();
    holed[13] = f32::NAN;
    let batches = |second: (Tensor, Tensor)| {
        let (x, y) = (x.clone(), y.clone());
        move |_| {
            [(x.clone(), y.clone()), second.clone()]
                .map(|(x, y)| Ok(Batch::new(x, y)))
                .into_iter()
        }
    };
    let fed = |x: Tensor, y: Tensor| said(classifier().fit_batches(batches((x, y)), Fit::new().epochs(2)));
    let one = Tensor::from([1.0f32]);
    check([
        (
            fed(Tensor::from_vec(holed, [10, 4]).unwrap(), y.clone()),
            "fit: batch 1 of epoch 0: fit_batches: x holds NaN at row 3, column 1; fill or drop missing values first",
        ),
        (
            fed(x.clone(), y.narrow(0, Some(0), Some(9)).unwrap()),
            "fit: batch 1 of epoch 0: fit_batches: x has 10 rows, but y has 9; they must match one to one",
        ),
        (
            fed(random(&[10, 5], 1), y.clone()),
            "fit: batch 1 of epoch 0: input: expected dense_input to be f32[?, 4], but got f32[10, 5]; reshape or cast the data, or build the model for it",
        ),
        (
            said(classifier().fit_batches(|_| std::iter::empty(), Fit::new())),
            "fit: an epoch is empty; at least 1 batch needed",
        ),
        (
            said(classifier().fit(&x, &y, Fit::new().class_weight([(1, f64::NAN)]))),
            "class_weight of 1 = NaN: must be a finite number",
        ),
        (
            said(classifier().fit(&x, &y, Fit::new().class_weight([(1, 2.0)]).sample_weight(&one))),
            "fit: y has 10 rows, but sample_weight has 1; they must match one to one",
        ),
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
        (
            said(classifier().predict(random(&[3, 5], 1))),
            "input: expected dense_input to be f32[?, 4], but got f32[3, 5]; reshape or cast the data, or build the model for it",
        ),
        (
            said(classifier().predict(random(&[4], 1))),
            "input: expected dense_input to be f32[?, 4], but got f32[4]; reshape or cast the data, or build the model for it",
        ),
        (
            said(classifier().predict(Tensor::from(1.0f32))),
            "input: expected dense_input to be f32[?, 4], but got f32[]; reshape or cast the data, or build the model for it",
        ),
        (
            said(classifier().predict(x.cast(DType::F64).unwrap())),
            "input: expected dense_input to be f32[?, 4], but got f64[10, 4]; reshape or cast the data, or build the model for it",
        ),
        (
            said(classifier().fit(&holed, &y, Fit::new())),
            "fit: x holds NaN at row 3, column 1; fill or drop missing values first",
        ),
        (
            said(classifier().predict(&holed)),
            "predict: x holds NaN at row 3, column 1; fill or drop missing values first",
        ),
        (
            said(classifier().fit(random(&[0, 4], 1), Tensor::from(Vec::<i64>::new()), Fit::new())),
            "fit: the data is empty; at least 1 example needed",
        ),
        (
            said(classifier().predict([&x, &x])),
            "predict: 2 tensors for 1 (dense_input); give one tensor for each input of the model, one label for each output",
        ),
        (
            fit_forked((&two).into(), [&one, &one].into()),
            "fit: 1 tensor for 2 (wide, deep); give one tensor for each input of the model, one label for each output",
        ),
        (
            fit_forked([&two, &three].into(), (&one).into()),
            "fit: 1 tensor for 2 (main, aux); give one tensor for each input of the model, one label for each output",
        ),
        (
            fit_forked([("wide", &two), ("depth", &three)].into(), [&one, &one].into()),
            "fit: column \"deep\" is missing; given were: wide, depth",
        ),
        (
            fit_forked([&three, &two].into(), [&one, &one].into()),
            "input: expected wide to be f32[?, 2], but got f32[6, 3]; reshape or cast the data, or build the model for it",
        ),
        (
            fit_forked([&two, &three].into(), [("main", &one), ("other", &one)].into()),
            "fit: column \"aux\" is missing; given were: main, other",
        ),
        (
            said(words.predict(Tensor::from([[0i64, 5, 1]]))),
            "predict: operation \"class_numbers\" failed: class numbers: Embedding takes 0 to 4, but the number at place 1 is 5; number classes and things from 0 on, and give the layer as many units or rows as there are; check the arguments of the function, or run it eagerly to see where they go wrong",
        ),
        (
            said(words.predict(Tensor::from([[0i64, 4, -1]]))),
            "predict: operation \"class_numbers\" failed: class numbers: Embedding takes 0 to 4, but the number at place 2 is -1; number classes and things from 0 on, and give the layer as many units or rows as there are; check the arguments of the function, or run it eagerly to see where they go wrong",
        ),
        (
            said(words.predict(random(&[1, 3], 1))),
            "input: expected embedding_input to be i64[?, 3], but got f32[1, 3]; reshape or cast the data, or build the model for it",
        ),
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
        (
            fit(Fit::new().validation_split(0.95)),
            "fit: validation_split = 0.95 of 10 examples leaves 0 for training; choose a share that leaves at least 1 example on each side",
        ),
        (
            fit(Fit::new().sample_weight(&short)),
            "fit: x has 10 rows, but sample_weight has 4; they must match one to one",
        ),
        (
            fit(Fit::new().validation_data(random(&[3, 5], 1), Tensor::from([0i64, 1, 2]))),
            "input: expected dense_input to be f32[?, 4], but got f32[3, 5]; reshape or cast the data, or build the model for it",
        ),
        (
            fit(Fit::new().validation_data(random(&[3, 4], 1), Tensor::from([0i64, 1]))),
            "validation_data: x has 3 rows, but y has 2; they must match one to one",
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
        (
            compile(Compile::new("sgdd", "mse")),
            "optimizer = \"sgdd\": must be sgd, adagrad, adadelta, rmsprop, adam, adamax, nadam or adamw",
        ),
        (
            compile(Compile::new("sgd", "msee")),
            "loss = \"msee\": must be mse, mae, mape, msle, huber, log_cosh, hinge, squared_hinge, categorical_hinge, binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, kl_divergence, poisson or cosine_similarity",
        ),
        (
            compile(Compile::new("sgd", "mse").metric("acuracy")),
            "metric = \"acuracy\": must be accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, top_k_categorical_accuracy, sparse_top_k_categorical_accuracy, precision, recall, auc, rmse, or the name of a loss",
        ),
        (
            compile(Compile::new("sgd", "mse").loss_for("mian", "mae")),
            "compile: there is no output \"mian\"; there are: main, aux; use the names of the layers that give the outputs",
        ),
        (
            compile(Compile::new("sgd", "mse").losses(["mse", "mae", "mape"])),
            "compile: there is no output number 3; there are: main, aux; use the names of the layers that give the outputs",
        ),
        (
            compile(Compile::new("sgd", "mse").loss_weight_for("mian", 0.5)),
            "compile: there is no output \"mian\"; there are: main, aux; use the names of the layers that give the outputs",
        ),
        (
            compile(Compile::new("sgd", "mse").metric_for("mian", "mae")),
            "compile: there is no output \"mian\"; there are: main, aux; use the names of the layers that give the outputs",
        ),
        (
            compile(Compile::new("sgd", MeanSquaredError.reduction(Reduction::None))),
            "reduction = None: must be SumOverBatchSize or Sum: training needs one number",
        ),
        (
            said("rellu".parse::<Activation>()),
            "activation = \"rellu\": must be linear, relu, relu6, leaky_relu, elu, selu, gelu, gelu_tanh, sigmoid, hard_sigmoid, tanh, softplus, softsign, softmax, swish, silu, exponential, heaviside or sign",
        ),
        (
            said(classifier().layer("dense_7").map(|_| ())),
            "layer: model \"sequential\" has no layer \"dense_7\"; it has: dense, dense_1; use one of these names, or name the layer: Dense::new(1).named(...)",
        ),
        (from_config, "config: unknown variant `Sequentiel`"),
    ]);
}

#[test]
fn what_is_not_ready() {
    let unbuilt = || Sequential::new().add(Dense::new(3)).into_model();
    let (x, y) = data();
    let empty = Sequential::new().into_model();
    check([
        (
            said(unbuilt().summary()),
            "build: \"sequential\" is not built: the shape of its inputs is not known, so that it has no weights; give its first layer .input_shape([...]), call build(...), or let it see data first",
        ),
        (
            said(unbuilt().count_params()),
            "build: \"sequential\" is not built: the shape of its inputs is not known, so that it has no weights; give its first layer .input_shape([...]), call build(...), or let it see data first",
        ),
        (
            said(unbuilt().call(std::slice::from_ref(&x), &ml_nn::layers::Context::inference())),
            "build: \"sequential\" is not built: the shape of its inputs is not known, so that it has no weights; give its first layer .input_shape([...]), call build(...), or let it see data first",
        ),
        (
            said(unbuilt().fit(&x, &y, Fit::new())),
            "fit: model \"sequential\" is not compiled: it has no loss and no optimizer; call compile(Compile::new(optimizer, loss)) first",
        ),
        (
            said(unbuilt().evaluate(&x, &y)),
            "fit: model \"sequential\" is not compiled: it has no loss and no optimizer; call compile(Compile::new(optimizer, loss)) first",
        ),
        (
            said(unbuilt().train_on_batch(&x, &y)),
            "fit: model \"sequential\" is not compiled: it has no loss and no optimizer; call compile(Compile::new(optimizer, loss)) first",
        ),
        (
            said(empty.summary()),
            "build: \"sequential\" is not built: the shape of its inputs is not known, so that it has no weights; give its first layer .input_shape([...]), call build(...), or let it see data first",
        ),
        (
            said(classifier().set_weights(&[])),
            "set_weights: \"sequential\" has 4 weights, but 0 were given; give one tensor a weight, in the order of get_weights()",
        ),
        (
            said(classifier().set_weights(&[
                random(&[4, 5], 1),
                random(&[5], 1),
                random(&[5, 3], 1),
                random(&[4], 1),
            ])),
            "set_weights: \"dense_1/bias\" is f32[3], but was given f32[4]; give tensors of the types and shapes of get_weights()",
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
        (
            after(Dense::new(0).into_layer()),
            "layer \"bad\" (Dense): units = 0: must be at least 1",
        ),
        (
            after(Dropout::new(1.0).into_layer()),
            "layer \"bad\" (Dropout): rate = 1: must be at least 0 and below 1",
        ),
        (
            after(Dropout::new(f64::NAN).into_layer()),
            "layer \"bad\" (Dropout): rate = NaN: must be at least 0 and below 1",
        ),
        (
            after(BatchNormalization::new().axis(2).into_layer()),
            "layer \"bad\" (BatchNormalization): BatchNormalization: axis 2 is out of range for a tensor of 2 axes; use -2 to 2 - 1",
        ),
        (
            after(BatchNormalization::new().momentum(1.5).into_layer()),
            "layer \"bad\" (BatchNormalization): momentum = 1.5: must be between 0 and 1",
        ),
        (
            after(Concatenate::new().into_layer()),
            "layer \"bad\" (Concatenate): build: takes at least 2 inputs, but is fed with 1; connect as many as it takes; a sequential model feeds each layer with one",
        ),
        (
            after(Embedding::new(3, 2).into_layer()),
            "layer \"bad\" (Embedding): Embedding: got elements of type f32, but needs whole numbers: declare the input so, .input_spec(DType::I64, [...]); convert with x.cast(DType::...)",
        ),
        (
            image(Softmax { axis: 4 }.into_layer()),
            "layer \"bad\" (Softmax): Softmax: axis 4 is out of range for a tensor of 3 axes; use -3 to 3 - 1",
        ),
        (
            said(
                Sequential::new()
                    .add(Dense::new(1))
                    .into_model()
                    .build(Vec::<usize>::new()),
            ),
            "layer \"dense\" (Dense): build: shape [?] does not fit; at least 2 axes are needed, of which the last one's length is known",
        ),
    ]);
}
