//! Where bytes come from: a folder or an address, the same to everyone above.

use std::{
    fmt, fs,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{Dataset, Download};

/// What serves data sets in place of their original sources, laid out as `<data set>/<file>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mirror {
    /// A folder.
    Folder(PathBuf),
    /// A base address, `http://` or `https://`.
    Url(String),
}

impl Mirror {
    /// An address if it looks like one, else a folder.
    pub fn new(place: &str) -> Self {
        if is_url(place) {
            Self::Url(place.trim_end_matches('/').to_owned())
        } else {
            Self::Folder(PathBuf::from(place))
        }
    }

    fn origin(&self, dataset: &str, file: &str) -> Origin {
        match self {
            Self::Folder(folder) => Origin::File(folder.join(dataset).join(file)),
            Self::Url(base) => Origin::Url(format!("{base}/{dataset}/{file}")),
        }
    }
}

/// One place that may have a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file of this machine.
    File(PathBuf),
    /// An address.
    Url(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// A file that is being read from its origin.
pub(super) struct Opened {
    /// The bytes from `start` on.
    pub(super) reader: Box<dyn Read>,
    /// Position of the first byte: what was asked for, or 0 where the origin cannot skip.
    pub(super) start: u64,
    /// Size of the whole file, where the origin tells.
    pub(super) total: Option<u64>,
    /// Mark of this version of the file: bytes of two versions must not be mixed.
    pub(super) version: Option<String>,
}

/// Why an origin did not open.
pub(super) enum Refusal {
    /// It does not have the file.
    NotFound,
    /// The part that is already here is longer than the file: start anew.
    PastTheEnd,
    /// Trying again may help.
    Passing(String),
    /// Trying again will not help.
    Lasting(String),
}

impl Download {
    /// Where to get this file, in order. A mirror replaces the addresses, not the folders of installed
    /// packages; a folder that does not exist is left out.
    pub(super) fn origins(&self, dataset: &Dataset, mirror: Option<&Mirror>) -> Vec<Origin> {
        let mirrored = mirror.map(|m| m.origin(&dataset.name, &self.name));
        let listed = self
            .sources
            .iter()
            .filter_map(|source| match source.strip_prefix("debian:") {
                Some(folder) => Some(Path::new(folder).join(&self.name))
                    .filter(|p| p.exists())
                    .map(Origin::File),
                None if mirror.is_some() => None,
                None if source.ends_with('/') => Some(Origin::Url(format!("{source}{}", self.name))),
                None => Some(Origin::Url(source.clone())),
            });
        mirrored.into_iter().chain(listed).collect()
    }
}

impl Origin {
    /// Opens the file at byte `from`, if it is still the `version` seen before.
    pub(super) fn open(
        &self,
        from: u64,
        version: Option<&str>,
        web: &super::http::Web,
    ) -> Result<Opened, Refusal> {
        match self {
            Self::File(path) => open_file(path, from),
            Self::Url(url) => web.open(url, from, version),
        }
    }
}

fn open_file(path: &Path, from: u64) -> Result<Opened, Refusal> {
    let refuse = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Refusal::NotFound,
        std::io::ErrorKind::Interrupted | std::io::ErrorKind::TimedOut => Refusal::Passing(e.to_string()),
        _ => Refusal::Lasting(e.to_string()),
    };
    let mut file = fs::File::open(path).map_err(refuse)?;
    let total = file.metadata().map_err(refuse)?.len();
    if from > total {
        return Err(Refusal::PastTheEnd);
    }
    file.seek(SeekFrom::Start(from)).map_err(refuse)?;
    Ok(Opened {
        reader: Box::new(file),
        start: from,
        total: Some(total),
        version: None,
    })
}

fn is_url(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}
