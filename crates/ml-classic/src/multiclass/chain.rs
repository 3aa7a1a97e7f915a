//! A model a target, which sees the targets before it.

use derive_setters::Setters;
use ml_core::{
    Estimator, Features, Fit, FitContext, Model, Persist, Predict, Result, Score, Seed, Target, Task,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};
use ml_data::IntoFeatures;
use serde::{Deserialize, Serialize};

use super::multi_output::{check, columns};
use crate::{
    model_selection::{CrossValidation, cross_val_predict_with},
    outputs,
    wrapper::{wrapper_new, wrapper_params},
};

/// In which order the targets of a chain are learned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainOrder {
    /// As the columns come.
    #[default]
    Columns,
    /// These columns, each once.
    Of(Vec<usize>),
    /// Drawn at random.
    Random(Seed),
}

impl ChainOrder {
    fn resolve(&self, n: usize) -> Result<Vec<usize>> {
        match self {
            Self::Columns => Ok((0..n).collect()),
            Self::Random(seed) => Ok(seed.generator().permutation(n)),
            Self::Of(order) => {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                let valid = sorted.iter().copied().eq(0..n);
                let domain = format!("every number from 0 to {} once", n.saturating_sub(1));
                ml_core::check::parameter("order", format!("{order:?}"), valid, &domain)?;
                Ok(order.clone())
            }
        }
    }
}

/// Declares a chain for targets of one type.
macro_rules! chain {
    ($(#[$about:meta])* $chain:ident => $fitted:ident of $element:ty, $task:expr, $values:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, Setters, Serialize, Deserialize)]
        pub struct $chain {
            /// What is fitted to every target.
            #[setters(skip)]
            pub estimator: Box<dyn Estimator>,
            /// The order of the targets. Default as the columns come.
            pub order: ChainOrder,
            /// Number of folds by which later models learn from predictions of the earlier ones for rows that these
            /// have not seen, as they will have to later. Default `None`: from the true targets.
            #[setters(into)]
            pub folds: Option<usize>,
        }
        wrapper_new!($chain { order: ChainOrder::Columns, folds: None });
        wrapper_params!($chain, [order, folds]);

        #[doc = concat!("What [`", stringify!($chain), "`] learned.")]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $fitted {
            /// The columns in the order of the chain.
            pub order: Vec<usize>,
            /// A model a target, in that order.
            pub models: Vec<Box<dyn Model>>,
        }

        impl<X: IntoFeatures> Fit<X, ArrayView2<'_, $element>> for $chain {
            type Fitted = $fitted;

            fn fit_with(
                &self,
                x: X,
                y: ArrayView2<'_, $element>,
                context: &FitContext<'_>,
            ) -> Result<$fitted> {
                let (op, x) = (stringify!($chain), x.into_features()?);
                check(op, (&*self.estimator, $task), &x, y)?;
                context.weights_for(op, y.nrows())?;
                let order = self.order.resolve(y.ncols())?;
                let links = Links { op, estimator: &*self.estimator, folds: self.folds };
                let targets: Vec<Target> = order.iter().map(|&column| y.column(column).into()).collect();
                let models = links.fit(x, &targets, context)?;
                Ok($fitted { order, models })
            }
        }

        impl<X: IntoFeatures> Predict<X> for $fitted {
            type Output = Array2<$element>;

            /// `[rows, outputs]`.
            fn predict(&self, x: X) -> Result<Array2<$element>> {
                let op = stringify!($chain);
                let say = |model: &dyn Model, x: &Features| model.predict_features(x);
                let answers = follow(op, &self.models, x.into_features()?, say)?;
                let mut out = vec![Array1::default(0); self.order.len()];
                for (&column, answer) in self.order.iter().zip(answers) {
                    out[column] = answer.$values(op)?.to_owned();
                }
                Ok(columns(&out))
            }
        }

        impl Persist for $fitted {
            const TYPE_NAME: &'static str = concat!("ml_classic::", stringify!($fitted));
        }
    };
}

chain! {
    /// Several targets of classes, `[rows, outputs]`, by one copy of a classifier each, where every model sees the
    /// targets before it as further columns: for labels that depend on one another.
    ///
    /// Models learn from the true earlier targets (or, with `folds`, from predictions of them) and predict from
    /// predicted ones.
    ///
    /// Source: Read, Pfahringer, Holmes, Frank, "Classifier chains for multi-label classification", ECML (2009).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::{multiclass::ClassifierChain, tree::DecisionTreeClassifier};
    /// use ml_core::{Fit, Predict, ndarray::array};
    ///
    /// // The second label is the opposite of the first.
    /// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![[0, 1], [0, 1], [1, 0], [1, 0]]);
    /// let model = ClassifierChain::new(DecisionTreeClassifier::default()).fit(&x, y.view())?;
    /// assert_eq!(model.predict(&array![[0.5], [9.0]])?, array![[0, 1], [1, 0]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    ClassifierChain => FittedClassifierChain of i64, Task::Classification, classes
}

chain! {
    /// Several targets of numbers, `[rows, outputs]`, by one copy of a regressor each, where every model sees the
    /// targets before it as further columns.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::{linear::LinearRegression, multiclass::RegressorChain};
    /// use ml_core::{Fit, Predict, ndarray::array};
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0, 2.0], [3.0, 6.0], [5.0, 10.0]]);
    /// let model = RegressorChain::new(LinearRegression::default()).fit(&x, y.view())?;
    /// let predicted = model.predict(&array![[3.0]])?;
    /// assert!((predicted[[0, 0]] - 7.0).abs() < 1e-9 && (predicted[[0, 1]] - 14.0).abs() < 1e-9);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    RegressorChain => FittedRegressorChain of f64, Task::Regression, numbers
}

/// How the models of a chain are fitted.
struct Links<'a> {
    op: &'static str,
    estimator: &'a dyn Estimator,
    folds: Option<usize>,
}

impl Links<'_> {
    /// A model a target, in order.
    fn fit(
        &self,
        mut x: Features,
        targets: &[Target],
        context: &FitContext<'_>,
    ) -> Result<Vec<Box<dyn Model>>> {
        let how = self.folds.map(|folds| CrossValidation::default().cv(folds));
        let mut models = Vec::with_capacity(targets.len());
        for (place, y) in targets.iter().enumerate() {
            models.push(self.estimator.fit_features(&x, y, context)?);
            if place + 1 < targets.len() {
                let seen = match &how {
                    None => y.clone(),
                    Some(how) => cross_val_predict_with(self.estimator, &x, y, how, context)?,
                };
                x = beside(self.op, x, &seen)?;
            }
        }
        Ok(models)
    }
}

/// What every model says, each of the rows and the predictions before.
fn follow<T>(
    op: &'static str,
    models: &[Box<dyn Model>],
    mut x: Features,
    say: impl Fn(&dyn Model, &Features) -> Result<T>,
) -> Result<Vec<T>> {
    let mut said = Vec::with_capacity(models.len());
    for (place, model) in models.iter().enumerate() {
        said.push(say(&**model, &x)?);
        if place + 1 < models.len() {
            let predicted = model.predict_features(&x)?;
            x = beside(op, x, &predicted)?;
        }
    }
    Ok(said)
}

impl FittedClassifierChain {
    /// The probabilities of the classes of every output, `[rows, classes]` each, given the earlier predictions.
    ///
    /// # Errors
    /// What a model refuses; classifiers without probabilities.
    pub fn predict_proba(&self, x: impl IntoFeatures) -> Result<Vec<Array2<f64>>> {
        let say = |model: &dyn Model, x: &Features| model.predict_proba_features(x);
        let said = follow("ClassifierChain", &self.models, x.into_features()?, say)?;
        let mut out = vec![Array2::default((0, 0)); self.order.len()];
        for (&column, probabilities) in self.order.iter().zip(said) {
            out[column] = probabilities;
        }
        Ok(out)
    }
}

/// The rows with one more column.
fn beside(op: &'static str, x: Features, values: &Target) -> Result<Features> {
    let column = match values {
        Target::Numbers(values) => values.to_owned(),
        Target::Classes(values) => values.mapv(|class| class as f64),
    };
    let names = x.names().map(<[String]>::to_vec);
    let sparse = matches!(x, Features::Sparse { .. });
    let mut column = Features::from(column.insert_axis(Axis(1)));
    if let Some(names) = names {
        column = column.with_names(vec![format!("target{}", names.len())])?;
    }
    // Sparse rows stay sparse, dense ones dense.
    Features::hstack(op, vec![x, column], if sparse { f64::INFINITY } else { 0.0 })
}

impl<X: IntoFeatures> Score<X, ArrayView2<'_, i64>> for FittedClassifierChain {
    /// The share of rows of which every output is right.
    fn score_with(&self, x: X, y: ArrayView2<'_, i64>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        outputs::share_right("ClassifierChain", y, self.predict(x)?.view(), weights)
    }
}

impl<X: IntoFeatures> Score<X, ArrayView2<'_, f64>> for FittedRegressorChain {
    /// The mean R² of the outputs.
    fn score_with(&self, x: X, y: ArrayView2<'_, f64>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        outputs::mean_r2(y, self.predict(x)?.view(), weights)
    }
}
