//! One line from a typed estimator to its object-safe form.

/// Registers `Unfitted` and its `Fitted` as an object-safe regressor.
///
/// Needs `Unfitted: Fit<ArrayView2<f64>, ArrayView1<f64>, Fitted = Fitted> + Params` and
/// `Fitted: Predict<ArrayView2<f64>, Output = Array1<f64>>`, both `Clone + Debug` and serialisable.
/// Methods of [`Model`](crate::Model) to override may follow in braces.
///
/// ```text
/// ml_core::regressor!(LinearRegression => FittedLinearRegression<f64>);
/// ml_core::regressor!(Forest => FittedForest, { fn feature_importances(&self) -> Option<Vec<f64>> { … } });
/// ```
#[macro_export]
macro_rules! regressor {
    ($unfitted:ty => $fitted:ty $(, { $($method:item)* })?) => {
        #[$crate::typetag::serde]
        impl $crate::Estimator for $unfitted {
            fn task(&self) -> $crate::Task {
                $crate::Task::Regression
            }

            fn fit_features(
                &self,
                x: &$crate::Features,
                y: &$crate::Target,
                context: &$crate::FitContext<'_>,
            ) -> $crate::Result<Box<dyn $crate::Model>> {
                let x = x.dense(stringify!($unfitted))?;
                let y = y.numbers(stringify!($unfitted))?;
                Ok(Box::new($crate::Fit::fit_with(self, x.view(), y.view(), context)?))
            }
        }

        #[$crate::typetag::serde]
        impl $crate::Model for $fitted {
            fn name(&self) -> String {
                stringify!($fitted).to_owned()
            }

            fn predict_features(&self, x: &$crate::Features) -> $crate::Result<$crate::Target> {
                let x = x.dense(stringify!($fitted))?;
                Ok($crate::Target::from($crate::Predict::predict(self, x.view())?))
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            $($($method)*)?
        }
    };
}

/// Registers `Unfitted` and its `Fitted` as an object-safe classifier of `i64` classes.
///
/// Needs `Unfitted: Fit<ArrayView2<f64>, ArrayView1<i64>, Fitted = Fitted> + Params` and
/// `Fitted: Predict<ArrayView2<f64>, Output = Array1<i64>>` with a public field or method-like
/// list `classes: Vec<i64>`, both `Clone + Debug` and serialisable. Methods of
/// [`Model`](crate::Model) to override (`predict_proba_features`, ...) may follow in braces.
#[macro_export]
macro_rules! classifier {
    ($unfitted:ty => $fitted:ty $(, { $($method:item)* })?) => {
        #[$crate::typetag::serde]
        impl $crate::Estimator for $unfitted {
            fn task(&self) -> $crate::Task {
                $crate::Task::Classification
            }

            fn fit_features(
                &self,
                x: &$crate::Features,
                y: &$crate::Target,
                context: &$crate::FitContext<'_>,
            ) -> $crate::Result<Box<dyn $crate::Model>> {
                let x = x.dense(stringify!($unfitted))?;
                let y = y.classes(stringify!($unfitted))?;
                Ok(Box::new($crate::Fit::fit_with(self, x.view(), y.view(), context)?))
            }
        }

        #[$crate::typetag::serde]
        impl $crate::Model for $fitted {
            fn name(&self) -> String {
                stringify!($fitted).to_owned()
            }

            fn predict_features(&self, x: &$crate::Features) -> $crate::Result<$crate::Target> {
                let x = x.dense(stringify!($fitted))?;
                Ok($crate::Target::from($crate::Predict::predict(self, x.view())?))
            }

            fn classes(&self) -> Option<Vec<i64>> {
                Some(self.classes.to_vec())
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            $($($method)*)?
        }
    };
}
