//! Optimizers, losses and metrics against Keras: `tests/fixtures/make_keras.py`.

use ml_core::{Result, Tensor, autodiff::Variable};
use ml_nn::{
    losses::{self, BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy},
    metrics::{Auc, Confusion, Curve, IntoMetric, MetricRef, SparseTopKCategoricalAccuracy, by_name},
    optimizers::{Adadelta, Adagrad, Adam, AdamW, Adamax, IntoOptimizer, Nadam, OptimizerRef, RmsProp, Sgd},
    schedules::{CosineDecay, ExponentialDecay, PiecewiseConstantDecay},
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/keras.json")).unwrap()
}

pub(crate) fn row(value: &Value) -> Vec<f32> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap() as f32)
        .collect()
}

/// A matrix, or a vector where the value is one.
fn tensor(value: &Value) -> Tensor {
    let rows = value.as_array().unwrap();
    if rows[0].is_number() {
        return Tensor::from(row(value));
    }
    let width = rows[0].as_array().unwrap().len();
    Tensor::from_vec(rows.iter().flat_map(row).collect(), [rows.len(), width]).unwrap()
}

pub(crate) fn close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let near = |(a, b): (&f32, &f32)| (a - b).abs() <= tolerance * b.abs().max(1.0);
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(near),
        "{what}: {found:?}, not {expected:?}"
    );
}

/// All optimizers with this rate; one of its own is ten times that.
pub(crate) fn optimizers(rate: f64) -> Vec<(&'static str, OptimizerRef)> {
    let centered = RmsProp {
        momentum: 0.9,
        centered: true,
        ..RmsProp::new(rate)
    };
    let amsgrad = Adam {
        amsgrad: true,
        ..Adam::new(rate)
    };
    vec![
        ("sgd", Sgd::new(rate).into_optimizer()),
        ("sgd_momentum", Sgd::new(rate).momentum(0.9).into_optimizer()),
        (
            "sgd_nesterov",
            Sgd::new(rate).momentum(0.9).nesterov(true).into_optimizer(),
        ),
        ("sgd_clipnorm", Sgd::new(rate).clipnorm(1.0)),
        ("sgd_clipvalue", Sgd::new(rate).clipvalue(0.5)),
        ("sgd_weight_decay", Sgd::new(rate).weight_decay(0.1)),
        ("adagrad", Adagrad::new(rate).into_optimizer()),
        ("adadelta", Adadelta::new(10.0 * rate).into_optimizer()),
        ("rmsprop", RmsProp::new(rate).into_optimizer()),
        ("rmsprop_centered_momentum", centered.into_optimizer()),
        ("adam", Adam::new(rate).into_optimizer()),
        ("adam_amsgrad", amsgrad.into_optimizer()),
        ("adamax", Adamax::new(rate).into_optimizer()),
        ("nadam", Nadam::new(rate).into_optimizer()),
        ("adamw", AdamW::new(rate).into_optimizer()),
        (
            "sgd_exponential",
            Sgd::new(ExponentialDecay::new(rate, 2.0, 0.5)).into_optimizer(),
        ),
        (
            "sgd_cosine",
            Sgd::new(CosineDecay::new(rate, 5.0)).into_optimizer(),
        ),
        (
            "sgd_piecewise",
            Sgd::new(PiecewiseConstantDecay::new(
                [0.0, 1.0],
                [rate, rate / 2.0, rate / 10.0],
            ))
            .into_optimizer(),
        ),
    ]
}

#[test]
fn optimizers_step_as_in_keras() -> Result<()> {
    let fixture = fixture();
    let known = fixture["steps"].as_object().unwrap();
    let ours = optimizers(0.1);
    assert_eq!(known.len(), ours.len());
    for (name, optimizer) in ours {
        // What a file would hold is the optimizer, too.
        let text = serde_json::to_string(&optimizer).unwrap();
        let optimizer: OptimizerRef = serde_json::from_str(&text).unwrap();
        let weight = Variable::new(tensor(&fixture["start"]));
        let bound = optimizer.bind(std::slice::from_ref(&weight))?;
        for (gradient, expected) in fixture["gradients"]
            .as_array()
            .unwrap()
            .iter()
            .zip(known[name].as_array().unwrap())
        {
            bound.apply_gradients(&[Some(tensor(gradient))])?;
            close(name, &weight.value().to_vec::<f32>()?, &row(expected), 2e-6);
        }
        assert_eq!(bound.iterations().value().item::<i64>()?, 3);
    }
    Ok(())
}

#[test]
fn losses_are_those_of_keras() -> Result<()> {
    let fixture = fixture();
    for (name, case) in fixture["losses"].as_object().unwrap() {
        let found = losses::by_name(name)?.call(&tensor(&case["y"]), &tensor(&case["p"]))?;
        close(name, &found.to_vec::<f32>()?, &row(&case["loss"]), 2e-6);
    }
    let cross = &fixture["cross"];
    let labels: Vec<i64> = cross["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_i64().unwrap())
        .collect();
    let (labels, one_hot, binary) = (
        Tensor::from(labels),
        tensor(&cross["one_hot"]),
        tensor(&cross["binary"]),
    );
    let (p, logits) = (tensor(&cross["p"]), tensor(&cross["logits"]));
    let smoothed = CategoricalCrossentropy {
        label_smoothing: 0.1,
        ..CategoricalCrossentropy::new()
    };
    let binary_smoothed = BinaryCrossentropy {
        label_smoothing: 0.1,
        ..BinaryCrossentropy::new()
    };
    let sparse = SparseCategoricalCrossentropy::new();
    let cases: [(&str, &dyn Loss, &Tensor, &Tensor); 5] = [
        ("sparse", &sparse, &labels, &p),
        ("sparse_logits", &sparse.from_logits(true), &labels, &logits),
        ("categorical_smoothed", &smoothed, &one_hot, &p),
        (
            "binary_logits",
            &BinaryCrossentropy::new().from_logits(true),
            &binary,
            &logits,
        ),
        ("binary_smoothed", &binary_smoothed, &binary, &p),
    ];
    for (name, loss, y, p) in cases {
        close(name, &loss.call(y, p)?.to_vec::<f32>()?, &row(&cross[name]), 2e-6);
    }
    Ok(())
}

#[test]
fn metrics_stream_as_in_keras() -> Result<()> {
    let fixture = fixture();
    let metrics = &fixture["metrics"];
    let column = |name: &str| tensor(&metrics[name]).expand_dims(-1).unwrap();
    let (truth, guess, weights) = (column("truth"), column("guess"), tensor(&metrics["weights"]));
    let scores = tensor(&metrics["scores"]);
    let classes: Vec<i64> = metrics["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_i64().unwrap())
        .collect();
    let classes = Tensor::from(classes);
    let values = metrics["values"].as_object().unwrap();
    assert_eq!(values.len(), 11);
    for (name, expected) in values {
        let metric: MetricRef = match name.as_str() {
            "auc_pr" => Auc {
                curve: Curve::PrecisionRecall,
                ..Auc::default()
            }
            .into_metric(),
            "true_negatives" => Confusion::TrueNegatives.into_metric(),
            "false_negatives" => Confusion::FalseNegatives.into_metric(),
            "sparse_top_k_categorical_accuracy" => SparseTopKCategoricalAccuracy { k: 3 }.into_metric(),
            name => by_name(name)?,
        };
        let (y, p) = if name.starts_with("sparse") {
            (&classes, &scores)
        } else {
            (&truth, &guess)
        };
        for (weighted, expected) in [None, Some(&weights)].into_iter().zip(row(expected)) {
            let state = metric.clone().start();
            for (from, to) in [(0, 20), (20, 45), (45, 60)] {
                let part = |t: &Tensor| t.narrow(0, Some(from), Some(to));
                state.update_state(&part(y)?, &part(p)?, weighted.map(part).transpose()?.as_ref())?;
            }
            close(name, &[state.result()? as f32], &[expected], 2e-6);
            state.reset_state()?;
            assert_eq!(state.result()?, 0.0, "{name}");
        }
    }
    Ok(())
}
