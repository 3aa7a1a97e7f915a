//! Stochastic and mini-batch gradient descent.

use ml::{
    classic::linear::{
        Batch, DescentPath, GradientDescent, LearningRate, Penalty, SGDRegressor, Sampling, Schedule,
        with_bias,
    },
    core::ndarray::{Axis, array, s},
    plot::{Color, Dash, Figure, Legend, Marker},
    prelude::*,
};

use crate::{
    data,
    line::THETA,
    support::{AnyResult, Book, Chapter},
};

/// `η(t) = 5 / (t + 50)`, one row a step.
fn annealed() -> GradientDescent {
    GradientDescent::default()
        .batch(Batch::Rows(1))
        .epochs(50)
        .schedule(Schedule::Decay { t0: 5.0, t1: 50.0 })
}

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (x, y) = data::line();
    let wide = with_bias(x.view());
    by_hand(book, &wide, &y)?;
    restless(book, &wide, &y)?;
    estimator(book, &x, &y)?;
    shuffled(book, &wide, &y)?;
    three_paths(book, &wide, &y)
}

/// Distance to the parameters of the normal equation.
fn distance(theta: ArrayView1<'_, f64>) -> f64 {
    (theta[0] - THETA[0]).hypot(theta[1] - THETA[1])
}

/// From where the book starts: the generator is seeded again before theta is drawn.
fn from_the_start(how: &GradientDescent, x: &Array2<f64>, y: &Array1<f64>) -> Result<DescentPath> {
    let mut rng = NumpyRng::new(42);
    let start = rng.randn(2);
    how.run(x.view(), y.view(), start, &mut rng)
}

fn by_hand(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Stochastic gradient descent");
    let walk = from_the_start(&annealed(), x, y)?;
    for (j, printed) in [4.210_760_11, 2.748_560_79].into_iter().enumerate() {
        book.number(
            "N04-05",
            &format!("theta {j}, stochastic"),
            walk.theta[j],
            Book::Digits(printed, 8),
        );
    }
    let ends = array![[1.0, 0.0], [1.0, 2.0]];
    let mut figure = Figure::new(560, 380);
    let axes = figure.axes();
    axes.x_label("x1")
        .y_label("y")
        .x_limits(0.0, 2.0)
        .y_limits(0.0, 15.0)
        .legend(Legend::UpperLeft);
    axes.scatter(x.column(1), y)?.size(4.0).color(Color::BLUE);
    for (step, theta) in walk.path.slice(s![..21, ..]).rows().into_iter().enumerate() {
        let line = axes.line([0.0, 2.0], ends.dot(&theta))?;
        line.width(1.1).color(Color::GREEN);
        match step {
            0 => line.color(Color::RED).dash(Dash::Dashed).label("start"),
            1 => line.label("20 steps"),
            _ => line,
        };
    }
    book.figure(
        "4-10",
        "the first 20 steps of stochastic gradient descent",
        &figure,
    )?;
    Ok(())
}

/// With a constant rate the walk never settles; the schedule calms it down.
fn restless(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("A walk that does not settle");
    let constant = annealed().schedule(Schedule::Constant(0.1));
    let (wild, calm) = (
        from_the_start(&constant, x, y)?,
        from_the_start(&annealed(), x, y)?,
    );
    let spread = |walk: &DescentPath| {
        let end = walk.path.slice(s![-1000.., ..]);
        end.std_axis(Axis(0), 0.0).sum()
    };
    book.claim(
        "C04-031",
        "the cost goes up and down, and keeps doing so with a constant rate",
        format!(
            "spread of the last 1000 steps: {:.3}, with a schedule {:.4}",
            spread(&wild),
            spread(&calm)
        ),
        spread(&wild) > 10.0 * spread(&calm),
    );
    let (across, up) = ((0.0, 5.0), (-0.5, 5.0));
    let costs = data::bowl(&constant, (x, y), across, up);
    let mut figure = Figure::new(520, 420);
    let axes = figure.axes();
    axes.x_label("theta 0").y_label("theta 1").grid(false);
    axes.contour(across, up, costs.view(), data::heights(&costs, 9))?;
    let path = wild.path.slice(s![..60, ..]);
    axes.line(path.column(0), path.column(1))?
        .color(Color::RED)
        .width(1.1)
        .marker(Marker::Circle)
        .marker_size(4.0);
    axes.scatter([THETA[0]], [THETA[1]])?
        .marker(Marker::Star)
        .size(14.0)
        .color(Color::BLACK);
    book.figure("4-9", "stochastic gradient descent around the minimum", &figure)?;
    Ok(())
}

fn estimator(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("SGDRegressor");
    let sgd = SGDRegressor::default()
        .max_iter(1000)
        .tol(1e-3)
        .penalty(Penalty::None)
        .eta0(0.1)
        .seed(Seed::numpy(42));
    let model = sgd.fit(x.view(), y.view())?;
    book.number(
        "N04-06",
        "intercept, SGDRegressor",
        model.intercept,
        Book::Digits(4.243_652_86, 8),
    );
    book.number(
        "N04-06",
        "coef, SGDRegressor",
        model.coef[0],
        Book::Digits(2.825_087_8, 7),
    );
    println!("  stopped after {} epochs", model.n_iter);
    Ok(())
}

/// Rows drawn anew for every step, or all of them in a new order every epoch.
fn shuffled(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Shuffled, and sorted by label");
    for (name, sampling) in [
        ("drawn", Sampling::WithReplacement),
        ("shuffled", Sampling::Shuffled),
    ] {
        let walk = from_the_start(&annealed().sampling(sampling), x, y)?;
        let off = distance(walk.theta.view());
        book.number(
            "C04-036",
            &format!("{name}: distance to the optimum"),
            off,
            Book::Within(0.0, 0.1),
        );
    }
    // Rows in the order of their targets, and a rate that does not fall: the last rows have the last word.
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_by(|&a, &b| y[a].total_cmp(&y[b]));
    let (x, y) = (
        x.slice(s![.., 1..]).select(Axis(0), &order),
        y.select(Axis(0), &order),
    );
    let fixed = SGDRegressor::default()
        .penalty(Penalty::None)
        .learning_rate(LearningRate::Constant)
        .eta0(0.02)
        .max_iter(100)
        .tol(None)
        .seed(Seed::numpy(42));
    let off = |model: &SGDRegressor| -> Result<f64> {
        let model = model.fit(x.view(), y.view())?;
        Ok(distance(array![model.intercept, model.coef[0]].view()))
    };
    let (mixed, sorted) = (off(&fixed)?, off(&fixed.clone().shuffle(false))?);
    book.claim(
        "C04-037",
        "rows sorted by target and not shuffled end further from the optimum",
        format!("off by {sorted:.3}, shuffled by {mixed:.3}"),
        sorted > 2.0 * mixed,
    );
    Ok(())
}

/// Paths of the three kinds in the plane of the parameters.
fn three_paths(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Batch, stochastic, mini-batch");
    let batch = GradientDescent::default().epochs(100);
    let mini = GradientDescent::default()
        .batch(Batch::Rows(20))
        .sampling(Sampling::Shuffled)
        .epochs(50)
        .schedule(Schedule::Decay {
            t0: 200.0,
            t1: 1000.0,
        });
    let mut figure = Figure::new(640, 420);
    let axes = figure.axes();
    axes.x_label("theta 0")
        .y_label("theta 1")
        .legend(Legend::UpperLeft);
    let mut ends = Vec::new();
    let kinds = [
        ("stochastic", annealed(), Color::RED),
        ("mini-batch", mini, Color::GREEN),
        ("batch", batch.clone(), Color::BLUE),
    ];
    for (name, how, color) in kinds {
        let walk = from_the_start(&how, x, y)?;
        let path = walk.path.slice(s![..walk.path.nrows().min(250), ..]);
        axes.line(path.column(0), path.column(1))?
            .color(color)
            .width(1.2)
            .marker(Marker::Circle)
            .marker_size(3.5)
            .label(name);
        ends.push((name, distance(walk.theta.view())));
    }
    axes.x_limits(2.0, 4.8).y_limits(2.2, 4.4);
    book.figure(
        "4-11",
        "paths of gradient descent in the plane of the parameters",
        &figure,
    )?;
    book.claim(
        "C04-042",
        "after training there is almost no difference",
        format!("{ends:.4?}"),
        ends.iter().all(|(_, off)| *off < 0.1),
    );
    Ok(())
}
