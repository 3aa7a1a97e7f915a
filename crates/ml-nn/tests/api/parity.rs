//! A hundred steps of training against Keras, for every optimizer, loss, activation and layer:
//! `tests/fixtures/make_parity.py`.

use std::collections::BTreeSet;

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Activation, Compile, Fit, Input, Model, Sequential,
    activation::Rectifier,
    choice::Choice,
    connect,
    constraints::{MaxNorm, NonNeg, UnitNorm},
    layers::{
        ActivityRegularization, Add, Average, BatchNormalization, Concatenate, Dense, Dot, Elu, Embedding,
        Flatten, IntoLayer, LayerNormalization, LayerRef, LeakyRelu, Maximum, Minimum, Multiply,
        Normalization, PRelu, Permute, Relu, RepeatVector, Reshape, Softmax, Subtract,
    },
    losses::{
        BinaryCrossentropy, CategoricalCrossentropy, LossRef, SparseCategoricalCrossentropy,
        by_name as loss_by_name,
    },
    optimizers::{IntoOptimizer, OptimizerRef, Sgd},
    regularizers::{L1, L1L2, L2},
};
use serde_json::Value;

use crate::reference::{close, optimizers, row};

const ROWS: usize = 80;

/// Numbers between -1 and 1 without a pattern: `sin(0.013 i² + 0.7 i + phase)` of the `i`-th.
fn sines(shape: &[usize], phase: f64, scale: f32) -> Tensor {
    let sine = |i: usize| {
        let i = i as f64;
        scale * (0.013 * i * i + 0.7 * i + phase).sin() as f32
    };
    let len = shape.iter().product();
    Tensor::from_vec((0..len).map(sine).collect(), shape).unwrap()
}

fn x() -> Tensor {
    sines(&[ROWS, 6], 1.0, 1.0)
}

fn target(kind: &str) -> Result<Tensor> {
    let y = sines(&[ROWS, 3], 2.0, 1.0);
    let classes: Vec<i64> = (0..ROWS as i64).map(|i| i * 7 % 3).collect();
    match kind {
        "positive" => y.mul_scalar(0.5)?.add_scalar(1.0),
        "binary" => y.greater(&y.number_like(0.0)?)?.cast(DType::F32),
        "one_hot" => {
            let one = |class: i64| (0..3).map(move |other| f32::from(other == class));
            Tensor::from_vec(classes.into_iter().flat_map(one).collect(), [ROWS, 3])
        }
        "classes" => Ok(Tensor::from(classes)),
        "shares" => {
            let positive = y.add_scalar(1.5)?;
            positive.div(&positive.sum_keep(&[1])?)
        }
        _ => Ok(y),
    }
}

/// What is compared: a model with what it is trained for.
struct Case {
    name: String,
    model: Model,
    loss: Choice<LossRef>,
    optimizer: OptimizerRef,
    x: Tensor,
    target: &'static str,
}

fn case(name: impl Into<String>, model: Model) -> Case {
    Case {
        name: name.into(),
        model,
        loss: "mse".into(),
        optimizer: Sgd::new(0.05).into_optimizer(),
        x: x(),
        target: "numbers",
    }
}

fn stack(layers: impl IntoIterator<Item = LayerRef>) -> Model {
    layers.into_iter().collect::<Sequential>().into_model()
}

fn network(hidden: Activation, last: Activation) -> Model {
    stack([
        Dense::new(8).activation(hidden).input_shape([6]),
        Dense::new(3).activation(last).into_layer(),
    ])
}

fn by_optimizer() -> Vec<Case> {
    let with = |(name, optimizer)| Case {
        optimizer,
        ..case(
            format!("optimizer {name}"),
            network(Activation::Tanh, Activation::Linear),
        )
    };
    optimizers(0.01).into_iter().map(with).collect()
}

fn by_loss() -> Vec<Case> {
    use Activation::{Linear, Sigmoid, Softmax, Softplus};
    let named = |name: &str| Choice::from(name);
    let smoothed = CategoricalCrossentropy {
        label_smoothing: 0.1,
        ..CategoricalCrossentropy::new()
    };
    let binary_smoothed = BinaryCrossentropy {
        label_smoothing: 0.1,
        ..BinaryCrossentropy::new()
    };
    let mut rows: Vec<(&str, Activation, Choice<LossRef>, &'static str)> = vec![
        (
            "binary_crossentropy logits",
            Linear,
            BinaryCrossentropy::new().from_logits(true).into(),
            "binary",
        ),
        (
            "categorical_crossentropy logits",
            Linear,
            CategoricalCrossentropy::new().from_logits(true).into(),
            "one_hot",
        ),
        (
            "sparse_categorical_crossentropy logits",
            Linear,
            SparseCategoricalCrossentropy::new().from_logits(true).into(),
            "classes",
        ),
        (
            "categorical_crossentropy smoothed",
            Softmax,
            smoothed.into(),
            "one_hot",
        ),
        (
            "binary_crossentropy smoothed",
            Sigmoid,
            binary_smoothed.into(),
            "binary",
        ),
    ];
    for (name, last, target) in [
        ("mean_squared_error", Linear, "numbers"),
        ("mean_absolute_error", Linear, "numbers"),
        ("mean_absolute_percentage_error", Linear, "positive"),
        ("mean_squared_logarithmic_error", Sigmoid, "positive"),
        ("huber", Linear, "positive"),
        ("log_cosh", Linear, "numbers"),
        ("hinge", Linear, "binary"),
        ("squared_hinge", Linear, "binary"),
        ("categorical_hinge", Linear, "one_hot"),
        ("binary_crossentropy", Sigmoid, "binary"),
        ("categorical_crossentropy", Softmax, "one_hot"),
        ("sparse_categorical_crossentropy", Softmax, "classes"),
        ("kl_divergence", Softmax, "shares"),
        ("poisson", Softplus, "positive"),
        ("cosine_similarity", Linear, "numbers"),
    ] {
        assert!(loss_by_name(name).is_ok());
        rows.push((name, last, named(name), target));
    }
    rows.into_iter()
        .map(|(name, last, loss, target)| {
            let rate = if name.contains("percentage") { 0.0005 } else { 0.05 };
            Case {
                loss,
                target,
                optimizer: Sgd::new(rate).into_optimizer(),
                ..case(format!("loss {name}"), network(Activation::Tanh, last))
            }
        })
        .collect()
}

fn by_activation() -> Result<Vec<Case>> {
    let names = "linear relu relu6 leaky_relu elu selu gelu gelu_tanh sigmoid hard_sigmoid tanh softplus softsign \
                 softmax swish exponential";
    names
        .split_whitespace()
        .map(|name| {
            let model = network(name.parse()?, Activation::Linear);
            Ok(case(format!("activation {name}"), model))
        })
        .collect()
}

fn by_layer() -> Result<Vec<Case>> {
    let rectifier = Rectifier {
        max_value: Some(0.5),
        negative_slope: 0.1,
        threshold: 0.2,
    };
    let shared = PRelu {
        shared_axes: vec![1],
        ..PRelu::default()
    };
    let image = || Reshape::new([2, 3]).into_layer();
    let flat = || Flatten.into_layer();
    let between: Vec<(&str, Vec<LayerRef>)> = vec![
        ("BatchNormalization", vec![BatchNormalization::new().into_layer()]),
        (
            "BatchNormalization axis",
            vec![
                image(),
                BatchNormalization::new().axis(1).momentum(0.9).into_layer(),
                flat(),
            ],
        ),
        ("LayerNormalization", vec![LayerNormalization::new().into_layer()]),
        ("LeakyReLU", vec![LeakyRelu::default().into_layer()]),
        ("ELU", vec![Elu { alpha: 1.5 }.into_layer()]),
        ("PReLU", vec![PRelu::default().into_layer()]),
        ("PReLU shared", vec![image(), shared.into_layer(), flat()]),
        ("ReLU", vec![Relu(rectifier).into_layer()]),
        ("Softmax", vec![image(), Softmax { axis: 1 }.into_layer(), flat()]),
        (
            "Permute",
            vec![
                Reshape::new([2, -1]).into_layer(),
                Permute::new([2, 1]).into_layer(),
                Dense::new(2).into_layer(),
                flat(),
            ],
        ),
        ("RepeatVector", vec![RepeatVector::new(2).into_layer(), flat()]),
        (
            "ActivityRegularization",
            vec![ActivityRegularization { l1: 0.1, l2: 0.2 }.into_layer()],
        ),
    ];
    let first = || Dense::new(6).activation(Activation::Tanh).input_shape([6]);
    let last = || Dense::new(3).into_layer();
    let mut cases: Vec<Case> = between
        .into_iter()
        .map(|(name, layers)| {
            let layers = [vec![first()], layers, vec![last()]].concat();
            case(format!("layer {name}"), stack(layers))
        })
        .collect();
    let normalization = Normalization::adapted(&x())?.input_shape([6]);
    cases.push(case("layer Normalization", stack([normalization, last()])));
    let things: Vec<i64> = (0..2 * ROWS as i64).map(|i| i * 3 % 7).collect();
    let embedding = Embedding::new(7, 4).input_spec(DType::I64, [2]);
    cases.push(Case {
        x: Tensor::from_vec(things, [ROWS, 2])?,
        ..case("layer Embedding", stack([embedding, flat(), last()]))
    });
    Ok(cases)
}

fn by_merge() -> Result<Vec<Case>> {
    let merges: [(&str, LayerRef); 9] = [
        ("Add", Add.into_layer()),
        ("Subtract", Subtract.into_layer()),
        ("Multiply", Multiply.into_layer()),
        ("Average", Average.into_layer()),
        ("Maximum", Maximum.into_layer()),
        ("Minimum", Minimum.into_layer()),
        ("Concatenate", Concatenate::new().into_layer()),
        ("Dot", Dot::new(1, 1).into_layer()),
        ("Dot normalized", Dot::new(1, 1).normalize(true).into_layer()),
    ];
    let joined = |(name, merge): (&str, LayerRef)| {
        let start = Input::new([6]).place();
        let a = start.then(Dense::new(5).activation(Activation::Tanh))?;
        let b = start.then(Dense::new(5).activation(Activation::Sigmoid))?;
        let output = connect(merge, &[&a, &b])?.then(Dense::new(3))?;
        Ok(case(
            format!("layer {name}"),
            Model::functional(&[&start], &[&output])?,
        ))
    };
    merges.into_iter().map(joined).collect()
}

fn by_rule() -> Vec<Case> {
    let dense = || Dense::new(8).activation(Activation::Tanh);
    let rows = [
        ("regularizer l1", dense().kernel_regularizer(L1(0.01))),
        (
            "regularizer l2",
            dense().kernel_regularizer(L2(0.05)).bias_regularizer(L2(0.05)),
        ),
        (
            "regularizer l1_l2",
            dense().kernel_regularizer(L1L2 { l1: 0.01, l2: 0.02 }),
        ),
        (
            "constraint max_norm",
            dense().kernel_constraint(MaxNorm {
                max_value: 0.8,
                axis: 0,
            }),
        ),
        ("constraint non_neg", dense().kernel_constraint(NonNeg)),
        (
            "constraint unit_norm",
            dense().kernel_constraint(UnitNorm::default()),
        ),
    ];
    rows.into_iter()
        .map(|(name, dense)| case(name, stack([dense.input_shape([6]), Dense::new(3).into_layer()])))
        .collect()
}

/// Ten epochs of ten batches from first weights that are sines.
fn compare(case: Case, expected: &Value) -> Result<()> {
    let Case {
        name,
        mut model,
        loss,
        optimizer,
        x,
        target: kind,
    } = case;
    model.compile(Compile::new(optimizer, loss))?;
    let trained = model.weights().into_iter().filter(|weight| weight.trainable);
    for (number, weight) in trained.enumerate() {
        let shape = weight.variable.shape();
        weight.variable.assign(&sines(shape, number as f64, 0.5))?;
    }
    let how = Fit::new().epochs(10).batch_size(8).shuffle(false);
    let history = model.fit(&x, &target(kind)?, how)?;
    let losses: Vec<f32> = history.get("loss").iter().map(|&loss| loss as f32).collect();
    close(
        &format!("{name}: losses"),
        &losses,
        &row(&expected["losses"]),
        1e-5,
    );
    let weights = expected["weights"].as_array().unwrap();
    assert_eq!(weights.len(), model.weights().len(), "{name}");
    for (weight, expected) in model.weights().iter().zip(weights) {
        let values = weight.variable.value().to_vec::<f32>()?;
        let sum = values.iter().map(|&value| f64::from(value)).sum::<f64>() as f32;
        let found: Vec<f32> = [sum].into_iter().chain(values.into_iter().take(3)).collect();
        let what = format!("{name}: {}", weight.variable.name());
        close(&what, &found, &row(expected), 1e-5);
    }
    Ok(())
}

#[test]
fn a_hundred_steps_go_as_in_keras() -> Result<()> {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/parity.json")).unwrap();
    let known = fixture["cases"].as_object().unwrap();
    let cases = [
        by_optimizer(),
        by_loss(),
        by_activation()?,
        by_layer()?,
        by_merge()?,
        by_rule(),
    ];
    let mut left: BTreeSet<&String> = known.keys().collect();
    let mut failed = Vec::new();
    for case in cases.into_iter().flatten() {
        let name = case.name.clone();
        assert!(left.remove(&name), "{name} is not in the fixture");
        let compared =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(case, &known[&name])));
        match compared {
            Ok(result) => result?,
            Err(_) => failed.push(name),
        }
    }
    assert!(left.is_empty(), "not compared: {left:?}");
    assert!(failed.is_empty(), "{failed:?}");
    Ok(())
}
