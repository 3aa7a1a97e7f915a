//! What classifier and regressor share: hyperparameters, the search, the weights of the neighbours found.

use ml_core::{
    FitContext, Float, Result,
    ndarray::{Array2, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{
    Algorithm, Metric, Weights,
    index::{Index, check_k},
};

/// Declares an estimator from neighbours, with their hyperparameters.
macro_rules! neighbors_estimator {
    ($(#[$about:meta])* pub struct $name:ident;) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, derive_setters::Setters, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// Number of neighbours: at least 1, at most the number of training rows. Default 5.
            pub n_neighbors: usize,
            /// How much every neighbour counts. Default all alike.
            pub weights: $crate::neighbors::Weights,
            /// What "near" means. Default Euclidean.
            pub metric: $crate::neighbors::Metric,
            /// How neighbours are searched. Default chosen by the shape of the data.
            pub algorithm: $crate::neighbors::Algorithm,
        }
        ml_core::impl_params!($name);

        impl Default for $name {
            fn default() -> Self {
                Self {
                    n_neighbors: 5,
                    weights: Default::default(),
                    metric: Default::default(),
                    algorithm: Default::default(),
                }
            }
        }

        impl $name {
            fn how(&self) -> $crate::neighbors::neighborhood::How {
                $crate::neighbors::neighborhood::How {
                    owner: stringify!($name),
                    n_neighbors: self.n_neighbors,
                    weights: self.weights,
                    metric: self.metric,
                    algorithm: self.algorithm,
                }
            }
        }
    };
}
pub(super) use neighbors_estimator;

/// Declares what an estimator from neighbours keeps: the training rows, and the given fields.
macro_rules! fitted_neighbors {
    (
        $(#[$about:meta])*
        pub struct $name:ident<F$(, $label:ident: $bound:ident)?> of $owner:ident {
            $($(#[$field_about:meta])* $visible:vis $field:ident: $type:ty,)*
        }
        $(stored as $($stored:literal: $stored_type:ty),*)?
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        #[serde(bound = "")]
        pub struct $name<F: ml_core::Float$(, $label: $bound)?> {
            $($(#[$field_about])* $visible $field: $type,)*
            rows: $crate::neighbors::neighborhood::Neighborhood<F>,
        }

        impl<F: ml_core::Float$(, $label: $bound)?> $name<F$(, $label)?> {
            /// Distances to and numbers of the `k` nearest training rows, `[rows, k]`, nearest first.
            ///
            /// # Errors
            /// Other columns than at fit, NaN, `k` of 0 or above the number of training rows.
            pub fn kneighbors(
                &self,
                x: ml_core::ndarray::ArrayView2<'_, F>,
                k: usize,
            ) -> ml_core::Result<(ml_core::ndarray::Array2<f64>, ml_core::ndarray::Array2<usize>)> {
                self.rows.search(stringify!($owner), x, k)
            }
        }

        $($(
            impl ml_core::Persist for $stored_type {
                const TYPE_NAME: &'static str = concat!("ml_classic::", $stored);
            }
        )*)?
    };
}
pub(super) use fitted_neighbors;

/// Implements `Persist` for what a classifier keeps, for every type of number and label; the file names
/// both.
macro_rules! persist_by_number_and_label {
    ($owner:ident) => {
        $crate::neighbors::neighborhood::persist_by_number_and_label!($owner, f32);
        $crate::neighbors::neighborhood::persist_by_number_and_label!($owner, f64);
    };
    ($owner:ident, $number:ident) => {
        $crate::neighbors::neighborhood::persist_by_number_and_label!(
            $owner, $number: bool, char, String, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize
        );
    };
    ($owner:ident, $number:ident: $($label:ident),*) => {$(
        impl ml_core::Persist for $owner<$number, $label> {
            const TYPE_NAME: &'static str = concat!(
                "ml_classic::", stringify!($owner), "<", stringify!($number), ", ", stringify!($label), ">"
            );
        }
    )*};
}
pub(super) use persist_by_number_and_label;

/// The hyperparameters of the same names, of whichever estimator ([`neighbors_estimator`] declares it).
pub(super) struct How {
    pub(super) owner: &'static str,
    pub(super) n_neighbors: usize,
    pub(super) weights: Weights,
    pub(super) metric: Metric,
    pub(super) algorithm: Algorithm,
}

impl How {
    /// Keeps rows that have been checked.
    pub(super) fn keep<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<Neighborhood<F>> {
        context.reject_weights(self.owner)?;
        self.metric.check()?;
        check_k(self.owner, self.n_neighbors, x.nrows())?;
        Ok(Neighborhood {
            n_neighbors: self.n_neighbors,
            weights: self.weights,
            index: Index::new(x, self.metric, self.algorithm),
        })
    }
}

/// Training rows and how they count.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Neighborhood<F: Float> {
    n_neighbors: usize,
    weights: Weights,
    index: Index<F>,
}

impl<F: Float> Neighborhood<F> {
    pub(super) fn search(
        &self,
        op: &'static str,
        x: ArrayView2<'_, F>,
        k: usize,
    ) -> Result<(Array2<f64>, Array2<usize>)> {
        self.index.search(op, x, k)
    }

    /// `each(neighbours, weights)` for every row of `x`, in order.
    pub(super) fn for_each(
        &self,
        op: &'static str,
        x: ArrayView2<'_, F>,
        mut each: impl FnMut(&[usize], &[f64]),
    ) -> Result<()> {
        let (distances, neighbors) = self.search(op, x, self.n_neighbors)?;
        for (distances, neighbors) in distances.rows().into_iter().zip(neighbors.rows()) {
            let contiguous = "a row of a fresh array";
            let weights = self.weights.of(distances.to_slice().expect(contiguous));
            each(neighbors.to_slice().expect(contiguous), &weights);
        }
        Ok(())
    }
}
