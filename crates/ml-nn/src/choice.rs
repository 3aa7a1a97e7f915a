//! An argument that may be given by name.

use ml_core::{Error, Result};

/// Something, or why there is no such thing: so that builders take names, and `compile` tells what is wrong.
#[derive(Debug)]
pub struct Choice<T>(pub(crate) Result<T, Error>);

impl<T> Choice<T> {
    /// This one.
    pub fn of(value: T) -> Self {
        Self(Ok(value))
    }
}
