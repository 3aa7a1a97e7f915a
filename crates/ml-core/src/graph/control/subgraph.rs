//! The graph of a branch or body: traced inside whatever is around it, kept in the operation.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::super::{Edge, Graph, Kind, Node, plan::Plan, stack::trace_of, trace::Trace};
use crate::{
    DType, Error, Result, Shape, Tensor,
    autodiff::{self, Variable},
    dtype::Element,
    ops::{Primitive, Spec, apply_dyn},
    tensor::{Array, for_dtype, scratch},
};

/// A graph inside an operation, with its plan once it has run.
#[derive(Clone)]
pub(super) struct Subgraph(Arc<(Graph, OnceLock<Plan>)>);

impl Subgraph {
    pub(super) fn new(graph: Graph) -> Self {
        Self(Arc::new((graph, OnceLock::new())))
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.0.0
    }

    pub(super) fn run(&self, arguments: &[&Array]) -> Result<Vec<Array>> {
        self.0.1.get_or_init(|| Plan::new(&self.0.0)).run_here(arguments)
    }

    /// The same, giving the values of its stateful operations, too: what the reverse rule cannot compute
    /// again. Stateful loops and branches inside it record as well.
    pub(super) fn recorded(&self) -> Self {
        let mut graph = self.graph().clone();
        for position in 0..graph.nodes.len() {
            if !graph.nodes[position].is_stateful() {
                continue;
            }
            let recorded = match &graph.nodes[position].kind {
                Kind::Primitive(primitive) => primitive.recorded(),
                _ => None,
            };
            if let Some(primitive) = recorded {
                let inputs: Vec<Spec> = graph.nodes[position]
                    .inputs
                    .iter()
                    .map(|&edge| graph.spec(edge).clone())
                    .collect();
                // A graph whose operations do not fit their operands was refused when it was made.
                if let Ok(outputs) = primitive.infer(&inputs) {
                    graph.nodes[position].outputs = outputs;
                    graph.nodes[position].kind = Kind::Primitive(primitive);
                }
            }
            let outputs = 0..graph.nodes[position].outputs.len();
            graph.outputs.extend(outputs.map(|output| Edge {
                node: position,
                output,
            }));
        }
        Self::new(graph)
    }

    pub(super) fn output_specs(&self) -> impl ExactSizeIterator<Item = &Spec> {
        self.graph().outputs().iter().map(|&edge| self.graph().spec(edge))
    }

    pub(super) fn input_spec(&self, number: usize) -> &Spec {
        &self.graph().nodes[self.graph().inputs[number]].outputs[0]
    }

    pub(super) fn is_stateful(&self) -> bool {
        self.graph().nodes().iter().any(Node::is_stateful)
    }

    /// Refuses a graph that takes or gives another number of values than the operation around it.
    pub(super) fn require(&self, op: &'static str, inputs: usize, outputs: usize) -> Result<()> {
        let graph = self.graph();
        if graph.inputs.len() == inputs && graph.outputs().len() == outputs {
            return Ok(());
        }
        Err(Error::Graph {
            function: op.to_owned(),
            problem: format!(
                "its graph {:?} takes {} values and gives {}, not {inputs} and {outputs}",
                graph.name(),
                graph.inputs.len(),
                graph.outputs().len(),
            ),
            remedy: "the file is damaged: restore it from a copy, or save the graph again",
        })
    }
}

impl fmt::Debug for Subgraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.graph(), f)
    }
}

impl Serialize for Subgraph {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.graph().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Subgraph {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Graph::deserialize(deserializer).map(Self::new)
    }
}

/// A branch or body, traced.
pub(super) struct Traced {
    pub(super) graph: Graph,
    /// What it uses from around it; its last inputs stand for these.
    pub(super) captures: Vec<Tensor>,
    /// What it assigns.
    pub(super) assigned: Vec<Variable>,
}

/// Traces `body` on symbols of these types and shapes, after whose inputs stand those for `captured`.
pub(super) fn trace_inside(
    name: &'static str,
    outer: Option<&Arc<Trace>>,
    specs: &[Spec],
    captured: &[Tensor],
    body: &dyn Fn(&[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<Traced> {
    let mut assigned: Vec<Variable> = Vec::new();
    loop {
        let trace = Trace::inside(name, outer.cloned(), assigned.clone());
        let symbols: Vec<Tensor> = specs
            .iter()
            .map(|spec| trace.placeholder("x", spec.clone()))
            .collect();
        for outer in captured {
            trace.captured(outer.clone());
        }
        let results = trace.enter(|| body(&symbols));
        trace.check()?;
        let graph = trace.finish(&results?)?;
        let builder = trace.builder();
        let late = |(variable, _): &(Variable, Tensor)| builder.assigned.iter().any(|a| a.same(variable));
        if !builder.hoisted.iter().any(late) {
            let assigned = builder.assigned.clone();
            drop(builder);
            return Ok(Traced {
                graph,
                captures: trace.captures(),
                assigned,
            });
        }
        // A variable was read around the loop and then assigned inside it: its reads belong inside.
        assigned = builder.assigned.clone();
    }
}

/// Gives the graph of a sibling further inputs for what only the other uses.
pub(super) fn add_captures(graph: &mut Graph, captures: &[Tensor]) {
    for (number, capture) in captures.iter().enumerate() {
        graph.add_input(format!("unused_{number}"), capture.spec());
    }
}

/// Applies an operation that holds graphs, and returns its first `results` outputs.
pub(super) fn apply_control(
    primitive: impl Primitive + 'static,
    inputs: &[&Tensor],
    assigned: Vec<Variable>,
    results: usize,
) -> Result<Vec<Tensor>> {
    if let Some(trace) = trace_of(inputs.iter().copied()) {
        trace.builder().assigned.extend(assigned);
    }
    let primitive: Arc<dyn Primitive> = Arc::new(primitive);
    let recorded = match autodiff::tapes_of(inputs).is_empty() {
        true => None,
        false => primitive.recorded(),
    };
    let outputs = apply_dyn(recorded.as_ref().unwrap_or(&primitive), inputs)?;
    Ok(outputs.into_iter().take(results).collect())
}

/// Refuses to differentiate what drew other values on its way than it would now.
pub(super) fn require_recorded(op: &'static str, stateful: bool) -> Result<()> {
    if !stateful {
        return Ok(());
    }
    Err(Error::Gradient {
        op,
        problem: "it holds stateful operations, whose values were not recorded".to_owned(),
        remedy: "let the tape watch before the call, or draw random numbers outside",
    })
}

/// What serves both: lengths that differ become unknown.
pub(super) fn joined(op: &'static str, what: &str, a: &Spec, b: &Spec) -> Result<Spec> {
    if a.dtype != b.dtype || a.shape.rank() != b.shape.rank() {
        return Err(Error::Graph {
            function: op.to_owned(),
            problem: format!("{what} is {a} and then {b}"),
            remedy: "element type and number of axes must stay the same; only lengths may change",
        });
    }
    let lengths = a.shape.iter().zip(b.shape.iter());
    let shape: Shape = lengths
        .map(|(&a, &b)| if a == b { a } else { Shape::UNKNOWN })
        .collect();
    Ok(Spec::new(a.dtype, shape))
}

/// As many of one thing as of the other.
pub(super) fn same_count(op: &'static str, what: &str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Graph {
        function: op.to_owned(),
        problem: format!("{what}: {found} where {expected} belong"),
        remedy: "return as many tensors, in the same order",
    })
}

/// The truth value of a scalar.
pub(super) fn truth(op: &'static str, array: &Array) -> Result<bool> {
    array.dtype().require(op, array.dtype() == DType::Bool, "bool")?;
    if array.len() != 1 {
        return Err(Error::BadShape {
            op,
            shape: array.shape().to_vec(),
            rule: "the condition must be a single truth value; reduce it first".to_owned(),
        });
    }
    Ok(array.first::<bool>())
}

/// The type and shape of `spec` along a further first axis whose length is not known.
pub(super) fn stacked_spec(spec: &Spec) -> Spec {
    let mut shape = spec.shape.clone();
    shape.insert(0, Shape::UNKNOWN);
    Spec::new(spec.dtype, shape)
}

/// Arrays of one type and shape under each other; `like` tells both where there are none.
pub(super) fn stack(op: &'static str, rows: &[Array], like: &Spec) -> Result<Array> {
    let first = rows.first().map_or_else(
        || {
            like.shape
                .iter()
                .map(|&l| if l == Shape::UNKNOWN { 0 } else { l })
                .collect()
        },
        |row| row.shape().clone(),
    );
    if let Some(other) = rows.iter().find(|row| *row.shape() != first) {
        return Err(Error::Shape {
            op,
            left: first.to_vec(),
            right: other.shape().to_vec(),
            rule: "what the iterations of a differentiated loop give must have one shape",
        });
    }
    let mut shape = first;
    shape.insert(0, rows.len());
    fn fill<T: Element>(rows: &[Array], shape: Shape) -> Array {
        let mut out = scratch::<T>(shape.len());
        let width = rows.first().map_or(1, Array::len).max(1);
        for (out, row) in out.chunks_mut(width).zip(rows) {
            out.clone_from_slice(&row.elements::<T>());
        }
        Array::dense(out, shape)
    }
    Ok(for_dtype!(like.dtype, T => fill::<T>(rows, shape)))
}

/// Row `number` of an array with at least one axis.
pub(super) fn row(array: &Array, number: usize) -> Array {
    let shape = Shape::from(&array.shape()[1..]);
    let offset = array.offset() as isize + number as isize * array.strides()[0];
    array.view(shape, array.strides()[1..].into(), offset as usize)
}

/// Tensors by reference.
pub(super) fn refs(tensors: &[Tensor]) -> SmallVec<[&Tensor; 8]> {
    tensors.iter().collect()
}
