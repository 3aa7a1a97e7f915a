//! Optimisation: from the graph that was traced to one that computes the same with less work.
//!
//! Every pass takes a graph and gives another with the same inputs, outputs, variables and effects. Results
//! are the same bits: a pass that would change them does not belong here.
//!
//! | file | what |
//! |---|---|
//! | `rewrite` | how a pass builds its graph |
//! | `prune` | drops what nobody looks at |
//! | `fold` | computes what depends on constants only |
//! | `simplify` | drops operations that change nothing, or undo each other |
//! | `common` | computes what occurs twice only once |
//! | `power` | squares instead of powers of 2 |
//! | `fuse`, `merge` | makes one operation of several that compute element by element |
//! | `epilogue` | lets a matrix product compute its bias and activation where it lies |
//! | `in_place` | which elementwise operations compute in the memory of an operand that dies there |
//! | `uses` | who looks at what |
//! | `cost` | how much work a graph is, and whether it has branches worth two threads |

mod common;
pub(super) mod cost;
mod epilogue;
mod fold;
mod fuse;
pub(super) mod in_place;
mod merge;
mod power;
mod prune;
mod rewrite;
mod simplify;
mod uses;

use super::Graph;

/// Each round can open the way for another, but long chains of that are rare.
const ROUNDS: usize = 3;

/// The graph after all passes.
pub(super) fn optimise(mut graph: Graph) -> Graph {
    for _ in 0..ROUNDS {
        let before = graph.nodes.len();
        let folded = fold::fold(&prune::prune(&graph));
        graph = common::common(&power::power(&simplify::simplify(&folded)));
        if graph.nodes.len() == before {
            break;
        }
    }
    prune::prune(&fuse::fuse(&prune::prune(&graph)))
}

#[cfg(test)]
pub(super) mod testing {
    use crate::{
        Result, Tensor,
        graph::{Graph, replay::replay, trace::Trace},
        tensor::Array,
    };

    /// The graph of `body` for arguments like these.
    pub(in crate::graph) fn traced(
        arguments: &[&Tensor],
        body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>,
    ) -> Graph {
        let trace = Trace::new("test");
        let symbols: Vec<_> = arguments
            .iter()
            .map(|x| trace.placeholder("x", x.spec()))
            .collect();
        let results = trace.enter(|| body(&symbols)).expect("the body traces");
        trace.finish(&results).expect("the trace ends")
    }

    /// Its results, as bits where they are floating-point numbers.
    pub(in crate::graph) fn run(graph: &Graph, arguments: &[&Tensor]) -> Vec<(String, Vec<u64>)> {
        let results = replay(graph, arguments).expect("the graph runs");
        results
            .iter()
            .map(|result| bits(result.array().expect("a value")))
            .collect()
    }

    pub(in crate::graph) fn bits(array: &Array) -> (String, Vec<u64>) {
        use crate::DType;
        let bits = match array.dtype() {
            DType::F32 => array
                .elements::<f32>()
                .iter()
                .map(|v| u64::from(v.to_bits()))
                .collect(),
            DType::F64 => array.elements::<f64>().iter().map(|v| v.to_bits()).collect(),
            DType::I32 => array.elements::<i32>().iter().map(|&v| v as u64).collect(),
            other => panic!("no test needs {other}"),
        };
        (format!("{}{}", array.dtype(), array.shape()), bits)
    }
}
