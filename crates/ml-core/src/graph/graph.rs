//! The graph: operations as nodes, tensors as edges.

use std::{fmt, sync::Arc};

use smallvec::SmallVec;

use crate::{
    Error, Result,
    autodiff::Variable,
    ops::{Primitive, Spec, Specs},
    tensor::Array,
};

/// Output number `output` of node number `node`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// Position of the node in the graph.
    pub node: usize,
    /// Which of its outputs.
    pub output: usize,
}

/// What a node does.
#[derive(Clone)]
pub enum Kind {
    /// An input of the graph.
    Placeholder,
    /// A value baked in.
    Constant(Array),
    /// Its input, unchanged: what leaves a function gets a name of its own.
    Identity,
    /// The value of a variable, by its position in [`Graph::variables`], at this point of the program.
    Read(usize),
    /// Replaces the value of a variable by its input.
    Assign(usize),
    /// An operation.
    Primitive(Arc<dyn Primitive>),
}

impl Kind {
    /// The kind of operation as listings show it: `"Placeholder"`, `"Const"`, or the primitive's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Placeholder => "Placeholder",
            Self::Constant(_) => "Const",
            Self::Identity => "Identity",
            Self::Read(_) => "ReadVariable",
            Self::Assign(_) => "AssignVariable",
            Self::Primitive(primitive) => primitive.name(),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placeholder | Self::Identity => f.write_str(self.name()),
            Self::Constant(array) => write!(f, "Const({}{})", array.dtype(), array.shape()),
            Self::Read(variable) => write!(f, "Read({variable})"),
            Self::Assign(variable) => write!(f, "Assign({variable})"),
            Self::Primitive(primitive) => fmt::Debug::fmt(primitive, f),
        }
    }
}

/// An operation of a graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// Unique in its graph: the name of the operation, with a number from the second on.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// Where its operands come from.
    pub inputs: SmallVec<[Edge; 2]>,
    /// Types and shapes of its outputs.
    pub outputs: Specs,
}

impl Node {
    /// Whether running it twice differs from running it once: it keeps its place in the order of all such.
    pub fn is_stateful(&self) -> bool {
        match &self.kind {
            Kind::Read(_) | Kind::Assign(_) => true,
            Kind::Primitive(primitive) => primitive.is_stateful(),
            Kind::Placeholder | Kind::Constant(_) | Kind::Identity => false,
        }
    }

    /// Whether it must run even if nobody looks at what it gives: all that is stateful but a mere read.
    pub(super) fn has_effect(&self) -> bool {
        self.is_stateful() && !matches!(self.kind, Kind::Read(_))
    }
}

/// Operations and how tensors flow between them (book appendix G, figure G-2).
///
/// Inputs of a node always stand before it; stateful operations (reads and assignments of variables, random
/// numbers) stand in the order of the program and run in that order. Comes from a
/// [`Function`](super::Function) or a file; a [`Concrete`](super::Concrete) runs it.
///
/// # Examples
/// ```
/// use ml_core::{DType, graph::Function, ops::Spec};
///
/// let cube = Function::unary("cube", |x| x.square()?.mul(x));
/// let graph = cube.concrete(&[Spec::new(DType::F32, [])])?.graph().clone();
/// let names: Vec<_> = graph.nodes().iter().map(|node| node.name.as_str()).collect();
/// assert_eq!(names, ["x", "square", "mul", "Identity"]);
/// let mul = graph.operation("mul")?;
/// assert_eq!(graph.tensor_name(mul.inputs[1]), "x:0");
/// assert_eq!(graph.tensor("Identity:0")?.1.dtype, DType::F32);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(crate) name: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) inputs: Vec<usize>,
    pub(crate) outputs: Vec<Edge>,
    pub(crate) variables: Vec<Variable>,
    /// Whether it came out of a file, where the fields of a primitive can be anything.
    pub(crate) from_file: bool,
}

impl Graph {
    /// Name of the function it was traced from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The operations, every one after those it depends on.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes that stand for the arguments, in order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.inputs.iter().map(|&node| &self.nodes[node])
    }

    /// Where the results come from, in order.
    pub fn outputs(&self) -> &[Edge] {
        &self.outputs
    }

    /// The variables that it reads and assigns.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Type and shape of what flows along `edge`.
    ///
    /// # Panics
    /// For an edge of another graph.
    pub fn spec(&self, edge: Edge) -> &Spec {
        &self.nodes[edge.node].outputs[edge.output]
    }

    /// The name of what flows along `edge`: that of the operation, and the number of its output: `"add_1:0"`.
    ///
    /// # Panics
    /// For an edge of another graph.
    pub fn tensor_name(&self, edge: Edge) -> String {
        format!("{}:{}", self.nodes[edge.node].name, edge.output)
    }

    /// The operation of this name.
    ///
    /// # Errors
    /// [`Error::Graph`] if there is none.
    pub fn operation(&self, name: &str) -> Result<&Node> {
        self.nodes
            .iter()
            .find(|node| node.name == name)
            .ok_or_else(|| self.unknown("operation", name))
    }

    /// The tensor of this name, as `"add:0"`, with its type and shape.
    ///
    /// # Errors
    /// [`Error::Graph`] if there is none.
    pub fn tensor(&self, name: &str) -> Result<(Edge, &Spec)> {
        let find = || {
            let (operation, output) = name.rsplit_once(':')?;
            let output: usize = output.parse().ok()?;
            let node = self.nodes.iter().position(|node| node.name == operation)?;
            let spec = self.nodes[node].outputs.get(output)?;
            Some((Edge { node, output }, spec))
        };
        find().ok_or_else(|| self.unknown("tensor", name))
    }

    fn unknown(&self, what: &str, name: &str) -> Error {
        let names: Vec<_> = self
            .nodes
            .iter()
            .take(20)
            .map(|node| node.name.as_str())
            .collect();
        let more = self.nodes.len().saturating_sub(names.len());
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Error::Graph {
            function: self.name.clone(),
            problem: format!(
                "has no {what} {name:?}; its operations: {}{rest}",
                names.join(", ")
            ),
            remedy: "operations are named like \"add_1\", tensors like \"add_1:0\"",
        }
    }

    /// How often an operation of this kind occurs: `graph.count("add")`.
    pub fn count(&self, kind: &str) -> usize {
        self.nodes.iter().filter(|node| node.kind.name() == kind).count()
    }

    /// Adds an input that nothing looks at yet.
    pub(super) fn add_input(&mut self, name: String, spec: Spec) {
        self.inputs.push(self.nodes.len());
        self.nodes.push(Node {
            name,
            kind: Kind::Placeholder,
            inputs: SmallVec::new(),
            outputs: Specs::from_elem(spec, 1),
        });
    }
}

/// The definition of a graph, one line a tensor: `(x: f32[?, 2]) -> (Identity: f32[?, 2])`.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, items: &mut dyn Iterator<Item = String>| {
            f.write_str(&items.collect::<Vec<_>>().join(", "))
        };
        write!(f, "{}(", self.name)?;
        let variables = self
            .variables
            .iter()
            .map(|v| format!("{}: variable {}{}", v.name(), v.dtype(), v.shape()));
        let inputs = self
            .inputs()
            .map(|node| format!("{}: {}", node.name, node.outputs[0]));
        list(f, &mut variables.chain(inputs))?;
        f.write_str(") -> (")?;
        let outputs = self.outputs.iter().map(|&edge| {
            let name = &self.nodes[edge.node].name;
            format!("{name}: {}", self.spec(edge))
        });
        list(f, &mut outputs.into_iter())?;
        f.write_str(")")
    }
}
