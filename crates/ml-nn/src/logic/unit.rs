//! Units that add up what comes in, and step.

use ml_core::{
    Error, Result, check,
    ndarray::{Array1, Array2, ArrayView2, array},
};
use serde::{Deserialize, Serialize};

/// The step function of a threshold logic unit (book equation 10-1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// 0 below 0, 1 from 0 on.
    #[default]
    Heaviside,
    /// -1 below 0, 0 at 0, 1 above.
    Sign,
}

impl Step {
    /// The step of `z`; NaN of NaN.
    ///
    /// # Examples
    /// ```
    /// use ml_nn::logic::Step;
    ///
    /// assert_eq!([-1.5, 0.0, 2.0].map(|z| Step::Heaviside.of(z)), [0.0, 1.0, 1.0]);
    /// assert_eq!([-1.5, 0.0, 2.0].map(|z| Step::Sign.of(z)), [-1.0, 0.0, 1.0]);
    /// ```
    pub fn of(self, z: f64) -> f64 {
        match self {
            _ if z.is_nan() => z,
            Self::Heaviside => f64::from(z >= 0.0),
            Self::Sign if z == 0.0 => 0.0,
            Self::Sign => z.signum(),
        }
    }
}

/// A layer of threshold logic units, each connected to all inputs: `step(X · W + b)` (book equation 10-2 with a step as
/// activation function). One unit is a linear classifier.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_nn::logic::{Step, ThresholdLayer};
///
/// // "Both" and "at least one" of two inputs.
/// let layer = ThresholdLayer::new(array![[1.0, 1.0], [1.0, 1.0]], array![-1.5, -0.5], Step::Heaviside)?;
/// let y = layer.predict(array![[0.0, 1.0], [1.0, 1.0]].view())?;
/// assert_eq!(y, array![[0.0, 1.0], [1.0, 1.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdLayer {
    /// `W`, `[inputs, units]`.
    pub weights: Array2<f64>,
    /// `b`, one a unit: minus its threshold.
    pub bias: Array1<f64>,
    /// The step function.
    pub step: Step,
}

impl ThresholdLayer {
    /// With these weights.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one bias a unit.
    pub fn new(weights: Array2<f64>, bias: Array1<f64>, step: Step) -> Result<Self> {
        if weights.ncols() != bias.len() {
            return Err(Error::Shape {
                op: "ThresholdLayer",
                left: weights.shape().to_vec(),
                right: vec![bias.len()],
                rule: "there must be one bias for each column of the weights",
            });
        }
        Ok(Self { weights, bias, step })
    }

    /// `[rows, inputs]` to `[rows, units]`.
    ///
    /// # Errors
    /// [`Error::ColumnCount`] and [`Error::NotFinite`] for rows that do not fit.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>> {
        check::prediction_rows("ThresholdLayer", x, self.weights.nrows())?;
        Ok((x.dot(&self.weights) + &self.bias).mapv(|z| self.step.of(z)))
    }
}

/// The two layers that compute exclusive or of two inputs (book figure 10-6): "both" and "at least one", then "at least one
/// but not both". All weights of connections are 1 but one of -1, biases are -3/2, -1/2 and -1/2.
///
/// A single layer cannot: no straight line parts (0, 1) and (1, 0) from (0, 0) and (1, 1).
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
///
/// let [hidden, output] = ml_nn::logic::exclusive_or();
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let y = output.predict(hidden.predict(x.view())?.view())?;
/// assert_eq!(y.column(0).to_vec(), [0.0, 1.0, 1.0, 0.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn exclusive_or() -> [ThresholdLayer; 2] {
    let layer = |weights, bias| ThresholdLayer {
        weights,
        bias,
        step: Step::Heaviside,
    };
    [
        layer(array![[1.0, 1.0], [1.0, 1.0]], array![-1.5, -0.5]),
        layer(array![[-1.0], [1.0]], array![-0.5]),
    ]
}
