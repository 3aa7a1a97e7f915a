//! Hyperparameters by name and path.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, json};

use crate::{Error, Result};

/// Separates the parts of a path: `forest__max_features` is `max_features` of the step `forest`.
pub const SEPARATOR: &str = "__";

/// Hyperparameters that can be listed, read and set by name, as a search needs.
///
/// For plain serialisable data [`impl_params!`](crate::impl_params) writes the implementation.
/// Values are JSON: numbers, strings, booleans, `null` for an `Option` that is `None`.
///
/// # Examples
/// ```
/// use ml_core::Params;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, Serialize, Deserialize)]
/// struct Ridge { alpha: f64 }
/// ml_core::impl_params!(Ridge);
///
/// let mut ridge = Ridge { alpha: 1.0 };
/// ridge.set_param("alpha", &0.5.into())?;
/// assert_eq!(ridge.alpha, 0.5);
/// assert_eq!(ridge.params()[0].0, "alpha");
/// let error = ridge.set_param("alfa", &0.5.into()).unwrap_err();
/// assert_eq!(error.to_string(), "Ridge has no hyperparameter \"alfa\"; it has: alpha");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub trait Params {
    /// The type's name, for messages.
    fn type_name(&self) -> &'static str;

    /// Every hyperparameter with its value, in the order of declaration, nested ones by path.
    fn params(&self) -> Vec<(String, Value)>;

    /// Sets the hyperparameter at `path`.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] if there is none, [`Error::Parameter`] if the value is of the
    /// wrong type. Nothing changes then.
    fn set_param(&mut self, path: &str, value: &Value) -> Result<()>;
}

/// Implements [`Params`] for structs that are plain serialisable data.
#[macro_export]
macro_rules! impl_params {
    ($($owner:ty),+ $(,)?) => {$(
        impl $crate::Params for $owner {
            fn type_name(&self) -> &'static str {
                stringify!($owner)
            }

            fn params(&self) -> Vec<(String, $crate::params::Value)> {
                $crate::params::list(self)
            }

            fn set_param(&mut self, path: &str, value: &$crate::params::Value) -> $crate::Result<()> {
                $crate::params::set(self, stringify!($owner), path, value)
            }
        }
    )+};
}

/// JSON, the type of a hyperparameter's value.
pub use serde_json::Value;

fn fields<T: Serialize>(owner: &T) -> Map<String, Value> {
    match serde_json::to_value(owner) {
        Ok(Value::Object(map)) => map,
        // Unit structs have no hyperparameters; a plain struct of numbers, strings and enums
        // cannot fail to become JSON.
        _ => Map::new(),
    }
}

/// The fields of plain data, in the order of declaration.
pub fn list<T: Serialize>(owner: &T) -> Vec<(String, Value)> {
    fields(owner).into_iter().collect()
}

/// Sets one field of plain data.
///
/// # Errors
/// As [`Params::set_param`].
pub fn set<T: Serialize + DeserializeOwned>(
    owner: &mut T,
    name: &'static str,
    path: &str,
    value: &Value,
) -> Result<()> {
    let mut map = fields(owner);
    let Some(slot) = map.get_mut(path) else {
        return Err(unknown(name, path, map.keys().map(String::as_str)));
    };
    *slot = value.clone();
    *owner = serde_json::from_value(json!(map)).map_err(|e| Error::Parameter {
        name: format!("{name}.{path}"),
        value: value.to_string(),
        domain: format!("a value of the right type ({e})"),
    })?;
    Ok(())
}

/// The error for a name that `owner` does not have.
pub fn unknown<'a>(owner: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.into_iter().collect();
    Error::UnknownParameter {
        owner: owner.to_owned(),
        name: name.to_owned(),
        known: if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        },
    }
}

/// Splits `step__rest` into the step and the rest.
pub fn split_path(path: &str) -> Option<(&str, &str)> {
    path.split_once(SEPARATOR)
}
