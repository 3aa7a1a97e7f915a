//! Goes on after a crash, to the same bits.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ml_core::{Error, Result, check};

use super::{Callback, Resumed, Run, Start, resumed::keep};

/// Keeps everything that a run needs to go on, in a file that is replaced atomically after every epoch, and also after
/// every so many steps if [asked](Self::every_batches): weights, what optimizer and metrics keep, the history, and what
/// the other callbacks remember. Killed at any moment and started again with the same data and the same callbacks, the
/// run goes on after its last whole epoch or those steps, and ends with the bits of a run that was never interrupted.
/// The file is removed at the end of training.
///
/// What a callback of your own knows is kept if it has [`memory`](Callback::memory) and
/// [`remember`](Callback::remember). Event files of TensorBoard are begun anew: the steps of an epoch that is made again
/// are in both.
///
/// # Examples
/// ```
/// use ml_core::{Error, Result, Tensor};
/// use ml_nn::{Compile, Fit, Sequential, callbacks::{BackupAndRestore, LambdaCallback}, layers::{Dense, IntoLayer}};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("backup.safetensors");
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let run = |crash: usize| -> Result<Vec<f64>> {
///     let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
///     model.compile(Compile::new("adam", "mse"))?;
///     let crash = LambdaCallback::new().on_epoch_begin(move |epoch, _| match epoch == crash {
///         true => Err(Error::Empty { op: "crash", what: "power".to_owned(), least: "1 W" }),
///         false => Ok(()),
///     });
///     let fit = Fit::new().epochs(4).callback(BackupAndRestore::new(&path)).callback(crash);
///     Ok(model.fit(&x, &y, fit)?.get("loss").to_vec())
/// };
/// let whole = run(usize::MAX)?;
/// assert!(run(2).is_err() && path.exists());
/// assert_eq!(run(usize::MAX)?, whole); // epochs 2 and 3 alone were trained
/// assert!(!path.exists());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BackupAndRestore {
    path: PathBuf,
    keep: bool,
    every: Option<usize>,
    /// Steps of this process.
    steps: usize,
    epoch: usize,
}

impl BackupAndRestore {
    /// In this file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            keep: false,
            every: None,
            steps: 0,
            epoch: 0,
        }
    }

    /// Keeps the state after so many steps too (Keras's `save_freq`), for epochs that are too long to be made again. It
    /// costs a file as large as the weights and all that the optimizer keeps each time.
    #[must_use]
    pub fn every_batches(mut self, steps: usize) -> Self {
        self.every = Some(steps);
        self
    }

    /// Whether the file stays at the end of training. Default false.
    #[must_use]
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    fn is_due(&self) -> bool {
        self.every.is_some_and(|every| self.steps.is_multiple_of(every))
    }
}

impl Callback for BackupAndRestore {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let every = self.every.unwrap_or(1);
        check::parameter("every_batches", every, every > 0, "at least 1")?;
        self.steps = 0;
        if self.path.exists() {
            run.resumed = Some(Resumed::read(&self.path, run)?);
        }
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        self.steps += 1;
        if self.is_due() {
            run.asks_memories = true;
        }
        Ok(())
    }

    fn on_train_batch_complete(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        if !self.is_due() {
            return Ok(());
        }
        let inside = Start {
            batch: batch + 1,
            ..run.start
        };
        keep(&self.path, self.epoch, Some(inside), run)
    }

    fn on_epoch_complete(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        keep(&self.path, epoch + 1, None, run)
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        if self.keep {
            return Ok(());
        }
        match fs::remove_file(&self.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Io {
                path: self.path.clone(),
                action: "remove",
                source,
            }),
            _ => Ok(()),
        }
    }
}
