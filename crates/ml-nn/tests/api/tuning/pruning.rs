//! What is given up before its end.

use std::sync::atomic::{AtomicUsize, Ordering};

use ml_core::Result;
use ml_nn::{
    Compile, Fit, Sequential,
    layers::{Dense, IntoLayer},
    optimizers::Sgd,
    tuning::{Domain, HalvingPruner, MedianPruner, Next, Outcome, RandomSearch, Space, Study, Tuner},
};

use super::{space, text};
use crate::random;

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
