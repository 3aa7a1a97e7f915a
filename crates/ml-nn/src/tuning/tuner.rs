//! The search itself.

use std::path::PathBuf;

use ml_core::{Observer, Result, check, observer::Silent};

use super::{Goal, Pruner, Search, Space, Strategy, Study, Trial, TrialRecord, file::StudyFile};

/// Looks for the hyperparameters that make what a closure returns small, or large.
///
/// Trials of a round run in parallel, as many at a time as rayon's pool has threads.
///
/// # Examples
/// ```
/// use ml_nn::tuning::{Domain, RandomSearch, Space, Tuner};
///
/// let space = Space::new().add("x", Domain::float(-10.0, 10.0)).add("y", Domain::int(-3, 3));
/// let study = Tuner::new(space, RandomSearch::new(200)).seed(42).run(|trial| {
///     let (x, y): (f64, i64) = (trial.get("x")?, trial.get("y")?);
///     Ok((x - 2.0).powi(2) + (y * y) as f64)
/// })?;
/// let best = study.best()?;
/// assert!((best.values.get::<f64>("x")? - 2.0).abs() < 1.5 && study.trials.len() == 200);
/// # Ok::<(), ml_core::Error>(())
/// ```
///
/// Networks tell how they get on, so that a [`Pruner`] can give up the bad ones:
///
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, layers::{Dense, IntoLayer}, optimizers::Sgd};
/// use ml_nn::tuning::{Domain, MedianPruner, RandomSearch, Space, Tuner};
///
/// let x = Tensor::from([[0.0f32], [1.0], [2.0], [3.0]]);
/// let y = Tensor::from([[1.0f32], [3.0], [5.0], [7.0]]);
/// let space = Space::new().add("rate", Domain::float(1e-4, 0.1).log());
/// let tuner = Tuner::new(space, RandomSearch::new(8)).pruner(MedianPruner::new().startup_trials(2)).parallel(2);
/// let study = tuner.run(|trial| {
///     let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model().seed(trial.seed());
///     model.compile(Compile::new(Sgd::new(trial.get::<f64>("rate")?), "mse"))?;
///     let fit = Fit::new().epochs(20).validation_data(&x, &y).callback(trial.callback("val_loss"));
///     Ok(model.fit(&x, &y, fit)?.last("val_loss").unwrap_or(f64::NAN))
/// })?;
/// assert!(study.best()?.values.get::<f64>("rate")? > 0.01);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Tuner {
    space: Space,
    strategy: Box<dyn Strategy>,
    pub(super) pruner: Option<Box<dyn Pruner>>,
    pub(super) goal: Goal,
    pub(super) seed: u64,
    parallel: usize,
    file: Option<PathBuf>,
    pub(super) keep_failures: bool,
}

impl Tuner {
    /// Searches this space in this way for the smallest value.
    pub fn new(space: Space, strategy: impl Strategy + 'static) -> Self {
        Self {
            space,
            strategy: Box::new(strategy),
            pruner: None,
            goal: Goal::Minimize,
            seed: 0,
            parallel: 1,
            file: None,
            keep_failures: false,
        }
    }

    /// Searches for the largest value.
    #[must_use]
    pub fn maximize(mut self) -> Self {
        self.goal = Goal::Maximize;
        self
    }

    /// Sets the seed. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many trials make a round, which run at the same time and do not see each other. Default 1: every trial makes
    /// use of all before. It is part of what is searched: with two, the second trial knows nothing of the first, on any
    /// number of threads. Strategies whose rounds follow from themselves (halving; random search without a pruner) run all
    /// that can be run at once.
    #[must_use]
    pub fn parallel(mut self, trials: usize) -> Self {
        self.parallel = trials;
        self
    }

    /// Gives up trials early.
    #[must_use]
    pub fn pruner(mut self, pruner: impl Pruner + 'static) -> Self {
        self.pruner = Some(Box::new(pruner));
        self
    }

    /// Keeps every finished trial in this file, one JSON line each, and goes on from it if it is there: an interrupted
    /// search continues as if nothing had happened, a finished one may be given more trials.
    ///
    /// One process at a time may use a file.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Whether a trial that ends with an error is kept as a bad one and the search goes on. Default false: the search ends
    /// with that error.
    #[must_use]
    pub fn keep_failures(mut self, keep: bool) -> Self {
        self.keep_failures = keep;
        self
    }

    /// Searches.
    ///
    /// A value that is not finite makes a failed trial, not an error: a network that diverges is a bad network.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) and [`Error::Empty`](ml_core::Error::Empty) for a space, a strategy
    /// or a pruner that cannot be; [`Error::Within`](ml_core::Error::Within) naming the trial for an error of the closure;
    /// [`Error::File`](ml_core::Error::File) for a study file that is damaged or of another search, and
    /// [`Error::Io`](ml_core::Error::Io) for one that cannot be read or written.
    pub fn run(&self, objective: impl Fn(&mut Trial<'_>) -> Result<f64> + Sync) -> Result<Study> {
        self.run_observed(&Silent, objective)
    }

    /// The same; an observer is told of every trial.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_observed(
        &self,
        observer: &dyn Observer,
        objective: impl Fn(&mut Trial<'_>) -> Result<f64> + Sync,
    ) -> Result<Study> {
        self.space.check()?;
        self.strategy.check()?;
        self.pruner.as_ref().map_or(Ok(()), |pruner| pruner.check())?;
        check::parameter("parallel", self.parallel, self.parallel >= 1, "at least 1")?;
        let file = StudyFile::open(self)?;
        let mut trials: Vec<TrialRecord> = Vec::new();
        loop {
            let round = self.strategy.next(&self.search(&trials))?;
            if round.is_empty() {
                break;
            }
            let task = format!("trials {} to {}", trials.len(), trials.len() + round.len() - 1);
            observer.start(&task, round.len() as u64);
            let done = self.round(&trials, &round, &file, &objective, &|| observer.advance(&task, 1));
            observer.finish(&task);
            trials.extend(done?);
        }
        file.check_all_used(trials.len())?;
        Ok(Study {
            goal: self.goal,
            trials,
        })
    }

    fn search<'s>(&'s self, trials: &'s [TrialRecord]) -> Search<'s> {
        Search {
            space: &self.space,
            goal: self.goal,
            seed: self.seed,
            parallel: self.parallel,
            is_pruned: self.pruner.is_some(),
            trials,
        }
    }

    /// What a study file must have been made with to be gone on from.
    pub(super) fn identity(&self) -> Result<serde_json::Value> {
        let json = |error: serde_json::Error| ml_core::Error::Data {
            op: "tuning",
            problem: format!("the search cannot be written down: {error}"),
            remedy: "use finite numbers, and strategies and pruners under #[typetag::serde]",
        };
        Ok(serde_json::json!({
            "space": self.space,
            "strategy": self.strategy.identity().map_err(json)?,
            "pruner": serde_json::to_value(&self.pruner).map_err(json)?,
            "goal": self.goal,
            "seed": self.seed,
            "parallel": self.parallel,
        }))
    }

    pub(super) fn path(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }
}
