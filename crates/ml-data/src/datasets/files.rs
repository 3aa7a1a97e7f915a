//! Reading files of fetched data sets, with errors that name them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::registry::{Error, Result};

/// A file whose contents are not what the data set should hold.
pub(super) fn damaged(path: &Path, problem: impl Into<String>) -> Error {
    Error::Core(ml_core::Error::File {
        path: path.to_owned(),
        problem: problem.into(),
        remedy: "see `cargo xtask fetch --list`; fetch it anew with --force",
    })
}

/// The whole of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| unreadable(path, source))
}

/// The whole of a text file; a byte order mark at its start is dropped.
pub(super) fn text(path: &Path) -> Result<String> {
    let text = String::from_utf8(bytes(path)?).map_err(|e| damaged(path, format!("is not UTF-8: {e}")))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The files of a folder that end in `extension`, by name.
pub(super) fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    Ok(paths)
}

/// What a folder holds, by name.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let mut paths = entries
        .map(|entry| Ok(entry.map_err(|source| unreadable(folder, source))?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Core(ml_core::Error::Io {
        path: path.to_owned(),
        action: "read",
        source,
    })
}
