//! Tracing: operations on symbols become nodes.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use smallvec::SmallVec;

use super::{
    Edge, Graph, Kind, Node,
    stack::{current, trace_of},
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    autodiff::Variable,
    ops::{Primitive, Spec, Specs},
    tensor::{Array, Value},
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
        let nodes = &self.trace.builder().graph.nodes;
        // A finished trace has handed its nodes over.
        match nodes.get(self.edge.node) {
            Some(node) => format!("{}:{}", node.name, self.edge.output),
            None => format!("number {}:{}", self.edge.node, self.edge.output),
        }
    }

    /// Breaks the trace if a length is unknown: the closure wants the number of elements now.
    pub(crate) fn need_lengths(&self) {
        if self.spec.shape.is_known() {
            return;
        }
        let problem = format!("the length of {}, {}, is asked for", self.name(), self.spec);
        self.trace.builder().miss_length(&self.trace.name, &problem);
    }
}

/// A graph under construction.
pub(crate) struct Trace {
    name: String,
    /// Variables may be created only while a function is traced for the first time.
    pub(super) may_create: bool,
    place: Place,
    /// Address of the function, which must not call itself meanwhile.
    owner: usize,
    builder: Mutex<Builder>,
}

/// Where a trace stands.
enum Place {
    /// A function: sees its arguments, and what is baked in.
    Function,
    /// A branch or the body of a loop: sees what is around it, in the trace given or outside all traces.
    Inside(Option<Arc<Trace>>),
}

#[derive(Default)]
pub(super) struct Builder {
    pub(super) graph: Graph,
    /// How often a name was asked for.
    names: HashMap<String, usize>,
    taken: HashSet<String>,
    /// A name chosen for the operations to come.
    pub(super) chosen: Option<String>,
    /// Constants by the address of their array, which the node keeps alive.
    constants: HashMap<usize, Edge>,
    /// What a branch or body uses from around it, and the placeholder that stands for it.
    captures: Vec<(Tensor, Tensor)>,
    /// Variables read around the loop rather than in it.
    pub(super) hoisted: Vec<(Variable, Tensor)>,
    /// Variables that are assigned inside, so that every read has its place, too.
    pub(super) assigned: Vec<Variable>,
    /// A rule broken where no error could be returned.
    pub(super) broken: Option<Error>,
    /// Whether an input has a length that is unknown.
    open: bool,
}

/// Names of operands in the names of constants: `"add/y"`.
const OPERANDS: [&str; 3] = ["x", "y", "z"];

impl Trace {
    /// The trace of a graph on its own.
    pub(super) fn new(name: &str) -> Arc<Self> {
        Self::at(name, false, 0, Place::Function, Vec::new())
    }

    /// The trace of the function at address `owner`, which may create variables or not.
    pub(super) fn of_function(name: &str, may_create: bool, owner: usize) -> Arc<Self> {
        Self::at(name, may_create, owner, Place::Function, Vec::new())
    }

    /// The trace of a branch or body inside whatever is traced now; `assigned` are the variables that it is
    /// known to assign.
    pub(super) fn inside(name: &str, outer: Option<Arc<Trace>>, assigned: Vec<Variable>) -> Arc<Self> {
        Self::at(name, false, 0, Place::Inside(outer), assigned)
    }

    fn at(name: &str, may_create: bool, owner: usize, place: Place, assigned: Vec<Variable>) -> Arc<Self> {
        let graph = Graph {
            name: name.to_owned(),
            ..Graph::default()
        };
        let builder = Mutex::new(Builder {
            graph,
            assigned,
            ..Builder::default()
        });
        Arc::new(Self {
            name: name.to_owned(),
            may_create,
            place,
            owner,
            builder,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is that of the function at this address.
    pub(super) fn is_of(&self, owner: usize) -> bool {
        self.owner == owner
    }

    pub(super) fn is_inside(&self) -> bool {
        matches!(self.place, Place::Inside(_))
    }

    /// Notes that operations from a file enter this graph, and so those around it.
    pub(super) fn mark_from_file(self: &Arc<Self>) {
        let mut next = Some(self);
        while let Some(trace) = next {
            trace.builder().graph.from_file = true;
            next = match &trace.place {
                Place::Inside(outer) => outer.as_ref(),
                Place::Function => None,
            };
        }
    }

    pub(super) fn builder(&self) -> MutexGuard<'_, Builder> {
        self.builder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn placeholder(self: &Arc<Self>, name: &str, spec: Spec) -> Tensor {
        let mut builder = self.builder();
        builder.open |= !spec.shape.is_known();
        let name = builder.unique(name);
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

    /// Whether what `other` makes can be seen here.
    fn sees(&self, other: &Arc<Trace>) -> bool {
        let mut place = &self.place;
        while let Place::Inside(Some(outer)) = place {
            if Arc::ptr_eq(outer, other) {
                return true;
            }
            place = &outer.place;
        }
        false
    }

    /// The edge that carries `tensor` in this graph; values from outside are baked in under this name.
    fn edge(self: &Arc<Self>, tensor: &Tensor, name: &dyn Fn() -> String) -> Result<Edge> {
        match &tensor.value {
            Value::Symbol(symbol) if Arc::ptr_eq(&symbol.trace, self) => Ok(symbol.edge),
            Value::Symbol(symbol) if self.sees(&symbol.trace) => Ok(self.capture(tensor)),
            Value::Symbol(symbol) => Err(Error::Graph {
                function: self.name.clone(),
                problem: format!(
                    "tensor {} belongs to the trace of {}",
                    symbol.name(),
                    symbol.trace.name
                ),
                remedy: "symbols live as long as their trace: return them as results, pass them as arguments",
            }),
            // A tape follows it: its gradient must find the way out.
            Value::Array(_) if self.is_inside() && tensor.origin.is_some() => Ok(self.capture(tensor)),
            Value::Array(array) => {
                let mut builder = self.builder();
                if let Some(&edge) = builder.constants.get(&array.address()) {
                    return Ok(edge);
                }
                if builder.open && is_no_length(array) {
                    builder.miss_length(
                        &self.name,
                        "a length that shape() does not tell is used as a number",
                    );
                }
                let name = builder.unique(&name());
                let specs = Specs::from_elem(tensor.spec(), 1);
                let node = builder.push(name, Kind::Constant(array.clone()), SmallVec::new(), specs);
                let edge = Edge { node, output: 0 };
                builder.constants.insert(array.address(), edge);
                Ok(edge)
            }
        }
    }

    /// The input of this branch or body that stands for `outer`.
    fn capture(self: &Arc<Self>, outer: &Tensor) -> Edge {
        let edge_of = |symbol: &Tensor| match &symbol.value {
            Value::Symbol(symbol) => symbol.edge,
            Value::Array(_) => unreachable!("a placeholder is a symbol"),
        };
        let known = self
            .builder()
            .captures
            .iter()
            .find(|(known, _)| same(known, outer))
            .map(|(_, s)| edge_of(s));
        if let Some(edge) = known {
            return edge;
        }
        edge_of(&self.captured(outer.clone()))
    }

    /// A new input that stands for `outer`.
    pub(super) fn captured(self: &Arc<Self>, outer: Tensor) -> Tensor {
        let symbol = self.placeholder("captured", outer.spec());
        self.builder().captures.push((outer, symbol.clone()));
        symbol
    }

    /// What the branch or body uses from around it, in the order of the inputs that stand for it.
    pub(super) fn captures(&self) -> Vec<Tensor> {
        self.builder()
            .captures
            .iter()
            .map(|(outer, _)| outer.clone())
            .collect()
    }

    /// Adds an operation whose operands are `inputs`.
    pub(super) fn add(
        self: &Arc<Self>,
        name: &str,
        kind: Kind,
        inputs: &[&Tensor],
        specs: Specs,
    ) -> Result<SmallVec<[Tensor; 1]>> {
        let name = {
            let mut builder = self.builder();
            let chosen = builder.chosen.clone();
            builder.unique(chosen.as_deref().unwrap_or(name))
        };
        let edges = inputs.iter().enumerate().map(|(number, input)| {
            self.edge(input, &|| match OPERANDS.get(number) {
                Some(operand) => format!("{name}/{operand}"),
                None => format!("{name}/input_{number}"),
            })
        });
        let edges = edges.collect::<Result<_>>()?;
        let node = self.builder().push(name, kind, edges, specs.clone());
        let outputs = specs.into_iter().enumerate();
        Ok(outputs
            .map(|(output, spec)| self.symbol(Edge { node, output }, spec))
            .collect())
    }

    /// The rule that was broken where no error could be returned, if any.
    pub(super) fn check(&self) -> Result<()> {
        self.builder().broken.take().map_or(Ok(()), Err)
    }

    /// The graph, with these results; those of a function leave it through identities.
    pub(super) fn finish(self: &Arc<Self>, outputs: &[Tensor]) -> Result<Graph> {
        if self.is_inside() {
            return self.finish_inside(outputs);
        }
        self.builder().chosen = None;
        let mut named = Vec::with_capacity(outputs.len());
        for output in outputs {
            named.extend(self.add(
                "Identity",
                Kind::Identity,
                &[output],
                Specs::from_elem(output.spec(), 1),
            )?);
        }
        self.finish_inside(&named)
    }

    /// The graph of a branch or body, with these results.
    pub(super) fn finish_inside(self: &Arc<Self>, outputs: &[Tensor]) -> Result<Graph> {
        let edges = outputs
            .iter()
            .map(|output| self.edge(output, &|| "Const".to_owned()));
        let edges = edges.collect::<Result<Vec<_>>>()?;
        self.check()?;
        let mut builder = self.builder();
        builder.graph.outputs = edges;
        Ok(std::mem::take(&mut builder.graph))
    }
}

/// Whether this is [`Shape::UNKNOWN`], or a number beside it, as a floating-point number: no length of anything.
fn is_no_length(array: &Array) -> bool {
    const UNKNOWN: f64 = Shape::UNKNOWN as f64;
    array.len() == 1
        && match array.dtype() {
            DType::F32 => f64::from(array.first::<f32>()) == UNKNOWN,
            DType::F64 => array.first::<f64>() == UNKNOWN,
            _ => false,
        }
}

/// Whether both are clones of one tensor.
pub(crate) fn same(a: &Tensor, b: &Tensor) -> bool {
    let origins = match (&a.origin, &b.origin) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => true,
        _ => false,
    };
    let values = match (&a.value, &b.value) {
        (Value::Symbol(a), Value::Symbol(b)) => Arc::ptr_eq(&a.trace, &b.trace) && a.edge == b.edge,
        (Value::Array(a), Value::Array(b)) => a.is(b),
        _ => false,
    };
    origins && values
}

impl Builder {
    /// `name`, or with a number if it is taken.
    fn unique(&mut self, name: &str) -> String {
        let count = self.names.entry(name.to_owned()).or_insert(0);
        loop {
            let numbered = if *count == 0 {
                name.to_owned()
            } else {
                format!("{name}_{count}")
            };
            *count += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    /// Notes that the closure does not do without a length that is unknown while it is traced.
    fn miss_length(&mut self, function: &str, problem: &str) {
        self.broken.get_or_insert_with(|| Error::Graph {
            function: function.to_owned(),
            problem: format!("{problem} while it is not known"),
            remedy: "take it from shape_tensor() or size_tensor(), which know it when the graph runs, or leave no \
                     length open in the signature",
        });
    }

    fn push(&mut self, name: String, kind: Kind, inputs: SmallVec<[Edge; 2]>, outputs: Specs) -> usize {
        self.graph.nodes.push(Node {
            name,
            kind,
            inputs,
            outputs,
        });
        self.graph.nodes.len() - 1
    }

    /// Position of `variable` among those that the graph uses.
    pub(super) fn variable(&mut self, variable: &Variable) -> usize {
        let known = self.graph.variables.iter().position(|other| other.same(variable));
        known.unwrap_or_else(|| {
            self.graph.variables.push(variable.clone());
            self.graph.variables.len() - 1
        })
    }
}

/// Adds a primitive to the graph that its operands, or else this thread, belong to.
pub(crate) fn trace(primitive: &Arc<dyn Primitive>, inputs: &[&Tensor]) -> Result<SmallVec<[Tensor; 1]>> {
    let trace = trace_of(inputs.iter().copied()).ok_or_else(|| Error::Graph {
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

/// Gives the operations that `body` adds to a graph this name instead of their own; from the second on with
/// a number. Outside a traced function it changes nothing.
///
/// # Examples
/// ```
/// use ml_core::{DType, graph::{Function, named}, ops::Spec};
///
/// let f = Function::unary("f", |x| named("twice", || x.add(x)));
/// let graph = f.concrete(&[Spec::new(DType::F32, [])])?.graph().clone();
/// assert_eq!(graph.operation("twice")?.kind.name(), "add");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn named<R>(name: &str, body: impl FnOnce() -> R) -> R {
    /// Restores the former choice even when `body` panics.
    struct Restore(Arc<Trace>, Option<String>);
    impl Drop for Restore {
        fn drop(&mut self) {
            self.0.builder().chosen = self.1.take();
        }
    }
    let _restore = current().map(|trace| {
        let before = trace.builder().chosen.replace(name.to_owned());
        Restore(trace, before)
    });
    body()
}
