//! What can go wrong between a data set's name and its files.

use std::path::PathBuf;

/// Result of fetching, verifying and loading data sets.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A data set that is not here, cannot be had, or is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A data set, or a file of it, that has not been fetched yet.
    #[error(
        "data set {name} is not here ({path} is missing); run `cargo xtask fetch {name}` (or set \
         ML_DATASETS_MIRROR to a folder or URL that holds it, then fetch; ML_DATASETS names the folder \
         where data sets are kept)",
        path = path.display()
    )]
    Missing {
        /// Name of the data set.
        name: String,
        /// The file or folder that was looked for.
        path: PathBuf,
    },
    /// A name that the registry does not have.
    #[error("there is no data set {name:?}; there are: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// A source that does not have the file.
    #[error("{file}: not found at {origin}")]
    NotFound {
        /// The file asked for.
        file: String,
        /// Address or folder.
        origin: String,
    },
    /// A source that could not be read, after all attempts.
    #[error(
        "{file}: cannot fetch it from {origin}: {reason} ({attempts} attempts); offline? set \
         ML_DATASETS_MIRROR (or --mirror) to a folder or URL that holds <data set>/<file>"
    )]
    Download {
        /// The file asked for.
        file: String,
        /// Address or folder.
        origin: String,
        /// How often it was tried.
        attempts: u32,
        /// The last reason.
        reason: String,
    },
    /// Bytes that are not the registered ones.
    #[error(
        "{file} from {origin}: SHA-256 is {actual}, but the registry expects {expected}; nothing of it was \
         kept: the source has changed or is damaged"
    )]
    Checksum {
        /// The file.
        file: String,
        /// Address or folder.
        origin: String,
        /// The checksum, or checksums, in the registry.
        expected: String,
        /// The checksum of what came.
        actual: String,
    },
    /// More bytes than the registered size allows.
    #[error("{file} from {origin}: more than {allowed} bytes came; the registry expects about {expected}")]
    Oversize {
        /// The file.
        file: String,
        /// Address or folder.
        origin: String,
        /// The size in the registry.
        expected: u64,
        /// Where the download was stopped.
        allowed: u64,
    },
    /// An archive that is damaged, or that would write where it must not or what it must not.
    #[error("{archive}: entry {entry:?} {problem}; nothing of the archive was kept")]
    Archive {
        /// The archive.
        archive: String,
        /// The offending entry, empty for the archive as a whole.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A source whose archive lacks a file that the data set must have.
    #[error("{file} from {origin}: {missing} is not in it; nothing of it was kept")]
    Incomplete {
        /// The archive.
        file: String,
        /// Address or folder.
        origin: String,
        /// The file that should have been there.
        missing: String,
    },
    /// No source could serve the data set.
    #[error("data set {name} cannot be had from any of its sources:{attempts}")]
    Unavailable {
        /// Name of the data set.
        name: String,
        /// A line for each source, with its reason.
        attempts: String,
    },
    /// Files on disk that have changed since they were fetched.
    #[error("data set {name}: {problem}; run `cargo xtask fetch {name} --force` to have it anew")]
    Changed {
        /// Name of the data set.
        name: String,
        /// Which files, and what is wrong with them.
        problem: String,
    },
    /// A registry file that cannot be used.
    #[error("registry of data sets: {problem}")]
    Manifest {
        /// What is wrong, with the entry's name.
        problem: String,
    },
    /// A mistake that all crates share: files, shapes, values.
    #[error(transparent)]
    Core(#[from] ml_core::Error),
}

impl From<Error> for ml_core::Error {
    /// Keeps a shared error as it is; any other becomes [`ml_core::Error::File`] with its text.
    fn from(error: Error) -> Self {
        match error {
            Error::Core(error) => error,
            Error::Missing { name, path } => Self::File {
                path,
                problem: format!("data set {name} is not here; run `cargo xtask fetch {name}`"),
                remedy: "or set ML_DATASETS to the folder where it is kept",
            },
            other => Self::File {
                path: PathBuf::from("data sets"),
                problem: other.to_string(),
                remedy: "see `cargo xtask fetch --list`",
            },
        }
    }
}

/// An input/output error with the path and what was tried.
pub(super) fn io(path: impl Into<PathBuf>, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.into();
    move |source| Error::Core(ml_core::Error::Io { path, action, source })
}
