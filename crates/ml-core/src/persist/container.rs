//! The layout of a saved file.
//!
//! ```text
//! 8 bytes   magic
//! u32       format version
//! u64       length of the payload
//! u16, ...  type name (UTF-8)
//! u16, ...  version of the crate that wrote it (UTF-8)
//! ...       payload
//! 32 bytes  SHA-256 of everything before
//! ```
//! All integers are little-endian.

use std::{fs::File, io::Read, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Persist, codec};
use crate::{Error, Result};

/// First bytes of every file. As in PNG: not text, and a transfer that changes line ends breaks it.
const MAGIC: [u8; 8] = *b"\x89mlm\r\n\x1a\n";
/// The version of the format that this release writes; it reads this and all earlier ones.
pub const FORMAT_VERSION: u32 = 1;
const FIXED: usize = MAGIC.len() + 4 + 8;
const DIGEST: usize = 32;
/// Longest header: the fixed part and two names of at most `u16::MAX` bytes.
const LONGEST_HEADER: u64 = (FIXED + 2 * (2 + u16::MAX as usize)) as u64;

/// What a saved file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Version of the container's format.
    pub format_version: u32,
    /// [`Persist::TYPE_NAME`] of the value inside.
    pub type_name: String,
    /// Version of the crate that wrote the file.
    pub crate_version: String,
    /// Size of the value in bytes.
    pub payload_len: u64,
}

impl FileInfo {
    /// Reads the header of a saved file, without its value and without checking its checksum.
    ///
    /// # Errors
    /// [`Error::File`] for a foreign, truncated or newer file, [`Error::Io`] if it cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut head = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LONGEST_HEADER).read_to_end(&mut head))
            .map_err(|source| Error::Io {
                path: path.to_owned(),
                action: "read",
                source,
            })?;
        Ok(parse_header(&head, path)?.0)
    }
}

/// A value as the content of a file.
pub(super) fn seal<T: Persist>(value: &T) -> Result<Vec<u8>> {
    seal_as(value, T::TYPE_NAME)
}

fn seal_as<T: Serialize>(value: &T, type_name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend(MAGIC);
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend([0; 8]); // the length, once it is known
    for name in [type_name, env!("CARGO_PKG_VERSION")] {
        let length = u16::try_from(name.len()).expect("the name of a type is shorter than 64 KiB");
        bytes.extend(length.to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    let header = bytes.len();
    codec::encode(value, &mut bytes).map_err(|reason| Error::Data {
        op: "save",
        problem: format!("{type_name} cannot be stored: {reason}"),
        remedy: "store plain data of known length, nested less deeply",
    })?;
    let payload = (bytes.len() - header) as u64;
    bytes[MAGIC.len() + 4..FIXED].copy_from_slice(&payload.to_le_bytes());
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    Ok(bytes)
}

/// The value in the content of a file.
pub(super) fn open<T: Persist>(bytes: &[u8], path: &Path) -> Result<T> {
    let payload = verify(bytes, path, T::TYPE_NAME)?;
    decode(payload, path)
}

/// Checks everything around the payload, and returns it.
fn verify<'a>(bytes: &'a [u8], path: &Path, type_name: &str) -> Result<&'a [u8]> {
    let (info, header) = parse_header(bytes, path)?;
    let file = |problem, remedy| file_error(path, problem, remedy);
    // Sums in u128 cannot overflow, whatever a file claims.
    let claimed = header as u128 + u128::from(info.payload_len) + DIGEST as u128;
    if (bytes.len() as u128) < claimed {
        let problem = format!("is cut off: {} bytes of {claimed}", bytes.len());
        return Err(file(
            problem,
            "copy the whole file again, or save the model again",
        ));
    }
    if bytes.len() as u128 > claimed {
        let problem = format!("has {} bytes where {claimed} belong", bytes.len());
        return Err(file(problem, DAMAGED));
    }
    let (content, digest) = bytes.split_at(bytes.len() - DIGEST);
    if Sha256::digest(content).as_slice() != digest {
        return Err(file(
            "is damaged: its checksum does not match".to_owned(),
            DAMAGED,
        ));
    }
    if info.type_name != type_name {
        let problem = format!("holds a {}, but a {type_name} was asked for", info.type_name);
        return Err(file(problem, "load it as the type that it holds"));
    }
    Ok(&content[header..])
}

const DAMAGED: &str = "restore it from a copy, or save the model again";

fn decode<T: DeserializeOwned>(payload: &[u8], path: &Path) -> Result<T> {
    codec::decode(payload).map_err(|reason| {
        let problem = format!("its content cannot be read: {reason}");
        file_error(
            path,
            problem,
            "load it with the release that wrote it, or save it again",
        )
    })
}

/// The header and its length.
fn parse_header(bytes: &[u8], path: &Path) -> Result<(FileInfo, usize)> {
    let foreign = || {
        let problem = "is not a saved model of the ml crates".to_owned();
        file_error(path, problem, "give the path of a file that save wrote")
    };
    let cut = || {
        let problem = format!("is cut off: its {} bytes end inside the header", bytes.len());
        file_error(
            path,
            problem,
            "copy the whole file again, or save the model again",
        )
    };
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if start.is_empty() || !MAGIC.starts_with(start) {
        return Err(foreign());
    }
    let mut rest = bytes.get(MAGIC.len()..).ok_or_else(cut)?;
    let format_version = u32::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
    check_version(format_version, path)?;
    let payload_len = u64::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
    let type_name = take_name(&mut rest).ok_or_else(cut)?;
    let crate_version = take_name(&mut rest).ok_or_else(cut)?;
    let info = FileInfo {
        format_version,
        type_name,
        crate_version,
        payload_len,
    };
    Ok((info, bytes.len() - rest.len()))
}

fn check_version(version: u32, path: &Path) -> Result<()> {
    if version == 0 {
        let problem = "is damaged: its format version is 0".to_owned();
        return Err(file_error(path, problem, DAMAGED));
    }
    if version > FORMAT_VERSION {
        let problem = format!("has format version {version}; this release reads up to {FORMAT_VERSION}");
        return Err(file_error(path, problem, "update the ml crates"));
    }
    Ok(())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*first)
}

/// A name; bytes that are not UTF-8 show as such, and the checksum refuses them later.
fn take_name(rest: &mut &[u8]) -> Option<String> {
    let length = usize::from(u16::from_le_bytes(take(rest)?));
    let (name, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(String::from_utf8_lossy(name).into_owned())
}

fn file_error(path: &Path, problem: String, remedy: &'static str) -> Error {
    Error::File {
        path: path.to_owned(),
        problem,
        remedy,
    }
}
