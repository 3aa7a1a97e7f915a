//! The object-safe form of transformers that turn a dense matrix into a new one.

/// Derives [`Transformer`](ml_core::Transformer) and
/// [`FittedTransformer`](ml_core::FittedTransformer).
///
/// Needs `Unfitted: Fit<ArrayView2<f64>, Fitted = Fitted>`, `Fitted: Transform<ArrayView2<f64>>` and
/// an expression for the names of the output columns.
macro_rules! dense_transformer {
    ($unfitted:ident => $fitted:ty, |$self:ident, $names:ident| $names_out:expr) => {
        #[ml_core::typetag::serde]
        impl ml_core::Transformer for $unfitted {
            fn fit_features(
                &self,
                x: &ml_core::Features,
                _: Option<&ml_core::Target>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::FittedTransformer>> {
                let x = x.dense(stringify!($unfitted))?;
                Ok(Box::new(ml_core::Fit::fit_with(
                    self,
                    x.view(),
                    (),
                    context,
                )?))
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::FittedTransformer for $fitted {
            fn name(&self) -> String {
                stringify!($unfitted).to_owned()
            }

            fn transform_features(&self, x: ml_core::Features) -> ml_core::Result<ml_core::Features> {
                let out = ml_core::Transform::transform(self, x.dense(stringify!($unfitted))?.view())?;
                let names = x.names().map(|names| self.names_out(names)).transpose()?;
                $crate::learn::named(out.into(), names)
            }

            fn row_wise(&self) -> bool {
                true
            }

            fn names_out(&self, names_in: &[String]) -> ml_core::Result<Vec<String>> {
                let ($self, $names) = (self, names_in);
                ml_core::check::columns(stringify!($unfitted), $self.n_columns, $names.len())?;
                Ok($names_out)
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
        }
    };
}
pub(crate) use dense_transformer;
