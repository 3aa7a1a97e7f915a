//! The hyperparameters of a search.

use ml_core::{Error, Result, Rng, params::Value};
use serde::{Deserialize, Serialize};

use super::{Domain, Values};

/// Hyperparameters with their domains, some of which are in use only if another one has certain values.
///
/// # Examples
/// ```
/// use ml_core::Rng;
/// use ml_nn::tuning::{Domain, Space};
///
/// let space = Space::new()
///     .add("n_hidden", Domain::int(0, 3))
///     .add("learning_rate", Domain::float(3e-4, 3e-2).log())
///     .add("optimizer", Domain::choice(["sgd", "adam"]))
///     .add_if("momentum", Domain::float(0.5, 0.99).reverse_log(), "optimizer", ["sgd"]);
/// let values = space.draw(&mut Rng::new(42))?;
/// assert_eq!(values.value("momentum").is_some(), values.get::<String>("optimizer")? == "sgd");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Space(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    name: String,
    domain: Domain,
    /// In use only if the hyperparameter of this name is, and has one of these values.
    only_if: Option<(String, Vec<Value>)>,
}

impl Space {
    /// No hyperparameter yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more hyperparameter, always in use.
    #[must_use]
    pub fn add(self, name: impl Into<String>, domain: Domain) -> Self {
        self.push(name.into(), domain, None)
    }

    /// One more hyperparameter, in use only if an earlier one, `of`, has one of `values`.
    #[must_use]
    pub fn add_if<V: Into<Value>>(
        self,
        name: impl Into<String>,
        domain: Domain,
        of: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.push(name.into(), domain, Some((of.into(), values)))
    }

    fn push(mut self, name: String, domain: Domain, only_if: Option<(String, Vec<Value>)>) -> Self {
        self.0.push(Entry {
            name,
            domain,
            only_if,
        });
        self
    }

    /// Number of hyperparameters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and domains, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Domain)> {
        self.0.iter().map(|entry| (entry.name.as_str(), &entry.domain))
    }

    /// Refuses what cannot be searched.
    ///
    /// # Errors
    /// [`Error::Empty`] for no hyperparameter; [`Error::Parameter`] for a name that comes twice, a domain without values,
    /// and a condition on something that is not there before or never has that value.
    pub fn check(&self) -> Result<()> {
        if self.is_empty() {
            return Err(Error::Empty {
                op: "tuning",
                what: "the space".to_owned(),
                least: "1 hyperparameter",
            });
        }
        for (number, entry) in self.0.iter().enumerate() {
            entry.domain.check(&entry.name)?;
            entry.check_place(&self.0[..number])?;
        }
        Ok(())
    }

    /// A random point.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn draw(&self, rng: &mut Rng) -> Result<Values> {
        self.check()?;
        Ok(self.at(&self.draw_places(rng)))
    }

    /// A place for every hyperparameter, in use or not, so that what is drawn for one does not depend on the others.
    pub(super) fn draw_places(&self, rng: &mut Rng) -> Vec<f64> {
        self.0.iter().map(|_| rng.uniform()).collect()
    }

    /// The values at these places, one for each hyperparameter.
    pub(super) fn at(&self, places: &[f64]) -> Values {
        let mut values: Vec<(&str, Value)> = Vec::with_capacity(self.len());
        for (entry, &place) in self.0.iter().zip(places) {
            if entry.in_use(&values) {
                values.push((&entry.name, entry.domain.at(place)));
            }
        }
        values.into_iter().collect()
    }

    /// The places of these values, in the middle for hyperparameters that are not in use.
    pub(super) fn places(&self, values: &Values) -> Vec<f64> {
        let place = |entry: &Entry| {
            let value = values.value(&entry.name);
            value.and_then(|value| entry.domain.place(value)).unwrap_or(0.5)
        };
        self.0.iter().map(place).collect()
    }

    /// Number of [`coordinates`](Self::coordinates).
    pub(super) fn axes(&self) -> usize {
        self.0.iter().map(|entry| entry.domain.axes()).sum()
    }

    /// These values as a point, for measuring distances.
    pub(super) fn coordinates(&self, values: &Values) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.axes());
        for entry in &self.0 {
            entry.domain.coordinates(values.value(&entry.name), &mut out);
        }
        out
    }
}

impl Entry {
    fn in_use(&self, values: &[(&str, Value)]) -> bool {
        let Some((of, needed)) = &self.only_if else {
            return true;
        };
        let known = values.iter().find(|(name, _)| name == of);
        known.is_some_and(|(_, value)| needed.contains(value))
    }

    /// Refuses a name that was there before and a condition that is never fulfilled.
    fn check_place(&self, before: &[Self]) -> Result<()> {
        let named = |name: &str| before.iter().find(|entry| entry.name == name);
        if named(&self.name).is_some() {
            return Err(Error::Parameter {
                name: "space".to_owned(),
                value: format!("{:?} twice", self.name),
                domain: "of one domain for each name".to_owned(),
            });
        }
        let Some((of, needed)) = &self.only_if else {
            return Ok(());
        };
        let Some(parent) = named(of) else {
            return Err(Error::Parameter {
                name: format!("condition of {:?}", self.name),
                value: format!("on {of:?}"),
                domain: "on a hyperparameter that was added before".to_owned(),
            });
        };
        let possible = |value: &Value| parent.domain.place(value).is_some();
        match needed.is_empty() || !needed.iter().all(possible) {
            true => Err(Error::Parameter {
                name: format!("condition of {:?}", self.name),
                value: format!("{of:?} is one of {}", Value::from(needed.clone())),
                domain: format!("values that {of:?} can have: {:?}", parent.domain),
            }),
            false => Ok(()),
        }
    }
}
