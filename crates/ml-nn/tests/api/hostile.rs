//! Files with a right checksum whose text somebody changed: errors, without a panic or more memory than the file.

use std::{collections::HashMap, fs, path::Path};

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Activation, Compile, Fit, Input, Model, Sequential, connect,
    layers::{BatchNormalization, Concatenate, Dense, Dropout, Embedding, Flatten, IntoLayer, Reshape},
    optimizers::{Adam, Sgd},
    schedules::ExponentialDecay,
};
use proptest::{prelude::*, sample::Index};
use safetensors::{SafeTensors, tensor::TensorView};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::random;

/// Stacks and graphs, shared layers, a schedule, several losses.
fn models() -> Result<[Model; 2]> {
    let mut stack = Sequential::new()
        .add(Dense::new(4).activation(Activation::Relu).input_shape([6]))
        .add(BatchNormalization::new())
        .add(Dropout::new(0.3))
        .add(Reshape::new([2, 2]))
        .add(Flatten)
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model();
    stack.compile(Compile::new(Adam::new(0.01), "sparse_categorical_crossentropy").metric("accuracy"))?;
    stack.fit(random(&[8, 6], 1), Tensor::from(vec![0i64; 8]), Fit::new())?;
    let (words, numbers) = (
        Input::new([2]).dtype(DType::I64).name("words").place(),
        Input::new([3]).name("numbers").place(),
    );
    let shared = Dense::new(3).named("shared");
    let known = words.then(Embedding::new(5, 2))?.then(Flatten)?;
    let twice = numbers.then(&shared)?.then(&shared)?;
    let joined = connect(Concatenate::new(), &[&known, &twice])?;
    let (a, b) = (
        joined.then(Dense::new(1).named("a"))?,
        twice.then(Dense::new(2).named("b"))?,
    );
    let mut graph = Model::functional(&[&words, &numbers], &[&a, &b])?;
    let rate = Sgd::new(ExponentialDecay::new(0.1, 10.0, 0.5)).momentum(0.9);
    graph.compile(
        Compile::new(rate, "mse")
            .loss_for("b", "huber")
            .loss_weight_for("b", 0.5),
    )?;
    Ok([stack, graph])
}

/// The file with another text, and the checksum that belongs to it.
fn forged(bytes: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let text = &metadata.metadata().as_ref().unwrap()["ml"];
    let mut about: Map<String, Value> = serde_json::from_str(text).unwrap();
    about.remove("sha256");
    change(about.get_mut("model").unwrap());
    let file = SafeTensors::deserialize(bytes).unwrap();
    let mut views: Vec<(String, TensorView<'_>)> = file.tensors();
    views.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut hash = Sha256::new();
    hash.update(Value::Object(about.clone()).to_string());
    for (name, view) in &views {
        hash.update(format!("\n{name:?} {:?} {:?}\n", view.dtype(), view.shape()));
        hash.update(view.data());
    }
    let sum: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    about.insert("sha256".to_owned(), sum.into());
    let metadata = HashMap::from([("ml".to_owned(), Value::Object(about).to_string())]);
    safetensors::serialize(views, Some(metadata)).unwrap()
}

fn saved(model: &Model, path: &Path) -> Vec<u8> {
    model.save(path).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn what_a_file_may_not_say() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let [stack, graph] = models()?;
    let (stack, graph) = (saved(&stack, &path), saved(&graph, &path));
    let said = |bytes: &[u8], place: &str, value: Value| {
        let bytes = forged(bytes, |model| {
            assert!(model.pointer(place).is_some(), "{place} in {model:#}");
            *model.pointer_mut(place).unwrap() = value;
        });
        fs::write(&path, bytes).unwrap();
        Model::load(&path).map(drop).map_err(|error| error.to_string())
    };
    // The forger is a good one: what it does not change loads.
    let unchanged = forged(&stack, |_| {});
    fs::write(&path, &unchanged).unwrap();
    Model::load(&path)?;
    let layer =
        |number: usize, field: &str| format!("/layer/layer/config/layers/{number}/layer/config/{field}");
    let cases = [
        (
            &stack,
            layer(0, "units"),
            json!(1u64 << 40),
            "asks for a weight f32[6, 1099511627776], which the file cannot hold",
        ),
        (
            &stack,
            layer(0, "units"),
            json!(u64::MAX),
            "every length of the weight \"kernel\" must be known",
        ),
        (
            &stack,
            layer(0, "units"),
            json!(0),
            "units = 0: must be at least 1",
        ),
        (
            &stack,
            layer(0, "units"),
            json!(-4),
            "invalid value: integer `-4`",
        ),
        (&stack, layer(0, "units"), json!("4"), "invalid type: string"),
        (
            &stack,
            layer(5, "units"),
            json!(4),
            "\"dense_1/kernel\" is f32[4, 4] here, f32[4, 3] in the file",
        ),
        (
            &stack,
            layer(2, "rate"),
            json!(1.5),
            "rate = 1.5: must be at least 0 and below 1",
        ),
        (&stack, layer(2, "rate"), Value::Null, "invalid type: null"),
        (
            &stack,
            layer(1, "momentum"),
            json!(-1.0),
            "momentum = -1: must be between 0 and 1",
        ),
        (
            &stack,
            "/layer/layer/class_name".to_owned(),
            json!("Shell"),
            "unknown variant `Shell`",
        ),
        (
            &stack,
            "/layer/layer/config/layers".to_owned(),
            json!([]),
            "the file has a weight \"batch_normalization/beta\"",
        ),
        (&stack, "/compile/optimizer".to_owned(), json!("adam"), "config:"),
        (
            &stack,
            "/compile/outputs".to_owned(),
            json!([]),
            "it has losses for 0 outputs, but the layers give 1",
        ),
        (
            &graph,
            "/layer/layer/config".to_owned(),
            json!({}),
            "missing field",
        ),
        (
            &graph,
            "/layer/layer/config/steps/1/layer".to_owned(),
            json!(99),
            "step 1 is layer 99 of ",
        ),
        (
            &graph,
            "/layer/layer/config/steps/2/inputs".to_owned(),
            json!([[2, 0]]),
            "step 2 needs step 2, which is not before it",
        ),
        (
            &graph,
            "/layer/layer/config/outputs/0".to_owned(),
            json!([99, 0]),
            "an input or output is step 99 of ",
        ),
        (
            &graph,
            "/layer/layer/config/outputs/0".to_owned(),
            json!([0, 7]),
            "output 7 of step 0 is used, which has 1",
        ),
    ];
    for (bytes, place, value, expected) in cases {
        let error = said(bytes, &place, value.clone()).expect_err(&format!("{place} = {value}"));
        assert!(
            error.contains(expected) && error.contains("model.safetensors"),
            "{place} = {value}: {error}"
        );
    }
    Ok(())
}

/// Every place of a text.
fn places(value: &Value, path: String, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, inner)| places(inner, format!("{path}/{}", escaped(key)), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(number, inner)| places(inner, format!("{path}/{number}"), found)),
        _ => {}
    }
    found.push(path);
}

/// What stands somewhere instead; `None`: what stands somewhere else.
fn instead() -> impl Strategy<Value = Option<Value>> {
    let plain = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(3.5),
        json!(1e308),
        json!(1u64 << 40),
        json!(u64::MAX),
        json!(""),
        json!("relu"),
        json!("dense"),
        json!([]),
        json!([1, 2]),
        json!([-1, 4_000_000_000_u64, 4_000_000_000_u64]),
        json!({}),
    ];
    prop_oneof![3 => prop::sample::select(plain.to_vec()).prop_map(Some), 1 => Just(None)]
}

/// What there is of a model that a hostile file became.
fn used(model: &Model, number: usize) {
    let x = match number {
        0 => vec![random(&[2, 6], 1)],
        _ => vec![Tensor::from([[0i64, 1], [2, 4]]), random(&[2, 3], 2)],
    };
    let _ = model.predict_all(x);
    let _ = model.summary();
    let folder = tempfile::tempdir().unwrap();
    let _ = model.save(folder.path().join("again.safetensors"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// No text makes loading, or what was loaded, panic or take memory without bound.
    #[test]
    fn no_text_with_a_right_checksum_does_harm(
        number in 0usize..2,
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), instead(), prop::bool::weighted(0.2)), 1..4),
    ) {
        static WHOLE: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let whole = WHOLE.get_or_init(|| models().unwrap().iter().map(|model| saved(model, &path)).collect());
        let bytes = forged(&whole[number], |model| {
            for (place, other, value, drop) in &changes {
                let mut all = Vec::new();
                places(model, String::new(), &mut all);
                let (place, other): (&String, &String) = (place.get(&all), other.get(&all));
                let value = value.clone().unwrap_or_else(|| model.pointer(other).unwrap().clone());
                match place.rsplit_once('/') {
                    Some((parent, key)) if *drop => match model.pointer_mut(parent).unwrap() {
                        Value::Object(map) => { map.remove(key); }
                        Value::Array(items) => { items.remove(key.parse().unwrap()); }
                        _ => unreachable!("only these have parts"),
                    },
                    _ => *model.pointer_mut(place).unwrap() = value,
                }
            }
        });
        fs::write(&path, bytes).unwrap();
        if let Ok(model) = Model::load(&path) {
            used(&model, number);
        }
    }
}
