//! Parts of one's own (book section 12.3): losses, metrics, layers with losses inside, loops by hand, several optimizers.

use ml_core::{
    DType, Result, Tensor,
    autodiff::{Source, Tape, Variable},
    ops::Spec,
};
use ml_nn::{
    Activation, Compile, Fit, Input, Model, Sequential, connect, connect_all,
    constraints::NonNeg,
    layers::{Concatenate, Context, Dense, InputLayer, IntoLayer, Lambda, Layer, Module, Scope},
    losses::{FnLoss, Huber, IntoLoss, Reduction},
    metrics::{IntoMetric, Mean, Metric},
    optimizers::{Group, IntoOptimizer, Nadam, Sgd},
    regularizers::{FnRegularizer, L1},
    schedules::PiecewiseConstantDecay,
};
use serde::{Deserialize, Serialize};

use crate::random;

/// Predictions, and the inputs once more: what cannot be rebuilt costs (section 12.3.7).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reconstructing {
    outputs: usize,
}

#[typetag::serde]
impl Layer for Reconstructing {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let columns = scope.last_axis(&inputs[0])?;
        let hidden = scope.layer("hidden", Dense::new(5).activation(Activation::Selu), inputs)?;
        let specs = hidden.outputs().unwrap_or_default().to_vec();
        let out = scope.layer("out", Dense::new(self.outputs), &specs)?;
        let again = scope.layer("reconstruct", Dense::new(columns), &specs)?;
        Ok(ml_nn::layers::unary(move |x, context| {
            let z = hidden.apply(x, context)?;
            let error = again.apply(&z, context)?.square_difference(x)?.mean_all()?;
            context.add_loss(error.mul_scalar(0.05)?);
            context.add_metric("reconstruction_error", error);
            out.apply(&z, context)
        }))
    }
}

#[test]
fn losses_and_metrics_from_inside_are_added_and_shown() -> Result<()> {
    let (x, y) = (random(&[96, 4], 1), random(&[96, 1], 2));
    let mut model = Model::new(Reconstructing { outputs: 1 });
    model.compile(Compile::new(Nadam::new(0.01), "mse").metric("mse"))?;
    let history = model.fit(&x, &y, Fit::new().epochs(10).validation_data(&x, &y))?;
    let get = |name: &str| history.get(name).to_vec();
    assert!(
        get("reconstruction_error")[9] < 0.9 * get("reconstruction_error")[0],
        "{history:?}"
    );
    let (whole, main, inner) = (
        get("val_loss")[9],
        get("val_mse")[9],
        get("val_reconstruction_error")[9],
    );
    assert!(
        (whole - main - 0.05 * inner).abs() < 1e-6,
        "{whole}, {main}, {inner}"
    );
    Ok(())
}

/// Tells of the mean of what passes as `everywhere` each time it is called, and as `trained` while training.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Talks;

#[typetag::serde]
impl Layer for Talks {
    fn build(&self, _: &[Spec], _: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        Ok(ml_nn::layers::unary(|x, context| {
            if context.is_training() {
                context.add_metric("trained", x.mean_all()?.mul_scalar(100.0)?);
            }
            context.add_metric("everywhere", x.mean_all()?);
            x.add_scalar(10.0)
        }))
    }
}

/// What is told of goes by its name: in tests, too, where less is told of; and over all calls of a layer that is used twice.
#[test]
fn metrics_from_inside_go_by_their_names() -> Result<()> {
    let input = Input::new([1]).place();
    let talks = Talks.named("talks");
    let output = input.then(&talks)?.then(&talks)?;
    let mut model = Model::functional(&[&input], &[&output])?;
    model.compile(Compile::new(Sgd::new(0.0), "mse"))?;
    let (x, v) = (Tensor::from([[1.0f32], [3.0]]), Tensor::from([[5.0f32]]));
    let history = model.fit(&x, &x, Fit::new().validation_data(&v, &v))?;
    // 2 at the first call, 12 at the second; 5 and 15 of what is tested on.
    assert_eq!(history.last("everywhere"), Some(7.0));
    assert_eq!(history.last("trained"), Some(700.0));
    assert_eq!(history.last("val_everywhere"), Some(10.0));
    assert_eq!(
        history.params.metrics[..3],
        ["loss", "trained", "everywhere"],
        "each name once"
    );
    Ok(())
}

/// A sum and a difference: one layer that gives two outputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Both;

#[typetag::serde]
impl Layer for Both {
    fn build(&self, _: &[Spec], _: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        Ok(Box::new(|inputs: &[Tensor], _: &Context| {
            Ok(vec![inputs[0].add(&inputs[1])?, inputs[0].sub(&inputs[1])?])
        }))
    }
}

#[test]
fn outputs_of_one_layer_have_names_of_their_own() -> Result<()> {
    let (a, b) = (Input::new([1]).place(), Input::new([1]).place());
    let outputs = connect_all(Both.named("both"), &[&a, &b])?;
    let mut model = Model::functional(&[&a, &b], &[&outputs[0], &outputs[1]])?;
    assert_eq!(model.output_names(), ["both", "both_1"]);
    model.compile(
        Compile::new("sgd", "mse")
            .loss_for("both_1", "mae")
            .loss_weight_for("both_1", 10.0),
    )?;
    let (x, z, y) = (
        Tensor::from([[5.0f32]]),
        Tensor::from([[3.0f32]]),
        Tensor::from([[0.0f32]]),
    );
    let logs = model.evaluate([&x, &z], [("both", &y), ("both_1", &y)])?;
    // The square of 8, and ten times 2.
    let found: Vec<(&str, f64)> = logs.iter().collect();
    assert_eq!(found, [("loss", 84.0), ("both_loss", 64.0), ("both_1_loss", 2.0)]);
    Ok(())
}

#[test]
fn numbers_of_the_logs_have_one_name_each() -> Result<()> {
    let dense = || Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    let said = |compile: Compile| dense().compile(compile).unwrap_err().to_string();
    let twice = |name: &str| {
        format!(
            "compile: two numbers of the logs are named {name:?}; give each metric once, or a name of its own: \
             Metric.named(\"...\")"
        )
    };
    let mse = || Compile::new("sgd", "mse");
    assert_eq!(said(mse().metrics(["mae", "mape", "mae"])), twice("mae"));
    assert_eq!(said(mse().metric(Mean.named("loss"))), twice("loss"));
    let apart = mse().metrics([Mean.named("a"), Mean.named("b")]);
    assert!(dense().compile(apart).is_ok());
    // What layers tell of is known when they are called.
    let mut model = Sequential::new().add(Talks.input_shape([1])).into_model();
    model.compile(mse().metric(Mean.named("trained")))?;
    let x = random(&[2, 1], 1);
    assert_eq!(
        model.fit(&x, &x, Fit::new()).unwrap_err().to_string(),
        "add_metric: a layer tells of \"trained\", and the logs have a number of this name; call it otherwise"
    );
    Ok(())
}

/// Adds the squares of what passes to the loss, without a sum: a mistake.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Scattered {
    metric: bool,
}

#[typetag::serde]
impl Layer for Scattered {
    fn build(&self, _: &[Spec], _: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let metric = self.metric;
        Ok(ml_nn::layers::unary(move |x, context| {
            match metric {
                true => context.add_metric("squares", x.square()?),
                false => context.add_loss(x.square()?),
            }
            Ok(x.clone())
        }))
    }
}

#[test]
fn losses_and_metrics_that_are_no_single_numbers_are_refused() -> Result<()> {
    let x = random(&[4, 2], 1);
    let fed = |layers: Sequential| -> Result<String> {
        let mut model = layers.into_model();
        model.compile(Compile::new("sgd", "mse"))?;
        Ok(model.fit(&x, &x, Fit::new()).unwrap_err().to_string())
    };
    let one = |layer: Scattered| Sequential::new().add(layer.input_shape([2]));
    let rule = "does not fit; it must be one number: take the sum or the mean of it";
    let loss = fed(one(Scattered { metric: false }))?;
    assert_eq!(
        loss,
        format!("fit: batch 0 of epoch 0: add_loss: shape [4, 2] {rule}")
    );
    let metric = fed(one(Scattered { metric: true }))?;
    assert_eq!(
        metric,
        format!("fit: batch 0 of epoch 0: add_metric: shape [4, 2] {rule}")
    );
    let penalty = FnRegularizer::new("squares", |w| w.square());
    let dense = Dense::new(2).kernel_regularizer(penalty).input_shape([2]);
    let penalty = fed(Sequential::new().add(dense))?;
    assert_eq!(
        penalty,
        format!("fit: batch 0 of epoch 0: penalty on \"dense/kernel\": penalty: shape [2, 2] {rule}")
    );
    Ok(())
}

/// The mean Huber loss with its count (section 12.3.4).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct HuberMetric {
    threshold: f64,
}

#[typetag::serde]
impl Metric for HuberMetric {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        vec![("total", Tensor::from(0.0)), ("count", Tensor::from(0.0))]
    }

    fn update(&self, state: &[Variable], y_true: &Tensor, y_pred: &Tensor, _: Option<&Tensor>) -> Result<()> {
        let huber = Huber::new(self.threshold)
            .reduction(Reduction::None)
            .value(y_true, y_pred, None)?;
        state[0].assign_add(&huber.sum_all()?.cast(DType::F64)?)?;
        state[1].assign_add(&y_true.size_tensor()?.cast(DType::F64)?)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        state[0].read().div(&state[1].read())
    }
}

#[test]
fn losses_and_metrics_of_ones_own_are_trained_and_known_by_name() -> Result<()> {
    let huber = || {
        FnLoss::new("huber_fn", |y_true, y_pred| {
            let e = y_true.sub(y_pred)?.abs()?;
            let small = e.less(&e.number_like(1.0)?)?;
            Tensor::select(&small, &e.square()?.mul_scalar(0.5)?, &e.sub_scalar(0.5)?)
        })
    };
    let (x, y) = (random(&[64, 3], 1), random(&[64, 1], 2).mul_scalar(4.0)?);
    let mut model = Sequential::new().add(Dense::new(1).input_shape([3])).into_model();
    model.compile(Compile::new("sgd", huber()).metric(HuberMetric { threshold: 1.0 }))?;
    let logs = model.evaluate(&x, &y)?;
    assert!(
        (logs.get("loss").unwrap() - logs.get("huber_metric").unwrap()).abs() < 1e-6,
        "{logs:?}"
    );
    // A function is stored by name; used without being given again it is missed by name.
    let mut again = Model::from_config(&model.config()?)?;
    let error = again.fit(&x, &y, Fit::new()).unwrap_err().to_string();
    assert!(error.contains("\"huber_fn\" was read from a file"), "{error}");
    Ok(())
}

/// Two inputs, three outputs (section 12.3.5).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Three;

#[typetag::serde]
impl Layer for Three {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<2>(inputs)?;
        Ok(Box::new(|x: &[Tensor], _: &Context| {
            Ok(vec![x[0].add(&x[1])?, x[0].mul(&x[1])?, x[0].div(&x[1])?])
        }))
    }
}

#[test]
fn layers_have_several_inputs_and_outputs() -> Result<()> {
    let (a, b) = (
        Input::new([2]).name("a").place(),
        Input::new([2]).name("b").place(),
    );
    let places = connect_all(Three, &[&a, &b])?;
    let model = Model::functional(&[&a, &b], &[&places[0], &places[1], &places[2]])?;
    let (x, z) = (Tensor::from([[6.0f32, 8.0]]), Tensor::from([[2.0f32, 4.0]]));
    let outputs = model.predict_all([&x, &z])?;
    let values: Vec<Vec<f32>> = outputs.iter().map(|y| y.to_vec().unwrap()).collect();
    assert_eq!(values, [[8.0, 12.0], [12.0, 32.0], [3.0, 2.0]]);
    let stack = Sequential::new().add(Three.input_shape([2])).into_model();
    let error = stack.ensure_built().unwrap_err().to_string();
    assert!(
        error.contains("layer \"three\" (Three)") && error.contains("takes 2 inputs, but is fed with 1"),
        "{error}"
    );
    Ok(())
}

/// The loop of section 12.3.9.
#[test]
fn a_loop_by_hand_learns() -> Result<()> {
    let (x, y) = (random(&[64, 4], 1), random(&[64, 1], 2));
    let model = Sequential::new()
        .add(
            Dense::new(8)
                .activation(Activation::Elu(1.0))
                .kernel_constraint(NonNeg)
                .input_shape([4]),
        )
        .add(Dense::new(1))
        .into_model();
    model.ensure_built()?;
    let weights = model.weights();
    let variables: Vec<Variable> = weights.iter().map(|weight| weight.variable.clone()).collect();
    let optimizer = Nadam::new(0.01).bind(&variables)?;
    let (mse, shown) = ("mse", Mean.start());
    let mse = ml_nn::losses::by_name(mse)?;
    let mut means = Vec::new();
    for step in 0..60i64 {
        let tape = Tape::new();
        tape.watch_variables(&variables)?;
        let context = Context::training(1, step);
        let y_pred = model.call(std::slice::from_ref(&x), &context)?.remove(0);
        let loss = mse.call(&y, &y_pred)?.mean_all()?;
        let sources: Vec<&dyn Source> = variables.iter().map(|v| v as &dyn Source).collect();
        optimizer.apply_gradients(&tape.gradient(&loss, &sources)?)?;
        for weight in &weights {
            if let Some(constraint) = &weight.constraint {
                weight
                    .variable
                    .assign(&constraint.apply(&weight.variable.read())?)?;
            }
        }
        shown.reset_state()?;
        means.push(shown.call(&y, &loss)?);
    }
    assert!(means[59] < means[0], "{means:?}");
    assert!(model.get_weights()[0].to_vec::<f32>()?.iter().all(|&w| w >= 0.0));
    Ok(())
}

/// One optimizer for each path of Wide & Deep (section 12.3.9), and one with groups that does the same.
#[test]
fn parts_of_a_network_learn_at_rates_of_their_own() -> Result<()> {
    let network = || -> Result<Model> {
        let (a, b) = (Input::new([2]).place(), Input::new([2]).place());
        let wide = a.then(Dense::new(1).named("wide"))?;
        let deep = b.then(Dense::new(1).named("deep"))?;
        let output = connect(Concatenate::new(), &[&wide, &deep])?;
        Ok(Model::functional(&[&a, &b], &[&output])?.seed(3))
    };
    let (a, b, y) = (random(&[32, 2], 1), random(&[32, 2], 2), random(&[32, 2], 3));
    let mut one = network()?;
    one.compile(Compile::new(
        Sgd::new(0.1).group(Group::new("deep/").rate_factor(0.5)),
        "mse",
    ))?;
    one.fit([&a, &b], &y, Fit::new().shuffle(false))?;

    let two = network()?;
    two.ensure_built()?;
    let of = |name: &str| -> Result<Vec<Variable>> {
        Ok(two
            .layer(name)?
            .weights()
            .iter()
            .map(|w| w.variable.clone())
            .collect())
    };
    let (wide, deep) = (of("wide")?, of("deep")?);
    let (fast, slow) = (Sgd::new(0.1).bind(&wide)?, Sgd::new(0.05).bind(&deep)?);
    let tape = Tape::persistent();
    tape.watch_variables(wide.iter().chain(&deep))?;
    let y_pred = two.call(&[a, b], &Context::training(0, 0i64))?.remove(0);
    let loss = y_pred.square_difference(&y)?.mean_all()?;
    for (optimizer, variables) in [(&fast, &wide), (&slow, &deep)] {
        let sources: Vec<&dyn Source> = variables.iter().map(|v| v as &dyn Source).collect();
        optimizer.apply_gradients(&tape.gradient(&loss, &sources)?)?;
    }
    drop(tape);
    for (a, b) in one.get_weights().iter().zip(two.get_weights()) {
        assert!(a.all_close(&b, 1e-6, 1e-6)?, "{a:?}, not {b:?}");
    }
    Ok(())
}

#[test]
fn rates_follow_schedules_step_by_step_and_cannot_be_set_then() -> Result<()> {
    let x = Tensor::ones([4, 1], DType::F32)?;
    let y = Tensor::zeros([4, 1], DType::F32)?;
    let mut model = Sequential::new()
        .add(Dense::new(1).use_bias(false).input_shape([1]))
        .into_model();
    // Gradient 2w: one step halves the weight, from the third on it stays.
    model.compile(Compile::new(
        Sgd::new(PiecewiseConstantDecay::new([1.0], [0.25, 0.0])),
        "mse",
    ))?;
    model.set_weights(&[Tensor::from([[8.0f32]])])?;
    model.fit(&x, &y, Fit::new().epochs(4))?;
    assert_eq!(model.get_weights()[0].item::<f32>()?, 2.0);
    assert!(
        model
            .optimizer()?
            .set_learning_rate(0.1)
            .unwrap_err()
            .to_string()
            .contains("schedule")
    );
    model.compile(Compile::new(Sgd::new(0.25), "mse"))?;
    model.optimizer()?.set_learning_rate(0.5)?;
    model.fit(&x, &y, Fit::new())?;
    assert_eq!(model.get_weights()[0].item::<f32>()?, 0.0);
    Ok(())
}

#[test]
fn networks_of_f64_and_penalties_on_outputs() -> Result<()> {
    let x = Tensor::from([[1.0, -2.0], [3.0, 4.0]]);
    let mut model = Sequential::new()
        .add(InputLayer::new([2]).dtype(DType::F64))
        .add(Lambda::new("twice", |x| x.mul_scalar(2.0)))
        .add(
            Dense::new(2)
                .kernel_initializer(ml_nn::initializers::Identity(1.0))
                .activity_regularizer(L1(0.5)),
        )
        .into_model();
    model.compile(Compile::new("sgd", "mse"))?;
    assert_eq!(model.get_weights()[0].dtype(), DType::F64);
    // Outputs are twice the inputs: no error; the penalty is 0.5 · (2 + 4 + 6 + 8) / 2 examples.
    let logs = model.evaluate(&x, &x.mul_scalar(2.0)?)?;
    assert_eq!(logs.get("loss"), Some(5.0));
    let error = model.predict(&x.cast(DType::F32)?).unwrap_err().to_string();
    assert!(error.contains("to be f64[?, 2], but got f32[2, 2]"), "{error}");
    Ok(())
}
