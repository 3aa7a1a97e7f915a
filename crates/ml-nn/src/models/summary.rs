//! The table of layers, as Keras prints it.

use ml_core::{Shape, ops::Spec};

use crate::layers::LayerRef;

/// Width of the table of a stack, and where its columns end.
const STACK: (usize, [usize; 3]) = (65, [29, 55, 65]);
/// The same of a graph, which says what is connected to what.
const GRAPH: (usize, [usize; 4]) = (98, [32, 53, 65, 98]);

/// The table of the layers of a built model.
pub(super) fn summary(name: &str, root: &LayerRef) -> String {
    let mut layers = root.sublayers();
    if layers.is_empty() {
        layers.push((name.to_owned(), root.clone()));
    }
    let connections = root.layer().connections();
    let (width, ends): (usize, &[usize]) = match &connections {
        Some(_) => (GRAPH.0, &GRAPH.1),
        None => (STACK.0, &STACK.1),
    };
    let mut lines = vec![format!("Model: {name:?}"), "_".repeat(width)];
    let head = ["Layer (type)", "Output Shape", "Param #", "Connected to"];
    lines.push(row(&head[..ends.len()], ends));
    lines.push("=".repeat(width));
    for (position, (name, layer)) in layers.iter().enumerate() {
        let cells = [
            format!("{name} ({})", layer.class_name()),
            shapes(layer),
            count(layer, |_| true).to_string(),
        ];
        let from = connections.as_ref().map_or(&[][..], |all| &all[position]);
        let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let first = from
            .first()
            .map(|name| format!("{name}[0][0]"))
            .unwrap_or_default();
        if connections.is_some() {
            cells.push(&first);
        }
        lines.push(row(&cells, ends));
        for name in from.iter().skip(1) {
            lines.push(row(&["", "", "", &format!("{name}[0][0]")], ends));
        }
        lines.push(if position + 1 == layers.len() { "=" } else { "_" }.repeat(width));
    }
    let (all, learns) = (count(root, |_| true), count(root, |trainable| trainable));
    lines.push(format!("Total params: {}", grouped(all)));
    lines.push(format!("Trainable params: {}", grouped(learns)));
    lines.push(format!("Non-trainable params: {}", grouped(all - learns)));
    lines.push("_".repeat(width));
    lines.join("\n")
}

/// Cells that end, cut if need be, where the columns do.
fn row(cells: &[&str], ends: &[usize]) -> String {
    let mut line = String::new();
    for (cell, &end) in cells.iter().zip(ends) {
        line.push_str(cell);
        line = line.chars().take(end).collect();
        let missing = end - line.chars().count();
        line.push_str(&" ".repeat(missing));
    }
    line
}

/// Shapes of the outputs of a layer, `(None, 30)`; of several in a list.
pub(super) fn shapes(layer: &LayerRef) -> String {
    let outputs = layer.outputs().unwrap_or_default();
    let of_inputs;
    let outputs = if outputs.is_empty() {
        // Inputs of a graph are never called: they give what comes in.
        of_inputs = layer.inputs().unwrap_or_default();
        &of_inputs[..]
    } else {
        outputs
    };
    let shape = |spec: &Spec| {
        let length = |&length: &usize| match length {
            Shape::UNKNOWN => "None".to_owned(),
            known => known.to_string(),
        };
        let lengths: Vec<String> = spec.shape.iter().map(length).collect();
        match lengths.len() {
            1 => format!("({},)", lengths[0]),
            _ => format!("({})", lengths.join(", ")),
        }
    };
    match outputs {
        [one] => shape(one),
        several => format!("[{}]", several.iter().map(shape).collect::<Vec<_>>().join(", ")),
    }
}

/// Number of elements of the weights that learn, or of all.
fn count(layer: &LayerRef, wanted: impl Fn(bool) -> bool) -> usize {
    let weights = layer.weights();
    let wanted = weights.iter().filter(|weight| wanted(weight.trainable));
    wanted.map(|weight| weight.variable.shape().len()).sum()
}

/// `266610` as `266,610`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!(
            [0, 999, 1_000, 266_610, 1_234_567].map(grouped),
            ["0", "999", "1,000", "266,610", "1,234,567"]
        );
    }
}
