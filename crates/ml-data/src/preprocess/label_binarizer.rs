//! A column for every class.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, InverseTransform, Label, Result, Transform, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{FittedLabelEncoder, LabelEncoder};

/// One column for every class of a target, `pos_label` where a row belongs to it.
///
/// Two classes give a single column, positive for the second class; one class gives a single column
/// of `neg_label`. A label that fit has not seen is a row of `neg_label`.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::LabelBinarizer;
///
/// let labels = array![3, 1, 2];
/// let binarizer = LabelBinarizer::default().fit(labels.view(), ())?;
/// assert_eq!(binarizer.transform(labels.view())?, array![[0, 0, 1], [1, 0, 0], [0, 1, 0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct LabelBinarizer {
    /// The value for a class that a row does not belong to. Default 0.
    pub neg_label: i64,
    /// The value for its class, above `neg_label`. Default 1.
    pub pos_label: i64,
}

impl Default for LabelBinarizer {
    fn default() -> Self {
        Self {
            neg_label: 0,
            pos_label: 1,
        }
    }
}

/// What [`LabelBinarizer`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedLabelBinarizer<L> {
    /// The labels, ascending: the columns of the result.
    pub classes: Vec<L>,
    settings: LabelBinarizer,
}

const OP: &str = "LabelBinarizer";

impl<L: Label> Fit<ArrayView1<'_, L>> for LabelBinarizer {
    type Fitted = FittedLabelBinarizer<L>;

    fn fit_with(
        &self,
        labels: ArrayView1<'_, L>,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedLabelBinarizer<L>> {
        let valid = self.neg_label < self.pos_label;
        check::parameter("neg_label", self.neg_label, valid, "below pos_label")?;
        let FittedLabelEncoder { classes } = LabelEncoder::default().fit_with(labels, (), context)?;
        Ok(FittedLabelBinarizer {
            classes,
            settings: self.clone(),
        })
    }
}

impl<L> FittedLabelBinarizer<L> {
    fn n_columns_out(&self) -> usize {
        if self.classes.len() <= 2 {
            1
        } else {
            self.classes.len()
        }
    }
}

impl<L: Label> Transform<ArrayView1<'_, L>> for FittedLabelBinarizer<L> {
    type Output = Array2<i64>;

    fn transform(&self, labels: ArrayView1<'_, L>) -> Result<Array2<i64>> {
        let shape = (labels.len(), self.n_columns_out());
        let mut out = Array2::from_elem(shape, self.settings.neg_label);
        for (mut row, label) in out.rows_mut().into_iter().zip(labels) {
            match self.classes.binary_search(label) {
                Ok(code) if self.classes.len() > 2 => row[code] = self.settings.pos_label,
                Ok(1) => row[0] = self.settings.pos_label,
                _ => {}
            }
        }
        Ok(out)
    }
}

impl<L: Label> InverseTransform<ArrayView2<'_, f64>> for FittedLabelBinarizer<L> {
    type Output = Array1<L>;

    /// The class of the largest value (the first of equal ones); with two classes, the second where
    /// the value is above the middle between the two labels. Scores and probabilities will do.
    fn inverse_transform(&self, x: ArrayView2<'_, f64>) -> Result<Array1<L>> {
        check::columns(OP, self.n_columns_out(), x.ncols())?;
        let middle = f64::midpoint(self.settings.neg_label as f64, self.settings.pos_label as f64);
        let class = |(row, values): (usize, ArrayView1<'_, f64>)| {
            if let Some(column) = values.iter().position(|v| v.is_nan()) {
                return Err(Error::NotFinite {
                    op: OP,
                    what: "x",
                    value: values[column],
                    row,
                    column: column.to_string(),
                    remedy: "give a number for every class",
                });
            }
            let code = match self.classes.len() {
                1 => 0,
                2 => usize::from(values[0] > middle),
                _ => {
                    let larger = |best: usize, j: usize| if values[j] > values[best] { j } else { best };
                    (0..values.len()).fold(0, larger)
                }
            };
            Ok(self.classes[code].clone())
        };
        x.rows().into_iter().enumerate().map(class).collect()
    }
}
