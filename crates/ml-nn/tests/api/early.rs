//! Settings outside their domain are refused when a layer is built or a model compiled: before there is data.

use ml_core::{Result, Tensor, autodiff::Variable};
use ml_nn::{
    Compile, Input, Model, Sequential,
    constraints::{Constraint, MaxNorm, MinMaxNorm},
    layers::{ActivityRegularization, Dense, Embedding, IntoLayer, LayerRef},
    losses::{BinaryCrossentropy, CategoricalCrossentropy, Huber, IntoLoss, LossRef},
    metrics::{
        Auc, BinaryAccuracy, CategoricalAccuracy, IntoMetric, MeanOf, MetricRef, Precision, Recall,
        SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy,
    },
    optimizers::{
        Adadelta, Adagrad, Adam, AdamW, Adamax, Group, IntoOptimizer, Nadam, OptimizerRef, RmsProp, Sgd,
    },
    regularizers::{L1, L1L2, L2, Regularizer},
    schedules::ExponentialDecay,
};
use serde::{Deserialize, Serialize};

use crate::warnings::logged;

fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// What building a model of this layer says.
fn built(layer: impl IntoLayer) -> String {
    said(
        Sequential::new()
            .add(layer.input_shape([3]))
            .into_model()
            .ensure_built(),
    )
}

#[test]
fn factors_of_penalties() {
    let dense = || Dense::new(2);
    let wrong = "layer \"dense\" (Dense): l1 = -0.1: must be finite and at least 0";
    assert_eq!(built(dense().kernel_regularizer(L1(-0.1))), wrong);
    assert_eq!(built(dense().bias_regularizer(L1(-0.1))), wrong);
    assert_eq!(built(dense().activity_regularizer(L1(-0.1))), wrong);
    for (layer, expected) in [
        (dense().kernel_regularizer(L2(f64::NAN)), "l2 = NaN"),
        (dense().kernel_regularizer(L2(f64::INFINITY)), "l2 = inf"),
        (dense().kernel_regularizer(L1L2 { l1: -2.0, l2: 0.0 }), "l1 = -2"),
        (dense().bias_regularizer(L1L2 { l1: 0.0, l2: -1.0 }), "l2 = -1"),
    ] {
        let found = built(layer);
        assert!(
            found.contains(&format!("{expected}: must be finite and at least 0")),
            "{found}"
        );
    }
    assert_eq!(
        built(ActivityRegularization { l1: 0.0, l2: -1.0 }),
        "layer \"activity_regularization\" (ActivityRegularization): l2 = -1: must be finite and at least 0"
    );
    let words = Embedding::new(5, 2)
        .embeddings_regularizer(L2(-1.0))
        .input_spec(ml_core::DType::I64, [3]);
    assert!(said(Sequential::new().add(words).into_model().ensure_built()).contains("l2 = -1"));
    // In a graph when the layer is connected; in `compile` where the shape is known.
    let input = Input::new([3]).place();
    assert_eq!(said(input.then(dense().kernel_regularizer(L1(-0.1)))), wrong);
    let layer: LayerRef = dense().kernel_regularizer(L1(-0.1)).input_shape([3]);
    let mut model = Sequential::new().add(layer).into_model();
    assert_eq!(said(model.compile(Compile::new("sgd", "mse"))), wrong);
}

#[test]
fn bounds_of_constraints() {
    let norms = MaxNorm {
        max_value: f64::NAN,
        ..MaxNorm::default()
    };
    let dense = "layer \"dense\" (Dense)";
    assert_eq!(
        built(Dense::new(2).kernel_constraint(norms)),
        format!("{dense}: max_value = NaN: must be at least 0")
    );
    let between = |min_value, rate| MinMaxNorm {
        min_value,
        rate,
        ..MinMaxNorm::default()
    };
    assert_eq!(
        built(Dense::new(2).kernel_constraint(between(2.0, 1.0))),
        format!("{dense}: min_value = 2: must be between 0 and max_value")
    );
    assert_eq!(
        built(Dense::new(2).bias_constraint(between(0.0, 1.5))),
        format!("{dense}: rate = 1.5: must be between 0 and 1")
    );
}

/// Parts of one's own are asked too.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Picky(f64);

impl Picky {
    fn check(self) -> Result<()> {
        ml_core::check::parameter("pickiness", self.0, self.0 < 1.0, "below 1")
    }
}

#[typetag::serde(name = "PickyPenalty")]
impl Regularizer for Picky {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        weight.sum_all()
    }

    fn check(&self) -> Result<()> {
        Picky::check(*self)
    }
}

#[typetag::serde(name = "PickyBound")]
impl Constraint for Picky {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        Ok(weight.clone())
    }

    fn check(&self) -> Result<()> {
        Picky::check(*self)
    }
}

#[test]
fn parts_of_ones_own() {
    let expected = "layer \"dense\" (Dense): pickiness = 1: must be below 1";
    assert_eq!(built(Dense::new(2).kernel_regularizer(Picky(1.0))), expected);
    assert_eq!(built(Dense::new(2).kernel_constraint(Picky(1.0))), expected);
    let fine = Dense::new(2)
        .kernel_constraint(Picky(0.0))
        .kernel_regularizer(Picky(0.0));
    assert!(Sequential::new().add(fine).into_model().build([3]).is_ok());
}

fn compiled(optimizer: OptimizerRef) -> String {
    let mut model = Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
    said(model.compile(Compile::new(optimizer, "mse")))
}

#[test]
fn hyperparameters_of_optimizers() {
    let share = "must be at least 0 and below 1";
    let amount = "must be finite and at least 0";
    let cases: [(OptimizerRef, &str, &str); 19] = [
        (Sgd::new(-0.1).into_optimizer(), "learning_rate = -0.1", amount),
        (Sgd::new(f64::NAN).into_optimizer(), "learning_rate = NaN", amount),
        (
            Sgd::new(ExponentialDecay::new(-1.0, 10.0, 0.5)).into_optimizer(),
            "learning_rate = -1",
            amount,
        ),
        (
            Sgd::new(ExponentialDecay::new(1.0, 0.0, 0.5)).into_optimizer(),
            "decay_steps = 0",
            "must be finite and > 0",
        ),
        (
            Sgd::new(0.1).momentum(1.0).into_optimizer(),
            "momentum = 1",
            share,
        ),
        (
            Adam {
                beta_1: -0.1,
                ..Adam::default()
            }
            .into_optimizer(),
            "beta_1 = -0.1",
            share,
        ),
        (
            Adam {
                beta_2: f64::NAN,
                ..Adam::default()
            }
            .into_optimizer(),
            "beta_2 = NaN",
            share,
        ),
        (
            Adam {
                epsilon: -1.0,
                ..Adam::default()
            }
            .into_optimizer(),
            "epsilon = -1",
            amount,
        ),
        (
            Adamax {
                beta_1: 1.0,
                ..Adamax::default()
            }
            .into_optimizer(),
            "beta_1 = 1",
            share,
        ),
        (
            Nadam {
                beta_2: 1.0,
                ..Nadam::default()
            }
            .into_optimizer(),
            "beta_2 = 1",
            share,
        ),
        (
            AdamW {
                weight_decay: -0.1,
                ..AdamW::default()
            }
            .into_optimizer(),
            "weight_decay = -0.1",
            amount,
        ),
        (
            RmsProp {
                rho: 2.0,
                ..RmsProp::default()
            }
            .into_optimizer(),
            "rho = 2",
            share,
        ),
        (
            Adadelta {
                rho: 2.0,
                ..Adadelta::default()
            }
            .into_optimizer(),
            "rho = 2",
            share,
        ),
        (
            Adagrad {
                initial_accumulator_value: -0.1,
                ..Adagrad::default()
            }
            .into_optimizer(),
            "initial_accumulator_value = -0.1",
            amount,
        ),
        (Sgd::new(0.1).clipnorm(0.0), "clipnorm = 0", "must be above 0"),
        (
            Sgd::new(0.1).clipvalue(f64::NAN),
            "clipvalue = NaN",
            "must be above 0",
        ),
        (Sgd::new(0.1).weight_decay(f64::NAN), "weight_decay = NaN", amount),
        (
            Sgd::new(0.1).group(Group::new("wide/").rate_factor(-1.0)),
            "rate_factor of group \"wide/\" = -1",
            amount,
        ),
        (
            Sgd::new(0.1).group(Group::new("wide/").weight_decay(-1.0)),
            "weight_decay of group \"wide/\" = -1",
            amount,
        ),
    ];
    for (optimizer, what, domain) in cases {
        assert_eq!(compiled(optimizer.clone()), format!("{what}: {domain}"));
        // In a loop of one's own, too.
        assert_eq!(said(optimizer.bind(&[])), format!("{what}: {domain}"));
    }
}

#[test]
fn settings_of_losses_and_metrics() -> Result<()> {
    let model = || Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
    let smooth = "label_smoothing = 1.5: must be between 0 and 1";
    let losses: [(LossRef, &str); 4] = [
        (Huber::new(-1.0).into_loss(), "delta = -1: must be finite and > 0"),
        (
            Huber::new(f64::NAN).into_loss(),
            "delta = NaN: must be finite and > 0",
        ),
        (BinaryCrossentropy::new().label_smoothing(1.5).into_loss(), smooth),
        (
            CategoricalCrossentropy::new().label_smoothing(1.5).into_loss(),
            smooth,
        ),
    ];
    let y = Tensor::from([[1.0f32]]);
    for (loss, expected) in losses {
        assert_eq!(said(model().compile(Compile::new("sgd", loss.clone()))), expected);
        assert_eq!(said(loss.value(&y, &y, None)), expected);
    }
    let threshold = "threshold = NaN: must be finite";
    let metrics: [(MetricRef, &str); 7] = [
        (
            Auc {
                thresholds: 1,
                ..Auc::default()
            }
            .into_metric(),
            "thresholds = 1: must be at least 2",
        ),
        (Precision { threshold: f64::NAN }.into_metric(), threshold),
        (Recall { threshold: f64::NAN }.into_metric(), threshold),
        (BinaryAccuracy { threshold: f64::NAN }.into_metric(), threshold),
        (
            TopKCategoricalAccuracy { k: 0 }.into_metric(),
            "k = 0: must be at least 1",
        ),
        (
            SparseTopKCategoricalAccuracy { k: 0 }.into_metric(),
            "k = 0: must be at least 1",
        ),
        (
            MeanOf::new(Huber::new(0.0)).into_metric(),
            "delta = 0: must be finite and > 0",
        ),
    ];
    for (metric, expected) in metrics {
        let compile = Compile::new("sgd", "mse").metric(metric.clone());
        assert_eq!(said(model().compile(compile)), expected);
        assert_eq!(said(metric.start().update_state(&y, &y, None)), expected);
    }
    Ok(())
}

/// Class numbers and shares are not taken for each other: both would broadcast.
#[test]
fn labels_of_the_wrong_kind_for_a_metric() -> Result<()> {
    let predicted = Tensor::from([[0.1f32, 0.9], [0.8, 0.2]]);
    let (numbers, column) = (Tensor::from([1i64, 1]), Tensor::from([[1i64], [1]]));
    let shares = Tensor::from([[0.0f32, 1.0], [0.0, 1.0]]);
    for (metric, name) in [
        (SparseCategoricalAccuracy.start(), "sparse"),
        (SparseTopKCategoricalAccuracy { k: 1 }.start(), "sparse top"),
    ] {
        assert_eq!(metric.call(&numbers, &predicted)?, 0.5, "{name}");
        assert_eq!(metric.call(&column, &predicted)?, 0.5, "{name}");
        let error = said(metric.call(&shares, &predicted));
        assert!(
            error.contains("[2, 2] with [2, 2]; labels (first) must be a class number"),
            "{error}"
        );
    }
    for (metric, name) in [
        (CategoricalAccuracy.start(), "shares"),
        (TopKCategoricalAccuracy { k: 1 }.start(), "shares top"),
    ] {
        assert_eq!(metric.call(&shares, &predicted)?, 0.5, "{name}");
        for labels in [&numbers, &column] {
            let error = said(metric.call(labels, &predicted));
            assert!(
                error.contains("class numbers are for sparse_categorical_accuracy"),
                "{error}"
            );
        }
    }
    Ok(())
}

#[test]
fn weights_of_losses() {
    let mut model = Sequential::new()
        .add(Dense::new(1).named("out").input_shape([2]))
        .into_model();
    for odd in [f64::NAN, f64::INFINITY] {
        assert_eq!(
            said(model.compile(Compile::new("sgd", "mse").loss_weights([odd]))),
            format!("loss weight of \"out\" = {odd}: must be a finite number")
        );
    }
    assert!(
        model
            .compile(Compile::new("sgd", "mse").loss_weights([-0.5]))
            .is_ok()
    );
}

/// A prefix that was misspelt would do nothing: it is warned of.
#[test]
fn groups_without_weights() -> Result<()> {
    let [a, b] = ["wide/kernel", "deep/kernel"].map(|name| Variable::named(name, [1.0f32]));
    let bound = |groups: &[&str]| {
        let optimizer = groups.iter().fold(Sgd::new(0.1).into_optimizer(), |all, prefix| {
            all.group(Group::new(*prefix))
        });
        logged(|| drop(optimizer.bind(&[a.clone(), b.clone()]).unwrap()))
    };
    assert_eq!(bound(&["wide/", "deep/"]), "");
    let log = bound(&["wide/", "depp/"]);
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    assert!(
        log.contains("a group of the optimizer has no weights")
            && log.contains("prefix=\"depp/\"")
            && log.contains("wide/kernel, deep/kernel"),
        "{log}"
    );
    // Of several that fit the first counts: nothing is left for the second.
    assert!(bound(&["wide", "wide/kernel"]).contains("prefix=\"wide/kernel\""));
    Ok(())
}

/// Nothing of a model that was refused stays.
#[test]
fn a_refused_compile_changes_nothing() -> Result<()> {
    let mut model: Model = Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
    model.compile(Compile::new(Sgd::new(0.25), "mse"))?;
    assert!(model.compile(Compile::new(Sgd::new(-1.0), "mae")).is_err());
    assert_eq!(model.optimizer()?.learning_rate()?, 0.25);
    Ok(())
}
