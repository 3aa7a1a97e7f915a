//! Gradients of loops: a scan that walks the iterations back, each from what it started from.

use super::{
    super::{replay::replay_again, trace::Trace},
    scan::Scan,
    subgraph::{Subgraph, refs},
};
use crate::{
    Error, Result, Tensor,
    autodiff::{Source, Tape},
    graph::{Graph, Node},
    ops::{Call, Gradients, Spec, apply_many},
};

/// A loop as its gradient sees it.
pub(super) struct Loop<'l> {
    pub(super) op: &'static str,
    /// Takes the state, a row of every sequence, and what is captured; gives the next state and results.
    pub(super) body: &'l Graph,
    pub(super) states: usize,
    pub(super) sequences: usize,
    pub(super) results: usize,
    /// Whether it runs from the last row to the first.
    pub(super) backwards: bool,
}

/// Which gradients come in and which go out, by number.
struct Flow {
    /// States that have gradients.
    states: Vec<usize>,
    /// Sequences whose gradient is wanted.
    sequences: Vec<usize>,
    /// Captured values whose gradient is wanted.
    captures: Vec<usize>,
    /// Results whose gradient is given.
    results: Vec<usize>,
    /// States whose recorded history has a gradient itself: a derivative is being differentiated.
    histories: Vec<usize>,
}

impl Loop<'_> {
    /// Gradients of the inputs; `records` are the states that the iterations started from, then the values of
    /// the stateful operations, all stacked.
    pub(super) fn pull(
        &self,
        call: &Call<'_>,
        gradients: &[Option<Tensor>],
        records: &[Tensor],
    ) -> Result<Gradients> {
        let flow = self.flow(call, gradients);
        let mut pulled = Gradients::from_elem(None, call.inputs.len());
        if flow.states.is_empty() && flow.sequences.is_empty() && flow.captures.is_empty() {
            return Ok(pulled);
        }
        let first_capture = self.states + self.sequences;
        let (inputs, captures) = call.inputs.split_at(first_capture);
        let mut state = Vec::new();
        for &number in &flow.states {
            state.push(match &gradients[number] {
                Some(gradient) => gradient.clone(),
                None => call.outputs[number].zeros_like()?,
            });
        }
        for &number in &flow.captures {
            state.push(captures[number].zeros_like()?);
        }
        let given = |number: usize| gradients[number].clone().into_iter();
        let mut rows: Vec<Tensor> = records.to_vec();
        rows.extend_from_slice(&inputs[self.states..]);
        rows.extend(
            flow.results
                .iter()
                .flat_map(|&result| given(self.states + result)),
        );
        rows.extend(
            flow.histories
                .iter()
                .flat_map(|&state| given(self.states + self.results + state)),
        );
        let scan = Scan {
            body: Subgraph::new(self.step(&flow)?),
            states: state.len(),
            sequences: rows.len(),
            backwards: !self.backwards,
            records: None,
        };
        let arguments = [&state[..], &rows, captures].concat();
        let mut outputs = apply_many(scan, &refs(&arguments))
            .map_err(|error| self.named(error))?
            .into_iter();
        for (&number, gradient) in flow.states.iter().zip(&mut outputs) {
            pulled[number] = Some(gradient);
        }
        for (&number, gradient) in flow.captures.iter().zip(&mut outputs) {
            pulled[first_capture + number] = Some(gradient);
        }
        for (&number, gradient) in flow.sequences.iter().zip(&mut outputs) {
            pulled[self.states + number] = Some(gradient);
        }
        Ok(pulled)
    }

    fn named(&self, error: Error) -> Error {
        Error::Gradient {
            op: self.op,
            problem: format!("the way back through the iterations failed: {error}"),
            remedy: "what the body gives must have the same shape in every iteration",
        }
    }

    fn spec(&self, input: usize) -> &Spec {
        &self.body.nodes[self.body.inputs[input]].outputs[0]
    }

    fn flow(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Flow {
        let is_float = |input: usize| self.spec(input).dtype.is_float();
        let given = |output: usize| gradients.get(output).is_some_and(Option::is_some);
        let first_capture = self.states + self.sequences;
        let wanted = |input: usize| call.wanted[input] && is_float(input);
        Flow {
            states: (0..self.states).filter(|&state| is_float(state)).collect(),
            sequences: (0..self.sequences)
                .filter(|&number| wanted(self.states + number))
                .collect(),
            captures: (0..call.inputs.len() - first_capture)
                .filter(|&number| wanted(first_capture + number))
                .collect(),
            results: (0..self.results)
                .filter(|&result| given(self.states + result))
                .collect(),
            histories: (0..self.states)
                .filter(|&state| is_float(state) && given(self.states + self.results + state))
                .collect(),
        }
    }

    /// One iteration back: from the gradients of what it gave to those of what it started from.
    fn step(&self, flow: &Flow) -> Result<Graph> {
        let trace = Trace::new("reverse");
        let input = |name: &str, spec: &Spec| trace.placeholder(name, spec.clone());
        let inputs = |name: &str, numbers: &mut dyn Iterator<Item = usize>| -> Vec<Tensor> {
            numbers.map(|number| input(name, self.spec(number))).collect()
        };
        let first_capture = self.states + self.sequences;
        let from_states = inputs("gradient", &mut flow.states.iter().copied());
        let sums = inputs(
            "sum",
            &mut flow.captures.iter().map(|number| first_capture + number),
        );
        let mut starts = inputs("start", &mut (0..self.states));
        let stateful = self
            .body
            .nodes
            .iter()
            .filter(|node| node.is_stateful())
            .flat_map(|node: &Node| &node.outputs);
        let stateful: Vec<Tensor> = stateful.map(|spec| input("value", spec)).collect();
        let rows = inputs("row", &mut (self.states..first_capture));
        let result_specs = |number: usize| self.body.spec(self.body.outputs[self.states + number]);
        let from_results: Vec<Tensor> = flow
            .results
            .iter()
            .map(|&number| input("gradient", result_specs(number)))
            .collect();
        let from_histories = inputs("gradient", &mut flow.histories.iter().copied());
        let captures = inputs("captured", &mut (first_capture..self.body.inputs.len()));
        trace.enter(|| {
            let tape = Tape::new();
            let watch = |tensor: &Tensor| match tensor.dtype().is_float() {
                true => tape.watch(tensor),
                false => Ok(tensor.clone()),
            };
            starts.extend(rows);
            starts.extend(captures);
            let starts = starts.iter().map(watch).collect::<Result<Vec<_>>>()?;
            let outputs = replay_again(self.body, &refs(&starts), &stateful)?;
            let mut targets = Vec::new();
            for (&number, gradient) in flow.states.iter().zip(&from_states) {
                targets.push(outputs[number].mul(gradient)?);
            }
            for (&number, gradient) in flow.results.iter().zip(&from_results) {
                targets.push(outputs[self.states + number].mul(gradient)?);
            }
            let sources = flow.states.iter().copied();
            let sources = sources.chain(flow.captures.iter().map(|number| first_capture + number));
            let sources: Vec<&Tensor> = sources
                .chain(flow.sequences.iter().map(|number| self.states + number))
                .map(|input| &starts[input])
                .collect();
            let found = gradients(&tape, &targets, &sources)?;
            let (to_states, rest) = found.split_at(flow.states.len());
            let (to_captures, to_rows) = rest.split_at(flow.captures.len());
            let mut results = Vec::new();
            for (number, gradient) in flow.states.iter().zip(to_states) {
                let further = flow.histories.iter().position(|history| history == number);
                results.push(match further {
                    Some(history) => gradient.add(&from_histories[history])?,
                    None => gradient.clone(),
                });
            }
            for (sum, gradient) in sums.iter().zip(to_captures) {
                results.push(sum.add(gradient)?);
            }
            results.extend_from_slice(to_rows);
            trace.finish_inside(&results)
        })
    }
}

/// Gradients of the sum of all targets; zeros where nothing depends on a source.
pub(super) fn gradients(tape: &Tape, targets: &[Tensor], sources: &[&Tensor]) -> Result<Vec<Tensor>> {
    let wanted: Vec<&dyn Source> = sources.iter().map(|&source| source as &dyn Source).collect();
    let found = tape.gradient_of(&refs(targets), &wanted)?;
    let found = found
        .into_iter()
        .zip(sources)
        .map(|(gradient, source)| match gradient {
            Some(gradient) => Ok(gradient),
            None => source.stop_gradient().zeros_like(),
        });
    found.collect()
}
