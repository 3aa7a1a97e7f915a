//! Files that are whole or not there.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{Error, Result};

/// Writes a file so that `path` holds either its old content or all of the new.
///
/// `write` fills a temporary file in the same folder, which is flushed to the disk and then renamed
/// over `path`. When anything fails, the temporary file is removed and `path` is left alone. A
/// symbolic link stays, and what it points to is replaced.
///
/// # Errors
/// [`Error::Io`] if the folder cannot be written to or the disk is full.
///
/// # Examples
/// ```
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("note.txt");
/// ml_core::persist::write_atomically(&path, |file| file.write_all(b"whole"))?;
/// assert_eq!(std::fs::read(&path).expect("just written"), b"whole");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    replace(path, write).map_err(|source| Error::Io {
        path: path.to_owned(),
        action: "write",
        source,
    })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let file = temporary_beside(&path, &folder)?;
    let mut writer = BufWriter::new(file.as_file());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|failed| failed.error)?;
    sync_folder(&folder)
}

/// A new file in `folder`, with the permissions of the file that it will replace.
fn temporary_beside(path: &Path, folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".saving-");
    // Temporary files are private by default; a saved file is as open as any other new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // A folder that is not there is named by itself, not by the temporary file that could not be made in it.
    fs::metadata(folder)?;
    let file = builder.tempfile_in(folder)?;
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// Makes the rename itself survive a power failure, where folders can be flushed.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
