//! How much memory fits take beside their rows.
//!
//! Linear models promise that they make no copy of dense rows in double precision, but where their documentation says
//! otherwise: the peak of a fit, the rows included, is at most 1.3 times the rows. One test, because the count is the
//! process's.

use ml_classic::{
    linear::{
        Aggressiveness, ElasticNet, ElasticNetCV, Lars, Lasso, LassoCV, LinearRegression, LogisticRegression,
        LogisticSolver, MultiClass, PassiveAggressiveClassifier, PassiveAggressiveRegressor, PathOptions,
        Penalty, Perceptron, Ridge, RidgeCV, RidgeSolver, SGDClassifier, SGDRegressor, enet_path,
    },
    metrics::{accuracy_score, confusion_matrix, r2_score},
    naive_bayes::{BernoulliNB, GaussianNB, MultinomialNB},
};
use ml_core::{
    Fit, NumpyRng, Predict, PredictProba, Result,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s},
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The largest share of the rows that a fit may take beside them.
const MOST: f64 = 0.3;

/// Twenty thousand rows of a hundred numbers, a target and three classes.
struct Data {
    x: Array2<f64>,
    y: Array1<f64>,
    classes: Array1<i64>,
}

impl Data {
    fn new(rows: usize, columns: usize) -> Self {
        let mut rng = NumpyRng::new(0);
        let x = rng.randn((rows, columns));
        let y = x.dot(&rng.randn(columns)) + rng.randn(rows);
        let classes = y.mapv(|v: f64| i64::from(v > -2.0) + i64::from(v > 2.0));
        Self { x, y, classes }
    }

    fn two(&self) -> Array1<i64> {
        self.classes.mapv(|class| class.min(1))
    }
}

/// What `work` takes beside what is there already, as a share of the rows; what it returns counts.
fn taken<T>(x: ArrayView2<'_, f64>, work: impl FnOnce() -> T) -> (T, f64) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    let most = MEMORY.peak_usage().saturating_sub(before);
    (result, most as f64 / (8 * x.len()) as f64)
}

/// Asserts that a fit takes little.
fn sparing<'a, E, Y, M>(what: &str, how: E, x: ArrayView2<'a, f64>, y: ArrayView1<'a, Y>) -> M
where
    E: Fit<ArrayView2<'a, f64>, ArrayView1<'a, Y>, Fitted = M>,
{
    let (model, share) = taken(x, || how.fit(x, y).expect("the data are sound"));
    assert!(
        share <= MOST,
        "{what} takes {share:.2} times the rows beside them"
    );
    model
}

#[test]
fn fits_make_no_copy_of_their_rows() {
    let data = Data::new(20_000, 100);
    // For its first product of matrices every thread puts 64 MiB aside to pack them in, of which it touches little.
    let warm = || {
        let (x, y) = (data.x.view(), data.y.view());
        LinearRegression::default().fit(x, y).unwrap();
        RidgeCV::default().fit(x, y).unwrap();
    };
    rayon::broadcast(|_| warm());
    warm();
    a_copy_is_seen(&data);
    least_squares(&data);
    l1_penalties(&data);
    logistic(&data);
    stochastic(&data);
    bayes(&data);
    scores(&data).unwrap();
}

/// The measure itself: it would see a copy.
fn a_copy_is_seen(data: &Data) {
    let (copy, share) = taken(data.x.view(), || data.x.clone());
    assert!(share >= 1.0 && copy.len() == data.x.len(), "{share}");
}

fn least_squares(data: &Data) {
    let (x, y) = (data.x.view(), data.y.view());
    sparing("LinearRegression", LinearRegression::default(), x, y);
    for solver in [
        RidgeSolver::Auto,
        RidgeSolver::Cholesky,
        RidgeSolver::Svd,
        RidgeSolver::ConjugateGradients,
        RidgeSolver::Sag,
        RidgeSolver::Saga,
    ] {
        let how = Ridge::default().solver(solver).max_iter(3);
        sparing(&format!("Ridge by {solver:?}"), how, x, y);
    }
    sparing("RidgeCV", RidgeCV::default(), x, y);
    sparing("Lars", Lars::default(), x, y);
    // Repeated columns send least squares to singular values.
    let twice = concatenate![Axis(1), x.slice(s![.., ..49]), x.slice(s![.., ..1])];
    let model = sparing(
        "LinearRegression of repeated columns",
        LinearRegression::default(),
        twice.view(),
        y,
    );
    assert_eq!(model.rank, 49);
    // Of wide data the products of the rows are kept.
    let wide = Data::new(200, 5_000);
    let (x, y) = (wide.x.view(), wide.y.view());
    sparing("Ridge of wide data", Ridge::default(), x, y);
    sparing("RidgeCV of wide data", RidgeCV::default(), x, y);
}

fn l1_penalties(data: &Data) {
    let (x, y) = (data.x.view(), data.y.view());
    sparing("Lasso", Lasso::default().alpha(0.1), x, y);
    sparing("ElasticNet", ElasticNet::default().alpha(0.1), x, y);
    sparing("LassoCV", LassoCV::default().n_alphas(10), x, y);
    sparing("ElasticNetCV", ElasticNetCV::default().n_alphas(10), x, y);
    let (path, share) = taken(x, || {
        enet_path(x, y, 0.5, &PathOptions::default()).expect("a path")
    });
    assert!(
        share <= MOST && path.coefs.ncols() == 100,
        "enet_path takes {share:.2}"
    );
}

fn logistic(data: &Data) {
    let (x, two) = (data.x.view(), data.two());
    for solver in [
        LogisticSolver::Lbfgs,
        LogisticSolver::NewtonCholesky,
        LogisticSolver::NewtonCg,
        LogisticSolver::Sag,
        LogisticSolver::Saga,
    ] {
        let how = LogisticRegression::default().solver(solver).max_iter(3);
        let what = format!("LogisticRegression by {solver:?}");
        sparing(&what, how.clone(), x, two.view());
        sparing(&what, how, x, data.classes.view());
    }
    let apart = LogisticRegression::default()
        .multi_class(MultiClass::OneVersusRest)
        .max_iter(3);
    sparing("one versus rest", apart, x, data.classes.view());
}

fn stochastic(data: &Data) {
    let (x, y, two) = (data.x.view(), data.y.view(), data.two());
    for penalty in [Penalty::L2, Penalty::L1, Penalty::ElasticNet] {
        let how = SGDClassifier::default().penalty(penalty).max_iter(3).average(1);
        sparing("SGDClassifier", how, x, two.view());
        let how = SGDRegressor::default().penalty(penalty).max_iter(3);
        sparing("SGDRegressor", how, x, y);
    }
    let how = SGDClassifier::default().max_iter(3).early_stopping(true);
    sparing("SGDClassifier of three classes", how, x, data.classes.view());
    sparing("Perceptron", Perceptron::default().max_iter(3), x, two.view());
    let bold = PassiveAggressiveClassifier::default().max_iter(3);
    sparing("PassiveAggressiveClassifier", bold, x, two.view());
    let bold = PassiveAggressiveRegressor::default().aggressiveness(Aggressiveness::Pa2);
    sparing("PassiveAggressiveRegressor", bold.max_iter(3), x, y);
}

fn bayes(data: &Data) {
    let (x, y) = (data.x.view(), data.classes.view());
    sparing("GaussianNB", GaussianNB::default(), x, y);
    sparing("BernoulliNB", BernoulliNB::default(), x, y);
    let counts = data.x.mapv(|v| v.abs().floor());
    sparing("MultinomialNB", MultinomialNB::default(), counts.view(), y);
}

/// Predictions and the scores of them.
fn scores(data: &Data) -> Result<()> {
    let (x, y) = (data.x.view(), data.classes.view());
    let line = Ridge::default().fit(x, data.y.view())?;
    let plane = LogisticRegression::default().max_iter(3).fit(x, y)?;
    let (_, share) = taken(x, || -> Result<()> {
        r2_score(data.y.view(), line.predict(x)?.view())?;
        let predicted = plane.predict(x)?;
        accuracy_score(y, predicted.view())?;
        confusion_matrix(y, predicted.view())?;
        plane.predict_proba(x)?;
        Ok(())
    });
    assert!(share <= MOST, "predictions and scores take {share:.2}");
    Ok(())
}
