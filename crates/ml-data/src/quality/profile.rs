//! A profile of every column: type, gaps, spread, shape, and what looks wrong.

use std::fmt;

use ml_core::{Column, Table, ndarray::ArrayView1};

/// Share of rows at one end of a column's range above which the end looks like a cap.
const CAP_SHARE: f64 = 0.01;
/// Skewness above which a tail counts as heavy; a Gaussian has 0, an exponential 2.
const HEAVY_SKEWNESS: f64 = 1.0;
/// Excess kurtosis of a uniform distribution is -1.2; half-way to the Gaussian's 0 is the border.
const FLAT_KURTOSIS: f64 = -0.6;
/// Distinct values above which one-hot encoding gives many columns.
const MANY_CATEGORIES: usize = 50;

/// What [`profile`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Number of rows.
    pub n_rows: usize,
    /// One entry a column, in order.
    pub columns: Vec<ColumnProfile>,
}

/// One column of a [`Profile`].
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// `"numbers"`, `"whole numbers"` or `"text"`.
    pub kind: &'static str,
    /// Share of rows without a value, 0 to 1.
    pub missing: f64,
    /// Number of different values.
    pub distinct: usize,
    /// Smallest and largest number; `None` for text and for columns without a value.
    pub range: Option<(f64, f64)>,
    /// Mean and standard deviation (n - 1); `None` for text and for fewer than two values.
    pub moments: Option<(f64, f64)>,
    /// The shape that the numbers suggest.
    pub distribution: Distribution,
    /// What deserves a second look.
    pub suspicions: Vec<Suspicion>,
}

/// The rough shape of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// Text, or whole numbers with few values.
    Categories,
    /// One value only.
    Constant,
    /// Symmetric with light tails.
    Gaussian,
    /// Flat between its ends.
    Uniform,
    /// A long tail to the right; try the logarithm.
    HeavyRight,
    /// A long tail to the left.
    HeavyLeft,
}

/// Something about a column that hurts some algorithms, or tells of earlier processing.
#[derive(Debug, Clone, PartialEq)]
pub enum Suspicion {
    /// Many rows share the largest value: the column was cut off there (book, chapter 2: labels capped at 500,000).
    CappedAbove {
        /// The value.
        at: f64,
        /// Share of rows that have it.
        share: f64,
    },
    /// Many rows share the smallest value.
    CappedBelow {
        /// The value.
        at: f64,
        /// Share of rows that have it.
        share: f64,
    },
    /// All rows have the same value, which tells a model nothing.
    Constant,
    /// No row has a value.
    AllMissing,
    /// A long tail; transform it, for instance with the logarithm.
    HeavyTail {
        /// Third standardised moment.
        skewness: f64,
    },
    /// So many categories that one-hot encoding gives a very wide matrix.
    ManyCategories(usize),
    /// The largest scale among the columns is over a hundred times this one's: scale the features.
    SmallScale,
}

/// Profiles every column.
///
/// Quadratic in nothing: one sort a column. Source: book, chapter 2 (attributes that are capped, pre-scaled, of different
/// scale, heavy-tailed) and appendix B, phase 3.
///
/// # Examples
/// ```
/// use ml_core::{Column, Table, ndarray::array};
/// use ml_data::quality::{Suspicion, profile};
///
/// let ages = array![5.2, 2.0, 5.2, 3.3].into_shared();
/// let table = Table::new([("age".to_owned(), Column::Number(ages))])?;
/// let found = profile(&table);
/// assert_eq!(found.columns[0].range, Some((2.0, 5.2)));
/// assert_eq!(found.columns[0].suspicions, [Suspicion::CappedAbove { at: 5.2, share: 0.5 }]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn profile(table: &Table) -> Profile {
    let mut columns: Vec<ColumnProfile> = table
        .iter()
        .map(|(name, column)| match column {
            Column::Number(values) => numbers(name, values.view()),
            Column::Text(text) => {
                let present: Vec<&str> = text.iter().flatten().collect();
                let mut distinct = present.clone();
                distinct.sort_unstable();
                distinct.dedup();
                self::text(name, text.len(), present.len(), distinct.len())
            }
        })
        .collect();
    let scales = columns
        .iter()
        .filter_map(|c| c.moments.map(|(_, deviation)| deviation));
    let largest = scales.fold(0.0, f64::max);
    for column in &mut columns {
        if column
            .moments
            .is_some_and(|(_, deviation)| deviation > 0.0 && 100.0 * deviation < largest)
        {
            column.suspicions.push(Suspicion::SmallScale);
        }
    }
    Profile {
        n_rows: table.n_rows(),
        columns,
    }
}

fn text(name: &str, rows: usize, present: usize, distinct: usize) -> ColumnProfile {
    let mut suspicions = Vec::new();
    match distinct {
        0 => suspicions.push(Suspicion::AllMissing),
        1 => suspicions.push(Suspicion::Constant),
        n if n > MANY_CATEGORIES => suspicions.push(Suspicion::ManyCategories(n)),
        _ => {}
    }
    ColumnProfile {
        name: name.to_owned(),
        kind: "text",
        missing: share(rows - present, rows),
        distinct,
        range: None,
        moments: None,
        distribution: if distinct == 1 {
            Distribution::Constant
        } else {
            Distribution::Categories
        },
        suspicions,
    }
}

fn numbers(name: &str, values: ArrayView1<'_, f64>) -> ColumnProfile {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let distinct = sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .filter(|(a, b)| a != b)
        .count()
        + usize::from(!sorted.is_empty());
    let whole = !sorted.is_empty() && sorted.iter().all(|v| v.fract() == 0.0);
    let (moments, skewness, kurtosis) = standardised(&sorted);
    let distribution = match distinct {
        1 => Distribution::Constant,
        0..=10 if whole => Distribution::Categories,
        _ if skewness > HEAVY_SKEWNESS => Distribution::HeavyRight,
        _ if skewness < -HEAVY_SKEWNESS => Distribution::HeavyLeft,
        _ if kurtosis < FLAT_KURTOSIS => Distribution::Uniform,
        _ => Distribution::Gaussian,
    };
    ColumnProfile {
        name: name.to_owned(),
        kind: if whole { "whole numbers" } else { "numbers" },
        missing: share(values.len() - sorted.len(), values.len()),
        distinct,
        range: sorted.first().copied().zip(sorted.last().copied()),
        moments,
        distribution,
        suspicions: suspect(&sorted, distinct, skewness, distribution),
    }
}

fn suspect(sorted: &[f64], distinct: usize, skewness: f64, distribution: Distribution) -> Vec<Suspicion> {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return vec![Suspicion::AllMissing];
    };
    if distinct == 1 {
        return vec![Suspicion::Constant];
    }
    let mut found = Vec::new();
    if matches!(distribution, Distribution::HeavyRight | Distribution::HeavyLeft) {
        found.push(Suspicion::HeavyTail { skewness });
    }
    if distribution != Distribution::Categories {
        let at_low = sorted.partition_point(|&v| v <= low);
        let at_high = sorted.len() - sorted.partition_point(|&v| v < high);
        // An end is a cap when far more rows sit on it than on a typical value.
        let typical = sorted.len() as f64 / distinct as f64;
        let is_cap = |n: usize| n > 1 && share(n, sorted.len()) >= CAP_SHARE && n as f64 > 1.3 * typical;
        if is_cap(at_high) {
            found.push(Suspicion::CappedAbove {
                at: high,
                share: share(at_high, sorted.len()),
            });
        }
        if is_cap(at_low) {
            found.push(Suspicion::CappedBelow {
                at: low,
                share: share(at_low, sorted.len()),
            });
        }
    }
    found
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Mean and deviation (n - 1), skewness, excess kurtosis.
fn standardised(values: &[f64]) -> (Option<(f64, f64)>, f64, f64) {
    let n = values.len() as f64;
    if values.len() < 2 {
        return (None, 0.0, 0.0);
    }
    let mean = values.iter().sum::<f64>() / n;
    let moment = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / n;
    let variance = moment(2);
    let moments = Some((mean, (variance * n / (n - 1.0)).sqrt()));
    if variance == 0.0 {
        return (moments, 0.0, 0.0);
    }
    (
        moments,
        moment(3) / variance.powf(1.5),
        moment(4) / (variance * variance) - 3.0,
    )
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows, {} columns", self.n_rows, self.columns.len())?;
        for c in &self.columns {
            write!(
                f,
                "{:<20} {:<14} {:>5.1}% missing {:>7} distinct",
                c.name,
                c.kind,
                100.0 * c.missing,
                c.distinct
            )?;
            if let Some((low, high)) = c.range {
                write!(f, "  {low} to {high}")?;
            }
            writeln!(f, "  {}", c.distribution)?;
            for suspicion in &c.suspicions {
                writeln!(f, "{:<20} ! {suspicion}", "")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Categories => "categories",
            Self::Constant => "constant",
            Self::Gaussian => "bell-shaped",
            Self::Uniform => "flat",
            Self::HeavyRight => "long tail to the right",
            Self::HeavyLeft => "long tail to the left",
        })
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CappedAbove { at, share } => {
                write!(
                    f,
                    "{:.1}% of the rows hold the largest value, {at}: capped?",
                    100.0 * share
                )
            }
            Self::CappedBelow { at, share } => {
                write!(
                    f,
                    "{:.1}% of the rows hold the smallest value, {at}: capped?",
                    100.0 * share
                )
            }
            Self::Constant => f.write_str("always the same: drop it"),
            Self::AllMissing => f.write_str("no value at all: drop it"),
            Self::HeavyTail { skewness } => write!(f, "skewness {skewness:.1}: try the logarithm"),
            Self::ManyCategories(n) => write!(f, "{n} categories: too many for one-hot encoding?"),
            Self::SmallScale => {
                f.write_str("over 100 times smaller than the largest scale: scale the features")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ml_core::{TextColumn, ndarray::Array1};

    use super::*;

    fn number_table(name: &str, values: Vec<f64>) -> Table {
        Table::new([(
            name.to_owned(),
            Column::Number(Array1::from(values).into_shared()),
        )])
        .unwrap()
    }

    #[test]
    fn a_cap_is_found_and_a_plain_maximum_is_not() {
        let mut values: Vec<f64> = (0..900).map(|i| i as f64 * 0.1).collect();
        assert!(
            profile(&number_table("v", values.clone())).columns[0]
                .suspicions
                .is_empty()
        );
        values.extend([90.0; 100]);
        let found = &profile(&number_table("v", values)).columns[0].suspicions;
        assert_eq!(found, &[Suspicion::CappedAbove { at: 90.0, share: 0.1 }]);
    }

    #[test]
    fn a_long_tail_is_found() {
        let values = (1..=500).map(|i| (0.01 * f64::from(i)).exp()).collect();
        let column = &profile(&number_table("v", values)).columns[0];
        assert_eq!(column.distribution, Distribution::HeavyRight);
    }

    #[test]
    fn gaps_constants_and_text_are_described() {
        let column = &profile(&number_table("v", vec![f64::NAN, 3.0, 3.0, 3.0])).columns[0];
        assert_eq!((column.missing, column.distinct), (0.25, 1));
        assert_eq!(column.suspicions, [Suspicion::Constant]);
        let empty = &profile(&number_table("v", vec![f64::NAN; 3])).columns[0];
        assert_eq!(empty.suspicions, [Suspicion::AllMissing]);
        let text = Column::Text(TextColumn::collect([Some("a"), Some("b"), None, Some("a")]));
        let text = &profile(&Table::new([("t".to_owned(), text)]).unwrap()).columns[0];
        assert_eq!((text.kind, text.missing, text.distinct), ("text", 0.25, 2));
    }
}
