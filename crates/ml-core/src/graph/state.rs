//! Variables in graphs: reads and assignments become steps.

use super::{
    Kind,
    stack::{around, current},
};
use crate::{
    Error, Result, Tensor,
    autodiff::Variable,
    ops::{Spec, Specs},
};

/// The value of a variable as a step of the graph; `None` outside a trace.
///
/// A loop that does not assign the variable reads it once, around itself: the value is then an input like
/// any other, and gradients flow to it.
pub(crate) fn read(variable: &Variable) -> Option<Tensor> {
    let trace = current()?;
    if trace.is_inside() && !trace.builder().assigned.iter().any(|v| v.same(variable)) {
        let known = trace
            .builder()
            .hoisted
            .iter()
            .find(|(v, _)| v.same(variable))
            .map(|(_, s)| s.clone());
        return Some(known.unwrap_or_else(|| {
            let symbol = trace.captured(around(|| variable.read()));
            trace.builder().hoisted.push((variable.clone(), symbol.clone()));
            symbol
        }));
    }
    let position = trace.builder().variable(variable);
    let specs = Specs::from_elem(Spec::new(variable.dtype(), variable.shape()), 1);
    let mut symbols = trace.add("ReadVariable", Kind::Read(position), &[], specs).ok()?;
    symbols.pop()
}

/// An assignment as a step of the graph; false outside a trace.
pub(crate) fn assign(variable: &Variable, value: &Tensor) -> Result<bool> {
    let Some(trace) = current() else { return Ok(false) };
    let position = {
        let mut builder = trace.builder();
        builder.assigned.push(variable.clone());
        builder.variable(variable)
    };
    trace.add("AssignVariable", Kind::Assign(position), &[value], Specs::new())?;
    Ok(true)
}

/// The first value of a variable that is being created: variables come into being at the first trace only.
pub(crate) fn initial_value(name: &str, value: Tensor) -> Tensor {
    let Some(trace) = current() else { return value };
    let broken = if trace.is_inside() {
        Some("is created in a branch or loop, which would make it anew each time")
    } else if !trace.may_create {
        Some("is created again at a later call")
    } else if value.is_symbolic() {
        Some("starts from a tensor that has no value while tracing")
    } else {
        None
    };
    let Some(problem) = broken else { return value };
    trace.builder().broken.get_or_insert(Error::Graph {
        function: trace.name().to_owned(),
        problem: format!("variable {name:?} {problem}"),
        remedy: "create variables outside the function, or at its first call only",
    });
    if value.is_symbolic() {
        // The trace fails with the error above: this stands in until it ends.
        return Tensor::zeros(
            value.shape().iter().map(|&l| l.min(1)).collect::<crate::Shape>(),
            value.dtype(),
        )
        .unwrap_or_else(|_| Tensor::from(0.0f32));
    }
    value
}
