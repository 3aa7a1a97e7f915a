//! Loops along the first axis of tensors.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    super::stack::trace_of,
    reverse::Loop,
    subgraph::{
        Subgraph, apply_control, joined, refs, require_recorded, row, same_count, stack, stacked_spec,
        trace_inside,
    },
};
use crate::{
    Error, Result, Shape, Tensor,
    graph::Graph,
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply_dyn},
    tensor::Array,
};

/// The body takes the state, a row of every sequence, and what it uses from around the loop; it gives the
/// next state, results, and, if the scan records, the values of its stateful operations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Scan {
    pub(super) body: Subgraph,
    pub(super) states: usize,
    pub(super) sequences: usize,
    /// From the last row to the first.
    pub(super) backwards: bool,
    /// If it records: how many results an iteration has. What every iteration started from, and the values of
    /// its stateful operations, are then further outputs.
    pub(super) records: Option<usize>,
}

impl Scan {
    /// What an iteration gives beyond its next state, recorded values of stateful operations left aside.
    fn results(&self) -> usize {
        let all = self.body.graph().outputs().len().saturating_sub(self.states);
        self.records.unwrap_or(all).min(all)
    }

    fn with_records(&self) -> Arc<dyn Primitive> {
        let records = Some(self.results());
        Arc::new(Self {
            body: self.body.recorded(),
            records,
            ..self.clone()
        })
    }

    /// The common length of the sequences.
    fn length(&self, shapes: &[&Shape]) -> Result<usize> {
        let mut length = Shape::UNKNOWN;
        for shape in shapes {
            let own = *shape.first().ok_or_else(|| Error::BadShape {
                op: "scan",
                shape: Vec::new(),
                rule: "a sequence needs a first axis to walk along".to_owned(),
            })?;
            if own != length && own != Shape::UNKNOWN && length != Shape::UNKNOWN {
                return Err(Error::Shape {
                    op: "scan",
                    left: shapes[0].to_vec(),
                    right: shape.to_vec(),
                    rule: "all sequences must have the same length",
                });
            }
            length = length.min(own);
        }
        Ok(length)
    }
}

#[typetag::serde(name = "scan")]
impl Primitive for Scan {
    fn name(&self) -> &'static str {
        "scan"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let outputs = self.body.graph().outputs().len();
        self.body
            .require("scan", inputs.len(), outputs.max(self.states))?;
        if self.sequences == 0 || self.states.saturating_add(self.sequences) > inputs.len() {
            same_count(
                "scan",
                "sequences",
                self.sequences.max(1),
                inputs.len().saturating_sub(self.states),
            )?;
        }
        let sequences = &inputs[self.states..self.states + self.sequences];
        let length = self.length(&sequences.iter().map(|spec| &spec.shape).collect::<Vec<_>>())?;
        let along = |spec: &Spec| {
            let mut stacked = stacked_spec(spec);
            stacked.shape[0] = length;
            stacked
        };
        let finals = (0..self.states).map(|state| self.body.input_spec(state).clone());
        let results = self
            .body
            .output_specs()
            .skip(self.states)
            .take(self.results())
            .map(along);
        let mut specs: Specs = finals.chain(results).collect();
        if self.records.is_some() {
            specs.extend((0..self.states).map(|state| along(self.body.input_spec(state))));
            specs.extend(
                self.body
                    .output_specs()
                    .skip(self.states + self.results())
                    .map(along),
            );
        }
        Ok(specs)
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (own, captures) = inputs.split_at(self.states + self.sequences);
        let (first, sequences) = own.split_at(self.states);
        let length = self.length(&sequences.iter().map(|array| array.shape()).collect::<Vec<_>>())?;
        let mut state: Vec<Array> = first.iter().map(|&array| array.clone()).collect();
        let beyond = self.body.graph().outputs().len() - self.states;
        let mut given: Vec<Vec<Array>> = vec![Vec::with_capacity(length); beyond];
        let mut starts: Vec<Vec<Array>> = vec![Vec::new(); self.states];
        for step in 0..length {
            let at = if self.backwards { length - 1 - step } else { step };
            let rows: Vec<Array> = sequences.iter().map(|sequence| row(sequence, at)).collect();
            let arguments: Vec<&Array> = state
                .iter()
                .chain(&rows)
                .chain(captures.iter().copied())
                .collect();
            let mut next = self.body.run(&arguments)?;
            let results = next.split_off(self.states);
            given
                .iter_mut()
                .zip(results)
                .for_each(|(given, result)| given.push(result));
            let before = std::mem::replace(&mut state, next);
            if self.records.is_some() {
                starts
                    .iter_mut()
                    .zip(before)
                    .for_each(|(starts, start)| starts.push(start));
            }
        }
        let stacked = |mut rows: Vec<Array>, like: &Spec| {
            if self.backwards {
                rows.reverse();
            }
            stack("scan", &rows, like)
        };
        let mut outputs = Arrays::from_vec(state);
        let specs: Vec<&Spec> = self.body.output_specs().skip(self.states).collect();
        let stateful = given.split_off(self.results());
        for (rows, spec) in given.into_iter().zip(&specs) {
            outputs.push(stacked(rows, spec)?);
        }
        if self.records.is_some() {
            for (number, rows) in starts.into_iter().enumerate() {
                let like = Spec::new(outputs[number].dtype(), outputs[number].shape());
                outputs.push(stacked(rows, &like)?);
            }
            for (rows, spec) in stateful.into_iter().zip(&specs[self.results()..]) {
                outputs.push(stacked(rows, spec)?);
            }
        }
        Ok(outputs)
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        require_recorded("scan", self.records.is_none() && self.is_stateful())?;
        let again = match self.records {
            Some(_) => None,
            None => Some(apply_dyn(&self.with_records(), &refs(call.inputs))?),
        };
        let outputs = again.as_deref().unwrap_or(call.outputs);
        let of = Loop {
            op: "scan",
            body: self.body.graph(),
            states: self.states,
            sequences: self.sequences,
            results: self.results(),
            backwards: self.backwards,
        };
        of.pull(call, gradients, &outputs[self.states + self.results()..])
    }

    fn is_stateful(&self) -> bool {
        self.body.is_stateful()
    }

    fn recorded(&self) -> Option<Arc<dyn Primitive>> {
        self.records.is_none().then(|| self.with_records())
    }

    fn subgraphs(&self) -> Vec<&Graph> {
        vec![self.body.graph()]
    }
}

/// Walks along the first axis of `sequences`: `body` takes the state and a row of each, and gives the next
/// state and results. Returns the last state, and the results of all iterations stacked along a new first
/// axis.
///
/// The body is traced, outside a function, too: it sees symbols, and may be called more than once.
/// Differentiable any number of times; every iteration's state is then kept for the way back.
///
/// # Errors
/// Those of `body`; [`Error::Graph`] without a sequence, or unless `body` gives as many states of the same
/// types as it takes; [`Error::Shape`] for sequences of different lengths, or results of different shapes.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::scan};
///
/// // Running sums of 1, 2, 3.
/// let add = |state: &[Tensor], row: &[Tensor]| {
///     let sum = state[0].add(&row[0])?;
///     Ok((vec![sum.clone()], vec![sum]))
/// };
/// let (last, sums) = scan(add, &[&Tensor::from(0.0)], &[&Tensor::from([1.0, 2.0, 3.0])])?;
/// assert_eq!(sums[0].to_vec::<f64>()?, [1.0, 3.0, 6.0]);
/// assert_eq!(last[0].item::<f64>()?, 6.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn scan(
    body: impl Fn(&[Tensor], &[Tensor]) -> Result<(Vec<Tensor>, Vec<Tensor>)>,
    state: &[&Tensor],
    sequences: &[&Tensor],
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    if sequences.is_empty() {
        same_count("scan", "sequences", 1, 0)?;
    }
    let outer = trace_of(state.iter().chain(sequences).copied());
    let mut specs: Vec<Spec> = state.iter().map(|tensor| tensor.spec()).collect();
    for sequence in sequences {
        // The length of what is not a sequence is refused where the scan is applied.
        let row = Shape::from(sequence.shape().get(1..).unwrap_or_default());
        specs.push(Spec::new(sequence.dtype(), row));
    }
    let states = state.len();
    let as_list = |inputs: &[Tensor]| {
        let (mut next, results) = body(&inputs[..states], &inputs[states..])?;
        same_count("scan", "states that the body gives", states, next.len())?;
        next.extend(results);
        Ok(next)
    };
    loop {
        let body = trace_inside("body", outer.as_ref(), &specs, &[], &as_list)?;
        let next =
            specs[..states]
                .iter()
                .zip(body.graph.outputs())
                .enumerate()
                .map(|(number, (spec, &edge))| {
                    joined("scan", &format!("state {number}"), spec, body.graph.spec(edge))
                });
        let next = next.collect::<Result<Vec<_>>>()?;
        if next != specs[..states] {
            // Every round makes a known length unknown, so this ends.
            specs.splice(..states, next);
            continue;
        }
        let outputs = body.graph.outputs().len();
        let primitive = Scan {
            body: Subgraph::new(body.graph),
            states,
            sequences: sequences.len(),
            backwards: false,
            records: None,
        };
        let inputs: Vec<&Tensor> = state
            .iter()
            .chain(sequences)
            .copied()
            .chain(&body.captures)
            .collect();
        let mut last = apply_control(primitive, &inputs, body.assigned, outputs)?;
        let results = last.split_off(states);
        return Ok((last, results));
    }
}

/// Applies `body` to every row along the first axis, and stacks what it gives: a [`scan`] without a state.
///
/// # Errors
/// As [`scan`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::map};
///
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// let sums = map(|row| Ok(vec![row[0].square()?.sum_all()?]), &[&x])?;
/// assert_eq!(sums[0].to_vec::<f64>()?, [5.0, 25.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn map(body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>, sequences: &[&Tensor]) -> Result<Vec<Tensor>> {
    Ok(scan(|_, row| Ok((Vec::new(), body(row)?)), &[], sequences)?.1)
}

/// Repeats `body`, from a row of `sequence` along its first axis and the state to the next state; gives the
/// last state: a [`scan`] without results.
///
/// # Errors
/// As [`scan`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::for_each};
///
/// let digits = Tensor::from([1, 9, 8, 4]);
/// let ten = Tensor::from(10);
/// let read = for_each(&digits, |d, n| Ok(vec![n[0].mul(&ten)?.add(d)?]), &[&Tensor::from(0)])?;
/// assert_eq!(read[0].item::<i32>()?, 1984);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn for_each(
    sequence: &Tensor,
    body: impl Fn(&Tensor, &[Tensor]) -> Result<Vec<Tensor>>,
    state: &[&Tensor],
) -> Result<Vec<Tensor>> {
    Ok(scan(
        |state, row| Ok((body(&row[0], state)?, Vec::new())),
        state,
        &[sequence],
    )?
    .0)
}
