//! Going on with a run that was interrupted.

use ml_core::{Error, Result};

use super::epochs::Callbacks;
use crate::callbacks::{Memory, Resumed, Run};

/// Goes on with an interrupted run if a callback found one.
pub(super) fn resume(callbacks: &mut Callbacks<'_>, run: &mut Run<'_>) -> Result<Option<Resumed>> {
    let Some(resumed) = run.resumed.take() else {
        return Ok(None);
    };
    if resumed.memories.len() != callbacks.len() {
        return Err(Error::Data {
            op: "restore",
            problem: format!(
                "the interrupted run had {} callbacks, this one has {}",
                resumed.memories.len(),
                callbacks.len()
            ),
            remedy: "go on with the callbacks of the interrupted run, in their order, or remove the backup",
        });
    }
    remind(callbacks, &resumed)?;
    run.history = resumed.history.clone();
    if resumed.stopped {
        run.stop_training();
    }
    Ok(Some(resumed))
}

/// Gives every callback what it knew.
pub(super) fn remind(callbacks: &mut Callbacks<'_>, resumed: &Resumed) -> Result<()> {
    let memories = resumed.memories.iter().cloned();
    callbacks
        .iter_mut()
        .zip(memories)
        .try_for_each(|(callback, memory)| callback.remember(memory))
}

/// What every callback knows.
pub(super) fn memories(callbacks: &Callbacks<'_>) -> Vec<Memory> {
    callbacks.iter().map(|callback| callback.memory()).collect()
}
