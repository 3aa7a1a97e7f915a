//! Values as bytes: the one place that knows `bincode`.
//!
//! The bytes are those of `bincode` 2 in its standard configuration (little-endian, integers of
//! variable length). Writing is `bincode`'s own; reading is done here on its primitives, because
//! `bincode` neither bounds allocations by the input's size nor limits the depth of nesting.

mod decoder;
mod depth;

use std::fmt::{self, Display};

use bincode::{
    config::{Configuration, standard},
    error::DecodeError,
};
use serde::{Serialize, de::DeserializeOwned};

/// Deepest nesting of maps, sequences, structs, enums and options that is written or read. Each
/// level costs stack while reading; this many fit a thread of 2 MiB many times over.
const MAX_DEPTH: usize = 128;

fn configuration() -> Configuration {
    standard()
}

/// Why a value cannot be written or read.
///
/// Not `bincode`'s own errors: those show themselves quoted, and a message that passes through many
/// trait objects, quoted again at each, would double in length every time.
#[derive(Debug)]
pub(super) struct Refused(String);

impl Refused {
    fn bincode(error: DecodeError) -> Self {
        Self(match error {
            DecodeError::UnexpectedEnd { .. } => "the bytes end in the middle of a value".to_owned(),
            other => other.to_string(),
        })
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl serde::ser::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl serde::de::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Appends the bytes of `value`.
pub(super) fn encode<T: Serialize>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refused> {
    depth::check(value)?;
    bincode::serde::encode_into_std_write(value, bytes, configuration())
        .map_err(|error| Refused(error.to_string()))?;
    Ok(())
}

/// The value whose bytes these are, all of them.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let mut decoder = decoder::Decoder::new(bytes, configuration());
    let value = T::deserialize(&mut decoder)?;
    match decoder.remaining() {
        0 => Ok(value),
        left => Err(Refused(format!("{left} bytes are left over"))),
    }
}
