//! Archives into folders, without trusting them.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek, Write},
    path::{Component, Path, PathBuf},
};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;

use super::{Download, Error, Result, Unpack, error::io as io_error};

/// What an archive may at most unpack to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files together. Default 4 GiB.
    pub bytes: u64,
    /// Files and folders. Default 200,000.
    pub entries: u64,
    /// Bytes out for each byte of the archive, above the first MiB out. Default 200.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            entries: 200_000,
            ratio: 200,
        }
    }
}

/// Below this size no ratio is suspicious.
const HARMLESS: u64 = 1 << 20;

/// Opens `archive`, a download of `file`, into `folder`, which may hold other files already.
///
/// # Errors
/// [`Error::Archive`] for an absolute path, `..`, a link, a device, a name that comes twice, more than
/// the limits allow, or damage. What was written until then stays in `folder`, which the caller throws
/// away.
pub(super) fn unpack(file: &Download, archive: &Path, folder: &Path, limits: &Limits) -> Result<()> {
    let input = File::open(archive).map_err(io_error(archive, "read"))?;
    let size = input.metadata().map_err(io_error(archive, "read"))?.len();
    let mut writer = Writer {
        archive: &file.name,
        folder,
        within: file.within.as_deref().map(Path::new),
        left: limits.bytes.min(HARMLESS.max(size.saturating_mul(limits.ratio))),
        entries_left: limits.entries,
    };
    let input = BufReader::new(input);
    match file.unpack {
        // A file that is used as it is may be of any size that a download may have.
        Unpack::None => {
            writer.left = u64::MAX;
            writer.file(Path::new(&file.gives[0]), input)
        }
        Unpack::Gz => writer.file(Path::new(&file.gives[0]), MultiGzDecoder::new(input)),
        Unpack::Tar => writer.tar(input),
        Unpack::Tgz => writer.tar(MultiGzDecoder::new(input)),
        Unpack::Tbz2 => writer.tar(MultiBzDecoder::new(input)),
        Unpack::Zip => writer.zip(input),
    }
}

/// Writes entries below a folder, within what is left of the limits.
struct Writer<'a> {
    archive: &'a str,
    folder: &'a Path,
    within: Option<&'a Path>,
    left: u64,
    entries_left: u64,
}

impl Writer<'_> {
    fn tar(&mut self, input: impl Read) -> Result<()> {
        // Bounds the stream as a whole, so that headers and skipped entries count as well.
        let mut archive = tar::Archive::new(Bounded {
            input,
            left: self.left,
        });
        let entries = archive.entries().map_err(|e| self.damaged(&e))?;
        for entry in entries {
            let entry = entry.map_err(|e| self.damaged(&e))?;
            let path = entry.path().map_err(|e| self.damaged(&e))?.into_owned();
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() {
                continue;
            }
            if kind.is_dir() {
                self.folder(&path)?;
            } else if kind.is_file() {
                self.file(&path, entry)?;
            } else {
                return Err(self.unsafe_entry(&path, "is a link or a device"));
            }
        }
        Ok(())
    }

    fn zip(&mut self, input: impl Read + Seek) -> Result<()> {
        let mut archive = zip::ZipArchive::new(input).map_err(|e| self.damaged(&e))?;
        for i in 0..archive.len() {
            let entry = archive.by_index(i).map_err(|e| self.damaged(&e))?;
            let path = PathBuf::from(entry.name());
            if entry.is_symlink() {
                return Err(self.unsafe_entry(&path, "is a link or a device"));
            }
            if entry.is_dir() {
                self.folder(&path)?;
            } else {
                self.file(&path, entry)?;
            }
        }
        Ok(())
    }

    fn folder(&mut self, path: &Path) -> Result<()> {
        let Some(target) = self.target(path)? else {
            return Ok(());
        };
        fs::create_dir_all(&target).map_err(io_error(target, "create"))
    }

    fn file(&mut self, path: &Path, mut input: impl Read) -> Result<()> {
        let Some(target) = self.target(path)? else {
            return Ok(());
        };
        if target.exists() {
            return Err(self.unsafe_entry(path, "comes twice"));
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(io_error(parent, "create"))?;
        }
        let mut out = File::create_new(&target).map_err(io_error(&target, "create"))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = input
                .read(&mut buffer)
                .map_err(|e| self.damaged_entry(path, &e))?;
            if n == 0 {
                return Ok(());
            }
            let Some(left) = self.left.checked_sub(n as u64) else {
                return Err(self.unsafe_entry(path, TOO_LARGE));
            };
            self.left = left;
            out.write_all(&buffer[..n]).map_err(io_error(&target, "write"))?;
        }
    }

    /// Where an entry goes: below the folder; `None` if it is outside of what is wanted.
    fn target(&mut self, path: &Path) -> Result<Option<PathBuf>> {
        let Some(left) = self.entries_left.checked_sub(1) else {
            return Err(self.unsafe_entry(path, "is one too many for the limit of entries"));
        };
        self.entries_left = left;
        let mut safe = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(name) if !name.to_string_lossy().contains(['\\', ':', '\0']) => {
                    safe.push(name);
                }
                Component::CurDir => {}
                _ => return Err(self.unsafe_entry(path, "would be written outside of the data set's folder")),
            }
        }
        let wanted = match self.within {
            None => Some(safe.as_path()),
            Some(within) => safe.strip_prefix(within).ok(),
        };
        Ok(wanted.map(|path| self.folder.join(path)))
    }

    fn unsafe_entry(&self, path: &Path, problem: &str) -> Error {
        Error::Archive {
            archive: self.archive.to_owned(),
            entry: path.display().to_string(),
            problem: problem.to_owned(),
        }
    }

    fn damaged_entry(&self, path: &Path, error: &io::Error) -> Error {
        self.unsafe_entry(path, &format!("cannot be read: {error}"))
    }

    fn damaged(&self, error: &dyn std::error::Error) -> Error {
        self.damaged_entry(Path::new(""), &io::Error::other(error.to_string()))
    }
}

const TOO_LARGE: &str = "makes the archive unpack to more than the limits allow";

/// Passes on at most `left` bytes, then fails.
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::other(TOO_LARGE))?;
        Ok(n)
    }
}
