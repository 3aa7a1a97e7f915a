//! Studies that are interrupted and go on.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use ml_core::{Error, Result};
use ml_nn::tuning::{BayesianSearch, Domain, Hyperband, MedianPruner, RandomSearch, Trial, Tuner};

use super::{objective, space, text, timeless, tuners};

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
