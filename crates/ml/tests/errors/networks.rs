//! Networks: data that does not fit, names and settings, files.

use std::{fs, path::Path};

use ml::{
    core::{DType, Error, Result, Tensor},
    nn::{
        Activation, Compile, Fit, Input, Loader, Model, Sequential,
        callbacks::{BackupAndRestore, EarlyStopping, LearningRateScheduler, ModelCheckpoint},
        layers::{Concatenate, Dense, Dropout, IntoLayer, Lambda},
        optimizers::Sgd,
        regularizers::L2,
        schedules::ExponentialDecay,
        training::Batch,
    },
};

use super::messages::Case;

fn refused<T>(result: Result<T>) -> Error {
    result.err().expect("this is refused")
}

/// Three classes from two numbers.
fn classifier() -> Model {
    let mut model = Sequential::new()
        .add(Dense::new(4).activation(Activation::Relu).input_shape([2]))
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model();
    model
        .compile(Compile::new("sgd", "sparse_categorical_crossentropy"))
        .unwrap();
    model
}

fn x(rows: usize) -> Tensor {
    Tensor::zeros([rows, 2], DType::F32).unwrap()
}

fn y(rows: usize) -> Tensor {
    Tensor::from(vec![0i64; rows])
}

/// Fits the classifier.
fn fit(x: &Tensor, y: &Tensor, fit: Fit<'_>) -> Error {
    refused(classifier().fit(x, y, fit))
}

pub(super) fn cases(folder: &Path) -> Vec<Case> {
    let all = data().into_iter().chain(settings()).chain(layers());
    all.chain(files(folder)).collect()
}

fn data() -> Vec<Case> {
    let labels = Tensor::from([0i64, 1, 3, 2]);
    let holed = Tensor::from([[0.0f32, 1.0], [f32::NAN, 1.0]]);
    let batch = holed.clone();
    let batches = move |_| [Ok(Batch::new(&batch, y(2)))].into_iter();
    let (a, b) = (
        Input::new([2]).name("a").place(),
        Input::new([2]).name("b").place(),
    );
    let joined = ml::nn::connect(Concatenate::new(), &[&a, &b]).unwrap();
    let two = Model::functional(&[&a, &b], &[&joined]).unwrap();
    vec![
        (
            "a label out of range",
            "fit a network",
            fit(&x(4), &labels, Fit::new()),
        ),
        (
            "NaN in the features",
            "fit a network",
            fit(&holed, &y(2), Fit::new()),
        ),
        (
            "NaN in a batch",
            "fit a network",
            refused(classifier().fit_batches(batches, Fit::new())),
        ),
        (
            "NaN in the features",
            "ask a network",
            refused(classifier().predict(&holed)),
        ),
        ("no examples", "fit a network", fit(&x(0), &y(0), Fit::new())),
        (
            "lengths that differ",
            "fit a network",
            fit(&x(4), &y(3), Fit::new()),
        ),
        (
            "another number of columns",
            "fit a network",
            fit(&Tensor::zeros([4, 3], DType::F32).unwrap(), &y(4), Fit::new()),
        ),
        (
            "another element type",
            "ask a network",
            refused(classifier().predict(x(1).cast(DType::F64).unwrap())),
        ),
        ("one input of two", "ask a network", refused(two.predict(x(1)))),
        (
            "a name that is no input",
            "ask a network",
            refused(two.predict([("a", &x(1)), ("c", &x(1))])),
        ),
    ]
}

fn settings() -> Vec<Case> {
    let with = |how: Fit<'static>| fit(&x(4), &y(4), how);
    let compile = |compile: Compile| refused(classifier().compile(compile));
    let mut scheduled = classifier();
    let rate = Sgd::new(ExponentialDecay::new(0.1, 10.0, 0.5));
    scheduled
        .compile(Compile::new(rate, "sparse_categorical_crossentropy"))
        .unwrap();
    let scheduler = Fit::new().callback(LearningRateScheduler::new(|_, rate| rate));
    vec![
        ("a batch of none", "fit a network", with(Fit::new().batch_size(0))),
        (
            "a split that leaves nothing",
            "fit a network",
            with(Fit::new().validation_split(0.9)),
        ),
        (
            "a split beside validation data",
            "fit a network",
            with(Fit::new().validation_split(0.5).validation_data(x(4), y(4))),
        ),
        (
            "weights of two axes",
            "fit a network",
            with(Fit::new().sample_weight(&x(4))),
        ),
        (
            "validation is watched that there is not",
            "fit a network",
            with(Fit::new().callback(EarlyStopping::new())),
        ),
        (
            "a name that is not logged",
            "keep checkpoints",
            with(Fit::new().callback(ModelCheckpoint::new("model-{val_loss:.2f}"))),
        ),
        (
            "a schedule beside a rate by epoch",
            "fit a network",
            refused(scheduled.fit(x(4), y(4), scheduler)),
        ),
        (
            "an unknown optimizer",
            "compile",
            compile(Compile::new("sgdd", "mse")),
        ),
        (
            "a momentum of 1",
            "compile",
            compile(Compile::new(Sgd::new(0.1).momentum(1.0), "mse")),
        ),
        (
            "two numbers of one name",
            "compile",
            compile(Compile::new("sgd", "mse").metrics(["mae", "mae"])),
        ),
        (
            "an unknown output",
            "compile",
            compile(Compile::new("sgd", "mse").loss_for("mian", "mae")),
        ),
        (
            "an unknown layer",
            "look it up",
            refused(classifier().layer("dense_7")),
        ),
        (
            "not compiled",
            "fit a network",
            refused(classifier().clone_model().fit(x(4), y(4), Fit::new())),
        ),
    ]
}

fn layers() -> Vec<Case> {
    let build = |layer: ml::nn::layers::LayerRef| {
        let first = Dense::new(4).input_shape([2]);
        let model = Sequential::new().add(first).add(layer).into_model();
        refused(model.ensure_built())
    };
    let unknown = Sequential::new().add(Dense::new(3)).into_model();
    vec![
        ("no units", "build", build(Dense::new(0).into_layer())),
        (
            "a rate out of range",
            "build",
            build(Dropout::new(1.0).into_layer()),
        ),
        (
            "one input for two",
            "build",
            build(Concatenate::new().into_layer()),
        ),
        (
            "a penalty below 0",
            "build",
            build(Dense::new(3).kernel_regularizer(L2(-1.0)).into_layer()),
        ),
        ("not built", "summary", refused(unknown.summary())),
    ]
}

fn files(folder: &Path) -> Vec<Case> {
    fs::create_dir_all(folder).unwrap();
    let path = |name: &str| folder.join(name);
    let unknown = Sequential::new().add(Dense::new(3)).into_model();
    let whole = path("whole.safetensors");
    classifier().save(&whole).unwrap();
    let mut bytes = fs::read(&whole).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path("flipped.safetensors"), bytes).unwrap();
    fs::write(path("photo.safetensors"), b"not a model at all").unwrap();
    classifier().save_weights(path("weights.safetensors")).unwrap();
    let other = Sequential::new().add(Dense::new(5).input_shape([2])).into_model();
    let own = Lambda::new("own", |x| Ok(x.clone())).input_shape([2]);
    Sequential::new()
        .add(own)
        .into_model()
        .save(path("own.safetensors"))
        .unwrap();
    let backup = Fit::new().callback(BackupAndRestore::new(&whole));
    let load = |name: &str| refused(Model::load(path(name)));
    vec![
        (
            "not built",
            "save a network",
            refused(unknown.save(path("none.safetensors"))),
        ),
        ("a damaged file", "load a network", load("flipped.safetensors")),
        ("a foreign file", "load a network", load("photo.safetensors")),
        ("weights alone", "load a network", load("weights.safetensors")),
        (
            "a file of another architecture",
            "load weights",
            refused(other.load_weights(&whole)),
        ),
        (
            "a function that was not given",
            "load a network",
            refused(Loader::new().load(path("own.safetensors"))),
        ),
        (
            "a file that is no backup",
            "go on with a fit",
            refused(classifier().fit(x(4), y(4), backup)),
        ),
        (
            "a folder that is not there",
            "save a network",
            refused(classifier().save(path("none/model.safetensors"))),
        ),
    ]
}
