//! The book's chapter 4 by hand: closed forms, gradient descent, softmax regression, with its printed numbers.

use ml_classic::linear::{
    Batch, ElasticNet, GradientDescent, Lasso, LearningRate, LinearRegression, LogisticRegression, Objective,
    Penalty, Ridge, RidgeSolver, SGDRegressor, Sampling, Schedule, SoftmaxRegression, normal_equation,
    with_bias,
};
use ml_core::{
    Fit, NumpyRng, PartialFit, Predict, PredictProba, Seed, linalg,
    ndarray::{Array1, Array2, Axis, array, s},
};
use ml_data::datasets;

/// The book's noisy line: `y = 4 + 3x` and noise.
fn line() -> (Array2<f64>, Array1<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = 2.0 * rng.rand((100, 1));
    let y = 4.0 + 3.0 * &x.column(0) + rng.randn(100);
    (x, y)
}

/// Few noisy rows, for the penalties.
fn few() -> (Array2<f64>, Array1<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = 3.0 * rng.rand((20, 1));
    let y = 1.0 + 0.5 * &x.column(0) + rng.randn(20) / 1.5;
    (x, y)
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance, "{found}, not {expected}");
}

/// Reproduces N04-01, N04-02, N04-03.
#[test]
fn closed_forms_agree_with_the_book() {
    let (x, y) = line();
    let wide = with_bias(x.view());
    let theta = normal_equation(wide.view(), y.view()).unwrap();
    let by_svd = linalg::lstsq(wide.view(), y.view(), Some(1e-6)).unwrap().solution;
    let by_pinv = linalg::pinv(wide.view(), None).unwrap().dot(&y);
    let model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    for theta in [theta, by_svd, by_pinv, array![model.intercept, model.coef[0]]] {
        near(theta[0], 4.215_096_16, 1e-8);
        near(theta[1], 2.770_113_39, 1e-8);
        near(theta[0] + 2.0 * theta[1], 9.755_322_93, 1e-7);
    }
    let twice = ml_core::ndarray::concatenate![Axis(1), wide, x];
    let error = normal_equation(twice.view(), y.view()).unwrap_err().to_string();
    assert!(
        error.starts_with("normal_equation:") && error.contains("pinv"),
        "{error}"
    );
}

/// Reproduces N04-04, N04-05, N04-06.
#[test]
fn gradient_descent_agrees_with_the_book() {
    let (x, y) = line();
    let wide = with_bias(x.view());
    let mut rng = NumpyRng::new(42);
    let start = rng.randn(2);
    let batch = GradientDescent::default()
        .run(wide.view(), y.view(), start, &mut rng)
        .unwrap();
    near(batch.theta[0], 4.215_096_16, 1e-8);
    near(batch.theta[1], 2.770_113_39, 1e-8);
    assert_eq!(batch.path.dim(), (1001, 2));
    assert!(batch.costs.is_sorted_by(|a, b| *b <= a + 1e-12));

    let mut rng = NumpyRng::new(42);
    let start = rng.randn(2);
    let how = GradientDescent::default()
        .batch(Batch::Rows(1))
        .epochs(50)
        .schedule(Schedule::Decay { t0: 5.0, t1: 50.0 });
    let stochastic = how.run(wide.view(), y.view(), start, &mut rng).unwrap();
    near(stochastic.theta[0], 4.210_760_11, 1e-8);
    near(stochastic.theta[1], 2.748_560_79, 1e-8);
    assert_eq!(stochastic.path.nrows(), 5001);

    let sgd = SGDRegressor::default()
        .penalty(Penalty::None)
        .eta0(0.1)
        .seed(Seed::numpy(42));
    let model = sgd.fit(x.view(), y.view()).unwrap();
    near(model.intercept, 4.243_652_86, 1e-8);
    near(model.coef[0], 2.825_087_8, 1e-7);

    let how = GradientDescent::default()
        .batch(Batch::Rows(20))
        .sampling(Sampling::Shuffled)
        .epochs(200)
        .schedule(Schedule::Decay { t0: 20.0, t1: 200.0 });
    let mini = how
        .run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(1))
        .unwrap();
    near(mini.theta[0], 4.2151, 0.05);
    near(mini.theta[1], 2.7701, 0.05);
}

/// Reproduces C04-093: the log loss by gradient descent ends where the estimator does, `alpha` being `1/(m·c)`.
#[test]
fn both_routes_to_logistic_regression_meet() {
    let iris = datasets::iris();
    let x = iris.features.slice(s![.., 3..]).mapv(|width| width - 1.2);
    let y = iris.target.mapv(|class| f64::from(class == 2));
    let how = GradientDescent::default()
        .objective(Objective::LogLoss)
        .penalty(Penalty::L2)
        .alpha(1.0 / 150.0)
        .schedule(Schedule::Constant(1.0))
        .epochs(20_000);
    let run = |y: &Array1<f64>| {
        how.run(
            with_bias(x.view()).view(),
            y.view(),
            array![0.0, 0.0],
            &mut NumpyRng::new(0),
        )
    };
    let walk = run(&y).unwrap();
    let model = LogisticRegression::default()
        .tol(1e-10)
        .fit(x.view(), y.mapv(|class| class as i64).view())
        .unwrap();
    near(walk.theta[0], model.intercept[0], 1e-7);
    near(walk.theta[1], model.coef[[0, 0]], 1e-7);
    assert!(walk.costs.is_sorted_by(|a, b| *b <= a + 1e-12));
    let error = run(&(y + 1.0)).unwrap_err().to_string();
    assert_eq!(
        error,
        "GradientDescent: y holds 2; the log loss is of the classes 0 and 1; compare the classes first: \
         y.mapv(|class| f64::from(class == positive))"
    );
}

/// Reproduces C01-058: a line that turns round is followed at once with a high rate, hardly with a low one.
#[test]
fn a_high_learning_rate_adapts_quickly_and_forgets_quickly() {
    let x = NumpyRng::new(42).randn((200, 1));
    let slope = |rate: f64| {
        let how = SGDRegressor::default()
            .penalty(Penalty::None)
            .learning_rate(LearningRate::Constant)
            .eta0(rate);
        let mut model = how.start(1).unwrap();
        let mut after = Vec::new();
        for (slope, rows) in [(3.0, s![..180, ..]), (-3.0, s![180.., ..])] {
            let x = x.slice(rows);
            model.partial_fit(x, (slope * &x.column(0)).view()).unwrap();
            after.push(model.coef[0]);
        }
        after
    };
    let (low, high) = (slope(0.01), slope(0.3));
    assert!(low[0] > 2.0 && high[0] > 2.9, "{low:?} {high:?}");
    assert!(low[1] > 1.0 && high[1] < -2.0, "{low:?} {high:?}");
}

#[test]
fn descent_stops_where_it_is_flat_and_reports_divergence() {
    let (x, y) = line();
    let wide = with_bias(x.view());
    let run = |how: GradientDescent| how.run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(0));
    let flat = run(GradientDescent::default().tol(1e-6).epochs(100_000)).unwrap();
    assert!(
        flat.converged && flat.path.nrows() < 2000,
        "{}",
        flat.path.nrows()
    );
    let error = run(GradientDescent::default().schedule(Schedule::Constant(0.9)))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("GradientDescent: diverged: the cost went from"),
        "{error}"
    );
    assert!(
        error.ends_with("lower the learning rate, or scale the columns first (StandardScaler)"),
        "{error}"
    );
}

/// Ridge by gradient descent meets the closed form where `alpha` means the same: `2/m` of it.
#[test]
fn both_routes_to_ridge_meet() {
    let (x, y) = few();
    let wide = with_bias(x.view());
    let closed = Ridge::default().alpha(3.0).fit(x.view(), y.view()).unwrap();
    let how = GradientDescent::default()
        .penalty(Penalty::L2)
        .alpha(2.0 * 3.0 / 20.0)
        .epochs(5000);
    let walk = how
        .run(wide.view(), y.view(), array![0.0, 0.0], &mut NumpyRng::new(0))
        .unwrap();
    near(walk.theta[0], closed.intercept, 1e-9);
    near(walk.theta[1], closed.coef[0], 1e-9);
}

/// Reproduces N04-09 to N04-12.
#[test]
fn penalised_lines_agree_with_the_book() {
    let (x, y) = few();
    let at = array![[1.5]];
    let ridge = Ridge::default()
        .solver(RidgeSolver::Cholesky)
        .fit(x.view(), y.view())
        .unwrap();
    near(ridge.predict(at.view()).unwrap()[0], 1.550_714_65, 1e-8);
    let sgd = SGDRegressor::default()
        .seed(Seed::numpy(42))
        .fit(x.view(), y.view())
        .unwrap();
    near(sgd.predict(at.view()).unwrap()[0], 1.470_125_88, 1e-8);
    let lasso = Lasso::default().alpha(0.1).fit(x.view(), y.view()).unwrap();
    near(lasso.predict(at.view()).unwrap()[0], 1.537_881_74, 1e-8);
    let net = ElasticNet::default().alpha(0.1).fit(x.view(), y.view()).unwrap();
    near(net.predict(at.view()).unwrap()[0], 1.543_332_32, 1e-8);
}

/// Reproduces N04-13, N04-14, N04-15.
#[test]
fn logistic_regression_agrees_with_the_book() {
    let iris = datasets::iris();
    let width = iris.features.slice(s![.., 3..]);
    let virginica = iris.target.mapv(|class| i64::from(class == 2));
    let model = LogisticRegression::default()
        .tol(1e-8)
        .fit(width, virginica.view())
        .unwrap();
    near(-model.intercept[0] / model.coef[[0, 0]], 1.6603, 1e-3);
    assert_eq!(model.predict(array![[1.7], [1.5]].view()).unwrap(), array![1, 0]);
    let petals = iris.features.slice(s![.., 2..]);
    let model = LogisticRegression::default()
        .c(10.0)
        .tol(1e-8)
        .max_iter(1000)
        .fit(petals, iris.target.view())
        .unwrap();
    let p = model.predict_proba(array![[5.0, 2.0]].view()).unwrap();
    near(p[[0, 0]], 6.380_148_46e-7, 1e-9);
    near(p[[0, 1]], 0.057_493_012_9, 1e-7);
    near(p[[0, 2]], 0.942_506_349_1, 1e-7);
}

/// Exercise 12.
#[test]
fn softmax_regression_from_nothing_learns_the_irises() {
    let iris = datasets::iris();
    let order = NumpyRng::new(42).permutation(150);
    let x = iris.features.slice(s![.., 2..]).select(Axis(0), &order);
    let y = iris.target.select(Axis(0), &order).mapv(|class| class as usize);
    let (train, validation) = (s![..90], s![90..]);
    let how = SoftmaxRegression::default().max_iter(5000).alpha(0.01);
    let lesson = (x.slice(s![..90, ..]), y.slice(train));
    let model = how
        .fit(lesson, (x.slice(s![90.., ..]), y.slice(validation)))
        .unwrap();
    let right = model.predict(x.slice(s![90.., ..])).unwrap();
    let right = right
        .iter()
        .zip(&y.slice(validation))
        .filter(|(a, b)| a == b)
        .count();
    assert!(right >= 55, "{right} of 60");
    let least = model
        .validation_losses
        .iter()
        .fold(f64::INFINITY, |a, b| a.min(*b));
    assert_eq!(model.validation_losses[model.best_iter - 1], least);
    let error = SoftmaxRegression::default()
        .learning_rate(0.0)
        .fit(lesson, lesson)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "learning_rate = 0: must be finite and > 0");
}
