//! Runs that are killed, fail, or find the disk full: what was kept is whole, and going on gives the same bits.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use ml_core::{Error, Result, Tensor};
use ml_nn::{
    Activation, Compile, Fit, History, Model, Sequential,
    callbacks::{
        BackupAndRestore, Callback, CsvLogger, EarlyStopping, LambdaCallback, LearningRateScheduler,
        ModelCheckpoint, ReduceLrOnPlateau, Run,
    },
    layers::{BatchNormalization, Dense, Dropout, IntoLayer},
    optimizers::Adam,
    tensorboard::SummaryWriter,
    training::Batch,
};

use crate::random;

/// A network in which everything counts: dropout, moving averages, momenta, accumulated metrics.
fn network(units: usize) -> Result<Model> {
    let mut model = Sequential::new()
        .add(Dense::new(units).activation(Activation::Relu).input_shape([6]))
        .add(BatchNormalization::new())
        .add(Dropout::new(0.3))
        .add(Dense::new(3).activation(Activation::Softmax))
        .into_model()
        .seed(3);
    model.compile(Compile::new(Adam::new(0.05), "sparse_categorical_crossentropy").metric("accuracy"))?;
    Ok(model)
}

fn classes() -> Result<(Tensor, Tensor)> {
    let x = random(&[40, 6], 1);
    let y = x.narrow(1, Some(0), Some(3))?.argmax(1)?;
    Ok((x, y))
}

/// Loss and metrics of every epoch, bit by bit.
fn shown(history: &History) -> String {
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let lines = history.history.iter();
    let lines: Vec<String> = lines
        .map(|(name, values)| format!("{name} {:?}", bits(values)))
        .collect();
    lines.join("\n")
}

/// A training in which the order of examples and other callbacks count too.
fn long_run(folder: &Path, every: Option<usize>, pause: Duration) -> Result<()> {
    let (x, y) = classes()?;
    let mut model = network(8)?;
    let mut backup = BackupAndRestore::new(folder.join("backup.safetensors"));
    if let Some(steps) = every {
        backup = backup.every_batches(steps);
    }
    // Long epochs where steps are kept, many where epochs are.
    let (epochs, size) = every.map_or((40, 16), |_| (6, 2));
    let fit = Fit::new()
        .epochs(epochs)
        .batch_size(size)
        .validation_split(0.25)
        .callback(backup)
        .callback(ReduceLrOnPlateau::new().patience(2).factor(0.7))
        .callback(EarlyStopping::new().patience(15).restore_best_weights(true))
        .callback(CsvLogger::new(folder.join("log.csv")))
        .callback(LambdaCallback::new().on_train_batch_end(move |_, _| {
            std::thread::sleep(pause);
            Ok(())
        }));
    let history = model.fit(&x, &y, fit)?;
    model.save(folder.join("model.safetensors"))?;
    fs::write(folder.join("history.txt"), shown(&history)).unwrap();
    Ok(())
}

const FOLDER: &str = "ML_NN_CHILD_FOLDER";
const EVERY: &str = "ML_NN_CHILD_EVERY";

/// What the next tests kill: alone it has nothing to do.
#[test]
#[ignore = "a part of the tests of killed runs, which start it as a process of its own"]
fn child_that_trains() -> Result<()> {
    let folder = std::env::var_os(FOLDER).expect("the parent says where");
    let every = std::env::var(EVERY).ok().and_then(|steps| steps.parse().ok());
    long_run(Path::new(&folder), every, Duration::from_millis(4))
}

fn child(test: &str, before: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap();
    let mut command = match before {
        [] => Command::new(own),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(own);
            command
        }
    };
    command.args(["--exact", &format!("crash::{test}"), "--ignored", "--nocapture"]);
    command
}

/// Kills the run at eight moments, each time after it has kept something new.
fn killed_and_whole(every: Option<usize>) -> Result<()> {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    long_run(whole.path(), every, Duration::ZERO)?;
    let backup = parts.path().join("backup.safetensors");
    let written = || backup.metadata().and_then(|about| about.modified()).ok();
    let (mut kills, mut done) = (0, false);
    while !done {
        let before = written();
        let mut command = child("child_that_trains", &[]);
        command.env(FOLDER, parts.path()).stdout(Stdio::null());
        if let Some(steps) = every {
            command.env(EVERY, steps.to_string());
        }
        let mut process = command.spawn().unwrap();
        while written() == before && process.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if kills < 8 {
            std::thread::sleep(Duration::from_millis(kills * 7 % 31));
            process.kill().unwrap();
        }
        done = process.wait().unwrap().success();
        kills += u64::from(!done);
        assert!(kills <= 8, "a child that nobody killed failed");
    }
    assert!(kills >= 2, "{kills} kills");
    for name in ["model.safetensors", "log.csv", "history.txt"] {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert_eq!(read(whole.path()), read(parts.path()), "{name}");
    }
    assert!(!backup.exists());
    Ok(())
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() -> Result<()> {
    killed_and_whole(None)
}

#[test]
fn a_run_killed_inside_an_epoch_goes_on_to_the_same_bits() -> Result<()> {
    killed_and_whole(Some(3))
}

/// Fails at the hook of this number, counted over all hooks and epochs.
struct Crash {
    hooks: Cell<usize>,
    at: usize,
}

impl Crash {
    fn at(at: usize) -> Self {
        let hooks = Cell::new(0);
        Self { hooks, at }
    }

    fn hook(&self) -> Result<()> {
        self.hooks.set(self.hooks.get() + 1);
        match self.hooks.get() == self.at {
            true => Err(Error::Empty {
                op: "crash",
                what: "power".to_owned(),
                least: "1 W",
            }),
            false => Ok(()),
        }
    }
}

impl Callback for Crash {
    fn on_epoch_begin(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }

    fn on_train_batch_begin(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }

    fn on_train_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }

    fn on_test_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }

    fn on_epoch_end(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }

    fn on_epoch_complete(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        self.hook()
    }
}

/// The rate by epoch depends on the rate before: it must not be applied twice to an epoch that is begun twice.
fn short_run(folder: &Path, every: usize, crash: Crash) -> Result<(Vec<Vec<f32>>, String)> {
    let (x, y) = classes()?;
    let mut model = network(4)?;
    let fit = Fit::new()
        .epochs(3)
        .batch_size(10)
        .validation_split(0.25)
        .callback(BackupAndRestore::new(folder.join("backup.safetensors")).every_batches(every))
        .callback(LearningRateScheduler::new(|_, rate| rate * 0.7))
        .callback(ModelCheckpoint::new(folder.join("{epoch}-{batch}.safetensors")).every_batches(2))
        .callback(CsvLogger::new(folder.join("log.csv")))
        .callback(crash);
    let history = model.fit(&x, &y, fit)?;
    let weights = model
        .get_weights()
        .iter()
        .map(Tensor::to_vec)
        .collect::<Result<_>>()?;
    Ok((weights, shown(&history)))
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_name().unwrap().into(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_run_that_fails_at_any_hook_goes_on_to_the_same_bits() -> Result<()> {
    for every in [1, 2] {
        let whole = tempfile::tempdir().unwrap();
        let expected = short_run(whole.path(), every, Crash::at(0))?;
        // Each of 3 epochs has 3 steps and 1 batch of testing.
        let hooks = 3 * (1 + 2 * 3 + 1 + 1 + 1);
        for at in 1..=hooks {
            let parts = tempfile::tempdir().unwrap();
            let error = short_run(parts.path(), every, Crash::at(at))
                .unwrap_err()
                .to_string();
            assert!(error.contains("crash: power"), "{error}");
            let found = short_run(parts.path(), every, Crash::at(0))?;
            assert_eq!(found, expected, "crash at hook {at}, kept every {every}");
            assert_eq!(
                files(parts.path()),
                files(whole.path()),
                "crash at hook {at}, kept every {every}"
            );
        }
        assert!(
            short_run(whole.path(), every, Crash::at(hooks + 1)).is_ok(),
            "all hooks were tried"
        );
    }
    Ok(())
}

#[test]
fn a_stop_inside_an_epoch_is_kept_and_batches_of_ones_own_go_on() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.safetensors");
    // The labels of every batch differ: one passed over or made twice would show.
    let batches = |epoch: usize| {
        let label = move |step: usize| Tensor::from([[(10 * epoch + step) as f32]]);
        (0..4).map(move |step| Ok(Batch::new(Tensor::from([[1.0f32]]), label(step))))
    };
    let run = |keep: bool, stop: usize, crash: usize| -> Result<History> {
        let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
        model.compile(Compile::new(Adam::new(0.1), "mse"))?;
        let steps = Cell::new(0);
        let fit = Fit::new().epochs(3);
        let fit = match keep {
            true => fit.callback(BackupAndRestore::new(&path).every_batches(1)),
            false => fit.callback(LambdaCallback::new()),
        };
        let watch = LambdaCallback::new().on_train_batch_end(|_, run| {
            steps.set(steps.get() + 1);
            if run.model().optimizer()?.iterations().value().item::<i64>()? as usize == stop {
                run.stop_training();
            }
            Ok(())
        });
        let fail = LambdaCallback::new()
            .on_train_batch_begin(|_, _| Crash::at(usize::from(steps.get() == crash)).hook())
            .on_epoch_end(|_, _| Crash::at(usize::from(steps.get() == crash)).hook());
        model.fit_batches(batches, fit.callback(watch).callback(fail))
    };
    for stop in [6, 8, 99] {
        let whole = run(false, stop, 99)?;
        for crash in 1..=stop.min(12) {
            assert!(run(true, stop, crash).is_err(), "crash after step {crash}");
            assert_eq!(
                shown(&run(true, stop, 99)?),
                shown(&whole),
                "crash after step {crash}, stop at {stop}"
            );
        }
    }
    let error = BackupAndRestore::new(&path).every_batches(0);
    let mut model = network(4)?;
    let (x, y) = classes()?;
    let error = model
        .fit(&x, &y, Fit::new().callback(error))
        .unwrap_err()
        .to_string();
    assert_eq!(error, "every_batches = 0: must be at least 1");
    Ok(())
}

/// More than the files of [`child_on_a_full_disk`] may hold.
const LARGE: usize = 4000;

/// What [`a_full_disk_leaves_the_checkpoint_before`] starts: its files cannot grow to the size of a checkpoint.
#[test]
#[ignore = "a part of a_full_disk_leaves_the_checkpoint_before, which starts it as a process of its own"]
fn child_on_a_full_disk() -> Result<()> {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("the parent says where"));
    // The limit holds here, or the rest would prove nothing.
    let probe = folder.join("probe");
    assert!(
        fs::write(&probe, vec![0; 1 << 17]).is_err(),
        "files may still grow"
    );
    fs::remove_file(probe).unwrap();
    let (x, y) = classes()?;
    let mut model = network(LARGE)?;
    let check = |error: String| {
        println!("said: {error}");
        assert!(error.contains("cannot write: File too large"), "{error}");
    };
    let mut said = |mut callback: Box<dyn Callback>| {
        let fit = Fit::new().callback(&mut *callback);
        check(model.fit(&x, &y, fit).unwrap_err().to_string());
    };
    let path = folder.join("model.safetensors");
    said(Box::new(ModelCheckpoint::new(&path)));
    said(Box::new(
        ModelCheckpoint::new(&path)
            .save_weights_only(true)
            .every_batches(1),
    ));
    said(Box::new(BackupAndRestore::new(folder.join("new.safetensors"))));
    let mut summaries = SummaryWriter::create(folder.join("logs"))?;
    let written = summaries.text("long", &"x".repeat(1 << 17), 0);
    check(written.and_then(|()| summaries.flush()).unwrap_err().to_string());
    Ok(())
}

#[test]
fn a_full_disk_leaves_the_checkpoint_before() -> Result<()> {
    let (x, y) = classes()?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let mut model = network(LARGE)?;
    model.fit(&x, &y, Fit::new().callback(ModelCheckpoint::new(&path)))?;
    let before = fs::read(&path).unwrap();
    assert!(before.len() > 1 << 17);
    // Without the trap the system would end the process instead of refusing the write.
    let limited = ["sh", "-c", "trap '' XFSZ && ulimit -f 64 && exec \"$0\" \"$@\""];
    let output = child("child_on_a_full_disk", &limited)
        .env(FOLDER, folder.path())
        .output();
    let output = output.unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("files may still grow") || complaint.contains("ulimit") {
        eprintln!("skipped: the shell cannot limit files here ({complaint})");
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{complaint}");
    assert_eq!(said.matches("said: ").count(), 4, "{said}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let names: Vec<PathBuf> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into())
        .filter(|name: &PathBuf| !name.starts_with("logs"))
        .collect();
    assert_eq!(
        names,
        [Path::new("model.safetensors")],
        "nothing half-written stays"
    );
    // And it is good for going on.
    let mut again = Model::load(&path)?;
    let fit = || Fit::new().epochs(2).initial_epoch(1);
    assert_eq!(again.fit(&x, &y, fit())?, model.fit(&x, &y, fit())?);
    Ok(())
}
