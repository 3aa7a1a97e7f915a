//! Pruning: by cost and complexity, or by the significance of splits.

use ml_core::{Result, special};

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

/// Deletes the children of nodes whose children are leaves, if the classes differ between them no more
/// than chance explains with a probability above `max_p_value` (Pearson's chi-square test), from the
/// bottom up until no such node is left. `n_classes` says how many classes each output has.
///
/// Source: Quinlan, "Induction of Decision Trees", Machine Learning 1 (1986), section 4.
pub(super) fn insignificant(tree: &Tree, max_p_value: f64, n_classes: &[usize]) -> Result<Tree> {
    let mut children = vec![[0, 0]; tree.nodes.len()];
    // Children stand behind their parents: backwards, every subtree is pruned before its parent.
    for (i, node) in tree
        .nodes
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, node)| !node.is_leaf())
    {
        let sides = [i + 1, node.right as usize];
        let above_leaves = sides.iter().all(|&side| children[side] == [0, 0]);
        if !above_leaves || p_value(sides.map(|side| tree.value(side)), n_classes)? <= max_p_value {
            children[i] = sides;
        }
    }
    Ok(tree.in_depth_first_order(&children).with_verdicts())
}

/// The smallest p-value of the outputs, for the hypothesis that a class is as frequent on both sides.
fn p_value([left, right]: [&[f64]; 2], n_classes: &[usize]) -> Result<f64> {
    let (mut smallest, mut start) = (1.0_f64, 0);
    for n in n_classes {
        let part = start..start + n;
        start = part.end;
        let (left, right) = (&left[part.clone()], &right[part]);
        let weights = [left, right].map(|side| side.iter().sum::<f64>());
        let all = weights[0] + weights[1];
        let present = left.iter().zip(right).filter(|&(l, r)| l + r > 0.0);
        let statistic = present.clone().map(|(l, r)| {
            let expected = weights.map(|weight| weight * (l + r) / all);
            (l - expected[0]).powi(2) / expected[0] + (r - expected[1]).powi(2) / expected[1]
        });
        let freedom = present.count() as f64 - 1.0;
        if freedom > 0.0 {
            smallest = smallest.min(special::chi_square_tail(statistic.sum(), freedom)?);
        }
    }
    Ok(smallest)
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
