//! What estimators around another estimator have in common.

/// `Params` of an estimator around another one: its own fields, and the other's hyperparameters under
/// `estimator__`.
macro_rules! wrapper_params {
    ($wrapper:ident, [$($own:ident),*]) => {
        impl ml_core::Params for $wrapper {
            fn type_name(&self) -> &'static str {
                stringify!($wrapper)
            }

            fn params(&self) -> Vec<(String, ml_core::params::Value)> {
                // What is code (a scorer, a splitter of one's own) has no value.
                let own = vec![$((
                    stringify!($own).to_owned(),
                    serde_json::to_value(&self.$own).unwrap_or_default(),
                )),*];
                let nested = self.estimator.params().into_iter();
                own.into_iter()
                    .chain(nested.map(|(path, value)| (format!("estimator__{path}"), value)))
                    .collect()
            }

            fn set_param(&mut self, path: &str, value: &ml_core::params::Value) -> ml_core::Result<()> {
                if let Some(("estimator", rest)) = ml_core::params::split_path(path) {
                    return self.estimator.set_param(rest, value);
                }
                match path {
                    $(stringify!($own) => {
                        self.$own = serde_json::from_value(value.clone()).map_err(|e| {
                            ml_core::Error::Parameter {
                                name: format!("{}.{path}", stringify!($wrapper)),
                                value: value.to_string(),
                                domain: format!("a value of the right type ({e})"),
                            }
                        })?;
                        Ok(())
                    })*
                    _ => Err(ml_core::params::unknown(
                        stringify!($wrapper),
                        path,
                        [$(stringify!($own),)* "estimator__..."],
                    )),
                }
            }
        }
    };
}
pub(crate) use wrapper_params;

/// The typed and the object-safe form of a classifier around another estimator, from
/// `learn(&self, &Features, ArrayView1<i64>, &FitContext) -> Result<Fitted>` of the one and
/// `answer(&self, &Features) -> Result<Array1<i64>>` and `known(&self) -> Vec<i64>` of the other.
macro_rules! classifier_wrapper {
    ($wrapper:ident => $fitted:ident, params [$($own:ident),*], { $($method:item)* }) => {
        $crate::wrapper::wrapper_params!($wrapper, [$($own),*]);

        impl<X: ml_data::IntoFeatures, Y: ml_data::IntoTarget> ml_core::Fit<X, Y> for $wrapper {
            type Fitted = $fitted;

            fn fit_with(
                &self,
                x: X,
                y: Y,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$fitted> {
                let y = y.into_target()?.classes(stringify!($wrapper))?;
                self.learn(&x.into_features()?, y.view(), context)
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::Estimator for $wrapper {
            fn task(&self) -> ml_core::Task {
                ml_core::Task::Classification
            }

            fn fit_features(
                &self,
                x: &ml_core::Features,
                y: &ml_core::Target,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::Model>> {
                let y = y.classes(stringify!($wrapper))?;
                Ok(Box::new(self.learn(x, y.view(), context)?))
            }
        }

        impl<X: ml_data::IntoFeatures> ml_core::Predict<X> for $fitted {
            type Output = ml_core::ndarray::Array1<i64>;

            fn predict(&self, x: X) -> ml_core::Result<Self::Output> {
                self.answer(&x.into_features()?)
            }
        }

        impl<X: ml_data::IntoFeatures> ml_core::PredictProba<X> for $fitted {
            fn predict_proba(&self, x: X) -> ml_core::Result<ml_core::ndarray::Array2<f64>> {
                ml_core::Model::predict_proba_features(self, &x.into_features()?)
            }
        }

        impl<X: ml_data::IntoFeatures> ml_core::DecisionFunction<X> for $fitted {
            type Output = ml_core::ndarray::Array2<f64>;

            /// `[rows, 1]` for two classes, else `[rows, classes]`.
            fn decision_function(&self, x: X) -> ml_core::Result<Self::Output> {
                ml_core::Model::decision_function_features(self, &x.into_features()?)
            }
        }

        impl<X: ml_data::IntoFeatures, Y: ml_data::IntoTarget> ml_core::Score<X, Y> for $fitted {
            /// Accuracy.
            fn score_with(
                &self,
                x: X,
                y: Y,
                weights: Option<ml_core::ndarray::ArrayView1<'_, f64>>,
            ) -> ml_core::Result<f64> {
                let y = y.into_target()?.classes(stringify!($fitted))?;
                let predicted = self.answer(&x.into_features()?)?;
                $crate::metrics::accuracy_score_with(y.view(), predicted.view(), weights)
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::Model for $fitted {
            fn name(&self) -> String {
                stringify!($fitted).to_owned()
            }

            fn predict_features(&self, x: &ml_core::Features) -> ml_core::Result<ml_core::Target> {
                Ok(self.answer(x)?.into())
            }

            fn classes(&self) -> Option<Vec<i64>> {
                Some(self.known())
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            $($method)*
        }

        impl ml_core::Persist for $fitted {
            const TYPE_NAME: &'static str = concat!("ml_classic::", stringify!($fitted));
        }
    };
}
pub(crate) use classifier_wrapper;

/// Constructors of an estimator around another one; further fields have their defaults.
macro_rules! wrapper_new {
    ($wrapper:ident { $($field:ident: $default:expr),* }) => {
        impl $wrapper {
            /// Around this estimator.
            pub fn new(estimator: impl ml_core::Estimator + 'static) -> Self {
                Self::boxed(Box::new(estimator))
            }

            /// The same for an estimator whose type is not known here.
            pub fn boxed(estimator: Box<dyn ml_core::Estimator>) -> Self {
                Self { estimator, $($field: $default),* }
            }
        }
    };
}
pub(crate) use wrapper_new;
