//! A network that predicts classes.

use ml_core::{
    Error, Fit, FitContext, Float, Persist, Predict, PredictProba, Result, Score, Tensor, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate},
};
use serde::{Deserialize, Serialize};

use super::{Problem, recipe::network_estimator, trained::Trained};
use crate::{models::Model, training::History};

network_estimator! {
    /// A network as a classifier: the book's `KerasClassifier`. Classes are integers, in any numbering.
    ///
    /// Scale the columns first. The network's last layer gives probabilities: one, of the larger of two classes, or one a
    /// class.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Fit as _, PredictProba as _, ndarray::array};
    /// use ml_nn::estimator::{Mlp, NetworkClassifier};
    ///
    /// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![10i64, 20, 30]);
    /// let fitted = NetworkClassifier::new(Mlp::new().learning_rate(0.1)).epochs(300).fit(x.view(), y.view())?;
    /// let probabilities = fitted.predict_proba(x.view())?;
    /// assert_eq!((fitted.classes.as_slice(), probabilities.dim()), (&[10, 20, 30][..], (3, 3)));
    /// assert!(probabilities[(0, 0)] > 0.5 && probabilities[(2, 2)] > 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    NetworkClassifier, i64
}

/// What a [`NetworkClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedNetworkClassifier {
    /// The classes in ascending order.
    pub classes: Vec<i64>,
    /// Losses, epoch by epoch.
    pub history: History,
    columns: usize,
    trained: Trained,
}

impl FittedNetworkClassifier {
    /// The network. Clones of the estimator share it.
    pub fn model(&self) -> &Model {
        self.trained.model()
    }
}

/// Class numbers, or 0 and 1 in a column if the model gives one number.
fn labels(classes: &[i64], width: usize, y: ArrayView1<'_, i64>) -> Result<Tensor> {
    let count = classes.len();
    if width != count && (width, count) != (1, 2) {
        return Err(Error::Data {
            op: "NetworkClassifier",
            problem: format!("the model gives {width} numbers a row, but y has {count} classes"),
            remedy: "give the last layer a unit for each class; for two classes one unit with a sigmoid will do",
        });
    }
    let number = |class: &i64| {
        classes.binary_search(class).map_err(|_| Error::Data {
            op: "NetworkClassifier",
            problem: format!("validation_data holds the class {class}, which the training rows do not have"),
            remedy: "train on rows of every class",
        })
    };
    let numbers = y.iter().map(number).collect::<Result<Vec<usize>>>()?;
    match width {
        1 => {
            let column = numbers.iter().map(|&number| number as f32).collect();
            Tensor::from_vec(column, [numbers.len(), 1])
        }
        _ => Ok(Tensor::from(
            numbers.iter().map(|&number| number as i64).collect::<Vec<i64>>(),
        )),
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, i64>> for NetworkClassifier {
    type Fitted = FittedNetworkClassifier;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedNetworkClassifier> {
        let op = "NetworkClassifier";
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        check::finite(op, x)?;
        let (classes, _) = label::encode(y);
        if let [only] = classes[..] {
            return Err(Error::Data {
                op,
                problem: format!("y holds one class only, {only}"),
                remedy: "give rows of at least two classes",
            });
        }
        let problem = Problem {
            inputs: x.ncols(),
            classes: Some(classes.len()),
            seed: self.training.seed,
        };
        let validation = self.validation.as_deref().map(|(x, y)| (x.view(), y.view()));
        let labels = |width, y: ArrayView1<'_, i64>| labels(&classes, width, y);
        let (trained, history) = self.recipe().train(problem, x, y, validation, context, labels)?;
        Ok(FittedNetworkClassifier {
            history,
            columns: problem.inputs,
            trained,
            classes,
        })
    }
}

impl<F: Float> PredictProba<ArrayView2<'_, F>> for FittedNetworkClassifier {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let op = "FittedNetworkClassifier";
        let answer = self.trained.answer(op, self.columns, x)?;
        if let Some(odd) = answer.iter().find(|&&v| !(0.0..=1.0).contains(&v)) {
            return Err(Error::Numerical {
                op,
                problem: format!("the network gives {odd} as a probability"),
                remedy: "end it with a softmax or a sigmoid, and see that training did not diverge",
            });
        }
        if answer.ncols() > 1 {
            return Ok(answer);
        }
        let other = answer.mapv(|p| 1.0 - p);
        Ok(concatenate(Axis(1), &[other.view(), answer.view()]).expect("two columns of the same rows"))
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedNetworkClassifier {
    type Output = Array1<i64>;

    /// The most probable class of each row; of equals the smallest.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<i64>> {
        let probabilities = self.predict_proba(x)?;
        let most = |row: ArrayView1<'_, f64>| {
            (1..row.len()).fold(0, |most, i| if row[i] > row[most] { i } else { most })
        };
        Ok(probabilities
            .axis_iter(Axis(0))
            .map(|row| self.classes[most(row)])
            .collect())
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, i64>> for FittedNetworkClassifier {
    /// Accuracy.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, i64>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        let op = "FittedNetworkClassifier::score";
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        let weights = FitContext {
            weights,
            ..FitContext::default()
        }
        .weights_for(op, y.len())?;
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let predicted = self.predict(x)?;
        let right = |&row: &usize| predicted[row] == y[row];
        let all: f64 = (0..y.len()).map(weight).sum();
        Ok((0..y.len()).filter(right).map(weight).sum::<f64>() / all)
    }
}

ml_core::classifier!(NetworkClassifier => FittedNetworkClassifier, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        let x = x.dense("FittedNetworkClassifier")?;
        self.predict_proba(x.view())
    }
});

impl Persist for NetworkClassifier {
    const TYPE_NAME: &'static str = "ml_nn::NetworkClassifier";
}

impl Persist for FittedNetworkClassifier {
    const TYPE_NAME: &'static str = "ml_nn::FittedNetworkClassifier";
}
