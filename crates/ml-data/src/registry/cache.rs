//! The folder where data sets are kept.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use super::{Dataset, Error, Result, checksum, error::io};

/// The folder where data sets are kept: one folder a data set, there only when it is whole.
///
/// Beside them, `.work/<data set>/` holds what is being fetched and its lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

/// The exclusive right to write one data set; given back when dropped, or when the process dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Cache {
    /// Data sets kept in `root`, which is made when first needed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of all data sets.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a data set, whether or not it is there.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file or folder of a data set.
    ///
    /// # Errors
    /// [`Error::Missing`], which says how to get it.
    pub fn path(&self, name: &str, path: &str) -> Result<PathBuf> {
        let full = self.folder(name).join(path);
        if full.exists() {
            return Ok(full);
        }
        Err(Error::Missing {
            name: name.to_owned(),
            path: full,
        })
    }

    /// Whether every file of the data set is there. Contents are not read; see
    /// [`Fetcher::verify`](super::Fetcher::verify).
    pub fn has(&self, dataset: &Dataset) -> bool {
        let folder = self.folder(&dataset.name);
        folder.join(checksum::LIST).exists() && dataset.is_complete(&folder)
    }

    /// Where a data set is prepared before it lands; the name cannot be a data set's.
    pub(super) fn work(&self, name: &str) -> PathBuf {
        self.root.join(".work").join(name)
    }

    /// Waits until no other process or thread writes this data set; `waiting` is told once if so.
    pub(super) fn lock(&self, name: &str, waiting: impl FnOnce()) -> Result<Lock> {
        let folder = self.work(name);
        fs::create_dir_all(&folder).map_err(io(&folder, "create"))?;
        let path = folder.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io(&path, "create"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(io(&path, "lock"))?;
            }
            Err(TryLockError::Error(error)) => return Err(io(path, "lock")(error)),
        }
        Ok(Lock { _file: file })
    }

    /// Moves a finished folder into place. Readers see the old data set, the new one or, between the
    /// two renames of a replacement, none; never a part.
    pub(super) fn land(&self, name: &str, staged: &Path) -> Result<PathBuf> {
        let target = self.folder(name);
        let old = self.work(name).join("old");
        remove_folder(&old)?;
        if target.exists() {
            fs::rename(&target, &old).map_err(io(&target, "move aside"))?;
        }
        fs::rename(staged, &target).map_err(io(&target, "create"))?;
        remove_folder(&old)?;
        Ok(target)
    }
}

/// Removes a folder and all in it, if it is there.
pub(super) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(folder, "remove")(e)),
        _ => Ok(()),
    }
}
