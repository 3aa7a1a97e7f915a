//! Classes as 0, 1, 2, ... and back.

use ml_core::{
    Error, Fit, FitContext, InverseTransform, Label, Result, TextColumn, Transform,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

/// Numbers the classes of a target: the position of every label in the ascending list of labels.
///
/// For targets only; columns of features are for [`OrdinalEncoder`](super::OrdinalEncoder) and
/// [`OneHotEncoder`](super::OneHotEncoder).
///
/// # Examples
/// ```
/// use ml_core::{Fit, InverseTransform, Transform, ndarray::array};
/// use ml_data::preprocess::LabelEncoder;
///
/// let labels = array!['b', 'a', 'b'];
/// let encoder = LabelEncoder::default().fit(labels.view(), ())?;
/// let codes = encoder.transform(labels.view())?;
/// assert_eq!(codes, array![1, 0, 1]);
/// assert_eq!(encoder.inverse_transform(codes.view())?, labels);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LabelEncoder {}

/// What [`LabelEncoder`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedLabelEncoder<L> {
    /// The labels, ascending; a class is its position.
    pub classes: Vec<L>,
}

const OP: &str = "LabelEncoder";

impl<L: Label> FittedLabelEncoder<L> {
    fn new(mut classes: Vec<L>) -> Result<Self> {
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty() {
            return Err(Error::Empty {
                op: OP,
                what: "the list of labels".to_owned(),
                least: "1 label",
            });
        }
        Ok(Self { classes })
    }

    fn code(&self, row: usize, label: &L) -> Result<i64> {
        match self.classes.binary_search(label) {
            Ok(code) => Ok(code as i64),
            Err(_) => Err(Error::UnknownCategory {
                op: OP,
                column: "y".to_owned(),
                category: label.to_string(),
                row,
                remedy: "fit on labels that include it",
            }),
        }
    }
}

impl<L: Label> Fit<ArrayView1<'_, L>> for LabelEncoder {
    type Fitted = FittedLabelEncoder<L>;

    fn fit_with(
        &self,
        labels: ArrayView1<'_, L>,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedLabelEncoder<L>> {
        context.reject_weights(OP)?;
        FittedLabelEncoder::new(labels.to_vec())
    }
}

impl Fit<&TextColumn> for LabelEncoder {
    type Fitted = FittedLabelEncoder<String>;

    fn fit_with(
        &self,
        labels: &TextColumn,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedLabelEncoder<String>> {
        context.reject_weights(OP)?;
        let present = labels.iter().enumerate().map(|(row, label)| text(row, label));
        FittedLabelEncoder::new(present.collect::<Result<_>>()?)
    }
}

fn text(row: usize, label: Option<&str>) -> Result<String> {
    label.map(str::to_owned).ok_or_else(|| Error::UnknownCategory {
        op: OP,
        column: "y".to_owned(),
        category: "(missing)".to_owned(),
        row,
        remedy: "drop rows without a label",
    })
}

impl<L: Label> Transform<ArrayView1<'_, L>> for FittedLabelEncoder<L> {
    type Output = Array1<i64>;

    fn transform(&self, labels: ArrayView1<'_, L>) -> Result<Array1<i64>> {
        let labels = labels.iter().enumerate();
        labels.map(|(row, label)| self.code(row, label)).collect()
    }
}

impl Transform<&TextColumn> for FittedLabelEncoder<String> {
    type Output = Array1<i64>;

    fn transform(&self, labels: &TextColumn) -> Result<Array1<i64>> {
        let labels = labels.iter().enumerate();
        labels
            .map(|(row, label)| self.code(row, &text(row, label)?))
            .collect()
    }
}

impl<L: Label> InverseTransform<ArrayView1<'_, i64>> for FittedLabelEncoder<L> {
    type Output = Array1<L>;

    fn inverse_transform(&self, codes: ArrayView1<'_, i64>) -> Result<Array1<L>> {
        let label = |(row, &code): (usize, &i64)| {
            let found = usize::try_from(code).ok().and_then(|code| self.classes.get(code));
            found.cloned().ok_or_else(|| Error::UnknownCategory {
                op: OP,
                column: "y".to_owned(),
                category: code.to_string(),
                row,
                remedy: "give codes from 0 to the number of classes - 1",
            })
        };
        codes.iter().enumerate().map(label).collect()
    }
}
