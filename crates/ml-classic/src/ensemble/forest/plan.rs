//! How both forests grow: hyperparameters, bootstraps, out-of-bag estimates.

use ml_core::{
    Error, Float, Observer, Result, Seed, check,
    ndarray::{Array2, ArrayView2, Axis},
};
use rayon::prelude::*;

use super::{
    bootstrap::Bootstrap,
    grove::{Grove, OutOfBag},
};
use crate::tree::{RowCount, Tree, columns::Columns, learn::Task, settings::Settings, walk::Rows};

/// Rows whose out-of-bag estimates one thread computes at least.
const OOB_ROWS: usize = 128;

/// Declares a forest: hyperparameters of its trees, and those of all forests around them.
macro_rules! forest_estimator {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$first_about:meta])* pub $first:ident: $first_type:ty = $first_default:expr,)*
            growth { $($growth:tt)* }
            $($(#[$more_about:meta])* pub $more:ident: $more_type:ty = $more_default:expr,)*
            oob $score:literal
        }
    ) => {
        $crate::tree::settings::tree_estimator! {
            $(#[$about])*
            pub struct $name {
                /// Number of trees, at least 1. Default 100.
                pub n_estimators: usize = 100,
                $($(#[$first_about])* pub $first: $first_type = $first_default,)*
                growth { $($growth)* }
                $($(#[$more_about])* pub $more: $more_type = $more_default,)*
                /// Whether each tree sees draws with replacement, or all rows. Default true.
                pub bootstrap: bool = true,
                /// Draws a tree: a count up to the rows, or a share in `(0, 1]`. Default `None`: as many
                /// as rows.
                #[setters(skip)]
                pub max_samples: Option<$crate::tree::RowCount> = None,
                #[doc = concat!("Whether to estimate the ", $score, " on the rows that each tree left out. Default false.")]
                pub oob_score: bool = false,
                /// Source of the bootstraps and the drawn features.
                #[setters(into)]
                pub seed: ml_core::Seed = ml_core::Seed::default(),
            }
        }

        impl $name {
            /// Draws a tree: a count up to the rows, or a share in `(0, 1]`.
            #[must_use]
            pub fn max_samples(mut self, draws: impl Into<$crate::tree::RowCount>) -> Self {
                self.max_samples = Some(draws.into());
                self
            }

            fn plan(&self) -> $crate::ensemble::forest::plan::Plan {
                $crate::ensemble::forest::plan::Plan {
                    owner: stringify!($name),
                    op: concat!(stringify!($name), "::fit"),
                    n_estimators: self.n_estimators,
                    settings: self.settings($crate::tree::Splitter::Best),
                    bootstrap: self.bootstrap,
                    max_samples: self.max_samples,
                    oob_score: self.oob_score,
                    seed: self.seed,
                }
            }
        }
    };
}
pub(super) use forest_estimator;

/// The fields of the same names, of whichever forest ([`forest_estimator`] declares it).
pub(super) struct Plan {
    pub(super) owner: &'static str,
    pub(super) op: &'static str,
    pub(super) n_estimators: usize,
    pub(super) settings: Settings,
    pub(super) bootstrap: bool,
    pub(super) max_samples: Option<RowCount>,
    pub(super) oob_score: bool,
    pub(super) seed: Seed,
}

impl Plan {
    pub(super) fn grow<F: Float, T: Task>(
        &self,
        x: ArrayView2<'_, F>,
        task: &T,
        observer: &dyn Observer,
    ) -> Result<Grove> {
        check::parameter(
            "n_estimators",
            self.n_estimators,
            self.n_estimators >= 1,
            "at least 1",
        )?;
        let growth = self.settings.resolve(x.nrows(), x.ncols())?;
        let weights = task.weights();
        let bootstrap = Bootstrap::new(self.seed.number(), weights, self.bootstrap, self.max_samples)?;
        let possible = !self.oob_score || self.bootstrap;
        check::parameter(
            "oob_score",
            self.oob_score,
            possible,
            "false when bootstrap is false",
        )?;

        let columns = Columns::new(x);
        observer.start(self.owner, self.n_estimators as u64);
        let trees = (0..self.n_estimators).into_par_iter().map(|i| {
            let (counts, rng) = bootstrap.draw(i);
            let weights = weights.iter().zip(counts).map(|(w, n)| w * f64::from(n));
            let weights: Vec<f64> = weights.collect();
            let growth = self.settings.weighted(&growth, &weights);
            let tree = task.tree(&columns, &weights, &growth, rng);
            observer.advance(self.owner, 1);
            tree
        });
        let trees = trees.collect();
        observer.finish(self.owner);
        let oob = match self.oob_score {
            true => Some(self.out_of_bag(&trees, &bootstrap, x, task)?),
            false => None,
        };
        Ok(Grove { trees, oob })
    }

    fn out_of_bag<F: Float, T: Task>(
        &self,
        trees: &Vec<Tree>,
        bootstrap: &Bootstrap,
        x: ArrayView2<'_, F>,
        task: &T,
    ) -> Result<OutOfBag> {
        let estimates = unseen_means(self.op, trees, bootstrap, x, task)?;
        let n = estimates.nrows();
        let known: Vec<usize> = (0..n).filter(|&row| !estimates[[row, 0]].is_nan()).collect();
        if known.is_empty() {
            return Err(Error::Data {
                op: self.op,
                problem: "every tree saw every row, so none is out of bag".to_owned(),
                remedy: "raise n_estimators, or leave oob_score off",
            });
        }
        if known.len() < n {
            let (op, missing) = (self.op, n - known.len());
            tracing::warn!(
                "{op}: {missing} of {n} rows were seen by every tree and have no out-of-bag estimate"
            );
        }
        let score = task.score(self.op, &known, estimates.select(Axis(0), &known).view())?;
        Ok(OutOfBag { score, estimates })
    }
}

/// For every training row the mean of what the trees say that did not see it; NaN without such a tree.
fn unseen_means<F: Float, T: Task>(
    op: &'static str,
    trees: &[Tree],
    bootstrap: &Bootstrap,
    x: ArrayView2<'_, F>,
    task: &T,
) -> Result<Array2<f64>> {
    let rows = Rows::new(op, &x, x.ncols())?;
    let unseen = (0..trees.len()).into_par_iter();
    let unseen: Vec<Vec<bool>> = unseen
        .map(|i| bootstrap.draw(i).0.into_iter().map(|count| count == 0).collect())
        .collect();
    let (p, width) = (x.ncols(), task.width());
    let mut means = vec![0.0; rows.len() * width];
    let each = means.par_chunks_mut(width).enumerate().with_min_len(OOB_ROWS);
    each.for_each(|(row, sums)| {
        let cells = &rows.cells()[row * p..(row + 1) * p];
        let mut n_trees = 0.0;
        for (tree, _) in trees.iter().zip(&unseen).filter(|(_, unseen)| unseen[row]) {
            T::add(tree, tree.leaf(cells), sums);
            n_trees += 1.0;
        }
        // 0 / 0: a row without estimate is NaN.
        sums.iter_mut().for_each(|sum| *sum /= n_trees);
    });
    Ok(Array2::from_shape_vec((rows.len(), width), means).expect("one row of means a row"))
}
