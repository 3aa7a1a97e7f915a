//! What training is fed with: several inputs from batches, weights of every shape, parts of epochs.

use std::cell::Cell;

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Compile, Evaluate, Fit, Input, Model, Sequential, connect,
    layers::{Concatenate, Dense, IntoLayer},
    losses::{IntoLoss, MeanAbsoluteError, MeanSquaredError, Reduction},
    metrics::{IntoMetric, MeanOf},
    optimizers::Sgd,
    training::Batch,
};

use crate::random;

/// `y = x` with errors that are known, and that does not learn.
fn identity() -> Result<Model> {
    let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    model.compile(Compile::new(Sgd::new(0.0), "mse").metric("mae"))?;
    model.set_weights(&[Tensor::from([[1.0f32]]), Tensor::from([0.0f32])])?;
    Ok(model)
}

/// Two inputs of one and two numbers, two outputs.
fn forked() -> Result<Model> {
    let (wide, deep) = (
        Input::new([1]).name("wide").place(),
        Input::new([2]).name("deep").place(),
    );
    let hidden = deep.then(Dense::new(4))?;
    let main = connect(Concatenate::new(), &[&wide, &hidden])?.then(Dense::new(1).named("main"))?;
    let aux = hidden.then(Dense::new(1).named("aux"))?;
    let mut model = Model::functional(&[&wide, &deep], &[&main, &aux])?;
    model.compile(Compile::new(Sgd::new(0.05), "mse"))?;
    Ok(model)
}

/// Batches are borrowed from whoever has them, go in by name, and may never end.
#[test]
fn batches_of_several_inputs_are_borrowed_and_cut_into_epochs() -> Result<()> {
    let (a, b, y) = (random(&[40, 1], 1), random(&[40, 2], 2), random(&[40, 1], 3));
    let (drawn, epochs) = (Cell::new(0), Cell::new(Vec::new()));
    let rows = |tensor: &Tensor, part: isize| tensor.narrow(0, Some(10 * part), Some(10 * part + 10));
    let batch = |number: usize| -> Result<Batch> {
        drawn.set(drawn.get() + 1);
        let part = number as isize % 4;
        let (a, b, y) = (rows(&a, part)?, rows(&b, part)?, rows(&y, part)?);
        Ok(Batch::new(
            [("deep", &b), ("wide", &a)],
            [("aux", &y), ("main", &y)],
        ))
    };
    let mut model = forked()?;
    let fit = Fit::new()
        .initial_epoch(2)
        .epochs(5)
        .steps_per_epoch(7)
        .validation_data([&a, &b], [&y, &y]);
    let history = model.fit_batches(
        |epoch| {
            let mut seen = epochs.take();
            seen.push(epoch);
            epochs.set(seen);
            (0..).map(&batch)
        },
        fit,
    )?;
    assert_eq!(epochs.take(), [2, 3, 4]);
    assert_eq!(history.epoch, [2, 3, 4]);
    assert_eq!((drawn.get(), history.params.steps), (21, Some(7)));
    assert_eq!(model.optimizer()?.iterations().value().item::<i64>()?, 21);
    let losses = history.get("val_main_loss");
    assert!(losses.len() == 3 && losses[2] < losses[0], "{history:?}");
    // The same steps from arrays, which hold the rows in the order of the batches, to the same bits.
    let mut again = forked()?;
    for _ in 0..5 {
        for part in 0..4 {
            again.train_on_batch([&rows(&a, part)?, &rows(&b, part)?], [&rows(&y, part)?; 2])?;
        }
    }
    again.train_on_batch([&rows(&a, 0)?, &rows(&b, 0)?], [&rows(&y, 0)?; 2])?;
    // Each epoch of seven steps began anew with the first batch: 0 1 2 3 0 1 2, thrice.
    let mut third = forked()?;
    for _ in 0..3 {
        for number in 0..7 {
            let part = number % 4;
            third.train_on_batch([&rows(&a, part)?, &rows(&b, part)?], [&rows(&y, part)?; 2])?;
        }
    }
    let bits = |model: &Model| -> Vec<Vec<f32>> {
        model.get_weights().iter().map(|w| w.to_vec().unwrap()).collect()
    };
    assert_eq!(bits(&model), bits(&third));
    assert_ne!(
        bits(&model),
        bits(&again),
        "another order of batches is another training"
    );
    Ok(())
}

#[test]
fn an_epoch_that_counts_as_done_is_not_trained() -> Result<()> {
    let (x, y) = (random(&[4, 1], 1), random(&[4, 1], 2));
    let history = identity()?.fit(&x, &y, Fit::new().epochs(3).initial_epoch(3))?;
    assert!(history.epoch.is_empty() && history.last("loss").is_none());
    let some = identity()?.fit(&x, &y, Fit::new().batch_size(1).steps_per_epoch(3))?;
    assert_eq!(some.params.steps, Some(3));
    Ok(())
}

/// Classes, examples and the rows held out, all at once and by hand.
#[test]
fn weights_of_classes_and_examples_beside_a_split() -> Result<()> {
    let x = Tensor::from([[1.0f32], [2.0], [3.0], [4.0], [5.0], [7.0]]);
    let y = Tensor::from([[0.0f32], [1.0], [0.0], [1.0], [0.0], [1.0]]);
    let fit = || {
        Fit::new()
            .validation_split(1.0 / 3.0)
            .sample_weight(&Tensor::from([1.0f32, 3.0, 0.5, 1.0, 2.0, 0.25]))
            .class_weight([(0, 2.0)])
    };
    let history = identity()?.fit(&x, &y, fit())?;
    // Errors 1, 1, 9, 9 with weights 2, 3, 1, 1; then 25, 36 with weights 4, 0.25.
    assert_eq!(history.last("loss"), Some((2.0 + 3.0 + 9.0 + 9.0) / 4.0));
    assert_eq!(history.last("val_loss"), Some((4.0 * 25.0 + 0.25 * 36.0) / 2.0));
    // A metric is a weighted mean: of 1, 1, 3, 3.
    assert_eq!(history.last("mae"), Some((2.0 + 3.0 + 3.0 + 3.0) / 7.0));
    let both = fit().validation_data(&x, &y);
    assert_eq!(
        identity()?.fit(&x, &y, both).unwrap_err().to_string(),
        "validation_split = 0.3333333333333333: must be 0 beside validation_data: give one of the two"
    );
    Ok(())
}

/// A column of weights is a weight for each example: it does not weigh every loss with every weight.
#[test]
fn weights_of_every_shape() -> Result<()> {
    let x = Tensor::from([[1.0f32], [2.0], [3.0]]);
    let y = Tensor::from([[0.0f32], [0.0], [0.0]]);
    let expected = (1.0 + 4.0 * 3.0) / 3.0;
    let row = Tensor::from([1.0f32, 3.0, 0.0]);
    let column = row.reshape(&[3, 1])?;
    let model = identity()?;
    for weights in [&row, &column, &row.cast(DType::F64)?, &row.cast(DType::I64)?] {
        let logs = model.evaluate_with(&x, &y, Evaluate::new().sample_weight(weights))?;
        assert!((logs.get("loss").unwrap() - expected).abs() < 1e-6, "{logs:?}");
        assert!(
            (logs.get("mae").unwrap() - (1.0 + 6.0) / 4.0).abs() < 1e-6,
            "{logs:?}"
        );
        let mut trained = identity()?;
        let history = trained.fit(&x, &y, Fit::new().sample_weight(weights))?;
        assert!((history.last("loss").unwrap() - expected).abs() < 1e-6);
    }
    let wide = Tensor::ones([3, 2], DType::F32)?;
    let error = model.evaluate_with(&x, &y, Evaluate::new().sample_weight(&wide));
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("sample_weight: cannot combine shape [3, 2] with [3]")
            && error.contains("one for each example, or one for each of the losses"),
        "{error}"
    );
    // A weight for each of several losses of an example; one for each example is stretched.
    let (y_true, y_pred) = (
        Tensor::zeros([2, 2, 1], DType::F32)?,
        Tensor::ones([2, 2, 1], DType::F32)?,
    );
    let loss = |weights: &Tensor| {
        let loss = MeanSquaredError.reduction(Reduction::Sum);
        loss.value(&y_true, &y_pred, Some(weights))?.item::<f32>()
    };
    assert_eq!(loss(&Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]))?, 10.0);
    assert_eq!(loss(&Tensor::from([1.0f32, 2.0]))?, 6.0);
    let metric = MeanOf::new(MeanAbsoluteError).start();
    metric.update_state(&y_true, &y_pred, Some(&Tensor::from([[1.0f32], [0.0]])))?;
    assert_eq!(metric.result()?, 1.0);
    Ok(())
}
