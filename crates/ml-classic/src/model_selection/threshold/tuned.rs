//! A threshold that is learned by cross-validation.

use derive_setters::Setters;
use ml_core::{
    Error, Estimator, Features, FitContext, Model, Result, Target, check, label,
    ndarray::{Array1, Array2, ArrayView1},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{super::cross_val_predict::HeldOut, decision::Decision};
use crate::{
    metrics::{Scorer, Scoring},
    model_selection::{CrossValidation, Cv},
    response::Response,
    wrapper::{classifier_wrapper, wrapper_new},
};

const OP: &str = "TunedThresholdClassifier";

/// More thresholds are no finer than the scores of any data.
const MOST_THRESHOLDS: usize = 1_000_000;

/// Which thresholds are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thresholds {
    /// So many at equal distances, from the lowest score to the highest: 2 to a million.
    Count(usize),
    /// These, in ascending order, at least 2.
    These(Vec<f64>),
}

impl From<usize> for Thresholds {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<Vec<f64>> for Thresholds {
    fn from(thresholds: Vec<f64>) -> Self {
        Self::These(thresholds)
    }
}

impl Thresholds {
    fn check(&self) -> Result<()> {
        match self {
            Self::Count(count) => {
                let valid = (2..=MOST_THRESHOLDS).contains(count);
                check::parameter("thresholds", count, valid, "from 2 to 1,000,000")
            }
            Self::These(list) => {
                let ascends = list.windows(2).all(|pair| pair[0] < pair[1]);
                let valid = list.len() >= 2 && ascends && list.iter().all(|t| t.is_finite());
                check::parameter(
                    "thresholds",
                    format!("{list:?}"),
                    valid,
                    "2 or more finite numbers that ascend",
                )
            }
        }
    }

    /// The thresholds for scores from `low` to `high`.
    fn between(&self, low: f64, high: f64) -> Array1<f64> {
        match self {
            Self::Count(count) => Array1::linspace(low, high, *count),
            Self::These(list) => list.clone().into(),
        }
    }
}

/// A classifier of two classes whose threshold maximises a score in cross-validation.
///
/// In every fold the score of every threshold is measured on the rows held out; the threshold of the highest mean
/// (the first of equals) is put to the scores of the estimator fitted on all rows. The score must be one of
/// predicted classes: `f1`, `balanced_accuracy`, a custom one of costs. Those that have a name and look at one class
/// (`precision`, `recall`, `f1`, `jaccard`) look at `positive`; a custom one is given the classes as they are.
///
/// # Examples
/// ```
/// use ml_classic::{model_selection::TunedThresholdClassifier, neighbors::KNeighborsClassifier};
/// use ml_core::{Fit, Predict, ndarray::{Array1, Array2}};
///
/// // The numbers from 0 to 39 in no order: one in four from 20 on is of a rare class.
/// let number = |i: usize| 7 * i % 40;
/// let x = Array2::from_shape_fn((40, 1), |(i, _)| number(i) as f64);
/// let y = Array1::from_iter((0..40).map(|i| i64::from(number(i) >= 20 && number(i) % 4 == 0)));
/// let near = KNeighborsClassifier::default().n_neighbors(8usize);
/// let tuned = TunedThresholdClassifier::new(near).scoring("recall").cv(4).fit(&x, &y)?;
/// assert!(tuned.threshold < 0.5 && tuned.best_score > 0.7);
/// assert!(tuned.predict(&x)?.sum() > 5);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Setters, Serialize, Deserialize)]
pub struct TunedThresholdClassifier {
    /// A classifier with probabilities or decision scores.
    #[setters(skip)]
    pub estimator: Box<dyn Estimator>,
    /// What to maximise. Default `balanced_accuracy`.
    #[setters(into)]
    pub scoring: Scoring,
    /// The thresholds tried. Default 100.
    #[setters(into)]
    pub thresholds: Thresholds,
    /// Which scores. Default probabilities if the estimator has them.
    pub response: Response,
    /// The positive class. Default the greater one.
    #[setters(into)]
    pub positive: Option<i64>,
    /// The folds. Default 5, stratified.
    #[setters(into)]
    pub cv: Cv,
}
wrapper_new!(TunedThresholdClassifier {
    scoring: Scoring::Name("balanced_accuracy".to_owned()),
    thresholds: Thresholds::Count(100),
    response: Response::Auto,
    positive: None,
    cv: Cv::default()
});

/// What [`TunedThresholdClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedTunedThresholdClassifier {
    /// The estimator fitted on all rows.
    pub model: Box<dyn Model>,
    /// The best threshold: the least score of a positive row.
    pub threshold: f64,
    /// Its mean score over the folds.
    pub best_score: f64,
    /// All thresholds, ascending.
    pub thresholds: Array1<f64>,
    /// Their mean scores.
    pub scores: Array1<f64>,
    decision: Decision,
}

impl TunedThresholdClassifier {
    fn learn(
        &self,
        x: &Features,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedTunedThresholdClassifier> {
        self.thresholds.check()?;
        check::same_rows(OP, x.n_rows(), y.len())?;
        let decision = Decision::new(OP, &label::encode(y).0, self.positive, self.response)?;
        let scorer = self.scoring.scorer(self.estimator.task())?;
        let how = CrossValidation::default().cv(self.cv.clone());
        let held_out = HeldOut::fit(OP, &*self.estimator, x, Target::from(y), &how, context)?;
        let curves = (0..held_out.len()).into_par_iter().map(|fold| {
            let (model, x, y) = held_out.part(fold);
            let (scores, _) = decision.scores(OP, model, &x)?;
            self.curve(&decision, &scorer, &scores, &y)
        });
        let curves: Vec<(Array1<f64>, Vec<f64>)> = curves.collect::<Result<_>>()?;
        let low = curves.iter().map(|(at, _)| at[0]).fold(f64::INFINITY, f64::min);
        let high = curves
            .iter()
            .map(|(at, _)| at[at.len() - 1])
            .fold(f64::NEG_INFINITY, f64::max);
        let thresholds = self.thresholds.between(low, high);
        let mean = |&threshold: &f64| {
            let sum: f64 = curves
                .iter()
                .map(|(at, scores)| interpolate(at, scores, threshold))
                .sum();
            sum / curves.len() as f64
        };
        let scores = thresholds.map(mean);
        let best = crate::tree::first_largest(&scores.to_vec());
        if scores[best].is_nan() {
            return Err(Error::Numerical {
                op: OP,
                problem: format!(
                    "the mean {} of the threshold {} is not a number",
                    scorer.name(),
                    thresholds[best]
                ),
                remedy: "choose a scorer that is defined for every prediction",
            });
        }
        Ok(FittedTunedThresholdClassifier {
            model: self.estimator.fit_features(x, &y.into(), context)?,
            threshold: thresholds[best],
            best_score: scores[best],
            thresholds,
            scores,
            decision,
        })
    }

    /// Thresholds between the scores of some rows, and the score of each.
    fn curve(
        &self,
        decision: &Decision,
        scorer: &Scorer,
        scores: &Array1<f64>,
        y: &Target,
    ) -> Result<(Array1<f64>, Vec<f64>)> {
        let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low >= high {
            return Err(Error::Data {
                op: OP,
                problem: format!("all {} rows of a fold score {low}", scores.len()),
                remedy: "use a model whose scores differ, or more rows a fold",
            });
        }
        let thresholds = self.thresholds.between(low, high);
        let (named, y) = match &self.scoring {
            Scoring::ByTask | Scoring::Name(_) => {
                let is_positive = |&class: &i64| i64::from(class == decision.positive);
                (decision.of_one(), Target::from(y.classes(OP)?.map(is_positive)))
            }
            Scoring::Custom(_) => (*decision, y.clone()),
        };
        // The scorer asks a model; this one has its answers ready.
        let no_columns = Features::from(Array2::zeros((scores.len(), 0)));
        let mark = |&threshold: &f64| {
            let answers = Answers {
                predicted: named.classes(scores.view(), threshold),
                classes: named.known(),
            };
            scorer.score(&answers, &no_columns, &y)
        };
        let marks = thresholds.iter().map(mark).collect::<Result<_>>()?;
        Ok((thresholds, marks))
    }
}

/// The value at `x` of the line through points of ascending `at`, level beyond its ends.
fn interpolate(at: &Array1<f64>, values: &[f64], x: f64) -> f64 {
    let right = at.iter().position(|&a| a >= x);
    match right {
        None => values[values.len() - 1],
        Some(0) => values[0],
        Some(right) => {
            let share = (x - at[right - 1]) / (at[right] - at[right - 1]);
            values[right - 1] + share * (values[right] - values[right - 1])
        }
    }
}

/// A model that has only these answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Answers {
    predicted: Array1<i64>,
    classes: Vec<i64>,
}

#[ml_core::typetag::serde]
impl Model for Answers {
    fn name(&self) -> String {
        "a choice of the threshold".to_owned()
    }

    fn predict_features(&self, _: &Features) -> Result<Target> {
        Ok(self.predicted.view().into())
    }

    fn classes(&self) -> Option<Vec<i64>> {
        Some(self.classes.clone())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl FittedTunedThresholdClassifier {
    fn known(&self) -> Vec<i64> {
        self.decision.known()
    }

    fn answer(&self, x: &Features) -> Result<Array1<i64>> {
        let (scores, _) = self.decision.scores(OP, &*self.model, x)?;
        Ok(self.decision.classes(scores.view(), self.threshold))
    }
}

classifier_wrapper!(
    TunedThresholdClassifier => FittedTunedThresholdClassifier,
    params [scoring, thresholds, response, positive, cv],
    {
        fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
            self.model.predict_proba_features(x)
        }

        fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
            self.model.decision_function_features(x)
        }

        fn feature_importances(&self) -> Option<Vec<f64>> {
            self.model.feature_importances()
        }
    }
);
