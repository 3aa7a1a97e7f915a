//! What every linear model and naive Bayes refuse alike.

use ml_classic::{
    linear::{
        ElasticNet, ElasticNetCV, Lars, Lasso, LassoCV, LinearRegression, LogisticRegression,
        LogisticRegressionCV, PassiveAggressiveClassifier, PassiveAggressiveRegressor, Perceptron, Ridge,
        RidgeCV, SGDClassifier, SGDRegressor,
    },
    naive_bayes::{BernoulliNB, GaussianNB, MultinomialNB},
};
use ml_core::{
    Estimator, Features, FitContext, Target,
    ndarray::{Array1, Array2, array},
    sprs::{CsMat, TriMat},
};

fn classifiers() -> Vec<Box<dyn Estimator>> {
    vec![
        Box::new(LogisticRegression::default()),
        Box::new(LogisticRegressionCV::default()),
        Box::new(SGDClassifier::default()),
        Box::new(Perceptron::default()),
        Box::new(PassiveAggressiveClassifier::default()),
        Box::new(GaussianNB::default()),
        Box::new(MultinomialNB::default()),
        Box::new(BernoulliNB::default()),
    ]
}

fn regressors() -> Vec<Box<dyn Estimator>> {
    vec![
        Box::new(LinearRegression::default()),
        Box::new(Ridge::default()),
        Box::new(RidgeCV::default()),
        Box::new(Lasso::default()),
        Box::new(ElasticNet::default()),
        Box::new(LassoCV::default()),
        Box::new(ElasticNetCV::default()),
        Box::new(Lars::default()),
        Box::new(SGDRegressor::default()),
        Box::new(PassiveAggressiveRegressor::default()),
    ]
}

/// Every value stored, NaN too, which a comparison with 0 would lose.
fn stored(x: &Array2<f64>) -> CsMat<f64> {
    let mut out = TriMat::new(x.dim());
    x.indexed_iter().for_each(|((i, j), &v)| out.add_triplet(i, j, v));
    out.to_csr()
}

fn refusal(estimator: &dyn Estimator, x: &Features, y: &Target) -> String {
    let fitted = estimator.fit_features(x, y, &FitContext::default());
    fitted.expect_err("this is refused").to_string()
}

#[test]
fn numbers_are_no_classes() {
    let x = Features::from(array![[0.0], [1.0], [2.0], [3.0]]);
    let y = Target::from(array![0.5, 1.5, 0.5, 1.5]);
    for estimator in classifiers() {
        let message = refusal(&*estimator, &x, &y);
        assert!(
            message.contains("floating-point numbers") && message.contains("integer classes"),
            "{message}"
        );
        assert!(message.contains("mapv"), "no remedy: {message}");
    }
}

#[test]
fn what_is_no_number_is_found_dense_or_sparse() {
    let classes = Target::from(Array1::from_iter((0..8).map(|row| i64::from(row % 2 == 1))));
    let numbers = Target::from(Array1::from_iter((0..8).map(f64::from)));
    for bad in [f64::NAN, f64::INFINITY] {
        let mut x = Array2::from_shape_fn((8, 3), |(i, j)| (i * j % 3) as f64);
        x[[5, 2]] = bad;
        for features in [Features::from(stored(&x)), Features::from(x.clone())] {
            let with = |estimators: Vec<Box<dyn Estimator>>, target: &Target| {
                for estimator in estimators {
                    let message = refusal(&*estimator, &features, target);
                    let sparse_gauss = message.contains("sparse rows");
                    let found = message.contains("row 5") && message.contains("column 2");
                    assert!(found || sparse_gauss, "{message}");
                }
            };
            with(classifiers(), &classes);
            with(regressors(), &numbers);
        }
    }
}

#[test]
fn a_class_alone_teaches_nothing() {
    let x = Features::from(array![[0.0], [1.0], [2.0], [3.0]]);
    let one = Target::from(array![3_i64, 3, 3, 3]);
    // Naive Bayes knows one class then, and always predicts it.
    for estimator in classifiers().into_iter().take(5) {
        let message = refusal(&*estimator, &x, &one);
        assert!(message.contains("y holds one class only, 3"), "{message}");
    }
}
