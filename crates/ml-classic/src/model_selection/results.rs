//! What a search measured.

use std::fmt;

use ml_core::ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use super::{ParamSet, evaluate::Evaluation};

/// One line a candidate: hyperparameters, scores and times. Displays as a table, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    /// The candidates, in the order in which they were made.
    pub params: Vec<ParamSet>,
    /// Scores on the rows held out, `[candidates, folds]`.
    pub split_test_scores: Array2<f64>,
    /// Their mean, the score of a candidate.
    pub mean_test_score: Array1<f64>,
    /// Their standard deviation (divided by the number of folds).
    pub std_test_score: Array1<f64>,
    /// 1 for the best; equal scores share the smaller rank, NaN comes last.
    pub rank: Vec<usize>,
    /// Scores on the rows trained on, if asked for.
    pub split_train_scores: Option<Array2<f64>>,
    /// Their mean.
    pub mean_train_score: Option<Array1<f64>>,
    /// Their standard deviation.
    pub std_train_score: Option<Array1<f64>>,
    /// Mean wall-clock seconds of a fit, including work of others that its thread took over meanwhile.
    pub mean_fit_seconds: Array1<f64>,
    /// Mean wall-clock seconds of scoring the rows held out.
    pub mean_score_seconds: Array1<f64>,
}

impl SearchResults {
    pub(super) fn new(params: Vec<ParamSet>, evaluations: &[Vec<Evaluation>]) -> Self {
        let table = |value: fn(&Evaluation) -> f64| {
            let shape = (evaluations.len(), evaluations.first().map_or(0, Vec::len));
            Array2::from_shape_fn(shape, |(c, f)| value(&evaluations[c][f]))
        };
        let split_test_scores = table(|e| e.test);
        let mean_test_score = mean(&split_test_scores);
        let trained = evaluations.iter().flatten().all(|e| e.train.is_some());
        let split_train_scores = trained.then(|| table(|e| e.train.unwrap_or(f64::NAN)));
        Self {
            params,
            std_test_score: split_test_scores.std_axis(Axis(1), 0.0),
            rank: rank(&mean_test_score),
            mean_test_score,
            split_test_scores,
            mean_train_score: split_train_scores.as_ref().map(mean),
            std_train_score: split_train_scores.as_ref().map(|s| s.std_axis(Axis(1), 0.0)),
            split_train_scores,
            mean_fit_seconds: mean(&table(|e| e.fit_seconds)),
            mean_score_seconds: mean(&table(|e| e.score_seconds)),
        }
    }

    /// Number of candidates.
    pub fn len(&self) -> usize {
        self.params.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// The candidates from the best to the worst; equals in the order in which they were made.
    pub fn sorted(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&candidate| self.rank[candidate]);
        order
    }
}

fn mean(scores: &Array2<f64>) -> Array1<f64> {
    scores.sum_axis(Axis(1)) / scores.ncols() as f64
}

/// One plus the number of better ones; a score that is not a number is worse than any other.
fn rank(scores: &Array1<f64>) -> Vec<usize> {
    let better = |a: f64, b: f64| a > b || (b.is_nan() && !a.is_nan());
    let rank_of = |&score: &f64| 1 + scores.iter().filter(|&&other| better(other, score)).count();
    scores.iter().map(rank_of).collect()
}

impl fmt::Display for SearchResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}  {:>14}  {:>12}", "rank", "mean score", "std")?;
        if self.mean_train_score.is_some() {
            write!(f, "  {:>14}", "train score")?;
        }
        writeln!(f, "  {:>8}  hyperparameters", "fit s")?;
        for candidate in self.sorted() {
            let (score, std) = (self.mean_test_score[candidate], self.std_test_score[candidate]);
            write!(
                f,
                "{:>4}  {:>14}  {:>12}",
                self.rank[candidate],
                short(score),
                short(std)
            )?;
            if let Some(train) = &self.mean_train_score {
                write!(f, "  {:>14}", short(train[candidate]))?;
            }
            let seconds = self.mean_fit_seconds[candidate];
            writeln!(f, "  {seconds:>8.3}  {}", self.params[candidate])?;
        }
        Ok(())
    }
}

/// Shares with four decimals, large errors with one.
fn short(value: f64) -> String {
    if value.abs() < 100.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.1}")
    }
}
