//! What both forests learn: trees, whose means they predict.

use ml_core::{
    Error, Float, Result,
    ndarray::{Array1, Array2, ArrayView2},
};
use serde::{Deserialize, Serialize};

use crate::tree::{
    Tree,
    learn::Task,
    normalise,
    walk::{Rows, Walk},
};

/// Estimates for the training rows by the trees that did not see them.
///
/// With as many draws as rows a tree leaves out about 37% of the rows (`1/e`), so the estimates
/// cost no validation set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutOfBag {
    /// R² (regression; the mean of several outputs) or accuracy (classification; the share of rows of
    /// which every output is right) of the estimates.
    pub score: f64,
    /// `[rows, outputs]` predictions or `[rows, classes]` probabilities, several outputs side by side;
    /// NaN for a row that every tree saw.
    pub estimates: Array2<f64>,
}

/// Trees for the same columns and outputs, at least one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Grove {
    pub(super) trees: Vec<Tree>,
    pub(super) oob: Option<OutOfBag>,
}

impl Grove {
    /// The mean over the trees of what a row's leaf says, `[rows, values]`.
    pub(super) fn average<F: Float, T: Task>(
        &self,
        op: &'static str,
        x: ArrayView2<'_, F>,
    ) -> Result<Array2<f64>> {
        let rows = Rows::new(op, &x, self.trees[0].n_features())?;
        let width = self.trees[0].value(0).len();
        let mut sums = vec![0.0; rows.len() * width];
        let walks = Walk::through_all(&self.trees, rows.len());
        let n_trees = self.trees.len() as f64;
        rows.fill_blocks(&mut sums, width, |rows, sums| {
            for walk in &walks {
                walk.for_each_leaf(rows, |row, leaf| {
                    T::add(walk.tree(), leaf, &mut sums[row * width..(row + 1) * width]);
                });
            }
            sums.iter_mut().for_each(|sum| *sum /= n_trees);
        });
        Ok(Array2::from_shape_vec((rows.len(), width), sums).expect("one row of sums a row"))
    }

    /// The mean of the trees' importances (lone leaves have none), scaled to a sum of 1.
    pub(super) fn importances(&self) -> Array1<f64> {
        let mut sums = vec![0.0; self.trees[0].n_features()];
        for tree in &self.trees {
            for (sum, share) in sums.iter_mut().zip(tree.feature_importances()) {
                *sum += share;
            }
        }
        normalise(&mut sums);
        sums.into()
    }

    pub(super) fn out_of_bag(&self, owner: &str) -> Result<&OutOfBag> {
        self.oob.as_ref().ok_or_else(|| Error::Unsupported {
            owner: owner.to_owned(),
            what: "out-of-bag estimates after a fit without them",
            remedy: "fit with oob_score(true)",
        })
    }

    /// A loaded forest must have trees, all for the same rows and values.
    pub(super) fn check_stored(&self, n_values: usize) -> Result<(), &'static str> {
        let Some(first) = self.trees.first() else {
            return Err("a forest without trees");
        };
        let alike = |tree: &Tree| tree.n_features() == first.n_features() && tree.value(0).len() == n_values;
        if self.trees.iter().all(alike) {
            Ok(())
        } else {
            Err("a forest whose trees do not fit together")
        }
    }
}

/// Declares a fitted forest: its own fields beside the trees, how many values the leaves must then have
/// in a file, and what all forests offer besides predictions.
macro_rules! fitted_forest {
    (
        $(#[$about:meta])*
        pub struct $name:ident$(<$label:ident: $bound:ident>)? of $owner:ident {
            $($(#[$field_about:meta])* pub $field:ident: $type:ty,)*
        }
        width(|$stored:ident| $width:expr)
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[serde(bound = "")]
        pub struct $name$(<$label: $bound>)? {
            $($(#[$field_about])* pub $field: $type,)*
            grove: $crate::ensemble::forest::grove::Grove,
        }

        impl<'de $(, $label: $bound)?> serde::Deserialize<'de> for $name$(<$label>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                /// The same, before anybody trusts it.
                #[derive(serde::Deserialize)]
                #[serde(bound = "")]
                struct Stored$(<$label: $bound>)? {
                    $($field: $type,)*
                    grove: $crate::ensemble::forest::grove::Grove,
                }

                let $stored = Stored$(::<$label>)?::deserialize(deserializer)?;
                let checked = $stored.grove.check_stored($width);
                checked.map_err(<D::Error as serde::de::Error>::custom)?;
                Ok(Self {
                    $($field: $stored.$field,)*
                    grove: $stored.grove,
                })
            }
        }

        impl$(<$label: $bound>)? $name$(<$label>)? {
            /// The trees, in the order of their streams.
            pub fn estimators(&self) -> &[$crate::tree::Tree] {
                &self.grove.trees
            }

            /// Share of the impurity decrease that each column brought, averaged over the trees; sums to 1.
            pub fn feature_importances(&self) -> ml_core::ndarray::Array1<f64> {
                self.grove.importances()
            }

            /// The out-of-bag estimates.
            ///
            /// # Errors
            /// [`Error::Unsupported`](ml_core::Error::Unsupported) if `oob_score` was off at fit.
            pub fn out_of_bag(&self) -> ml_core::Result<&$crate::ensemble::OutOfBag> {
                self.grove.out_of_bag(stringify!($owner))
            }
        }
    };
}
pub(super) use fitted_forest;
