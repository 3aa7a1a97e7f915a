//! Goes on after a crash, to the same bits.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ml_core::{Error, Result, Tensor, autodiff::Variable, check};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Callback, Memory, Resumed, Run, Start};
use crate::{
    files::{Content, read, restore_optimizer, restore_variables, restore_weights, state_tensors, write},
    models::Model,
    training::History,
};

/// Before the tensors that are neither weights nor the optimizer's.
const MEMORY: &str = "@memory/";
const HISTORY: &str = "@history/";
const METRIC: &str = "@metric/";

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

/// What the file says beside tensors.
#[derive(Serialize, Deserialize)]
struct About {
    next_epoch: usize,
    /// Where to go on in that epoch, if it has begun.
    inside: Option<Start>,
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
            every: None,
            steps: 0,
            epoch: 0,
        }
    }

    /// Keeps the state after so many steps too, for epochs that are too long to be made again. It costs a file as large
    /// as the weights and all that the optimizer keeps each time.
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

    /// Keeps what is needed to go on with this epoch: from its beginning, or inside.
    fn save(&self, next_epoch: usize, inside: Option<Start>, run: &Run<'_>) -> Result<()> {
        let mut tensors = state_tensors(run.model())?;
        if inside.is_some() {
            let metrics = metrics(run.model())?.into_iter();
            tensors.extend(metrics.map(|(name, variable)| (name, variable.value())));
        }
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
            inside,
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

    fn is_due(&self) -> bool {
        self.every.is_some_and(|every| self.steps.is_multiple_of(every))
    }

    fn foreign(&self, problem: String) -> Error {
        Error::File {
            path: self.path.clone(),
            problem,
            remedy: "go on with the model and the callbacks of the interrupted run, or remove the file to begin anew",
        }
    }

    fn resumed(&self, content: Content, run: &Run<'_>) -> Result<Resumed> {
        if content.about.get("config") != Some(&run.model().config()?) {
            return Err(self.foreign("is the backup of a model with other layers or settings".to_owned()));
        }
        let about = content.about.get("backup").cloned().unwrap_or_default();
        let about =
            About::deserialize(about).map_err(|error| self.foreign(format!("is no backup: {error}")))?;
        let values = |number: usize| {
            let tensor = content.tensors.get(&format!("{HISTORY}{number}"));
            let tensor = tensor.ok_or_else(|| self.foreign(format!("has no history {number}")))?;
            tensor.to_vec::<f64>()
        };
        let named = about.names.into_iter().enumerate();
        let history = named.map(|(number, name)| Ok((name, values(number)?)));
        let history = history.collect::<Result<_>>()?;
        let memories = about
            .memories
            .into_iter()
            .enumerate()
            .map(|(callback, values)| Memory {
                values,
                tensors: (0..)
                    .map_while(|n| content.tensors.get(&format!("{MEMORY}{callback}/{n}")).cloned())
                    .collect(),
            })
            .collect();
        let resumed = Resumed {
            epoch: about.next_epoch,
            inside: about.inside,
            stopped: about.stopped,
            history: History {
                params: run.params().clone(),
                epoch: about.epochs,
                history,
            },
            memories,
            content,
        };
        let put_back = resumed.put_back(run.model());
        put_back.map_err(|error| self.foreign(error.to_string()))?;
        Ok(resumed)
    }
}

/// What loss and metrics accumulate in, with the names of the file.
fn metrics(model: &Model) -> Result<Vec<(String, Variable)>> {
    let variables = model.ready()?.state.metric_variables().enumerate();
    let named = |(number, variable): (usize, &Variable)| (format!("{METRIC}{number}"), variable.clone());
    Ok(variables.map(named).collect())
}

impl Resumed {
    /// Gives weights, optimizer and, inside an epoch, metrics the values that they had.
    pub(crate) fn put_back(&self, model: &Model) -> Result<()> {
        restore_weights(model, &self.content)?;
        restore_optimizer(model, &self.content)?;
        match self.inside {
            Some(_) => restore_variables(metrics(model)?.into_iter(), &self.content),
            None => Ok(()),
        }
    }
}

impl Callback for BackupAndRestore {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let every = self.every.unwrap_or(1);
        check::parameter("every_batches", every, every > 0, "at least 1")?;
        self.steps = 0;
        if self.path.exists() {
            run.resumed = Some(self.resumed(read(&self.path)?, run)?);
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
        self.save(self.epoch, Some(inside), run)
    }

    fn on_epoch_complete(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        self.save(epoch + 1, None, run)
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
