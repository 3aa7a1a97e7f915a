//! Byte strings to code points and back.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// How code points become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// One to four bytes each.
    #[default]
    Utf8,
    /// Two bytes each, or four as a pair of surrogates; the high byte first.
    Utf16Be,
    /// Four bytes each, the highest first.
    Utf32Be,
}

impl Encoding {
    /// The name in messages: `"UTF-8"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Be => "UTF-16-BE",
            Self::Utf32Be => "UTF-32-BE",
        }
    }
}

/// `UTF-8`, `UTF8`, `utf-16-be`, ...: letters and digits count.
impl FromStr for Encoding {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_uppercase().as_str() {
            "UTF8" => Ok(Self::Utf8),
            "UTF16BE" => Ok(Self::Utf16Be),
            "UTF32BE" => Ok(Self::Utf32Be),
            _ => Err(Error::Parameter {
                name: "encoding".to_owned(),
                value: format!("{name:?}"),
                domain: "UTF-8, UTF-16-BE or UTF-32-BE".to_owned(),
            }),
        }
    }
}

/// What becomes of bytes that are not in the encoding, and of numbers that are no code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OnInvalid {
    /// An error that shows them.
    #[default]
    Strict,
    /// U+FFFD, the replacement character.
    Replace,
    /// They are left out.
    Ignore,
}

impl OnInvalid {
    /// What stands for something invalid, if anything; the description is the error of strictness.
    fn instead<E>(self, invalid: impl FnOnce() -> E) -> Result<Option<char>, E> {
        match self {
            Self::Strict => Err(invalid()),
            Self::Replace => Ok(Some(char::REPLACEMENT_CHARACTER)),
            Self::Ignore => Ok(None),
        }
    }
}

/// The code points of a byte string; the error says where it is not in the encoding.
pub(super) fn decode(bytes: &[u8], encoding: Encoding, on_invalid: OnInvalid) -> Result<Vec<char>, String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut push = |part: Result<char, usize>| -> Result<(), String> {
        let invalid = |at: usize| format!("is not valid {} at byte {at}", encoding.name());
        let point = match part {
            Ok(point) => Some(point),
            Err(at) => on_invalid.instead(|| invalid(at))?,
        };
        decoded.extend(point);
        Ok(())
    };
    match encoding {
        Encoding::Utf8 => {
            let mut at = 0;
            for chunk in bytes.utf8_chunks() {
                chunk.valid().chars().try_for_each(|point| push(Ok(point)))?;
                at += chunk.valid().len();
                if !chunk.invalid().is_empty() {
                    push(Err(at))?;
                    at += chunk.invalid().len();
                }
            }
        }
        Encoding::Utf16Be => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let mut at = 0;
            for unit in char::decode_utf16(pairs.iter().map(|&pair| u16::from_be_bytes(pair))) {
                let units = unit.as_ref().map_or(1, |point| point.len_utf16());
                push(unit.map_err(|_| at))?;
                at += 2 * units;
            }
            if !rest.is_empty() {
                push(Err(at))?;
            }
        }
        Encoding::Utf32Be => {
            let (quads, rest) = bytes.as_chunks::<4>();
            for (number, &quad) in quads.iter().enumerate() {
                push(char::from_u32(u32::from_be_bytes(quad)).ok_or(4 * number))?;
            }
            if !rest.is_empty() {
                push(Err(4 * quads.len()))?;
            }
        }
    }
    Ok(decoded)
}

/// The bytes of code points; the error says which is none.
pub(super) fn encode(points: &[i32], encoding: Encoding, on_invalid: OnInvalid) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(points.len());
    for (at, &number) in points.iter().enumerate() {
        let point = match u32::try_from(number).ok().and_then(char::from_u32) {
            Some(point) => Some(point),
            None => {
                on_invalid.instead(|| format!("has {number} at position {at}, which is no code point"))?
            }
        };
        if let Some(point) = point {
            push(&mut bytes, point, encoding);
        }
    }
    Ok(bytes)
}

/// Appends a character in an encoding.
pub(super) fn push(bytes: &mut Vec<u8>, point: char, encoding: Encoding) {
    match encoding {
        Encoding::Utf8 => bytes.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes()),
        Encoding::Utf16Be => {
            let units = point
                .encode_utf16(&mut [0; 2])
                .iter()
                .flat_map(|unit| unit.to_be_bytes())
                .collect::<Vec<_>>();
            bytes.extend_from_slice(&units);
        }
        Encoding::Utf32Be => bytes.extend_from_slice(&u32::from(point).to_be_bytes()),
    }
}
