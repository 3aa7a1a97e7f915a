//! How much work a graph is.

use crate::graph::{Graph, Kind, Node};

/// Work, in additions, that a branch must have before a second thread pays.
const WORTH_A_THREAD: usize = 200_000;

/// Whether branches of the graph are worth running side by side: there is much work, and no one chain holds
/// most of it.
pub(in crate::graph) fn is_wide(graph: &Graph) -> bool {
    let (mut total, mut longest) = (0usize, 0usize);
    // Work on the longest way to each node, itself included.
    let mut until: Vec<usize> = Vec::with_capacity(graph.nodes.len());
    let mut last_stateful = 0;
    for node in &graph.nodes {
        let work = work(graph, node);
        let mut before = node.inputs.iter().map(|edge| until[edge.node]).max().unwrap_or(0);
        if node.is_stateful() {
            before = before.max(last_stateful);
            last_stateful = before + work;
        }
        total = total.saturating_add(work);
        longest = longest.max(before.saturating_add(work));
        until.push(before.saturating_add(work));
    }
    total - longest.min(total) >= WORTH_A_THREAD
}

/// About how many additions a node takes; unknown lengths count as 1.
fn work(graph: &Graph, node: &Node) -> usize {
    let Kind::Primitive(primitive) = &node.kind else {
        return 0;
    };
    let len = |lengths: &[usize]| {
        let known = lengths.iter().filter(|&&length| length != crate::Shape::UNKNOWN);
        known.fold(1usize, |product, &length| product.saturating_mul(length))
    };
    let out = node.outputs.first().map_or(0, |spec| len(&spec.shape));
    match primitive.name() {
        "matmul" => {
            // Every element of the result is a product along the inner axis; eight of its steps cost one.
            let a = graph.spec(node.inputs[0]);
            let rows_of_result = node.outputs[0].shape.iter().rev().nth(1).copied().unwrap_or(1);
            let matrix = len(&a.shape[a.shape.rank().saturating_sub(2)..]);
            let inner = matrix / len(&[rows_of_result]).max(1);
            out.saturating_mul(inner.max(1)) / 8
        }
        // Views cost nothing.
        "reshape" | "transpose" | "broadcast_to" | "squeeze" | "expand_dims" => 0,
        _ => primitive
            .block()
            .map_or(1, |block| block.cost())
            .saturating_mul(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Tensor, graph::passes::testing::traced};

    #[test]
    fn two_large_branches_are_wide_and_one_chain_is_not() {
        let x = Tensor::zeros([512, 512], DType::F32).expect("a small tensor");
        let branches = traced(&[&x], |x| {
            Ok(vec![x[0].matmul(&x[0])?, x[0].transpose()?.matmul(&x[0])?])
        });
        let chain = traced(&[&x], |x| Ok(vec![x[0].matmul(&x[0])?.matmul(&x[0])?]));
        assert!(is_wide(&branches) && !is_wide(&chain));
    }
}
