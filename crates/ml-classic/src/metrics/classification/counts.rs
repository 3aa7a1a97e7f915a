//! True positives, predictions and support of every class.

use ml_core::{Error, Label, Result, ndarray::ArrayView1};

use super::{
    average::{Average, Averaging, Counts},
    labelled::{Labelled, Weights},
};

/// Counts of every class: what all metrics of predicted classes but the matrix itself are made of.
pub(super) struct ClassCounts<L> {
    pub(super) classes: Vec<L>,
    pub(super) counts: Vec<Counts>,
    /// Weight of all rows, also of those whose classes are not listed.
    pub(super) total: f64,
    /// Whether the classes are all that occur.
    pub(super) complete: bool,
}

impl<L: Label> ClassCounts<L> {
    /// Of the given labels, or of all that occur.
    pub(super) fn new(
        op: &'static str,
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        labels: Option<&[L]>,
        weights: Weights<'_>,
    ) -> Result<Self> {
        let rows = Labelled::new(op, &y, &predicted, weights.as_ref())?;
        let present = rows.classes();
        let classes = match labels {
            None => present.clone(),
            Some(labels) => check_labels(op, labels)?.to_vec(),
        };
        let n = classes.len();
        let sums = rows.tally(&classes, 3 * n + 1, |sums, y, predicted, weight| {
            sums[3 * n] += weight;
            if y < n {
                sums[3 * y + 2] += weight;
                if y == predicted {
                    sums[3 * y] += weight;
                }
            }
            if predicted < n {
                sums[3 * predicted + 1] += weight;
            }
        });
        let counts = sums.chunks_exact(3).map(|c| Counts {
            true_positives: c[0],
            predicted: c[1],
            support: c[2],
        });
        Ok(Self {
            counts: counts.collect(),
            total: sums[3 * n],
            complete: present.iter().all(|class| classes.contains(class)),
            classes,
        })
    }

    /// Of the classes that an averaging is about.
    pub(super) fn averaging(
        op: &'static str,
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        how: &Averaging<L>,
        weights: Weights<'_>,
    ) -> Result<Self> {
        if let (Average::Binary(positive), Some(_)) = (&how.average, &how.labels) {
            return Err(Error::Data {
                op,
                problem: format!("labels beside Average::Binary({positive})"),
                remedy: "leave labels out, or choose another average",
            });
        }
        Self::new(op, y, predicted, how.labels.as_deref(), weights)
    }

    /// Weight of the rows whose class is the predicted one.
    pub(super) fn right(&self) -> f64 {
        self.counts.iter().map(|c| c.true_positives).sum()
    }
}

/// At least one label, none twice.
pub(super) fn check_labels<'a, L: Label>(op: &'static str, labels: &'a [L]) -> Result<&'a [L]> {
    if labels.is_empty() {
        let (what, least) = ("labels".to_owned(), "1 label");
        return Err(Error::Empty { op, what, least });
    }
    let mut ascending: Vec<&L> = labels.iter().collect();
    ascending.sort_unstable();
    if let Some(pair) = ascending.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::Data {
            op,
            problem: format!("labels list {} twice", pair[0]),
            remedy: "name every class once",
        });
    }
    Ok(labels)
}
