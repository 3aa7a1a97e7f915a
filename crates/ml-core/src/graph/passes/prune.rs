//! Drops what nobody looks at: what neither leads to an output nor has an effect.

use super::rewrite::rewrite;
use crate::graph::{Graph, Kind};

pub(super) fn prune(graph: &Graph) -> Graph {
    let mut live = vec![false; graph.nodes.len()];
    for edge in &graph.outputs {
        live[edge.node] = true;
    }
    for (position, node) in graph.nodes.iter().enumerate().rev() {
        live[position] |= node.has_effect() || matches!(node.kind, Kind::Placeholder);
        if live[position] {
            node.inputs.iter().for_each(|edge| live[edge.node] = true);
        }
    }
    rewrite(graph, |new, position, node| {
        if live[position] {
            new.keep(node);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tensor, autodiff::Variable, graph::passes::testing::traced};

    #[test]
    fn what_nobody_looks_at_goes_and_effects_stay() {
        let counter = Variable::new(0.0);
        let handle = counter.clone();
        let graph = traced(&[&Tensor::from(1.0)], move |x| {
            x[0].exp()?.mul(&x[0])?; // dead
            handle.read().exp()?; // a read alone has no effect
            handle.assign_add(&x[0])?;
            Ok(vec![x[0].neg()?])
        });
        let pruned = prune(&graph);
        let kinds: Vec<_> = pruned.nodes.iter().map(|node| node.kind.name()).collect();
        assert_eq!(
            kinds,
            [
                "Placeholder",
                "ReadVariable",
                "add",
                "AssignVariable",
                "neg",
                "Identity"
            ]
        );
    }
}
