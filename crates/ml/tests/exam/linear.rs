//! Linear models, naive Bayes, and what they are taught with.

use ml::{
    classic::{
        linear::{
            Batch, EarlyStopping, ElasticNet, ElasticNetCV, GradientDescent, Lars, Lasso, LassoCV,
            LogisticRegression, LogisticRegressionCV, LogisticSolver, Objective, PassiveAggressiveClassifier,
            PassiveAggressiveRegressor, PathOptions, Penalty, Perceptron, Ridge, RidgeCV, RidgeSolver,
            SGDClassifier, SGDRegressor, Schedule, SoftmaxRegression, enet_path, lasso_path, normal_equation,
            one_hot, with_bias,
        },
        naive_bayes::{BernoulliNB, GaussianNB, MultinomialNB},
    },
    core::ndarray::{Array1, Axis},
    prelude::*,
};
use proptest::collection::vec;

use super::{
    examiner::{examine, holds, lives, survives},
    inputs,
};

/// What [`super::estimators`] examines; short fits, so that many cases take little time.
pub(crate) fn estimators() -> Vec<Box<dyn Estimator>> {
    let sgd = || SGDClassifier::default().max_iter(20);
    let logistic = || LogisticRegression::default().max_iter(20);
    vec![
        Box::new(sgd()),
        Box::new(sgd().early_stopping(true).validation_fraction(0.4).average(3)),
        Box::new(SGDRegressor::default().max_iter(20)),
        Box::new(
            SGDRegressor::default()
                .max_iter(20)
                .penalty(Penalty::ElasticNet)
                .early_stopping(true),
        ),
        Box::new(Perceptron::default().max_iter(20)),
        Box::new(PassiveAggressiveClassifier::default().max_iter(20)),
        Box::new(PassiveAggressiveRegressor::default().max_iter(20)),
        Box::new(logistic()),
        Box::new(logistic().solver(LogisticSolver::NewtonCholesky)),
        Box::new(logistic().solver(LogisticSolver::NewtonCg)),
        Box::new(
            logistic()
                .solver(LogisticSolver::CoordinateDescent)
                .penalty(Penalty::L1),
        ),
        Box::new(
            logistic()
                .solver(LogisticSolver::Saga)
                .penalty(Penalty::ElasticNet),
        ),
        Box::new(
            LogisticRegressionCV::default()
                .cs(vec![0.1, 1.0])
                .cv(2)
                .max_iter(10),
        ),
        Box::new(Ridge::default()),
        Box::new(Ridge::default().solver(RidgeSolver::Svd)),
        Box::new(Ridge::default().solver(RidgeSolver::ConjugateGradients)),
        Box::new(Ridge::default().solver(RidgeSolver::Sag).max_iter(20)),
        Box::new(RidgeCV::default()),
        Box::new(Lasso::default().alpha(0.1).max_iter(50)),
        Box::new(ElasticNet::default().alpha(0.1).max_iter(50)),
        Box::new(LassoCV::default().n_alphas(3).cv(2).max_iter(20)),
        Box::new(ElasticNetCV::default().n_alphas(3).cv(2).max_iter(20)),
        Box::new(Lars::default()),
        Box::new(GaussianNB::default()),
        Box::new(MultinomialNB::default()),
        Box::new(BernoulliNB::default()),
    ]
}

pub(crate) fn members() -> Vec<String> {
    [
        "lasso_path",
        "enet_path",
        "PathOptions",
        "normal_equation",
        "with_bias",
        "GradientDescent",
        "Schedule",
        "SoftmaxRegression",
        "one_hot",
        "EarlyStopping",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn bad_paths() {
    let options = (inputs::number(), inputs::count(), inputs::number());
    examine(
        256,
        (inputs::matrix(), inputs::list(), options),
        |(x, y, (eps, n, ratio))| {
            let y = Array1::from(y);
            for options in [
                PathOptions::default().n_alphas(3).max_iter(20),
                PathOptions::default()
                    .n_alphas(n.min(200_000))
                    .eps(eps)
                    .max_iter(5),
                PathOptions::default()
                    .alphas(vec![eps, ratio])
                    .tol(ratio)
                    .max_iter(20),
            ] {
                survives("lasso_path", || lasso_path(x.view(), y.view(), &options))?;
                survives("enet_path", || enet_path(x.view(), y.view(), ratio, &options))?;
            }
            Ok(())
        },
    );
}

#[test]
fn bad_lessons() {
    let numbers = (inputs::number(), inputs::number(), inputs::count());
    examine(
        256,
        (inputs::matrix(), inputs::list(), numbers),
        |(x, y, (a, b, n))| {
            let y = Array1::from(y);
            let wide = lives("with_bias", || with_bias(x.view()))?;
            holds("with_bias", wide.ncols() == x.ncols() + 1, || {
                format!("{} columns", wide.ncols())
            })?;
            survives("normal_equation", || normal_equation(x.view(), y.view()))?;
            for how in [
                GradientDescent::default()
                    .epochs(20)
                    .schedule(Schedule::Decay { t0: a, t1: b }),
                GradientDescent::default()
                    .epochs(n)
                    .schedule(Schedule::Constant(a))
                    .alpha(b)
                    .penalty(Penalty::L1),
                GradientDescent::default().epochs(5).batch(Batch::Rows(n)).tol(a),
                GradientDescent::default()
                    .epochs(5)
                    .objective(Objective::LogLoss)
                    .schedule(Schedule::Constant(b)),
            ] {
                let start = Array1::zeros(x.ncols());
                survives("GradientDescent", || {
                    how.run(x.view(), y.view(), start, &mut NumpyRng::new(0))
                })?;
            }
            Ok(())
        },
    );
}

#[test]
fn bad_classes_from_nothing() {
    let input = (
        inputs::matrix(),
        vec(0_usize..5, 0..8),
        inputs::number(),
        inputs::count(),
    );
    examine(256, input, |(x, y, number, n)| {
        let y = Array1::from(y);
        survives("one_hot", || one_hot(y.view(), n.min(1000)))?;
        let how = SoftmaxRegression::default()
            .max_iter(n.min(50))
            .learning_rate(number)
            .patience(n);
        let fitted = survives("SoftmaxRegression", || {
            how.fit((x.view(), y.view()), (x.view(), y.view()))
        })?;
        if let Some(model) = fitted
            && let Some(p) = survives("SoftmaxRegression", || model.predict_proba(x.view()))?
        {
            holds("SoftmaxRegression", p.len_of(Axis(0)) == x.nrows(), || {
                format!("{p}")
            })?;
        }
        let stopping = EarlyStopping::default()
            .max_epochs(n.min(50))
            .patience(n)
            .min_delta(number);
        let run = || {
            stopping.run(
                0_usize,
                |epoch| {
                    *epoch += 1;
                    Ok(())
                },
                |_| Ok((number, number)),
            )
        };
        survives("EarlyStopping", run).map(drop)
    });
}
