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
//! | `fuse` | makes one operation of several that compute element by element |
//! | `cost` | how much work a graph is, and whether it has branches worth two threads |

mod common;
pub(super) mod cost;
mod fold;
mod fuse;
mod prune;
mod rewrite;
mod simplify;

use super::Graph;

/// Each round can open the way for another, but long chains of that are rare.
const ROUNDS: usize = 3;

/// The graph after all passes.
pub(super) fn optimise(mut graph: Graph) -> Graph {
    for _ in 0..ROUNDS {
        let before = graph.nodes.len();
        graph = common::common(&simplify::simplify(&fold::fold(&prune::prune(&graph))));
        if graph.nodes.len() == before {
            break;
        }
    }
    fuse::fuse(&prune::prune(&graph))
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

    fn bits(array: &Array) -> (String, Vec<u64>) {
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
