//! `compile`, `fit`, `evaluate`, `predict`: one function or operation by operation, weights, validation, errors.

use ml_core::{Error, Result, Tensor, graph::RunOptions};
use ml_nn::{
    Activation, Compile, Fit, Input, Model, Sequential,
    callbacks::{Callback, Run},
    connect,
    layers::{BatchNormalization, Concatenate, Dense, Dropout, IntoLayer},
    optimizers::{Adam, IntoOptimizer, Sgd},
    regularizers::L2,
    training::Batch,
};

use crate::random;

/// 100 examples of 6 numbers, in 3 classes.
fn classes() -> Result<(Tensor, Tensor)> {
    let x = random(&[100, 6], 1);
    let y = x.narrow(1, Some(0), Some(3))?.argmax(1)?;
    Ok((x, y))
}

/// Everything that makes steps differ: dropout, moving averages, penalties.
fn network() -> Model {
    Sequential::new()
        .add(
            Dense::new(16)
                .activation(Activation::Relu)
                .kernel_regularizer(L2(0.001))
                .input_shape([6]),
        )
        .add(BatchNormalization::new())
        .add(Dropout::new(0.3))
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model()
        .seed(7)
}

fn trained(change: impl Fn(Compile) -> Compile) -> Result<(Model, Vec<f64>)> {
    let (x, y) = classes()?;
    let mut model = network();
    let compile = Compile::new(Adam::new(0.01), "sparse_categorical_crossentropy").metric("accuracy");
    model.compile(change(compile))?;
    let history = model.fit(&x, &y, Fit::new().epochs(4).validation_split(0.1))?;
    let losses = ["loss", "val_loss", "accuracy"].map(|name| history.get(name).to_vec());
    Ok((model, losses.concat()))
}

fn bits(model: &Model) -> Vec<Vec<f32>> {
    model.get_weights().iter().map(|w| w.to_vec().unwrap()).collect()
}

#[test]
fn one_function_does_what_the_operations_do_one_by_one_on_any_threads() -> Result<()> {
    let (model, losses) = trained(|compile| compile)?;
    assert!(losses[3] < losses[0], "{losses:?}");
    // 90 examples: two batches of 32 and one of 26; tested on 10. Each shape is traced once.
    assert!(model.trace_count()? <= 3, "{}", model.trace_count()?);
    let (eager, eagerly) = trained(|compile| compile.run_eagerly(true))?;
    for (a, b) in losses.iter().zip(&eagerly) {
        assert!((a - b).abs() < 1e-5, "{losses:?}, not {eagerly:?}");
    }
    for (a, b) in bits(&model).iter().flatten().zip(bits(&eager).iter().flatten()) {
        assert!((a - b).abs() < 1e-4, "{a}, not {b}");
    }
    for threads in [1, 2] {
        let options = RunOptions::default().inter_op(1).intra_op(threads);
        let (again, same) = trained(|compile| compile.options(options))?;
        assert_eq!((bits(&again), same), (bits(&model), losses.clone()));
    }
    Ok(())
}

#[test]
fn moving_averages_are_moved_once_a_step_and_used_for_answers() -> Result<()> {
    let mut model = Sequential::new()
        .add(BatchNormalization::new().momentum(0.5).input_shape([1]))
        .into_model();
    model.compile(Compile::new(Sgd::new(0.0), "mse"))?;
    let x = Tensor::from([[1.0f32], [3.0]]);
    model.fit(&x, &x, Fit::new())?;
    // Mean 2, variance 1: halfway from 0 and 1.
    let weights: Vec<f32> = model.get_weights().iter().map(|w| w.item().unwrap()).collect();
    assert_eq!(weights, [1.0, 0.0, 1.0, 1.0]);
    let y = model.predict(&x)?.to_vec::<f32>()?;
    let root = 1.001f32.sqrt();
    assert!((y[0]).abs() < 1e-6 && (y[1] - 2.0 / root).abs() < 1e-6, "{y:?}");
    model.layer("batch_normalization")?.set_trainable(false);
    model.compile(Compile::new(Sgd::new(0.1), "mse"))?;
    model.fit(&x, &x, Fit::new())?;
    assert_eq!(
        model.get_weights()[2].item::<f32>()?,
        1.0,
        "a frozen layer keeps its averages"
    );
    Ok(())
}

/// A regression of two outputs with losses weighted 0.9 and 0.1. Reproduces N10-22.
#[test]
fn the_whole_loss_is_the_weighted_sum_and_penalties() -> Result<()> {
    let (wide, deep) = (
        Input::new([2]).name("wide").place(),
        Input::new([3]).name("deep").place(),
    );
    let hidden = deep.then(
        Dense::new(4)
            .activation(Activation::Relu)
            .kernel_regularizer(L2(0.5)),
    )?;
    let main = connect(Concatenate::new(), &[&wide, &hidden])?.then(Dense::new(1).named("main"))?;
    let aux = hidden.then(Dense::new(1).named("aux"))?;
    let mut model = Model::functional(&[&wide, &deep], &[&main, &aux])?;
    model.compile(
        Compile::new(Sgd::new(0.01), "mse")
            .loss_weights([0.9, 0.1])
            .metric_for("aux", "mae"),
    )?;
    let (a, b, y) = (random(&[50, 2], 1), random(&[50, 3], 2), random(&[50, 1], 3));
    let logs = model.evaluate([&a, &b], [&y, &y])?;
    let names: Vec<&str> = logs.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["loss", "main_loss", "aux_loss", "aux_mae"]);
    let kernel = model.layer("dense")?.get_weights()[0].to_vec::<f32>()?;
    let penalty = 0.5 * kernel.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>();
    let get = |name| logs.get(name).unwrap();
    let expected = 0.9 * get("main_loss") + 0.1 * get("aux_loss") + penalty;
    assert!((get("loss") - expected).abs() < 1e-5, "{logs:?}");
    let history = model.fit([("deep", &b), ("wide", &a)], [&y, &y], Fit::new().epochs(3))?;
    assert!(history.get("loss")[2] < history.get("loss")[0]);
    assert_eq!(
        history.params.metrics,
        ["loss", "main_loss", "aux_loss", "aux_mae"]
    );
    Ok(())
}

#[test]
fn going_on_gives_the_bits_of_one_training() -> Result<()> {
    let (x, y) = classes()?;
    let start = || -> Result<Model> {
        let mut model = network();
        model.compile(Compile::new(Adam::new(0.01), "sparse_categorical_crossentropy"))?;
        Ok(model)
    };
    let mut whole = start()?;
    whole.fit(&x, &y, Fit::new().epochs(4))?;
    let mut first = start()?;
    first.fit(&x, &y, Fit::new().epochs(2))?;
    // In another process: weights and what the optimizer keeps are all there is.
    let mut second = start()?;
    second.set_weights(&first.get_weights())?;
    for (to, from) in second.optimizer()?.state().iter().zip(first.optimizer()?.state()) {
        to.assign(&from.value())?;
    }
    second.fit(&x, &y, Fit::new().epochs(4).initial_epoch(2))?;
    assert_eq!(bits(&second), bits(&whole));
    Ok(())
}

#[test]
fn weights_of_examples_and_classes_multiply() -> Result<()> {
    let x = Tensor::from([[1.0f32], [2.0], [3.0], [4.0]]);
    let y = Tensor::from([[0.0f32], [1.0], [0.0], [1.0]]);
    let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    model.compile(Compile::new(Sgd::new(0.0), "mse"))?;
    model.set_weights(&[Tensor::from([[1.0f32]]), Tensor::from([0.0f32])])?;
    // Errors 1, 1, 9, 9; weights 1·2, 3·1, 0·2, 1·1 by hand: (2 + 3 + 0 + 9) / 4.
    let fit = Fit::new()
        .sample_weight(&Tensor::from([1.0f32, 3.0, 0.0, 1.0]))
        .class_weight([(0, 2.0)]);
    assert_eq!(model.fit(&x, &y, fit)?.last("loss"), Some(3.5));
    Ok(())
}

#[test]
fn batches_of_ones_own_train_too() -> Result<()> {
    let (x, y) = classes()?;
    let mut model = Sequential::new()
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model();
    model.compile(Compile::new(Sgd::new(0.5), "sparse_categorical_crossentropy"))?;
    let batches = move |_: usize| {
        let (x, y) = (x.clone(), y.clone());
        (0..5).map(move |part| {
            let rows = |t: &Tensor| t.narrow(0, Some(part * 20), Some(part * 20 + 20));
            Ok(Batch::new(rows(&x)?, rows(&y)?))
        })
    };
    let history = model.fit_batches(batches, Fit::new().epochs(5))?;
    assert!(history.get("loss")[4] < history.get("loss")[0], "{history:?}");
    assert_eq!(model.optimizer()?.iterations().value().item::<i64>()?, 25);
    Ok(())
}

/// Writes down which hooks were called.
#[derive(Default)]
struct Diary(Vec<String>);

impl Callback for Diary {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.0.push("train".to_owned());
        Ok(())
    }

    fn on_train_batch_end(&mut self, batch: usize, _: &mut Run<'_>) -> Result<()> {
        self.0.push(format!("batch {batch}"));
        Ok(())
    }

    fn on_test_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.0.push("tested".to_owned());
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        self.0.push(format!("epoch {epoch}"));
        if let Some(logs) = run.logs_mut() {
            logs.insert("own", 5.0);
        }
        run.stop_training();
        Ok(())
    }
}

#[test]
fn callbacks_are_called_in_order_and_can_stop() -> Result<()> {
    let (x, y) = classes()?;
    let mut model = network();
    model.compile(Compile::new("sgd", "sparse_categorical_crossentropy"))?;
    let mut diary = Diary::default();
    let fit = Fit::new()
        .epochs(9)
        .batch_size(50)
        .validation_data(&x, &y)
        .callback(&mut diary);
    let history = model.fit(&x, &y, fit)?;
    assert_eq!(diary.0, ["train", "batch 0", "batch 1", "tested", "epoch 0"]);
    assert_eq!((history.epoch.len(), history.last("own")), (1, Some(5.0)));
    Ok(())
}

#[test]
fn clipping_bounds_what_a_step_does() -> Result<()> {
    let (x, y) = (Tensor::from([[1000.0f32]]), Tensor::from([[0.0f32]]));
    let mut model = Sequential::new()
        .add(Dense::new(1).use_bias(false).input_shape([1]))
        .into_model();
    for (optimizer, bound) in [
        (Sgd::new(1.0).clipnorm(0.25), 0.25),
        (Sgd::new(1.0).clipvalue(0.5), 0.5),
    ] {
        model.compile(Compile::new(optimizer, "mse"))?;
        model.set_weights(&[Tensor::from([[3.0f32]])])?;
        model.fit(&x, &y, Fit::new())?;
        assert!((model.get_weights()[0].item::<f32>()? - (3.0 - bound)).abs() < 1e-6);
    }
    let both = Sgd::new(1.0).clipnorm(1.0).clipvalue(1.0);
    let error = model.compile(Compile::new(both, "mse")).unwrap_err().to_string();
    assert!(error.contains("at most one of"), "{error}");
    Ok(())
}

#[test]
fn mistakes_are_answered_with_what_and_where() -> Result<()> {
    let (x, y) = classes()?;
    let message = |result: Result<ml_nn::History>| result.unwrap_err().to_string();
    let mut model = network();
    assert!(message(model.fit(&x, &y, Fit::new())).contains("is not compiled"));
    let error = model.compile(Compile::new("sdg", "mse")).unwrap_err().to_string();
    assert!(
        error.contains("optimizer = \"sdg\"") && error.contains("nadam"),
        "{error}"
    );
    model.compile(Compile::new("sgd", "sparse_categorical_crossentropy"))?;
    for (fit, text) in [
        (Fit::new().batch_size(0), "batch_size = 0"),
        (Fit::new().validation_split(0.999), "leaves 0 for training"),
        (Fit::new().validation_split(1.0), "validation_split = 1"),
    ] {
        let error = message(model.fit(&x, &y, fit));
        assert!(error.contains(text), "{error}");
    }
    let error = message(model.fit(&x, &y.narrow(0, Some(0), Some(7))?, Fit::new()));
    assert!(error.contains("100 rows") && error.contains("7"), "{error}");
    let error = message(model.fit([&x, &x], &y, Fit::new()));
    assert!(error.contains("2 tensors for 1 (dense_input)"), "{error}");
    let none = x.narrow(0, Some(0), Some(0))?;
    assert!(
        message(model.fit(&none, &y.narrow(0, Some(0), Some(0))?, Fit::new())).contains("the data is empty")
    );
    let mut holed = x.to_vec::<f32>()?;
    holed[13] = f32::NAN;
    let error = model
        .fit(&Tensor::from_vec(holed, [100, 6])?, &y, Fit::new())
        .unwrap_err();
    assert!(matches!(error, Error::NotFinite { row: 2, .. }), "{error}");
    let high = y.add_scalar(1.0)?;
    let error = message(model.fit(&x, &high, Fit::new()));
    assert!(
        error.contains("batch") && error.contains("takes 0 to 2, but the number at place 0 is 3"),
        "{error}"
    );
    let wide = message(model.fit(random(&[100, 5], 1), &y, Fit::new()));
    assert!(
        wide.contains("expected dense_input to be f32[?, 6], but got f32[100, 5]"),
        "{wide}"
    );
    let error = message(model.fit(&x, random(&[100], 2), Fit::new()));
    assert!(error.contains("class numbers"), "{error}");
    let error = model
        .compile(Compile::new("sgd", "mse").loss_for("nowhere", "mae"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("there is no output \"nowhere\"; there are: dense_1"),
        "{error}"
    );
    Ok(())
}
