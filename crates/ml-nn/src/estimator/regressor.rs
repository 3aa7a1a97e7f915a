//! A network that predicts numbers.

use std::sync::Arc;

use ml_core::{
    Error, Fit, FitContext, Float, Persist, Predict, Result, Score, Tensor, check,
    ndarray::{Array, Array1, Array2, ArrayD, ArrayView1, ArrayView2, Axis, Dimension, Ix1, Ix2},
};
use serde::{Deserialize, Serialize};

use super::{
    Problem,
    recipe::{Watched, network_estimator},
    trained::Trained,
};
use crate::{models::Model, training::History};

const OP: &str = "NetworkRegressor";

network_estimator! {
/// A network as a regressor: the book's `KerasRegressor`. It learns one target from `y` of one axis, several from
/// `[rows, targets]`.
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
NetworkRegressor, (Array2<f64>, ArrayD<f64>)
}

impl NetworkRegressor {
    /// Rows and targets, a number or a row of numbers each, for early stopping and for the history. In a search all
    /// candidates and folds have the same; scores come from the folds alone.
    #[must_use]
    pub fn validation_data<D: Dimension>(mut self, x: Array2<f64>, y: Array<f64, D>) -> Self {
        self.validation = Some(Arc::new((x, y.into_dyn())));
        self
    }
}

/// What a [`NetworkRegressor`] learned about one target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedNetworkRegressor {
    /// Losses, epoch by epoch.
    pub history: History,
    columns: usize,
    trained: Trained,
}

/// What a [`NetworkRegressor`] learned about several targets.
///
/// # Examples
/// ```
/// use ml_core::{Fit as _, Predict as _, Score as _, ndarray::{Array2, array}};
/// use ml_nn::estimator::{Mlp, NetworkRegressor};
///
/// // The centre of an interval, and its length.
/// let x = array![[0.0, 1.0], [1.0, 1.5], [-1.0, 0.0], [0.0, 0.5], [-0.5, 1.0], [0.5, 1.5]];
/// let y = Array2::from_shape_fn((6, 2), |(row, column)| match column {
///     0 => (x[(row, 0)] + x[(row, 1)]) / 2.0,
///     _ => x[(row, 1)] - x[(row, 0)],
/// });
/// let network = NetworkRegressor::new(Mlp::new().n_hidden(0).learning_rate(0.5)).epochs(500);
/// let fitted = network.fit(x.view(), y.view())?;
/// assert_eq!(fitted.predict(x.view())?.dim(), (6, 2));
/// assert!(fitted.score(x.view(), y.view())? > 0.999);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedMultiNetworkRegressor {
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

impl FittedMultiNetworkRegressor {
    /// The network. Clones of the estimator share it.
    pub fn model(&self) -> &Model {
        self.trained.model()
    }
}

/// Targets in `f32`, for a model that gives so many numbers a row.
fn labels(width: usize, y: ArrayView2<'_, f64>) -> Result<Tensor> {
    let there = match y.ncols() {
        targets if targets == width => return Ok(Tensor::from_ndarray(y.mapv(|v| v as f32))),
        1 => "there is one target".to_owned(),
        targets => format!("there are {targets} targets"),
    };
    Err(Error::Data {
        op: OP,
        problem: format!("the model gives {width} numbers a row, but {there}"),
        remedy: "give the last layer a unit for each target: problem.outputs()",
    })
}

/// Targets of rows to watch training by, a column each.
fn targets(y: &ArrayD<f64>) -> Result<ArrayView2<'_, f64>> {
    let as_rows = y.view().into_dimensionality::<Ix2>();
    let as_numbers = || y.view().into_dimensionality::<Ix1>();
    let found = as_rows.or_else(|_| as_numbers().map(|y| y.insert_axis(Axis(1))));
    found.map_err(|_| Error::BadShape {
        op: "validation_data",
        shape: y.shape().to_vec(),
        rule: "targets are a number a row, or a row of numbers".to_owned(),
    })
}

/// Refuses targets without columns, and those that are no numbers.
fn check_targets<F: Float>(op: &'static str, y: ArrayView2<'_, F>) -> Result<()> {
    if y.ncols() == 0 {
        return Err(Error::Empty {
            op,
            what: "y (0 columns)".to_owned(),
            least: "1 column",
        });
    }
    match y.indexed_iter().find(|(_, v)| !v.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => Err(Error::NotFinite {
            op,
            what: "y",
            value: value.as_f64(),
            row,
            column: column.to_string(),
            remedy: "drop rows whose targets are not known",
        }),
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for NetworkRegressor {
    type Fitted = FittedNetworkRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedNetworkRegressor> {
        let fitted = self.fit_with(x, y.insert_axis(Axis(1)), context)?;
        Ok(FittedNetworkRegressor {
            history: fitted.history,
            columns: fitted.columns,
            trained: fitted.trained,
        })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView2<'_, F>> for NetworkRegressor {
    type Fitted = FittedMultiNetworkRegressor;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiNetworkRegressor> {
        check::not_empty(OP, x)?;
        check::same_rows(OP, x.nrows(), y.nrows())?;
        check::finite(OP, x)?;
        check_targets(OP, y)?;
        let problem = Problem::regression(x.ncols())
            .targets(y.ncols())
            .seed(self.training.seed);
        let y = y.mapv(Float::as_f64);
        let kept = self.validation.as_deref();
        let watched = kept.map(|(x, y)| (x, move |width| labels(width, targets(y)?)));
        let watched = watched
            .as_ref()
            .map(|(x, labels)| Watched { x: x.view(), labels });
        let (trained, history) =
            self.recipe()
                .train(problem, x, |width| labels(width, y.view()), watched, context)?;
        Ok(FittedMultiNetworkRegressor {
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

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedMultiNetworkRegressor {
    type Output = Array2<F>;

    /// `[rows, targets]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let answer = self
            .trained
            .answer("FittedMultiNetworkRegressor", self.columns, x)?;
        Ok(answer.mapv(F::of))
    }
}

/// The mean R² of the columns of `y`.
fn mean_r2<F: Float>(
    op: &'static str,
    y: ArrayView2<'_, F>,
    predicted: ArrayView2<'_, F>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    if y.dim() != predicted.dim() {
        return Err(Error::Shape {
            op,
            left: y.shape().to_vec(),
            right: predicted.shape().to_vec(),
            rule: "targets and predictions must have the same rows and columns",
        });
    }
    check::not_empty(op, y)?;
    check_targets(op, y)?;
    let weights = FitContext {
        weights,
        ..FitContext::default()
    }
    .weights_for(op, y.nrows())?;
    let weights = weights.map_or_else(|| Array1::ones(y.nrows()), |weights| weights.to_owned());
    let columns = y.columns().into_iter().zip(predicted.columns());
    let scores = columns.map(|(y, predicted)| r2(y, predicted, &weights));
    Ok(scores.sum::<f64>() / y.ncols() as f64)
}

fn r2<F: Float>(y: ArrayView1<'_, F>, predicted: ArrayView1<'_, F>, weights: &Array1<f64>) -> f64 {
    let (y, predicted) = (y.mapv(Float::as_f64), predicted.mapv(Float::as_f64));
    let mean = (&y * weights).sum() / weights.sum();
    let spread = ((&y - mean).mapv(|v| v * v) * weights).sum();
    let error = ((&y - &predicted).mapv(|v| v * v) * weights).sum();
    // As in the other regressors: targets that do not differ are met or not.
    match (error == 0.0, spread == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - error / spread,
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
        let predicted = self.predict(x)?;
        let column = Axis(1);
        mean_r2(
            op,
            y.insert_axis(column),
            predicted.view().insert_axis(column),
            weights,
        )
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView2<'_, F>> for FittedMultiNetworkRegressor {
    /// The mean R² of the targets.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, F>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        mean_r2(
            "FittedMultiNetworkRegressor::score",
            y,
            self.predict(x)?.view(),
            weights,
        )
    }
}

ml_core::regressor!(NetworkRegressor => FittedNetworkRegressor);

impl Persist for NetworkRegressor {
    const TYPE_NAME: &'static str = "ml_nn::NetworkRegressor";
}

impl Persist for FittedNetworkRegressor {
    const TYPE_NAME: &'static str = "ml_nn::FittedNetworkRegressor";
}

impl Persist for FittedMultiNetworkRegressor {
    const TYPE_NAME: &'static str = "ml_nn::FittedMultiNetworkRegressor";
}
