//! A column of 0 and 1 for every category.

use std::ops::Range;

use derive_setters::Setters;
use ml_core::{
    Features, FitContext, FittedTransformer, Result, Table, Target, check, ndarray::Array2, sprs::CsMat,
};
use serde::{Deserialize, Serialize};

use super::{
    Scalar,
    categories::{UNKNOWN, check_kinds, columns_of, decode, encode_all, learn, refuse_unknown},
};
use crate::learn::{Learn, named, takes_features};

/// Which category gets no column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropCategory {
    /// Every category gets one.
    #[default]
    Nothing,
    /// The first category of every column is all zeros; breaks the exact linear dependence.
    First,
    /// The first category of columns with two categories.
    IfBinary,
}

/// What a category that fit has not seen becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandleUnknown {
    /// An error that names column, category and row.
    #[default]
    Error,
    /// All zeros.
    Ignore,
}

/// Replaces every column by one column of 0 and 1 (a dummy attribute) for each of its categories.
///
/// Text and numbers are taken; a missing value is a category of its own. The result is a sparse
/// matrix (CSR) unless `sparse_output` is off, with columns called `name_category`. Many
/// categories make many inputs, slow training and may hurt the model: then replace the column by
/// related numbers (a distance, a population), or learn an embedding. Above
/// [`MANY_CATEGORIES`] a warning says so.
///
/// # Examples
/// ```
/// use ml_core::{Column, Fit, Table, TextColumn, Transform};
/// use ml_data::preprocess::OneHotEncoder;
///
/// let sea = TextColumn::collect([Some("INLAND"), Some("NEAR BAY"), Some("INLAND")]);
/// let table = Table::new([("ocean_proximity".to_owned(), Column::Text(sea))])?;
/// let encoder = OneHotEncoder::default().fit(&table, ())?;
/// let coded = encoder.transform(&table)?;
/// assert_eq!(coded.names().unwrap(), ["ocean_proximity_INLAND", "ocean_proximity_NEAR BAY"]);
/// assert_eq!(coded.dense("")?.row(1).to_vec(), [0.0, 1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct OneHotEncoder {
    /// The categories of every column; `None` takes those that occur, ascending.
    #[setters(strip_option)]
    pub categories: Option<Vec<Vec<Scalar>>>,
    /// Which category gets no column. Default: none such.
    pub drop: DropCategory,
    /// What an unknown category becomes. Default: an error.
    pub handle_unknown: HandleUnknown,
    /// Whether the result is sparse. Default true.
    pub sparse_output: bool,
}

impl Default for OneHotEncoder {
    fn default() -> Self {
        Self {
            categories: None,
            drop: DropCategory::Nothing,
            handle_unknown: HandleUnknown::Error,
            sparse_output: true,
        }
    }
}

ml_core::impl_params!(OneHotEncoder);

/// Categories in one column above which a warning is given.
pub const MANY_CATEGORIES: usize = 100;

/// What [`OneHotEncoder`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedOneHotEncoder {
    /// The categories of every column, in the order of the result's columns.
    pub categories: Vec<Vec<Scalar>>,
    settings: OneHotEncoder,
}

const OP: &str = "OneHotEncoder";
/// What to do about an unknown category.
const REMEDY: &str = "fit on data that has it, give the categories, or set handle_unknown";

impl Learn for OneHotEncoder {
    type Fitted = FittedOneHotEncoder;

    fn learn(
        &self,
        x: Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedOneHotEncoder> {
        context.reject_weights(OP)?;
        let remedy = (self.handle_unknown == HandleUnknown::Error).then_some(REMEDY);
        let categories = learn(OP, &x, self.categories.as_deref(), remedy)?;
        for (name, categories) in x.names_or_numbers().iter().zip(&categories) {
            if categories.len() > MANY_CATEGORIES {
                tracing::warn!(
                    column = %name,
                    categories = categories.len(),
                    "one-hot encoding gives a column for every category; with this many, consider \
                     related numeric features or an embedding"
                );
            }
        }
        Ok(FittedOneHotEncoder {
            categories,
            settings: self.clone(),
        })
    }
}

impl FittedOneHotEncoder {
    /// The category of a column that has no column of its own.
    fn dropped(&self, column: usize) -> Option<usize> {
        match self.settings.drop {
            DropCategory::First => Some(0),
            DropCategory::IfBinary if self.categories[column].len() == 2 => Some(0),
            _ => None,
        }
    }

    /// The columns of the result that stand for every column.
    fn ranges(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let width = |(j, categories): (usize, &Vec<Scalar>)| {
            let width = categories.len() - usize::from(self.dropped(j).is_some());
            start += width;
            start - width..start
        };
        self.categories.iter().enumerate().map(width).collect()
    }

    fn n_columns_out(&self) -> usize {
        self.ranges().last().map_or(0, |range| range.end)
    }

    /// For every column and row, the column of the result that is 1.
    fn positions(&self, x: &Features) -> Result<Vec<Vec<u32>>> {
        check::columns(OP, self.categories.len(), x.n_columns())?;
        let columns = columns_of(OP, x)?;
        check_kinds(OP, x, &columns, &self.categories)?;
        let mut all = encode_all(&columns, &self.categories);
        for (j, (codes, range)) in all.iter_mut().zip(self.ranges()).enumerate() {
            if self.settings.handle_unknown == HandleUnknown::Error {
                refuse_unknown((OP, REMEDY), &x.names_or_numbers()[j], &columns[j], codes)?;
            }
            // Dropping removes the first category: its code becomes "nowhere", the others move down.
            let (start, dropped) = (range.start as u32, u32::from(self.dropped(j).is_some()));
            for code in codes.iter_mut().filter(|code| **code != UNKNOWN) {
                *code = code.checked_sub(dropped).map_or(UNKNOWN, |code| code + start);
            }
        }
        Ok(all)
    }

    fn encode(&self, x: &Features) -> Result<Features> {
        let (positions, shape) = (self.positions(x)?, (x.n_rows(), self.n_columns_out()));
        let out = if self.settings.sparse_output {
            Features::from(sparse(&positions, shape))
        } else {
            Features::from(dense(&positions, shape))
        };
        named(out, x.names().map(|names| self.names_out(names)).transpose()?)
    }

    /// The category of every row is the one with the largest value; all zeros is the dropped one,
    /// or missing.
    fn decode(&self, x: &Features) -> Result<Features> {
        check::columns(OP, self.n_columns_out(), x.n_columns())?;
        let coded = x.dense(OP)?;
        let mut columns = Vec::new();
        for (j, range) in self.ranges().into_iter().enumerate() {
            let dropped = self.dropped(j);
            let category = |row: ml_core::ndarray::ArrayView1<'_, f64>| {
                let mut best: Option<(usize, f64)> = None;
                for (code, column) in range.clone().enumerate() {
                    if row[column] > best.map_or(0.0, |(_, value)| value) {
                        best = Some((code + usize::from(dropped.is_some()), row[column]));
                    }
                }
                best.map(|(code, _)| code).or(dropped)
            };
            let codes: Vec<Option<usize>> = coded.rows().into_iter().map(category).collect();
            columns.push((format!("x{j}"), decode(&self.categories[j], &codes)));
        }
        Ok(Table::new(columns)?.into())
    }
}

fn sparse(positions: &[Vec<u32>], shape: (usize, usize)) -> CsMat<f64> {
    let mut starts = Vec::with_capacity(shape.0 + 1);
    let mut columns = Vec::with_capacity(shape.0 * positions.len());
    starts.push(0);
    for row in 0..shape.0 {
        // Columns come in ascending order, as CSR wants them.
        let present = positions.iter().map(|codes| codes[row]).filter(|&p| p != UNKNOWN);
        columns.extend(present.map(|p| p as usize));
        starts.push(columns.len());
    }
    let ones = vec![1.0; columns.len()];
    CsMat::new(shape, starts, columns, ones)
}

fn dense(positions: &[Vec<u32>], shape: (usize, usize)) -> Array2<f64> {
    let mut out = Array2::zeros(shape);
    for codes in positions {
        for (mut row, &position) in out.rows_mut().into_iter().zip(codes) {
            if position != UNKNOWN {
                row[position as usize] = 1.0;
            }
        }
    }
    out
}

takes_features!(OneHotEncoder => FittedOneHotEncoder, invertible);

#[ml_core::typetag::serde]
impl FittedTransformer for FittedOneHotEncoder {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        self.encode(&x)
    }

    fn inverse_transform_features(&self, x: Features) -> Result<Features> {
        self.decode(&x)
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.categories.len(), names_in.len())?;
        let mut names = Vec::with_capacity(self.n_columns_out());
        for (j, (name, categories)) in names_in.iter().zip(&self.categories).enumerate() {
            let kept = categories.iter().skip(usize::from(self.dropped(j).is_some()));
            names.extend(kept.map(|category| format!("{name}_{category}")));
        }
        Ok(names)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
