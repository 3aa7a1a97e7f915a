//! From one figure a class to one figure.

use derive_setters::Setters;
use ml_core::{Error, Label, Result};
use serde::{Deserialize, Serialize};

use super::counts::ClassCounts;

/// How the figures of the classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Average<L> {
    /// The figure of this class alone, the positive one; of at most two classes.
    Binary(L),
    /// One figure of the counts of all classes together; where every row has one class this is the accuracy.
    Micro,
    /// The mean over the classes, rare ones counting like frequent ones.
    Macro,
    /// The mean over the classes, weighted by their true rows.
    Weighted,
}

/// What a ratio is whose denominator is 0, such as the precision of a class that is never predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroDivision {
    /// 0, and a warning is logged.
    #[default]
    Warn,
    /// 0.
    Zero,
    /// 1.
    One,
    /// NaN; averages leave it out.
    Nan,
}

impl ZeroDivision {
    /// `numerator / denominator`, or what stands for it.
    pub(super) fn ratio(self, op: &str, numerator: f64, denominator: f64) -> f64 {
        if denominator != 0.0 {
            return numerator / denominator;
        }
        match self {
            Self::Warn => {
                tracing::warn!(
                    "{op}: a class without true or predicted rows has no ratio, 0 is taken; choose zero_division"
                );
                0.0
            }
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::Nan => f64::NAN,
        }
    }
}

/// An [`Average`] with all its choices; metrics take either.
///
/// # Examples
/// ```
/// use ml_classic::metrics::{Average, Averaging, ZeroDivision, precision_score};
/// use ml_core::ndarray::array;
///
/// let (y, predicted) = (array![0, 0, 1, 2], array![0, 1, 1, 1]);
/// // By class: 1/1, 1/3, and no prediction of class 2.
/// let how = Averaging::new(Average::Macro).zero_division(ZeroDivision::Nan);
/// assert_eq!(precision_score(y.view(), predicted.view(), how)?, 2.0 / 3.0);
/// let how = Averaging::new(Average::Macro).labels([0, 1]);
/// assert_eq!(precision_score(y.view(), predicted.view(), how)?, 2.0 / 3.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct Averaging<L> {
    /// How the classes become one figure.
    pub average: Average<L>,
    /// The classes that count. Default all that occur. The binary average has its one class and ignores none:
    /// with it, labels are an error.
    #[setters(skip)]
    pub labels: Option<Vec<L>>,
    /// What a ratio is whose denominator is 0. Default 0 with a warning.
    pub zero_division: ZeroDivision,
}

impl<L> Averaging<L> {
    /// Over all classes, 0 for what has no ratio.
    pub fn new(average: Average<L>) -> Self {
        Self {
            average,
            labels: None,
            zero_division: ZeroDivision::default(),
        }
    }

    /// The classes that count.
    #[must_use]
    pub fn labels(mut self, labels: impl Into<Vec<L>>) -> Self {
        self.labels = Some(labels.into());
        self
    }
}

impl<L> From<Average<L>> for Averaging<L> {
    fn from(average: Average<L>) -> Self {
        Self::new(average)
    }
}

/// Numerator and denominator of a ratio, from the counts of a class.
pub(super) type Ratio<'a> = &'a dyn Fn(Counts) -> (f64, f64);

/// The counts of one class, or of several together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) true_positives: f64,
    /// Rows that are predicted to be of the class.
    pub(super) predicted: f64,
    /// Rows that are of the class.
    pub(super) support: f64,
}

impl Counts {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            true_positives: self.true_positives + other.true_positives,
            predicted: self.predicted + other.predicted,
            support: self.support + other.support,
        }
    }
}

/// The figure that `ratio` and `how` make of the counts.
pub(super) fn averaged<L: Label>(
    op: &'static str,
    counts: &ClassCounts<L>,
    how: &Averaging<L>,
    ratio: Ratio<'_>,
) -> Result<f64> {
    let divide = |counts: Counts| {
        let (numerator, denominator) = ratio(counts);
        how.zero_division.ratio(op, numerator, denominator)
    };
    let all = &counts.counts;
    Ok(match &how.average {
        Average::Binary(positive) => divide(of_positive(op, counts, positive)?),
        Average::Micro => divide(all.iter().fold(Counts::default(), |sum, &c| sum.plus(c))),
        Average::Macro => mean(all.iter().map(|&c| (divide(c), 1.0))),
        Average::Weighted => mean(all.iter().map(|&c| (divide(c), c.support))),
    })
}

/// The counts of the positive class; of one class only, it may be the other.
fn of_positive<L: Label>(op: &'static str, counts: &ClassCounts<L>, positive: &L) -> Result<Counts> {
    let place = counts.classes.iter().position(|class| class == positive);
    let n = counts.classes.len();
    if n > 2 {
        return Err(Error::Data {
            op,
            problem: format!("Average::Binary({positive}) of {n} classes"),
            remedy: "average over them (Micro, Macro, Weighted), or make y == class the target",
        });
    }
    match place {
        Some(place) => Ok(counts.counts[place]),
        None if n < 2 => Ok(Counts::default()),
        None => Err(Error::Data {
            op,
            problem: format!(
                "the positive class {positive} is neither {} nor {}, the classes that occur",
                counts.classes[0], counts.classes[1]
            ),
            remedy: "name one of these",
        }),
    }
}

/// The weighted mean of what is a number; the plain one if the weights are all 0, NaN of none.
pub(super) fn mean(values: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let values = values.filter(|(value, _)| !value.is_nan());
    let (mut sum, mut total, mut plain, mut n) = (0.0, 0.0, 0.0, 0.0);
    for (value, weight) in values {
        sum += value * weight;
        total += weight;
        plain += value;
        n += 1.0;
    }
    if total > 0.0 { sum / total } else { plain / n }
}
