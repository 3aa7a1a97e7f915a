//! What was chosen for each hyperparameter.

use std::fmt;

use ml_core::{Error, Result, params, params::Value};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Map;

/// A value for each hyperparameter that is in use, by name.
///
/// # Examples
/// ```
/// use ml_nn::tuning::Values;
///
/// let values: Values = [("units", 30.into()), ("optimizer", "sgd".into())].into_iter().collect();
/// assert_eq!(values.get::<usize>("units")?, 30);
/// assert_eq!(values.to_string(), "units=30, optimizer=\"sgd\"");
/// assert!(values.get::<usize>("optimizer").is_err());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(Map<String, Value>);

impl Values {
    /// The value of this name as a number, a text, a truth value, or anything else that serde reads.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] for a name that is not there: misspelled, or not in use with the other values;
    /// [`Error::Parameter`] for a value of another type.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let value = self
            .value(name)
            .ok_or_else(|| params::unknown("this trial", name, self.0.keys().map(String::as_str)))?;
        serde_json::from_value(value.clone()).map_err(|error| Error::Parameter {
            name: name.to_owned(),
            value: value.to_string(),
            domain: format!("of the type that was asked for ({error})"),
        })
    }

    /// The value of this name; `None` for one that is not in use.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Names and values, in the order of the space.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the hyperparameters of these names, which may be paths (`network__n_neurons`), of something that has them.
    ///
    /// # Errors
    /// As [`Params::set_param`](ml_core::Params::set_param).
    pub fn apply<P: ml_core::Params + ?Sized>(&self, to: &mut P) -> Result<()> {
        self.iter()
            .try_for_each(|(path, value)| to.set_param(path, value))
    }
}

impl<S: Into<String>> FromIterator<(S, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (S, Value)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}
