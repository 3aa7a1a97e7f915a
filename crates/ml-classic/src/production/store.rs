//! Every model that was ever in service, and the way back.

use std::{
    fs,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use ml_core::{Error, Persist, Result, persist::write_atomically};

/// Number of a stored model, from 1.
pub type Version = u32;

/// A folder of numbered models of one type, one of which is in service.
///
/// Publishing adds a file and then moves the mark; a crash in between leaves the old model in service. Nothing is ever overwritten, so
/// rolling back is moving the mark.
///
/// # Examples
/// ```
/// use ml_classic::production::ModelStore;
/// use ml_core::Persist;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Mean(f64);
/// impl Persist for Mean {
///     const TYPE_NAME: &'static str = "Mean";
/// }
///
/// # let folder = std::env::temp_dir().join(format!("ml-store-doc-{}", std::process::id()));
/// let store = ModelStore::<Mean>::open(&folder)?;
/// store.publish(&Mean(1.0))?;
/// store.publish(&Mean(2.0))?;
/// assert_eq!(store.load_current()?.0, 2.0);
/// store.roll_back_to(1)?;
/// assert_eq!(store.load_current()?.0, 1.0);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct ModelStore<M> {
    folder: PathBuf,
    /// What the names of the files begin with.
    kind: &'static str,
    model: PhantomData<M>,
}

const MARK: &str = "current";

impl<M: Persist> ModelStore<M> {
    /// The store in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be made.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::of("model", folder.as_ref())
    }

    /// A store whose files begin with `kind`.
    pub(super) fn of(kind: &'static str, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|source| io(folder, "create", source))?;
        Ok(Self {
            folder: folder.to_owned(),
            kind,
            model: PhantomData,
        })
    }

    /// Stores `model` under the next number and puts it into service.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written, [`Error::Data`] after version 4,294,967,295; the model in service stays the same then.
    pub fn publish(&self, model: &M) -> Result<Version> {
        let last = self.versions()?.last().copied().unwrap_or(0);
        let version = last.checked_add(1).ok_or_else(|| Error::Data {
            op: "ModelStore",
            problem: format!("version {last} is the last number there is"),
            remedy: "open a store in another folder",
        })?;
        model.save(self.path(version))?;
        self.mark(version)?;
        Ok(version)
    }

    /// The stored versions in ascending order.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>> {
        let entries = fs::read_dir(&self.folder).map_err(|source| io(&self.folder, "read", source))?;
        let mut versions = Vec::new();
        for entry in entries {
            let name = entry
                .map_err(|source| io(&self.folder, "read", source))?
                .file_name();
            let number: Option<Version> = name.to_str().and_then(|n| {
                n.strip_prefix(self.kind)?
                    .strip_prefix('-')?
                    .strip_suffix(".ml")?
                    .parse()
                    .ok()
            });
            versions.extend(number);
        }
        versions.sort_unstable();
        Ok(versions)
    }

    /// The version in service, `None` before the first is published.
    ///
    /// # Errors
    /// [`Error::Io`] if the mark cannot be read, [`Error::File`] if it is not a number.
    pub fn current(&self) -> Result<Option<Version>> {
        let path = self.folder.join(MARK);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io(&path, "read", source)),
        };
        text.trim().parse().map(Some).map_err(|_| Error::File {
            path,
            problem: format!("holds {text:?}, not the number of a version"),
            remedy: "choose a version with roll_back_to",
        })
    }

    /// Puts an earlier (or later) version into service.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there is no such version.
    pub fn roll_back_to(&self, version: Version) -> Result<()> {
        let versions = self.versions()?;
        if !versions.contains(&version) {
            let known: Vec<String> = versions.iter().map(Version::to_string).collect();
            return Err(Error::Parameter {
                name: "version".to_owned(),
                value: version.to_string(),
                domain: format!("one of the stored versions: {}", known.join(", ")),
            });
        }
        self.mark(version)
    }

    /// Loads one version.
    ///
    /// # Errors
    /// As [`Persist::load`].
    pub fn load(&self, version: Version) -> Result<M> {
        M::load(self.path(version))
    }

    /// Loads the version in service.
    ///
    /// # Errors
    /// [`Error::Empty`] before the first is published; otherwise as [`Persist::load`].
    pub fn load_current(&self) -> Result<M> {
        match self.current()? {
            Some(version) => self.load(version),
            None => Err(Error::Empty {
                op: "ModelStore",
                what: "the store".to_owned(),
                least: "1 published model",
            }),
        }
    }

    fn path(&self, version: Version) -> PathBuf {
        self.folder.join(format!("{}-{version:06}.ml", self.kind))
    }

    /// Puts the mark in its place: a reader sees the old or the new number.
    fn mark(&self, version: Version) -> Result<()> {
        write_atomically(&self.folder.join(MARK), |file| writeln!(file, "{version}"))
    }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        action,
        source,
    }
}
