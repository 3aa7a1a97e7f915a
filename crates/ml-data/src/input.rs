//! What fits into an object-safe estimator: arrays, sparse matrices and tables.

use ml_core::{
    Features, Result, Table, Target,
    ndarray::{ArcArray1, ArcArray2, Array1, Array2, ArrayView1, ArrayView2},
    sprs::CsMat,
};

/// Rows that can be handed to a pipeline, a search or any other object-safe estimator.
///
/// Owned arrays and [`Features`] are taken over without a copy; views are copied. A data frame is
/// converted column by column, see [`frame_to_features`](crate::table::frame_to_features); handing
/// it over (not by reference) takes less memory.
pub trait IntoFeatures {
    /// The rows as [`Features`].
    ///
    /// # Errors
    /// [`Error::Column`](ml_core::Error::Column) for a column of a type that is neither numbers nor text.
    fn into_features(self) -> Result<Features>;
}

/// A target that can be handed to an object-safe estimator.
///
/// The type of the elements says what is meant: `f64` are numbers to predict, `i64` are classes. So
/// it is with the columns of data frames: floating-point numbers are numbers to predict, integers
/// and booleans are classes. For a column of integers that is a quantity (prices in whole dollars),
/// say so: [`table::numbers(&df, "price")`](crate::table::numbers); for classes stored as
/// floating-point numbers, [`table::classes(&df, "survived")`](crate::table::classes).
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

#[cfg(feature = "tables")]
mod frames {
    use ml_core::{Features, Result, Target};
    use polars::prelude::{Column, DataFrame, Series};

    use super::{IntoFeatures, IntoTarget};
    use crate::table;

    impl IntoFeatures for DataFrame {
        fn into_features(self) -> Result<Features> {
            table::frame_into_features(self)
        }
    }

    impl IntoFeatures for &DataFrame {
        fn into_features(self) -> Result<Features> {
            table::frame_to_features(self)
        }
    }

    impl IntoTarget for &Column {
        fn into_target(self) -> Result<Target> {
            table::target(self)
        }
    }

    impl IntoTarget for &Series {
        fn into_target(self) -> Result<Target> {
            table::target(&self.clone().into())
        }
    }
}
