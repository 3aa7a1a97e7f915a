//! A function that builds a model, and what makes an estimator of it (listings W10-39 and W10-40).

use ml::{
    core::{DType, Tensor, ndarray::Ix2},
    nn::{
        Activation, Compile, Model, Sequential,
        estimator::{BuildModel, NetworkRegressor, Problem},
        layers::{Dense, InputLayer},
        optimizers::Sgd,
    },
    prelude::*,
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::Housing,
    support::{AnyResult, Book, Chapter},
};

/// The book's `build_model`: as many hyperparameters as possible, each with a sensible default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HousingModel {
    /// Hidden layers: none makes a linear model.
    pub(crate) n_hidden: usize,
    /// Units of each.
    pub(crate) n_neurons: usize,
    /// Of plain gradient descent.
    pub(crate) learning_rate: f64,
}
ml::core::impl_params!(HousingModel);

impl Default for HousingModel {
    fn default() -> Self {
        Self {
            n_hidden: 1,
            n_neurons: 30,
            learning_rate: 3e-3,
        }
    }
}

impl HousingModel {
    pub(crate) fn model(&self, inputs: usize, seed: u64) -> Result<Model> {
        let mut stack = Sequential::new().add(InputLayer::new([inputs]));
        for _ in 0..self.n_hidden {
            stack = stack.add(Dense::new(self.n_neurons).activation(Activation::Relu));
        }
        let mut model = stack.add(Dense::new(1)).into_model().seed(seed);
        model.compile(Compile::new(Sgd::new(self.learning_rate), "mse"))?;
        Ok(model)
    }
}

#[typetag::serde]
impl BuildModel for HousingModel {
    fn build(&self, problem: &Problem) -> Result<Model> {
        self.model(problem.inputs, problem.seed)
    }
}

/// The three parts as arrays, which estimators take.
pub(crate) struct Data {
    pub(crate) train: (Array2<f64>, Array1<f64>),
    pub(crate) valid: (Array2<f64>, Array1<f64>),
    pub(crate) test: (Array2<f64>, Array1<f64>),
}

pub(crate) fn arrays(housing: &Housing) -> AnyResult<Data> {
    let part = |x: &Tensor, y: &Tensor| -> AnyResult<(Array2<f64>, Array1<f64>)> {
        let x = x
            .cast(DType::F64)?
            .into_ndarray::<f64>()?
            .into_dimensionality::<Ix2>()?;
        Ok((x, Array1::from(y.cast(DType::F64)?.to_vec::<f64>()?)))
    };
    Ok(Data {
        train: part(&housing.x_train, &housing.y_train)?,
        valid: part(&housing.x_valid, &housing.y_valid)?,
        test: part(&housing.x_test, &housing.y_test)?,
    })
}

/// The book's `KerasRegressor`: 100 epochs at most, stopped early by the validation rows.
pub(crate) fn regressor(data: &Data) -> NetworkRegressor {
    let (x_valid, y_valid) = data.valid.clone();
    NetworkRegressor::new(HousingModel::default())
        .epochs(100)
        .validation_data(x_valid, y_valid)
        .patience(10)
        .seed(42)
}

pub(crate) fn run(book: &mut Chapter, data: &Data) -> AnyResult {
    book.section("A network as an estimator");
    let (x, y) = &data.train;
    let fitted = regressor(data).fit(x.view(), y.view())?;
    let (x_test, y_test) = &data.test;
    let predicted = fitted.predict(x_test.view())?;
    let mse = (&predicted - y_test).mapv(|e| e * e).mean().unwrap_or(f64::NAN);
    let variance = y_test.var(0.0);
    println!("  {} epochs, test MSE {mse:.4}", fitted.history.epoch.len());
    book.claim(
        "C10-147",
        "fit, then predict: test MSE below half of the variance",
        format!("{mse:.4} of {variance:.4}"),
        mse < 0.5 * variance,
    );
    let expected = 1.0 - mse / variance;
    book.number(
        "C10-147",
        "its score is R², as of all regressors here",
        fitted.score(x_test.view(), y_test.view())?,
        Book::Within(expected, 1e-9),
    );
    let linear = HousingModel {
        n_hidden: 0,
        ..HousingModel::default()
    };
    book.number(
        "C10-146",
        "parameters without hidden layers: a linear model",
        linear.model(8, 0)?.count_params()? as f64,
        Book::Exact(9.0),
    );
    Ok(())
}
