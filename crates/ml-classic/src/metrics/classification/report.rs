//! Precision, recall, F scores and support of every class, and their averages.

use std::fmt;

use ml_core::{
    Label, Result,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    average::{Counts, ZeroDivision, mean},
    counts::ClassCounts,
    labelled::Weights,
    precision_recall::{check_beta, f_beta, precision, recall},
    twins::twins,
};

/// Precision, recall, F-beta and support of every class: a class an element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct ClassScores<L> {
    /// The classes, ascending unless chosen.
    pub classes: Vec<L>,
    /// Share of the rows predicted to be of the class that are.
    pub precision: Array1<f64>,
    /// Share of the rows of the class that are predicted to be.
    pub recall: Array1<f64>,
    /// F-beta.
    pub f_score: Array1<f64>,
    /// True rows of the class (their weight).
    pub support: Array1<f64>,
}

twins! {
    /// [`ClassScores`] of all classes that occur: the scores before any averaging.
    ///
    /// # Errors
    /// Empty or mismatched arrays; `beta` below 0 or NaN.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{ZeroDivision, precision_recall_fscore_support};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![0, 0, 1, 2], array![0, 1, 1, 1]);
    /// let scores = precision_recall_fscore_support(y.view(), predicted.view(), 1.0, ZeroDivision::Zero)?;
    /// assert_eq!(scores.precision, array![1.0, 1.0 / 3.0, 0.0]);
    /// assert_eq!(scores.support, array![2.0, 1.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    precision_recall_fscore_support, precision_recall_fscore_support_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        beta: f64,
        zero_division: ZeroDivision,
    ) -> ClassScores<L> = class_scores
}

fn class_scores<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    beta: f64,
    zero_division: ZeroDivision,
    weights: Weights<'_>,
) -> Result<ClassScores<L>> {
    let op = "precision_recall_fscore_support";
    check_beta(beta)?;
    let counts = ClassCounts::new(op, y, predicted, None, weights)?;
    Ok(ClassScores::new(op, &counts, beta, zero_division))
}

impl<L: Label> ClassScores<L> {
    fn new(op: &'static str, all: &ClassCounts<L>, beta: f64, zero: ZeroDivision) -> Self {
        let each = |ratio: &dyn Fn(Counts) -> (f64, f64)| -> Array1<f64> {
            let ratios = all.counts.iter().map(|&counts| ratio(counts));
            ratios
                .map(|(numerator, denominator)| zero.ratio(op, numerator, denominator))
                .collect()
        };
        Self {
            classes: all.classes.clone(),
            precision: each(&precision),
            recall: each(&recall),
            f_score: each(&f_beta(beta)),
            support: all.counts.iter().map(|c| c.support).collect(),
        }
    }
}

/// The figures of one line of a [`ClassificationReport`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    /// Precision.
    pub precision: f64,
    /// Recall.
    pub recall: f64,
    /// F1.
    pub f1: f64,
    /// True rows.
    pub support: f64,
}

/// Precision, recall, F1 and support of every class, with their averages; prints as a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct ClassificationReport<L> {
    /// The classes.
    pub classes: Vec<L>,
    /// A line a class.
    pub lines: Vec<ReportLine>,
    /// The figures of the counts of all classes together.
    pub micro: ReportLine,
    /// Whether the classes are all that occur: the micro averages are then the accuracy.
    pub complete: bool,
    /// The means over the classes.
    pub macro_average: ReportLine,
    /// The means weighted by support.
    pub weighted_average: ReportLine,
    /// Of several labels a row: the means of the figures of every row.
    pub samples_average: Option<ReportLine>,
    /// What the lines are called when printed, instead of the classes.
    pub names: Option<Vec<String>>,
    /// Decimals when printed. Default 2.
    pub digits: usize,
}

twins! {
    /// The [`ClassificationReport`] of all classes that occur.
    ///
    /// # Errors
    /// Empty or mismatched arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{ZeroDivision, classification_report};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![0, 0, 1, 1], array![0, 1, 1, 1]);
    /// let report = classification_report(y.view(), predicted.view(), ZeroDivision::Warn)?;
    /// assert_eq!(report.micro.f1, 0.75);
    /// assert_eq!(report.to_string().lines().nth(2), Some("           0       1.00      0.50      0.67         2"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    classification_report, classification_report_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        zero_division: ZeroDivision,
    ) -> ClassificationReport<L> = classification_report_with
}

fn classification_report_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    zero_division: ZeroDivision,
    weights: Weights<'_>,
) -> Result<ClassificationReport<L>> {
    ClassificationReport::of_labels(y, predicted, None, zero_division, weights)
}

impl<L: Label> ClassificationReport<L> {
    /// The report of these classes only, or of all that occur, with weights if there are some.
    ///
    /// # Errors
    /// As [`classification_report`]; no label, or a label twice.
    pub fn of_labels(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        labels: Option<&[L]>,
        zero_division: ZeroDivision,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<Self> {
        let op = "classification_report";
        let counts = ClassCounts::new(op, y, predicted, labels, weights)?;
        Ok(Self::new(op, counts, zero_division))
    }

    /// The report of these counts.
    pub(super) fn new(op: &'static str, counts: ClassCounts<L>, zero_division: ZeroDivision) -> Self {
        let scores = ClassScores::new(op, &counts, 1.0, zero_division);
        let lines: Vec<ReportLine> = (0..scores.classes.len())
            .map(|i| ReportLine {
                precision: scores.precision[i],
                recall: scores.recall[i],
                f1: scores.f_score[i],
                support: scores.support[i],
            })
            .collect();
        let together = counts
            .counts
            .iter()
            .fold(Counts::default(), |sum, &c| sum.plus(c));
        let divide = |(numerator, denominator)| zero_division.ratio(op, numerator, denominator);
        Self {
            micro: ReportLine {
                precision: divide(precision(together)),
                recall: divide(recall(together)),
                f1: divide(f_beta(1.0)(together)),
                support: together.support,
            },
            complete: counts.complete,
            macro_average: average(&lines, |_| 1.0),
            weighted_average: average(&lines, |line| line.support),
            samples_average: None,
            classes: counts.classes,
            lines,
            names: None,
            digits: 2,
        }
    }

    /// Prints these names instead of the classes; missing ones are the classes' own.
    #[must_use]
    pub fn names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Prints so many decimals.
    #[must_use]
    pub fn digits(mut self, digits: usize) -> Self {
        self.digits = digits;
        self
    }
}

fn average(lines: &[ReportLine], weight: impl Fn(&ReportLine) -> f64) -> ReportLine {
    let of = |value: fn(&ReportLine) -> f64| mean(lines.iter().map(|line| (value(line), weight(line))));
    ReportLine {
        precision: of(|line| line.precision),
        recall: of(|line| line.recall),
        f1: of(|line| line.f1),
        support: lines.iter().map(|line| line.support).sum(),
    }
}

impl<L: Label> fmt::Display for ClassificationReport<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = |i: usize| self.names.as_ref().and_then(|names| names.get(i)).cloned();
        let classes = self.classes.iter().enumerate();
        let names: Vec<String> = classes
            .map(|(i, class)| given(i).unwrap_or_else(|| class.to_string()))
            .collect();
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let width = longest.max("weighted avg".len()).max(self.digits);
        let digits = self.digits;
        let write_line = |f: &mut fmt::Formatter<'_>, name: &str, line: &ReportLine| {
            let ReportLine {
                precision,
                recall,
                f1,
                support,
            } = line;
            writeln!(
                f,
                "{name:>width$}  {precision:>9.digits$} {recall:>9.digits$} {f1:>9.digits$} {support:>9}"
            )
        };
        writeln!(
            f,
            "{:>width$}  {:>9} {:>9} {:>9} {:>9}\n",
            "", "precision", "recall", "f1-score", "support"
        )?;
        for (name, line) in names.iter().zip(&self.lines) {
            write_line(f, name, line)?;
        }
        writeln!(f)?;
        if self.complete {
            let (accuracy, support) = (self.micro.f1, self.micro.support);
            writeln!(
                f,
                "{:>width$}  {:>9} {:>9} {accuracy:>9.digits$} {support:>9}",
                "accuracy", "", ""
            )?;
        } else {
            write_line(f, "micro avg", &self.micro)?;
        }
        write_line(f, "macro avg", &self.macro_average)?;
        write_line(f, "weighted avg", &self.weighted_average)?;
        match &self.samples_average {
            Some(line) => write_line(f, "samples avg", line),
            None => Ok(()),
        }
    }
}
