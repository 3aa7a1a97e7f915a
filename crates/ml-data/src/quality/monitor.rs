//! Watching the input of a model in production.

use std::{collections::BTreeSet, fmt};

use derive_setters::Setters;
use ml_core::{Column, Persist, Result, Table, check};
use serde::{Deserialize, Serialize};

/// How far live input may stray from the training set before somebody is told.
///
/// Learns the share of gaps (NaN, infinities, missing text), the mean and deviation of every column of numbers, and the categories of
/// every column of text. Checked against a batch of live rows it catches a broken sensor or a stale upstream before the predictions
/// degrade (book, chapter 2, "Launch, Monitor, and Maintain Your System").
///
/// # Examples
/// ```
/// use ml_core::{Column, Table, ndarray::Array1};
/// use ml_data::quality::InputMonitor;
///
/// let table = |shift: f64| {
///     let values = Array1::from_iter((0..100).map(|i| shift + f64::from(i % 10)));
///     Table::new([("speed".to_owned(), Column::Number(values.into_shared()))])
/// };
/// let monitor = InputMonitor::default().learn(&table(0.0)?)?;
/// assert!(monitor.check(&table(0.0)?).is_empty());
/// assert_eq!(monitor.check(&table(50.0)?).len(), 1);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct InputMonitor {
    /// Allowed rise of the share of missing values, 0 to 1. Default 0.05.
    pub missing: f64,
    /// Allowed shift of a mean, in deviations of the training set: > 0. Default 0.5.
    pub mean_shift: f64,
    /// Allowed factor between the deviations, either way: > 1. Default 2.
    pub deviation_ratio: f64,
}

impl Default for InputMonitor {
    fn default() -> Self {
        Self {
            missing: 0.05,
            mean_shift: 0.5,
            deviation_ratio: 2.0,
        }
    }
}

/// What [`InputMonitor`] learned of the training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedInputMonitor {
    limits: InputMonitor,
    columns: Vec<(String, Normal)>,
}

/// What is normal for a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Normal {
    missing: f64,
    values: Values,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Values {
    Numbers { mean: f64, deviation: f64 },
    Categories(BTreeSet<String>),
}

/// One way in which live input differs from the training set.
#[derive(Debug, Clone, PartialEq)]
pub enum Alert {
    /// The column is not there.
    ColumnGone(String),
    /// Numbers where text was, or the other way round.
    KindChanged(String),
    /// More values are missing than before.
    MissingRose {
        /// The column.
        column: String,
        /// Share at training.
        before: f64,
        /// Share now.
        now: f64,
    },
    /// The mean moved.
    MeanShifted {
        /// The column.
        column: String,
        /// How far, in deviations of the training set.
        deviations: f64,
    },
    /// The spread changed.
    SpreadChanged {
        /// The column.
        column: String,
        /// Deviation now / deviation at training.
        ratio: f64,
    },
    /// Categories that training has not seen.
    NewCategories {
        /// The column.
        column: String,
        /// The categories, sorted.
        categories: Vec<String>,
    },
}

impl InputMonitor {
    /// Learns what is normal.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for limits outside their domain,
    /// [`Error::Empty`](ml_core::Error::Empty) for a table without rows.
    pub fn learn(&self, table: &Table) -> Result<FittedInputMonitor> {
        check::parameter(
            "missing",
            self.missing,
            (0.0..=1.0).contains(&self.missing),
            "in [0, 1]",
        )?;
        check::parameter("mean_shift", self.mean_shift, self.mean_shift > 0.0, "> 0")?;
        check::parameter(
            "deviation_ratio",
            self.deviation_ratio,
            self.deviation_ratio > 1.0,
            "> 1",
        )?;
        if table.n_rows() == 0 {
            let what = "the table (0 rows)".to_owned();
            return Err(ml_core::Error::Empty {
                op: "InputMonitor",
                what,
                least: "1 row",
            });
        }
        let columns = table
            .iter()
            .map(|(name, column)| (name.to_owned(), normal(column)))
            .collect();
        Ok(FittedInputMonitor {
            limits: self.clone(),
            columns,
        })
    }
}

fn normal(column: &Column) -> Normal {
    match column {
        Column::Number(values) => {
            // An infinity says as little as a gap, and would turn mean and deviation into NaN, which alerts nobody.
            let present: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
            let n = present.len().max(1) as f64;
            let mean = present.iter().sum::<f64>() / n;
            let deviation = (present.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            let missing = 1.0 - present.len() as f64 / values.len().max(1) as f64;
            Normal {
                missing,
                values: Values::Numbers { mean, deviation },
            }
        }
        Column::Text(text) => {
            let gaps = text.iter().filter(Option::is_none).count();
            let categories = text.iter().flatten().map(str::to_owned).collect();
            Normal {
                missing: gaps as f64 / text.len().max(1) as f64,
                values: Values::Categories(categories),
            }
        }
    }
}

impl FittedInputMonitor {
    /// Everything in which `batch` strays from the training set, in the order of the columns; empty is good. A batch without rows
    /// says nothing.
    pub fn check(&self, batch: &Table) -> Vec<Alert> {
        if batch.n_rows() == 0 {
            return Vec::new();
        }
        let mut alerts = Vec::new();
        for (name, before) in &self.columns {
            match batch.get(name) {
                None => alerts.push(Alert::ColumnGone(name.clone())),
                Some(column) => self.compare(name, before, &normal(column), &mut alerts),
            }
        }
        alerts
    }

    fn compare(&self, name: &str, before: &Normal, now: &Normal, alerts: &mut Vec<Alert>) {
        let column = name.to_owned();
        if now.missing > before.missing + self.limits.missing {
            alerts.push(Alert::MissingRose {
                column: column.clone(),
                before: before.missing,
                now: now.missing,
            });
        }
        match (&before.values, &now.values) {
            (
                Values::Numbers { mean, deviation },
                Values::Numbers {
                    mean: new_mean,
                    deviation: new_deviation,
                },
            ) => {
                if now.missing == 1.0 {
                    return;
                }
                // Against a column that never varied (deviation 0) any move is infinitely far.
                let shift = (new_mean - mean).abs();
                let deviations = if shift == 0.0 { 0.0 } else { shift / deviation };
                if deviations > self.limits.mean_shift {
                    alerts.push(Alert::MeanShifted {
                        column: column.clone(),
                        deviations,
                    });
                }
                let ratio = new_deviation / deviation;
                let limit = self.limits.deviation_ratio;
                if *deviation > 0.0 && (ratio > limit || ratio < 1.0 / limit) {
                    alerts.push(Alert::SpreadChanged { column, ratio });
                }
            }
            (Values::Categories(known), Values::Categories(seen)) => {
                let categories: Vec<String> = seen.difference(known).cloned().collect();
                if !categories.is_empty() {
                    alerts.push(Alert::NewCategories { column, categories });
                }
            }
            _ => alerts.push(Alert::KindChanged(column)),
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnGone(column) => write!(f, "column {column:?} is gone"),
            Self::KindChanged(column) => write!(f, "column {column:?} changed between numbers and text"),
            Self::MissingRose { column, before, now } => {
                write!(
                    f,
                    "column {column:?}: {:.1}% missing, was {:.1}%",
                    100.0 * now,
                    100.0 * before
                )
            }
            Self::MeanShifted { column, deviations } => {
                write!(
                    f,
                    "column {column:?}: the mean moved by {deviations:.2} deviations"
                )
            }
            Self::SpreadChanged { column, ratio } => {
                write!(
                    f,
                    "column {column:?}: the deviation is {ratio:.2} times that of training"
                )
            }
            Self::NewCategories { column, categories } => {
                write!(f, "column {column:?}: new categories {}", categories.join(", "))
            }
        }
    }
}

impl Persist for FittedInputMonitor {
    const TYPE_NAME: &'static str = "ml_data::FittedInputMonitor";
}

#[cfg(test)]
mod tests {
    use ml_core::{TextColumn, ndarray::Array1};

    use super::*;

    fn table(values: Vec<f64>, text: &[&str]) -> Table {
        Table::new([
            ("v".to_owned(), Column::Number(Array1::from(values).into_shared())),
            (
                "t".to_owned(),
                Column::Text(TextColumn::collect(text.iter().map(|t| Some(*t)))),
            ),
        ])
        .unwrap()
    }

    #[test]
    fn each_kind_of_drift_has_its_alert() {
        let fitted = InputMonitor::default()
            .learn(&table(vec![1.0, 2.0, 3.0, 4.0], &["a", "b", "a", "b"]))
            .unwrap();
        let alerts = |values, text: &[&str]| -> Vec<String> {
            fitted
                .check(&table(values, text))
                .iter()
                .map(Alert::to_string)
                .collect()
        };
        assert!(alerts(vec![1.0, 2.0, 3.0, 4.0], &["a", "a", "b", "b"]).is_empty());
        assert_eq!(
            alerts(vec![f64::NAN, 2.0, 3.0, 2.5], &["a", "a", "b", "c"]),
            [
                "column \"v\": 25.0% missing, was 0.0%",
                "column \"v\": the deviation is 0.37 times that of training",
                "column \"t\": new categories c"
            ]
        );
        assert_eq!(
            alerts(vec![2.0, 3.0, 4.0, 5.0], &["a"; 4]),
            ["column \"v\": the mean moved by 0.89 deviations"]
        );
    }

    #[test]
    fn infinities_count_as_gaps() {
        let fitted = InputMonitor::default()
            .learn(&table(vec![1.0, 2.0, 3.0, f64::INFINITY], &["a"; 4]))
            .unwrap();
        assert!(
            fitted
                .check(&table(vec![1.0, 2.0, 3.0, f64::NAN], &["a"; 4]))
                .is_empty()
        );
        let alerts = fitted.check(&table(
            vec![1.0, f64::NEG_INFINITY, 3.0, f64::INFINITY],
            &["a"; 4],
        ));
        let rose = Alert::MissingRose {
            column: "v".to_owned(),
            before: 0.25,
            now: 0.5,
        };
        assert_eq!(alerts, [rose]);
    }

    #[test]
    fn a_column_that_never_varied_may_not_move() {
        let fitted = InputMonitor::default()
            .learn(&table(vec![1.0; 3], &["a"; 3]))
            .unwrap();
        assert!(fitted.check(&table(vec![1.0; 3], &["a"; 3])).is_empty());
        assert_eq!(fitted.check(&table(vec![1.1; 3], &["a"; 3])).len(), 1);
    }

    #[test]
    fn limits_outside_their_domain_are_refused() {
        let error = InputMonitor::default()
            .mean_shift(0.0)
            .learn(&table(vec![1.0], &["a"]))
            .unwrap_err();
        assert_eq!(error.to_string(), "mean_shift = 0: must be > 0");
    }
}
