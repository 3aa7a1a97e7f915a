//! A graph that is ready to be called.

use std::{fmt, sync::Arc};

use smallvec::SmallVec;

use super::{
    Graph, Parameter, RunOptions,
    argument::{listed, serves},
    plan::Plan,
    replay::replay,
    stack::is_tracing,
    store::guarded,
};
use crate::{Error, Result, Tensor, autodiff, tensor::Array};

/// A graph for one signature, optimised and ready to be called (book appendix G, figure G-1).
///
/// [`graph`](Self::graph) is what was traced, operation by operation; what runs is an optimised copy. Called
/// with tensors that a tape follows, or inside a function that is being traced, it takes part in both.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::Tape, graph::Function, ops::Spec, DType};
///
/// let cube = Function::unary("cube", |x| x.square()?.mul(x));
/// let concrete = cube.concrete(&[Spec::new(DType::F32, [])])?;
/// assert_eq!(concrete.call(&[&Tensor::from(5.0f32)])?[0].item::<f32>()?, 125.0);
///
/// let tape = Tape::new();
/// let x = tape.watch(&Tensor::from(2.0f32))?;
/// let y = concrete.call(&[&x])?.remove(0);
/// let slope = tape.gradient(&y, &[&x])?.remove(0); // 3·x²
/// assert_eq!(slope.map(|s| s.item::<f32>()).transpose()?, Some(12.0));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub struct Concrete {
    graph: Arc<Graph>,
    signature: Vec<Parameter>,
    plan: Arc<Plan>,
    options: RunOptions,
}

impl Concrete {
    pub(super) fn new(graph: Graph, signature: Vec<Parameter>, options: RunOptions) -> Self {
        let plan = Arc::new(Plan::new(&graph));
        Self {
            graph: Arc::new(graph),
            signature,
            plan,
            options,
        }
    }

    /// What was traced.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// What runs: the graph after optimisation.
    pub fn optimised(&self) -> &Graph {
        self.plan.graph()
    }

    /// What it was traced for, argument by argument.
    pub fn signature(&self) -> &[Parameter] {
        &self.signature
    }

    /// With how many threads it runs.
    #[must_use]
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// The results for these tensors, one for each input of the graph.
    ///
    /// # Errors
    /// [`Error::Graph`] unless they fit the signature, and if an operation fails: it is then named.
    pub fn call(&self, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
        let inputs = self.graph.inputs();
        let fits = inputs.len() == arguments.len()
            && inputs.zip(arguments).all(|(node, argument)| {
                let spec = &node.outputs[0];
                spec.dtype == argument.dtype() && serves(&spec.shape, argument.shape())
            });
        if !fits {
            return Err(Error::Graph {
                function: self.graph.name.clone(),
                problem: format!(
                    "this graph is for {}, but was called with {}",
                    listed(self.graph.inputs().map(|node| &node.outputs[0])),
                    listed(arguments.iter().map(|argument| argument.spec())),
                ),
                remedy: "call the function instead, which has a graph for each signature",
            });
        }
        self.run(arguments)
    }

    /// As [`call`](Self::call), where the caller knows that the tensors fit.
    pub(super) fn run(&self, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
        guarded(self.graph.from_file, &self.graph.name, || {
            self.run_trusted(arguments)
        })
    }

    fn run_trusted(&self, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
        if is_tracing() || arguments.iter().any(|argument| argument.is_symbolic()) {
            return replay(&self.graph, arguments);
        }
        let watched = || {
            self.graph
                .variables
                .iter()
                .any(|v| !autodiff::tapes_of(&[&v.read()]).is_empty())
        };
        if !autodiff::tapes_of(arguments).is_empty() || watched() {
            return replay(&self.graph, arguments);
        }
        let arrays = arguments.iter().map(|argument| argument.array());
        let arrays = arrays.collect::<Result<SmallVec<[&Array; 4]>>>()?;
        Ok(self
            .plan
            .run(&arrays, &self.options)?
            .into_iter()
            .map(Tensor::from)
            .collect())
    }
}

impl TryFrom<Graph> for Concrete {
    type Error = Error;

    /// A graph from a file, ready to be called.
    fn try_from(graph: Graph) -> Result<Self> {
        let signature = graph
            .inputs()
            .map(|node| Parameter::Tensor(node.outputs[0].clone()))
            .collect();
        guarded(graph.from_file, &graph.name.clone(), || {
            Ok(Self::new(graph, signature, RunOptions::default()))
        })
    }
}

impl fmt::Debug for Concrete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Concrete({})", self.graph)
    }
}
