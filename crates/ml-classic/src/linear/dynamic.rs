//! Object-safe forms of estimators that take dense and sparse rows alike.

/// Registers `Unfitted` as an object-safe estimator of `$task`; the rows go to `fit_with` as they are stored.
macro_rules! linear_estimator {
    ($unfitted:ty, $task:ident, $target:ident) => {
        #[ml_core::typetag::serde]
        impl ml_core::Estimator for $unfitted {
            fn task(&self) -> ml_core::Task {
                ml_core::Task::$task
            }

            fn fit_features(
                &self,
                x: &ml_core::Features,
                y: &ml_core::Target,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::Model>> {
                let y = y.$target(stringify!($unfitted))?;
                Ok(match x {
                    ml_core::Features::Sparse { values, .. } => Box::new(ml_core::Fit::fit_with(
                        self,
                        values.view(),
                        y.view(),
                        context,
                    )?),
                    other => {
                        let x = other.dense(stringify!($unfitted))?;
                        Box::new(ml_core::Fit::fit_with(self, x.view(), y.view(), context)?)
                    }
                })
            }
        }
    };
}

/// Calls `$method` of a model with the rows as they are stored.
macro_rules! by_rows {
    ($owner:literal, $x:expr, |$rows:ident| $call:expr) => {
        match $x {
            ml_core::Features::Sparse { values, .. } => {
                let $rows = values.view();
                $call
            }
            other => {
                let dense = other.dense($owner)?;
                let $rows = dense.view();
                $call
            }
        }
    };
}

/// Registers a fitted classifier of `i64` classes with the field `classes`, scores, and perhaps probabilities.
macro_rules! linear_classifier_model {
    ($fitted:ty, $owner:literal $(, $extra:ident)*) => {
        #[ml_core::typetag::serde]
        impl ml_core::Model for $fitted {
            fn name(&self) -> String {
                stringify!($fitted).to_owned()
            }

            fn predict_features(&self, x: &ml_core::Features) -> ml_core::Result<ml_core::Target> {
                $crate::linear::dynamic::by_rows!($owner, x, |rows| {
                    Ok(ml_core::Target::from(ml_core::Predict::predict(self, rows)?))
                })
            }

            fn classes(&self) -> Option<Vec<i64>> {
                Some(self.classes.clone())
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            $($crate::linear::dynamic::linear_classifier_model!(@ $extra, $owner);)*
        }
    };
    (@ proba, $owner:literal) => {
        fn predict_proba_features(
            &self,
            x: &ml_core::Features,
        ) -> ml_core::Result<ml_core::ndarray::Array2<f64>> {
            $crate::linear::dynamic::by_rows!($owner, x, |rows| ml_core::PredictProba::predict_proba(self, rows))
        }
    };
    (@ decision, $owner:literal) => {
        fn decision_function_features(
            &self,
            x: &ml_core::Features,
        ) -> ml_core::Result<ml_core::ndarray::Array2<f64>> {
            $crate::linear::dynamic::by_rows!($owner, x, |rows| {
                ml_core::DecisionFunction::decision_function(self, rows)
            })
        }
    };
}

/// Registers a fitted regressor of one target.
macro_rules! linear_regressor_model {
    ($fitted:ty, $owner:literal) => {
        #[ml_core::typetag::serde]
        impl ml_core::Model for $fitted {
            fn name(&self) -> String {
                stringify!($fitted).to_owned()
            }

            fn predict_features(&self, x: &ml_core::Features) -> ml_core::Result<ml_core::Target> {
                $crate::linear::dynamic::by_rows!($owner, x, |rows| {
                    Ok(ml_core::Target::from(ml_core::Predict::predict(
                        self, rows,
                    )?))
                })
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
        }
    };
}

pub(crate) use {by_rows, linear_classifier_model, linear_estimator, linear_regressor_model};
