//! Filling missing values.

use derive_setters::Setters;
use ml_core::{
    Column, Error, Features, Fit, FitContext, FittedTransformer, Float, Result, Target, TextColumn,
    Transform, Transformer, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};
use serde::{Deserialize, Serialize};

use super::{
    Scalar,
    elementwise::{map_column, map_shared, map_sparse, map_view},
    moments::moments,
    numbers::{Numbers, NumericFeatures, not_empty},
    quantile::{median, most_frequent},
};

/// What a missing value is replaced with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImputeStrategy {
    /// The mean of the column; numbers only.
    #[default]
    Mean,
    /// The median of the column; numbers only.
    Median,
    /// The value that comes most often, the smallest if several do.
    MostFrequent,
    /// `fill_value`.
    Constant,
}

/// What becomes of a column that has no value at all at fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyFeatures {
    /// Fitting fails and names the column.
    #[default]
    Refuse,
    /// The column is left out of the result.
    Drop,
    /// The column is filled with 0 (`"missing"` if it is text).
    Keep,
}

/// Fills missing values (NaN, missing text) with a value learned from the column.
///
/// Learn on the training set only, on every numeric column: new data may miss any of them.
/// Infinities are refused. A sparse matrix stays sparse: its zeros count as values, and only listed
/// NaN are filled. The strategies mean and median take numbers only; most frequent and
/// constant take text as well. Sample weights are not supported.
///
/// Difference from Scikit-Learn: a column without any value is an error by default, not dropped;
/// [`empty_features`](Self::empty_features) chooses.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::SimpleImputer;
///
/// let x = array![[1.0, 10.0], [f64::NAN, 20.0], [3.0, f64::NAN], [8.0, 60.0]];
/// let imputer = SimpleImputer::median().fit(x.view(), ())?;
/// assert_eq!(imputer.statistics, array![3.0, 20.0]);
/// assert_eq!(imputer.transform(x.view())?.row(1), array![3.0, 20.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Setters, Serialize, Deserialize)]
pub struct SimpleImputer {
    /// Mean, median, most frequent or constant. Default mean.
    pub strategy: ImputeStrategy,
    /// The filling of [`ImputeStrategy::Constant`]; `None` is 0 for numbers, `"missing"` for text.
    #[setters(into, strip_option)]
    pub fill_value: Option<Scalar>,
    /// What becomes of a column without any value. Default: an error.
    pub empty_features: EmptyFeatures,
}

ml_core::impl_params!(SimpleImputer);

impl SimpleImputer {
    /// Fills with the mean.
    pub fn mean() -> Self {
        Self::default()
    }

    /// Fills with the median.
    pub fn median() -> Self {
        Self::default().strategy(ImputeStrategy::Median)
    }

    /// Fills with the most frequent value.
    pub fn most_frequent() -> Self {
        Self::default().strategy(ImputeStrategy::MostFrequent)
    }

    /// Fills with this value.
    pub fn constant(value: impl Into<Scalar>) -> Self {
        Self::default()
            .strategy(ImputeStrategy::Constant)
            .fill_value(value.into())
    }

    /// The filling of every column of numbers; NaN where the column is to be dropped.
    fn learn<F: Float>(&self, x: &Numbers<'_, F>) -> Result<Vec<F>> {
        let learned: Vec<Option<F>> = match self.strategy {
            ImputeStrategy::Mean => moments(x, None)
                .iter()
                .map(|m| (m.weight > 0.0).then(|| F::of(m.mean)))
                .collect(),
            ImputeStrategy::Median => x.learn_columns(median),
            ImputeStrategy::MostFrequent => x.learn_columns(most_frequent),
            ImputeStrategy::Constant => {
                let value = self.constant_number(&x.column_name(0))?;
                vec![Some(F::of(value)); x.n_columns()]
            }
        };
        let resolve = |(j, value): (usize, Option<F>)| match value {
            Some(value) => Ok(value),
            None => self.without_values(|| x.column_name(j), F::zero(), F::nan()),
        };
        learned.into_iter().enumerate().map(resolve).collect()
    }

    fn constant_number(&self, column: &str) -> Result<f64> {
        match &self.fill_value {
            None => Ok(0.0),
            Some(Scalar::Number(value)) => Ok(*value),
            Some(other) => Err(wrong_filling(column, "numbers", other)),
        }
    }

    fn without_values<T>(&self, column: impl Fn() -> String, keep: T, drop: T) -> Result<T> {
        match self.empty_features {
            EmptyFeatures::Keep => Ok(keep),
            EmptyFeatures::Drop => Ok(drop),
            EmptyFeatures::Refuse => Err(Error::Column {
                op: OP,
                column: column(),
                problem: "has no value at all; drop it, or set empty_features to drop or keep".to_owned(),
            }),
        }
    }

    /// The filling of a column of text; missing where the column is to be dropped.
    fn learn_text(&self, name: &str, text: &TextColumn) -> Result<Scalar> {
        let found = match (self.strategy, &self.fill_value) {
            (ImputeStrategy::Constant, None) => return Ok(EMPTY_TEXT.into()),
            (ImputeStrategy::Constant, Some(Scalar::Text(value))) => return Ok(value.as_str().into()),
            (ImputeStrategy::Constant, Some(other)) => return Err(wrong_filling(name, "text", other)),
            (ImputeStrategy::MostFrequent, _) => most_frequent_text(text),
            (ImputeStrategy::Mean | ImputeStrategy::Median, _) => {
                let problem = "holds text, which has no mean or median; leave it out, or use the strategy \
                               most_frequent or constant";
                return Err(Error::Column {
                    op: OP,
                    column: name.to_owned(),
                    problem: problem.to_owned(),
                });
            }
        };
        match found {
            Some(value) => Ok(value.into()),
            None => self.without_values(|| name.to_owned(), EMPTY_TEXT.into(), Scalar::Missing),
        }
    }

    /// The filling of every column of a table.
    fn learn_features(&self, x: &Features) -> Result<Vec<Scalar>> {
        let Features::Table(table) = x else {
            let x = NumericFeatures::new(OP, x)?;
            return Ok(self.learn(&x.numbers()?)?.into_iter().map(Scalar::from).collect());
        };
        not_empty(OP, x)?;
        let is_number = |j: &usize| matches!(table.columns()[*j], Column::Number(_));
        let (numbers, text): (Vec<usize>, Vec<usize>) = (0..table.n_columns()).partition(is_number);
        let mut all = vec![Scalar::Missing; table.n_columns()];
        if !numbers.is_empty() {
            let only_numbers = Features::from(table.select_columns(&numbers));
            let x = NumericFeatures::new(OP, &only_numbers)?;
            for (j, value) in numbers.into_iter().zip(self.learn(&x.numbers()?)?) {
                all[j] = value.into();
            }
        }
        for j in text {
            if let Column::Text(column) = &table.columns()[j] {
                all[j] = self.learn_text(&table.names()[j], column)?;
            }
        }
        Ok(all)
    }
}

const OP: &str = "SimpleImputer";

/// What stands for missing text, unless the user says otherwise.
const EMPTY_TEXT: &str = "missing";

fn wrong_filling(column: &str, holds: &str, filling: &Scalar) -> Error {
    Error::Column {
        op: OP,
        column: column.to_owned(),
        problem: format!("holds {holds}, but fill_value is {filling:?}; give one of the same kind"),
    }
}

fn most_frequent_text(text: &TextColumn) -> Option<&str> {
    let mut counts = vec![0_usize; text.values.len()];
    for &code in text.codes.iter() {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().filter(|&most| most > 0)?;
    let candidates = counts.iter().zip(text.values.iter());
    candidates
        .filter(|(count, _)| **count == most)
        .map(|(_, value)| value.as_str())
        .min()
}

/// What [`SimpleImputer`] learned from a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedSimpleImputer<F> {
    /// The filling of every column; NaN for one that had no value and is dropped.
    pub statistics: Array1<F>,
}

impl<F: Float> Fit<ArrayView2<'_, F>> for SimpleImputer {
    type Fitted = FittedSimpleImputer<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedSimpleImputer<F>> {
        context.reject_weights(OP)?;
        let statistics = self.learn(&Numbers::of_matrix(OP, x)?)?.into();
        Ok(FittedSimpleImputer { statistics })
    }
}

impl<F: Float> Transform<ArrayView2<'_, F>> for FittedSimpleImputer<F> {
    type Output = Array2<F>;

    fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::columns(OP, self.statistics.len(), x.ncols())?;
        let filled = map_view(x, |j, v| if v.is_nan() { self.statistics[j] } else { v });
        let kept: Vec<usize> = (0..x.ncols()).filter(|&j| !self.statistics[j].is_nan()).collect();
        Ok(if kept.len() == x.ncols() {
            filled
        } else {
            filled.select(Axis(1), &kept)
        })
    }
}

/// What [`SimpleImputer`] learned from a table (or any other [`Features`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedTableImputer {
    /// The filling of every column; missing for one that had no value and is dropped.
    pub statistics: Vec<Scalar>,
}

impl Fit<&Features> for SimpleImputer {
    type Fitted = FittedTableImputer;

    fn fit_with(&self, x: &Features, (): (), context: &FitContext<'_>) -> Result<FittedTableImputer> {
        context.reject_weights(OP)?;
        let statistics = self.learn_features(x)?;
        Ok(FittedTableImputer { statistics })
    }
}

impl Transform<Features> for FittedTableImputer {
    type Output = Features;

    fn transform(&self, x: Features) -> Result<Features> {
        self.transform_features(x)
    }
}

#[ml_core::typetag::serde]
impl Transformer for SimpleImputer {
    fn fit_features(
        &self,
        x: &Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        Ok(Box::new(self.fit_with(x, (), context)?))
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedTableImputer {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.statistics.len(), x.n_columns())?;
        let filled = self.fill(x)?;
        let kept = self.kept();
        Ok(if kept.len() == filled.n_columns() {
            filled
        } else {
            filled.select_columns(&kept)
        })
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.statistics.len(), names_in.len())?;
        Ok(self.kept().into_iter().map(|j| names_in[j].clone()).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl FittedTableImputer {
    fn kept(&self) -> Vec<usize> {
        let has_filling = |j: &usize| self.statistics[*j] != Scalar::Missing;
        (0..self.statistics.len()).filter(has_filling).collect()
    }

    fn fill_table(&self, table: ml_core::Table) -> Result<ml_core::Table> {
        let columns = table.into_columns().into_iter().zip(&self.statistics);
        let fill = |((name, column), filling): ((String, Column), &Scalar)| {
            let column = match (column, filling) {
                (column, Scalar::Missing) => column,
                // A column without gaps is passed on as it is.
                (Column::Number(values), Scalar::Number(_)) if !has_gap(values.view()) => {
                    Column::Number(values)
                }
                (Column::Number(values), &Scalar::Number(filling)) => {
                    Column::Number(map_column(values, |v| if v.is_nan() { filling } else { v }))
                }
                (Column::Text(text), Scalar::Text(filling)) => Column::Text(fill_text(text, filling)),
                (column, _) => return Err(changed_kind(&name, column.kind())),
            };
            Ok((name, column))
        };
        ml_core::Table::new(columns.map(fill).collect::<Result<Vec<_>>>()?)
    }

    fn fill(&self, x: Features) -> Result<Features> {
        let fillings = match &x {
            Features::Table(_) => Vec::new(),
            _ => self.numbers()?,
        };
        let fill = |j: usize, v: f64| if v.is_nan() { fillings[j] } else { v };
        Ok(match x {
            Features::Table(table) => self.fill_table(table)?.into(),
            Features::Sparse { values, names } => Features::Sparse {
                values: map_sparse(values, fill),
                names,
            },
            Features::Dense { values, names } => Features::Dense {
                values: map_shared(values, fill),
                names,
            },
        })
    }

    /// The fillings of a matrix; NaN for a column that is dropped.
    fn numbers(&self) -> Result<Vec<f64>> {
        let number = |(j, filling): (usize, &Scalar)| match filling {
            Scalar::Number(value) => Ok(*value),
            Scalar::Missing => Ok(f64::NAN),
            Scalar::Text(_) => Err(changed_kind(&j.to_string(), "numbers")),
        };
        self.statistics.iter().enumerate().map(number).collect()
    }
}

fn has_gap(values: ArrayView1<'_, f64>) -> bool {
    match values.as_slice() {
        // Without an early exit inside a chunk the search runs over whole vectors.
        Some(slice) => slice
            .chunks(1024)
            .any(|chunk| chunk.iter().fold(false, |found, v| found | v.is_nan())),
        None => values.iter().any(|v| v.is_nan()),
    }
}

fn fill_text(text: TextColumn, filling: &str) -> TextColumn {
    if !text.codes.contains(&TextColumn::MISSING) {
        return text;
    }
    let mut values = text.values.to_vec();
    let code = values.iter().position(|v| v == filling).unwrap_or_else(|| {
        values.push(filling.to_owned());
        values.len() - 1
    }) as u32;
    let codes = text.codes.iter();
    TextColumn {
        codes: codes
            .map(|&c| if c == TextColumn::MISSING { code } else { c })
            .collect(),
        values: values.into(),
    }
}

fn changed_kind(column: &str, now: &str) -> Error {
    Error::Column {
        op: OP,
        column: column.to_owned(),
        problem: format!("holds {now} now, unlike at fit; give it the type it had"),
    }
}
