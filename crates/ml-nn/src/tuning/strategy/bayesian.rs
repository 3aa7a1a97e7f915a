//! Where a Gaussian process hopes for most.

use std::collections::BTreeSet;

use ml_core::{
    Result, Rng, check,
    ndarray::{Array1, Array2},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Proposal, Search, Strategy, check_trials};
use crate::tuning::{
    FittedGaussianProcess, GaussianProcess, Space, TrialRecord, Values, expected_improvement,
};

/// Points at random among which the next trial is chosen, and points near each of the best trials.
const CANDIDATES: usize = 500;
const NEIGHBOURS: usize = 60;
const BEST: usize = 5;
/// How far neighbours lie, in widths of the space: two sizes.
const NEAR: [f64; 2] = [0.1, 0.02];
/// A value further above the median than so many times the way from the best to the median says no more than "bad".
const BAD: f64 = 3.0;
/// The process is made for at most so many trials, the latest and the best: its cost grows with their third power.
const MOST: usize = 300;

/// Bayesian optimisation: after some trials at random, each one is made where a [`GaussianProcess`] fitted to the trials
/// before expects the greatest [improvement](expected_improvement).
///
/// Trials of a round ([`Tuner::parallel`](crate::tuning::Tuner::parallel)) are chosen one after the other, each as if the
/// ones before it had given what the process expects of them. Pruned trials count with their last report, failed ones as
/// bad. A study file of it may be gone on with by more trials.
///
/// **Source**: Jones, Schonlau and Welch (1998); Snoek, Larochelle and Adams, "Practical Bayesian Optimization of Machine
/// Learning Algorithms" (2012); for rounds Ginsbourger, Le Riche and Carraro, "Kriging Is Well-Suited to Parallelize
/// Optimization" (2010).
///
/// # Examples
/// ```
/// use ml_nn::tuning::{BayesianSearch, Domain, Space, Tuner};
///
/// let space = Space::new().add("x", Domain::float(-5.0, 10.0)).add("y", Domain::float(0.0, 15.0));
/// // Branin's function, whose least value is 0.397887.
/// let study = Tuner::new(space, BayesianSearch::new(30)).seed(1).run(|trial| {
///     let (x, y): (f64, f64) = (trial.get("x")?, trial.get("y")?);
///     let pi = std::f64::consts::PI;
///     let bowl = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
///     Ok(bowl * bowl + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * x.cos() + 10.0)
/// })?;
/// assert!(study.best()?.value().unwrap_or(f64::NAN) < 0.6);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BayesianSearch {
    /// How many trials, from 1 to 1,000,000; the search ends before if the space is tried out.
    pub trials: usize,
    /// How many of them at random to begin with, at least 2. Default 10.
    pub initial: usize,
}

impl BayesianSearch {
    /// So many trials.
    pub fn new(trials: usize) -> Self {
        Self { trials, initial: 10 }
    }

    /// Sets how many are made at random to begin with.
    #[must_use]
    pub fn initial(mut self, trials: usize) -> Self {
        self.initial = trials;
        self
    }
}

#[typetag::serde]
impl Strategy for BayesianSearch {
    fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>> {
        let made = search.trials.len();
        let left = self.trials.saturating_sub(made);
        if made < self.initial {
            // Without a pruner they do not depend on each other.
            let count = left.min(self.initial - made);
            let count = if search.is_pruned {
                count.min(search.parallel)
            } else {
                count
            };
            return Ok(search.fresh(count).into_iter().map(Proposal::new).collect());
        }
        let chosen = choose(search, left.min(search.parallel))?;
        Ok(chosen.into_iter().map(Proposal::new).collect())
    }

    fn check(&self) -> Result<()> {
        check_trials(self.trials)?;
        check::parameter("initial", self.initial, self.initial >= 2, "at least 2")
    }

    fn identity(&self) -> serde_json::Result<Value> {
        Ok(serde_json::json!({ "BayesianSearch": { "initial": self.initial } }))
    }
}

/// The next points, each where the improvement expected is greatest given those before.
fn choose(search: &Search<'_>, count: usize) -> Result<Vec<Values>> {
    let trials = remembered(search);
    let mut points: Vec<Vec<f64>> = trials
        .iter()
        .map(|t| search.space.coordinates(&t.values))
        .collect();
    let mut costs = costs(search, &trials);
    let mut seen: BTreeSet<String> = search.trials.iter().map(|t| t.values.to_string()).collect();
    let mut chosen: Vec<Values> = Vec::with_capacity(count);
    // One set of lengths and noise for the whole round: what is only believed must not change it.
    let mut process = GaussianProcess::fitted_to(rows(&points, search.space).view(), costs.view())?;
    for place in 0..count {
        let rng = search.rng(search.trials.len() + place);
        let candidates = candidates(search, &trials, rng, &seen);
        let Some((values, expected)) = most_promising(search.space, &process, &costs, candidates)? else {
            break;
        };
        seen.insert(values.to_string());
        if place + 1 < count {
            points.push(search.space.coordinates(&values));
            costs = costs.iter().copied().chain([expected]).collect();
            process = process
                .process
                .fit(rows(&points, search.space).view(), costs.view())?;
        }
        chosen.push(values);
    }
    Ok(chosen)
}

/// The trials that the process is fitted to: all, or the best half and the latest others of what it can take.
fn remembered<'s>(search: &Search<'s>) -> Vec<&'s TrialRecord> {
    let mut trials: Vec<&TrialRecord> = search.trials.iter().collect();
    if trials.len() > MOST {
        trials.sort_by(|a, b| a.compare(b, search.goal));
        let mut others = trials.split_off(MOST / 2);
        others.sort_by_key(|trial| std::cmp::Reverse(trial.number));
        trials.extend(others.into_iter().take(MOST - MOST / 2));
        trials.sort_by_key(|trial| trial.number);
    }
    trials
}

/// What the trials gave, small is good, with mean 0 and deviation 1; what is far from the good ones is drawn in.
fn costs(search: &Search<'_>, trials: &[&TrialRecord]) -> Array1<f64> {
    let costs: Vec<f64> = trials
        .iter()
        .map(|trial| search.goal.cost(trial.last_value()))
        .collect();
    let mut sorted: Vec<f64> = costs.iter().copied().filter(|cost| cost.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(&best), Some(&median)) = (sorted.first(), sorted.get(sorted.len() / 2)) else {
        return Array1::zeros(costs.len());
    };
    let most = median + BAD * (median - best);
    let costs: Array1<f64> = costs.into_iter().map(|cost| cost.min(most)).collect();
    let mean = costs.sum() / costs.len() as f64;
    let deviation = (costs.mapv(|cost| (cost - mean).powi(2)).sum() / costs.len() as f64).sqrt();
    match deviation > 0.0 && deviation.is_finite() {
        true => costs.mapv(|cost| (cost - mean) / deviation),
        false => Array1::zeros(costs.len()),
    }
}

fn rows(points: &[Vec<f64>], space: &Space) -> Array2<f64> {
    // A space of fixed values only has no axis; one that is always 0 takes its place.
    let axes = space.axes().max(1);
    Array2::from_shape_fn((points.len(), axes), |(i, j)| {
        points[i].get(j).copied().unwrap_or(0.0)
    })
}

/// Points that were not tried: all over the space, and near the best trials.
fn candidates(
    search: &Search<'_>,
    trials: &[&TrialRecord],
    rng: Rng,
    seen: &BTreeSet<String>,
) -> Vec<Values> {
    let space = search.space;
    let mut best = trials.to_vec();
    best.sort_by(|a, b| a.compare(b, search.goal));
    let mut all = rng.stream(0);
    let mut near = rng.stream(1);
    let mut candidates: Vec<Values> = (0..CANDIDATES)
        .map(|_| space.at(&space.draw_places(&mut all)))
        .collect();
    for trial in best.iter().take(BEST) {
        let places = space.places(&trial.values);
        for number in 0..NEIGHBOURS {
            let width = NEAR[number % NEAR.len()];
            candidates.push(space.at(&neighbour(&places, width, &mut near)));
        }
    }
    candidates.retain(|values| !seen.contains(&values.to_string()));
    candidates
}

/// A point nearby; now and then one hyperparameter is anywhere, so that choices change too.
fn neighbour(places: &[f64], width: f64, rng: &mut Rng) -> Vec<f64> {
    let jump = rng.below(2 * places.len());
    let moved = |(number, &place): (usize, &f64)| match number == jump {
        true => rng.uniform(),
        false => (place + width * rng.standard_normal()).clamp(0.0, 1.0),
    };
    places.iter().enumerate().map(moved).collect()
}

/// The candidate with the greatest expected improvement, the first of equals, and what is expected there.
fn most_promising(
    space: &Space,
    process: &FittedGaussianProcess,
    costs: &Array1<f64>,
    mut candidates: Vec<Values>,
) -> Result<Option<(Values, f64)>> {
    if candidates.is_empty() {
        return Ok(None);
    }
    let points: Vec<Vec<f64>> = candidates
        .iter()
        .map(|values| space.coordinates(values))
        .collect();
    let (mean, deviation) = process.predict(rows(&points, space).view())?;
    let best = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let gain = |i: usize| expected_improvement(best, mean[i], deviation[i]);
    let most = (1..candidates.len()).fold(0, |most, i| if gain(i) > gain(most) { i } else { most });
    Ok(Some((candidates.swap_remove(most), mean[most])))
}
