//! A network that predicts numbers.

use ml_core::{
    Error, Fit, FitContext, Float, Persist, Predict, Result, Score, Tensor, check,
    ndarray::{Array1, ArrayView1, ArrayView2, Axis},
};
use serde::{Deserialize, Serialize};

use super::{Problem, recipe::network_estimator, trained::Trained};
use crate::{models::Model, training::History};

network_estimator! {
    /// A network as a regressor: the book's `KerasRegressor`.
    ///
    /// Scale the columns first. Hyperparameters that are not set keep the defaults of what makes the network.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Fit as _, Params as _, Predict as _, ndarray::{Array1, Array2}};
    /// use ml_nn::estimator::{Mlp, NetworkRegressor};
    ///
    /// let x = Array2::from_shape_fn((100, 1), |(row, _)| row as f64 / 50.0 - 1.0);
    /// let y: Array1<f64> = x.column(0).mapv(|v| 2.0 * v + 1.0);
    /// let mut network = NetworkRegressor::new(Mlp::new().learning_rate(0.05)).epochs(100).validation_split(0.2).patience(10);
    /// network.set_param("network__n_hidden", &0.into())?; // a line
    /// let fitted = network.fit(x.view(), y.view())?;
    /// assert!((fitted.predict(x.view())?[75] - 2.0).abs() < 0.05);
    /// assert!(fitted.history.last("val_loss").unwrap_or(f64::NAN) < 0.01);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    NetworkRegressor, f64
}

/// What a [`NetworkRegressor`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedNetworkRegressor {
    /// Losses, epoch by epoch.
    pub history: History,
    columns: usize,
    trained: Trained,
}

impl FittedNetworkRegressor {
    /// The network. Clones of the estimator share it.
    pub fn model(&self) -> &Model {
        self.trained.model()
    }
}

/// `[rows, 1]` in `f32`.
fn labels(width: usize, y: ArrayView1<'_, f64>) -> Result<Tensor> {
    if width != 1 {
        return Err(Error::Data {
            op: "NetworkRegressor",
            problem: format!("the model gives {width} numbers a row, but there is one target"),
            remedy: "give the last layer one unit",
        });
    }
    Ok(Tensor::from_ndarray(y.mapv(|v| v as f32).insert_axis(Axis(1))))
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for NetworkRegressor {
    type Fitted = FittedNetworkRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedNetworkRegressor> {
        check::training_set("NetworkRegressor", x, y)?;
        let problem = Problem {
            inputs: x.ncols(),
            classes: None,
            seed: self.training.seed,
        };
        let validation = self.validation.as_deref().map(|(x, y)| (x.view(), y.view()));
        let y = y.mapv(Float::as_f64);
        let (trained, history) = self
            .recipe()
            .train(problem, x, y.view(), validation, context, labels)?;
        Ok(FittedNetworkRegressor {
            history,
            columns: problem.inputs,
            trained,
        })
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedNetworkRegressor {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let answer = self.trained.answer("FittedNetworkRegressor", self.columns, x)?;
        Ok(answer.column(0).mapv(F::of))
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedNetworkRegressor {
    /// R², as of all regressors here; the book's `score` is the loss with the other sign, which searches get by the scorer
    /// `neg_mean_squared_error`.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        let op = "FittedNetworkRegressor::score";
        check::training_set(op, x, y)?;
        let weights = FitContext {
            weights,
            ..FitContext::default()
        }
        .weights_for(op, y.len())?;
        let weights = weights.map_or_else(|| Array1::ones(y.len()), |weights| weights.to_owned());
        let (y, predicted) = (y.mapv(Float::as_f64), self.predict(x)?.mapv(Float::as_f64));
        let mean = (&y * &weights).sum() / weights.sum();
        let spread = ((&y - mean).mapv(|v| v * v) * &weights).sum();
        let error = ((&y - &predicted).mapv(|v| v * v) * &weights).sum();
        // As in the other regressors: targets that do not differ are met or not.
        Ok(match (error == 0.0, spread == 0.0) {
            (true, _) => 1.0,
            (false, true) => 0.0,
            (false, false) => 1.0 - error / spread,
        })
    }
}

ml_core::regressor!(NetworkRegressor => FittedNetworkRegressor);

impl Persist for NetworkRegressor {
    const TYPE_NAME: &'static str = "ml_nn::NetworkRegressor";
}

impl Persist for FittedNetworkRegressor {
    const TYPE_NAME: &'static str = "ml_nn::FittedNetworkRegressor";
}
