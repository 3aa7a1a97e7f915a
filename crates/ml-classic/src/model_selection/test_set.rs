//! A guard of the test set.

use std::sync::atomic::{AtomicUsize, Ordering};

use ml_core::{Features, Model, Result, Target, check, ndarray::ArrayView1};
use ml_data::{IntoFeatures, IntoTarget};

use crate::metrics::Scorer;

/// The test set, which counts how often it is used.
///
/// Its score estimates the error on new rows only as long as nothing was chosen by it. The first
/// evaluation is what it is there for; from the second one on it logs a warning. It cannot know what you
/// do with the score, nor see copies of the rows that you use elsewhere.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, metrics::Scorer, model_selection::TestSet};
/// use ml_core::{Fit, ndarray::{Array2, array}};
///
/// let (x, y) = (Array2::zeros((2, 1)), array![1.0, 3.0]);
/// let model = DummyRegressor::default().fit(x.view(), y.view())?;
/// let test = TestSet::new(&x, &array![2.0, 4.0])?;
/// assert_eq!(test.score(&model, &Scorer::by_name("neg_mean_squared_error")?)?, -2.0);
/// assert_eq!(test.evaluations(), 1);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TestSet {
    x: Features,
    y: Target,
    evaluations: AtomicUsize,
}

impl TestSet {
    /// Puts the test rows away.
    ///
    /// # Errors
    /// [`Error::Length`](ml_core::Error::Length) unless there is one target a row.
    pub fn new(x: impl IntoFeatures, y: impl IntoTarget) -> Result<Self> {
        let (x, y) = (x.into_features()?, y.into_target()?);
        check::same_rows("TestSet", x.n_rows(), y.len())?;
        Ok(Self {
            x,
            y,
            evaluations: AtomicUsize::new(0),
        })
    }

    /// Marks a model, and counts it.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn score(&self, model: &dyn Model, scorer: &Scorer) -> Result<f64> {
        self.evaluate(|x, y| scorer.score(model, x, y))
    }

    /// Marks a model where every row counts by its weight, and counts it.
    ///
    /// # Errors
    /// As [`Scorer::score_weighted`].
    pub fn score_weighted(
        &self,
        model: &dyn Model,
        scorer: &Scorer,
        weights: ArrayView1<'_, f64>,
    ) -> Result<f64> {
        self.evaluate(|x, y| scorer.score_weighted(model, x, y, weights))
    }

    /// Any look at the rows, counted: predictions, an interval, several scores at once.
    pub fn evaluate<T>(&self, look: impl FnOnce(&Features, &Target) -> T) -> T {
        let times = self.evaluations.fetch_add(1, Ordering::Relaxed) + 1;
        if times > 1 {
            tracing::warn!(
                "evaluation {times} of the test set: a model chosen by its score is fitted to it, and will \
                 do worse in production; choose by cross-validation"
            );
        }
        look(&self.x, &self.y)
    }

    /// How often it was evaluated.
    pub fn evaluations(&self) -> usize {
        self.evaluations.load(Ordering::Relaxed)
    }
}
