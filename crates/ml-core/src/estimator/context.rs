//! What a fit may be given besides the data.

use ndarray::ArrayView1;

use crate::{
    Error, Result,
    observer::{Observer, Silent},
};

/// What a fit may be given besides the data: a weight per row and an [`Observer`] of its progress.
///
/// An estimator that cannot use weights refuses them ([`FitContext::reject_weights`]); it never
/// ignores them.
#[derive(Clone, Copy)]
pub struct FitContext<'a> {
    /// One weight a row, finite and at least 0; `None` weighs all rows 1.
    pub weights: Option<ArrayView1<'a, f64>>,
    /// Who is told about progress.
    pub observer: &'a dyn Observer,
}

impl Default for FitContext<'_> {
    fn default() -> Self {
        Self {
            weights: None,
            observer: &Silent,
        }
    }
}

impl<'a> FitContext<'a> {
    /// No observer, these weights.
    pub fn weighted(weights: ArrayView1<'a, f64>) -> Self {
        Self {
            weights: Some(weights),
            ..Self::default()
        }
    }

    /// No weights, this observer.
    pub fn observed(observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            ..Self::default()
        }
    }

    /// The same observer without weights, for parts of the work that take none.
    pub fn without_weights(self) -> Self {
        Self {
            weights: None,
            ..self
        }
    }

    /// The weights, checked against the number of rows.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one a row, [`Error::NotFinite`] and [`Error::Data`] for
    /// weights that are NaN, infinite, negative or all zero.
    pub fn weights_for(&self, op: &'static str, rows: usize) -> Result<Option<ArrayView1<'a, f64>>> {
        let Some(weights) = self.weights else {
            return Ok(None);
        };
        crate::check::weights(op, weights, rows)?;
        Ok(Some(weights))
    }

    /// Refuses sample weights on behalf of `owner`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if weights were given.
    pub fn reject_weights(&self, owner: &str) -> Result<()> {
        match self.weights {
            None => Ok(()),
            Some(_) => Err(Error::Unsupported {
                owner: owner.to_owned(),
                what: "sample weights",
                remedy: "fit without weights, or repeat rows",
            }),
        }
    }
}
