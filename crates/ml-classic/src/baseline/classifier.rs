//! The guess that a classifier has to beat.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Float, Label, Predict, PredictProba, Result, Rng, Score, Seed, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};
use serde::{Deserialize, Serialize};

use crate::{class_weight::persist_by_label, metrics::accuracy_score_with};

/// How to guess a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassifierStrategy {
    /// The most frequent class (the first of them in a tie); its probabilities are the shares of the
    /// classes.
    #[default]
    Prior,
    /// The most frequent class, with certainty.
    MostFrequent,
    /// A class at random, with the shares of the training set.
    Stratified,
    /// A class at random, all equally likely.
    Uniform,
    /// Always the class in this place of the ascending list of classes.
    Constant(usize),
}

/// Guesses the class whatever the features: the baseline of a classification task.
///
/// `x` is not looked at, except for its number of rows; it may hold missing values.
///
/// # Examples
/// ```
/// use ml_classic::baseline::DummyClassifier;
/// use ml_core::{Fit, PredictProba, Score, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![1, 0, 1, 1]);
/// let model = DummyClassifier::default().fit(x.view(), y.view())?;
/// assert_eq!(model.score(x.view(), y.view())?, 0.75);
/// assert_eq!(model.predict_proba(x.view())?.row(0), array![0.25, 0.75]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Setters, Serialize, Deserialize)]
pub struct DummyClassifier {
    /// How to guess. Default the shares of the classes ([`ClassifierStrategy::Prior`]).
    pub strategy: ClassifierStrategy,
    /// Of the random strategies; the same rows get the same guesses every time.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(DummyClassifier);

/// What [`DummyClassifier`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedDummyClassifier<L> {
    /// The classes in ascending order.
    pub classes: Vec<L>,
    /// Their shares of the training rows (of the weight, if weighted).
    pub class_prior: Array1<f64>,
    strategy: ClassifierStrategy,
    seed: Seed,
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for DummyClassifier {
    type Fitted = FittedDummyClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<Self::Fitted> {
        let op = "DummyClassifier";
        check::same_rows(op, x.nrows(), y.len())?;
        if y.is_empty() {
            let (what, least) = ("y".to_owned(), "1 row");
            return Err(Error::Empty { op, what, least });
        }
        let weights = context.weights_for(op, y.len())?;
        let (classes, codes) = label::encode(y);
        if let ClassifierStrategy::Constant(place) = self.strategy {
            let domain = format!("below the number of classes, {}", classes.len());
            check::parameter("constant", place, place < classes.len(), &domain)?;
        }
        let mut class_prior = Array1::<f64>::zeros(classes.len());
        for (row, &code) in codes.iter().enumerate() {
            class_prior[code] += weights.map_or(1.0, |w| w[row]);
        }
        class_prior /= class_prior.sum();
        Ok(FittedDummyClassifier {
            classes,
            class_prior,
            strategy: self.strategy,
            seed: self.seed,
        })
    }
}

impl<L: Label> FittedDummyClassifier<L> {
    fn most_frequent(&self) -> usize {
        // The first of equals: a later one must be strictly more frequent.
        let priors = self.class_prior.iter().enumerate();
        priors.fold(
            0,
            |best, (c, &p)| if p > self.class_prior[best] { c } else { best },
        )
    }

    fn guess(&self, rows: usize) -> Array1<usize> {
        let fixed = |class| Array1::from_elem(rows, class);
        let mut rng = Rng::new(self.seed.number());
        match self.strategy {
            ClassifierStrategy::Prior | ClassifierStrategy::MostFrequent => fixed(self.most_frequent()),
            ClassifierStrategy::Constant(class) => fixed(class),
            ClassifierStrategy::Uniform => {
                Array1::from_shape_simple_fn(rows, || rng.below(self.classes.len()))
            }
            ClassifierStrategy::Stratified => Array1::from_shape_simple_fn(rows, || self.draw(rng.uniform())),
        }
    }

    /// The class in whose share of `[0, 1)` `u` falls.
    fn draw(&self, u: f64) -> usize {
        let mut sum = 0.0;
        let reached = self.class_prior.iter().position(|p| {
            sum += p;
            u < sum
        });
        // The shares may sum to a hair less than 1.
        reached.unwrap_or(self.classes.len() - 1)
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedDummyClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        Ok(self.guess(x.nrows()).map(|&code| self.classes[code].clone()))
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedDummyClassifier<L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let shape = (x.nrows(), self.classes.len());
        Ok(match self.strategy {
            ClassifierStrategy::Uniform => Array2::from_elem(shape, 1.0 / shape.1 as f64),
            ClassifierStrategy::Prior => {
                let row = self.class_prior.view().insert_axis(Axis(0));
                row.broadcast(shape).expect("one prior a class").to_owned()
            }
            _ => {
                let mut out = Array2::zeros(shape);
                for (mut row, &code) in out.rows_mut().into_iter().zip(&self.guess(shape.0)) {
                    row[code] = 1.0;
                }
                out
            }
        })
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedDummyClassifier<L> {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        accuracy_score_with(y, self.predict(x)?.view(), weights)
    }
}

ml_core::classifier!(DummyClassifier => FittedDummyClassifier<i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        PredictProba::predict_proba(self, x.dense("FittedDummyClassifier")?.view())
    }
});

persist_by_label!(FittedDummyClassifier);
