//! Functions of the user's, known to files by a name.

use std::{fmt, sync::Arc};

use ml_core::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A function together with the name under which files know it.
///
/// A file holds the name alone: what was read from one has no body until it is given again, and says so when it
/// is called. A part with hyperparameters to remember is better written as a type of its own.
pub struct Named<F: ?Sized> {
    name: String,
    body: Option<Arc<F>>,
}

impl<F: ?Sized> Named<F> {
    /// This function under this name.
    pub fn new(name: impl Into<String>, body: Arc<F>) -> Self {
        Self {
            name: name.into(),
            body: Some(body),
        }
    }

    /// The name in files and logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the function itself is there.
    pub fn is_here(&self) -> bool {
        self.body.is_some()
    }

    /// Gives the function that a file knew by name only.
    pub fn give(&mut self, body: Arc<F>) {
        self.body = Some(body);
    }

    /// The function itself.
    ///
    /// # Errors
    /// [`Error::Data`] naming it, if it was read from a file and not given again.
    pub fn body(&self) -> Result<&F> {
        self.body.as_deref().ok_or_else(|| Error::Data {
            op: "custom function",
            problem: format!(
                "{:?} was read from a file, which holds its name but no code",
                self.name
            ),
            remedy: "give the function of that name to a Loader, or write it as a type of its own",
        })
    }
}

impl<F: ?Sized> Clone for Named<F> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            body: self.body.clone(),
        }
    }
}

/// Functions cannot be compared: names are.
impl<F: ?Sized> PartialEq for Named<F> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<F: ?Sized> fmt::Debug for Named<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl<F: ?Sized> Serialize for Named<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

impl<'de, F: ?Sized + 'static> Deserialize<'de> for Named<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let body = crate::files::given_function(&name);
        Ok(Self { name, body })
    }
}

/// `BatchNormalization` as `batch_normalization`: what is not named is named after its type.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
        before = c;
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_become_names_of_layers() {
        assert_eq!(snake_case("BatchNormalization"), "batch_normalization");
        assert_eq!(snake_case("Dense"), "dense");
        assert_eq!(snake_case("ELU"), "elu");
    }

    #[test]
    fn a_function_from_a_file_is_missing_by_name() {
        let named = Named::new("huber_fn", Arc::new(|x: f64| x) as Arc<dyn Fn(f64) -> f64>);
        let text = serde_json::to_string(&named).unwrap();
        let back: Named<dyn Fn(f64) -> f64> = serde_json::from_str(&text).unwrap();
        assert_eq!(text, "\"huber_fn\"");
        assert!(back.body().err().unwrap().to_string().contains("\"huber_fn\""));
    }
}
