//! Goes on after a crash, to the same bits.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ml_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Callback, Memory, Resumed, Run};
use crate::{
    files::{Content, read, restore_optimizer, restore_weights, state_tensors, write},
    training::History,
};

/// Before the tensors that are neither weights nor the optimizer's.
const MEMORY: &str = "@memory/";
const HISTORY: &str = "@history/";

/// Keeps everything that a run needs to go on, in a file that is replaced atomically after every epoch: weights, what
/// the optimizer keeps, the history, and what the other callbacks remember. Killed at any moment and started again
/// with the same data and the same callbacks, the run goes on after its last whole epoch and ends with the bits of a
/// run that was never interrupted. The file is removed at the end of training.
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
}

/// What the file says beside tensors.
#[derive(Serialize, Deserialize)]
struct About {
    next_epoch: usize,
    stopped: bool,
    epochs: Vec<usize>,
    names: Vec<String>,
    memories: Vec<Value>,
}

impl BackupAndRestore {
    /// In this file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            keep: false,
        }
    }

    /// Whether the file stays at the end of training. Default false.
    #[must_use]
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    fn save(&self, next_epoch: usize, run: &Run<'_>) -> Result<()> {
        let mut tensors = state_tensors(run.model())?;
        let history = run.history();
        for (number, (_, values)) in history.history.iter().enumerate() {
            tensors.push((format!("{HISTORY}{number}"), Tensor::from(values.clone())));
        }
        for (callback, memory) in run.memories.iter().enumerate() {
            let kept = memory.tensors.iter().enumerate();
            tensors.extend(kept.map(|(n, tensor)| (format!("{MEMORY}{callback}/{n}"), tensor.clone())));
        }
        let about = About {
            next_epoch,
            stopped: run.is_stopped(),
            epochs: history.epoch.clone(),
            names: history.history.iter().map(|(name, _)| name.clone()).collect(),
            memories: run.memories.iter().map(|memory| memory.values.clone()).collect(),
        };
        let mut json = Map::new();
        json.insert("config".to_owned(), run.model().config()?);
        let about = serde_json::to_value(about).map_err(|error| self.foreign(error.to_string()))?;
        json.insert("backup".to_owned(), about);
        write(&self.path, &tensors, json)
    }

    fn foreign(&self, problem: String) -> Error {
        Error::File {
            path: self.path.clone(),
            problem,
            remedy: "go on with the model and the callbacks of the interrupted run, or remove the file to begin anew",
        }
    }

    fn resumed(&self, content: &Content, run: &Run<'_>) -> Result<Resumed> {
        if content.about.get("config") != Some(&run.model().config()?) {
            return Err(self.foreign("is the backup of a model with other layers or settings".to_owned()));
        }
        let about = content.about.get("backup").cloned().unwrap_or_default();
        let about =
            About::deserialize(about).map_err(|error| self.foreign(format!("is no backup: {error}")))?;
        restore_weights(run.model(), content)?;
        restore_optimizer(run.model(), content)?;
        let values = |number: usize| {
            let tensor = content.tensors.get(&format!("{HISTORY}{number}"));
            let tensor = tensor.ok_or_else(|| self.foreign(format!("has no history {number}")))?;
            tensor.to_vec::<f64>()
        };
        let named = about.names.into_iter().enumerate();
        let history = named.map(|(number, name)| Ok((name, values(number)?)));
        let memories = about
            .memories
            .into_iter()
            .enumerate()
            .map(|(callback, values)| Memory {
                values,
                tensors: (0..)
                    .map_while(|n| content.tensors.get(&format!("{MEMORY}{callback}/{n}")).cloned())
                    .collect(),
            });
        Ok(Resumed {
            epoch: about.next_epoch,
            stopped: about.stopped,
            history: History {
                params: run.params().clone(),
                epoch: about.epochs,
                history: history.collect::<Result<_>>()?,
            },
            memories: memories.collect(),
        })
    }
}

impl Callback for BackupAndRestore {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.path.exists() {
            run.resumed = Some(self.resumed(&read(&self.path)?, run)?);
        }
        Ok(())
    }

    fn on_epoch_complete(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        self.save(epoch + 1, run)
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
