//! Categories as numbers.

use derive_setters::Setters;
use ml_core::{
    Error, Features, FitContext, FittedTransformer, Result, Table, Target, check, ndarray::Array2,
};
use serde::{Deserialize, Serialize};

use super::{
    Scalar,
    categories::{UNKNOWN, check_kinds, columns_of, decode, encode_all, learn, refuse_unknown},
};
use crate::learn::{Learn, named, takes_features};

/// Replaces every category by its position in the sorted list of categories: 0, 1, 2, ...
///
/// Algorithms take near codes for similar categories. That suits ordered ones (bad, average, good,
/// excellent: give `categories` in that order), and misleads for others; use
/// [`OneHotEncoder`](super::OneHotEncoder) there. Text and numbers are taken; a missing value stays
/// missing (NaN) unless `encoded_missing_value` is set.
///
/// # Examples
/// ```
/// use ml_core::{Column, Fit, Table, TextColumn, Transform};
/// use ml_data::preprocess::OrdinalEncoder;
///
/// let sea = TextColumn::collect([Some("INLAND"), Some("NEAR BAY"), Some("<1H OCEAN")]);
/// let table = Table::new([("ocean_proximity".to_owned(), Column::Text(sea))])?;
/// let encoder = OrdinalEncoder::default().fit(&table, ())?;
/// assert_eq!(encoder.categories[0], ["<1H OCEAN".into(), "INLAND".into(), "NEAR BAY".into()]);
/// assert_eq!(encoder.transform(&table)?.dense("")?.column(0).to_vec(), [1.0, 2.0, 0.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Setters, Serialize, Deserialize)]
pub struct OrdinalEncoder {
    /// The categories of every column, in the order of their codes; `None` takes those that occur,
    /// ascending.
    #[setters(strip_option)]
    pub categories: Option<Vec<Vec<Scalar>>>,
    /// The code of a category that fit has not seen; `None` makes it an error.
    #[setters(strip_option)]
    pub unknown_value: Option<f64>,
    /// The code of a missing value; `None` leaves it missing (NaN).
    #[setters(strip_option)]
    pub encoded_missing_value: Option<f64>,
}

ml_core::impl_params!(OrdinalEncoder);

/// What [`OrdinalEncoder`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedOrdinalEncoder {
    /// The categories of every column, in the order of their codes.
    pub categories: Vec<Vec<Scalar>>,
    settings: OrdinalEncoder,
}

const OP: &str = "OrdinalEncoder";
/// What to do about an unknown category.
const REMEDY: &str = "fit on data that has it, give the categories, or set unknown_value";

impl Learn for OrdinalEncoder {
    type Fitted = FittedOrdinalEncoder;

    fn learn(
        &self,
        x: Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedOrdinalEncoder> {
        context.reject_weights(OP)?;
        let remedy = self.unknown_value.is_none().then_some(REMEDY);
        let categories = learn(OP, &x, self.categories.as_deref(), remedy)?;
        Ok(FittedOrdinalEncoder {
            categories,
            settings: self.clone(),
        })
    }
}

impl FittedOrdinalEncoder {
    fn encode(&self, x: &Features) -> Result<Features> {
        check::columns(OP, self.categories.len(), x.n_columns())?;
        let columns = columns_of(OP, x)?;
        check_kinds(OP, x, &columns, &self.categories)?;
        let mut out = Array2::zeros((x.n_rows(), columns.len()));
        for (j, codes) in encode_all(&columns, &self.categories).iter().enumerate() {
            let missing = self.categories[j].iter().position(|c| *c == Scalar::Missing);
            let missing = missing.map(|code| code as u32);
            if self.settings.unknown_value.is_none() {
                refuse_unknown((OP, REMEDY), &x.names_or_numbers()[j], &columns[j], codes)?;
            }
            for (to, &code) in out.column_mut(j).iter_mut().zip(codes) {
                *to = match code {
                    UNKNOWN => self.settings.unknown_value.unwrap_or(f64::NAN),
                    code if Some(code) == missing => self.settings.encoded_missing_value.unwrap_or(f64::NAN),
                    code => f64::from(code),
                };
            }
        }
        named(out.into(), x.names().map(<[String]>::to_vec))
    }

    fn decode(&self, x: &Features) -> Result<Features> {
        check::columns(OP, self.categories.len(), x.n_columns())?;
        let (codes, names) = (x.dense(OP)?, x.names_or_numbers());
        let mut columns = Vec::new();
        for (j, (codes, categories)) in codes.columns().into_iter().zip(&self.categories).enumerate() {
            let position = |(row, &code): (usize, &f64)| -> Result<Option<usize>> {
                let is_missing = code.is_nan() || Some(code) == self.settings.encoded_missing_value;
                if is_missing || Some(code) == self.settings.unknown_value {
                    return Ok(None);
                }
                if code < 0.0 || code.fract() != 0.0 || code >= categories.len() as f64 {
                    return Err(Error::Column {
                        op: OP,
                        column: names[j].clone(),
                        problem: format!("holds {code} at row {row}, which is the code of no category"),
                    });
                }
                Ok(Some(code as usize))
            };
            let codes: Vec<Option<usize>> = codes.iter().enumerate().map(position).collect::<Result<_>>()?;
            columns.push((names[j].clone(), decode(categories, &codes)));
        }
        Ok(Table::new(columns)?.into())
    }
}

takes_features!(OrdinalEncoder => FittedOrdinalEncoder, invertible);

#[ml_core::typetag::serde]
impl FittedTransformer for FittedOrdinalEncoder {
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
        Ok(names_in.to_vec())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
