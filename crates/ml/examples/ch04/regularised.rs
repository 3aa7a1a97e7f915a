//! Ridge, lasso, elastic net.

use ml::{
    classic::linear::{
        ElasticNet, GradientDescent, Lasso, LinearRegression, PathOptions, Penalty, Ridge, RidgeSolver,
        SGDRegressor, Schedule, lasso_path, with_bias,
    },
    core::{linalg, ndarray::array},
    data::{
        pipeline::{ModelPipeline, Pipeline},
        preprocess::{PolynomialFeatures, StandardScaler},
    },
    plot::{Color, Dash, Figure, Legend, Marker, Scale},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (x, y) = data::few();
    printed(book, &x, &y)?;
    two_routes(book, &x, &y)?;
    strengths(book, &x, &y)?;
    sparsity(book, &x, &y)?;
    geometry(book)
}

fn printed(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Predictions at 1.5");
    let at = array![[1.5]];
    let (x, y) = (x.view(), y.view());
    let ridge = Ridge::default()
        .alpha(1.0)
        .solver(RidgeSolver::Cholesky)
        .fit(x, y)?;
    book.number(
        "N04-09",
        "Ridge by Cholesky",
        ridge.predict(at.view())?[0],
        Book::Digits(1.550_714_65, 8),
    );
    let sgd = SGDRegressor::default()
        .penalty(Penalty::L2)
        .seed(Seed::numpy(42))
        .fit(x, y)?;
    book.number(
        "N04-10",
        "SGDRegressor with l2",
        sgd.predict(at.view())?[0],
        Book::Digits(1.470_125_88, 8),
    );
    let lasso = Lasso::default().alpha(0.1).fit(x, y)?;
    book.number(
        "N04-11",
        "Lasso",
        lasso.predict(at.view())?[0],
        Book::Digits(1.537_881_74, 8),
    );
    let net = ElasticNet::default().alpha(0.1).l1_ratio(0.5).fit(x, y)?;
    book.number(
        "N04-12",
        "ElasticNet",
        net.predict(at.view())?[0],
        Book::Digits(1.543_332_32, 8),
    );
    Ok(())
}

/// Equation 4-9, and gradient descent on equations 4-8, 4-10 and 4-12, beside the estimators.
fn two_routes(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Closed form and gradient descent");
    let wide = with_bias(x.view());
    let rows = x.nrows() as f64;
    let ridge = Ridge::default()
        .solver(RidgeSolver::Cholesky)
        .fit(x.view(), y.view())?;
    // A: the identity, but 0 for the bias.
    let penalty = Array2::from_diag(&array![0.0, 1.0]);
    let theta = linalg::solve_spd((wide.t().dot(&wide) + penalty).view(), wide.t().dot(y).view())?;
    book.number(
        "C04-063",
        "intercept by equation 4-9",
        theta[0],
        Book::Within(ridge.intercept, 1e-12),
    );
    book.number(
        "C04-063",
        "weight by equation 4-9",
        theta[1],
        Book::Within(ridge.coef[0], 1e-12),
    );
    // The loss of equation 4-8 is a mean, so its alpha is 2/m of that of equation 4-9; the estimators of equations 4-10 and
    // 4-12 halve the mean, which doubles alpha.
    let lasso = Lasso::default().alpha(0.1).tol(1e-12).fit(x.view(), y.view())?;
    let net = ElasticNet::default()
        .alpha(0.1)
        .tol(1e-12)
        .fit(x.view(), y.view())?;
    let routes = [
        (
            "C04-060",
            "ridge",
            Penalty::L2,
            2.0 / rows,
            ridge.intercept,
            ridge.coef[0],
        ),
        (
            "C04-073",
            "lasso",
            Penalty::L1,
            0.2,
            lasso.intercept,
            lasso.coef[0],
        ),
        (
            "C04-076",
            "elastic net",
            Penalty::ElasticNet,
            0.2,
            net.intercept,
            net.coef[0],
        ),
    ];
    for (row, name, penalty, alpha, intercept, coef) in routes {
        let how = GradientDescent::default()
            .penalty(penalty)
            .alpha(alpha)
            .epochs(5000);
        let walk = how.run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(0))?;
        book.number(
            row,
            &format!("{name} by gradient descent, intercept"),
            walk.theta[0],
            Book::Within(intercept, 1e-8),
        );
        book.number(
            row,
            &format!("{name} by gradient descent, weight"),
            walk.theta[1],
            Book::Within(coef, 1e-8),
        );
    }
    Ok(())
}

/// Scaled powers up to 10 and a model.
fn tenth_degree(model: impl Estimator + 'static) -> ModelPipeline {
    Pipeline::new()
        .step(
            "poly_features",
            PolynomialFeatures::default().degree(10).include_bias(false),
        )
        .step("std_scaler", StandardScaler::default())
        .model("model", model)
}

/// A penalised line and a penalised polynomial for three strengths each, strong ones last.
type Strengths = [(f64, Box<dyn Estimator>); 3];

fn strengths(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Stronger and stronger penalties");
    let plain = || Box::new(LinearRegression::default().tol(1e-15));
    let ridge = |alpha: f64| Ridge::default().alpha(alpha).solver(RidgeSolver::Svd);
    let lasso = |alpha: f64| Lasso::default().alpha(alpha).max_iter(1_000_000);
    let curved = |alpha: f64, model: Box<dyn Estimator>| (alpha, model);
    let figures: [(&str, &str, Strengths, Strengths); 2] = [
        (
            "4-17",
            "ridge: a line (left) and a polynomial of degree 10",
            [
                (0.0, plain()),
                (10.0, Box::new(ridge(10.0))),
                (100.0, Box::new(ridge(100.0))),
            ],
            [
                curved(
                    0.0,
                    Box::new(tenth_degree(LinearRegression::default().tol(1e-15))),
                ),
                curved(1e-5, Box::new(tenth_degree(ridge(1e-5)))),
                curved(1.0, Box::new(tenth_degree(ridge(1.0)))),
            ],
        ),
        (
            "4-18",
            "lasso: a line (left) and a polynomial of degree 10",
            [
                (0.0, plain()),
                (0.1, Box::new(lasso(0.1))),
                (1.0, Box::new(lasso(1.0))),
            ],
            [
                curved(
                    0.0,
                    Box::new(tenth_degree(LinearRegression::default().tol(1e-15))),
                ),
                curved(1e-7, Box::new(tenth_degree(lasso(1e-7).max_iter(1000)))),
                curved(1.0, Box::new(tenth_degree(lasso(1.0)))),
            ],
        ),
    ];
    for (number, caption, lines, polynomials) in figures {
        let mut figure = Figure::subplots(900, 360, 1, 2);
        let mut spreads = Vec::new();
        for (place, models) in [lines, polynomials].into_iter().enumerate() {
            let axes = figure.at(0, place)?;
            axes.x_label("x1")
                .x_limits(0.0, 3.0)
                .y_limits(0.0, 4.0)
                .legend(Legend::UpperLeft);
            axes.scatter(x.column(0), y)?.size(4.5).color(Color::BLACK);
            let places = data::places(0.0, 3.0, 200);
            let looks = [
                (Color::BLUE, Dash::Solid),
                (Color::GREEN, Dash::Dashed),
                (Color::RED, Dash::Dotted),
            ];
            for ((alpha, model), (color, dash)) in models.into_iter().zip(looks) {
                let fitted = model.fit_features(&x.view().into(), &y.into(), &FitContext::default())?;
                let predict =
                    |x: &Array2<f64>| fitted.predict_features(&x.view().into())?.numbers("penalties");
                let strength = if alpha > 0.0 && alpha < 0.01 {
                    format!("{alpha:e}")
                } else {
                    alpha.to_string()
                };
                axes.line(places.column(0), &predict(&places)?)?
                    .color(color)
                    .dash(dash)
                    .label(format!("alpha {strength}"));
                spreads.push(predict(x)?.std(0.0));
            }
        }
        book.figure(number, caption, &figure)?;
        book.claim(
            "C04-062",
            &format!("figure {number}: the larger alpha, the flatter the predictions"),
            format!("standard deviations at the training rows: {spreads:.3?}"),
            spreads.chunks(3).all(|s| s[0] > s[1] && s[1] > s[2]),
        );
    }
    // So strong that only the mean is left.
    let flat = Ridge::default().alpha(1e9).fit(x.view(), y.view())?;
    book.number(
        "C04-057",
        "a very strong penalty: the mean of the data",
        flat.predict(array![[3.0]].view())?[0],
        Book::Within(y.mean().unwrap_or(f64::NAN), 1e-6),
    );
    Ok(())
}

/// Which weights the penalties make zero.
fn sparsity(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("The weights of ten powers");
    let powers = PolynomialFeatures::default()
        .degree(10)
        .include_bias(false)
        .fit(x.view(), ())?
        .transform(x.view())?;
    let powers = StandardScaler::default()
        .fit(powers.view(), ())?
        .transform(powers.view())?;
    let zeros = |coef: &Array1<f64>| coef.iter().filter(|&&w| w == 0.0).count();
    let ridge = Ridge::default().alpha(1.0).fit(powers.view(), y.view())?;
    let mut found = Vec::new();
    // The book's 1e-7 looked sparse only because the solver of its day stopped early: at the minimum no weight is 0.
    for alpha in [1e-7, 1e-3, 0.1] {
        let lasso = Lasso::default()
            .alpha(alpha)
            .max_iter(1_000_000)
            .fit(powers.view(), y.view())?;
        println!("  lasso, alpha {alpha}: {:.3}", lasso.coef);
        found.push(zeros(&lasso.coef));
    }
    book.claim(
        "C04-070",
        "the lasso makes weights exactly 0, the more the stronger; ridge none",
        format!("{found:?} of 10 weights are 0, ridge {}", zeros(&ridge.coef)),
        found[2] > found[1] && found[1] >= found[0] && found[2] >= 7 && zeros(&ridge.coef) == 0,
    );
    let path = lasso_path(
        powers.view(),
        y.view(),
        &PathOptions::default().max_iter(1_000_000),
    )?;
    let mut figure = Figure::new(640, 380);
    let axes = figure.axes();
    axes.x_label("alpha")
        .y_label("weight")
        .x_scale(Scale::Log)
        .legend(Legend::Outside);
    for (power, weights) in path.coefs.columns().into_iter().enumerate() {
        axes.line(&path.alphas, weights)?
            .width(1.3)
            .label(format!("x^{}", power + 1));
    }
    book.figure(
        "4-18b",
        "the weights of the lasso against the strength of the penalty (not in the book)",
        &figure,
    )?;
    Ok(())
}

/// Costs of two parameters and the way down, with l1 and with l2.
fn geometry(book: &mut Chapter) -> AnyResult {
    book.section("Lasso beside ridge");
    // Without a penalty the optimum is (2, 0.5).
    let x = array![[1.0, 1.0], [1.0, -1.0], [1.0, 0.5]];
    let y = x.dot(&array![2.0, 0.5]);
    let nothing = (Array2::zeros((3, 2)), Array1::zeros(3));
    let data = (x, y);
    let mut figure = Figure::subplots(880, 720, 2, 2);
    let mut ends = Vec::new();
    for (row, (name, penalty)) in [("l1", Penalty::L1), ("l2", Penalty::L2)].into_iter().enumerate() {
        let how = GradientDescent::default().bias(false).penalty(penalty).alpha(1.0);
        let walks = [
            (format!("{name} penalty"), &nothing, array![2.0, 0.5]),
            (
                [("lasso cost"), ("ridge cost")][row].to_owned(),
                &data,
                array![0.25, -1.0],
            ),
        ];
        for (column, (title, (x, y), start)) in walks.into_iter().enumerate() {
            let how = how
                .clone()
                .schedule(Schedule::Constant([0.05, 0.1][column]))
                .epochs([120, 60][column]);
            let walk = how.run(x.view(), y.view(), start, &mut NumpyRng::new(0))?;
            let (across, up) = ((-1.0, 3.0), (-1.5, 1.5));
            let costs = data::bowl(&how, (x, y), across, up);
            let axes = figure.at(row, column)?;
            axes.title(title).x_label("theta 1").y_label("theta 2");
            axes.filled_contour(across, up, costs.view(), 20)?
                .color_bar(false);
            let color = if column == 0 { Color::ORANGE } else { Color::WHITE };
            axes.line(walk.path.column(0), walk.path.column(1))?
                .color(color)
                .width(1.2)
                .marker(Marker::Circle)
                .marker_size(4.5);
            if column == 1 {
                let best = settled(&how, x, y)?;
                axes.scatter([best[0]], [best[1]])?
                    .marker(Marker::Square)
                    .size(9.0)
                    .color(Color::RED);
                ends.push(best);
            }
            axes.hline(0.0).width(0.7);
            axes.vline(0.0).width(0.7);
            if (row, column) == (0, 0) {
                one_after_the_other(book, &walk.path);
            }
        }
    }
    book.figure(
        "4-19",
        "lasso (above) and ridge: the penalty alone, and with the MSE",
        &figure,
    )?;
    book.claim(
        "C04-075",
        "the lasso's optimum lies on an axis, that of ridge does not",
        format!("lasso {:.4}, ridge {:.4}", ends[0], ends[1]),
        ends[0][1].abs() < 1e-3 && ends[1][1] > 0.05,
    );
    Ok(())
}

/// Where a falling learning rate comes to rest: with l1 a constant one bounces for ever.
fn settled(how: &GradientDescent, x: &Array2<f64>, y: &Array1<f64>) -> Result<Array1<f64>> {
    let falling = how
        .clone()
        .schedule(Schedule::Decay { t0: 20.0, t1: 200.0 })
        .epochs(100_000);
    Ok(falling
        .run(x.view(), y.view(), array![0.25, -1.0], &mut NumpyRng::new(0))?
        .theta)
}

/// Down the l1 penalty: both shrink by as much a step until the smaller is 0, and bounce there.
fn one_after_the_other(book: &mut Chapter, path: &Array2<f64>) {
    let second_is_zero = path
        .column(1)
        .iter()
        .position(|theta| theta.abs() < 0.051)
        .unwrap_or(0);
    let together = path[[0, 0]] - path[[second_is_zero, 0]];
    book.number(
        "C04-075",
        "both shrink alike until the smaller is 0",
        together,
        Book::Within(0.5, 0.051),
    );
    let last = path.nrows() - 1;
    let bounce = path[[last, 0]].abs().max(path[[last - 1, 0]].abs());
    book.claim(
        "C04-074",
        "with a constant rate the l1 gradient never fades: the end still bounces",
        format!("{:.3} then {:.3}", path[[last - 1, 0]], path[[last, 0]]),
        bounce > 0.001 && bounce < 0.051,
    );
}
