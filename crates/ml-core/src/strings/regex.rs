//! Regular expressions on every string.

use std::fmt;

use ::regex::bytes::{Captures, Regex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::require_text;
use crate::{
    DType, Error, Result, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    tensor::{Array, Text},
};

/// A regular expression, compiled once.
#[derive(Clone)]
struct Pattern(Regex);

impl Pattern {
    fn new(op: &'static str, pattern: &str) -> Result<Self> {
        let invalid = |error: ::regex::Error| Error::Parameter {
            name: format!("{op}: pattern"),
            value: format!("{pattern:?}"),
            domain: format!("a regular expression: {error}"),
        };
        Regex::new(pattern).map(Self).map_err(invalid)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), f)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_str().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new("regex", &String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A part of what a match is replaced by.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Bytes(Vec<u8>),
    Group(usize),
}

/// What `\0` to `\9` and `\\` in a replacement stand for.
fn parts(rewrite: &str, groups: usize) -> Result<Vec<Part>> {
    let invalid = |domain: String| Error::Parameter {
        name: "regex_replace: rewrite".to_owned(),
        value: format!("{rewrite:?}"),
        domain,
    };
    let mut parts = Vec::new();
    let mut plain = Vec::new();
    let mut bytes = rewrite.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'\\') => plain.push(b'\\'),
            Some(digit @ b'0'..=b'9') if usize::from(digit - b'0') < groups => {
                parts.push(Part::Bytes(std::mem::take(&mut plain)));
                parts.push(Part::Group(usize::from(digit - b'0')));
            }
            Some(b'0'..=b'9') => {
                return Err(invalid(format!(
                    "with groups \\0 to \\{}: the pattern has no more",
                    groups - 1
                )));
            }
            _ => return Err(invalid("with \\0 to \\9 or \\\\ after a backslash".to_owned())),
        }
    }
    parts.push(Part::Bytes(plain));
    Ok(parts)
}

/// What is done with every string.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Matching {
    Replace {
        pattern: Pattern,
        rewrite: String,
        /// Whether every match is replaced, or only the first.
        global: bool,
    },
    FullMatch(Pattern),
}

impl Matching {
    fn result(&self) -> DType {
        match self {
            Self::Replace { .. } => DType::Str,
            Self::FullMatch(_) => DType::Bool,
        }
    }
}

#[typetag::serde(name = "string_regex")]
impl Primitive for Matching {
    fn name(&self) -> &'static str {
        match self {
            Self::Replace { .. } => "regex_replace",
            Self::FullMatch(_) => "regex_full_match",
        }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_text(self.name(), inputs[0].dtype)?;
        if let Self::Replace { pattern, rewrite, .. } = self {
            parts(rewrite, pattern.0.captures_len())?;
        }
        Ok(one(self.result(), inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        require_text(self.name(), x.dtype())?;
        let texts = x.elements::<Text>();
        let result = match self {
            Self::Replace {
                pattern,
                rewrite,
                global,
            } => {
                let parts = parts(rewrite, pattern.0.captures_len())?;
                let most = if *global { 0 } else { 1 };
                let written = |captures: &Captures<'_>| written(&parts, captures);
                let replaced = texts
                    .iter()
                    .map(|text| Text::from(&*pattern.0.replacen(text, most, written)));
                Array::new(replaced.collect::<Vec<_>>(), x.shape())?
            }
            Self::FullMatch(pattern) => {
                // The leftmost match need not be the longest: the end is asked for, too.
                let whole =
                    Regex::new(&format!(r"\A(?:{})\z", pattern.0.as_str())).unwrap_or(pattern.0.clone());
                Array::new(
                    texts.iter().map(|text| whole.is_match(text)).collect::<Vec<_>>(),
                    x.shape(),
                )?
            }
        };
        Ok(Arrays::from_elem(result, 1))
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

/// The replacement of a match.
fn written(parts: &[Part], captures: &Captures<'_>) -> Vec<u8> {
    let bytes = parts.iter().flat_map(|part| match part {
        Part::Bytes(bytes) => bytes.as_slice(),
        // A group that took no part is empty.
        Part::Group(group) => captures.get(*group).map_or(&[][..], |group| group.as_bytes()),
    });
    bytes.copied().collect()
}

/// Every match of `pattern` in every string replaced by `rewrite`, in which `\0` stands for the match, `\1` to `\9`
/// for its groups and `\\` for a backslash.
///
/// Matches do not overlap and are found from the left. The syntax is that of the crate `regex`, which TensorFlow's
/// RE2 shares; matching takes time linear in the text.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Parameter`] for an invalid pattern, a group that it
/// does not have, or a lone backslash.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// let review = Tensor::from("Well, I can't<br />");
/// let review = strings::regex_replace(&review, r"<br\s*/?>", " ")?;
/// let review = strings::regex_replace(&review, "[^a-zA-Z']", " ")?;
/// assert_eq!(review.item::<Text>()?, "Well  I can't ");
/// let swapped = strings::regex_replace(&Tensor::from("key=value"), r"(\w+)=(\w+)", r"\2=\1")?;
/// assert_eq!(swapped.item::<Text>()?, "value=key");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn regex_replace(text: &Tensor, pattern: &str, rewrite: &str) -> Result<Tensor> {
    replace(text, pattern, rewrite, true)
}

/// As [`regex_replace`], but of every string only the first match.
///
/// # Errors
/// As [`regex_replace`].
pub fn regex_replace_first(text: &Tensor, pattern: &str, rewrite: &str) -> Result<Tensor> {
    replace(text, pattern, rewrite, false)
}

fn replace(text: &Tensor, pattern: &str, rewrite: &str, global: bool) -> Result<Tensor> {
    let pattern = Pattern::new("regex_replace", pattern)?;
    parts(rewrite, pattern.0.captures_len())?;
    let rewrite = rewrite.to_owned();
    apply(
        Matching::Replace {
            pattern,
            rewrite,
            global,
        },
        &[text],
    )
}

/// Whether `pattern` matches the whole of every string.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Parameter`] for an invalid pattern.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings};
///
/// let years = strings::regex_full_match(&Tensor::from(["1984", "in 1984", "84"]), r"\d{4}")?;
/// assert_eq!(years.to_vec::<bool>()?, [true, false, false]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn regex_full_match(text: &Tensor, pattern: &str) -> Result<Tensor> {
    apply(
        Matching::FullMatch(Pattern::new("regex_full_match", pattern)?),
        &[text],
    )
}
