//! The majority class of the nearest rows.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Label, Persist, Predict, PredictProba, Result, Score, check, label,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    Algorithm, Metric, Weights,
    index::{Index, check_k},
};
use crate::metrics::accuracy_score;

/// Predicts the majority class of the `n_neighbors` training rows nearest to a row.
///
/// The probability of a class is its share of the neighbours (of their weight); of equally probable
/// classes the first in ascending order is predicted.
///
/// Source: Cover and Hart, "Nearest neighbor pattern classification", IEEE Trans. Inf. Theory 13 (1967).
///
/// # Examples
/// ```
/// use ml_classic::neighbors::KNeighborsClassifier;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [8.0], [9.0]], array!['a', 'a', 'b', 'b']);
/// let model = KNeighborsClassifier::default().n_neighbors(3usize).fit(x.view(), y.view())?;
/// assert_eq!(model.predict(array![[2.0], [7.0]].view())?, array!['a', 'b']);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct KNeighborsClassifier {
    /// Number of neighbours: at least 1, at most the number of training rows. Default 5.
    pub n_neighbors: usize,
    /// How much every neighbour counts. Default all alike.
    pub weights: Weights,
    /// What "near" means. Default Euclidean.
    pub metric: Metric,
    /// How neighbours are searched. Default chosen by the shape of the data.
    pub algorithm: Algorithm,
}
ml_core::impl_params!(KNeighborsClassifier);

impl Default for KNeighborsClassifier {
    fn default() -> Self {
        Self {
            n_neighbors: 5,
            weights: Weights::default(),
            metric: Metric::default(),
            algorithm: Algorithm::default(),
        }
    }
}

/// What [`KNeighborsClassifier`] keeps: the training rows and classes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FittedKNeighborsClassifier<F: Float, L: Label> {
    /// The classes in ascending order, the columns of `predict_proba`.
    pub classes: Vec<L>,
    n_neighbors: usize,
    weights: Weights,
    index: Index<F>,
    codes: Array1<usize>,
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for KNeighborsClassifier {
    type Fitted = FittedKNeighborsClassifier<F, L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<Self::Fitted> {
        let op = "KNeighborsClassifier";
        context.reject_weights(op)?;
        self.metric.check()?;
        check::not_empty(op, x)?;
        check::same_rows(op, x.nrows(), y.len())?;
        check::finite(op, x)?;
        check_k(op, self.n_neighbors, x.nrows())?;
        let (classes, codes) = label::encode(y);
        Ok(FittedKNeighborsClassifier {
            classes,
            n_neighbors: self.n_neighbors,
            weights: self.weights,
            index: Index::new(x, self.metric, self.algorithm),
            codes,
        })
    }
}

impl<F: Float, L: Label> FittedKNeighborsClassifier<F, L> {
    /// Distances to and numbers of the `k` nearest training rows, `[rows, k]`, nearest first.
    ///
    /// # Errors
    /// Other columns than at fit, NaN, `k` of 0 or above the number of training rows.
    pub fn kneighbors(&self, x: ArrayView2<'_, F>, k: usize) -> Result<(Array2<f64>, Array2<usize>)> {
        self.index.search("KNeighborsClassifier", x, k)
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedKNeighborsClassifier<F, L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let (distances, neighbors) = self.kneighbors(x, self.n_neighbors)?;
        let mut out = Array2::zeros((x.nrows(), self.classes.len()));
        for ((mut to, distances), neighbors) in out
            .rows_mut()
            .into_iter()
            .zip(distances.rows())
            .zip(neighbors.rows())
        {
            let weights = self
                .weights
                .of(distances.as_slice().expect("rows of a fresh array"));
            for (&row, weight) in neighbors.iter().zip(weights) {
                to[self.codes[row]] += weight;
            }
            to /= to.sum();
        }
        Ok(out)
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedKNeighborsClassifier<F, L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let most_probable = |shares: ArrayView1<'_, f64>| {
            let shares = shares.iter().enumerate();
            // Strictly greater: the first of equals stays.
            let best = shares.fold(
                (0, 0.0),
                |best, (class, &s)| if s > best.1 { (class, s) } else { best },
            );
            self.classes[best.0].clone()
        };
        Ok(self
            .predict_proba(x)?
            .rows()
            .into_iter()
            .map(most_probable)
            .collect())
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedKNeighborsClassifier<F, L> {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, L>) -> Result<f64> {
        accuracy_score(y, self.predict(x)?.view())
    }
}

impl Persist for FittedKNeighborsClassifier<f32, i64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedKNeighborsClassifier<f32, i64>";
}

impl Persist for FittedKNeighborsClassifier<f64, i64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedKNeighborsClassifier<f64, i64>";
}

ml_core::classifier!(KNeighborsClassifier => FittedKNeighborsClassifier<f64, i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        PredictProba::predict_proba(self, x.dense("KNeighborsClassifier")?.view())
    }
});
