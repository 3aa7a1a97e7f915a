//! The majority class of the nearest rows.

use std::slice::from_ref;

use ml_core::{
    Fit, FitContext, Float, Label, Predict, PredictProba, Result, Score,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};

use super::neighborhood::{Neighborhood, fitted_neighbors, neighbors_estimator, persist_by_number_and_label};
use crate::{metrics::accuracy_score_with, outputs, tree::first_largest};

neighbors_estimator! {
    /// Predicts the majority class of the `n_neighbors` training rows nearest to a row.
    ///
    /// The probability of a class is its share of the neighbours (of their weight); of equally probable
    /// classes the first in ascending order is predicted.
    ///
    /// Targets may be one column or several, `[rows, outputs]`: several labels that hold or not (multilabel), or
    /// any classes (multioutput).
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
    pub struct KNeighborsClassifier;
}

fitted_neighbors! {
    /// What [`KNeighborsClassifier`] keeps: the training rows and classes.
    pub struct FittedKNeighborsClassifier<F, L: Label> of KNeighborsClassifier {
        /// The classes in ascending order, the columns of `predict_proba`.
        pub classes: Vec<L>,
        codes: Array1<usize>,
    }
}
persist_by_number_and_label!(FittedKNeighborsClassifier);

fitted_neighbors! {
    /// What [`KNeighborsClassifier`] keeps for several targets.
    pub struct FittedMultiKNeighborsClassifier<F, L: Label> of KNeighborsClassifier {
        /// The classes of every output in ascending order.
        pub classes: Vec<Vec<L>>,
        codes: Vec<Array1<usize>>,
    }
}
persist_by_number_and_label!(FittedMultiKNeighborsClassifier);

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for KNeighborsClassifier {
    type Fitted = FittedKNeighborsClassifier<F, L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedKNeighborsClassifier<F, L>> {
        let mut fitted = self.fit_with(x, outputs::column(y), context)?;
        Ok(FittedKNeighborsClassifier {
            classes: fitted.classes.remove(0),
            codes: fitted.codes.remove(0),
            rows: fitted.rows,
        })
    }
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView2<'_, L>> for KNeighborsClassifier {
    type Fitted = FittedMultiKNeighborsClassifier<F, L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiKNeighborsClassifier<F, L>> {
        outputs::check_rows("KNeighborsClassifier", x, y)?;
        let rows = self.how().keep(x, context)?;
        let (classes, codes) = outputs::encode(y);
        Ok(FittedMultiKNeighborsClassifier { classes, codes, rows })
    }
}

/// `each(output, shares)` for every row of `x` and every output in turn: the share of every class among
/// the neighbours, by weight.
fn votes<F: Float, L>(
    rows: &Neighborhood<F>,
    classes: &[Vec<L>],
    codes: &[Array1<usize>],
    x: ArrayView2<'_, F>,
    mut each: impl FnMut(usize, &[f64]),
) -> Result<()> {
    let mut shares = Vec::new();
    rows.for_each("KNeighborsClassifier", x, |neighbors, weights| {
        let sum: f64 = weights.iter().sum();
        for (output, (classes, codes)) in classes.iter().zip(codes).enumerate() {
            shares.clear();
            shares.resize(classes.len(), 0.0);
            for (&row, weight) in neighbors.iter().zip(weights) {
                shares[codes[row]] += weight;
            }
            shares.iter_mut().for_each(|share| *share /= sum);
            each(output, &shares);
        }
    })
}

/// The first of the most probable classes, for every row of `x` and every output in turn.
fn majorities<F: Float, L: Label>(
    rows: &Neighborhood<F>,
    classes: &[Vec<L>],
    codes: &[Array1<usize>],
    x: ArrayView2<'_, F>,
) -> Result<Vec<L>> {
    let mut out = Vec::with_capacity(x.nrows() * classes.len());
    votes(rows, classes, codes, x, |output, shares| {
        out.push(classes[output][first_largest(shares)].clone());
    })?;
    Ok(out)
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedKNeighborsClassifier<F, L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        Ok(majorities(&self.rows, from_ref(&self.classes), from_ref(&self.codes), x)?.into())
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedMultiKNeighborsClassifier<F, L> {
    type Output = Array2<L>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<L>> {
        let classes = majorities(&self.rows, &self.classes, &self.codes, x)?;
        Ok(Array2::from_shape_vec((x.nrows(), self.classes.len()), classes)
            .expect("a class a row and output"))
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedKNeighborsClassifier<F, L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let shape = (x.nrows(), self.classes.len());
        let mut out = Vec::with_capacity(shape.0 * shape.1);
        votes(
            &self.rows,
            from_ref(&self.classes),
            from_ref(&self.codes),
            x,
            |_, shares| out.extend(shares),
        )?;
        Ok(Array2::from_shape_vec(shape, out).expect("a share a row and class"))
    }
}

impl<F: Float, L: Label> FittedMultiKNeighborsClassifier<F, L> {
    /// For every output `[rows, classes]`; every row of each sums to 1.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Vec<Array2<f64>>> {
        let mut out: Vec<Vec<f64>> = vec![Vec::new(); self.classes.len()];
        votes(&self.rows, &self.classes, &self.codes, x, |output, shares| {
            out[output].extend(shares)
        })?;
        let shape = |classes: &Vec<L>| (x.nrows(), classes.len());
        let arrays = self.classes.iter().zip(out);
        let arrays = arrays.map(|(classes, shares)| Array2::from_shape_vec(shape(classes), shares));
        Ok(arrays
            .map(|array| array.expect("a share a row and class"))
            .collect())
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedKNeighborsClassifier<F, L> {
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        accuracy_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView2<'_, L>>
    for FittedMultiKNeighborsClassifier<F, L>
{
    /// The share of rows of which every output is right.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        outputs::share_right("KNeighborsClassifier", y, self.predict(x)?.view(), weights)
    }
}

ml_core::classifier!(KNeighborsClassifier => FittedKNeighborsClassifier<f64, i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        PredictProba::predict_proba(self, x.dense("KNeighborsClassifier")?.view())
    }
});
