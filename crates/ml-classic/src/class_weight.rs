//! Weights of classes, and files of classifiers.

use std::collections::BTreeMap;

use ml_core::{Error, Label, Result, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Sums over rows, and their squares, stay finite below it.
const LARGEST: f64 = 1e100;

/// How much the rows of each class count in training.
///
/// In JSON: `null`, `"balanced"`, or an object of weights by class.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ClassWeight {
    /// All classes alike.
    #[default]
    Uniform,
    /// `rows / (classes · rows of the class)`: every class counts the same in total. Logistic regression counts the weights
    /// of the rows, the others the rows themselves.
    Balanced,
    /// These weights (0 to 1e100) by class, as the class prints; classes not listed weigh 1.
    Of(BTreeMap<String, f64>),
}

impl ClassWeight {
    /// The given weights by class.
    pub fn of<L: Label>(weights: impl IntoIterator<Item = (L, f64)>) -> Self {
        Self::Of(
            weights
                .into_iter()
                .map(|(class, weight)| (class.to_string(), weight))
                .collect(),
        )
    }

    /// One weight a class; `codes` are positions in `classes`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a weight outside 0 to 1e100, [`Error::Data`] for a class
    /// that does not occur.
    pub(crate) fn resolve<L: Label>(
        &self,
        op: &'static str,
        classes: &[L],
        codes: impl Iterator<Item = usize>,
    ) -> Result<Vec<f64>> {
        self.resolve_weighted(op, classes, codes.map(|code| (code, 1.0)))
    }

    /// The same of rows that have a weight, by which they are counted.
    pub(crate) fn resolve_weighted<L: Label>(
        &self,
        op: &'static str,
        classes: &[L],
        rows: impl Iterator<Item = (usize, f64)>,
    ) -> Result<Vec<f64>> {
        match self {
            Self::Uniform => Ok(vec![1.0; classes.len()]),
            Self::Balanced => {
                let mut counts = vec![0.0; classes.len()];
                rows.for_each(|(code, weight)| counts[code] += weight);
                let rows: f64 = counts.iter().sum();
                Ok(counts
                    .iter()
                    .map(|count| rows / (classes.len() as f64 * count))
                    .collect())
            }
            Self::Of(weights) => {
                let names: Vec<String> = classes.iter().map(ToString::to_string).collect();
                for (name, &weight) in weights {
                    let valid = (0.0..=LARGEST).contains(&weight);
                    check::parameter(&format!("class_weight[{name}]"), weight, valid, "from 0 to 1e100")?;
                    if !names.contains(name) {
                        return Err(Error::Data {
                            op,
                            problem: format!("class_weight names the class {name}, which y does not hold"),
                            remedy: "name only classes of the training set",
                        });
                    }
                }
                Ok(names
                    .iter()
                    .map(|name| weights.get(name).copied().unwrap_or(1.0))
                    .collect())
            }
        }
    }
}

/// What JSON holds.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Plain {
    Weights(BTreeMap<String, f64>),
    Word(String),
    Null,
}

/// What binary files hold.
#[derive(Serialize, Deserialize)]
enum Tagged {
    Uniform,
    Balanced,
    Of(BTreeMap<String, f64>),
}

impl Serialize for ClassWeight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let plain = match self {
                Self::Uniform => Plain::Null,
                Self::Balanced => Plain::Word("balanced".to_owned()),
                Self::Of(weights) => Plain::Weights(weights.clone()),
            };
            return plain.serialize(serializer);
        }
        let tagged = match self {
            Self::Uniform => Tagged::Uniform,
            Self::Balanced => Tagged::Balanced,
            Self::Of(weights) => Tagged::Of(weights.clone()),
        };
        tagged.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ClassWeight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return match Plain::deserialize(deserializer) {
                Ok(Plain::Null) => Ok(Self::Uniform),
                Ok(Plain::Word(word)) if word == "balanced" => Ok(Self::Balanced),
                Ok(Plain::Weights(weights)) => Ok(Self::Of(weights)),
                _ => Err(D::Error::custom(
                    "expected null, \"balanced\" or an object of weights by class",
                )),
            };
        }
        Ok(match Tagged::deserialize(deserializer)? {
            Tagged::Uniform => Self::Uniform,
            Tagged::Balanced => Self::Balanced,
            Tagged::Of(weights) => Self::Of(weights),
        })
    }
}

/// Implements `Persist` for a fitted classifier of every type of label; the file names the type, so
/// that classes are never read as those of another.
macro_rules! persist_by_label {
    ($owner:ident) => {
        $crate::class_weight::persist_by_label!($owner: bool, char, String, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
    };
    ($owner:ident: $($label:ty),*) => {$(
        impl ml_core::Persist for $owner<$label> {
            const TYPE_NAME: &'static str = concat!("ml_classic::", stringify!($owner), "<", stringify!($label), ">");
        }
    )*};
}
pub(crate) use persist_by_label;
