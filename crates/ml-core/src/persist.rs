//! The container of saved models: magic, version, type name, checksum; atomic writing.

use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use crate::Result;

/// A value that can be saved to a file and loaded in another process.
pub trait Persist: Serialize + DeserializeOwned {
    /// Name of the type inside the file, stable over releases: `"ml_classic::FittedRidge<f64>"`.
    const TYPE_NAME: &'static str;

    /// Saves to `path`, atomically: a crash leaves the old file or the new one, never a part.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>;

    /// Loads what [`save`](Persist::save) wrote.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) for a damaged, truncated, foreign or newer file, or one of
    /// another type.
    fn load(path: impl AsRef<Path>) -> Result<Self>;
}
