//! What is kept of a run, and a run that goes on from it.

use std::path::Path;

use ml_core::{Error, Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Memory, Run};
use crate::{
    files::{Content, read, restore_optimizer, restore_variables, restore_weights, state_tensors, write},
    models::Model,
    training::History,
};

/// Before the tensors that are neither weights nor the optimizer's.
const MEMORY: &str = "@memory/";
const HISTORY: &str = "@history/";
const METRIC: &str = "@metric/";

/// Where an epoch begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Start {
    /// Steps that were made in all epochs before: the order of its examples follows from them.
    pub(crate) steps: u64,
    /// The first batch: not 0 in an epoch that was interrupted.
    pub(crate) batch: usize,
}

/// A run that was interrupted.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// The epoch to go on with.
    pub(crate) epoch: usize,
    /// Where to go on in it, if it was interrupted itself.
    pub(crate) inside: Option<Start>,
    pub(crate) history: History,
    pub(crate) memories: Vec<Memory>,
    /// Whether it was to end anyway.
    pub(crate) stopped: bool,
    /// Weights, and what optimizer and metrics keep.
    pub(crate) content: Content,
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

/// Keeps what is needed to go on with this epoch: from its beginning, or inside.
pub(super) fn keep(path: &Path, next_epoch: usize, inside: Option<Start>, run: &Run<'_>) -> Result<()> {
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
    let about = serde_json::to_value(about).map_err(|error| foreign(path, error.to_string()))?;
    json.insert("backup".to_owned(), about);
    write(path, &tensors, json)
}

fn foreign(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        problem,
        remedy: "go on with the model and the callbacks of the interrupted run, or remove the file to begin anew",
    }
}

/// What loss and metrics accumulate in, with the names of the file.
fn metrics(model: &Model) -> Result<Vec<(String, Variable)>> {
    let variables = model.ready()?.state.metric_variables().enumerate();
    let named = |(number, variable): (usize, &Variable)| (format!("{METRIC}{number}"), variable.clone());
    Ok(variables.map(named).collect())
}

impl Resumed {
    /// What [`keep`] wrote; the model has its values then.
    pub(super) fn read(path: &Path, run: &Run<'_>) -> Result<Self> {
        let content = read(path)?;
        let refused = |problem: String| foreign(path, problem);
        let Some(about) = content.about.get("backup").cloned() else {
            return Err(refused("is no backup of a run".to_owned()));
        };
        if content.about.get("config") != Some(&run.model().config()?) {
            return Err(refused(
                "is the backup of a model with other layers or settings".to_owned(),
            ));
        }
        let about = About::deserialize(about).map_err(|error| refused(format!("is no backup: {error}")))?;
        let values = |number: usize| {
            let tensor = content.tensors.get(&format!("{HISTORY}{number}"));
            let tensor = tensor.ok_or_else(|| refused(format!("has no history {number}")))?;
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
        let resumed = Self {
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
        put_back.map_err(|error| refused(error.to_string()))?;
        Ok(resumed)
    }

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
