//! Logistic regression.

use ml::{
    classic::{
        linear::{
            ClassifierLoss, GradientDescent, LogisticRegression, LogisticSolver, Objective, Penalty,
            SGDClassifier, Schedule, with_bias,
        },
        metrics::log_loss,
    },
    core::{
        Tensor,
        ndarray::{Axis, array, s},
    },
    data::{datasets, preprocess::StandardScaler},
    plot::{Color, ColorMap, Dash, Figure, Legend, Marker, mesh},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    sigmoid(book)?;
    let iris = datasets::iris();
    println!("\n  {:?} {:?}", iris.feature_names, iris.target_names);
    let width = iris.features.slice(s![.., 3..]).to_owned();
    let virginica = iris.target.mapv(|species| i64::from(species == 2));
    one_feature(book, &width, &virginica)?;
    by_descent(book, &width, &virginica)?;
    two_features(book, &virginica)?;
    strength(book, &virginica)
}

/// Equations 4-14 to 4-16.
fn sigmoid(book: &mut Chapter) -> AnyResult {
    book.section("The logistic function");
    let places = Array1::linspace(-10.0, 10.0, 401);
    let t = Tensor::from_ndarray(places.clone());
    let p = t.sigmoid()?;
    let mut figure = Figure::new(640, 280);
    let axes = figure.axes();
    axes.x_label("t")
        .y_label("σ(t)")
        .x_limits(-10.0, 10.0)
        .y_limits(-0.1, 1.1);
    for height in [0.0, 0.5, 1.0] {
        axes.hline(height).dash(Dash::Dotted);
    }
    axes.vline(0.0).dash(Dash::Solid).width(0.8);
    axes.line(&places, p.to_vec::<f64>()?)?;
    book.figure("4-21", "the logistic function", &figure)?;
    let back = p.logit()?.to_vec::<f64>()?;
    let off = back
        .iter()
        .zip(&places)
        .fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    book.number(
        "C04-090",
        "the logit undoes the logistic",
        off,
        Book::Within(0.0, 1e-10),
    );
    let costs = [0.999_f64, 0.5, 0.001].map(|p| -p.ln());
    book.claim(
        "C04-091",
        "-log(p): little for a confident hit, much for a confident miss",
        format!("{costs:.4?} at 0.999, 0.5, 0.001"),
        costs[0] < 0.0011 && costs[2] > 6.9,
    );
    Ok(())
}

fn one_feature(book: &mut Chapter, width: &Array2<f64>, virginica: &Array1<i64>) -> AnyResult {
    book.section("Virginica by the width of its petals");
    let log_reg = LogisticRegression::default().tol(1e-11).max_iter(1000);
    let model = log_reg.fit(width.view(), virginica.view())?;
    let boundary = -model.intercept[0] / model.coef[[0, 0]];
    book.number(
        "N04-13",
        "decision boundary, cm",
        boundary,
        Book::Within(1.6, 0.1),
    );
    // Not printed in the book; Scikit-Learn 1.9's at a tight tolerance (at its default one 1.660332).
    book.number(
        "N04-13",
        "decision boundary beside Scikit-Learn's",
        boundary,
        Book::Within(1.660_413_02, 1e-7),
    );
    for (cm, printed) in [(1.7, 1.0), (1.5, 0.0)] {
        let class = model.predict(array![[cm]].view())?[0];
        book.number(
            "N04-14",
            &format!("class at {cm} cm"),
            class as f64,
            Book::Exact(printed),
        );
    }
    let places = data::places(0.0, 3.0, 1000);
    let p = model.predict_proba(places.view())?;
    let sums = p.sum_axis(Axis(1)).iter().all(|sum| (sum - 1.0).abs() < 1e-15);
    book.claim(
        "C04-096",
        "a column a class, the negative first, that sum to 1",
        format!("{}", p.row(999)),
        sums && p[[999, 1]] > 0.99,
    );
    let sure = (
        model.predict_proba(array![[2.0]].view())?[[0, 1]],
        model.predict_proba(array![[1.0]].view())?[[0, 0]],
    );
    book.claim(
        "C04-100",
        "confident above 2 cm and below 1 cm",
        format!("{sure:.3?}"),
        sure.0 > 0.8 && sure.1 > 0.9,
    );

    let mut figure = Figure::new(680, 320);
    let axes = figure.axes();
    axes.x_label("petal width (cm)")
        .y_label("probability")
        .x_limits(0.0, 3.0)
        .y_limits(-0.06, 1.06)
        .legend(Legend::Outside);
    axes.line(places.column(0), p.column(1))?
        .color(Color::GREEN)
        .label("virginica");
    axes.line(places.column(0), p.column(0))?
        .color(Color::BLUE)
        .dash(Dash::Dashed)
        .label("not virginica");
    axes.vline(boundary).dash(Dash::Dotted);
    axes.annotate("decision boundary", boundary, 0.5)
        .offset(24.0, 0.0);
    let points = [
        (1, 1.0, Marker::Triangle, Color::GREEN),
        (0, 0.0, Marker::Square, Color::BLUE),
    ];
    for (class, height, marker, color) in points {
        let rows: Vec<f64> = width
            .column(0)
            .iter()
            .zip(virginica)
            .filter(|(_, y)| **y == class)
            .map(|(x, _)| *x)
            .collect();
        axes.scatter(&rows, vec![height; rows.len()])?
            .marker(marker)
            .color(color)
            .size(6.5);
    }
    book.figure(
        "4-23",
        "estimated probabilities and the decision boundary",
        &figure,
    )?;
    Ok(())
}

/// Equations 4-17 and 4-18: batch and stochastic gradient descent end where the estimator does.
fn by_descent(book: &mut Chapter, width: &Array2<f64>, virginica: &Array1<i64>) -> AnyResult {
    book.section("By gradient descent");
    let x = StandardScaler::default()
        .fit(width.view(), ())?
        .transform(width.view())?;
    let (wide, y) = (with_bias(x.view()), virginica.mapv(|class| class as f64));
    let m = y.len() as f64;
    // Of a mean, 1/m of the strength; the estimator's is 1/c of a sum.
    let log_reg = LogisticRegression::default()
        .tol(1e-10)
        .solver(LogisticSolver::NewtonCholesky);
    let model = log_reg.fit(x.view(), virginica.view())?;
    let how = GradientDescent::default()
        .objective(Objective::LogLoss)
        .penalty(Penalty::L2)
        .alpha(1.0 / m)
        .schedule(Schedule::Constant(1.0))
        .epochs(5000);
    let walk = how.run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(0))?;
    book.number(
        "C04-093",
        "intercept by batch gradient descent",
        walk.theta[0],
        Book::Within(model.intercept[0], 1e-7),
    );
    book.number(
        "C04-093",
        "weight by batch gradient descent",
        walk.theta[1],
        Book::Within(model.coef[[0, 0]], 1e-7),
    );
    let plain = how.penalty(Penalty::None);
    let by_equation = plain.cost(wide.view(), y.view(), &walk.theta);
    let theta = walk.theta.slice(s![1..]);
    let p = (x.dot(&theta) + walk.theta[0]).mapv(|t| 1.0 / (1.0 + (-t).exp()));
    let p = ml::core::ndarray::stack![Axis(1), 1.0 - &p, p];
    let by_metric = log_loss(virginica.view(), p.view(), &[0, 1])?;
    book.number(
        "C04-092",
        "equation 4-17 beside metrics::log_loss",
        by_equation,
        Book::Within(by_metric, 1e-12),
    );
    let sgd = SGDClassifier::default()
        .loss(ClassifierLoss::LogLoss)
        .alpha(1.0 / m)
        .max_iter(2000)
        .tol(None)
        .seed(Seed::numpy(42));
    let stochastic = sgd.fit(x.view(), virginica.view())?;
    book.number(
        "C04-093",
        "weight by SGDClassifier",
        stochastic.coef[[0, 0]],
        Book::Share(model.coef[[0, 0]], 0.02),
    );
    Ok(())
}

fn two_features(book: &mut Chapter, virginica: &Array1<i64>) -> AnyResult {
    book.section("Two features");
    let (x, _) = data::petals();
    let model = LogisticRegression::default()
        .c(1e10)
        .tol(1e-8)
        .max_iter(10_000)
        .fit(x.view(), virginica.view())?;
    let (across, up) = ((2.9, 7.0), (0.8, 2.7));
    let p = model.predict_proba(mesh(across, up, 200, 150).view())?;
    let p = p.column(1).to_owned().into_shape_with_order((150, 200))?;
    let mut figure = Figure::new(820, 400);
    let axes = figure.axes();
    axes.x_label("petal length (cm)")
        .y_label("petal width (cm)")
        .legend(Legend::Outside);
    axes.x_limits(across.0, across.1).y_limits(up.0, up.1);
    let levels = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
    axes.contour(across, up, p.view(), levels)?
        .color_map(ColorMap::Viridis)
        .label("15% (lower left) to 90%");
    axes.contour(across, up, p.view(), [0.5])?
        .dash(Dash::Dashed)
        .width(2.2)
        .color(Color::BLACK)
        .label("50%");
    for (class, name, marker, color) in [
        (1, "virginica", Marker::Triangle, Color::GREEN),
        (0, "not virginica", Marker::Square, Color::BLUE),
    ] {
        let rows: Vec<usize> = (0..x.nrows()).filter(|&row| virginica[row] == class).collect();
        let shown = x.select(Axis(0), &rows);
        axes.scatter(shown.column(0), shown.column(1))?
            .marker(marker)
            .color(color)
            .size(6.5)
            .label(name);
    }
    book.figure(
        "4-24",
        "the decision boundary is a line, and so is every line of one probability",
        &figure,
    )?;
    let (b, w) = (model.intercept[0], model.coef.row(0).to_owned());
    let on = |length: f64, score: f64| array![[length, (score - b - w[0] * length) / w[1]]];
    let flat = [3.0, 5.0, 7.0].map(|length| model.predict_proba(on(length, 0.0).view()).map(|p| p[[0, 1]]));
    let flat: Vec<f64> = flat.into_iter().collect::<Result<_>>()?;
    book.claim(
        "C04-101",
        "where θ0 + θ1·x1 + θ2·x2 = 0 the probability is one half",
        format!("{flat:?}"),
        flat.iter().all(|p| (p - 0.5).abs() < 1e-9),
    );
    Ok(())
}

/// `C` is the inverse of `alpha`.
fn strength(book: &mut Chapter, virginica: &Array1<i64>) -> AnyResult {
    book.section("The inverse of a strength");
    let (x, _) = data::petals();
    let mut lengths = Vec::new();
    for c in [0.01, 1.0, 100.0] {
        let model = LogisticRegression::default()
            .c(c)
            .tol(1e-8)
            .max_iter(10_000)
            .fit(x.view(), virginica.view())?;
        lengths.push(ml::core::linalg::norm_l2(model.coef.row(0)));
    }
    book.claim(
        "C04-097",
        "the larger C, the larger the weights",
        format!("{lengths:.3?}"),
        lengths.is_sorted(),
    );
    let sparse = LogisticRegression::default()
        .penalty(Penalty::L1)
        .c(0.05)
        .solver(LogisticSolver::CoordinateDescent)
        .tol(1e-10)
        .max_iter(10_000)
        .fit(x.view(), virginica.view())?;
    book.claim(
        "C04-098",
        "an l1 penalty drops a feature",
        format!("{:.4}", sparse.coef),
        sparse.coef.iter().filter(|&&w| w == 0.0).count() == 1,
    );
    Ok(())
}
