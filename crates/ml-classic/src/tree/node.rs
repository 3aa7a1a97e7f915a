//! The fitted tree as flat arrays, and the way through it.

use ml_core::Float;
use serde::{Deserialize, Serialize};

/// The question of every split, in training (on ranks) and in prediction (on values): at most the
/// threshold goes left, more goes right.
#[inline(always)]
pub(crate) fn goes_left<T: PartialOrd>(x: T, threshold: T) -> bool {
    x <= threshold
}

/// One node: a question or a leaf.
///
/// Nodes stand in depth-first order, so the left child of node `i` is node `i + 1`; 16 bytes hold
/// all that a prediction reads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Node {
    /// `x[feature] <= threshold` goes left. A leaf keeps its prediction here, see [`Tree::verdict`].
    pub(crate) threshold: f64,
    pub(crate) feature: u32,
    /// The right child; 0, which is the root and nobody's child, marks a leaf.
    pub(crate) right: u32,
}

impl Node {
    pub(crate) const LEAF: Self = Self {
        threshold: 0.0,
        feature: 0,
        right: 0,
    };

    pub(crate) fn is_leaf(&self) -> bool {
        self.right == 0
    }
}

/// The question that a node asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Column of the question.
    pub feature: usize,
    /// Rows with `x[feature] <= threshold` go left.
    pub threshold: f64,
    /// Node of the rows that go left.
    pub left: usize,
    /// Node of the rows that go right.
    pub right: usize,
}

/// A fitted binary tree: questions, and the statistics of the training rows that reached each node.
///
/// Nodes are numbered in depth-first order from the root, 0; the left child of `i` is `i + 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawTree")]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) samples: Vec<u32>,
    pub(crate) weights: Vec<f64>,
    pub(crate) impurities: Vec<f64>,
    pub(crate) values: Vec<f64>,
    pub(crate) n_values: usize,
    pub(crate) n_features: usize,
}

/// A [`Tree`] as a file holds it, before anybody trusts it.
#[derive(Deserialize)]
struct RawTree {
    nodes: Vec<Node>,
    samples: Vec<u32>,
    weights: Vec<f64>,
    impurities: Vec<f64>,
    values: Vec<f64>,
    n_values: usize,
    n_features: usize,
}

impl TryFrom<RawTree> for Tree {
    type Error = &'static str;

    /// Refuses a tree whose walk could leave its arrays or never end.
    fn try_from(raw: RawTree) -> Result<Self, Self::Error> {
        let n = raw.nodes.len();
        let sound = |(i, node): (usize, &Node)| {
            let right = node.right as usize;
            node.is_leaf() || (i + 1 < right && right < n && (node.feature as usize) < raw.n_features)
        };
        let lengths = [raw.samples.len(), raw.weights.len(), raw.impurities.len()];
        if n == 0 || raw.n_values == 0 || raw.n_values.checked_mul(n) != Some(raw.values.len()) {
            return Err("a tree without nodes or values");
        }
        if lengths != [n; 3] || !raw.nodes.iter().enumerate().all(sound) {
            return Err("a tree whose nodes do not hang together");
        }
        let tree = Self {
            nodes: raw.nodes,
            samples: raw.samples,
            weights: raw.weights,
            impurities: raw.impurities,
            values: raw.values,
            n_values: raw.n_values,
            n_features: raw.n_features,
        };
        Ok(tree.with_verdicts())
    }
}

impl Tree {
    /// Number of nodes, leaves included.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Number of leaves.
    pub fn n_leaves(&self) -> usize {
        self.nodes.iter().filter(|node| node.is_leaf()).count()
    }

    /// Number of questions on the longest way from the root to a leaf; 0 for a lone leaf.
    pub fn depth(&self) -> usize {
        self.depths().into_iter().max().unwrap_or(0)
    }

    /// Every node's number of questions above it.
    pub fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.n_nodes()];
        for (i, node) in self.nodes.iter().enumerate() {
            if !node.is_leaf() {
                depths[i + 1] = depths[i] + 1;
                depths[node.right as usize] = depths[i] + 1;
            }
        }
        depths
    }

    /// Number of columns at fit.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The question of `node`; `None` for a leaf.
    ///
    /// # Panics
    /// If there is no such node, as all accessors by node.
    pub fn split(&self, node: usize) -> Option<Split> {
        let question = &self.nodes[node];
        (!question.is_leaf()).then(|| Split {
            feature: question.feature as usize,
            threshold: question.threshold,
            left: node + 1,
            right: question.right as usize,
        })
    }

    /// Number of training rows (of positive weight) that reached `node`; a row that a bootstrap drew
    /// several times counts once.
    pub fn samples(&self, node: usize) -> usize {
        self.samples[node] as usize
    }

    /// Sum of the weights of the training rows that reached `node`.
    pub fn weight(&self, node: usize) -> f64 {
        self.weights[node]
    }

    /// Impurity of the training rows that reached `node`, by the criterion of fit.
    pub fn impurity(&self, node: usize) -> f64 {
        self.impurities[node]
    }

    /// The mean target of `node` (regression, one value), or the weight of every class in it
    /// (classification).
    pub fn value(&self, node: usize) -> &[f64] {
        &self.values[node * self.n_values..(node + 1) * self.n_values]
    }

    /// Writes every leaf's verdict into its node, which a walk has just read, so that most
    /// predictions need not fetch the leaf's value from far away.
    pub(crate) fn with_verdicts(mut self) -> Self {
        for i in (0..self.nodes.len())
            .filter(|&i| self.nodes[i].is_leaf())
            .collect::<Vec<_>>()
        {
            let value = self.value(i);
            let mut classes = value.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
            let verdict = match (value, classes.next(), classes.next()) {
                ([mean], _, _) => *mean,
                (_, Some((class, _)), None) => class as f64,
                _ => -1.0,
            };
            self.nodes[i] = Node {
                threshold: verdict,
                ..Node::LEAF
            };
        }
        self
    }

    /// What a leaf says: its only value; with several, the position of the only one above 0, or -1.
    #[inline]
    pub(crate) fn verdict(&self, leaf: usize) -> f64 {
        self.nodes[leaf].threshold
    }

    /// The leaf that a row ends in.
    #[inline]
    pub(crate) fn leaf<F: Float>(&self, row: &[F]) -> usize {
        let mut at = 0;
        loop {
            let node = &self.nodes[at];
            if node.is_leaf() {
                return at;
            }
            at = if goes_left(row[node.feature as usize].as_f64(), node.threshold) {
                at + 1
            } else {
                node.right as usize
            };
        }
    }

    /// Share of the impurity decrease that each feature brought, weighted by the rows of its nodes;
    /// sums to 1, or is all 0 for a lone leaf.
    pub fn feature_importances(&self) -> Vec<f64> {
        let mut importances = vec![0.0; self.n_features];
        let mass = |node: usize| self.weights[node] * self.impurities[node];
        for (i, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.is_leaf()) {
            let decrease = mass(i) - mass(i + 1) - mass(node.right as usize);
            // Never negative but for rounding, which weights of very different size bring out.
            importances[node.feature as usize] += decrease.max(0.0);
        }
        normalise(&mut importances);
        importances
    }
}

/// Scales to a sum of 1; leaves zeros alone.
pub(crate) fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 {
        values.iter_mut().for_each(|v| *v /= sum);
    }
}
