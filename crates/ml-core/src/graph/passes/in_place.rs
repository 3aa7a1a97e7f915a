//! Which elementwise operations can compute in the memory of an operand that dies there.
//!
//! A property of the order in which the graph runs, not a change of it: the executor asks for each step, and
//! makes sure that nobody else holds the memory when the step runs.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::graph::{Edge, Graph, Kind, Node};

/// An operand, and the result that may take its memory, by their numbers.
pub(in crate::graph) type Over = (usize, usize);

/// For every node, which operands its results may be computed over: of the same type and shape, made by an operation,
/// and not looked at by a later node, by another operand of this one, or outside.
pub(in crate::graph) fn reusable(graph: &Graph) -> Vec<SmallVec<[Over; 1]>> {
    let last = last_looks(graph);
    let nodes = graph.nodes.iter().enumerate();
    nodes
        .map(|(position, node)| {
            let made = |edge: &Edge| matches!(graph.nodes[edge.node].kind, Kind::Primitive(_));
            let dies = |edge: &Edge| last.get(edge) == Some(&position) && is_single(node, *edge);
            let mut pairs: SmallVec<[Over; 1]> = SmallVec::new();
            if !works_in_place(node) {
                return pairs;
            }
            for (result, output) in node.outputs.iter().enumerate() {
                let fits = |&(number, edge): &(usize, &Edge)| {
                    let spec = graph.spec(*edge);
                    spec.dtype == output.dtype
                        && spec.shape.matches(&output.shape)
                        && pairs.iter().all(|&(taken, _)| taken != number)
                };
                let mut operands = node.inputs.iter().enumerate();
                let operand = operands.find(|operand| made(operand.1) && dies(operand.1) && fits(operand));
                if let Some((number, _)) = operand {
                    pairs.push((number, result));
                }
            }
            pairs
        })
        .collect()
}

/// The node that looks at each edge last; none for what leaves the graph.
pub(in crate::graph) fn last_looks(graph: &Graph) -> HashMap<Edge, usize> {
    let mut last = HashMap::new();
    for (position, node) in graph.nodes.iter().enumerate() {
        last.extend(node.inputs.iter().map(|&edge| (edge, position)));
    }
    graph.outputs.iter().for_each(|edge| {
        last.remove(edge);
    });
    last
}

/// Whether the node takes this operand once.
pub(in crate::graph) fn is_single(node: &Node, operand: Edge) -> bool {
    node.inputs.iter().filter(|&&edge| edge == operand).count() == 1
}

/// Whether the node's results can be computed over operands.
pub(in crate::graph) fn works_in_place(node: &Node) -> bool {
    node.kind.name() == "fused"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Result, Tensor,
        graph::{
            RunOptions,
            passes::testing::{bits, run, traced},
            plan::Plan,
        },
        tensor::Array,
    };

    fn numbers(seed: usize) -> Tensor {
        let values = (0..40_000)
            .map(|n| ((n * 13 + seed) % 89) as f64 / 44.0 - 1.0)
            .collect();
        Tensor::from_vec(values, [200, 200]).expect("as many values as elements")
    }

    /// How many steps compute in place, after checking that the results are those of the operations one by one,
    /// on one thread and on two, and that the arguments are as before.
    fn in_place(body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>) -> usize {
        let arguments = [numbers(1), numbers(2)];
        let inputs: Vec<&Tensor> = arguments.iter().collect();
        let graph = traced(&inputs, body);
        let plan = std::sync::Arc::new(Plan::new(&graph));
        let arrays: Vec<&Array> = inputs.iter().map(|x| x.array().expect("a value")).collect();
        for options in [
            RunOptions::default().inter_op(1),
            RunOptions::default().inter_op(2),
            RunOptions::default().inter_op(2).intra_op(1),
        ] {
            for _ in 0..2 {
                let results = plan.run(&arrays, &options).expect("it runs");
                let results: Vec<_> = results.iter().map(bits).collect();
                assert_eq!(results, run(&graph, &inputs));
            }
        }
        for (argument, seed) in arguments.iter().zip([1, 2]) {
            assert_eq!(
                argument.array().expect("a value"),
                numbers(seed).array().expect("a value")
            );
        }
        reusable(plan.graph()).iter().flatten().count()
    }

    #[test]
    fn what_dies_is_written_over() {
        // The sum of rows is made by an operation that nothing else needs.
        let count = in_place(|x| {
            let sums = x[0].cumsum(1)?;
            Ok(vec![sums.mul(&x[1])?.tanh()?.add(&sums)?])
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn arguments_results_and_what_is_needed_later_stay() {
        assert_eq!(in_place(|x| Ok(vec![x[0].mul(&x[1])?.tanh()?])), 0);
        let count = in_place(|x| {
            let sums = x[0].cumsum(1)?;
            Ok(vec![sums.mul(&x[1])?.tanh()?, sums])
        });
        assert_eq!(count, 0);
        let count = in_place(|x| {
            let sums = x[0].cumsum(1)?;
            Ok(vec![sums.mul(&x[1])?.tanh()?, sums.cumsum(0)?])
        });
        assert_eq!(count, 0);
    }

    #[test]
    fn memory_that_a_view_shares_is_left_alone() {
        // Two views of one block die at different steps: the first must not write over the second.
        in_place(|x| {
            let sums = x[0].cumsum(1)?;
            let turned = sums.transpose()?;
            let first = sums.mul(&x[1])?.exp()?;
            Ok(vec![first.cumsum(0)?, turned.sub(&first)?.tanh()?])
        });
        in_place(|x| {
            let halves = x[0].cumsum(0)?.split_equal(2, 0)?;
            let first = halves[0].neg()?.exp()?;
            Ok(vec![first, halves[1].neg()?.tanh()?])
        });
    }
}
