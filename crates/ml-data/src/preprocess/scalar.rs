//! A number or a text.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One cell: a category of an encoder, or what an imputer fills in.
///
/// Ordered as categories are: numbers, then text, then missing. In JSON it is a plain number, a
/// string or `null`.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A number, never NaN.
    Number(f64),
    /// A text.
    Text(String),
    /// No value.
    Missing,
}

impl Eq for Scalar {}

impl Ord for Scalar {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Scalar {
    fn rank(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Text(_) => 1,
            Self::Missing => 2,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Missing => f.write_str("nan"),
        }
    }
}

impl From<f64> for Scalar {
    /// NaN is a missing value.
    fn from(number: f64) -> Self {
        if number.is_nan() {
            Self::Missing
        } else {
            Self::Number(number)
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// The form inside binary files, which need to be told what follows.
#[derive(Serialize, Deserialize)]
enum Tagged {
    Number(f64),
    Text(String),
    Missing,
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            match self {
                Self::Number(number) => number.serialize(to),
                Self::Text(text) => text.serialize(to),
                Self::Missing => to.serialize_none(),
            }
        } else {
            match self.clone() {
                Self::Number(number) => Tagged::Number(number),
                Self::Text(text) => Tagged::Text(text),
                Self::Missing => Tagged::Missing,
            }
            .serialize(to)
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if !from.is_human_readable() {
            return Ok(match Tagged::deserialize(from)? {
                Tagged::Number(number) => number.into(),
                Tagged::Text(text) => text.into(),
                Tagged::Missing => Self::Missing,
            });
        }
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::Number(number) => Ok(number.as_f64().map_or(Self::Missing, Self::from)),
            serde_json::Value::String(text) => Ok(text.into()),
            serde_json::Value::Null => Ok(Self::Missing),
            _ => Err(serde::de::Error::custom("expected a number, a text or null")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar;

    #[test]
    fn json_is_plain() {
        let all = vec![Scalar::from(2.5), Scalar::from("a"), Scalar::Missing];
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(text, r#"[2.5,"a",null]"#);
        assert_eq!(serde_json::from_str::<Vec<Scalar>>(&text).unwrap(), all);
    }

    #[test]
    fn missing_comes_last() {
        let mut all = [Scalar::Missing, "b".into(), 2.0.into(), "a".into(), 1.0.into()];
        all.sort();
        assert_eq!(all.map(|s| s.to_string()).join(" "), "1 2 a b nan");
    }
}
