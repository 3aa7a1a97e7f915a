//! Graphs in files.
//!
//! A file holds nodes, constants, the variables with their values, and the primitives by name; it is checked
//! as a whole before a [`Graph`] comes of it. Loading runs nothing; what a loaded graph computes, it computes
//! like any other program: for as long and with as much memory as it says.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use half::{bf16, f16};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use smallvec::SmallVec;

use super::{Edge, Graph, Kind, Node};
use crate::{
    DType, Error, Persist, Result, Shape, Tensor,
    autodiff::Variable,
    ops::{Primitive, Spec, check_arity},
    tensor::{Array, Text},
};

/// Most axes that a tensor in a file may have.
const MOST_AXES: usize = 64;

#[derive(Serialize, Deserialize)]
struct StoredGraph {
    name: String,
    variables: Vec<StoredVariable>,
    nodes: Vec<StoredNode>,
    inputs: Vec<u64>,
    outputs: Vec<(u64, u64)>,
}

#[derive(Serialize, Deserialize)]
struct StoredNode {
    name: String,
    kind: StoredKind,
    inputs: Vec<(u64, u64)>,
    outputs: Vec<Spec>,
}

#[derive(Serialize, Deserialize)]
enum StoredKind {
    Placeholder,
    Constant(StoredArray),
    Identity,
    Read(u64),
    Assign(u64),
    Primitive(Arc<dyn Primitive>),
}

/// Variables that graphs inside graphs share have one number, and become one variable again.
#[derive(Serialize, Deserialize)]
struct StoredVariable {
    number: u64,
    name: String,
    trainable: bool,
    value: StoredArray,
}

#[derive(Serialize, Deserialize)]
struct StoredArray {
    shape: Vec<u64>,
    values: Values,
}

#[derive(Serialize, Deserialize)]
enum Values {
    F32(Vec<f32>),
    F64(Vec<f64>),
    F16(Vec<f16>),
    BF16(Vec<bf16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    Bool(Vec<bool>),
    Str(Vec<Text>),
}

impl From<&Array> for StoredArray {
    fn from(array: &Array) -> Self {
        macro_rules! values {
            ($($variant:ident: $type:ty),*) => {
                match array.dtype() {
                    $(DType::$variant => Values::$variant(array.elements::<$type>().into_owned())),*
                }
            };
        }
        Self {
            shape: array.shape().iter().map(|&length| length as u64).collect(),
            values: values!(
                F32: f32, F64: f64, F16: f16, BF16: bf16, I32: i32, I64: i64, U8: u8, Bool: bool, Str: Text
            ),
        }
    }
}

impl TryFrom<StoredArray> for Array {
    type Error = Error;

    fn try_from(stored: StoredArray) -> Result<Self> {
        let shape: Shape = stored.shape.iter().map(|&length| index(length)).collect();
        require_sane(&shape)?;
        macro_rules! array {
            ($($variant:ident),*) => {
                match stored.values {
                    $(Values::$variant(values) => Array::new(values, shape)),*
                }
            };
        }
        array!(F32, F64, F16, BF16, I32, I64, U8, Bool, Str)
    }
}

/// A number of the file as an index: what does not fit is out of range like any other.
fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[derive(Default)]
struct Shared {
    /// How many graphs, one inside the other, are being written or read.
    depth: usize,
    written: Vec<Variable>,
    read: HashMap<u64, Variable>,
}

thread_local! {
    static SHARED: RefCell<Shared> = RefCell::default();
}

/// Marks a graph as being written or read; forgets the variables at the end of the outermost one.
struct Level;

impl Level {
    fn enter() -> Self {
        SHARED.with_borrow_mut(|shared| shared.depth += 1);
        Self
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        SHARED.with_borrow_mut(|shared| {
            shared.depth -= 1;
            if shared.depth == 0 {
                *shared = Shared::default();
            }
        });
    }
}

impl Serialize for Graph {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _level = Level::enter();
        StoredGraph::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Graph {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _level = Level::enter();
        let stored = StoredGraph::deserialize(deserializer)?;
        Graph::try_from(stored).map_err(D::Error::custom)
    }
}

impl Persist for Graph {
    const TYPE_NAME: &'static str = "ml_core::Graph";
}

impl From<&Graph> for StoredGraph {
    fn from(graph: &Graph) -> Self {
        let edge = |edge: &Edge| (edge.node as u64, edge.output as u64);
        let node = |node: &Node| StoredNode {
            name: node.name.clone(),
            kind: match &node.kind {
                Kind::Placeholder => StoredKind::Placeholder,
                Kind::Constant(array) => StoredKind::Constant(array.into()),
                Kind::Identity => StoredKind::Identity,
                Kind::Read(variable) => StoredKind::Read(*variable as u64),
                Kind::Assign(variable) => StoredKind::Assign(*variable as u64),
                Kind::Primitive(primitive) => StoredKind::Primitive(Arc::clone(primitive)),
            },
            inputs: node.inputs.iter().map(edge).collect(),
            outputs: node.outputs.to_vec(),
        };
        Self {
            name: graph.name.clone(),
            variables: graph.variables.iter().map(StoredVariable::from).collect(),
            nodes: graph.nodes.iter().map(node).collect(),
            inputs: graph.inputs.iter().map(|&node| node as u64).collect(),
            outputs: graph.outputs.iter().map(edge).collect(),
        }
    }
}

impl From<&Variable> for StoredVariable {
    fn from(variable: &Variable) -> Self {
        let number = SHARED.with_borrow_mut(|shared| {
            let known = shared.written.iter().position(|other| other.same(variable));
            known.unwrap_or_else(|| {
                shared.written.push(variable.clone());
                shared.written.len() - 1
            })
        });
        Self {
            number: number as u64,
            name: variable.name().to_owned(),
            trainable: variable.trainable(),
            value: (&super::run::read(variable)).into(),
        }
    }
}

impl TryFrom<StoredVariable> for Variable {
    type Error = Error;

    fn try_from(stored: StoredVariable) -> Result<Self> {
        let array = Array::try_from(stored.value)?;
        let known = SHARED.with_borrow(|shared| shared.read.get(&stored.number).cloned());
        if let Some(known) = known {
            let spec = Spec::new(array.dtype(), array.shape());
            return match spec == Spec::new(known.dtype(), known.shape()) {
                true => Ok(known),
                false => Err(damaged(format!(
                    "variable {} has two types or shapes",
                    stored.number
                ))),
            };
        }
        let variable = Variable::named(stored.name, Tensor::from(array));
        variable.set_trainable(stored.trainable);
        SHARED.with_borrow_mut(|shared| shared.read.insert(stored.number, variable.clone()));
        Ok(variable)
    }
}

fn damaged(problem: String) -> Error {
    Error::Graph {
        function: "graph".to_owned(),
        problem,
        remedy: "the file is damaged: restore it from a copy, or save the graph again",
    }
}

fn require(holds: bool, problem: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(problem())) }
}

/// Refuses shapes of more elements than memory can hold.
fn require_sane(shape: &Shape) -> Result<()> {
    require(shape.rank() <= MOST_AXES, || {
        format!("a tensor has {} axes", shape.rank())
    })?;
    let known = shape.iter().copied().filter(|&length| length != Shape::UNKNOWN);
    known.collect::<Shape>().checked_len("graph").map(|_| ())
}

impl TryFrom<StoredGraph> for Graph {
    type Error = Error;

    fn try_from(stored: StoredGraph) -> Result<Self> {
        let variables = stored
            .variables
            .into_iter()
            .map(Variable::try_from)
            .collect::<Result<Vec<_>>>()?;
        let edge = |&(node, output): &(u64, u64)| Edge {
            node: index(node),
            output: index(output),
        };
        let mut graph = Self {
            name: stored.name,
            variables,
            from_file: true,
            ..Self::default()
        };
        let mut names = HashSet::new();
        for stored in stored.nodes {
            require(names.insert(stored.name.clone()), || {
                format!("two operations are named {:?}", stored.name)
            })?;
            let kind = match stored.kind {
                StoredKind::Placeholder => Kind::Placeholder,
                StoredKind::Constant(array) => Kind::Constant(array.try_into()?),
                StoredKind::Identity => Kind::Identity,
                StoredKind::Read(variable) => Kind::Read(index(variable)),
                StoredKind::Assign(variable) => Kind::Assign(index(variable)),
                StoredKind::Primitive(primitive) => Kind::Primitive(primitive),
            };
            let node = Node {
                name: stored.name,
                kind,
                inputs: stored.inputs.iter().map(edge).collect(),
                outputs: stored.outputs.into(),
            };
            graph.check(&node)?;
            graph.nodes.push(node);
        }
        graph.inputs = stored.inputs.iter().map(|&node| index(node)).collect();
        graph.outputs = stored.outputs.iter().map(edge).collect();
        graph.check_ends()?;
        Ok(graph)
    }
}

impl Graph {
    /// Whether `edge` leaves a node that is there already.
    fn has(&self, edge: Edge) -> bool {
        self.nodes
            .get(edge.node)
            .is_some_and(|node| edge.output < node.outputs.len())
    }

    /// Refuses a node that does not fit behind those that are there.
    fn check(&self, node: &Node) -> Result<()> {
        let name = &node.name;
        // Operands stand before the node: hence no cycles.
        require(node.inputs.iter().all(|&edge| self.has(edge)), || {
            format!("operation {name:?} takes what is not there before it")
        })?;
        node.outputs
            .iter()
            .try_for_each(|spec| require_sane(&spec.shape))?;
        let inputs: SmallVec<[Spec; 4]> = node.inputs.iter().map(|&edge| self.spec(edge).clone()).collect();
        let variable = |number: usize| {
            let variable = self.variables.get(number);
            let spec = variable.map(|variable| Spec::new(variable.dtype(), variable.shape()));
            spec.ok_or_else(|| {
                damaged(format!(
                    "operation {name:?} uses variable {number}, which is not there"
                ))
            })
        };
        let fits = match &node.kind {
            Kind::Placeholder => inputs.is_empty() && node.outputs.len() == 1,
            Kind::Constant(array) => {
                inputs.is_empty() && node.outputs[..] == [Spec::new(array.dtype(), array.shape())]
            }
            Kind::Identity => inputs.len() == 1 && node.outputs[..] == inputs[..],
            Kind::Read(number) => inputs.is_empty() && node.outputs[..] == [variable(*number)?],
            Kind::Assign(number) => {
                let own = variable(*number)?;
                let takes = |spec: &Spec| spec.dtype == own.dtype && spec.shape.matches(&own.shape);
                inputs.len() == 1 && takes(&inputs[0]) && node.outputs.is_empty()
            }
            Kind::Primitive(primitive) => {
                check_arity(&**primitive, inputs.len())
                    .map_err(|error| damaged(format!("operation {name:?}: {error}")))?;
                let inferred = guarded(true, name, || primitive.infer(&inputs))?;
                inferred.len() == node.outputs.len()
                    && inferred.iter().zip(&node.outputs).all(|(inferred, stored)| {
                        inferred.dtype == stored.dtype && inferred.shape.matches(&stored.shape)
                    })
            }
        };
        require(fits, || {
            format!(
                "operation {name:?} ({}) does not fit its operands or results",
                node.kind.name()
            )
        })
    }

    /// Refuses inputs that are not placeholders, or outputs that are not there.
    fn check_ends(&self) -> Result<()> {
        let mut seen = HashSet::new();
        let placeholder = |node: usize| {
            self.nodes
                .get(node)
                .is_some_and(|n| matches!(n.kind, Kind::Placeholder))
        };
        require(
            self.inputs
                .iter()
                .all(|&node| placeholder(node) && seen.insert(node)),
            || "an input is not a placeholder, or is named twice".to_owned(),
        )?;
        let placeholders = self
            .nodes
            .iter()
            .filter(|node| matches!(node.kind, Kind::Placeholder))
            .count();
        require(placeholders == self.inputs.len(), || {
            "a placeholder is not an input".to_owned()
        })?;
        require(self.outputs.iter().all(|&edge| self.has(edge)), || {
            "an output is not there".to_owned()
        })
    }
}

/// Runs `body`, which calls primitives that came out of a file if `from_file`.
///
/// Operations trust their fields, which their constructors check, and count on as many operands as these give
/// them. A file can hold anything: what then panics is an error like any other damage.
pub(super) fn guarded<R>(from_file: bool, what: &str, body: impl FnOnce() -> Result<R>) -> Result<R> {
    if !from_file {
        return body();
    }
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(damaged(format!("{what:?} cannot have these fields or operands"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::passes::testing::traced;

    /// What a stored graph is refused with, after `damage`.
    fn refused(damage: impl FnOnce(&mut StoredGraph)) -> String {
        let v = Variable::new(1.0);
        let x = Tensor::from([[1.0, 2.0]]);
        let graph = traced(&[&x], move |x| {
            v.assign_add(&Tensor::from(1.0))?;
            Ok(vec![x[0].add(&v.read())?.sum_keep(&[1])?])
        });
        let mut stored = StoredGraph::from(&graph);
        damage(&mut stored);
        Graph::try_from(stored)
            .map(|_| "accepted".to_owned())
            .unwrap_or_else(|error| error.to_string())
    }

    fn node<'s>(stored: &'s mut StoredGraph, name: &str) -> &'s mut StoredNode {
        stored
            .nodes
            .iter_mut()
            .find(|node| node.name == name)
            .expect("the graph has it")
    }

    #[test]
    fn every_kind_of_damage_is_refused() {
        assert_eq!(refused(|_| ()), "accepted");
        type Damage = Box<dyn FnOnce(&mut StoredGraph)>;
        let cases: [(&str, Damage); 13] = [
            // A cycle: the node takes its own output.
            (
                "takes what is not there",
                Box::new(|s| node(s, "sum").inputs[0].0 += 1),
            ),
            (
                "takes what is not there",
                Box::new(|s| node(s, "sum").inputs[0].1 = 7),
            ),
            (
                "takes what is not there",
                Box::new(|s| node(s, "sum").inputs[0].0 = u64::MAX),
            ),
            (
                "does not fit its operands",
                Box::new(|s| node(s, "Identity").inputs.clear()),
            ),
            (
                "operation \"sum\": sum: number of operands = 0: must be 1",
                Box::new(|s| node(s, "sum").inputs.clear()),
            ),
            (
                "does not fit its operands",
                Box::new(|s| node(s, "sum").outputs[0].dtype = DType::I32),
            ),
            (
                "does not fit its operands",
                Box::new(|s| node(s, "x").outputs.clear()),
            ),
            (
                "more elements than memory",
                Box::new(|s| {
                    node(s, "x").outputs[0].shape = Shape::from([usize::MAX - 1, 2]);
                }),
            ),
            (
                "100 axes",
                Box::new(|s| node(s, "x").outputs[0].shape = Shape::from(vec![1; 100])),
            ),
            (
                "two operations are named",
                Box::new(|s| node(s, "sum").name = "x".to_owned()),
            ),
            (
                "uses variable 5",
                Box::new(|s| node(s, "ReadVariable").kind = StoredKind::Read(5)),
            ),
            ("an input is not a placeholder", Box::new(|s| s.inputs[0] = 1)),
            ("an output is not there", Box::new(|s| s.outputs[0].0 = 99)),
        ];
        for (expected, damage) in cases {
            let message = refused(damage);
            assert!(message.contains(expected), "{expected}: {message}");
        }
    }

    #[test]
    fn arrays_of_every_type_survive() {
        let arrays = [
            Tensor::from([f32::NAN, -0.0]),
            Tensor::from([1.0, f64::INFINITY]),
            Tensor::from([1, -2]),
            Tensor::from([1i64 << 40, 0]),
            Tensor::from([7u8, 255]),
            Tensor::from([true, false]),
            Tensor::from([f16::ONE, f16::MAX]),
            Tensor::from([bf16::ONE, bf16::MIN]),
            Tensor::from(["", "caf\u{e9}"]),
        ];
        for tensor in arrays {
            let array = tensor.array().expect("a value");
            let again = Array::try_from(StoredArray::from(array)).expect("it was stored");
            assert_eq!(format!("{:?}", again.shape()), "[2]");
            assert_eq!(again.dtype(), array.dtype());
            if array.dtype() != DType::F32 {
                assert_eq!(again, *array);
            }
        }
    }
}
