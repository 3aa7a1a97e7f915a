//! What both forests do alike: growing, averaging, out-of-bag estimates.

use ml_core::{
    Error, Float, Observer, Result, Rng,
    ndarray::{Array1, Array2, ArrayView2},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bootstrap::Bootstrap;
use crate::tree::{Tree, normalise, search::Growth, settings::Settings, walk::Rows};

/// Rows whose predictions one thread averages at a time: enough to use a tree while it is in the
/// cache (measured on MNIST: 128, 512 and 2,048 rows differ by a sixth).
const BLOCK_ROWS: usize = 512;

/// Rows whose out-of-bag estimates one thread computes at least.
const OOB_ROWS: usize = 128;

/// Estimates for the training rows by the trees that did not see them.
///
/// With as many draws as rows a tree leaves out about 37% of the rows (`1/e`), so the estimates
/// cost no validation set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutOfBag {
    /// R² (regression) or accuracy (classification) of the estimates.
    pub score: f64,
    /// `[rows, 1]` predictions or `[rows, classes]` probabilities; NaN for a row that every tree saw.
    pub estimates: Array2<f64>,
}

/// Grows every tree by `grow`, which is given the weights of the rows.
pub(super) fn plant(
    task: &'static str,
    n_trees: usize,
    bootstrap: &Bootstrap,
    weights: &[f64],
    (settings, growth): (&Settings, &Growth),
    observer: &dyn Observer,
    grow: impl Fn(&[f64], &Growth, Rng) -> Tree + Sync,
) -> Vec<Tree> {
    observer.start(task, n_trees as u64);
    let trees = (0..n_trees)
        .into_par_iter()
        .map(|i| {
            let (counts, rng) = bootstrap.draw(i);
            let weights: Vec<f64> = weights
                .iter()
                .zip(counts)
                .map(|(w, n)| w * f64::from(n))
                .collect();
            let tree = grow(&weights, &settings.weighted(growth, &weights), rng);
            observer.advance(task, 1);
            tree
        })
        .collect();
    observer.finish(task);
    trees
}

/// The average over the trees of `add(tree, leaf, sums)`, `[rows, width]`.
pub(super) fn average<F: Float>(
    op: &'static str,
    trees: &[Tree],
    x: ArrayView2<'_, F>,
    width: usize,
    add: impl Fn(&Tree, usize, &mut [f64]) + Sync,
) -> Result<Array2<f64>> {
    let rows = Rows::new(op, &x, trees[0].n_features())?;
    let mut sums = vec![0.0; rows.len() * width];
    let n_trees = trees.len() as f64;
    rows.fill_blocks(&mut sums, width, BLOCK_ROWS, |rows, sums| {
        for tree in trees {
            tree.for_each_leaf(rows, |row, leaf| {
                add(tree, leaf, &mut sums[row * width..(row + 1) * width])
            });
        }
        sums.iter_mut().for_each(|sum| *sum /= n_trees);
    });
    Ok(Array2::from_shape_vec((rows.len(), width), sums).expect("one row of sums a row"))
}

/// For every training row the average of `add` over the trees that did not see it.
pub(super) fn out_of_bag<F: Float>(
    op: &'static str,
    trees: &[Tree],
    bootstrap: &Bootstrap,
    x: ArrayView2<'_, F>,
    width: usize,
    add: impl Fn(&Tree, usize, &mut [f64]) + Sync,
) -> Result<Array2<f64>> {
    let rows = Rows::new(op, &x, trees[0].n_features())?;
    let n = rows.len();
    let unseen: Vec<Vec<bool>> = (0..trees.len())
        .into_par_iter()
        .map(|i| bootstrap.draw(i).0.into_iter().map(|count| count == 0).collect())
        .collect();
    let p = x.ncols();
    let mut estimates = vec![0.0; n * width];
    estimates
        .par_chunks_mut(width)
        .enumerate()
        .with_min_len(OOB_ROWS)
        .for_each(|(row, sums)| {
            let cells = &rows.cells()[row * p..(row + 1) * p];
            let mut n_trees = 0.0;
            for (tree, _) in trees.iter().zip(&unseen).filter(|(_, unseen)| unseen[row]) {
                add(tree, tree.leaf(cells), sums);
                n_trees += 1.0;
            }
            // 0 / 0: a row without estimate is NaN.
            sums.iter_mut().for_each(|sum| *sum /= n_trees);
        });
    let missing = estimates
        .chunks_exact(width)
        .filter(|row| row[0].is_nan())
        .count();
    if missing == n {
        return Err(Error::Data {
            op,
            problem: "every tree saw every row, so none is out of bag".to_owned(),
            remedy: "raise n_estimators, or leave oob_score off",
        });
    }
    if missing > 0 {
        tracing::warn!("{op}: {missing} of {n} rows were seen by every tree and have no out-of-bag estimate");
    }
    Ok(Array2::from_shape_vec((n, width), estimates).expect("one row of estimates a row"))
}

/// The mean of the trees' importances (lone leaves have none), scaled to a sum of 1.
pub(super) fn importances(trees: &[Tree]) -> Array1<f64> {
    let mut sums = vec![0.0; trees[0].n_features()];
    for tree in trees {
        for (sum, share) in sums.iter_mut().zip(tree.feature_importances()) {
            *sum += share;
        }
    }
    normalise(&mut sums);
    sums.into()
}

/// A loaded forest must have trees, all for the same rows and values.
pub(super) fn check_stored(trees: &[Tree], n_values: usize) -> Result<(), &'static str> {
    let Some(first) = trees.first() else {
        return Err("a forest without trees");
    };
    let alike = |tree: &Tree| tree.n_features() == first.n_features() && tree.value(0).len() == n_values;
    if trees.iter().all(alike) {
        Ok(())
    } else {
        Err("a forest whose trees do not fit together")
    }
}

/// Out-of-bag estimates need rows out of the bag.
pub(super) fn check_oob(oob_score: bool, bootstrap: bool) -> Result<()> {
    ml_core::check::parameter(
        "oob_score",
        oob_score,
        !oob_score || bootstrap,
        "false when bootstrap is false",
    )
}

pub(super) fn require_oob<'a>(owner: &str, oob: Option<&'a OutOfBag>) -> Result<&'a OutOfBag> {
    oob.ok_or_else(|| Error::Unsupported {
        owner: owner.to_owned(),
        what: "out-of-bag estimates after a fit without them",
        remedy: "fit with oob_score(true)",
    })
}
