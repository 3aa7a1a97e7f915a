//! Tracing: operations on symbols become nodes.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use smallvec::SmallVec;

use super::{Edge, Graph, Kind, Node};
use crate::{
    Error, Result, Tensor,
    autodiff::Variable,
    ops::{Primitive, Spec, Specs},
    tensor::Value,
};

/// The place of a future value in a graph under construction: it has a type, a shape and a name, no value.
#[derive(Clone)]
pub struct Symbol {
    pub(crate) trace: Arc<Trace>,
    pub(crate) edge: Edge,
    pub(crate) spec: Spec,
}

impl Symbol {
    /// The name of the operation and the number of its output: `"add_1:0"`.
    pub fn name(&self) -> String {
        format!(
            "{}:{}",
            self.trace.builder().graph.nodes[self.edge.node].name,
            self.edge.output
        )
    }
}

/// A graph under construction.
pub(crate) struct Trace {
    name: String,
    /// Variables may be created only while a function is traced for the first time.
    may_create: bool,
    builder: Mutex<Builder>,
}

pub(super) struct Builder {
    pub(super) graph: Graph,
    names: HashMap<String, usize>,
    /// Constants by the address of their array, which the node keeps alive.
    constants: HashMap<usize, Edge>,
    last_stateful: Option<usize>,
    /// A rule broken where no error could be returned.
    broken: Option<Error>,
}

thread_local! {
    /// The functions being traced on this thread, the innermost last.
    static TRACING: RefCell<Vec<Arc<Trace>>> = const { RefCell::new(Vec::new()) };
}

impl Trace {
    pub(super) fn new(name: &str, may_create: bool) -> Arc<Self> {
        let graph = Graph {
            name: name.to_owned(),
            ..Graph::default()
        };
        Arc::new(Self {
            name: name.to_owned(),
            may_create,
            builder: Mutex::new(Builder {
                graph,
                names: HashMap::new(),
                constants: HashMap::new(),
                last_stateful: None,
                broken: None,
            }),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn builder(&self) -> MutexGuard<'_, Builder> {
        self.builder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `body` while operations without symbols, too, belong to this trace.
    pub(super) fn enter<R>(self: &Arc<Self>, body: impl FnOnce() -> R) -> R {
        /// Leaves the trace even when `body` panics.
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                TRACING.with_borrow_mut(Vec::pop);
            }
        }
        TRACING.with_borrow_mut(|stack| stack.push(Arc::clone(self)));
        let _leave = Leave;
        body()
    }

    pub(super) fn placeholder(self: &Arc<Self>, name: &str, spec: Spec) -> Tensor {
        let mut builder = self.builder();
        let node = builder.push(
            name,
            Kind::Placeholder,
            SmallVec::new(),
            Specs::from_elem(spec.clone(), 1),
        );
        builder.graph.inputs.push(node);
        drop(builder);
        self.symbol(Edge { node, output: 0 }, spec)
    }

    fn symbol(self: &Arc<Self>, edge: Edge, spec: Spec) -> Tensor {
        let symbol = Symbol {
            trace: Arc::clone(self),
            edge,
            spec,
        };
        Tensor {
            value: Value::Symbol(Arc::new(symbol)),
            origin: None,
        }
    }

    /// The edge that carries `tensor` in this graph; values from outside are baked in.
    pub(super) fn edge(self: &Arc<Self>, tensor: &Tensor) -> Result<Edge> {
        match &tensor.value {
            Value::Symbol(symbol) if Arc::ptr_eq(&symbol.trace, self) => Ok(symbol.edge),
            Value::Symbol(symbol) => Err(Error::Graph {
                function: self.name.clone(),
                problem: format!(
                    "tensor {} belongs to the trace of {}",
                    symbol.name(),
                    symbol.trace.name
                ),
                remedy: "symbols live as long as their trace: return them as results, pass them as arguments",
            }),
            Value::Array(array) => {
                let mut builder = self.builder();
                if let Some(&edge) = builder.constants.get(&Arc::as_ptr(array).addr()) {
                    return Ok(edge);
                }
                let specs = Specs::from_elem(tensor.spec(), 1);
                let node = builder.push("Const", Kind::Constant(Arc::clone(array)), SmallVec::new(), specs);
                let edge = Edge { node, output: 0 };
                builder.constants.insert(Arc::as_ptr(array).addr(), edge);
                Ok(edge)
            }
        }
    }

    /// Adds an operation whose operands are `inputs`.
    pub(super) fn add(
        self: &Arc<Self>,
        name: &str,
        kind: Kind,
        inputs: &[&Tensor],
        specs: Specs,
    ) -> Result<SmallVec<[Tensor; 1]>> {
        let edges = inputs
            .iter()
            .map(|input| self.edge(input))
            .collect::<Result<_>>()?;
        let node = self.builder().push(name, kind, edges, specs.clone());
        let outputs = specs.into_iter().enumerate();
        Ok(outputs
            .map(|(output, spec)| self.symbol(Edge { node, output }, spec))
            .collect())
    }

    /// The graph, with these results.
    pub(super) fn finish(self: &Arc<Self>, outputs: &[Tensor]) -> Result<Graph> {
        let edges = outputs
            .iter()
            .map(|output| self.edge(output))
            .collect::<Result<Vec<_>>>()?;
        let mut builder = self.builder();
        if let Some(broken) = builder.broken.take() {
            return Err(broken);
        }
        builder.graph.outputs = edges;
        Ok(std::mem::take(&mut builder.graph))
    }
}

impl Builder {
    fn push(&mut self, name: &str, kind: Kind, inputs: SmallVec<[Edge; 2]>, outputs: Specs) -> usize {
        let position = self.graph.nodes.len();
        let count = self.names.entry(name.to_owned()).or_insert(0);
        let name = if *count == 0 {
            name.to_owned()
        } else {
            format!("{name}_{count}")
        };
        *count += 1;
        let mut node = Node {
            name,
            kind,
            inputs,
            after: SmallVec::new(),
            outputs,
        };
        if node.is_stateful() {
            node.after.extend(self.last_stateful.replace(position));
        }
        self.graph.nodes.push(node);
        position
    }

    /// Position of `variable` among those that the graph uses.
    fn variable(&mut self, variable: &Variable) -> usize {
        let known = self.graph.variables.iter().position(|other| other.same(variable));
        known.unwrap_or_else(|| {
            self.graph.variables.push(variable.clone());
            self.graph.variables.len() - 1
        })
    }
}

/// The innermost function that this thread traces.
fn current() -> Option<Arc<Trace>> {
    TRACING.with_borrow(|stack| stack.last().cloned())
}

/// Whether this thread traces a function.
pub(crate) fn is_tracing() -> bool {
    TRACING.with_borrow(|stack| !stack.is_empty())
}

/// Adds a primitive to the graph that its operands, or else this thread, belong to.
pub(crate) fn trace(primitive: &Arc<dyn Primitive>, inputs: &[&Tensor]) -> Result<SmallVec<[Tensor; 1]>> {
    let of_inputs = inputs.iter().find_map(|input| match &input.value {
        Value::Symbol(symbol) => Some(Arc::clone(&symbol.trace)),
        Value::Array(_) => None,
    });
    let trace = current().or(of_inputs).ok_or_else(|| Error::Graph {
        function: primitive.name().to_owned(),
        problem: "no function is being traced".to_owned(),
        remedy: "call it inside the closure of a Function",
    })?;
    let specs: SmallVec<[Spec; 4]> = inputs.iter().map(|input| input.spec()).collect();
    let outputs = primitive.infer(&specs)?;
    trace.add(
        primitive.name(),
        Kind::Primitive(Arc::clone(primitive)),
        inputs,
        outputs,
    )
}

/// The value of a variable as a step of the graph; `None` outside a trace.
pub(crate) fn read(variable: &Variable) -> Option<Tensor> {
    let trace = current()?;
    let position = trace.builder().variable(variable);
    let specs = Specs::from_elem(Spec::new(variable.dtype(), variable.shape()), 1);
    let mut symbols = trace.add("ReadVariable", Kind::Read(position), &[], specs).ok()?;
    symbols.pop()
}

/// An assignment as a step of the graph; false outside a trace.
pub(crate) fn assign(variable: &Variable, value: &Tensor) -> Result<bool> {
    let Some(trace) = current() else { return Ok(false) };
    let position = trace.builder().variable(variable);
    trace.add("AssignVariable", Kind::Assign(position), &[value], Specs::new())?;
    Ok(true)
}

/// The first value of a variable that is being created: variables come into being at the first trace only.
pub(crate) fn initial_value(name: &str, value: Tensor) -> Tensor {
    let Some(trace) = current() else { return value };
    let broken = if !trace.may_create {
        Some("is created again at a later call".to_owned())
    } else if value.is_symbolic() {
        Some("starts from a tensor that has no value while tracing".to_owned())
    } else {
        None
    };
    let Some(problem) = broken else { return value };
    trace.builder().broken.get_or_insert(Error::Graph {
        function: trace.name.clone(),
        problem: format!("variable {name:?} {problem}"),
        remedy: "create variables outside the function, or at its first call only",
    });
    if value.is_symbolic() {
        return Tensor::from(0.0f32);
    }
    value
}
