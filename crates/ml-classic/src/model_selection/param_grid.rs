//! All combinations of some values.

use ml_core::{Error, Result, params::Value};
use serde::{Deserialize, Serialize};

use super::ParamSet;

/// Values to try for each of some hyperparameters, in all combinations.
///
/// Names are paths into pipelines and other nested estimators (`forest__max_features`). Not sure which
/// values to try? Consecutive powers of 10, or of a smaller number for a finer search.
///
/// Combinations come with names in alphabetical order, the last one varying fastest, as in Scikit-Learn;
/// of equally good candidates a search takes the first.
///
/// # Examples
/// ```
/// use ml_classic::model_selection::ParamGrid;
///
/// let grid = ParamGrid::new().values("n_estimators", [3, 10, 30]).values("max_features", [2, 4, 6, 8]);
/// let candidates = grid.candidates()?;
/// assert_eq!(candidates.len(), 12);
/// assert_eq!(candidates[1].to_string(), "max_features=2, n_estimators=10");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParamGrid(#[serde(with = "super::json")] Vec<(String, Vec<Value>)>);

impl ParamGrid {
    /// No hyperparameter yet: the estimator as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tries these values at `path`; replaces earlier ones for the same path.
    #[must_use]
    pub fn values<V: Into<Value>>(
        mut self,
        path: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let path = path.into();
        self.0.retain(|(existing, _)| *existing != path);
        self.0.push((path, values.into_iter().map(Into::into).collect()));
        // A stated order, whatever order the calls came in.
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// Every combination.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a path without values.
    pub fn candidates(&self) -> Result<Vec<ParamSet>> {
        let mut all: Vec<Vec<(&str, &Value)>> = vec![Vec::new()];
        for (path, values) in &self.0 {
            if values.is_empty() {
                return Err(Error::Parameter {
                    name: format!("param_grid[{path:?}]"),
                    value: "[]".to_owned(),
                    domain: "at least one value to try".to_owned(),
                });
            }
            let with = |start: Vec<_>| {
                values.iter().map(move |value| {
                    let mut longer = start.clone();
                    longer.push((path.as_str(), value));
                    longer
                })
            };
            all = all.into_iter().flat_map(with).collect();
        }
        let owned = |pairs: Vec<(&str, &Value)>| pairs.into_iter().map(|(p, v)| (p, v.clone())).collect();
        Ok(all.into_iter().map(owned).collect())
    }
}

impl From<ParamGrid> for Vec<ParamGrid> {
    fn from(grid: ParamGrid) -> Self {
        vec![grid]
    }
}
