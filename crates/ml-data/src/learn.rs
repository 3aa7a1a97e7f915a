//! The interfaces of transformers that take features of any kind: pipelines and encoders.
//!
//! Such a transformer writes [`Learn`] and, for what it becomes, `FittedTransformer`; one line of
//! [`takes_features!`] derives the rest. (A blanket `impl` cannot: the traits are those of `ml-core`.)

use ml_core::{Features, FitContext, FittedTransformer, Result, Target};

/// How an unfitted transformer learns.
pub(crate) trait Learn {
    /// What it becomes.
    type Fitted: FittedTransformer;

    /// Learns from `x`, which is given away, so that it can be changed in place.
    fn learn(&self, x: Features, y: Option<&Target>, context: &FitContext<'_>) -> Result<Self::Fitted>;

    /// Learns from `x` and transforms it; written anew where one pass can do both.
    fn learn_transform(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(Self::Fitted, Features)> {
        let fitted = self.learn(x.clone(), y, context)?;
        let out = fitted.transform_features(x)?;
        Ok((fitted, out))
    }
}

/// `x` under these names, if there are any.
pub(crate) fn named(x: Features, names: Option<Vec<String>>) -> Result<Features> {
    match names {
        Some(names) => x.with_names(names),
        None => Ok(x),
    }
}

/// Derives `Fit`, `Transform`, `Transformer` and `fit_transform` from [`Learn`] and
/// `FittedTransformer`; with `invertible`, `InverseTransform` as well.
macro_rules! takes_features {
    ($unfitted:ident => $fitted:ident, invertible) => {
        $crate::learn::takes_features!($unfitted => $fitted);

        impl<X: $crate::IntoFeatures> ml_core::InverseTransform<X> for $fitted {
            type Output = ml_core::Features;

            fn inverse_transform(&self, x: X) -> ml_core::Result<ml_core::Features> {
                ml_core::FittedTransformer::inverse_transform_features(self, x.into_features()?)
            }
        }
    };
    ($unfitted:ident => $fitted:ident) => {
        impl $unfitted {
            /// Learns from `x` and gives `x` transformed, in one go.
            ///
            /// # Errors
            /// Those of `fit` and of `transform`.
            pub fn fit_transform(
                &self,
                x: impl $crate::IntoFeatures,
            ) -> ml_core::Result<($fitted, ml_core::Features)> {
                let context = ml_core::FitContext::default();
                $crate::learn::Learn::learn_transform(self, x.into_features()?, None, &context)
            }
        }

        impl<X: $crate::IntoFeatures> ml_core::Fit<X> for $unfitted {
            type Fitted = $fitted;

            fn fit_with(&self, x: X, (): (), context: &ml_core::FitContext<'_>) -> ml_core::Result<$fitted> {
                $crate::learn::Learn::learn(self, x.into_features()?, None, context)
            }
        }

        impl<X: $crate::IntoFeatures> ml_core::Transform<X> for $fitted {
            type Output = ml_core::Features;

            fn transform(&self, x: X) -> ml_core::Result<ml_core::Features> {
                ml_core::FittedTransformer::transform_features(self, x.into_features()?)
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::Transformer for $unfitted {
            fn fit_features(
                &self,
                x: &ml_core::Features,
                y: Option<&ml_core::Target>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::FittedTransformer>> {
                Ok(Box::new($crate::learn::Learn::learn(self, x.clone(), y, context)?))
            }

            fn fit_transform_features(
                &self,
                x: ml_core::Features,
                y: Option<&ml_core::Target>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<(Box<dyn ml_core::FittedTransformer>, ml_core::Features)> {
                let (fitted, out) = $crate::learn::Learn::learn_transform(self, x, y, context)?;
                Ok((Box::new(fitted), out))
            }
        }
    };
}
pub(crate) use takes_features;
