//! One candidate of a search.

use std::fmt;

use ml_core::{Estimator, Result, params::Value};
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// Values of some hyperparameters by path: one candidate of a search.
///
/// # Examples
/// ```
/// use ml_classic::model_selection::ParamSet;
///
/// let set: ParamSet = [("max_depth", 3.into()), ("criterion", "gini".into())].into_iter().collect();
/// assert_eq!(set.get("max_depth"), Some(&3.into()));
/// assert_eq!(set.to_string(), "max_depth=3, criterion=\"gini\"");
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParamSet(#[serde(with = "super::json")] Map<String, Value>);

impl ParamSet {
    /// The value at `path`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.0.get(path)
    }

    /// Paths and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// Number of hyperparameters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none: the estimator as it is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy of `estimator` with these values.
    ///
    /// # Errors
    /// As [`Params::set_param`](ml_core::Params::set_param).
    pub fn apply(&self, estimator: &(dyn Estimator + 'static)) -> Result<Box<dyn Estimator>> {
        let mut estimator = dyn_clone::clone_box(estimator);
        for (path, value) in self.iter() {
            estimator.set_param(path, value)?;
        }
        Ok(estimator)
    }
}

impl<S: Into<String>> FromIterator<(S, Value)> for ParamSet {
    fn from_iter<I: IntoIterator<Item = (S, Value)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(path, value)| (path.into(), value))
                .collect(),
        )
    }
}

impl fmt::Display for ParamSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (path, value)) in self.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{path}={value}")?;
        }
        Ok(())
    }
}
