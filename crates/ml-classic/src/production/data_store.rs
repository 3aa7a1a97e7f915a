//! Every delivery of rows that was ever used, and any model's mark on each.

use std::path::Path;

use ml_core::{
    Column, Error, Features, Model, Persist, Result, Table, Target, TextColumn, check,
    ndarray::{Array1, Array2},
};
use ml_data::{IntoFeatures, IntoTarget};
use serde::{Deserialize, Serialize};

use super::{ModelStore, Version};
use crate::metrics::Scorer;

/// A folder of numbered data sets with their targets, one of which is in use.
///
/// New rows may be worse than the old ones (full of outliers, say): with every version kept, the way back is
/// [`roll_back_to`](DataStore::roll_back_to), and [`score`](DataStore::score) says on which version a model
/// began to fail. Files are compared with their checksum on loading; nothing is ever overwritten.
///
/// Source: book, chapter 2, "Launch, Monitor, and Maintain Your System".
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, metrics::Scorer, production::DataStore};
/// use ml_core::{Fit, ndarray::{Array2, array}};
///
/// # let folder = std::env::temp_dir().join(format!("ml-data-store-doc-{}", std::process::id()));
/// let store = DataStore::open(&folder)?;
/// let (x, y) = (Array2::zeros((2, 1)), array![1.0, 3.0]);
/// store.publish(&x, &y)?;
/// store.publish(&x, &array![1.0, 300.0])?;
///
/// let model = DummyRegressor::default().fit(x.view(), y.view())?;
/// let scores = store.score(&model, &Scorer::by_name("neg_max_error")?)?;
/// assert_eq!(scores, [(1, -1.0), (2, -298.0)]);
/// store.roll_back_to(1)?;
/// assert_eq!(store.load_current()?.1, y.into());
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct DataStore {
    versions: ModelStore<Delivery>,
}

const OP: &str = "DataStore";

impl DataStore {
    /// The store in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// As [`ModelStore::open`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let versions = ModelStore::of("rows", folder.as_ref())?;
        Ok(Self { versions })
    }

    /// Stores rows and their targets under the next number and takes them into use.
    ///
    /// # Errors
    /// [`Error::Length`] unless there is one target a row, [`Error::Unsupported`] for sparse rows; as
    /// [`ModelStore::publish`].
    pub fn publish(&self, x: impl IntoFeatures, y: impl IntoTarget) -> Result<Version> {
        let (x, y) = (x.into_features()?, y.into_target()?);
        check::same_rows(OP, x.n_rows(), y.len())?;
        self.versions.publish(&Delivery::new(x, &y)?)
    }

    /// The stored versions in ascending order.
    ///
    /// # Errors
    /// As [`ModelStore::versions`].
    pub fn versions(&self) -> Result<Vec<Version>> {
        self.versions.versions()
    }

    /// The version in use, `None` before the first is published.
    ///
    /// # Errors
    /// As [`ModelStore::current`].
    pub fn current(&self) -> Result<Option<Version>> {
        self.versions.current()
    }

    /// Takes an earlier (or later) version into use.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there is no such version.
    pub fn roll_back_to(&self, version: Version) -> Result<()> {
        self.versions.roll_back_to(version)
    }

    /// The rows and targets of one version.
    ///
    /// # Errors
    /// As [`Persist::load`]; [`Error::Data`] for a file whose parts do not belong together.
    pub fn load(&self, version: Version) -> Result<(Features, Target)> {
        self.versions.load(version)?.unpack()
    }

    /// The rows and targets in use.
    ///
    /// # Errors
    /// [`Error::Empty`] before the first is published; otherwise as [`load`](DataStore::load).
    pub fn load_current(&self) -> Result<(Features, Target)> {
        match self.current()? {
            Some(version) => self.load(version),
            None => Err(Error::Empty {
                op: OP,
                what: "the store".to_owned(),
                least: "1 published data set",
            }),
        }
    }

    /// The mark of `model` on every stored version, in ascending order.
    ///
    /// # Errors
    /// As [`load`](DataStore::load) and [`Scorer::score`].
    pub fn score(&self, model: &dyn Model, scorer: &Scorer) -> Result<Vec<(Version, f64)>> {
        let mark = |version| {
            let (x, y) = self.load(version)?;
            Ok((version, scorer.score(model, &x, &y)?))
        };
        self.versions()?.into_iter().map(mark).collect()
    }
}

/// Rows and targets as they lie in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Delivery {
    rows: Rows,
    target: Values,
}

#[derive(Debug, Serialize, Deserialize)]
enum Rows {
    Dense(Array2<f64>, Option<Vec<String>>),
    Table(Vec<(String, Cells)>),
}

#[derive(Debug, Serialize, Deserialize)]
enum Cells {
    Number(Array1<f64>),
    Text(TextColumn),
}

#[derive(Debug, Serialize, Deserialize)]
enum Values {
    Numbers(Array1<f64>),
    Classes(Array1<i64>),
}

impl Persist for Delivery {
    const TYPE_NAME: &'static str = "ml_classic::DataStore rows";
}

impl Delivery {
    fn new(x: Features, y: &Target) -> Result<Self> {
        let rows = match x {
            Features::Dense { values, names } => Rows::Dense(values.into_owned(), names.map(|n| n.to_vec())),
            Features::Table(table) => {
                let cells = |(name, column)| match column {
                    Column::Number(numbers) => (name, Cells::Number(numbers.into_owned())),
                    Column::Text(text) => (name, Cells::Text(text)),
                };
                Rows::Table(table.into_columns().into_iter().map(cells).collect())
            }
            Features::Sparse { .. } => {
                return Err(Error::Unsupported {
                    owner: OP.to_owned(),
                    what: "sparse rows",
                    remedy: "store the rows as they were before they were encoded",
                });
            }
        };
        let target = match y {
            Target::Numbers(numbers) => Values::Numbers(numbers.to_owned()),
            Target::Classes(classes) => Values::Classes(classes.to_owned()),
        };
        Ok(Self { rows, target })
    }

    fn unpack(self) -> Result<(Features, Target)> {
        let x = match self.rows {
            Rows::Dense(values, names) => {
                let columns = values.ncols();
                if let Some(names) = names.as_ref().filter(|names| names.len() != columns) {
                    return Err(torn(format!("{} names for {columns} columns", names.len())));
                }
                Features::Dense {
                    values: values.into_shared(),
                    names: names.map(Into::into),
                }
            }
            Rows::Table(columns) => {
                let columns = columns
                    .into_iter()
                    .map(|(name, cells)| Ok((name, cells.unpack()?)));
                Features::Table(Table::new(columns.collect::<Result<Vec<_>>>()?)?)
            }
        };
        let y = match self.target {
            Values::Numbers(numbers) => Target::from(numbers),
            Values::Classes(classes) => Target::from(classes),
        };
        check::same_rows(OP, x.n_rows(), y.len())?;
        Ok((x, y))
    }
}

impl Cells {
    fn unpack(self) -> Result<Column> {
        let text = match self {
            Self::Number(numbers) => return Ok(Column::Number(numbers.into_shared())),
            Self::Text(text) => text,
        };
        let known = |&code: &u32| code == TextColumn::MISSING || (code as usize) < text.values.len();
        match text.codes.iter().all(known) {
            true => Ok(Column::Text(text)),
            false => Err(torn("text with a code that has no value".to_owned())),
        }
    }
}

/// Parts of a file that no `publish` has written together.
fn torn(problem: String) -> Error {
    Error::Data {
        op: OP,
        problem: format!("the file holds {problem}"),
        remedy: "publish the data set again",
    }
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::array;

    use super::*;

    fn refused(rows: Rows) -> String {
        let target = Values::Numbers(array![1.0, 2.0]);
        Delivery { rows, target }.unpack().unwrap_err().to_string()
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let two = || Array2::zeros((2, 1));
        assert_eq!(
            refused(Rows::Dense(two(), Some(vec![]))),
            "DataStore: the file holds 0 names for 1 columns; publish the data set again"
        );
        assert_eq!(
            refused(Rows::Dense(Array2::zeros((3, 1)), None)),
            "DataStore: x has 3 rows, but y has 2; they must match one to one"
        );
        let text = TextColumn {
            codes: [0, 1].into(),
            values: ["red".to_owned()].into(),
        };
        assert_eq!(
            refused(Rows::Table(vec![("colour".to_owned(), Cells::Text(text))])),
            "DataStore: the file holds text with a code that has no value; publish the data set again"
        );
    }
}
