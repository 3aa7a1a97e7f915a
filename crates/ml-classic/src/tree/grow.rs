//! Growth of a tree: depth first, or the best leaf first.

use std::{cmp::Ordering, collections::BinaryHeap};

use ml_core::Rng;

use super::{
    columns::{Columns, with_ranks},
    criterion::Criterion,
    features::FeaturePool,
    gathered::Gathered,
    node::{Node, Tree},
    presorted::Presorted,
    search::{Best, Finder, Growth, Span, TIE, Tools},
};

/// A node that draws at least one feature in so many is searched faster by presorted columns.
const PRESORT_SHARE: usize = 4;

/// Presorted entries above which their memory would not be worth it.
const PRESORT_MAX_ENTRIES: usize = 1 << 26;

/// Grows a tree on the rows of positive weight.
pub(super) fn grow<K: Criterion>(
    columns: &Columns,
    criterion: K,
    weights: &[f64],
    growth: &Growth,
    rng: Rng,
) -> Tree {
    let presort = !growth.random_thresholds
        && growth.max_features * PRESORT_SHARE >= columns.n_features
        && columns.n_rows * columns.n_features <= PRESORT_MAX_ENTRIES;
    let tree = if presort && columns.n_rows <= 1 << 16 {
        Grower::new(
            Presorted::<u32>::new(columns, weights),
            criterion,
            columns,
            growth,
            rng,
        )
        .grow()
    } else if presort {
        Grower::new(
            Presorted::<u64>::new(columns, weights),
            criterion,
            columns,
            growth,
            rng,
        )
        .grow()
    } else {
        with_ranks!(&columns.ranks, ranks => {
            let finder = Gathered::new(columns, ranks, weights);
            Grower::new(finder, criterion, columns, growth, rng).grow()
        })
    };
    super::prune::cost_complexity(tree, growth.ccp_alpha).with_verdicts()
}

struct Grower<'a, S, K> {
    finder: S,
    criterion: K,
    columns: &'a Columns,
    growth: &'a Growth,
    features: FeaturePool,
    rng: Rng,
    tree: Tree,
}

/// A node whose rows are known and that is not in the tree yet.
struct Waiting {
    span: Span,
    depth: usize,
    /// Its parent, if it is a right child; left children follow their parents anyway.
    right_of: Option<usize>,
    n_constant: usize,
    is_leaf: bool,
}

impl<'a, K: Criterion, S: Finder<K>> Grower<'a, S, K> {
    fn new(finder: S, criterion: K, columns: &'a Columns, growth: &'a Growth, rng: Rng) -> Self {
        let tree = Tree {
            nodes: Vec::new(),
            samples: Vec::new(),
            weights: Vec::new(),
            impurities: Vec::new(),
            values: Vec::new(),
            n_values: criterion.n_values(),
            n_features: columns.n_features,
        };
        Self {
            finder,
            criterion,
            columns,
            growth,
            features: FeaturePool::new(columns.n_features, growth.max_features),
            rng,
            tree,
        }
    }

    fn grow(self) -> Tree {
        match self.growth.max_leaf_nodes {
            None => self.depth_first(),
            Some(max_leaves) => self.best_first(max_leaves),
        }
    }

    fn depth_first(mut self) -> Tree {
        let mut stack = vec![Waiting {
            span: self.finder.root(),
            depth: 0,
            right_of: None,
            n_constant: 0,
            is_leaf: false,
        }];
        while let Some(node) = stack.pop() {
            let id = self.tree.nodes.len();
            if let Some(parent) = node.right_of {
                self.tree.nodes[parent].right = id as u32;
            }
            let Some((best, _)) = self.add(&node) else {
                continue;
            };
            self.ask(id, &best);
            let n_constant = self.features.n_constant();
            let [left, right] = self.divide(node.span, node.depth, &best);
            let depth = node.depth + 1;
            for ((span, is_leaf), right_of) in [(right, Some(id)), (left, None)] {
                stack.push(Waiting {
                    span,
                    depth,
                    right_of,
                    n_constant,
                    is_leaf,
                });
            }
        }
        self.tree
    }

    /// Makes a question of a leaf; its right child is known later.
    fn ask(&mut self, id: usize, best: &Best) {
        self.tree.nodes[id].feature = best.feature as u32;
        self.tree.nodes[id].threshold = best.threshold(self.columns);
    }

    /// Adds a node with its statistics, and finds its split and the decrease of impurity.
    fn add(&mut self, node: &Waiting) -> Option<(Best, f64)> {
        let rows = self.finder.rows(node.span);
        let statistics = self.criterion.begin(rows, &mut self.tree.values);
        self.tree.nodes.push(Node::LEAF);
        self.tree.samples.push(rows.len() as u32);
        self.tree.weights.push(statistics.weight);
        self.tree.impurities.push(statistics.impurity);
        let too_light = statistics.weight < 2.0 * self.growth.min_weight_leaf;
        if node.is_leaf || statistics.pure || too_light || self.too_small(rows.len(), node.depth) {
            return None;
        }
        self.features.begin(node.n_constant);
        let mut tools = Tools {
            criterion: &mut self.criterion,
            features: &mut self.features,
            rng: &mut self.rng,
            growth: self.growth,
            tie: TIE * statistics.impurity * statistics.weight,
        };
        let best = self.finder.find(node.span, &mut tools)?;
        let decrease = best.cut.gain / self.tree.weights[0];
        (decrease + f64::EPSILON >= self.growth.min_impurity_decrease).then_some((best, decrease))
    }

    fn too_small(&self, n: usize, depth: usize) -> bool {
        let least = self
            .growth
            .min_samples_split
            .max(self.growth.min_samples_leaf.saturating_mul(2));
        n < least || depth >= self.growth.max_depth
    }

    fn divide(&mut self, span: Span, depth: usize, best: &Best) -> [(Span, bool); 2] {
        let (growth, criterion) = (self.growth, &self.criterion);
        let least = growth
            .min_samples_split
            .max(growth.min_samples_leaf.saturating_mul(2));
        let too_deep = depth + 1 >= growth.max_depth;
        let is_leaf = |rows: &[u32]| too_deep || rows.len() < least || criterion.is_pure(rows);
        self.finder.divide(span, best, self.features.varying(), &is_leaf)
    }

    fn best_first(mut self, max_leaves: usize) -> Tree {
        let mut children: Vec<[usize; 2]> = Vec::new();
        let mut frontier = BinaryHeap::new();
        let root = self.finder.root();
        self.add_candidate(root, 0, false, &mut frontier);
        let mut n_leaves = 1;
        while n_leaves < max_leaves {
            let Some(next) = frontier.pop() else { break };
            self.ask(next.id, &next.best);
            // Nodes come in no order, so that none can rely on the constants of its parent.
            self.features.begin(0);
            let sides = self.divide(next.span, next.depth, &next.best);
            let ids =
                sides.map(|(span, is_leaf)| self.add_candidate(span, next.depth + 1, is_leaf, &mut frontier));
            children.resize(self.tree.nodes.len(), [0, 0]);
            children[next.id] = ids;
            n_leaves += 1;
        }
        children.resize(self.tree.nodes.len(), [0, 0]);
        self.tree.in_depth_first_order(&children)
    }

    fn add_candidate(
        &mut self,
        span: Span,
        depth: usize,
        is_leaf: bool,
        frontier: &mut BinaryHeap<Candidate>,
    ) -> usize {
        let id = self.tree.nodes.len();
        let node = Waiting {
            span,
            depth,
            right_of: None,
            n_constant: 0,
            is_leaf,
        };
        if let Some((best, decrease)) = self.add(&node) {
            frontier.push(Candidate {
                decrease,
                id,
                span,
                depth,
                best,
            });
        }
        id
    }
}

/// A leaf that could be split. The one with the largest decrease of impurity comes first, among
/// equals the oldest.
struct Candidate {
    decrease: f64,
    id: usize,
    span: Span,
    depth: usize,
    best: Best,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.decrease
            .total_cmp(&other.decrease)
            .then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}
