//! A metric and its twin with weights.

/// Defines a metric and its twin with a weight a row from one function that takes the weights last.
macro_rules! twins {
    (
        $(#[$doc:meta])*
        $name:ident, $weighted:ident
        $(<$($generic:ident: $bound:path),+>)?
        ($($argument:ident: $type:ty),+ $(,)?) -> $output:ty = $with:path
    ) => {
        $(#[$doc])*
        pub fn $name$(<$($generic: $bound),+>)?($($argument: $type),+) -> ml_core::Result<$output> {
            $with($($argument,)+ None)
        }

        #[doc = concat!("[`", stringify!($name), "`] with a weight a row.")]
        ///
        /// # Errors
        /// As without weights, and for weights that are not one a row, finite, at least 0 and not all 0.
        pub fn $weighted$(<$($generic: $bound),+>)?(
            $($argument: $type,)+
            weights: ml_core::ndarray::ArrayView1<'_, f64>,
        ) -> ml_core::Result<$output> {
            $with($($argument,)+ Some(weights))
        }
    };
}
pub(super) use twins;
