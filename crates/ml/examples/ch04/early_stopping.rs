//! Early stopping, with the way back.

use ml::{
    classic::{
        linear::{
            EarlyStopping, Ending, FittedSGDRegressor, GradientDescent, LearningRate, Penalty, SGDRegressor,
            Schedule, with_bias,
        },
        metrics::{mean_squared_error, root_mean_squared_error},
    },
    core::ndarray::{Axis, s},
    data::{
        pipeline::Pipeline,
        preprocess::{PolynomialFeatures, StandardScaler},
        split::TrainTestSplit,
    },
    plot::{Color, Dash, Figure, Legend},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

/// Scaled powers up to 90 of half the rows each, and their targets.
struct Halves {
    x_train: Array2<f64>,
    x_val: Array2<f64>,
    y_train: Array1<f64>,
    y_val: Array1<f64>,
}

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let halves = prepared()?;
    by_loop(book, &halves)?;
    by_call(book, &halves)?;
    endings(book, &halves)
}

fn prepared() -> AnyResult<Halves> {
    let (x, y) = data::parabola();
    let (x, y) = (x.slice(s![..50, ..]), y.slice(s![..50]));
    let split = TrainTestSplit::default().test_size(0.5).seed(Seed::numpy(10));
    let ((x_train, y_train), (x_val, y_val)) = split.split((x, y))?;
    let poly_scaler = Pipeline::new()
        .step(
            "poly_features",
            PolynomialFeatures::default().degree(90).include_bias(false),
        )
        .step("std_scaler", StandardScaler::default())
        .fit(&x_train, ())?;
    let powers = |x: &Array2<f64>| -> Result<Array2<f64>> { poly_scaler.transform(x)?.into_dense("powers") };
    Ok(Halves {
        x_train: powers(&x_train)?,
        x_val: powers(&x_val)?,
        y_train,
        y_val,
    })
}

/// One epoch a fit, at a constant rate.
fn one_epoch() -> SGDRegressor {
    SGDRegressor::default()
        .max_iter(1)
        .tol(None)
        .penalty(Penalty::None)
        .learning_rate(LearningRate::Constant)
        .eta0(0.0005)
        .seed(Seed::numpy(42))
}

/// The book's loop: a thousand fits of one epoch, each going on from the last; the best is kept whole.
fn by_loop(book: &mut Chapter, halves: &Halves) -> AnyResult {
    book.section("Early stopping by a loop");
    let Halves {
        x_train,
        x_val,
        y_train,
        y_val,
    } = halves;
    let sgd = one_epoch();
    let mut model = sgd.start(x_train.ncols())?;
    let (mut minimum, mut best_epoch, mut best) = (f64::INFINITY, 0, model.clone());
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    for epoch in 0..1000 {
        model = sgd.fit_from(x_train.view(), y_train.view(), &model, &FitContext::default())?;
        training.push(root_mean_squared_error(
            y_train.view(),
            model.predict(x_train.view())?.view(),
        )?);
        let error = mean_squared_error(y_val.view(), model.predict(x_val.view())?.view())?;
        validation.push(error.sqrt());
        if error < minimum {
            (minimum, best_epoch, best) = (error, epoch, model.clone());
        }
    }
    // What Scikit-Learn 1.9 finds on the same rows, with the same shuffles.
    book.number(
        "C04-081",
        "best epoch (not in the book; Scikit-Learn)",
        f64::from(best_epoch),
        Book::Exact(239.0),
    );
    book.number(
        "C04-081",
        "its validation MSE",
        minimum,
        Book::Digits(1.351_311_051_2, 8),
    );
    book.number(
        "C04-083",
        "validation RMSE after 1000 epochs",
        validation[999],
        Book::Digits(1.643_857_687_8, 8),
    );
    let again = mean_squared_error(y_val.view(), best.predict(x_val.view())?.view())?;
    book.number(
        "C04-084",
        "the copy of the best epoch still has its weights",
        again,
        Book::Exact(minimum),
    );
    let rises = training[999] < training[best_epoch as usize] && validation[999] > 1.2 * minimum.sqrt();
    book.claim(
        "C04-079",
        "after the best epoch the training error still falls, the validation error rises",
        format!(
            "training {:.3} to {:.3}, validation {:.3} to {:.3}",
            training[best_epoch as usize],
            training[999],
            minimum.sqrt(),
            validation[999]
        ),
        rises,
    );
    let mut figure = Figure::new(620, 380);
    let axes = figure.axes();
    axes.x_label("epoch")
        .y_label("RMSE")
        .x_limits(0.0, 1000.0)
        .y_limits(0.0, 3.5)
        .legend(Legend::UpperRight);
    axes.line(0..1000, &validation)?
        .color(Color::BLUE)
        .label("validation");
    axes.line(0..1000, &training)?
        .color(Color::RED)
        .dash(Dash::Dashed)
        .label("training");
    axes.hline(minimum.sqrt()).width(0.9);
    axes.scatter([best_epoch], [minimum.sqrt()])?
        .color(Color::BLACK)
        .size(7.0);
    axes.annotate("best model", best_epoch, minimum.sqrt())
        .offset(30.0, -60.0)
        .arrow(true);
    book.figure("4-20", "early stopping", &figure)?;
    Ok(())
}

/// The library's loop: it waits for a while, and rolls back.
fn by_call(book: &mut Chapter, halves: &Halves) -> AnyResult {
    book.section("Early stopping by EarlyStopping");
    let Halves {
        x_train,
        x_val,
        y_train,
        y_val,
    } = halves;
    let sgd = one_epoch();
    let step = |model: &mut FittedSGDRegressor| {
        *model = sgd.fit_from(x_train.view(), y_train.view(), model, &FitContext::default())?;
        Ok(())
    };
    let errors = |model: &FittedSGDRegressor| {
        let mse =
            |x: &Array2<f64>, y: &Array1<f64>| mean_squared_error(y.view(), model.predict(x.view())?.view());
        Ok((mse(x_train, y_train)?, mse(x_val, y_val)?))
    };
    let patient = EarlyStopping::default().patience(50);
    let stopped = patient.run(sgd.start(x_train.ncols())?, step, errors)?;
    book.number(
        "C04-080",
        "the best epoch, counted from 1",
        stopped.best_epoch as f64,
        Book::Exact(240.0),
    );
    book.number(
        "C04-080",
        "stopped 50 epochs later",
        stopped.validation_errors.len() as f64,
        Book::Exact(290.0),
    );
    let error = mean_squared_error(y_val.view(), stopped.best.predict(x_val.view())?.view())?;
    book.number(
        "C04-080",
        "the model that comes back is the best",
        error,
        Book::Exact(stopped.best_error),
    );
    Ok(())
}

/// A validation error that rises: overfitting where the training error falls, divergence where it rises too.
fn endings(book: &mut Chapter, halves: &Halves) -> AnyResult {
    book.section("Diverging or overfitting");
    let Halves {
        x_train,
        x_val,
        y_train,
        y_val,
    } = halves;
    let (wide, wide_val) = (with_bias(x_train.view()), with_bias(x_val.view()));
    let mut found = Vec::new();
    for rate in [0.005, 0.1] {
        let how = GradientDescent::default()
            .epochs(1)
            .schedule(Schedule::Constant(rate));
        let step = |theta: &mut Array1<f64>| {
            let gradient = how.gradient(wide.view(), y_train.view(), theta);
            theta.scaled_add(-rate, &gradient);
            Ok(())
        };
        let errors = |theta: &Array1<f64>| {
            let mse = |x: &Array2<f64>, y: &Array1<f64>| how.cost(x.view(), y.view(), theta);
            Ok((mse(&wide, y_train), mse(&wide_val, y_val)))
        };
        let start = Array1::zeros(wide.len_of(Axis(1)));
        found.push(
            EarlyStopping::default()
                .patience(20)
                .run(start, step, errors)?
                .ending,
        );
    }
    book.claim(
        "C04-085",
        "a low rate ends by overfitting, a high one by diverging",
        format!("{found:?}"),
        found == [Ending::Overfitting, Ending::Diverging],
    );
    Ok(())
}
