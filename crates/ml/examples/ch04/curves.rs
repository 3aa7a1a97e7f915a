//! Learning curves.

use ml::{
    classic::{
        linear::LinearRegression,
        metrics::mean_squared_error,
        model_selection::{CrossValidation, Diagnosis, Verdict, learning_curve},
    },
    core::ndarray::Axis,
    data::{
        pipeline::Pipeline,
        preprocess::PolynomialFeatures,
        split::{ShuffleSplit, TrainTestSplit},
    },
    plot::{Color, Figure, Legend, Marker},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

/// Training and validation RMSE after 1, 2, ... rows.
type Curves = (Vec<f64>, Vec<f64>);

/// What Scikit-Learn 1.9 gives for the same split at the end: training and validation RMSE.
const ENDS: [(&str, f64, f64); 2] = [
    ("a line", 1.726_838_15, 1.819_610_98),
    ("degree 10", 0.807_695_41, 1.091_502_66),
];

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Learning curves");
    let (x, y) = data::parabola();
    let line = LinearRegression::default();
    let tenth = Pipeline::new()
        .step(
            "poly_features",
            PolynomialFeatures::default().degree(10).include_bias(false),
        )
        .model("lin_reg", LinearRegression::default());
    let under = plot_learning_curves(&line, &x, &y)?;
    let over = plot_learning_curves(&tenth, &x, &y)?;
    book.figure("4-15", "learning curves of a line", &draw(&under)?)?;
    book.figure(
        "4-16",
        "learning curves of a polynomial of degree 10",
        &draw(&over)?,
    )?;
    for ((name, training, validation), curves) in ENDS.into_iter().zip([&under, &over]) {
        let ends = [
            ("training", &curves.0, training),
            ("validation", &curves.1, validation),
        ];
        for (which, ours, reference) in ends {
            let label = format!("{name}: {which} RMSE at 79 rows (not in the book; Scikit-Learn)");
            book.number("C04-049", &label, ours[78], Book::Digits(reference, 6));
        }
    }
    reading(book, &under, &over);
    by_call(book, &line, (&x, &y), &under)
}

/// The book's function: a fit for every number of training rows.
fn plot_learning_curves(model: &dyn Estimator, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult<Curves> {
    let halves = TrainTestSplit::default().test_size(0.2).seed(Seed::numpy(10));
    let ((x_train, y_train), (x_val, y_val)) = halves.split((x, y))?;
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    for rows in 1..x_train.nrows() {
        let first: Vec<usize> = (0..rows).collect();
        let (x_part, y_part) = (x_train.select(Axis(0), &first), y_train.select(Axis(0), &first));
        let (x_part, x_val): (Features, Features) = (x_part.into(), x_val.clone().into());
        let fitted = model.fit_features(&x_part, &y_part.clone().into(), &FitContext::default())?;
        let rmse = |x: &Features, y: &Array1<f64>| -> Result<f64> {
            let predicted = fitted.predict_features(x)?.numbers("learning curves")?;
            Ok(mean_squared_error(y.view(), predicted.view())?.sqrt())
        };
        training.push(rmse(&x_part, &y_part)?);
        validation.push(rmse(&x_val, &y_val)?);
    }
    Ok((training, validation))
}

fn draw((training, validation): &Curves) -> Result<Figure> {
    let mut figure = Figure::new(560, 360);
    let axes = figure.axes();
    axes.x_label("training rows")
        .y_label("RMSE")
        .x_limits(0.0, 80.0)
        .y_limits(0.0, 3.0)
        .legend(Legend::UpperRight);
    axes.line(1..=training.len(), training)?
        .color(Color::RED)
        .marker(Marker::Plus)
        .width(1.4)
        .label("training");
    axes.line(1..=validation.len(), validation)?
        .color(Color::BLUE)
        .width(2.2)
        .label("validation");
    Ok(figure)
}

/// What the curves say.
fn reading(book: &mut Chapter, under: &Curves, over: &Curves) {
    let end = |curve: &[f64]| curve[curve.len() - 20..].iter().sum::<f64>() / 20.0;
    let (train, validation) = (end(&under.0), end(&under.1));
    book.claim(
        "C04-053",
        "a line: from 0 to a plateau, close to the validation error, both high",
        format!("first {:.2}, plateaus {train:.2} and {validation:.2}", under.0[0]),
        under.0[0] < 1e-9 && validation - train < 0.2 && train > 1.5,
    );
    let (lower, higher) = (end(&over.0), end(&over.1));
    book.claim(
        "C04-054",
        "degree 10: a much lower training error, and a gap",
        format!("plateaus {lower:.2} and {higher:.2}"),
        lower < 0.6 * train && higher - lower > 2.0 * (validation - train),
    );
    // The noise has a deviation of 1: an RMSE near it is what can be had.
    let verdicts = [(train, validation), (lower, higher)].map(|(train, validation)| {
        let diagnosis = Diagnosis::new(-train, -validation, -1.05);
        println!("  {diagnosis}");
        diagnosis.verdict()
    });
    book.claim(
        "C04-055",
        "high bias underfits, high variance overfits",
        format!("{verdicts:?}"),
        verdicts == [Verdict::Underfit, Verdict::Overfit],
    );
}

/// The library's function on the same rows.
fn by_call(
    book: &mut Chapter,
    model: &dyn Estimator,
    (x, y): (&Array2<f64>, &Array1<f64>),
    by_hand: &Curves,
) -> AnyResult {
    let once = ShuffleSplit::default()
        .n_splits(1)
        .test_size(0.2)
        .seed(Seed::numpy(10));
    let how = CrossValidation::default()
        .cv(once)
        .scoring("neg_root_mean_squared_error");
    let sizes: Vec<f64> = (1..80).map(|rows| f64::from(rows) / 80.0).collect();
    let curve = learning_curve(model, x, y, &sizes, &how)?;
    let off = |scores: &Array2<f64>, curve: &[f64]| {
        let pairs = scores.iter().zip(curve);
        pairs.fold(0.0_f64, |most, (score, rmse)| most.max((-score - rmse).abs()))
    };
    let most = off(&curve.train_scores, &by_hand.0).max(off(&curve.test_scores, &by_hand.1));
    book.number(
        "C04-049",
        "learning_curve gives the same",
        most,
        Book::Within(0.0, 1e-12),
    );
    Ok(())
}
