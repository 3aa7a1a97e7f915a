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

    /// A node for this primitive, whose operand is a constant: outside of graphs from files, operations on values
    /// run while tracing.
    fn node(json: &str, x: &Tensor) -> Tensor {
        let primitive: Box<dyn Primitive> = serde_json::from_str(json).expect("a primitive of ours");
        let mut outputs = crate::graph::trace(&primitive.into(), &[x]).expect("it fits");
        outputs.remove(0)
    }

    #[test]
    fn large_results_are_not_baked_in() {
        let left = |length: usize| {
            let graph = traced(&[], |_| {
                let broadcast = format!(r#"{{"broadcast_to":{{"shape":[{length}]}}}}"#);
                let copies = node(&broadcast, &Tensor::from(2.0));
                Ok(vec![node(r#"{"neg":null}"#, &copies)])
            });
            let folded = prune(&fold(&graph));
            assert_eq!(run(&graph, &[]), run(&folded, &[]));
            (folded.count("broadcast_to"), folded.count("neg"))
        };
        // 32,768 numbers of 8 bytes are the most.
        assert_eq!((left(32_768), left(32_769)), ((0, 0), (1, 1)));
    }
}
