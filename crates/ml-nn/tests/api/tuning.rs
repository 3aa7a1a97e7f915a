//! Searches: what they try, what they give up, how they go on.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use ml_core::{
    Error, Result, Rng, Tensor,
    ndarray::{Array1, Array2},
};
use ml_nn::{
    Compile, Fit, Model, Sequential,
    layers::{BatchNormalization, Dense, IntoLayer},
    optimizers::Sgd,
    schedules::ExponentialDecay,
    tuning::{
        BayesianSearch, Domain, GaussianProcess, HalvingPruner, Hyperband, MedianPruner, Next, Outcome,
        RandomSearch, RangeTest, Space, Strategy, Study, SuccessiveHalving, Trial, Tuner, Values,
        expected_improvement,
    },
};
use proptest::prelude::*;
use serde_json::Value;

use super::random;

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

fn on_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(body)
}

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

// --- spaces

proptest! {
    #[test]
    fn every_value_has_its_place(place in 0.0f64..=1.0, low in 1i64..50, width in 0i64..50) {
        let high = low + width;
        let (from, to) = (low as f64 / 7.0, high as f64 / 7.0);
        let domains = [
            Domain::int(low, high),
            Domain::int(-high, low).step(3),
            Domain::int(low, high).log(),
            Domain::int(low, high).reverse_log(),
            Domain::float(from, to),
            Domain::float(from, to).log(),
            Domain::float(from, to).reverse_log(),
            Domain::choice(["a", "b", "c"]),
            Domain::Bool,
        ];
        for domain in domains {
            let value = domain.at(place);
            let found = domain.place(&value);
            prop_assert!(found.is_some(), "{domain:?} {value}");
            let again = domain.at(found.unwrap_or(f64::NAN));
            match (value.as_f64(), again.as_f64()) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{domain:?}: {a} {b}"),
                _ => prop_assert_eq!(value, again),
            }
        }
    }
}

#[test]
fn scales_by_hand() {
    let float = |domain: Domain, place| domain.at(place).as_f64().unwrap();
    assert!((float(Domain::float(1e-4, 1e-2).log(), 0.5) - 1e-3).abs() < 1e-15);
    // Seen from the upper end: 0.001 + 0.1 - √(0.001 · 0.1).
    let expected = 0.101 - 0.01;
    assert!((float(Domain::float(1e-3, 1e-1).reverse_log(), 0.5) - expected).abs() < 1e-12);
    // Eleven parts of equal width: 0, 5, ..., 50.
    let steps: Vec<Value> = (0..11)
        .map(|i| Domain::int(0, 54).step(5).at((f64::from(i) + 0.5) / 11.0))
        .collect();
    assert_eq!(steps, (0..11).map(|i| Value::from(5 * i)).collect::<Vec<_>>());
    assert_eq!(
        (Domain::int(1, 9).at(0.0), Domain::int(1, 9).at(1.0)),
        (1.into(), 9.into())
    );
}

#[test]
fn a_condition_keeps_a_hyperparameter_out_of_use() {
    let mut rng = Rng::new(0);
    let mut kinds = [0, 0];
    for _ in 0..200 {
        let values = space().draw(&mut rng).unwrap();
        let momentum = values.get::<String>("kind").unwrap() == "momentum";
        kinds[usize::from(momentum)] += 1;
        assert_eq!(values.value("share").is_some(), momentum);
    }
    // Five standard errors around 100: √(200 / 4) is 7.1.
    assert!(kinds.iter().all(|count| (65..=135).contains(count)), "{kinds:?}");
}

#[test]
fn spaces_that_cannot_be_are_refused() {
    let refused = |space: Space| text(Tuner::new(space, RandomSearch::new(1)).run(|_| Ok(0.0)));
    assert_eq!(
        refused(Space::new()),
        "tuning: the space is empty; at least 1 hyperparameter needed"
    );
    let one = |domain| refused(Space::new().add("rate", domain));
    assert!(one(Domain::float(0.0, 1.0).log()).contains("0 < low <= high on a logarithmic scale"));
    assert!(one(Domain::float(f64::NAN, 1.0)).starts_with("domain of \"rate\" = Float { low: NaN"));
    assert!(one(Domain::int(3, 2)).contains("low <= high"));
    assert!(one(Domain::int(i64::MIN, i64::MAX)).contains("whole numbers"));
    assert!(one(Domain::int(1, 9).step(0)).contains("a step of at least 1"));
    assert!(one(Domain::choice::<&str>([])).contains("at least one value"));
    let twice = Space::new().add("a", Domain::Bool).add("a", Domain::Bool);
    assert_eq!(
        refused(twice),
        "space = \"a\" twice: must be of one domain for each name"
    );
    let early = Space::new()
        .add_if("b", Domain::Bool, "a", [true])
        .add("a", Domain::Bool);
    assert_eq!(
        refused(early),
        "condition of \"b\" = on \"a\": must be on a hyperparameter that was added before"
    );
    let never = Space::new()
        .add("a", Domain::choice(["x", "y"]))
        .add_if("b", Domain::Bool, "a", ["z"]);
    assert!(refused(never).contains("must be values that \"a\" can have"));
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

// --- searches

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

// --- pruning

/// Trials that report the numbers of their row, on a space that does not matter.
fn reporting(tuner: Tuner, rows: &[&[f64]]) -> Study {
    let study = tuner.run(|trial| {
        for (step, &value) in rows[trial.number()].iter().enumerate() {
            if trial.report(step + 1, value)? == Next::Stop {
                break;
            }
        }
        Ok(*rows[trial.number()].last().unwrap())
    });
    study.unwrap()
}

fn pruned_at(study: &Study) -> Vec<Option<usize>> {
    let at = |outcome: &Outcome| match outcome {
        Outcome::Pruned { step, .. } => Some(*step),
        _ => None,
    };
    study.trials.iter().map(|trial| at(&trial.outcome)).collect()
}

#[test]
fn the_median_rule_by_hand() {
    let tuner = || Tuner::new(space(), RandomSearch::new(6));
    let rows: [&[f64]; 6] = [
        &[4.0, 3.0, 2.0],
        &[5.0, 4.0, 3.0],
        &[6.0, 5.0, 4.0],
        // Medians of the steps: 5, 4, 3. Its best so far is 4.5: worse than 4 at the second step.
        &[4.5, 4.6, 1.0],
        // Not worse than the medians at any step.
        &[5.0, 4.0, 3.0],
        // What is no number is worse than any median.
        &[f64::NAN, 1.0, 1.0],
    ];
    let pruner = MedianPruner::new().startup_trials(3);
    let study = reporting(tuner().pruner(pruner.clone()), &rows);
    assert_eq!(pruned_at(&study), [None, None, None, Some(2), None, Some(1)]);
    let patient = reporting(tuner().pruner(pruner.warmup_steps(2)), &rows);
    // The fourth gets to its end, where it is best; to the fifth the median of 1, 2, 3 and 4 is 2.5 then.
    assert_eq!(pruned_at(&patient), [None, None, None, None, Some(3), None]);
    // Upside down for scores.
    let negative: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|v| -v).collect()).collect();
    let negative: Vec<&[f64]> = negative.iter().map(Vec::as_slice).collect();
    let scores = reporting(
        tuner().maximize().pruner(MedianPruner::new().startup_trials(3)),
        &negative,
    );
    assert_eq!(pruned_at(&scores), [None, None, None, Some(2), None, Some(1)]);
}

#[test]
fn the_halving_rule_by_hand() {
    let tuner = Tuner::new(space(), RandomSearch::new(6)).pruner(HalvingPruner::new().factor(2));
    let rows: [&[f64]; 6] = [
        // Alone at the rungs 1, 2 and 4.
        &[5.0, 4.0, 3.0, 2.0],
        // At rung 1 one of two is kept, the better one: not 6.
        &[6.0, 1.0, 1.0, 1.0],
        // 4 is best of three; at rung 2 there are 4 and 4.5: gone.
        &[4.0, 4.5, 1.0, 1.0],
        // Of 5, 6, 4, 3 two are kept; at rung 2 of 4, 4.5, 2 one; step 3 is no rung; at rung 4 2.5 loses to 2.
        &[3.0, 2.0, 99.0, 2.5],
        // Of five two are kept: 3.5 is second.
        &[3.5, 1.9, 1.0, 1.0],
        // Of six three are kept: 4.5 is fourth.
        &[4.5, 1.0, 1.0, 1.0],
    ];
    let study = reporting(tuner, &rows);
    assert_eq!(
        pruned_at(&study),
        [None, Some(1), Some(2), Some(4), None, Some(1)],
        "{study}"
    );
}

#[test]
fn a_network_that_is_given_up_trains_no_further() -> Result<()> {
    let x = random(&[64, 3], 1);
    let y = x.sum_keep(&[1])?;
    let tuner = Tuner::new(
        Space::new().add("rate", Domain::float(1e-6, 0.1).log()),
        RandomSearch::new(12),
    );
    let epochs = AtomicUsize::new(0);
    let study = tuner
        .pruner(MedianPruner::new().startup_trials(4).warmup_steps(2))
        .seed(2)
        .run(|trial| {
            let mut model = Sequential::new()
                .add(Dense::new(1).input_shape([3]))
                .into_model()
                .seed(trial.seed());
            model.compile(Compile::new(Sgd::new(trial.get::<f64>("rate")?), "mse"))?;
            let fit = Fit::new().epochs(10).callback(trial.callback("loss"));
            let history = model.fit(&x, &y, fit)?;
            epochs.fetch_add(history.epoch.len(), Ordering::Relaxed);
            Ok(history.last("loss").unwrap_or(f64::NAN))
        })?;
    let pruned = pruned_at(&study).into_iter().flatten().count();
    assert!(pruned >= 3, "{study}");
    let expected: usize = study.trials.iter().map(|trial| trial.reports.len()).sum();
    assert_eq!(epochs.into_inner(), expected);
    assert!(expected < 120, "{study}");
    assert!(study.best()?.values.get::<f64>("rate")? > 1e-2);
    let error = Tuner::new(space(), RandomSearch::new(1)).run(|trial| {
        let mut model = Sequential::new().add(Dense::new(1).input_shape([3])).into_model();
        model.compile(Compile::new("sgd", "mse"))?;
        model.fit(&x, &y, Fit::new().callback(trial.callback("val_loss")))?;
        Ok(0.0)
    });
    assert!(
        text(error)
            .ends_with("the logs that a trial is told of has no hyperparameter \"val_loss\"; it has: loss")
    );
    Ok(())
}

// --- study files

fn with_file(number: usize, path: &Path) -> Tuner {
    tuners().remove(number).file(path)
}

#[test]
fn a_search_that_was_killed_goes_on_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..tuners().len() {
        let path = folder.path().join(format!("{number}.jsonl"));
        let whole = timeless(with_file(number, &path).run(objective).unwrap());
        let lines = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), whole.trials.len() + 1);
        // A kill leaves the first lines, whichever trials of a round they are.
        for kept in (0..lines.len()).step_by(4) {
            let text: String = lines[..=kept.min(lines.len() - 1)]
                .iter()
                .map(|line| format!("{line}\n"))
                .collect();
            fs::write(&path, text).unwrap();
            let runs = AtomicUsize::new(0);
            let counted = |trial: &mut Trial<'_>| {
                runs.fetch_add(1, Ordering::Relaxed);
                objective(trial)
            };
            let again = timeless(with_file(number, &path).run(counted).unwrap());
            assert_eq!(again, whole, "tuner {number}, {kept} trials kept");
            assert_eq!(runs.into_inner(), whole.trials.len() - kept);
        }
    }
}

#[test]
fn what_was_finished_before_an_error_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.jsonl");
    let tuner = || Tuner::new(space(), BayesianSearch::new(8).initial(2)).file(&path);
    let failing = |trial: &mut Trial<'_>| match trial.number() {
        5 => Err(Error::Data {
            op: "test",
            problem: "no power".to_owned(),
            remedy: "wait",
        }),
        _ => objective(trial),
    };
    assert!(text(tuner().run(failing)).ends_with("test: no power; wait"));
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 6);
    let resumed = timeless(tuner().run(objective).unwrap());
    let whole = Tuner::new(space(), BayesianSearch::new(8).initial(2))
        .run(objective)
        .unwrap();
    assert_eq!(resumed, timeless(whole));
}

#[test]
fn a_finished_search_may_be_given_more_trials() {
    let folder = tempfile::tempdir().unwrap();
    let strategies: [fn(usize) -> Tuner; 2] = [
        |n| Tuner::new(space(), RandomSearch::new(n)).parallel(2),
        |n| Tuner::new(space(), BayesianSearch::new(n).initial(4)).parallel(2),
    ];
    for (number, tuner) in strategies.iter().enumerate() {
        let path = folder.path().join(format!("{number}.jsonl"));
        let short = timeless(tuner(7).file(&path).run(objective).unwrap());
        let long = timeless(tuner(12).file(&path).run(objective).unwrap());
        assert_eq!(long.trials[..7], short.trials);
        assert_eq!(long, timeless(tuner(12).run(objective).unwrap()));
        let fewer = text(tuner(7).file(&path).run(objective));
        assert!(
            fewer.contains("has a trial") && fewer.contains("but this search makes"),
            "{fewer}"
        );
    }
}

#[test]
fn a_damaged_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.jsonl");
    let tuner = || Tuner::new(space(), RandomSearch::new(3)).file(&path);
    tuner().run(objective).unwrap();
    let good = fs::read(&path).unwrap();
    let forbidden = |_: &mut Trial<'_>| -> Result<f64> { panic!("a trial was run from a damaged file") };
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&path, &bad).unwrap();
        let error = text(tuner().run(forbidden));
        assert!(error.starts_with(&path.display().to_string()), "{place}: {error}");
    }
    for length in 0..good.len() {
        let whole_line = length > 0 && good[length - 1] == b'\n';
        if !whole_line {
            fs::write(&path, &good[..length]).unwrap();
            let error = text(tuner().run(forbidden));
            assert!(error.ends_with(
                "is empty or ends in the middle of a line; restore the file, or remove it to begin anew"
            ));
        }
    }
    let twice: String = String::from_utf8(good.clone()).unwrap();
    let last = twice.lines().last().unwrap();
    fs::write(&path, format!("{twice}{last}\n")).unwrap();
    assert!(text(tuner().run(forbidden)).contains("line 5 has trial"));
    fs::write(&path, [0xFFu8, b'\n']).unwrap();
    assert!(text(tuner().run(forbidden)).contains("is no text"));
    let error = text(
        Tuner::new(space(), RandomSearch::new(3))
            .file(folder.path())
            .run(forbidden),
    );
    assert!(error.contains("cannot read"), "{error}");
}

#[test]
fn a_file_of_another_search_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.jsonl");
    Tuner::new(space(), RandomSearch::new(3))
        .file(&path)
        .run(objective)
        .unwrap();
    let before = fs::read(&path).unwrap();
    let others: [(&str, Tuner); 5] = [
        (
            "seed is 0, not 1",
            Tuner::new(space(), RandomSearch::new(3)).seed(1),
        ),
        (
            "strategy is \"RandomSearch\"",
            Tuner::new(space(), Hyperband::new(3)),
        ),
        (
            "space is",
            Tuner::new(space().add("more", Domain::Bool), RandomSearch::new(3)),
        ),
        (
            "goal is \"minimize\", not \"maximize\"",
            Tuner::new(space(), RandomSearch::new(3)).maximize(),
        ),
        (
            "pruner is null",
            Tuner::new(space(), RandomSearch::new(3)).pruner(MedianPruner::new()),
        ),
    ];
    for (expected, tuner) in others {
        let error = text(tuner.file(&path).run(objective));
        assert!(
            error.contains(&format!("is of another search: its {expected}")),
            "{error}"
        );
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    let nowhere = folder.path().join("none/study.jsonl");
    let error = text(
        Tuner::new(space(), RandomSearch::new(3))
            .file(nowhere)
            .run(objective),
    );
    assert!(error.contains("cannot write"), "{error}");
}

// --- Bayesian search

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/gaussian_process.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

#[test]
fn the_gaussian_process_agrees_with_scikit_learn() {
    let fixture = fixture();
    let (x, y, at) = (
        matrix(&fixture["x"]),
        Array1::from(numbers(&fixture["y"])),
        matrix(&fixture["at"]),
    );
    for case in fixture["cases"].as_array().unwrap() {
        let process = GaussianProcess {
            variance: case["variance"].as_f64().unwrap(),
            lengths: numbers(&case["lengths"]),
            noise: case["noise"].as_f64().unwrap(),
        };
        let fitted = process.fit(x.view(), y.view()).unwrap();
        assert!((fitted.log_likelihood - case["log_likelihood"].as_f64().unwrap()).abs() < 1e-8);
        let (mean, deviation) = fitted.predict(at.view()).unwrap();
        for (ours, theirs) in [
            (mean, numbers(&case["mean"])),
            (deviation, numbers(&case["deviation"])),
        ] {
            for (a, b) in ours.iter().zip(theirs) {
                assert!((a - b).abs() < 1e-8, "{a} {b}");
            }
        }
    }
    let best = GaussianProcess::fitted_to(x.view(), y.view()).unwrap();
    let theirs = fixture["best_log_likelihood"].as_f64().unwrap();
    assert!(
        best.log_likelihood > theirs - 0.01,
        "{} {theirs}",
        best.log_likelihood
    );
    for row in fixture["improvements"].as_array().unwrap() {
        let row = numbers(row);
        let ours = expected_improvement(row[0], row[1], row[2]);
        assert!((ours - row[3]).abs() < 1e-12, "{row:?} {ours}");
    }
}

#[test]
fn the_gaussian_process_refuses_what_it_cannot_learn_from() {
    let process = |noise| GaussianProcess {
        variance: 1.0,
        lengths: vec![1.0],
        noise,
    };
    let (x, y) = (Array2::zeros((2, 1)), Array1::from(vec![0.0, 1.0]));
    assert!(text(process(0.0).fit(x.view(), y.view())).contains("contradict each other"));
    assert!(process(0.1).fit(x.view(), y.view()).is_ok());
    assert!(
        text(process(-1.0).fit(x.view(), y.view())).starts_with("noise = -1: must be finite and at least 0")
    );
    let wide = Array2::zeros((2, 2));
    assert!(text(process(0.1).fit(wide.view(), y.view())).contains("expected 1 columns"));
    let zero = GaussianProcess {
        lengths: vec![0.0],
        ..process(0.1)
    };
    assert!(text(zero.fit(x.view(), y.view())).starts_with("length = 0"));
}

#[test]
fn bayesian_search_finds_more_than_chance() {
    let space = || {
        Space::new()
            .add("x", Domain::float(0.0, 1.0))
            .add("y", Domain::float(0.0, 1.0))
            .add("kind", Domain::choice(["a", "b", "c"]))
    };
    let bowl = |trial: &mut Trial<'_>| {
        let (x, y): (f64, f64) = (trial.get("x")?, trial.get("y")?);
        let kind = if trial.get::<String>("kind")? == "b" {
            0.0
        } else {
            0.3
        };
        Ok((x - 0.7).powi(2) + 2.0 * (y - 0.2).powi(2) + kind)
    };
    let best = |strategy: &dyn Fn() -> Tuner, seed| {
        strategy()
            .seed(seed)
            .run(bowl)
            .unwrap()
            .best()
            .unwrap()
            .value()
            .unwrap()
    };
    let mut wins = 0;
    for seed in 0..5 {
        let chance = best(&|| Tuner::new(space(), RandomSearch::new(30)), seed);
        let belief = best(&|| Tuner::new(space(), BayesianSearch::new(30)), seed);
        assert!(belief < 0.01, "seed {seed}: {belief}");
        wins += usize::from(belief < chance);
    }
    assert!(wins >= 4, "{wins} of 5");
}

// --- range test

fn classifier() -> Result<(Model, Tensor, Tensor)> {
    let x = random(&[256, 4], 7);
    let y = x
        .sum_keep(&[1])?
        .greater_equal(&Tensor::from(0.0f32))?
        .cast(ml_core::DType::F32)?;
    let mut model = Sequential::new()
        .add(Dense::new(8).input_shape([4]))
        .add(BatchNormalization::new())
        .add(Dense::new(1).activation(ml_nn::Activation::Sigmoid))
        .into_model();
    model.compile(Compile::new(Sgd::new(0.1).momentum(0.9), "binary_crossentropy"))?;
    Ok((model, x, y))
}

#[test]
fn a_range_test_leaves_no_trace() -> Result<()> {
    let (mut tested, x, y) = classifier()?;
    let (mut plain, _, _) = classifier()?;
    for model in [&mut tested, &mut plain] {
        model.fit(&x, &y, Fit::new().epochs(1))?;
    }
    let found = RangeTest::new().steps(100).run(&mut tested, &x, &y)?;
    assert!((found.rates[0] - 1e-5).abs() < 1e-18 && found.rates.len() == found.losses.len());
    if found.rates.len() == 101 {
        assert!((found.rates[100] - 10.0).abs() < 1e-9);
    }
    let least = found.losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(*found.losses.last().unwrap() > 1.5 * least, "{:?}", found.losses);
    let turn = found.turning_point()?;
    assert!(
        (found.suggestion()? - turn / 10.0).abs() < 1e-12 && turn > 1e-3,
        "{turn}"
    );
    let history = |model: &mut Model| model.fit(&x, &y, Fit::new().epochs(2));
    assert_eq!(
        history(&mut tested)?.get("loss"),
        history(&mut plain)?.get("loss")
    );
    Ok(())
}

#[test]
fn a_range_test_stops_where_it_is_told_to() -> Result<()> {
    let (mut model, x, y) = classifier()?;
    let found = RangeTest::new()
        .steps(200)
        .stop_above(3.0)
        .run(&mut model, &x, &y)?;
    let (last, before) = found.losses.split_last().unwrap();
    let least = before.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(found.losses.len() == 201 || *last > 3.0 * least);
    let refused = |test: RangeTest, model: &mut Model| text(test.run(model, &x, &y));
    assert_eq!(
        refused(RangeTest::new().rates(0.0, 1.0), &mut model),
        "from = 0: must be finite and above 0"
    );
    assert_eq!(
        refused(RangeTest::new().rates(1.0, 1.0), &mut model),
        "to = 1: must be finite and above from"
    );
    assert_eq!(
        refused(RangeTest::new().steps(0), &mut model),
        "steps = 0: must be at least 1"
    );
    assert_eq!(
        refused(RangeTest::new().stop_above(1.0), &mut model),
        "stop_above = 1: must be above 1"
    );
    assert!(refused(RangeTest::new().batch_size(0), &mut model).starts_with("batch_size = 0"));
    let schedule = ExponentialDecay::new(0.1, 10.0, 0.5);
    model.compile(Compile::new(Sgd::new(schedule), "binary_crossentropy"))?;
    assert!(refused(RangeTest::new(), &mut model).contains("the rate follows the schedule"));
    Ok(())
}

#[test]
fn values_set_hyperparameters_by_path() {
    use ml_nn::estimator::{Mlp, NetworkRegressor};
    let mut network = NetworkRegressor::new(Mlp::new());
    let values: Values = [("network__n_neurons", 7.into()), ("epochs", 3.into())]
        .into_iter()
        .collect();
    values.apply(&mut network).unwrap();
    assert_eq!(network.training.epochs, 3);
    let wrong: Values = [("network__n_neuron", 7.into())].into_iter().collect();
    let error = wrong.apply(&mut network).unwrap_err().to_string();
    assert!(
        error.starts_with("Mlp has no hyperparameter \"n_neuron\"; it has: n_hidden, n_neurons"),
        "{error}"
    );
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
