//! Strategies, outcomes, settings.

use ml_core::Result;
use ml_nn::tuning::{
    BayesianSearch, Domain, HalvingPruner, Hyperband, Outcome, RandomSearch, Space, Strategy,
    SuccessiveHalving, Trial, Tuner,
};
use serde_json::Value;

use super::{objective, space, text, timeless, tuners};

fn on_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(body)
}

#[test]
fn settings_outside_their_domain_are_refused() {
    let run = |tuner: Tuner| text(tuner.run(|_| Ok(0.0)));
    assert_eq!(
        run(Tuner::new(space(), RandomSearch::new(0))),
        "trials = 0: must be from 1 to 1,000,000"
    );
    assert_eq!(
        run(Tuner::new(space(), SuccessiveHalving::new(3, 5, 4))),
        "max_budget = 4: must be at least min_budget"
    );
    assert_eq!(
        run(Tuner::new(space(), Hyperband::new(9).factor(1))),
        "factor = 1: must be at least 2"
    );
    assert_eq!(
        run(Tuner::new(space(), BayesianSearch::new(9).initial(1))),
        "initial = 1: must be at least 2"
    );
    assert_eq!(
        run(Tuner::new(space(), RandomSearch::new(1)).parallel(0)),
        "parallel = 0: must be at least 1"
    );
    let pruner = HalvingPruner::new().min_steps(0);
    assert_eq!(
        run(Tuner::new(space(), RandomSearch::new(1)).pruner(pruner)),
        "min_steps = 0: must be at least 1"
    );
}

#[test]
fn the_same_seed_gives_the_same_trials_on_any_number_of_threads() {
    for (number, tuner) in tuners().into_iter().enumerate() {
        let one = on_threads(1, || timeless(tuner.run(objective).unwrap()));
        let four = on_threads(4, || timeless(tuner.run(objective).unwrap()));
        assert_eq!(one, four, "tuner {number}");
        let seeded = tuner.seed(99).run(objective).unwrap();
        assert_ne!(seeded.trials[0].values, one.trials[0].values, "tuner {number}");
    }
}

#[test]
fn a_space_that_is_tried_out_ends_the_search() {
    let space = || Space::new().add("a", Domain::Bool).add("b", Domain::int(1, 3));
    let tuners = [
        Tuner::new(space(), RandomSearch::new(50)),
        Tuner::new(space(), BayesianSearch::new(50).initial(2)),
    ];
    for tuner in tuners {
        let study = tuner.run(|trial| trial.get("b")).unwrap();
        let mut all: Vec<String> = study
            .trials
            .iter()
            .map(|trial| trial.values.to_string())
            .collect();
        all.sort();
        all.dedup();
        assert_eq!((all.len(), study.trials.len()), (6, 6));
        assert_eq!(study.best().unwrap().value(), Some(1.0));
    }
}

#[test]
fn halving_takes_the_best_of_each_rung_further() {
    let tuner = Tuner::new(
        Space::new().add("x", Domain::float(0.0, 1.0)),
        SuccessiveHalving::new(8, 2, 8).factor(2),
    );
    let study = tuner.seed(1).run(|trial| trial.get("x")).unwrap();
    let x = |trial: &ml_nn::tuning::TrialRecord| trial.values.get::<f64>("x").unwrap();
    let budgets: Vec<usize> = study.trials.iter().filter_map(|trial| trial.budget).collect();
    assert_eq!(budgets, [2, 2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8]);
    let mut first: Vec<f64> = study.trials[..8].iter().map(x).collect();
    first.sort_by(f64::total_cmp);
    assert_eq!(study.trials[8..12].iter().map(x).collect::<Vec<_>>(), first[..4]);
    assert_eq!(study.trials[12..].iter().map(x).collect::<Vec<_>>(), first[..2]);
    let best = study.best().unwrap();
    assert_eq!((best.number, best.budget), (12, Some(8)));
    assert_eq!(study.trials[best.configuration].values, best.values);
}

#[test]
fn a_configuration_keeps_its_seed_when_it_is_tried_again() {
    let seeds = std::sync::Mutex::new(Vec::new());
    let tuner = Tuner::new(space(), SuccessiveHalving::new(3, 1, 3));
    let study = tuner
        .run(|trial| {
            seeds.lock().unwrap().push((trial.number(), trial.seed()));
            Ok(trial.number() as f64)
        })
        .unwrap();
    let mut seeds = seeds.into_inner().unwrap();
    seeds.sort_unstable();
    let again = study.trials[3].configuration;
    assert_eq!(seeds[3].1, seeds[again].1);
    assert_ne!(seeds[0].1, seeds[1].1);
}

#[test]
fn hyperband_runs_its_brackets() {
    let tuner = Tuner::new(space(), Hyperband::new(9));
    let study = tuner.run(objective).unwrap();
    // s = 2: 9 of 1, 3 of 3, 1 of 9; s = 1: ⌈3 / 2 · 3⌉ = 5 of 3, 1 of 9; s = 0: 3 of 9.
    let rungs = [(9, 1), (3, 3), (1, 9), (5, 3), (1, 9), (3, 9)];
    let expected: Vec<usize> = rungs
        .iter()
        .flat_map(|&(count, budget)| vec![budget; count])
        .collect();
    assert_eq!(
        study
            .trials
            .iter()
            .filter_map(|trial| trial.budget)
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(Hyperband::new(9).brackets().concat(), rungs);
    // Every bracket costs at most 5 · 81, and not much less.
    let costs: Vec<usize> = Hyperband::new(81)
        .brackets()
        .iter()
        .map(|b| b.iter().map(|(n, r)| n * r).sum())
        .collect();
    assert_eq!(costs, [405, 363, 351, 378, 405]);
}

#[test]
fn values_that_are_no_numbers_make_failed_trials() {
    let tuner = Tuner::new(space(), RandomSearch::new(6));
    let odd = |trial: &mut Trial<'_>| Ok([1.0, f64::NAN, f64::INFINITY][trial.number() % 3]);
    let study = tuner.run(odd).unwrap();
    assert_eq!(study.best().unwrap().number, 0);
    let failed = |problem: &str| Outcome::Failed {
        problem: problem.to_owned(),
    };
    assert_eq!(study.trials[1].outcome, failed("the value is NaN"));
    assert_eq!(study.trials[2].outcome, failed("the value is inf"));
    let table = study.to_string();
    assert!(
        table.lines().nth(1).unwrap().trim_start().starts_with("0"),
        "{table}"
    );
    let none = tuner.run(|_| Ok(f64::NAN)).unwrap();
    assert_eq!(
        text(none.best()),
        "tuning: none of 6 trials was completed: the value is NaN; search where training does not diverge, or prune less"
    );
    let halving = Tuner::new(space(), SuccessiveHalving::new(3, 1, 3)).run(|_| Ok(f64::NAN));
    assert!(text(halving).starts_with("halving: none of the 3 trials from number 0 on gave a number"));
    // Bayesian search goes on as if it knew nothing.
    let study = Tuner::new(space(), BayesianSearch::new(5).initial(2))
        .run(|_| Ok(f64::NAN))
        .unwrap();
    assert_eq!(study.trials.len(), 5);
}

#[test]
fn an_error_ends_the_search_and_names_the_trial() {
    let tuner =
        |keep| Tuner::new(Space::new().add("x", Domain::int(0, 9)), RandomSearch::new(5)).keep_failures(keep);
    let odd = |trial: &mut Trial<'_>| match trial.number() {
        2 => trial.get("y"),
        _ => trial.get::<f64>("x"),
    };
    let error = text(tuner(false).run(odd));
    assert!(error.starts_with("trial 2 (x="), "{error}");
    assert!(
        error.ends_with("this trial has no hyperparameter \"y\"; it has: x"),
        "{error}"
    );
    let study = tuner(true).run(odd).unwrap();
    assert!(matches!(&study.trials[2].outcome, Outcome::Failed { problem } if problem.contains("\"y\"")));
    assert_eq!(study.trials.len(), 5);
    let wrong = tuner(false).run(|trial| trial.get::<String>("x").map(|_| 0.0));
    assert!(text(wrong).contains("must be of the type that was asked for"));
}

#[test]
fn steps_of_reports_increase() {
    let error = Tuner::new(space(), RandomSearch::new(1)).run(|trial| {
        let _ = trial.report(3, 1.0)?;
        let _ = trial.report(3, 1.0)?;
        Ok(0.0)
    });
    assert!(text(error).ends_with("step of a report = 3: must be above the step of the report before, 3"));
}

/// A strategy of one's own is a type: the crate's own are no exception.
#[test]
fn a_strategy_of_ones_own_searches_too() {
    use ml_nn::tuning::{Proposal, Search};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Ends;

    #[typetag::serde]
    impl Strategy for Ends {
        fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>> {
            let ends: Vec<Proposal> = [0.0, 1.0]
                .iter()
                .map(|&x| Proposal::new([("x", Value::from(x))].into_iter().collect()))
                .collect();
            Ok(ends.into_iter().skip(search.trials.len()).collect())
        }

        fn identity(&self) -> serde_json::Result<Value> {
            Ok("Ends".into())
        }
    }

    let study = Tuner::new(Space::new().add("x", Domain::float(0.0, 1.0)), Ends)
        .run(|trial| trial.get("x"))
        .unwrap();
    assert_eq!(
        study.trials.iter().map(|trial| trial.value()).collect::<Vec<_>>(),
        [Some(0.0), Some(1.0)]
    );
    assert_eq!(study.best_so_far(), [Some(0.0), Some(0.0)]);
}
