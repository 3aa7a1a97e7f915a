//! The graph: operations as nodes, tensors as edges.

use std::{fmt, sync::Arc};

use smallvec::SmallVec;

use crate::{
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
    Constant(Arc<Array>),
    /// The value of a variable, by its position in [`Graph::variables`], at this point of the program.
    Read(usize),
    /// Replaces the value of a variable by its input.
    Assign(usize),
    /// An operation.
    Primitive(Arc<dyn Primitive>),
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placeholder => f.write_str("Placeholder"),
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
    /// Nodes that must have run before, though nothing flows from them: the order of stateful operations.
    pub after: SmallVec<[usize; 2]>,
    /// Types and shapes of its outputs.
    pub outputs: Specs,
}

impl Node {
    /// Whether running it twice differs from running it once.
    pub fn is_stateful(&self) -> bool {
        match &self.kind {
            Kind::Read(_) | Kind::Assign(_) => true,
            Kind::Primitive(primitive) => primitive.is_stateful(),
            Kind::Placeholder | Kind::Constant(_) => false,
        }
    }
}

/// Operations and how tensors flow between them. Inputs of a node always stand before it.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Name of the function it was traced from.
    pub name: String,
    /// The operations, every one after those it depends on.
    pub nodes: Vec<Node>,
    /// The nodes that stand for the arguments, in order.
    pub inputs: Vec<usize>,
    /// Where the results come from, in order.
    pub outputs: Vec<Edge>,
    /// What it reads and assigns.
    pub variables: Vec<Variable>,
}

impl Graph {
    /// Type and shape of what flows along `edge`.
    pub fn spec(&self, edge: Edge) -> &Spec {
        &self.nodes[edge.node].outputs[edge.output]
    }
}
