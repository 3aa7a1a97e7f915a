//! Saved models: one container for everything that is serialisable, written atomically.
//!
//! [`Persist::save`] writes a file that [`Persist::load`] reads in another process; the file says
//! which type it holds and guards every byte with a checksum. Loading never runs code, never
//! allocates more than a small multiple of the file's size, and turns a damaged, truncated,
//! foreign or newer file into [`Error::File`].
//!
//! | module part | what |
//! |---|---|
//! | `container` | magic bytes, format version, names, length, SHA-256 |
//! | `codec` | the value itself: serde through `bincode` 2, replaceable in one place |
//! | `atomic` | temporary file, fsync, rename |
//! | [`npy`] | arrays as `.npy` and `.npz`, shared with NumPy |

mod atomic;
mod codec;
mod container;
pub mod npy;

pub use atomic::write_atomically;
pub use container::{FORMAT_VERSION, FileInfo};

use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Estimator, FittedTransformer, Model, Result, Transformer};

/// A value that can be saved to a file and loaded in another process.
///
/// An implementation is one line: the name of the type. Fields must not rely on a self-describing
/// format: no `untagged`, `flatten` or `skip_serializing_if`.
///
/// # Examples
/// ```
/// use ml_core::Persist;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Line { slope: f64, intercept: f64 }
/// impl Persist for Line {
///     const TYPE_NAME: &'static str = "example::Line";
/// }
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("line.model");
/// Line { slope: 2.0, intercept: 0.5 }.save(&path)?;
/// assert_eq!(Line::load(&path)?.slope, 2.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub trait Persist: Serialize + DeserializeOwned {
    /// Name of the type inside the file, stable over releases: `"ml_classic::FittedRidge<f64>"`.
    const TYPE_NAME: &'static str;

    /// Saves to `path`, atomically: a crash or a full disk leaves the old file or the new one, never
    /// a part.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written; as [`to_bytes`](Persist::to_bytes).
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let bytes = self.to_bytes()?;
        write_atomically(path.as_ref(), |file| file.write_all(&bytes))
    }

    /// Loads what [`save`](Persist::save) wrote.
    ///
    /// # Errors
    /// [`Error::File`] for a damaged, truncated, foreign or newer file, or one of another type;
    /// [`Error::Io`] if it cannot be read.
    fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            action: "read",
            source,
        })?;
        container::open(&bytes, path)
    }

    /// The content of the file that [`save`](Persist::save) writes.
    ///
    /// # Errors
    /// [`Error::Data`] for a value that the format cannot hold: nested deeper than 128 levels, or a
    /// map or sequence whose length is not known beforehand.
    fn to_bytes(&self) -> Result<Vec<u8>> {
        container::seal(self)
    }

    /// The value in the content of a file.
    ///
    /// # Errors
    /// [`Error::File`] as [`load`](Persist::load), with `(bytes)` in place of the path.
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        container::open(bytes, Path::new("(bytes)"))
    }
}

impl Persist for Box<dyn Estimator> {
    const TYPE_NAME: &'static str = "ml_core::Estimator";
}

impl Persist for Box<dyn Model> {
    const TYPE_NAME: &'static str = "ml_core::Model";
}

impl Persist for Box<dyn Transformer> {
    const TYPE_NAME: &'static str = "ml_core::Transformer";
}

impl Persist for Box<dyn FittedTransformer> {
    const TYPE_NAME: &'static str = "ml_core::FittedTransformer";
}
