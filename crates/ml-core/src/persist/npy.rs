//! Arrays as `.npy` and `.npz`, shared with NumPy.
//!
//! Element types are not converted: reading `<f4` as `f64` is an error that names both. Both byte
//! orders and both memory orders are read; little-endian, row-major is written. Nothing is allocated
//! beyond what the file holds.
//!
//! Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    path::Path,
};

use ndarray::{Array, ArrayD, ArrayView, Dimension, IxDyn, ShapeBuilder};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::write_atomically;
use crate::{Error, Result};

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy refuses longer headers too.
const LONGEST_HEADER: usize = 10_000;
/// Magic bytes, version, length and the longest header: more than lies before any data.
const LONGEST_START: u64 = (MAGIC.len() + 2 + 4 + LONGEST_HEADER) as u64;
/// Bytes that are read at a time: a multiple of every element's size.
const CHUNK: usize = 1 << 16;
/// The data begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// An element that `.npy` files hold: `f32`, `f64`, `f16`, `bool`, and the integers of 8 to 64 bits.
pub trait NpyElement: Copy + private::Sealed {
    /// NumPy's code without the byte order: `"f8"`.
    const CODE: &'static str;
    #[doc(hidden)]
    fn put(self, bytes: &mut Vec<u8>);
    #[doc(hidden)]
    fn take(bytes: &[u8], big_endian: bool) -> Self;
}

mod private {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty => $code:literal),*) => { $(
        impl private::Sealed for $type {}
        impl NpyElement for $type {
            const CODE: &'static str = $code;

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn take(bytes: &[u8], big_endian: bool) -> Self {
                let bytes = bytes.try_into().expect("cut into elements of this size");
                if big_endian { Self::from_be_bytes(bytes) } else { Self::from_le_bytes(bytes) }
            }
        }
    )* };
}
elements!(
    f32 => "f4", f64 => "f8", half::f16 => "f2", i8 => "i1", i16 => "i2", i32 => "i4", i64 => "i8",
    u8 => "u1", u16 => "u2", u32 => "u4", u64 => "u8"
);

impl private::Sealed for bool {}
impl NpyElement for bool {
    const CODE: &'static str = "b1";

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self));
    }

    fn take(bytes: &[u8], _: bool) -> Self {
        bytes != [0]
    }
}

/// Writes an array to a `.npy` file, atomically.
///
/// # Errors
/// [`Error::Io`] if the file cannot be written.
///
/// # Examples
/// ```
/// use ml_core::{ndarray::{Array2, array}, persist::npy};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("x.npy");
/// npy::write_npy(&path, array![[1.0, 2.0], [3.0, 4.0]].view())?;
/// let x: Array2<f64> = npy::read_npy(&path)?;
/// assert_eq!(x[[1, 0]], 3.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn write_npy<A: NpyElement, D: Dimension>(
    path: impl AsRef<Path>,
    array: ArrayView<'_, A, D>,
) -> Result<()> {
    write_file(path.as_ref(), &encode(array))
}

/// Writes the content of a `.npy` file, atomically.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |file| file.write_all(bytes))
}

/// Reads an array of a known number of dimensions (or of any, as `ArrayD`) from a `.npy` file.
///
/// The elements go straight into the array: the file is never in memory as a whole beside it.
///
/// # Errors
/// [`Error::File`] for a damaged or foreign file, another element type or number of dimensions;
/// [`Error::Io`] if it cannot be read.
pub fn read_npy<A: NpyElement, D: Dimension>(path: impl AsRef<Path>) -> Result<Array<A, D>> {
    let path = path.as_ref();
    let failed = |source| unreadable(path, source);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut start = Vec::new();
    let mut head = (&file).take(LONGEST_START);
    head.read_to_end(&mut start).map_err(failed)?;
    let layout = Layout::of::<A>(&start, length).map_err(|problem| refused(path, problem))?;
    file.seek(SeekFrom::Start(layout.start as u64)).map_err(failed)?;
    let elements = layout.elements(file).map_err(failed)?;
    let array = layout.array(elements).map_err(|problem| refused(path, problem))?;
    let shape = array.shape().to_vec();
    array.into_dimensionality().map_err(|_| {
        let wanted = D::NDIM.map_or("other".to_owned(), |n| n.to_string());
        refused(
            path,
            format!("holds an array of shape {shape:?}, not of {wanted} dimensions"),
        )
    })
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| unreadable(path, source))
}

/// Writes named arrays to a compressed `.npz` file, atomically.
///
/// # Errors
/// [`Error::Io`] if the file cannot be written.
pub fn write_npz<A: NpyElement>(path: impl AsRef<Path>, arrays: &BTreeMap<String, ArrayD<A>>) -> Result<()> {
    let entries: Vec<(String, Vec<u8>)> = arrays
        .iter()
        .map(|(name, array)| (name.clone(), encode(array.view())))
        .collect();
    write_archive(path.as_ref(), &entries)
}

/// Writes the contents of `.npy` files to one archive, atomically.
pub(crate) fn write_archive(path: &Path, entries: &[(String, Vec<u8>)]) -> Result<()> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let failed = |source| Error::Io {
        path: path.to_owned(),
        action: "write",
        source,
    };
    for (name, content) in entries {
        let options = SimpleFileOptions::default().large_file(content.len() >= 1 << 31);
        archive
            .start_file(format!("{name}.npy"), options)
            .map_err(|e| failed(e.into()))?;
        archive.write_all(content).map_err(failed)?;
    }
    let bytes = archive.finish().map_err(|e| failed(e.into()))?.into_inner();
    write_atomically(path, |file| file.write_all(&bytes))
}

/// Reads all arrays of an `.npz` file, which must share one element type.
///
/// # Errors
/// As [`read_npy`].
pub fn read_npz<A: NpyElement>(path: impl AsRef<Path>) -> Result<BTreeMap<String, ArrayD<A>>> {
    let path = path.as_ref();
    let entries = read_archive(path)?.into_iter();
    entries
        .map(|(name, bytes)| {
            let array =
                decode(&bytes).map_err(|problem| refused(path, format!("array {name:?} {problem}")))?;
            Ok((name, array))
        })
        .collect()
}

/// Names and contents of the `.npy` files in an archive.
pub(crate) fn read_archive(path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let damaged = |reason: &dyn std::fmt::Display| refused(path, format!("is no readable archive: {reason}"));
    let mut archive = ZipArchive::new(file).map_err(|e| damaged(&e))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| damaged(&e))?;
        let name = entry.name().trim_end_matches(".npy").to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        entries.push((name, bytes));
    }
    Ok(entries)
}

pub(crate) fn encode<A: NpyElement, D: Dimension>(array: ArrayView<'_, A, D>) -> Vec<u8> {
    let order = if size_of::<A>() == 1 { '|' } else { '<' };
    let sizes: String = array.shape().iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!(
        "{{'descr': '{order}{}', 'fortran_order': False, 'shape': ({}), }}",
        A::CODE,
        sizes.trim_end()
    );
    let start = MAGIC.len() + 2 + 2;
    let padding = ALIGNMENT - (start + header.len() + 1) % ALIGNMENT;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut bytes = [MAGIC, &[1, 0]].concat();
    let length = u16::try_from(header.len()).expect("an array has few dimensions");
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.reserve(array.len() * size_of::<A>());
    array.iter().for_each(|v| v.put(&mut bytes));
    bytes
}

const NO_FILE: &str = "is no .npy file, or is cut off in its header";
const DAMAGED: &str = "has a header that cannot be read";

/// NumPy's code, without the byte order, of the elements in the content of a `.npy` file.
pub(crate) fn code(bytes: &[u8]) -> Result<&str, String> {
    let (header, _) = split(bytes).ok_or(NO_FILE)?;
    Ok(element(header)?.2)
}

/// The element type in a header: all of it, its byte order, and the rest.
fn element(header: &str) -> Result<(&str, &str, &str), String> {
    let descr = field(header, "descr").and_then(|descr| descr.strip_prefix('\'')?.split('\'').next());
    let descr = descr.ok_or(DAMAGED)?;
    let (order, code) = descr.split_at_checked(1).ok_or(DAMAGED)?;
    Ok((descr, order, code))
}

/// The array in the content of a `.npy` file, or what is wrong with it.
pub(crate) fn decode<A: NpyElement>(bytes: &[u8]) -> Result<ArrayD<A>, String> {
    let layout = Layout::of::<A>(bytes, bytes.len() as u64)?;
    let elements = layout.elements(&bytes[layout.start..]);
    layout.array(elements.expect("the layout has as many bytes as there are"))
}

/// Where the data of a `.npy` file begin, and how they lie there.
struct Layout {
    start: usize,
    big_endian: bool,
    by_columns: bool,
    shape: Vec<usize>,
}

impl Layout {
    /// The layout of elements `A` in a file of `length` bytes that begins with `bytes`, which hold its header.
    fn of<A: NpyElement>(bytes: &[u8], length: u64) -> Result<Self, String> {
        let (header, data) = split(bytes).ok_or(NO_FILE)?;
        let (descr, order, code) = element(header)?;
        if code != A::CODE || !["<", ">", "|"].contains(&order) {
            return Err(format!(
                "holds elements of type {descr:?}, but {:?} was asked for",
                A::CODE
            ));
        }
        let by_columns = field(header, "fortran_order").ok_or(DAMAGED)?.starts_with("True");
        let shape = shape(field(header, "shape").ok_or(DAMAGED)?).ok_or(DAMAGED)?;
        let start = bytes.len() - data.len();
        let held = length.saturating_sub(start as u64);
        let claimed = shape
            .iter()
            .try_fold(size_of::<A>(), |n, &size| n.checked_mul(size));
        if claimed.map(|n| n as u64) != Some(held) {
            return Err(format!("has {held} bytes of data, which is not shape {shape:?}"));
        }
        Ok(Self {
            start,
            big_endian: order == ">",
            by_columns,
            shape,
        })
    }

    /// The elements in the order of the file, read piece by piece.
    fn elements<A: NpyElement>(&self, mut source: impl Read) -> io::Result<Vec<A>> {
        let size = size_of::<A>();
        let count = self.shape.iter().product();
        let mut elements = Vec::with_capacity(count);
        let mut buffer = vec![0; CHUNK.min(count * size)];
        while elements.len() < count {
            let left = (count - elements.len()) * size;
            let piece = &mut buffer[..CHUNK.min(left)];
            source.read_exact(piece)?;
            let piece = piece.chunks_exact(size);
            elements.extend(piece.map(|bytes| A::take(bytes, self.big_endian)));
        }
        Ok(elements)
    }

    /// Refused are empty arrays with other axes too long for any memory.
    fn array<A>(&self, elements: Vec<A>) -> Result<ArrayD<A>, String> {
        let shape = IxDyn(&self.shape).set_f(self.by_columns);
        Array::from_shape_vec(shape, elements).map_err(|e| format!("has the shape {:?}: {e}", self.shape))
    }
}

/// Header and data.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = match version[0] {
        1 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        _ => return None,
    };
    if length > LONGEST_HEADER {
        return None;
    }
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What follows a key of the header's dictionary.
fn field<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    Some(rest.trim_start())
}

fn shape(text: &str) -> Option<Vec<usize>> {
    let (sizes, _) = text.strip_prefix('(')?.split_once(')')?;
    let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
    sizes.map(|size| size.parse().ok()).collect()
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        action: "read",
        source,
    }
}

pub(crate) fn refused(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        problem,
        remedy: "write it again with numpy.save or write_npy, in the type that is read",
    }
}
