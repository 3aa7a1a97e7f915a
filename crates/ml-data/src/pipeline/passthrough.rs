//! The transformer that changes nothing.

use ml_core::{Features, FitContext, FittedTransformer, Result, Target, Transformer, check};
use serde::{Deserialize, Serialize};

/// Leaves every column as it is; holds a place in a [`Pipeline`](super::Pipeline).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Passthrough {}

ml_core::impl_params!(Passthrough);

/// [`Passthrough`] that knows the number of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedPassthrough {
    n_columns: usize,
}

const OP: &str = "Passthrough";

#[ml_core::typetag::serde]
impl Transformer for Passthrough {
    fn fit_features(
        &self,
        x: &Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        context.reject_weights(OP)?;
        let n_columns = x.n_columns();
        Ok(Box::new(FittedPassthrough { n_columns }))
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedPassthrough {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.n_columns, x.n_columns())?;
        Ok(x)
    }

    fn inverse_transform_features(&self, x: Features) -> Result<Features> {
        self.transform_features(x)
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        Ok(names_in.to_vec())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
