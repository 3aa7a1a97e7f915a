//! What a pair of scores says about a model, and what to do.

use std::fmt;

/// What is wrong with a model, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The validation score reaches the goal.
    Good,
    /// Not even the training score reaches the goal.
    Underfit,
    /// The training score reaches the goal, the validation score does not.
    Overfit,
    /// Training and train-dev scores reach the goal, the validation score does not.
    DataMismatch,
}

/// A report on a model from its training and validation scores, larger is better (negate errors).
///
/// The rule: below the goal on the very rows it was trained on, a model underfits; above it there and
/// below it on others, it overfits. With a train-dev set (rows that look like the training rows, held
/// out) overfitting is told from training rows that do not look like validation rows.
///
/// # Examples
/// ```
/// use ml_classic::model_selection::{Diagnosis, Verdict};
///
/// // A tree without limits: no error on the training rows, a typical error of 71,000 on others.
/// let tree = Diagnosis::new(0.0, -71_000.0, -50_000.0);
/// assert_eq!(tree.verdict(), Verdict::Overfit);
/// assert_eq!(Diagnosis::new(-68_628.0, -69_052.0, -50_000.0).verdict(), Verdict::Underfit);
/// assert!(tree.to_string().contains("simplify the model"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diagnosis {
    /// Score on the rows trained on.
    pub train: f64,
    /// Score on held-out rows that look like the training rows, if there is such a set.
    pub train_dev: Option<f64>,
    /// Score on the rows held out, which look like production.
    pub validation: f64,
    /// The score that would be good enough: of a human, of the present solution, of what the task needs.
    pub goal: f64,
}

impl Diagnosis {
    /// From a training score, a validation score, and the score that would be good enough.
    pub fn new(train: f64, validation: f64, goal: f64) -> Self {
        Self {
            train,
            train_dev: None,
            validation,
            goal,
        }
    }

    /// The same with the score on a train-dev set.
    #[must_use]
    pub fn with_train_dev(self, train_dev: f64) -> Self {
        Self {
            train_dev: Some(train_dev),
            ..self
        }
    }

    /// How much worse the model is on rows that it has not seen.
    pub fn gap(&self) -> f64 {
        self.train - self.validation
    }

    /// What is wrong. A score that is not a number reaches no goal.
    pub fn verdict(&self) -> Verdict {
        let reached = |score: f64| score >= self.goal;
        if reached(self.validation) {
            Verdict::Good
        } else if !reached(self.train) {
            Verdict::Underfit
        } else if self.train_dev.is_some_and(reached) {
            Verdict::DataMismatch
        } else {
            Verdict::Overfit
        }
    }

    /// What usually helps.
    pub fn advice(&self) -> &'static str {
        match self.verdict() {
            Verdict::Good => "measure once on the test set",
            Verdict::Underfit => {
                "choose a stronger model, engineer better features, or relax the constraints"
            }
            Verdict::Overfit => {
                "simplify the model, constrain it more, get more training rows, or clean them"
            }
            Verdict::DataMismatch => {
                "make the training rows look more like the validation rows, and train again"
            }
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict() {
            Verdict::Good => "good",
            Verdict::Underfit => "underfits",
            Verdict::Overfit => "overfits",
            Verdict::DataMismatch => "suffers from a mismatch of data",
        };
        write!(f, "{verdict}: training {}", self.train)?;
        if let Some(train_dev) = self.train_dev {
            write!(f, ", train-dev {train_dev}")?;
        }
        write!(
            f,
            ", validation {}, goal {}; {}",
            self.validation,
            self.goal,
            self.advice()
        )
    }
}
