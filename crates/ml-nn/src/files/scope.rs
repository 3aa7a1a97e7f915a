//! What is known while a file is being read.

use std::{any::Any, cell::RefCell, sync::Arc};

use ml_core::{Error, Result, ops::Spec};

/// Functions by name, each an `Arc<F>` of its type.
pub(crate) type Functions = Vec<(String, Box<dyn Any + Send + Sync>)>;

#[derive(Default)]
struct Reading {
    functions: Functions,
    /// Names of functions that were not given.
    missing: Vec<String>,
    /// Bytes that weights may still take: a file cannot ask for more than it brings.
    left: usize,
    /// Bytes of the file.
    size: usize,
}

thread_local! {
    /// Deserialisation has no arguments of its own: they are here while it runs, and only then.
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// Ends with the reading of a file, whatever comes of it.
struct Guard(Option<Reading>);

impl Drop for Guard {
    fn drop(&mut self) {
        READING.set(self.0.take());
    }
}

/// Runs `body` with these functions, for a file of this size; names of functions that it missed are an error.
pub(crate) fn reading<R>(functions: Functions, size: usize, body: impl FnOnce() -> Result<R>) -> Result<R> {
    let reading = Reading {
        functions,
        missing: Vec::new(),
        left: size,
        size,
    };
    let _guard = Guard(READING.replace(Some(reading)));
    let made = body();
    let missing = READING.with_borrow(|reading| reading.as_ref().map(|reading| reading.missing.join(", ")));
    match missing.filter(|names| !names.is_empty()) {
        None => made,
        Some(names) => Err(Error::Data {
            op: "load",
            problem: format!("the file names functions that were not given: {names}"),
            remedy: "give them: Loader::new().function(name, ...).load(path); for a loss .loss(name, ...), for an \
                     initialiser .initializer(name, ...)",
        }),
    }
}

/// The function of this name and type, if a file is being read and it was given.
pub(crate) fn given_function<F: ?Sized + 'static>(name: &str) -> Option<Arc<F>> {
    READING.with_borrow_mut(|reading| {
        let reading = reading.as_mut()?;
        let found = reading.functions.iter().filter(|(known, _)| known == name);
        let found = found
            .filter_map(|(_, function)| function.downcast_ref::<Arc<F>>().cloned())
            .next();
        let name = format!("{name:?}");
        if found.is_none() && !reading.missing.contains(&name) {
            reading.missing.push(name);
        }
        found
    })
}

/// Refuses a weight that is larger than the file that asks for it; of trials nothing is kept.
pub(crate) fn check_size(weight: &Spec, trial: bool) -> Result<()> {
    READING.with_borrow_mut(|reading| {
        let Some(reading) = reading.as_mut() else {
            return Ok(());
        };
        let bytes = weight
            .shape
            .iter()
            .try_fold(weight.dtype.size(), |n, &length| n.checked_mul(length));
        let most = if trial { reading.size } else { reading.left };
        match bytes.filter(|&bytes| bytes <= most) {
            None => Err(Error::Data {
                op: "load",
                problem: format!(
                    "a layer of the file asks for a weight {weight}, which the file cannot hold"
                ),
                remedy: "do not trust this file: it was not written by save()",
            }),
            Some(bytes) if !trial => {
                reading.left -= bytes;
                Ok(())
            }
            Some(_) => Ok(()),
        }
    })
}
