//! What to maximise.

use ml_core::{Result, Task};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::Scorer;

/// What to maximise: a hyperparameter of cross-validation and searches.
///
/// Made of a name (`.scoring("r2")`) or of a [`Scorer`].
#[derive(Debug, Clone, Default)]
pub enum Scoring {
    /// R² for regressors, accuracy for classifiers.
    #[default]
    ByTask,
    /// The scorer of this name.
    Name(String),
    /// A scorer of your own; it cannot be saved to a file.
    Custom(Scorer),
}

impl Scoring {
    /// The scorer for an estimator of this task.
    ///
    /// # Errors
    /// As [`Scorer::by_name`].
    pub fn scorer(&self, task: Task) -> Result<Scorer> {
        match self {
            Self::ByTask => Ok(Scorer::default_for(task)),
            Self::Name(name) => Scorer::by_name(name),
            Self::Custom(scorer) => Ok(scorer.clone()),
        }
    }
}

impl From<&str> for Scoring {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Scoring {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<Scorer> for Scoring {
    fn from(scorer: Scorer) -> Self {
        Self::Custom(scorer)
    }
}

impl Serialize for Scoring {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ByTask => None::<&str>.serialize(serializer),
            Self::Name(name) => Some(name).serialize(serializer),
            Self::Custom(scorer) => Err(ser::Error::custom(format!(
                "the custom scorer {:?} is code and cannot be stored; choose one by name",
                scorer.name
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Scoring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(name) = Option::<String>::deserialize(deserializer)? else {
            return Ok(Self::ByTask);
        };
        Scorer::by_name(&name).map_err(de::Error::custom)?;
        Ok(Self::Name(name))
    }
}
