//! Saves the model along the way.

use std::path::{Path, PathBuf};

use ml_core::{Error, Result, check};

use super::{
    Callback, Memory, Run,
    monitor::{Counters, Monitor, monitor_setters},
    pattern::filled,
};

/// Saves the model after every epoch, or when it is the best so far (book section 10.2.6).
///
/// The path may hold `{epoch}`, counted from 1, `{batch}`, and any name of the logs, with a format as in Python:
/// `model-{epoch:02d}-{val_loss:.2f}.safetensors`. Folders are made. Writing is atomic: after a crash or on a full
/// disk the file before is still whole.
///
/// Defaults as in Keras: after each epoch, the whole model, always; `val_loss` where the best is asked for.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Model, Sequential, callbacks::ModelCheckpoint, layers::{Dense, IntoLayer}};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("best.safetensors");
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let checkpoint = ModelCheckpoint::new(&path).save_best_only(true);
/// model.fit(&x, &y, Fit::new().epochs(3).validation_data(&x, &y).callback(checkpoint))?;
/// assert_eq!(Model::load(&path)?.optimizer()?.iterations().value().item::<i64>()?, 3);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ModelCheckpoint {
    path: PathBuf,
    monitor: Monitor,
    save_best_only: bool,
    save_weights_only: bool,
    every: Option<usize>,
    steps: usize,
    epoch: usize,
    saved: Option<PathBuf>,
}

impl ModelCheckpoint {
    /// To this path, a pattern.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            monitor: Monitor::new("val_loss"),
            save_best_only: false,
            save_weights_only: false,
            every: None,
            steps: 0,
            epoch: 0,
            saved: None,
        }
    }

    monitor_setters!();

    /// Whether only a model better than all before is saved. Default false.
    #[must_use]
    pub fn save_best_only(mut self, best: bool) -> Self {
        self.save_best_only = best;
        self
    }

    /// Whether only weights are saved. Default false.
    #[must_use]
    pub fn save_weights_only(mut self, weights: bool) -> Self {
        self.save_weights_only = weights;
        self
    }

    /// Saves after so many steps instead of after epochs.
    #[must_use]
    pub fn every_batches(mut self, steps: usize) -> Self {
        self.every = Some(steps);
        self
    }

    /// What has to be beaten by the first model already.
    #[must_use]
    pub fn initial_value_threshold(mut self, value: f64) -> Self {
        self.monitor.best = Some(value);
        self
    }

    /// The file that was written last.
    pub fn saved(&self) -> Option<&Path> {
        self.saved.as_deref()
    }

    fn save(&mut self, run: &Run<'_>, batch: Option<usize>) -> Result<()> {
        if self.save_best_only {
            let value = self.monitor.value(run)?;
            if !value.is_some_and(|value| self.monitor.improves(value)) {
                return Ok(());
            }
        }
        let path = filled(&self.path, self.epoch, batch, &run.logs()?)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| Error::Io {
                path: folder.to_owned(),
                action: "create",
                source,
            })?;
        }
        match self.save_weights_only {
            true => run.model().save_weights(&path)?,
            false => run.model().save(&path)?,
        }
        self.saved = Some(path);
        Ok(())
    }
}

impl Callback for ModelCheckpoint {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        let every = self.every.unwrap_or(1);
        check::parameter("every_batches", every, every > 0, "at least 1")
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        self.steps += 1;
        match self.every {
            Some(every) if self.steps.is_multiple_of(every) => self.save(run, Some(batch)),
            _ => Ok(()),
        }
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        match self.every {
            None => self.save(run, None),
            Some(_) => Ok(()),
        }
    }

    fn memory(&self) -> Memory {
        let counters = Counters {
            best: self.monitor.best,
            wait: self.steps,
            ..Counters::default()
        };
        counters.memory()
    }

    fn remember(&mut self, memory: Memory) -> Result<()> {
        let counters = Counters::from_memory(&memory)?;
        (self.monitor.best, self.steps) = (counters.best, counters.wait);
        Ok(())
    }
}
