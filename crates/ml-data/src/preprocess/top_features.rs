//! Only the most important columns.

use derive_setters::Setters;
use ml_core::{
    Error, Features, Fit, FitContext, FittedTransformer, Float, Result, Target, Transform, Transformer,
    check,
    ndarray::{Array2, ArrayView2, Axis},
};
use serde::{Deserialize, Serialize};

/// Keeps the `k` columns of the largest importances, in their original order.
///
/// The importances come from a model fitted before, such as a forest; they must be computed on the
/// training set. Of equal ones the first is taken.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::TopFeatures;
///
/// let x = array![[1.0, 2.0, 3.0]];
/// let top = TopFeatures::new(vec![0.3, 0.1, 0.6], 2).fit(x.view(), ())?;
/// assert_eq!(top.indices, [0, 2]);
/// assert_eq!(top.transform(x.view())?, array![[1.0, 3.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct TopFeatures {
    /// The importance of every column.
    #[setters(into)]
    pub importances: Vec<f64>,
    /// How many columns to keep, from 1 to their number.
    pub k: usize,
}

ml_core::impl_params!(TopFeatures);

/// What [`TopFeatures`] chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedTopFeatures {
    /// Positions of the kept columns, ascending.
    pub indices: Vec<usize>,
    n_columns: usize,
}

const OP: &str = "TopFeatures";

impl TopFeatures {
    /// The `k` most important columns.
    pub fn new(importances: impl Into<Vec<f64>>, k: usize) -> Self {
        let importances = importances.into();
        Self { importances, k }
    }

    fn learn(&self, n_columns: usize, context: &FitContext<'_>) -> Result<FittedTopFeatures> {
        context.reject_weights(OP)?;
        if self.importances.len() != n_columns {
            return Err(Error::Data {
                op: OP,
                problem: format!("{} importances for {n_columns} columns", self.importances.len()),
                remedy: "give one importance for every column that arrives here",
            });
        }
        let nan = self.importances.iter().find(|v| v.is_nan());
        check::parameter("importances", "NaN", nan.is_none(), "numbers")?;
        let domain = format!("from 1 to the number of columns, {n_columns}");
        check::parameter("k", self.k, (1..=n_columns).contains(&self.k), &domain)?;
        let mut order: Vec<usize> = (0..n_columns).collect();
        // The sort is stable: of equal importances the first column stays first.
        order.sort_by(|&a, &b| self.importances[b].total_cmp(&self.importances[a]));
        let mut indices = order[..self.k].to_vec();
        indices.sort_unstable();
        Ok(FittedTopFeatures { indices, n_columns })
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>> for TopFeatures {
    type Fitted = FittedTopFeatures;

    fn fit_with(&self, x: ArrayView2<'_, F>, (): (), context: &FitContext<'_>) -> Result<FittedTopFeatures> {
        self.learn(x.ncols(), context)
    }
}

impl<F: Float> Transform<ArrayView2<'_, F>> for FittedTopFeatures {
    type Output = Array2<F>;

    fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::columns(OP, self.n_columns, x.ncols())?;
        Ok(x.select(Axis(1), &self.indices))
    }
}

#[ml_core::typetag::serde]
impl Transformer for TopFeatures {
    fn fit_features(
        &self,
        x: &Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        Ok(Box::new(self.learn(x.n_columns(), context)?))
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedTopFeatures {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.n_columns, x.n_columns())?;
        Ok(x.select_columns(&self.indices))
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        Ok(self.indices.iter().map(|&j| names_in[j].clone()).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
