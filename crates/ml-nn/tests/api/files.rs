//! Models in files: whole or weights alone, damaged, foreign, in Python.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ml_core::{DType, Result, Rng, Shape, Tensor, persist::write_atomically};
use ml_nn::{
    Activation, Compile, Fit, Input, Loader, Model, Sequential, connect,
    initializers::FnInitializer,
    layers::{BatchNormalization, Concatenate, Dense, Dropout, IntoLayer, Lambda},
    losses::FnLoss,
    optimizers::{Adam, IntoOptimizer, Sgd},
    schedules::LearningRate,
};
use proptest::prelude::*;

use crate::{python, random};

fn classes() -> Result<(Tensor, Tensor)> {
    let x = random(&[64, 6], 1);
    let y = x.narrow(1, Some(0), Some(3))?.argmax(1)?;
    Ok((x, y))
}

fn network(hidden: usize) -> Model {
    Sequential::new()
        .add(Dense::new(hidden).activation(Activation::Relu).input_shape([6]))
        .add(BatchNormalization::new())
        .add(Dropout::new(0.3))
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model()
        .seed(7)
}

fn trained() -> Result<Model> {
    let (x, y) = classes()?;
    let mut model = network(4);
    let compile = Compile::new(Adam::new(0.01), "sparse_categorical_crossentropy").metric("accuracy");
    model.compile(compile)?;
    model.fit(&x, &y, Fit::new().epochs(2))?;
    Ok(model)
}

fn bits(model: &Model) -> Vec<Vec<u32>> {
    let bits = |w: &Tensor| w.to_vec::<f32>().unwrap().iter().map(|v| v.to_bits()).collect();
    model.get_weights().iter().map(bits).collect()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    (folder, path)
}

#[test]
fn training_goes_on_from_a_file_to_the_same_bits() -> Result<()> {
    let (_folder, path) = folder();
    let (x, y) = classes()?;
    let mut model = trained()?;
    model.save(&path)?;
    let mut again = Model::load(&path)?;
    assert_eq!(again.config()?, model.config()?);
    assert_eq!(bits(&again), bits(&model));
    let fit = || Fit::new().epochs(5).initial_epoch(2);
    assert_eq!(model.fit(&x, &y, fit())?, again.fit(&x, &y, fit())?);
    assert_eq!(bits(&again), bits(&model));
    // The same model gives the same file.
    let first = fs::read(&path).unwrap();
    Model::load(&path)?.save(&path)?;
    assert_eq!(fs::read(&path).unwrap(), first);
    Ok(())
}

#[test]
fn every_optimizer_and_schedule_comes_back_with_what_it_keeps() -> Result<()> {
    let (_folder, path) = folder();
    let (x, y) = classes()?;
    for name in [
        "sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamax", "nadam", "adamw",
    ] {
        let mut model = network(4);
        model.compile(Compile::new(name, "sparse_categorical_crossentropy"))?;
        model.fit(&x, &y, Fit::new())?;
        model.save(&path)?;
        let again = Model::load(&path)?;
        let (kept, loaded) = (model.optimizer()?.state(), again.optimizer()?.state());
        assert_eq!(kept.len(), loaded.len());
        for (kept, loaded) in kept.iter().zip(&loaded) {
            assert_eq!(
                kept.value().array()?,
                loaded.value().array()?,
                "{name}: {}",
                kept.name()
            );
        }
    }
    let decay = ml_nn::schedules::ExponentialDecay::new(0.1, 10.0, 0.5);
    let mut model = network(4);
    model.compile(Compile::new(
        Sgd::new(LearningRate::from(decay)).momentum(0.9).clipnorm(1.0),
        "sparse_categorical_crossentropy",
    ))?;
    model.fit(&x, &y, Fit::new().epochs(3))?;
    model.save(&path)?;
    let again = Model::load(&path)?;
    assert_eq!(
        again.optimizer()?.learning_rate()?,
        model.optimizer()?.learning_rate()?
    );
    Ok(())
}

#[test]
fn graphs_with_shared_layers_and_models_inside_come_back() -> Result<()> {
    let (_folder, path) = folder();
    let inner = Sequential::new()
        .add(Dense::new(3).input_shape([4]))
        .into_model()
        .named("inner");
    let shared = Dense::new(4).named("shared");
    let (a, b) = (
        Input::new([2]).name("a").place(),
        Input::new([2]).name("b").place(),
    );
    let both = connect(Concatenate::new(), &[&a.then(&shared)?, &b.then(&shared)?])?;
    let out = both.then(Dense::new(4))?.then(inner.as_layer())?;
    let model = Model::functional(&[&a, &b], &[&out])?;
    model.save(&path)?;
    let again = Model::load(&path)?;
    assert_eq!((again.count_params()?, again.weights().len()), (12 + 36 + 15, 6));
    let (x, z) = (random(&[5, 2], 3), random(&[5, 2], 4));
    assert_eq!(
        model.predict([&x, &z])?.to_vec::<f32>()?,
        again.predict([&x, &z])?.to_vec::<f32>()?
    );
    Ok(())
}

#[test]
fn weights_alone_go_by_name_and_misfits_name_layer_and_shapes() -> Result<()> {
    let (_folder, path) = folder();
    let model = trained()?;
    model.save_weights(&path)?;
    let other = network(4).seed(9);
    other.ensure_built()?;
    assert_ne!(bits(&other), bits(&model));
    other.load_weights(&path)?;
    assert_eq!(bits(&other), bits(&model));
    let text = |result: Result<()>| result.unwrap_err().to_string();
    let wide = network(5);
    wide.ensure_built()?;
    let before = bits(&wide);
    let error = text(wide.load_weights(&path));
    assert!(
        error.contains("weight \"dense/kernel\" is f32[6, 5] here, f32[6, 4] in the file"),
        "{error}"
    );
    assert!(error.contains("model.safetensors"), "{error}");
    assert_eq!(bits(&wide), before, "nothing was half loaded");
    let small = Sequential::new().add(Dense::new(4).input_shape([6])).into_model();
    let error = text(small.load_weights(&path));
    assert!(
        error.contains("a weight \"batch_normalization/beta\" (f32[4])"),
        "{error}"
    );
    let report = small.load_weights_by_name(&path)?;
    assert_eq!(report.loaded, ["dense/kernel", "dense/bias"]);
    assert_eq!((report.unused.len(), report.missing.len()), (6, 0));
    let error = text(Model::load(&path).map(drop));
    assert!(error.contains("holds weights, but no model"), "{error}");
    let large = Sequential::new()
        .add(Dense::new(4).input_shape([6]))
        .add(Dense::new(2))
        .into_model();
    small.save_weights(&path)?;
    let error = text(large.load_weights(&path));
    assert!(
        error.contains("no weight \"dense_1/kernel\" (f32[4, 2] in the model)"),
        "{error}"
    );
    let unknown = Sequential::new().add(Dense::new(4)).into_model();
    assert!(text(unknown.save(&path)).contains("is not built"));
    let error = text(model.save(path.with_file_name("none").join("model")));
    assert!(
        error.contains("none") && error.contains("cannot write"),
        "{error}"
    );
    Ok(())
}

#[test]
fn functions_are_put_back_by_name_and_missed_by_name() -> Result<()> {
    let (_folder, path) = folder();
    fn ones(shape: &Shape, dtype: DType, _: &mut Rng) -> Result<Tensor> {
        Tensor::ones(shape.clone(), dtype)
    }
    let layer = Dense::new(1)
        .activation(Activation::custom("cube", |x| x.cube()))
        .kernel_initializer(FnInitializer::new("my_ones", ones));
    let mut model = Sequential::new()
        .add(layer.input_shape([1]))
        .add(Lambda::new("twice", |x| x.mul_scalar(2.0)))
        .into_model();
    model.compile(Compile::new(
        "sgd",
        FnLoss::new("my_loss", |t, p| t.square_difference(p)),
    ))?;
    model.save(&path)?;
    let error = Loader::new()
        .function("cube", |x| x.cube())
        .load(&path)
        .unwrap_err()
        .to_string();
    for name in ["my_ones", "twice", "my_loss"] {
        assert!(error.contains(name), "{error}");
    }
    assert!(
        !error.contains("\"cube\"") && error.contains("Loader::new()"),
        "{error}"
    );
    let loader = || {
        let loader = Loader::new()
            .function("cube", |x| x.cube())
            .initializer("my_ones", ones);
        loader.function("twice", |x| x.mul_scalar(2.0))
    };
    let x = Tensor::from([[3.0f32]]);
    let again = loader()
        .loss("my_loss", |t, p| t.square_difference(p))
        .load(&path)?;
    assert_eq!(again.predict(&x)?.item::<f32>()?, 54.0);
    assert_eq!(
        again.evaluate(&x, Tensor::from([[50.0f32]]))?.get("loss"),
        Some(16.0)
    );
    assert!(!loader().without_compile().load(&path)?.is_compiled());
    Ok(())
}

/// A file with a right checksum whose text was changed by hand.
fn forged(path: &Path, change: impl Fn(&str) -> String) {
    let bytes = fs::read(path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + length]).unwrap();
    let header = change(header);
    let bytes = [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        &bytes[8 + length..],
    ]
    .concat();
    write_atomically(path, |file| file.write_all(&bytes)).unwrap();
}

#[test]
fn a_changed_text_and_a_foreign_file_are_refused() -> Result<()> {
    let (_folder, path) = folder();
    trained()?.save(&path)?;
    forged(&path, |header| {
        header.replacen("\\\"units\\\":4", "\\\"units\\\":9", 1)
    });
    let error = Model::load(&path).unwrap_err().to_string();
    assert!(error.contains("checksum"), "{error}");
    for bytes in [&b""[..], b"PK\x03\x04 no tensors", &[255; 64]] {
        fs::write(&path, bytes).unwrap();
        let error = Model::load(&path).unwrap_err().to_string();
        assert!(error.contains("is no readable safetensors file"), "{error}");
    }
    let error = Model::load(path.with_file_name("none")).unwrap_err().to_string();
    assert!(error.contains("cannot read"), "{error}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Damage is an error, or does no harm.
    #[test]
    fn damaged_bytes_never_load_as_something_else(place in 0.0f64..1.0, flip in 1u8.., cut in any::<bool>()) {
        static WHOLE: std::sync::OnceLock<(Vec<u8>, Vec<Vec<u32>>, serde_json::Value)> = std::sync::OnceLock::new();
        let (whole, weights, config) = WHOLE.get_or_init(|| {
            let (_folder, path) = folder();
            let model = trained().unwrap();
            model.save(&path).unwrap();
            (fs::read(&path).unwrap(), bits(&model), model.config().unwrap())
        });
        let (_folder, path) = folder();
        let position = (place * whole.len() as f64) as usize;
        let mut bytes = whole.clone();
        if cut { bytes.truncate(position) } else { bytes[position] ^= flip }
        fs::write(&path, &bytes).unwrap();
        if let Ok(model) = Model::load(&path) {
            prop_assert_eq!(&bits(&model), weights);
            prop_assert_eq!(&model.config().unwrap(), config);
        }
        let model = network(4);
        model.ensure_built().unwrap();
        if model.load_weights(&path).is_ok() {
            prop_assert_eq!(&bits(&model), weights);
        }
    }
}

#[test]
fn pythons_safetensors_reads_and_writes_the_same_weights() -> Result<()> {
    let Some(python) = python("safetensors.numpy") else {
        return Ok(());
    };
    let (folder, path) = folder();
    let model = trained()?;
    model.save(&path)?;
    let script = r#"
import json, sys
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
weights = load_file(sys.argv[1])
with safe_open(sys.argv[1], "numpy") as file:
    about = json.loads(file.metadata()["ml"])
assert about["model"]["layer"]["layer"]["class_name"] == "Sequential", about
assert weights["@optimizer/iterations"] == 4
assert weights["dense/kernel"].shape == (6, 4) and weights["dense/kernel"].dtype == "float32"
print(*weights["dense/kernel"].view("uint32").ravel())
save_file({k: v + 1 for k, v in weights.items() if not k.startswith("@")}, sys.argv[2])
"#;
    let plus = folder.path().join("plus.safetensors");
    let output = Command::new(python)
        .args(["-c", script])
        .arg(&path)
        .arg(&plus)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let kernel: Vec<String> = bits(&model)[0].iter().map(u32::to_string).collect();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), kernel.join(" "));
    let before = model.get_weights();
    model.load_weights(&plus)?;
    for (before, after) in before.iter().zip(model.get_weights()) {
        assert_eq!(before.add_scalar(1.0)?.array()?, after.array()?);
    }
    Ok(())
}

/// A layer that comes again in a stack has one set of weights: in files and in clones, too.
#[test]
fn a_stack_with_a_layer_twice_comes_back() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twice.safetensors");
    let again = Dense::new(2).activation(Activation::Tanh).into_layer();
    let stack = Sequential::new()
        .add(Dense::new(2).input_shape([2]))
        .add(&again)
        .add(Dense::new(2))
        .add(&again);
    let mut model = stack.into_model();
    model.compile(Compile::new("adam", "mse"))?;
    let (x, y) = (random(&[8, 2], 1), random(&[8, 2], 2));
    model.fit(&x, &y, Fit::new())?;
    assert_eq!(model.count_params()?, 18);
    let names: Vec<String> = model.layers().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["dense", "dense_1", "dense_2"]);
    model.save(&path)?;
    let mut back = Model::load(&path)?;
    assert_eq!(back.config()?, model.config()?);
    let losses = |model: &mut Model| -> Result<Vec<f64>> {
        Ok(model.fit(&x, &y, Fit::new().epochs(3))?.get("loss").to_vec())
    };
    assert_eq!(losses(&mut back)?, losses(&mut model)?);
    let clone = model.clone_model();
    assert_eq!(clone.count_params()?, 18);
    clone.set_weights(&model.get_weights())?;
    assert_eq!(
        clone.predict(&x)?.to_vec::<f32>()?,
        model.predict(&x)?.to_vec::<f32>()?
    );
    // A place that there is not.
    let mut config = model.config()?;
    assert_eq!(
        config["layer"]["layer"]["config"]["order"],
        serde_json::json!([0, 1, 2, 1])
    );
    config["layer"]["layer"]["config"]["order"][3] = 7.into();
    let error = Model::from_config(&config).unwrap_err().to_string();
    assert!(error.contains("a layer of the stack is number 7 of 3"), "{error}");
    Ok(())
}
