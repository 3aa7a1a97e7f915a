//! Neurons and layers as drawings.

use ml::{
    core::Result,
    plot::{
        Color, Diagram, Figure,
        diagram::{Direction, Outline},
    },
};

use crate::support::{AnyResult, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Drawings");
    book.figure("10-4", "a threshold logic unit", &unit()?)?;
    book.figure("10-5", "a perceptron", &layers(&[("x", 2), ("step", 3)])?)?;
    book.figure("10-6b", "exclusive or by two layers", &exclusive_or()?)?;
    let first = layers(&[("x", 2), ("step", 4), ("step", 3)])?;
    book.figure("10-7", "a multilayer perceptron", &first)?;
    let modern = layers(&[("x", 3), ("ReLU", 5), ("softmax", 3)])?;
    book.figure("10-9", "a multilayer perceptron of today", &modern)?;
    Ok(())
}

/// A weighted sum, then a step.
fn unit() -> Result<Figure> {
    let mut diagram = Diagram::new();
    diagram.direction(Direction::Right);
    let sum = diagram.node("Σ");
    diagram.style(sum)?.outline(Outline::Round);
    for number in 1..=3 {
        let input = diagram.node(format!("x{number}"));
        diagram.style(input)?.outline(Outline::Round);
        diagram.edge(input, sum)?.label(format!("w{number}"));
    }
    let (step, output) = (diagram.node("step"), diagram.node("h(x)"));
    diagram.edge(sum, step)?.label("z");
    diagram.edge(step, output)?;
    diagram.figure()
}

/// The right of figure 10-6: weights are 1 where nothing is written.
fn exclusive_or() -> Result<Figure> {
    let mut diagram = Diagram::new();
    diagram.direction(Direction::Right);
    let texts = ["x1", "x2", "both\n-3/2", "either\n-1/2", "exclusive or\n-1/2"];
    let [x1, x2, both, either, output] = texts.map(|text| diagram.node(text));
    for node in [x1, x2] {
        diagram.style(node)?.outline(Outline::Round);
        diagram.edge(node, both)?;
        diagram.edge(node, either)?;
    }
    diagram.edge(both, output)?.label("-1");
    diagram.edge(either, output)?;
    diagram.figure()
}

/// Layers of so many neurons, each fully connected to the next, with a bias neuron but for the last.
pub(crate) fn layers(sizes: &[(&str, usize)]) -> Result<Figure> {
    let mut figure = Figure::new(180 * sizes.len() as u32, 360);
    let axes = figure.axes();
    axes.framed(false)
        .x_limits(-0.4, sizes.len() as f64 - 0.6)
        .y_limits(-1.25, 1.25);
    // Neurons of a layer from top to bottom: those it has, then its bias.
    let place = |layer: usize, neuron: usize| {
        let count = sizes[layer].1 + usize::from(layer + 1 < sizes.len());
        let y = if count > 1 {
            1.0 - 2.0 * neuron as f64 / (count - 1) as f64
        } else {
            0.0
        };
        (layer as f64, y)
    };
    for layer in 1..sizes.len() {
        for to in 0..sizes[layer].1 {
            for from in 0..=sizes[layer - 1].1 {
                let ((x0, y0), (x1, y1)) = (place(layer - 1, from), place(layer, to));
                axes.line([x0, x1], [y0, y1])?.color(Color::GRAY).width(0.8);
            }
        }
    }
    for (layer, &(name, count)) in sizes.iter().enumerate() {
        let bias = usize::from(layer + 1 < sizes.len());
        for neuron in 0..count + bias {
            let (x, y) = place(layer, neuron);
            let text = match (layer, neuron == count) {
                (_, true) => "1".to_owned(),
                (0, false) => format!("{name}{}", neuron + 1),
                (_, false) => name.to_owned(),
            };
            axes.scatter([x], [y])?
                .size(46.0)
                .color(Color::rgb(222, 235, 247))
                .edge(Color::GRAY);
            axes.annotate(text, x, y).offset(0.0, 0.0);
        }
    }
    Ok(figure)
}
