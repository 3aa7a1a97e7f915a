//! Lets a matrix product compute where it lies what follows it element by element: the bias, the activation.
//!
//! Fusion calls it for every group of elementwise operations. A group that takes a product which nobody else
//! looks at becomes one operation with it, whose elementwise part works in the memory of the product.

use std::sync::Arc;

use smallvec::SmallVec;

use super::uses::Uses;
use crate::{
    graph::{Edge, Graph, Kind},
    kernels::fused::Program,
    ops::Epilogue,
};

/// Products that take elementwise work on.
const PRODUCTS: [&str; 2] = ["matmul", "matmul_bias"];

/// The product that a group of one result takes, if nobody else looks at it.
pub(super) fn product(graph: &Graph, uses: &Uses, members: &[usize]) -> Option<Edge> {
    let result = &graph.nodes[*members.last()?].outputs[0];
    let is_product = |edge: &&Edge| {
        let node = &graph.nodes[edge.node];
        PRODUCTS.contains(&node.kind.name()) && node.outputs[0] == *result && uses.only_by(edge.node, members)
    };
    let mut operands = members.iter().flat_map(|&member| &graph.nodes[member].inputs);
    operands.find(is_product).copied()
}

/// The product and the group as one operation with its operands, if the group takes one.
pub(super) fn onto_product(
    graph: &Graph,
    uses: &Uses,
    members: &[usize],
    program: &Arc<Program>,
    inputs: &[Edge],
) -> Option<(Epilogue, SmallVec<[Edge; 2]>)> {
    let product = product(graph, uses, members)?;
    let position = inputs.iter().position(|&edge| edge == product)?;
    let product = &graph.nodes[product.node];
    let Kind::Primitive(first) = &product.kind else {
        return None;
    };
    let others = inputs
        .iter()
        .enumerate()
        .filter(|(number, _)| *number != position);
    let all = product.inputs.iter().chain(others.map(|(_, edge)| edge));
    let epilogue = Epilogue {
        first: Arc::clone(first),
        operands: product.inputs.len(),
        program: Arc::clone(program),
        position,
    };
    Some((epilogue, all.copied().collect()))
}

#[cfg(test)]
mod tests {
    use crate::{
        DType, Result, Tensor,
        autodiff::Tape,
        graph::passes::{
            optimise,
            testing::{run, traced},
        },
    };

    fn numbers(shape: &[usize], seed: usize) -> Tensor {
        let len: usize = shape.iter().product();
        let values = (0..len)
            .map(|n| ((n * 29 + seed) % 97) as f64 / 48.0 - 1.0)
            .collect();
        Tensor::from_vec(values, shape).expect("as many values as elements")
    }

    /// The kinds that are left of a function of x, w and b, after checking that the results are the same bits.
    fn left(body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>) -> Vec<&'static str> {
        let mut kinds = Vec::new();
        for dtype in [DType::F32, DType::F64] {
            let inputs = [numbers(&[40, 30], 0), numbers(&[30, 150], 1), numbers(&[150], 2)];
            let inputs = inputs.map(|x| x.cast(dtype).expect("numbers"));
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            let graph = traced(&inputs, &body);
            let optimised = optimise(graph.clone());
            assert_eq!(run(&graph, &inputs), run(&optimised, &inputs));
            kinds = optimised.nodes.iter().map(|node| node.kind.name()).collect();
        }
        kinds.retain(|kind| !matches!(*kind, "Placeholder" | "Const"));
        kinds
    }

    #[test]
    fn bias_and_activation_join_the_product() {
        let layer = |x: &[Tensor]| x[0].matmul(&x[1])?.add(&x[2]);
        assert_eq!(left(|x| Ok(vec![layer(x)?])), ["epilogue"]);
        assert_eq!(left(|x| Ok(vec![layer(x)?.relu()?])), ["epilogue"]);
        assert_eq!(
            left(|x| Ok(vec![x[0].matmul_bias(&x[1], &x[2])?.gelu()?])),
            ["epilogue"]
        );
        let two = left(|x| {
            Ok(vec![
                layer(x)?.relu()?.matmul_transposed(false, &x[1], true)?.tanh()?,
            ])
        });
        // The second product has 40 rows of 30 elements: not worth it.
        assert_eq!(two, ["epilogue", "matmul", "tanh"]);
    }

    #[test]
    fn a_product_that_others_look_at_stays() {
        // Both the product and what follows are results.
        let kinds = left(|x| {
            let product = x[0].matmul(&x[1])?;
            Ok(vec![product.add(&x[2])?.relu()?, product])
        });
        assert_eq!(kinds, ["matmul", "fused"]);
        let kinds = left(|x| {
            let product = x[0].matmul(&x[1])?;
            Ok(vec![product.add(&x[2])?.relu()?.sum(&[0])?, product.max(&[1])?])
        });
        assert_eq!(kinds.iter().filter(|kind| **kind == "matmul").count(), 1);
    }

    #[test]
    fn of_two_products_one_takes_the_sum_on() {
        let kinds = left(|x| {
            let once = x[0].matmul(&x[1])?;
            Ok(vec![once.add(&x[0].neg()?.matmul(&x[1])?)?.tanh()?])
        });
        assert_eq!(kinds, ["neg", "matmul", "epilogue"]);
    }

    #[test]
    fn gradients_of_layers_are_the_same_bits() {
        let kinds = left(|x| {
            let tape = Tape::new();
            let w = tape.watch(&x[1])?;
            let loss = x[0].matmul(&w)?.add(&x[2])?.tanh()?.sum_all()?;
            Ok(vec![
                tape.gradient(&loss, &[&w])?.remove(0).expect("it depends on w"),
            ])
        });
        assert!(kinds.contains(&"epilogue"), "{kinds:?}");
    }
}
