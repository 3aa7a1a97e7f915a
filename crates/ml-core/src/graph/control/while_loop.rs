//! Loops as long as a condition holds.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    super::stack::{is_tracing, trace_of},
    reverse::Loop,
    subgraph::{
        Subgraph, add_captures, apply_control, joined, refs, require_recorded, same_count, stack,
        stacked_spec, trace_inside, truth,
    },
};
use crate::{
    DType, Error, Result, Tensor,
    graph::Graph,
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply_dyn},
    tensor::Array,
};

/// Both graphs take the state and what they use from around the loop.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct While {
    condition: Subgraph,
    /// Gives the next state; if it `records`, then the values of its stateful operations, too.
    body: Subgraph,
    states: usize,
    /// Whether what every iteration started from, and those values, are further outputs.
    records: bool,
}

#[typetag::serde(name = "while")]
impl Primitive for While {
    fn name(&self) -> &'static str {
        "while"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        0..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let own = self.body.graph().outputs().len();
        if own < self.states || (own > self.states && !self.records) {
            same_count("while", "results of the body", self.states, own)?;
        }
        if self.states > inputs.len() {
            same_count("while", "values of the state", self.states, inputs.len())?;
        }
        self.condition.require("while", inputs.len(), 1)?;
        self.body.require("while", inputs.len(), own)?;
        let finals = (0..self.states).map(|state| self.body.input_spec(state).clone());
        if !self.records {
            return Ok(finals.collect());
        }
        let starts = (0..self.states).map(|state| stacked_spec(self.body.input_spec(state)));
        let stateful = self.body.output_specs().skip(self.states).map(stacked_spec);
        Ok(finals.chain(starts).chain(stateful).collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let mut state: Vec<Array> = inputs[..self.states].iter().map(|&array| array.clone()).collect();
        let mut histories: Vec<Vec<Array>> = vec![Vec::new(); self.body.graph().outputs().len()];
        loop {
            let arguments: Vec<&Array> = state
                .iter()
                .chain(inputs[self.states..].iter().copied())
                .collect();
            let go_on = self.condition.run(&arguments)?;
            if !truth("while_loop", &go_on[0])? {
                break;
            }
            let mut next = self.body.run(&arguments)?;
            if self.records {
                let stateful = next.split_off(self.states);
                let records = std::mem::take(&mut state).into_iter().chain(stateful);
                histories
                    .iter_mut()
                    .zip(records)
                    .for_each(|(history, record)| history.push(record));
            }
            state = next;
        }
        let mut outputs = Arrays::from_vec(state);
        if self.records {
            let mut likes: Vec<Spec> = self.body.output_specs().cloned().collect();
            for (like, state) in likes.iter_mut().zip(&outputs) {
                like.shape = state.shape().clone();
            }
            for (history, like) in histories.iter().zip(&likes) {
                outputs.push(stack("while_loop", history, like)?);
            }
        }
        Ok(outputs)
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        require_recorded("while_loop", !self.records && self.is_stateful())?;
        let again = match self.records {
            true => None,
            false => Some(apply_dyn(&self.with_records(), &refs(call.inputs))?),
        };
        let outputs = again.as_deref().unwrap_or(call.outputs);
        let of = Loop {
            op: "while_loop",
            body: self.body.graph(),
            states: self.states,
            sequences: 0,
            results: 0,
            backwards: false,
        };
        of.pull(call, gradients, &outputs[self.states..])
    }

    fn is_stateful(&self) -> bool {
        self.condition.is_stateful() || self.body.is_stateful()
    }

    fn recorded(&self) -> Option<Arc<dyn Primitive>> {
        (!self.records).then(|| self.with_records())
    }

    fn subgraphs(&self) -> Vec<&Graph> {
        vec![self.condition.graph(), self.body.graph()]
    }
}

impl While {
    fn with_records(&self) -> Arc<dyn Primitive> {
        Arc::new(Self {
            body: self.body.recorded(),
            records: true,
            ..self.clone()
        })
    }
}

/// Repeats `body`, from the state to the next state, as long as `condition` holds; gives the last state.
///
/// Inside a traced function this is one operation, whatever the number of iterations; the closures are then
/// called with symbols, perhaps more than once. Lengths of axes may change from one iteration to the next,
/// element types and numbers of axes may not. Differentiable: inside a graph every iteration's state is kept
/// for the way back, and must then keep its shape.
///
/// # Errors
/// Those of the closures; [`Error::DType`] or [`Error::BadShape`] unless the condition is a single truth
/// value; [`Error::Graph`] unless `body` gives as many tensors of the same types as the state has.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::for_range};
///
/// // 2 to the 5: for_range is a while_loop that counts.
/// let power = for_range(0, 5, |_, state| Ok(vec![state[0].add(&state[0])?]), &[&Tensor::from(1.0)])?;
/// assert_eq!(power[0].item::<f64>()?, 32.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn while_loop(
    condition: impl Fn(&[Tensor]) -> Result<Tensor>,
    body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>,
    state: &[&Tensor],
) -> Result<Vec<Tensor>> {
    if is_tracing() || state.iter().any(|tensor| tensor.is_symbolic()) {
        return traced(&condition, &body, state);
    }
    let mut current: Vec<Tensor> = state.iter().map(|&tensor| tensor.clone()).collect();
    while truth("while_loop", condition(&current)?.array()?)? {
        let next = body(&current)?;
        same_count("while_loop", "results of the body", current.len(), next.len())?;
        for (number, (next, current)) in next.iter().zip(&current).enumerate() {
            joined(
                "while_loop",
                &format!("state {number}"),
                &current.spec(),
                &next.spec(),
            )?;
        }
        current = next;
    }
    Ok(current)
}

fn traced(
    condition: &dyn Fn(&[Tensor]) -> Result<Tensor>,
    body: &dyn Fn(&[Tensor]) -> Result<Vec<Tensor>>,
    state: &[&Tensor],
) -> Result<Vec<Tensor>> {
    let outer = trace_of(state.iter().copied());
    let mut specs: Vec<Spec> = state.iter().map(|tensor| tensor.spec()).collect();
    loop {
        let as_list = |state: &[Tensor]| Ok(vec![condition(state)?]);
        let condition = trace_inside("condition", outer.as_ref(), &specs, &[], &as_list)?;
        let test = condition.graph.spec(condition.graph.outputs()[0]);
        test.dtype.require(
            "while_loop",
            test.dtype == DType::Bool,
            "a condition of type bool",
        )?;
        let body = trace_inside("body", outer.as_ref(), &specs, &condition.captures, body)?;
        same_count(
            "while_loop",
            "results of the body",
            specs.len(),
            body.graph.outputs().len(),
        )?;
        let next = specs
            .iter()
            .zip(body.graph.outputs())
            .enumerate()
            .map(|(number, (spec, &edge))| {
                joined(
                    "while_loop",
                    &format!("state {number}"),
                    spec,
                    body.graph.spec(edge),
                )
            });
        let next = next.collect::<Result<Vec<_>>>()?;
        if next != specs {
            // Every round makes a known length unknown, so this ends.
            specs = next;
            continue;
        }
        let mut test = condition.graph;
        add_captures(&mut test, &body.captures[condition.captures.len()..]);
        let primitive = While {
            condition: Subgraph::new(test),
            body: Subgraph::new(body.graph),
            states: specs.len(),
            records: false,
        };
        let inputs: Vec<&Tensor> = state.iter().copied().chain(&body.captures).collect();
        let assigned = condition.assigned.into_iter().chain(body.assigned).collect();
        return apply_control(primitive, &inputs, assigned, specs.len());
    }
}

/// Repeats `body`, from the number and the state to the next state, for the numbers from `start` up to, not
/// including, `end`: whole numbers, or scalar tensors of them.
///
/// A [`while_loop`] that counts: inside a traced function one operation, even if `end` is known only when it
/// runs. A `for` of Rust, in contrast, runs while tracing and unrolls (book appendix G).
///
/// # Errors
/// As [`while_loop`]; [`Error::DType`] unless both ends are `i32` or both `i64`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, DType, graph::{Function, for_range}, ops::Spec};
///
/// let add_10 = Function::unary("add_10", |x| {
///     let one = x.ones_like()?;
///     Ok(for_range(0, 10, |_, state| Ok(vec![state[0].add(&one)?]), &[x])?.remove(0))
/// });
/// assert_eq!(add_10.apply(&[&Tensor::from(5)])?.item::<i32>()?, 15);
/// let graph = add_10.concrete(&[Spec::new(DType::I32, [])])?.graph().clone();
/// assert_eq!((graph.count("while"), graph.count("add")), (1, 0));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn for_range(
    start: impl Into<Tensor>,
    end: impl Into<Tensor>,
    body: impl Fn(&Tensor, &[Tensor]) -> Result<Vec<Tensor>>,
    state: &[&Tensor],
) -> Result<Vec<Tensor>> {
    let (start, end) = (start.into(), end.into());
    for number in [&start, &end] {
        let whole = matches!(number.dtype(), DType::I32 | DType::I64);
        number.dtype().require("for_range", whole, "i32 or i64")?;
        if number.rank() != 0 {
            return Err(Error::BadShape {
                op: "for_range",
                shape: number.shape().to_vec(),
                rule: "start and end must be scalars".to_owned(),
            });
        }
    }
    let goes_on = |counted: &[Tensor]| counted[0].less(&end);
    let step = |counted: &[Tensor]| {
        let mut next = body(&counted[0], &counted[1..])?;
        next.insert(0, counted[0].add_scalar(1.0)?);
        Ok(next)
    };
    let counted: Vec<&Tensor> = std::iter::once(&start).chain(state.iter().copied()).collect();
    let mut last = while_loop(goes_on, step, &counted)?;
    last.remove(0);
    Ok(last)
}
