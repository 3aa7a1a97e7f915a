//! A layer of units that learns by its mistakes.

use ml_core::{
    Result, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{Step, ThresholdLayer};

/// Rosenblatt's perceptron with several outputs: a [`ThresholdLayer`] that learns row by row, changing the weights of those
/// units only that were wrong: `w_ij ← w_ij + η · (y_j - ŷ_j) · x_i` (book equation 10-3), and so the bias, whose input is 1.
///
/// If straight lines part the classes it finds some, not the best ones (Rosenblatt's convergence theorem); else it never
/// settles: [`learn`](Self::learn) says how many mistakes the last epoch had. It gives no probabilities. For one column of
/// classes `ml-classic` has the estimator `Perceptron`.
///
/// **Source**: Rosenblatt, "The Perceptron" (1958).
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_nn::logic::PerceptronLayer;
///
/// // Two answers at once: "or" and "and".
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let y = array![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0]];
/// let mut layer = PerceptronLayer::new(2, 2, 1.0)?;
/// let mistakes = layer.learn(x.view(), y.view(), 20)?;
/// assert_eq!(mistakes.last(), Some(&0));
/// assert_eq!(layer.units.predict(x.view())?, y);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerceptronLayer {
    /// Its units.
    pub units: ThresholdLayer,
    /// `η`, finite and above 0.
    pub learning_rate: f64,
}

impl PerceptronLayer {
    /// With so many inputs and units, all weights 0.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for no inputs or units, or a learning rate outside its domain.
    pub fn new(inputs: usize, units: usize, learning_rate: f64) -> Result<Self> {
        check::parameter("inputs", inputs, inputs >= 1, "at least 1")?;
        check::parameter("units", units, units >= 1, "at least 1")?;
        let valid = learning_rate > 0.0 && learning_rate.is_finite();
        check::parameter("learning_rate", learning_rate, valid, "finite and above 0")?;
        Ok(Self {
            units: ThresholdLayer {
                weights: Array2::zeros((inputs, units)),
                bias: Array1::zeros(units),
                step: Step::Heaviside,
            },
            learning_rate,
        })
    }

    /// Passes the rows in order, until an epoch is without mistake, at most so often; how many answers were wrong in each
    /// epoch. Targets are 0 and 1, one column a unit.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](ml_core::Error::ColumnCount), [`Error::Length`](ml_core::Error::Length),
    /// [`Error::NotFinite`](ml_core::Error::NotFinite) for rows that do not fit;
    /// [`Error::Parameter`](ml_core::Error::Parameter) for targets other than 0 and 1.
    pub fn learn(
        &mut self,
        x: ArrayView2<'_, f64>,
        y: ArrayView2<'_, f64>,
        epochs: usize,
    ) -> Result<Vec<usize>> {
        let op = "PerceptronLayer";
        check::prediction_rows(op, x, self.units.weights.nrows())?;
        check::same_rows(op, x.nrows(), y.nrows())?;
        check::columns(op, self.units.weights.ncols(), y.ncols())?;
        if let Some(odd) = y.iter().find(|&&v| v != 0.0 && v != 1.0) {
            check::parameter("target", odd, false, "0 or 1")?;
        }
        let mut mistakes = Vec::new();
        for _ in 0..epochs {
            let rows = x.rows().into_iter().zip(y.rows());
            mistakes.push(rows.map(|(x, y)| self.learn_row(x, y)).sum());
            if mistakes.last() == Some(&0) {
                break;
            }
        }
        Ok(mistakes)
    }

    /// Learns one row; how many units were wrong.
    fn learn_row(&mut self, x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>) -> usize {
        let units = &mut self.units;
        let answers = (x.dot(&units.weights) + &units.bias).mapv(|z| units.step.of(z));
        let errors = &y - &answers;
        for (j, &error) in errors.iter().enumerate().filter(|(_, error)| **error != 0.0) {
            units
                .weights
                .column_mut(j)
                .scaled_add(self.learning_rate * error, &x);
            units.bias[j] += self.learning_rate * error;
        }
        errors.iter().filter(|&&error| error != 0.0).count()
    }
}

/// Hebb's rule: connections between neurons that fire together grow, `w_ij + η · x_i · y_j`.
///
/// Shape: weights `[inputs, units]`, inputs `[inputs]`, outputs `[units]`.
///
/// **Source**: Hebb, "The Organization of Behavior" (1949).
///
/// # Errors
/// [`Error::ColumnCount`](ml_core::Error::ColumnCount) for another number of inputs or outputs than the weights have.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
///
/// let weights = ml_nn::logic::hebb(array![[0.0], [0.5]].view(), array![1.0, 0.0].view(), array![1.0].view(), 0.1)?;
/// assert_eq!(weights, array![[0.1], [0.5]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn hebb(
    weights: ArrayView2<'_, f64>,
    inputs: ArrayView1<'_, f64>,
    outputs: ArrayView1<'_, f64>,
    learning_rate: f64,
) -> Result<Array2<f64>> {
    check::columns("hebb", weights.nrows(), inputs.len())?;
    check::columns("hebb", weights.ncols(), outputs.len())?;
    Ok(Array2::from_shape_fn(weights.dim(), |(i, j)| {
        weights[(i, j)] + learning_rate * inputs[i] * outputs[j]
    }))
}
