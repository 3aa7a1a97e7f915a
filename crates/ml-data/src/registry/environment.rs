//! The two environment variables, read here and nowhere else.

use std::{env, path::PathBuf};

use super::{Cache, Error, Mirror, Result};

/// Names the folder where data sets are kept.
const FOLDER: &str = "ML_DATASETS";
/// Names a folder or a base address that serves `<data set>/<file>` in place of the original sources.
const MIRROR: &str = "ML_DATASETS_MIRROR";

impl Cache {
    /// The folder that `ML_DATASETS` names, else `ml-datasets` in the platform's cache folder.
    ///
    /// # Errors
    /// [`Error::Core`] when neither is known (no home folder).
    pub fn from_env() -> Result<Self> {
        if let Some(folder) = env::var_os(FOLDER).filter(|v| !v.is_empty()) {
            return Ok(Self::new(PathBuf::from(folder)));
        }
        match directories::BaseDirs::new() {
            Some(base) => Ok(Self::new(base.cache_dir().join("ml-datasets"))),
            None => Err(Error::Core(ml_core::Error::File {
                path: PathBuf::from("~"),
                problem: "no home folder, so no place to keep data sets".to_owned(),
                remedy: "set ML_DATASETS to a folder",
            })),
        }
    }
}

impl Mirror {
    /// The mirror that `ML_DATASETS_MIRROR` names, if any.
    pub fn from_env() -> Option<Self> {
        env::var(MIRROR)
            .ok()
            .filter(|v| !v.is_empty())
            .map(|v| Self::new(&v))
    }
}
