//! The training rows, ready to be searched.

use std::sync::{Arc, OnceLock};

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array2, ArrayView2},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{brute, kd_tree::KdTree, metric::Metric, nearest::Nearest, screen::Screen};

/// How neighbours are searched; the result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// A k-d tree for up to 15 columns and more than a few rows, brute force otherwise.
    #[default]
    Auto,
    /// Distances to all training rows.
    Brute,
    /// A k-d tree.
    KdTree,
}

/// Above so many columns nearly every box of a tree must be opened.
const MOST_TREE_COLUMNS: usize = 15;
/// Below so many rows a tree saves nothing.
const LEAST_TREE_ROWS: usize = 100;
/// Below so many queries times rows a matrix product does not pay for preparing it.
const LEAST_PRODUCT: usize = 1 << 18;

/// Training rows with the metric and the way to search them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Index<F: Float> {
    x: Array2<F>,
    metric: Metric,
    algorithm: Algorithm,
    // What speeds searches up follows from the rows, so it is not stored but made again when needed.
    #[serde(skip)]
    tree: OnceLock<Arc<KdTree>>,
    #[serde(skip)]
    screen: OnceLock<Arc<Screen>>,
}

impl<F: Float> Index<F> {
    pub(super) fn new(x: ArrayView2<'_, F>, metric: Metric, algorithm: Algorithm) -> Self {
        let index = Self {
            x: x.as_standard_layout().into_owned(),
            metric,
            algorithm,
            tree: OnceLock::new(),
            screen: OnceLock::new(),
        };
        if index.uses_tree() {
            index.tree();
        }
        index
    }

    pub(super) fn rows(&self) -> usize {
        self.x.nrows()
    }

    pub(super) fn columns(&self) -> usize {
        self.x.ncols()
    }

    fn uses_tree(&self) -> bool {
        match self.algorithm {
            Algorithm::Brute => false,
            Algorithm::KdTree => true,
            Algorithm::Auto => self.columns() <= MOST_TREE_COLUMNS && self.rows() >= LEAST_TREE_ROWS,
        }
    }

    fn tree(&self) -> &KdTree {
        self.tree.get_or_init(|| Arc::new(KdTree::new(self.x.view())))
    }

    /// The `k` nearest rows of every query: distances and row numbers, `[queries, k]`, nearest first.
    pub(super) fn search(
        &self,
        op: &'static str,
        queries: ArrayView2<'_, F>,
        k: usize,
    ) -> Result<(Array2<f64>, Array2<usize>)> {
        check::prediction_rows(op, queries, self.columns())?;
        check_k(op, k, self.rows())?;
        let shape = (queries.nrows(), k);
        let (mut distances, mut rows) = (vec![0.0; shape.0 * k], vec![0; shape.0 * k]);
        let queries = queries.as_standard_layout();
        let by_product = self.metric == Metric::Euclidean && shape.0 * self.rows() >= LEAST_PRODUCT;
        if !self.uses_tree() && by_product {
            let screen = self.screen.get_or_init(|| Arc::new(Screen::new(self.x.view())));
            screen.search(self.x.view(), queries.view(), k, &mut distances, &mut rows);
        } else {
            self.search_one_by_one(queries.view(), k, &mut distances, &mut rows);
        }
        distances.iter_mut().for_each(|d| *d = self.metric.distance(*d));
        let distances = Array2::from_shape_vec(shape, distances).expect("k distances a query");
        let rows = Array2::from_shape_vec(shape, rows).expect("k rows a query");
        Ok((distances, rows))
    }

    fn search_one_by_one(
        &self,
        queries: ArrayView2<'_, F>,
        k: usize,
        distances: &mut [f64],
        rows: &mut [usize],
    ) {
        let tree = self.uses_tree().then(|| self.tree());
        distances
            .par_chunks_mut(k)
            .zip(rows.par_chunks_mut(k))
            .zip(queries.outer_iter().into_par_iter())
            .with_min_len(16)
            .for_each(|((distances, rows), query)| {
                let query = query.to_slice().expect("queries were brought to standard layout");
                let mut nearest = Nearest::new(k);
                match tree {
                    Some(tree) => tree.search(self.x.view(), query, self.metric, &mut nearest),
                    None => brute::search(self.x.view(), query, self.metric, &mut nearest),
                }
                nearest.drain(distances, rows);
            });
    }
}

/// At least one neighbour, and no more than there are rows.
pub(super) fn check_k(op: &'static str, k: usize, rows: usize) -> Result<()> {
    check::parameter("n_neighbors", k, k > 0, "at least 1")?;
    if k > rows {
        return Err(Error::Data {
            op,
            problem: format!("{k} neighbours asked for among {rows} training rows"),
            remedy: "use a smaller n_neighbors, or more training rows",
        });
    }
    Ok(())
}
