//! Fits and marks many candidates on many folds.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use ml_core::{
    Estimator, Features, FitContext, Model, Result, Target, Task,
    ndarray::{Array1, Array2},
};
use ml_data::split::Fold;

use super::{CrossValidation, ErrorScore};
use crate::metrics::Scorer;

/// What one fit on one fold gave.
pub(super) struct Evaluation {
    pub(super) test: f64,
    pub(super) train: Option<f64>,
    pub(super) fit_seconds: f64,
    pub(super) score_seconds: f64,
    /// `None` where the fit failed and [`ErrorScore::Nan`] lets the others go on.
    pub(super) model: Option<Box<dyn Model>>,
}

/// The rows of one fold, copied once for all candidates.
struct FoldRows {
    x_train: Features,
    y_train: Target,
    weights: Option<Array1<f64>>,
    x_test: Features,
    y_test: Target,
    test_weights: Option<Array1<f64>>,
}

/// A fold whose rows exist from the first candidate's start to the last one's end.
struct SharedFold<'a> {
    fold: &'a Fold,
    rows: Mutex<Option<Arc<FoldRows>>>,
    left: AtomicUsize,
}

/// The data and the way in which all candidates are evaluated.
pub(super) struct Evaluator<'a, 'c> {
    pub(super) task: &'static str,
    pub(super) x: &'a Features,
    pub(super) y: &'a Target,
    pub(super) how: &'a CrossValidation,
    pub(super) scorer: Scorer,
    pub(super) context: &'a FitContext<'c>,
    /// Whether scores of the rows trained on are wanted.
    pub(super) train_scores: bool,
    /// Whether the fitted models are wanted.
    pub(super) keep_models: bool,
}

/// Scores on the rows trained on and on those held out, both `[candidates, folds]`: what curves show.
pub(super) fn train_and_test_scores(
    (name, task): (&'static str, Task),
    candidates: &[&dyn Estimator],
    (x, y): (&Features, &Target),
    folds: &[Fold],
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<(Array2<f64>, Array2<f64>)> {
    let evaluator = Evaluator {
        task: name,
        x,
        y,
        how,
        scorer: how.scoring.scorer(task)?,
        context,
        train_scores: true,
        keep_models: false,
    };
    let all = evaluator.run(candidates, folds)?;
    let shape = (candidates.len(), folds.len());
    let train = |(c, f): (usize, usize)| all[c][f].train.unwrap_or(f64::NAN);
    let test = |(c, f): (usize, usize)| all[c][f].test;
    Ok((
        Array2::from_shape_fn(shape, train),
        Array2::from_shape_fn(shape, test),
    ))
}

impl Evaluator<'_, '_> {
    /// `[candidates][folds]`, in order, whatever the number of threads.
    pub(super) fn run(&self, candidates: &[&dyn Estimator], folds: &[Fold]) -> Result<Vec<Vec<Evaluation>>> {
        self.context.weights_for(self.task, self.y.len())?;
        let n = candidates.len();
        let shared: Vec<SharedFold<'_>> = folds.iter().map(|fold| SharedFold::new(fold, n)).collect();
        let total = n * folds.len();
        // The earliest failure decides; work behind it is not worth starting.
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        self.context.observer.start(self.task, total as u64);
        // One loop a thread, that takes the next unit when its last is done: a fit that waits for its own parallel work
        // never begins another fit meanwhile. Fold by fold, so that few folds' rows exist at a time.
        let work = || {
            let mut done = Vec::new();
            loop {
                let unit = next.fetch_add(1, Ordering::Relaxed);
                if unit >= total || unit > failed.load(Ordering::Relaxed) {
                    return done;
                }
                let fold = &shared[unit / n];
                let rows = fold.rows(self);
                let result = self.evaluate(candidates[unit % n], &rows);
                if result.is_err() {
                    failed.fetch_min(unit, Ordering::Relaxed);
                }
                drop(rows);
                fold.done();
                self.context.observer.advance(self.task, 1);
                done.push((unit, result));
            }
        };
        let mut results: Vec<_> = rayon::broadcast(|_| work()).into_iter().flatten().collect();
        results.sort_by_key(|(unit, _)| *unit);
        self.context.observer.finish(self.task);

        let mut out: Vec<Vec<Evaluation>> = (0..n).map(|_| Vec::with_capacity(folds.len())).collect();
        for (unit, result) in results {
            // Only units behind a failure are missing, and the failure returns before them.
            out[unit % n].push(result?);
        }
        Ok(out)
    }

    fn evaluate(&self, candidate: &dyn Estimator, rows: &FoldRows) -> Result<Evaluation> {
        match (self.fit_and_score(candidate, rows), self.how.error_score) {
            (Err(error), ErrorScore::Nan) => {
                tracing::warn!(%error, "{}: a fit failed, its score is NaN", self.task);
                Ok(Evaluation {
                    test: f64::NAN,
                    train: self.train_scores.then_some(f64::NAN),
                    fit_seconds: 0.0,
                    score_seconds: 0.0,
                    model: None,
                })
            }
            (result, _) => result,
        }
    }

    fn fit_and_score(&self, candidate: &dyn Estimator, rows: &FoldRows) -> Result<Evaluation> {
        let context = FitContext {
            weights: rows.weights.as_ref().map(|w| w.view()),
            ..FitContext::default()
        };
        let start = Instant::now();
        let model = candidate.fit_features(&rows.x_train, &rows.y_train, &context)?;
        let fit_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let mark = |x: &Features, y: &Target, weights: Option<&Array1<f64>>| {
            let weights = weights.filter(|_| self.how.weighted_scores).map(|w| w.view());
            self.scorer.score_with(&*model, x, y, weights)
        };
        let test = mark(&rows.x_test, &rows.y_test, rows.test_weights.as_ref())?;
        let score_seconds = start.elapsed().as_secs_f64();
        let train = match self.train_scores {
            true => Some(mark(&rows.x_train, &rows.y_train, rows.weights.as_ref())?),
            false => None,
        };
        Ok(Evaluation {
            test,
            train,
            fit_seconds,
            score_seconds,
            model: self.keep_models.then_some(model),
        })
    }

    fn copy(&self, fold: &Fold) -> FoldRows {
        let select = |rows: &[usize]| {
            let weights = self.context.weights?;
            Some(rows.iter().map(|&row| weights[row]).collect())
        };
        FoldRows {
            x_train: self.x.select_rows(&fold.train),
            y_train: self.y.select_rows(&fold.train),
            weights: select(&fold.train),
            x_test: self.x.select_rows(&fold.test),
            y_test: self.y.select_rows(&fold.test),
            test_weights: select(&fold.test),
        }
    }
}

impl<'a> SharedFold<'a> {
    fn new(fold: &'a Fold, candidates: usize) -> Self {
        Self {
            fold,
            rows: Mutex::new(None),
            left: AtomicUsize::new(candidates),
        }
    }

    fn rows(&self, evaluator: &Evaluator<'_, '_>) -> Arc<FoldRows> {
        // A panic elsewhere leaves the slot whole, so its lock may be taken over. Copying starts no
        // parallel work, so no thread can come back here while it holds the lock.
        let mut slot = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| Arc::new(evaluator.copy(self.fold)))
            .clone()
    }

    fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}
