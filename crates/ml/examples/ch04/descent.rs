//! Gradient descent, and batch gradient descent.

use ml::{
    classic::linear::{DescentPath, GradientDescent, Schedule, normal_equation, with_bias},
    core::ndarray::{Axis, array},
    data::preprocess::StandardScaler,
    plot::{Color, Dash, Figure, Legend, Marker},
    prelude::*,
};

use crate::{
    data,
    line::THETA,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    valleys(book)?;
    pitfalls(book)?;
    scaling(book)?;
    batch(book)?;
    rates(book)?;
    tolerance(book)
}

/// One parameter, one row: the cost is `(θ - 3)²`.
fn valley(rate: f64, epochs: usize) -> Result<DescentPath> {
    let how = GradientDescent::default()
        .bias(false)
        .schedule(Schedule::Constant(rate))
        .epochs(epochs);
    let (x, y) = (array![[1.0]], array![3.0]);
    how.run(x.view(), y.view(), array![0.4], &mut NumpyRng::new(0))
}

/// The cost, and the steps down it.
fn valleys(book: &mut Chapter) -> AnyResult {
    book.section("Steps down a valley");
    let pictures = [
        ("4-3", "gradient descent: steps shrink as the slope does", 0.2, 8),
        ("4-4", "a learning rate that is too low", 0.02, 12),
        ("4-5", "a learning rate that is too high", 1.06, 6),
    ];
    for (number, caption, rate, epochs) in pictures {
        let walk = valley(rate, epochs)?;
        let places: Vec<f64> = walk.path.iter().copied().collect();
        let far = places
            .iter()
            .fold(2.6_f64, |most, place| most.max((place - 3.0).abs()));
        let mut figure = Figure::new(480, 320);
        let axes = figure.axes();
        axes.x_label("theta").y_label("cost");
        axes.function(|theta| (theta - 3.0).powi(2), 3.0 - far, 3.0 + far)?
            .color(Color::BLUE);
        axes.line(&places, &walk.costs)?
            .color(Color::RED)
            .width(1.2)
            .marker(Marker::Circle);
        axes.title(format!("learning rate {rate}"));
        axes.annotate("start", places[0], walk.costs[0]);
        book.figure(number, caption, &figure)?;
    }
    let steps = valley(0.2, 8)?.path;
    let lengths: Vec<f64> = (1..steps.nrows())
        .map(|t| (steps[[t, 0]] - steps[[t - 1, 0]]).abs())
        .collect();
    let shrink = lengths.windows(2).all(|pair| pair[1] < pair[0]);
    book.claim(
        "C04-018",
        "every step is shorter than the one before",
        format!("{lengths:.3?}"),
        shrink,
    );
    let refused = valley(1.06, 1000).err().ok_or("it diverges")?;
    book.claim(
        "C04-019",
        "too high a rate is reported as divergence",
        refused.to_string(),
        refused.to_string().contains("diverged"),
    );
    Ok(())
}

/// A landscape with a hole beside the deepest one, and a plateau.
fn landscape(theta: f64) -> f64 {
    let hole = |depth: f64, at: f64, width: f64| -depth * (-((theta - at) / width).powi(2)).exp();
    2.0 + 0.002 * theta * theta + hole(0.9, -2.0, 0.8) + hole(1.8, 0.8, 0.9)
}

/// Gradient descent on any function of one number, by its difference quotient.
fn walk(cost: impl Fn(f64) -> f64, start: f64, rate: f64, steps: usize) -> Vec<f64> {
    const H: f64 = 1e-6;
    let mut places = vec![start];
    for step in 0..steps {
        let theta = places[step];
        places.push(theta - rate * (cost(theta + H) - cost(theta - H)) / (2.0 * H));
    }
    places
}

fn pitfalls(book: &mut Chapter) -> AnyResult {
    book.section("Pitfalls of a cost that is not convex");
    let left = walk(landscape, -3.4, 0.25, 60);
    let right = walk(landscape, 4.2, 0.25, 60);
    let mut figure = Figure::new(640, 340);
    let axes = figure.axes();
    axes.x_label("theta").y_label("cost").legend(Legend::LowerRight);
    axes.function(landscape, -4.0, 5.0)?.color(Color::BLUE);
    for (name, places, color) in [
        ("from the left", &left, Color::RED),
        ("from the right", &right, Color::GREEN),
    ] {
        let costs: Vec<f64> = places.iter().map(|&theta| landscape(theta)).collect();
        axes.line(places, costs)?
            .color(color)
            .width(1.0)
            .marker(Marker::Circle)
            .label(name);
    }
    axes.annotate("local minimum", -2.0, landscape(-2.0))
        .offset(0.0, 18.0);
    axes.annotate("global minimum", 0.8, landscape(0.8))
        .offset(0.0, 14.0);
    axes.annotate("plateau", 3.6, landscape(3.6)).offset(0.0, 16.0);
    axes.y_limits(-0.1, 2.3);
    book.figure("4-6", "a local minimum, and a plateau", &figure)?;
    let (stuck, late) = (left[60], right[60]);
    let patient = walk(landscape, 4.2, 0.25, 2000)[2000];
    book.claim(
        "C04-020",
        "one start ends in the hole beside; the other crosses the plateau only with far more steps",
        format!("{stuck:.3}; {late:.3} after 60 steps, {patient:.3} after 2000"),
        (stuck + 2.0).abs() < 0.1 && late > 3.0 && (patient - 0.8).abs() < 0.1,
    );
    Ok(())
}

/// The same data with columns on one scale and on two.
fn scaling(book: &mut Chapter) -> AnyResult {
    book.section("With and without feature scaling");
    let mut rng = NumpyRng::new(42);
    let raw = rng.randn((200, 2)) * array![5.0, 1.0];
    let scaled = StandardScaler::default()
        .fit(raw.view(), ())?
        .transform(raw.view())?;
    let y = &scaled.column(0) + &scaled.column(1);
    let how = GradientDescent::default().bias(false).epochs(100_000).tol(1e-6);
    let mut figure = Figure::subplots(860, 400, 1, 2);
    let mut steps = Vec::new();
    // The longest steps that do not diverge: below 2 by the largest curvature, about 2 and about 50.
    for (place, (title, x, rate)) in [("scaled", &scaled, 0.1), ("on scales 5 and 1", &raw, 0.037)]
        .into_iter()
        .enumerate()
    {
        let how = how.clone().schedule(Schedule::Constant(rate));
        let best = normal_equation(x.view(), y.view())?;
        let start = &best + &array![-1.0, 1.1];
        let path = how.run(x.view(), y.view(), start, &mut rng)?;
        steps.push(path.path.nrows() - 1);
        let (across, up) = ((best[0] - 1.3, best[0] + 1.3), (best[1] - 1.3, best[1] + 1.3));
        let costs = data::bowl(&how, (x, &y), across, up);
        let axes = figure.at(0, place)?;
        axes.title(title)
            .x_label("theta 1")
            .y_label("theta 2")
            .grid(false);
        axes.contour(across, up, costs.view(), data::heights(&costs, 9))?;
        axes.line(path.path.column(0), path.path.column(1))?
            .color(Color::RED)
            .width(1.2)
            .marker(Marker::Circle)
            .marker_size(4.0);
    }
    book.figure(
        "4-7",
        "gradient descent with feature scaling (left) and without",
        &figure,
    )?;
    book.claim(
        "C04-022",
        "without scaling it takes more steps to a flat place",
        format!("{} steps scaled, {} not", steps[0], steps[1]),
        steps[1] > 3 * steps[0],
    );
    Ok(())
}

fn batch(book: &mut Chapter) -> AnyResult {
    book.section("Batch gradient descent");
    let (x, y) = data::line();
    let wide = with_bias(x.view());
    let mut rng = NumpyRng::new(42);
    let start = rng.randn(2);
    let walk = GradientDescent::default().run(wide.view(), y.view(), start, &mut rng)?;
    for (j, printed) in THETA.into_iter().enumerate() {
        book.number(
            "N04-04",
            &format!("theta {j}, batch gradient descent"),
            walk.theta[j],
            Book::Digits(printed, 8),
        );
    }
    // Equation 4-5, a sum for every parameter, beside equation 4-6, a product of matrices.
    let theta = walk.path.row(3).to_owned();
    let how = GradientDescent::default();
    let vector = how.gradient(wide.view(), y.view(), &theta);
    for j in 0..2 {
        let terms = wide
            .axis_iter(Axis(0))
            .zip(&y)
            .map(|(x, y)| (theta.dot(&x) - y) * x[j]);
        let partial = 2.0 / 100.0 * terms.sum::<f64>();
        book.number(
            "C04-024",
            &format!("partial derivative {j}"),
            partial,
            Book::Within(vector[j], 1e-12),
        );
    }
    // A chord of a convex cost never runs below it.
    let (a, b) = (array![-1.0, 5.0], array![9.0, -2.0]);
    let cost = |theta: &Array1<f64>| how.cost(wide.view(), y.view(), theta);
    let convex = (1..20).all(|i| {
        let share = f64::from(i) / 20.0;
        cost(&(&a * (1.0 - share) + &b * share)) <= cost(&a) * (1.0 - share) + cost(&b) * share
    });
    book.claim(
        "C04-021",
        "the chord of two parameter vectors lies above the MSE",
        format!("{convex}"),
        convex,
    );
    Ok(())
}

/// The first ten lines for three learning rates (the book does not print which).
fn rates(book: &mut Chapter) -> AnyResult {
    book.section("Three learning rates");
    let (x, y) = data::line();
    let wide = with_bias(x.view());
    let start = NumpyRng::new(42).randn(2);
    let ends = with_bias(array![[0.0], [2.0]].view());
    let mut figure = Figure::subplots(980, 340, 1, 3);
    let mut costs = Vec::new();
    for (place, rate) in [0.02, 0.1, 0.5].into_iter().enumerate() {
        let how = GradientDescent::default()
            .schedule(Schedule::Constant(rate))
            .epochs(10);
        let walk = how.run(wide.view(), y.view(), start.clone(), &mut NumpyRng::new(0))?;
        let axes = figure.at(0, place)?;
        axes.title(format!("learning rate {rate}"))
            .x_label("x1")
            .x_limits(0.0, 2.0)
            .y_limits(0.0, 15.0);
        axes.scatter(x.column(0), &y)?.size(3.5).color(Color::BLUE);
        for (step, theta) in walk.path.rows().into_iter().enumerate() {
            let (color, dash) = if step == 0 {
                (Color::RED, Dash::Dashed)
            } else {
                (Color::GREEN, Dash::Solid)
            };
            axes.line([0.0, 2.0], ends.dot(&theta))?
                .color(color)
                .dash(dash)
                .width(1.1);
        }
        costs.push(walk.costs);
    }
    book.figure(
        "4-8",
        "ten steps with a learning rate that is too low, good, too high",
        &figure,
    )?;
    let last: Vec<f64> = costs.iter().map(|costs| costs[10]).collect();
    book.claim(
        "C04-019",
        "after ten steps the good rate is lowest, the high one above its start",
        format!("cost {:.2} at the start, then {last:.2?}", costs[0][0]),
        last[1] < last[0] && last[2] > costs[2][0],
    );
    Ok(())
}

/// How many steps it takes until the gradient is so short.
fn tolerance(book: &mut Chapter) -> AnyResult {
    book.section("Stopping where it is flat");
    let (x, y) = data::line();
    let wide = with_bias(x.view());
    let mut steps = Vec::new();
    for tol in [1e-1, 1e-2, 1e-3, 1e-4] {
        let how = GradientDescent::default().epochs(1_000_000).tol(tol);
        let walk = how.run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(0))?;
        steps.push(walk.path.nrows() - 1);
    }
    // This bowl is steep in every direction, so a tenth of the tolerance costs a fixed number of steps more; the book's
    // bound O(1/ε), ten times the steps, is that of the flattest convex cost.
    let more: Vec<usize> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    book.claim(
        "C04-030",
        "a tenth of the tolerance takes more steps, at most ten times as many",
        format!("{steps:?} steps, {more:?} more each time"),
        steps
            .windows(2)
            .all(|pair| pair[1] > pair[0] && pair[1] <= 10 * pair[0]),
    );
    Ok(())
}
