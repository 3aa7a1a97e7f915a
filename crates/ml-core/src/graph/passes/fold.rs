//! Computes what depends on constants only, once instead of at every call.

use super::rewrite::{Rewriter, rewrite};
use crate::{
    graph::{Graph, Kind, Node},
    ops::Primitive,
    tensor::Array,
};

/// Constants larger than this stay as they are computed: the file and memory of a graph must not grow by what
/// its program takes care to compute late.
const LARGEST: usize = 256 << 10;

pub(super) fn fold(graph: &Graph) -> Graph {
    rewrite(graph, |new, _, node| match folded(new, node) {
        Some(array) => new.keep_as(node, Kind::Constant(array), Default::default()),
        None => new.keep(node),
    })
}

fn folded(new: &Rewriter, node: &Node) -> Option<Array> {
    let Kind::Primitive(primitive) = &node.kind else {
        return None;
    };
    if node.is_stateful() || node.inputs.is_empty() || node.outputs.len() != 1 || is_loop(&**primitive) {
        return None;
    }
    let constants = node
        .inputs
        .iter()
        .map(|&edge| match &new.node(new.edge(edge).node).kind {
            Kind::Constant(array) if array.bytes() <= LARGEST => Some(array),
            _ => None,
        });
    let constants: Vec<&Array> = constants.collect::<Option<_>>()?;
    let expected = &node.outputs[0];
    if !expected.shape.is_known() || expected.shape.len().saturating_mul(expected.dtype.size()) > LARGEST {
        return None;
    }
    // What fails keeps its place and fails when the graph runs, as the program would.
    let array = primitive.forward(&constants).ok()?.pop()?;
    (array.dtype() == expected.dtype && *array.shape() == expected.shape).then(|| array.contiguous())
}

/// A loop may run long: that is not for the time of tracing.
fn is_loop(primitive: &dyn Primitive) -> bool {
    !primitive.subgraphs().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tensor,
        graph::passes::{
            prune::prune,
            testing::{run, traced},
        },
    };

    #[test]
    fn constants_are_computed_beforehand() {
        let graph = traced(&[&Tensor::from(1.0)], |x| {
            let three = x[0].zeros_like()?.add(&x[0].ones_like()?)?.add_scalar(2.0)?;
            Ok(vec![x[0].mul(&three.broadcast_to([2])?)?])
        });
        let folded = prune(&fold(&graph));
        assert_eq!(
            (
                folded.count("add"),
                folded.count("broadcast_to"),
                folded.count("Const")
            ),
            (0, 0, 1)
        );
        let x = Tensor::from(0.1);
        assert_eq!(run(&graph, &[&x]), run(&folded, &[&x]));
    }

    #[test]
    fn large_results_are_not_baked_in() {
        let graph = traced(&[&Tensor::from(1.0)], |x| {
            Ok(vec![
                x[0].add(&Tensor::from(2.0).broadcast_to([1000, 1000])?.neg()?)?,
            ])
        });
        // broadcast_to ran while tracing, on values; neg of it as well: a view of one element and its copy.
        assert_eq!(fold(&graph).count("add"), 1);
    }
}
