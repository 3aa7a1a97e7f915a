//! Operations on every string on its own: one primitive, so that graphs hold them.

use half::{bf16, f16};
use serde::{Deserialize, Serialize};

use super::require_text;
use crate::{
    DType, Error, Result, Tensor,
    dtype::Element,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    tensor::{Array, Text},
};

/// What lengths and positions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Unit {
    /// Bytes.
    #[default]
    Byte,
    /// Characters of UTF-8, that is code points; in other bytes, all but continuation bytes.
    Utf8Char,
}

/// What happens to every element.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Map {
    Length(Unit),
    Lower,
    Upper,
    Strip,
    Substr { start: i64, length: usize, unit: Unit },
    ToNumber(DType),
    AsString,
    HashBucket(u64),
}

/// FNV-1a, 64 bits: the offset basis and the prime (Fowler, Noll, Vo; RFC 9923).
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_BASIS, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
    })
}

/// Whether a byte of UTF-8 begins a character.
fn begins(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn count(text: &[u8], unit: Unit) -> usize {
    match unit {
        Unit::Byte => text.len(),
        Unit::Utf8Char => text.iter().filter(|&&byte| begins(byte)).count(),
    }
}

/// The text with `change` applied to what is UTF-8; other bytes stay.
fn change(text: &[u8], change: impl Fn(&str) -> String) -> Text {
    let mut changed = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        changed.extend_from_slice(change(chunk.valid()).as_bytes());
        changed.extend_from_slice(chunk.invalid());
    }
    Text::from(changed)
}

/// The part from `start`, from the end if negative, of at most `length`.
fn part(text: &[u8], start: i64, length: usize, unit: Unit) -> Option<Text> {
    let total = count(text, unit);
    let first = if start < 0 {
        total.checked_sub(usize::try_from(start.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(start).ok().filter(|&first| first <= total)?
    };
    let end = first.saturating_add(length).min(total);
    let range = match unit {
        Unit::Byte => first..end,
        Unit::Utf8Char => {
            let mut starts = (0..text.len()).filter(|&at| begins(text[at]));
            let first_byte = starts.nth(first).unwrap_or(text.len());
            match end.checked_sub(first + 1) {
                None => first_byte..first_byte,
                Some(between) => first_byte..starts.nth(between).unwrap_or(text.len()),
            }
        }
    };
    Some(Text::from(&text[range]))
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

impl Map {
    fn result(self) -> DType {
        match self {
            Self::Length(_) => DType::I32,
            Self::ToNumber(to) => to,
            Self::HashBucket(_) => DType::I64,
            _ => DType::Str,
        }
    }

    fn check(self, from: DType) -> Result<()> {
        match self {
            Self::AsString => from.require("as_string", from != DType::Str, "numbers or bool"),
            Self::ToNumber(to) => {
                require_text("to_number", from)?;
                let valid = matches!(to, DType::F32 | DType::F64 | DType::I32 | DType::I64 | DType::U8);
                to.require("to_number", valid, "a target of f32, f64, i32, i64 or u8")
            }
            _ => require_text(self.name(), from),
        }
    }

    /// `f` of every element; an element without a result is an error that shows it.
    fn each<O: Element>(
        self,
        x: &Array,
        problem: &str,
        remedy: &'static str,
        f: impl Fn(&Text) -> Option<O>,
    ) -> Result<Array> {
        let texts = x.elements::<Text>();
        let mut out = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            out.push(f(text).ok_or_else(|| Error::Data {
                op: self.name(),
                problem: format!("element {at}, {text:?}, {problem}"),
                remedy,
            })?);
        }
        Array::new(out, x.shape())
    }

    fn all<O: Element>(self, x: &Array, f: impl Fn(&Text) -> O) -> Result<Array> {
        self.each(x, "", "", |text| Some(f(text)))
    }

    fn numbers<T: Element + std::str::FromStr>(self, x: &Array) -> Result<Array> {
        self.each(
            x,
            &format!("is not a number of type {}", T::DTYPE),
            "clean the strings first, or choose a wider type",
            |text| parse::<T>(text),
        )
    }
}

fn texts<T: Element + std::fmt::Display>(x: &Array) -> Result<Array> {
    let texts = x
        .elements::<T>()
        .iter()
        .map(|value| Text::from(value.to_string()))
        .collect();
    Array::new::<Text>(texts, x.shape())
}

#[typetag::serde(name = "string_map")]
impl Primitive for Map {
    fn name(&self) -> &'static str {
        match self {
            Self::Length(_) => "string_length",
            Self::Lower => "string_lower",
            Self::Upper => "string_upper",
            Self::Strip => "string_strip",
            Self::Substr { .. } => "substr",
            Self::ToNumber(_) => "to_number",
            Self::AsString => "as_string",
            Self::HashBucket(_) => "to_hash_bucket",
        }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(inputs[0].dtype)?;
        Ok(one(self.result(), inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.check(x.dtype())?;
        let mapped = match *self {
            Self::Length(unit) => self.each(x, "is longer than i32 can tell", "cut it up first", |text| {
                i32::try_from(count(text, unit)).ok()
            }),
            Self::Lower => self.all(x, |text| change(text, str::to_lowercase)),
            Self::Upper => self.all(x, |text| change(text, str::to_uppercase)),
            Self::Strip => self.all(x, |text| Text::from(text.trim_ascii())),
            Self::Substr { start, length, unit } => self.each(
                x,
                &format!("has no position {start}"),
                "positions go from 0 to the length, or back from the end as negative numbers",
                |text| part(text, start, length, unit),
            ),
            Self::ToNumber(DType::F32) => self.numbers::<f32>(x),
            Self::ToNumber(DType::F64) => self.numbers::<f64>(x),
            Self::ToNumber(DType::I32) => self.numbers::<i32>(x),
            Self::ToNumber(DType::I64) => self.numbers::<i64>(x),
            Self::ToNumber(_) => self.numbers::<u8>(x),
            Self::HashBucket(n) => self.all(x, |text| fnv1a(text).checked_rem(n).unwrap_or(0) as i64),
            Self::AsString => match x.dtype() {
                DType::F32 => texts::<f32>(x),
                DType::F64 => texts::<f64>(x),
                DType::F16 => texts::<f16>(x),
                DType::BF16 => texts::<bf16>(x),
                DType::I32 => texts::<i32>(x),
                DType::I64 => texts::<i64>(x),
                DType::U8 => texts::<u8>(x),
                _ => texts::<bool>(x),
            },
        };
        Ok(Arrays::from_elem(mapped?, 1))
    }

    /// Text has no gradient.
    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// Length of every string, `i32`, in bytes or characters.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Unit}};
///
/// let t = Tensor::from(["Café", "Coffee", "caffè", "咖啡"]);
/// assert_eq!(strings::length(&t, Unit::Utf8Char)?.to_vec::<i32>()?, [4, 6, 5, 2]);
/// assert_eq!(strings::length(&t, Unit::Byte)?.to_vec::<i32>()?, [5, 6, 6, 6]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn length(text: &Tensor, unit: Unit) -> Result<Tensor> {
    apply(Map::Length(unit), &[text])
}

/// Every letter in lower case, by Unicode's rules; bytes that are not UTF-8 stay.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// assert_eq!(strings::lower(&Tensor::from("CAFÉ"))?.item::<Text>()?, "café");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn lower(text: &Tensor) -> Result<Tensor> {
    apply(Map::Lower, &[text])
}

/// Every letter in upper case, by Unicode's rules; bytes that are not UTF-8 stay.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// assert_eq!(strings::upper(&Tensor::from("straße"))?.item::<Text>()?, "STRASSE");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn upper(text: &Tensor) -> Result<Tensor> {
    apply(Map::Upper, &[text])
}

/// Every string without the ASCII white space at its ends.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// assert_eq!(strings::strip(&Tensor::from(" a b\n"))?.item::<Text>()?, "a b");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn strip(text: &Tensor) -> Result<Tensor> {
    apply(Map::Strip, &[text])
}

/// The part of every string from `start`, at most `length` long; a negative start counts from the end.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Data`] for a start outside of one.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Unit}, tensor::Text};
///
/// let part = strings::substr(&Tensor::from("caffè"), -3, 9, Unit::Utf8Char)?;
/// assert_eq!(part.item::<Text>()?, "ffè");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn substr(text: &Tensor, start: i64, length: usize, unit: Unit) -> Result<Tensor> {
    apply(Map::Substr { start, length, unit }, &[text])
}

/// The number that every string spells, white space around it aside.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings and `to` is `F32`, `F64` or an integer type,
/// [`Error::Data`] for a string that is no such number.
///
/// # Examples
/// ```
/// use ml_core::{DType, Tensor, strings};
///
/// let numbers = strings::to_number(&Tensor::from(["3.5", " -1e3"]), DType::F64)?;
/// assert_eq!(numbers.to_vec::<f64>()?, [3.5, -1000.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn to_number(text: &Tensor, to: DType) -> Result<Tensor> {
    apply(Map::ToNumber(to), &[text])
}

/// Every number or truth value as text: the shortest digits that read back as the same number.
///
/// # Errors
/// [`Error::DType`] if the elements are strings already.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// assert_eq!(strings::as_string(&Tensor::from(0.1f32))?.item::<Text>()?, "0.1");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn as_string(numbers: &Tensor) -> Result<Tensor> {
    apply(Map::AsString, &[numbers])
}

/// A number from 0 to `n - 1` for every string, `i64`: the 64-bit FNV-1a hash of its bytes modulo `n`. It is the
/// same on every machine and in every release, so it may be stored with a model.
///
/// Source: Fowler, Noll and Vo; RFC 9923.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Parameter`] for no buckets, or more than `i64` can
/// number.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings};
///
/// // FNV-1a of "foobar" is 0x85944171f73967e8.
/// let bucket = strings::to_hash_bucket(&Tensor::from("foobar"), 1000)?;
/// assert_eq!(bucket.item::<i64>()?, (0x8594_4171_f739_67e8_u64 % 1000) as i64);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn to_hash_bucket(text: &Tensor, n: u64) -> Result<Tensor> {
    if n == 0 || n > i64::MAX as u64 {
        return Err(Error::Parameter {
            name: "to_hash_bucket: number of buckets".to_owned(),
            value: n.to_string(),
            domain: "from 1 to the largest i64".to_owned(),
        });
    }
    apply(Map::HashBucket(n), &[text])
}

#[cfg(test)]
mod tests {
    use super::fnv1a;

    #[test]
    fn the_hash_is_the_published_one() {
        // Test vectors of the authors.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
