//! What fits into an object-safe estimator: arrays, sparse matrices and tables.

use ml_core::{
    Features, Result, Table, Target,
    ndarray::{ArcArray1, ArcArray2, Array1, Array2, ArrayView1, ArrayView2},
    sprs::CsMat,
};

/// Rows that can be handed to a pipeline, a search or any other object-safe estimator.
///
/// Owned arrays and [`Features`] are taken over without a copy; views and data frames are copied.
pub trait IntoFeatures {
    /// The rows as [`Features`].
    ///
    /// # Errors
    /// [`Error::Column`](ml_core::Error::Column) for a column of a type that is neither numbers nor text.
    fn into_features(self) -> Result<Features>;
}

/// A target that can be handed to an object-safe estimator.
pub trait IntoTarget {
    /// One number or class a row.
    ///
    /// # Errors
    /// [`Error::Column`](ml_core::Error::Column) for a column that is neither numbers nor integers.
    fn into_target(self) -> Result<Target>;
}

macro_rules! features_from {
    ($($from:ty => |$value:ident| $expression:expr),* $(,)?) => { $(
        impl IntoFeatures for $from {
            fn into_features(self) -> Result<Features> {
                let $value = self;
                Ok($expression)
            }
        }
    )* };
}
features_from! {
    Features => |x| x,
    &Features => |x| x.clone(),
    Table => |x| x.into(),
    &Table => |x| x.clone().into(),
    Array2<f64> => |x| x.into(),
    &Array2<f64> => |x| x.view().into(),
    ArcArray2<f64> => |x| x.into(),
    &ArcArray2<f64> => |x| x.clone().into(),
    ArrayView2<'_, f64> => |x| x.into(),
    CsMat<f64> => |x| x.into(),
    &CsMat<f64> => |x| x.clone().into(),
}

macro_rules! target_from {
    ($($from:ty),* $(,)?) => { $(
        impl IntoTarget for $from {
            fn into_target(self) -> Result<Target> {
                Ok(self.into())
            }
        }
    )* };
}
target_from! {
    Target, &Target,
    Array1<f64>, &Array1<f64>, ArcArray1<f64>, ArrayView1<'_, f64>, Vec<f64>,
    Array1<i64>, &Array1<i64>, ArcArray1<i64>, ArrayView1<'_, i64>, Vec<i64>,
}
