//! Random forest for classes.

use ml_core::{
    Fit, FitContext, Float, Label, Predict, PredictProba, Result, Score,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};

use super::{grove::fitted_forest, plan::forest_estimator};
use crate::{
    class_weight::{ClassWeight, persist_by_label},
    metrics::accuracy_score_with,
    outputs,
    tree::{ClassCriterion, MaxFeatures, first_largest, learn::Classes},
};

forest_estimator! {
    /// Random forest for classes: the class of the highest mean probability over trees grown on
    /// bootstraps of the rows, each node choosing among some of the features.
    ///
    /// Hyperparameters, defaults and semantics are Scikit-Learn's: the square root of the number of
    /// features at every node, probabilities (not votes) averaged; rows that a bootstrap draws several
    /// times weigh more and count once for `min_samples_*`. Tree `i` draws from stream `i` of `seed`, so
    /// the forest is the same for any number of threads. Thresholds keep the precision of `x`; see
    /// [`DecisionTreeClassifier`](crate::tree::DecisionTreeClassifier), also for targets of several outputs.
    ///
    /// **Cost**: as many trees; they grow in parallel and share one ranked copy of `x`, a byte a value
    /// where no column has more than 256 distinct values (pixels).
    /// **Source**: Breiman, "Random Forests", Machine Learning 45 (2001).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::ensemble::RandomForestClassifier;
    /// use ml_core::{Fit, Predict, ndarray::{Array2, Array1, array}};
    ///
    /// let x = Array2::from_shape_fn((200, 2), |(i, j)| ((i * 37 + j * 11) % 101) as f64);
    /// let y = x.rows().into_iter().map(|row| i64::from(row[0] > 50.0)).collect::<Array1<i64>>();
    /// let forest = RandomForestClassifier::default().n_estimators(20).oob_score(true).seed(42);
    /// let model = forest.fit(x.view(), y.view())?;
    /// assert_eq!(model.predict(array![[10.0, 70.0], [90.0, 70.0]].view())?, array![0, 1]);
    /// assert!(model.out_of_bag()?.score > 0.9);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub struct RandomForestClassifier {
        /// What a split is to reduce. Default Gini impurity.
        #[setters(into)]
        pub criterion: ClassCriterion = ClassCriterion::Gini,
        growth { max_features = MaxFeatures::Sqrt, "the square root of their number" }
        /// Weights of the classes, times those of the rows. Default uniform.
        #[setters(into)]
        pub class_weight: ClassWeight = ClassWeight::Uniform,
        oob "accuracy"
    }
}

fitted_forest! {
    /// What [`RandomForestClassifier`] learned about one target.
    pub struct FittedRandomForestClassifier<L: Label> of RandomForestClassifier {
        /// The classes in ascending order: the columns of `predict_proba`.
        pub classes: Vec<L>,
    }
    width(|stored| stored.classes.len())
}

fitted_forest! {
    /// What [`RandomForestClassifier`] learned about several targets.
    pub struct FittedMultiRandomForestClassifier<L: Label> of RandomForestClassifier {
        /// The classes of every output in ascending order.
        pub classes: Vec<Vec<L>>,
    }
    width(|stored| stored.classes.iter().map(Vec::len).sum())
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView1<'_, L>> for RandomForestClassifier {
    type Fitted = FittedRandomForestClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedRandomForestClassifier<L>> {
        let mut fitted = self.fit_with(x, outputs::column(y), context)?;
        Ok(FittedRandomForestClassifier {
            classes: fitted.classes.remove(0),
            grove: fitted.grove,
        })
    }
}

impl<F: Float, L: Label> Fit<ArrayView2<'_, F>, ArrayView2<'_, L>> for RandomForestClassifier {
    type Fitted = FittedMultiRandomForestClassifier<L>;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiRandomForestClassifier<L>> {
        let how = (self.criterion, &self.class_weight);
        let (task, classes) = Classes::new("RandomForestClassifier::fit", how, x, y, context)?;
        let grove = self.plan().grow(x, &task, context.observer)?;
        Ok(FittedMultiRandomForestClassifier { classes, grove })
    }
}

persist_by_label!(FittedRandomForestClassifier);
persist_by_label!(FittedMultiRandomForestClassifier);

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedRandomForestClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array1<L>> {
        let shares = self
            .grove
            .average::<F, Classes>("RandomForestClassifier::predict", x)?;
        let rows = shares
            .as_slice()
            .unwrap_or_default()
            .chunks_exact(self.classes.len());
        Ok(rows.map(|row| self.classes[first_largest(row)].clone()).collect())
    }
}

impl<F: Float, L: Label> Predict<ArrayView2<'_, F>> for FittedMultiRandomForestClassifier<L> {
    type Output = Array2<L>;

    /// `[rows, outputs]`.
    fn predict(&self, x: ArrayView2<'_, F>) -> Result<Array2<L>> {
        let shares = self
            .grove
            .average::<F, Classes>("RandomForestClassifier::predict", x)?;
        Ok(outputs::most_probable(&self.classes, shares.view()))
    }
}

impl<F: Float, L: Label> PredictProba<ArrayView2<'_, F>> for FittedRandomForestClassifier<L> {
    fn predict_proba(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        self.grove
            .average::<F, Classes>("RandomForestClassifier::predict_proba", x)
    }
}

impl<L: Label> FittedMultiRandomForestClassifier<L> {
    /// For every output `[rows, classes]`; every row of each sums to 1.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn predict_proba<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Vec<Array2<f64>>> {
        let shares = self
            .grove
            .average::<F, Classes>("RandomForestClassifier::predict_proba", x)?;
        Ok(outputs::by_output(&self.classes, shares.view()))
    }
}

impl<F: Float, L: Label> Score<ArrayView2<'_, F>, ArrayView1<'_, L>> for FittedRandomForestClassifier<L> {
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
    for FittedMultiRandomForestClassifier<L>
{
    /// The share of rows of which every output is right.
    fn score_with(
        &self,
        x: ArrayView2<'_, F>,
        y: ArrayView2<'_, L>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        outputs::share_right(
            "RandomForestClassifier::score",
            y,
            self.predict(x)?.view(),
            weights,
        )
    }
}

ml_core::classifier!(RandomForestClassifier => FittedRandomForestClassifier<i64>, {
    fn predict_proba_features(&self, x: &ml_core::Features) -> Result<Array2<f64>> {
        self.predict_proba(x.dense("RandomForestClassifier::predict_proba")?.view())
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(self.feature_importances().to_vec())
    }
});
