//! Searches: what they try, what they give up, how they go on.
//!
//! | file | what |
//! |---|---|
//! | `spaces` | domains, scales, conditions |
//! | `searches` | strategies, outcomes, settings |
//! | `pruning` | what is given up before its end |
//! | `files` | studies that are interrupted and go on |
//! | `bayesian` | the Gaussian process and what it proposes |
//! | `range_test` | learning rates from low to high |

mod bayesian;
mod files;
mod pruning;
mod range_test;
mod searches;
mod spaces;

use ml_core::Result;
use ml_nn::tuning::{
    BayesianSearch, Domain, HalvingPruner, Hyperband, MedianPruner, Next, RandomSearch, Space, Study,
    SuccessiveHalving, Trial, Tuner,
};

/// A hyperparameter of every kind.
fn space() -> Space {
    Space::new()
        .add("x", Domain::float(-2.0, 2.0))
        .add("units", Domain::int(1, 64).log())
        .add("kind", Domain::choice(["plain", "momentum"]))
        .add_if(
            "share",
            Domain::float(0.5, 0.999).reverse_log(),
            "kind",
            ["momentum"],
        )
        .add("flag", Domain::Bool)
        .add("fixed", Domain::fixed(7))
}

/// Falls along the steps; best at x = 1, 8 units, momentum, no flag.
fn objective(trial: &mut Trial<'_>) -> Result<f64> {
    let x: f64 = trial.get("x")?;
    let units: f64 = trial.get("units")?;
    let mut value = (x - 1.0).powi(2) + (units / 8.0).ln().powi(2) + trial.get::<i64>("fixed")? as f64;
    value += match trial.values().value("share") {
        Some(share) => 1.0 - share.as_f64().unwrap_or(0.0),
        None => 1.5,
    };
    if trial.get("flag")? {
        value += 0.5;
    }
    for step in 1..=trial.budget().unwrap_or(9) {
        if trial.report(step, value + 1.0 / step as f64)? == Next::Stop {
            break;
        }
    }
    Ok(value)
}

/// Without wall-clock times, which differ.
fn timeless(mut study: Study) -> Study {
    study.trials.iter_mut().for_each(|trial| trial.seconds = 0.0);
    study
}

/// One of each kind.
fn tuners() -> Vec<Tuner> {
    let pruned = |tuner: Tuner| {
        let tuner = tuner.parallel(3).seed(5);
        tuner.pruner(MedianPruner::new().startup_trials(3).warmup_steps(1))
    };
    vec![
        Tuner::new(space(), RandomSearch::new(12)).seed(3),
        Tuner::new(space(), SuccessiveHalving::new(9, 1, 9)).seed(3),
        Tuner::new(space(), Hyperband::new(9)).seed(3),
        Tuner::new(space(), BayesianSearch::new(14).initial(6))
            .parallel(2)
            .seed(3),
        pruned(Tuner::new(space(), RandomSearch::new(16))),
        pruned(Tuner::new(space(), BayesianSearch::new(16).initial(6))),
        Tuner::new(space(), RandomSearch::new(16))
            .parallel(4)
            .pruner(HalvingPruner::new().factor(2)),
    ]
}

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}
