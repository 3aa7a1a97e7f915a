//! A network that predicts classes.

use std::sync::Arc;

use ml_core::{
    Error, Fit, FitContext, Float, Label, Persist, Predict, PredictProba, Result, Score, Tensor, check,
    label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate},
};
use serde::{Deserialize, Serialize};

use super::{
    Problem,
    recipe::{Watched, network_estimator},
    trained::Trained,
};
use crate::{models::Model, training::History};

network_estimator! {
/// A network as a classifier: the book's `KerasClassifier`. Classes are labels of any kind: whole numbers in any numbering,
/// texts, truth values.
///
/// Scale the columns first. The network's last layer gives probabilities: one, of the larger of two classes, or one a
/// class.
///
/// # Examples
/// ```
/// use ml_core::{Fit as _, PredictProba as _, Predict as _, ndarray::array};
/// use ml_nn::estimator::{Mlp, NetworkClassifier};
///
/// let x = array![[-1.0], [0.0], [1.0]];
/// let network = NetworkClassifier::new(Mlp::new().learning_rate(0.1)).epochs(300);
/// let fitted = network.fit(x.view(), array![10, 20, 30].view())?;
/// let probabilities = fitted.predict_proba(x.view())?;
/// assert_eq!((fitted.classes.as_slice(), probabilities.dim()), (&[10, 20, 30][..], (3, 3)));
/// assert!(probabilities[(0, 0)] > 0.5 && probabilities[(2, 2)] > 0.5);
/// let fitted = network.fit(x.view(), array!['c', 'b', 'a'].view())?;
/// assert_eq!(fitted.predict(x.view())?, array!['c', 'b', 'a']);
/// # Ok::<(), ml_core::Error>(())
/// ```
NetworkClassifier, (Array2<f64>, Array1<String>)
}

impl NetworkClassifier {
    /// Rows and classes for early stopping and for the history. In a search all candidates and folds have the same; scores
    /// come from the folds alone. Classes are known again by how they are written.
    #[must_use]
    pub fn validation_data<L: Label>(mut self, x: Array2<f64>, y: Array1<L>) -> Self {
        self.validation = Some(Arc::new((x, y.map(ToString::to_string))));
        self
    }
}

/// What a [`NetworkClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedNetworkClassifier<L = i64> {
    /// The classes in ascending order.
    pub classes: Vec<L>,
    /// Losses, epoch by epoch.
    pub history: History,
    columns: usize,
    trained: Trained,
}

impl<L> FittedNetworkClassifier<L> {
    /// The network. Clones of the estimator share it.
    pub fn model(&self) -> &Model {
        self.trained.model()
    }
}

/// Of so many classes the numbers of the rows, or 0 and 1 in a column if the model gives one number.
fn labels(count: usize, width: usize, numbers: &[usize]) -> Result<Tensor> {
    if width != count && (width, count) != (1, 2) {
        return Err(Error::Data {
            op: "NetworkClassifier",
            problem: format!("the model gives {width} numbers a row, but y has {count} classes"),
            remedy: "give the last layer a unit for each class; for two classes one unit with a sigmoid will do",
        });
    }
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

/// The numbers of the classes that rows to watch training by have.
fn known<L: Label>(classes: &[L], written: &Array1<String>) -> Result<Vec<usize>> {
    let texts: Vec<String> = classes.iter().map(ToString::to_string).collect();
    let number = |class: &String| {
        let found = texts.iter().position(|text| text == class);
        found.ok_or_else(|| Error::Data {
            op: "NetworkClassifier",
            problem: format!("validation_data holds the class {class}, which the training rows do not have"),
            remedy: "train on rows of every class",
        })
    };
    written.iter().map(number).collect()
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for NetworkClassifier {
    type Fitted = FittedNetworkClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedNetworkClassifier<L>> {
        let op = "NetworkClassifier";
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        check::finite(op, x)?;
        let (classes, numbers) = label::encode(y);
        if let [only] = &classes[..] {
            return Err(Error::Data {
                op,
                problem: format!("y holds one class only, {only}"),
                remedy: "give rows of at least two classes",
            });
        }
        let (count, numbers) = (classes.len(), numbers.to_vec());
        let problem = Problem::classification(x.ncols(), count).seed(self.training.seed);
        let kept = self.validation.as_deref();
        let watched = kept.map(|(x, y)| (x, |width| labels(count, width, &known(&classes, y)?)));
        let watched = watched
            .as_ref()
            .map(|(x, labels)| Watched { x: x.view(), labels });
        let (trained, history) = self.recipe().train(
            problem,
            x,
            |width| labels(count, width, &numbers),
            watched,
            context,
        )?;
        Ok(FittedNetworkClassifier {
            history,
            columns: problem.inputs,
            trained,
            classes,
        })
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedNetworkClassifier<L> {
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

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedNetworkClassifier<L> {
    type Output = Array1<L>;

    /// The most probable class of each row; of equals the smallest.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let probabilities = self.predict_proba(x)?;
        let most = |row: ArrayView1<'_, f64>| {
            (1..row.len()).fold(0, |most, i| if row[i] > row[most] { i } else { most })
        };
        Ok(probabilities
            .axis_iter(Axis(0))
            .map(|row| self.classes[most(row)].clone())
            .collect())
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedNetworkClassifier<L> {
    /// Accuracy.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
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

ml_core::classifier!(NetworkClassifier => FittedNetworkClassifier<i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        let x = x.dense("FittedNetworkClassifier")?;
        self.predict_proba(x.view())
    }
});

impl Persist for NetworkClassifier {
    const TYPE_NAME: &'static str = "ml_nn::NetworkClassifier";
}

macro_rules! persist_by_label {
    ($($label:ty),*) => {$(
        impl Persist for FittedNetworkClassifier<$label> {
            const TYPE_NAME: &'static str = concat!("ml_nn::FittedNetworkClassifier<", stringify!($label), ">");
        }
    )*};
}
persist_by_label!(
    bool, char, String, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize
);
