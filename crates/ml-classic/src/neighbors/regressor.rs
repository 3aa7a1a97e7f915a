//! The mean target of the nearest rows.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Float, Persist, Predict, Result, Score, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    Algorithm, Metric, Weights,
    index::{Index, check_k},
};
use crate::metrics::r2_score;

/// Predicts the mean target of the `n_neighbors` training rows nearest to a row.
///
/// Source: Fix and Hodges, "Discriminatory analysis", USAF School of Aviation Medicine (1951).
///
/// # Examples
/// ```
/// use ml_classic::neighbors::KNeighborsRegressor;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// // GDP per person and life satisfaction of Portugal, Slovenia, Spain; then Cyprus.
/// let (x, y) = (array![[19_121.6], [20_732.0], [25_864.7]], array![5.1, 5.7, 6.5]);
/// let model = KNeighborsRegressor::default().n_neighbors(3usize).fit(x.view(), y.view())?;
/// let satisfaction = model.predict(array![[22_587.0]].view())?;
/// assert!(f64::abs(satisfaction[0] - 5.766_666_667) < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct KNeighborsRegressor {
    /// Number of neighbours: at least 1, at most the number of training rows. Default 5.
    pub n_neighbors: usize,
    /// How much every neighbour counts. Default all alike.
    pub weights: Weights,
    /// What "near" means. Default Euclidean.
    pub metric: Metric,
    /// How neighbours are searched. Default chosen by the shape of the data.
    pub algorithm: Algorithm,
}
ml_core::impl_params!(KNeighborsRegressor);

impl Default for KNeighborsRegressor {
    fn default() -> Self {
        Self {
            n_neighbors: 5,
            weights: Weights::default(),
            metric: Metric::default(),
            algorithm: Algorithm::default(),
        }
    }
}

/// What [`KNeighborsRegressor`] keeps: the training rows and targets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FittedKNeighborsRegressor<F: Float> {
    n_neighbors: usize,
    weights: Weights,
    index: Index<F>,
    y: Array1<F>,
}

impl<F: Float> Fit<ArrayView2<'_, F>, ArrayView1<'_, F>> for KNeighborsRegressor {
    type Fitted = FittedKNeighborsRegressor<F>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Self::Fitted> {
        let op = "KNeighborsRegressor";
        context.reject_weights(op)?;
        self.metric.check()?;
        check::training_set(op, x, y)?;
        check_k(op, self.n_neighbors, x.nrows())?;
        Ok(FittedKNeighborsRegressor {
            n_neighbors: self.n_neighbors,
            weights: self.weights,
            index: Index::new(x, self.metric, self.algorithm),
            y: y.to_owned(),
        })
    }
}

impl<F: Float> FittedKNeighborsRegressor<F> {
    /// Distances to and numbers of the `k` nearest training rows, `[rows, k]`, nearest first.
    ///
    /// # Errors
    /// Other columns than at fit, NaN, `k` of 0 or above the number of training rows.
    pub fn kneighbors(&self, x: ArrayView2<'_, F>, k: usize) -> Result<(Array2<f64>, Array2<usize>)> {
        self.index.search("KNeighborsRegressor", x, k)
    }
}

impl<F: Float> Predict<ArrayView2<'_, F>> for FittedKNeighborsRegressor<F> {
    type Output = Array1<F>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<F>> {
        let (distances, neighbors) = self.kneighbors(x, self.n_neighbors)?;
        let rows = distances.rows().into_iter().zip(neighbors.rows());
        let mean = |(distances, neighbors): (ArrayView1<'_, f64>, ArrayView1<'_, usize>)| {
            let weights = self
                .weights
                .of(distances.as_slice().expect("rows of a fresh array"));
            let targets = neighbors.iter().map(|&row| self.y[row].as_f64());
            let sum: f64 = weights.iter().zip(targets).map(|(w, y)| w * y).sum();
            F::of(sum / weights.iter().sum::<f64>())
        };
        Ok(rows.map(mean).collect())
    }
}

impl<F: Float> Score<ArrayView2<'_, F>, ArrayView1<'_, F>> for FittedKNeighborsRegressor<F> {
    fn score(&self, x: ArrayView2<'_, F>, y: ArrayView1<'_, F>) -> Result<f64> {
        r2_score(y, self.predict(x)?.view())
    }
}

impl Persist for FittedKNeighborsRegressor<f32> {
    const TYPE_NAME: &'static str = "ml_classic::FittedKNeighborsRegressor<f32>";
}

impl Persist for FittedKNeighborsRegressor<f64> {
    const TYPE_NAME: &'static str = "ml_classic::FittedKNeighborsRegressor<f64>";
}

ml_core::regressor!(KNeighborsRegressor => FittedKNeighborsRegressor<f64>);
