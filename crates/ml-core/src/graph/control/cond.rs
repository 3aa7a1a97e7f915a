//! One of two branches.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        replay::replay_again,
        stack::{is_tracing, trace_of},
        trace::Trace,
    },
    reverse::gradients,
    subgraph::{
        Subgraph, Traced, add_captures, apply_control, joined, refs, require_recorded, same_count,
        trace_inside, truth,
    },
};
use crate::{
    DType, Result, Shape, Tensor,
    autodiff::Tape,
    dtype::Element,
    graph::Graph,
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply_many},
    tensor::{Array, for_dtype},
};

/// Both graphs take the operands after the truth value. What the stateful operations of both branches gave
/// are further outputs of a `cond` that records; those of the branch not taken are zeros.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cond {
    branches: [Subgraph; 2],
    results: usize,
    records: bool,
}

impl Cond {
    /// What a branch gives beyond its results.
    fn stateful(&self, branch: usize) -> impl Iterator<Item = &Spec> {
        self.branches[branch].output_specs().skip(self.results)
    }
}

#[typetag::serde(name = "cond")]
impl Primitive for Cond {
    fn name(&self) -> &'static str {
        "cond"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        for branch in &self.branches {
            let outputs = branch.graph().outputs().len();
            if outputs < self.results || (outputs > self.results && !self.records) {
                same_count("cond", "results of a branch", self.results, outputs)?;
            }
            branch.require("cond", inputs.len().saturating_sub(1), outputs)?;
        }
        if inputs.is_empty() {
            same_count("cond", "operands", 1, 0)?;
        }
        inputs[0]
            .dtype
            .require("cond", inputs[0].dtype == DType::Bool, "bool")?;
        let [a, b] = &self.branches;
        let pairs = a
            .output_specs()
            .zip(b.output_specs())
            .take(self.results)
            .enumerate();
        let results = pairs.map(|(number, (a, b))| joined("cond", &format!("result {number}"), a, b));
        let mut specs = results.collect::<Result<Specs>>()?;
        specs.extend((0..2).flat_map(|branch| self.stateful(branch)).cloned());
        Ok(specs)
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let taken = usize::from(!truth("cond", inputs[0])?);
        let mut outputs = self.branches[taken].run(&inputs[1..])?;
        let stateful = outputs.split_off(self.results);
        let mut outputs = Arrays::from_vec(outputs);
        let zeros = self.stateful(1 - taken).map(zeros);
        match taken {
            0 => outputs.extend(stateful.into_iter().chain(zeros)),
            _ => outputs.extend(zeros.chain(stateful)),
        }
        Ok(outputs)
    }

    fn vjp(&self, call: &Call<'_>, given: &[Option<Tensor>]) -> Result<Gradients> {
        require_recorded("cond", !self.records && self.is_stateful())?;
        let is_wanted = |&input: &usize| call.wanted[input] && call.inputs[input].dtype().is_float();
        let wanted: Vec<usize> = (1..call.inputs.len()).filter(is_wanted).collect();
        let known: Vec<usize> = (0..self.results)
            .filter(|&result| given[result].is_some())
            .collect();
        let mut pulled = Gradients::from_elem(None, call.inputs.len());
        if wanted.is_empty() || known.is_empty() {
            return Ok(pulled);
        }
        let reverse = |branch| Ok(Subgraph::new(self.reverse(branch, &wanted, &known)?));
        let reverse = Cond {
            branches: [reverse(0)?, reverse(1)?],
            results: wanted.len(),
            records: false,
        };
        let stateful = call.outputs[self.results..].iter();
        let gradients = known.iter().filter_map(|&result| given[result].as_ref());
        let inputs: Vec<&Tensor> = call.inputs.iter().chain(stateful).chain(gradients).collect();
        for (input, gradient) in wanted.into_iter().zip(apply_many(reverse, &inputs)?) {
            pulled[input] = Some(gradient);
        }
        Ok(pulled)
    }

    fn is_stateful(&self) -> bool {
        self.branches.iter().any(Subgraph::is_stateful)
    }

    fn recorded(&self) -> Option<Arc<dyn Primitive>> {
        if self.records || !self.is_stateful() {
            return None;
        }
        let branches = [self.branches[0].recorded(), self.branches[1].recorded()];
        Some(Arc::new(Self {
            branches,
            records: true,
            ..self.clone()
        }))
    }

    fn subgraphs(&self) -> Vec<&Graph> {
        self.branches.iter().map(Subgraph::graph).collect()
    }
}

impl Cond {
    /// A branch back: takes its operands, what stateful operations of both branches gave, and gradients of
    /// the results `known`; gives gradients of the inputs `wanted`.
    fn reverse(&self, branch: usize, wanted: &[usize], known: &[usize]) -> Result<Graph> {
        let graph = self.branches[branch].graph();
        let trace = Trace::new("reverse");
        let input = |spec: &Spec| trace.placeholder("x", spec.clone());
        let operands: Vec<Tensor> = graph.inputs().map(|node| input(&node.outputs[0])).collect();
        let stateful: Vec<Vec<Tensor>> = (0..2)
            .map(|side| self.stateful(side).map(input).collect())
            .collect();
        let joined_specs = self.branches[0]
            .output_specs()
            .zip(self.branches[1].output_specs());
        let specs = joined_specs
            .map(|(a, b)| joined("cond", "a result", a, b))
            .take(self.results);
        let specs = specs.collect::<Result<Vec<_>>>()?;
        let incoming: Vec<Tensor> = known.iter().map(|&result| input(&specs[result])).collect();
        trace.enter(|| {
            let tape = Tape::new();
            let watch = |tensor: &Tensor| match tensor.dtype().is_float() {
                true => tape.watch(tensor),
                false => Ok(tensor.clone()),
            };
            let operands = operands.iter().map(watch).collect::<Result<Vec<_>>>()?;
            let outputs = replay_again(graph, &refs(&operands), &stateful[branch])?;
            let targets = known
                .iter()
                .zip(&incoming)
                .map(|(&result, gradient)| outputs[result].mul(gradient));
            let targets = targets.collect::<Result<Vec<_>>>()?;
            let sources: Vec<&Tensor> = wanted.iter().map(|&input| &operands[input - 1]).collect();
            trace.finish_inside(&gradients(&tape, &targets, &sources)?)
        })
    }
}

/// Zeros where a branch was not taken; unknown lengths are 0.
fn zeros(spec: &Spec) -> Array {
    let shape: Shape = spec
        .shape
        .iter()
        .map(|&l| if l == Shape::UNKNOWN { 0 } else { l })
        .collect();
    fn zeros<T: Element>(shape: Shape) -> Array {
        Array::dense(vec![T::default(); shape.len()], shape)
    }
    for_dtype!(spec.dtype, T => zeros::<T>(shape))
}

/// What `then` gives if `condition` holds, else what `otherwise` gives.
///
/// Inside a traced function both closures are traced, and one of the two graphs runs; both must give as many
/// tensors, of the same types and numbers of axes. Differentiable any number of times.
///
/// # Errors
/// Those of the closures; [`Error::DType`](crate::Error::DType) or [`Error::BadShape`](crate::Error::BadShape)
/// unless the condition is a single truth value; [`Error::Graph`](crate::Error::Graph) if the branches differ
/// in what they give.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::{Function, cond}};
///
/// let f = Function::binary("f", |positive, x| {
///     Ok(cond(positive, || Ok(vec![x.square()?]), || Ok(vec![x.neg()?]))?.remove(0))
/// });
/// let x = Tensor::from(3.0);
/// assert_eq!(f.apply(&[&Tensor::from(true), &x])?.item::<f64>()?, 9.0);
/// assert_eq!(f.apply(&[&Tensor::from(false), &x])?.item::<f64>()?, -3.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cond(
    condition: &Tensor,
    then: impl Fn() -> Result<Vec<Tensor>>,
    otherwise: impl Fn() -> Result<Vec<Tensor>>,
) -> Result<Vec<Tensor>> {
    if !is_tracing() && !condition.is_symbolic() {
        return if truth("cond", condition.array()?)? {
            then()
        } else {
            otherwise()
        };
    }
    let outer = trace_of([condition]);
    let branch = |name, captured: &[Tensor], body: &dyn Fn() -> Result<Vec<Tensor>>| -> Result<Traced> {
        trace_inside(name, outer.as_ref(), &[], captured, &|_| body())
    };
    let mut first = branch("then", &[], &then)?;
    let second = branch("otherwise", &first.captures, &otherwise)?;
    let results = first.graph.outputs().len();
    same_count(
        "cond",
        "results of the second branch",
        results,
        second.graph.outputs().len(),
    )?;
    add_captures(&mut first.graph, &second.captures[first.captures.len()..]);
    let primitive = Cond {
        branches: [Subgraph::new(first.graph), Subgraph::new(second.graph)],
        results,
        records: false,
    };
    let inputs: Vec<&Tensor> = std::iter::once(condition).chain(&second.captures).collect();
    let assigned = first.assigned.into_iter().chain(second.assigned).collect();
    apply_control(primitive, &inputs, assigned, results)
}
