//! Minimal cost-complexity pruning.

use super::node::{Node, Tree};

/// The smallest subtree that minimises `impurity of the leaves + alpha · leaves`, where each leaf's
/// impurity counts by its share of the weight (Breiman et al., "Classification and Regression
/// Trees", 1984, chapter 3).
pub(super) fn cost_complexity(tree: Tree, alpha: f64) -> Tree {
    if alpha <= 0.0 {
        return tree;
    }
    let n = tree.nodes.len();
    let own_risk = |node: usize| tree.weights[node] * tree.impurities[node] / tree.weights[0];
    let mut risk: Vec<f64> = (0..n).map(own_risk).collect();
    let mut n_leaves = vec![1.0; n];
    let mut children = vec![[0, 0]; n];
    // Children stand behind their parents: backwards, every subtree is pruned before its parent.
    for i in (0..n).rev().filter(|&i| !tree.nodes[i].is_leaf()) {
        let [left, right] = [i + 1, tree.nodes[i].right as usize];
        let (below, leaves) = (risk[left] + risk[right], n_leaves[left] + n_leaves[right]);
        let weakness = (risk[i] - below) / (leaves - 1.0);
        if weakness > alpha {
            (risk[i], n_leaves[i]) = (below, leaves);
            children[i] = [left, right];
        }
    }
    tree.in_depth_first_order(&children)
}

impl Tree {
    /// The tree with these children (`[0, 0]` marks a leaf), renumbered; what cannot be reached from
    /// the root is dropped.
    pub(super) fn in_depth_first_order(&self, children: &[[usize; 2]]) -> Self {
        let mut out = Self {
            nodes: Vec::new(),
            samples: Vec::new(),
            weights: Vec::new(),
            impurities: Vec::new(),
            values: Vec::new(),
            ..*self
        };
        let mut stack = vec![(0, None)];
        while let Some((old, right_of)) = stack.pop() {
            let new = out.nodes.len();
            if let Some(parent) = right_of {
                let parent: &mut Node = &mut out.nodes[parent];
                parent.right = new as u32;
            }
            let [left, right] = children[old];
            let is_leaf = right == 0;
            out.nodes.push(if is_leaf { Node::LEAF } else { self.nodes[old] });
            out.samples.push(self.samples[old]);
            out.weights.push(self.weights[old]);
            out.impurities.push(self.impurities[old]);
            out.values.extend_from_slice(self.value(old));
            if !is_leaf {
                stack.push((right, Some(new)));
                stack.push((left, None));
            }
        }
        out
    }
}
