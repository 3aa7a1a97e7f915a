//! Numbers that may also be words or shares: `max_features`, `min_samples_split`, `min_samples_leaf`.

use ml_core::{Result, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// How many features a node may draw before it settles on a split.
///
/// In JSON, as hyperparameter searches set it: `null` (all), `"sqrt"`, `"log2"`, a whole number
/// (a count) or a fraction (a share).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum MaxFeatures {
    /// Every feature: no randomness in the choice of features.
    #[default]
    All,
    /// The square root of their number, rounded down, at least 1.
    Sqrt,
    /// The binary logarithm of their number, rounded down, at least 1.
    Log2,
    /// So many, from 1 to the number of features.
    Count(usize),
    /// This share of them in `(0, 1]`, rounded down, at least 1.
    Share(f64),
}

impl From<usize> for MaxFeatures {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for MaxFeatures {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

impl MaxFeatures {
    /// The number of features out of `n_features`.
    pub(crate) fn resolve(self, n_features: usize) -> Result<usize> {
        let n = n_features as f64;
        let count = match self {
            Self::All => n_features,
            Self::Sqrt => n.sqrt() as usize,
            Self::Log2 => n.log2() as usize,
            Self::Count(count) => {
                let domain = format!("from 1 to the number of columns ({n_features})");
                check::parameter("max_features", count, (1..=n_features).contains(&count), &domain)?;
                count
            }
            Self::Share(share) => {
                check::parameter(
                    "max_features",
                    share,
                    share > 0.0 && share <= 1.0,
                    "a share in (0, 1]",
                )?;
                (share * n) as usize
            }
        };
        Ok(count.max(1))
    }
}

/// A number of training rows, absolute or as a share of all.
///
/// In JSON: a whole number (a count) or a fraction (a share).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowCount {
    /// So many rows.
    Count(usize),
    /// This share of the training rows.
    Share(f64),
}

impl From<usize> for RowCount {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for RowCount {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

impl RowCount {
    /// The least number of rows that a node needs to be split.
    pub(crate) fn resolve_split(self, n_rows: usize) -> Result<usize> {
        let name = "min_samples_split";
        match self {
            Self::Count(count) => {
                check::parameter(name, count, count >= 2, "at least 2, or a share in (0, 1]")?;
                Ok(count)
            }
            Self::Share(share) => {
                let valid = share > 0.0 && share <= 1.0;
                check::parameter(name, share, valid, "a share in (0, 1], or a count of at least 2")?;
                Ok(((share * n_rows as f64).ceil() as usize).max(2))
            }
        }
    }

    /// The least number of rows in a leaf.
    pub(crate) fn resolve_leaf(self, n_rows: usize) -> Result<usize> {
        let name = "min_samples_leaf";
        match self {
            Self::Count(count) => {
                check::parameter(name, count, count >= 1, "at least 1, or a share in (0, 1)")?;
                Ok(count)
            }
            Self::Share(share) => {
                let valid = share > 0.0 && share < 1.0;
                check::parameter(name, share, valid, "a share in (0, 1), or a count of at least 1")?;
                Ok((share * n_rows as f64).ceil() as usize)
            }
        }
    }

    /// The number of rows that a bootstrap draws.
    pub(crate) fn resolve_draws(self, n_rows: usize) -> Result<usize> {
        let name = "max_samples";
        match self {
            Self::Count(count) => {
                let domain = format!("from 1 to the number of rows ({n_rows})");
                check::parameter(name, count, (1..=n_rows).contains(&count), &domain)?;
                Ok(count)
            }
            Self::Share(share) => {
                check::parameter(name, share, share > 0.0 && share <= 1.0, "a share in (0, 1]")?;
                Ok(((share * n_rows as f64).round() as usize).max(1))
            }
        }
    }
}

/// What JSON holds in the place of either type.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Plain {
    Count(usize),
    Share(f64),
    Word(String),
    Null,
}

/// What binary files hold: a form that says which it is.
#[derive(Serialize, Deserialize)]
enum Tagged {
    All,
    Sqrt,
    Log2,
    Count(usize),
    Share(f64),
}

impl Serialize for MaxFeatures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let human = serializer.is_human_readable();
        match *self {
            Self::All if human => Plain::Null.serialize(serializer),
            Self::Sqrt if human => Plain::Word("sqrt".to_owned()).serialize(serializer),
            Self::Log2 if human => Plain::Word("log2".to_owned()).serialize(serializer),
            Self::Count(count) if human => Plain::Count(count).serialize(serializer),
            Self::Share(share) if human => Plain::Share(share).serialize(serializer),
            Self::All => Tagged::All.serialize(serializer),
            Self::Sqrt => Tagged::Sqrt.serialize(serializer),
            Self::Log2 => Tagged::Log2.serialize(serializer),
            Self::Count(count) => Tagged::Count(count).serialize(serializer),
            Self::Share(share) => Tagged::Share(share).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for MaxFeatures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected null, \"sqrt\", \"log2\", a count or a share";
        if deserializer.is_human_readable() {
            let plain = Plain::deserialize(deserializer).map_err(|_| D::Error::custom(expected))?;
            return match plain {
                Plain::Null => Ok(Self::All),
                Plain::Count(count) => Ok(Self::Count(count)),
                Plain::Share(share) => Ok(Self::Share(share)),
                Plain::Word(word) if word == "sqrt" => Ok(Self::Sqrt),
                Plain::Word(word) if word == "log2" => Ok(Self::Log2),
                Plain::Word(_) => Err(D::Error::custom(expected)),
            };
        }
        Ok(match Tagged::deserialize(deserializer)? {
            Tagged::All => Self::All,
            Tagged::Sqrt => Self::Sqrt,
            Tagged::Log2 => Self::Log2,
            Tagged::Count(count) => Self::Count(count),
            Tagged::Share(share) => Self::Share(share),
        })
    }
}

impl Serialize for RowCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let human = serializer.is_human_readable();
        match *self {
            Self::Count(count) if human => Plain::Count(count).serialize(serializer),
            Self::Share(share) if human => Plain::Share(share).serialize(serializer),
            Self::Count(count) => Tagged::Count(count).serialize(serializer),
            Self::Share(share) => Tagged::Share(share).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RowCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected a count of rows or a share";
        if deserializer.is_human_readable() {
            return match Plain::deserialize(deserializer) {
                Ok(Plain::Count(count)) => Ok(Self::Count(count)),
                Ok(Plain::Share(share)) => Ok(Self::Share(share)),
                _ => Err(D::Error::custom(expected)),
            };
        }
        match Tagged::deserialize(deserializer)? {
            Tagged::Count(count) => Ok(Self::Count(count)),
            Tagged::Share(share) => Ok(Self::Share(share)),
            _ => Err(D::Error::custom(expected)),
        }
    }
}
