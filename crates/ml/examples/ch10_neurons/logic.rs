//! Networks of neurons that are on or off, and the exclusive or.

use ml::{
    core::ndarray::{Array2, array},
    nn::logic::{LogicNetwork, Neuron, Proposition, exclusive_or},
    plot::{
        Color, Diagram, Figure, Marker,
        diagram::{Direction, Outline},
    },
};

use crate::support::{AnyResult, Chapter};

type Join = fn(&mut LogicNetwork, Neuron, Neuron) -> Neuron;

/// The networks of figure 10-3, and what they say of (A, B) = 00, 01, 10, 11.
const NETWORKS: [(&str, Join, &str); 4] = [
    ("C = A", |network, a, _| network.identity(a), "0011"),
    ("C = A and B", LogicNetwork::and, "0001"),
    ("C = A or B", LogicNetwork::or, "0111"),
    ("C = A and not B", LogicNetwork::and_not, "0010"),
];

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    tables(book)?;
    exercise_2(book)?;
    two_layers(book)?;
    book.figure("10-3", "networks of neurons that do logic", &drawn()?)?;
    book.figure("10-6", "exclusive or: no line parts the classes", &exclusive()?)?;
    Ok(())
}

fn bits(table: &[(Vec<bool>, bool)]) -> String {
    table.iter().map(|(_, on)| if *on { '1' } else { '0' }).collect()
}

fn tables(book: &mut Chapter) -> AnyResult {
    book.section("Logic networks");
    for (name, join, expected) in NETWORKS {
        let mut network = LogicNetwork::new(["A", "B"]);
        let (a, b) = (network.input("A")?, network.input("B")?);
        let c = join(&mut network, a, b);
        book.text("N10-01", name, &bits(&network.truth_table(c)?), expected);
    }
    // With A always on, the last one is `not`.
    let mut network = LogicNetwork::new(["B"]);
    let b = network.input("B")?;
    let not = network.not(b);
    book.text(
        "C10-002",
        "not B, for B = 0, 1",
        &bits(&network.truth_table(not)?),
        "10",
    );
    Ok(())
}

/// Three formulas of one network.
fn exercise_2(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 2");
    for formula in ["(A & !B) | (!A & B)", "(A | B) & !(A & B)", "(A | B) & (!A | !B)"] {
        let (network, output) = formula.parse::<Proposition>()?.network()?;
        book.text("C10-003", formula, &bits(&network.truth_table(output)?), "0110");
    }
    Ok(())
}

/// Figure 10-6: threshold units in two layers.
fn two_layers(book: &mut Chapter) -> AnyResult {
    let x: Array2<f64> = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let [hidden, output] = exclusive_or();
    let y = output.predict(hidden.predict(x.view())?.view())?;
    book.text(
        "N10-01",
        "exclusive or by two layers",
        &format!("{}", y.column(0)),
        "[0, 1, 1, 0]",
    );
    Ok(())
}

/// Figure 10-3: inhibiting connections are dashed.
fn drawn() -> ml::Result<Figure> {
    let mut diagram = Diagram::new();
    diagram.direction(Direction::Right);
    // How often A and B are connected to C, and whether B inhibits.
    for ((name, _, _), (from_a, from_b, inhibits)) in
        NETWORKS
            .into_iter()
            .zip([(2, 0, false), (1, 1, false), (2, 2, false), (2, 1, true)])
    {
        let c = diagram.node(name);
        let a = diagram.node("A");
        diagram.style(a)?.outline(Outline::Round);
        for _ in 0..from_a {
            diagram.edge(a, c)?;
        }
        if from_b > 0 {
            let b = diagram.node("B");
            diagram.style(b)?.outline(Outline::Round);
            for _ in 0..from_b {
                diagram.edge(b, c)?.dashed(inhibits);
            }
        }
    }
    diagram.figure()
}

/// The left of figure 10-6.
fn exclusive() -> ml::Result<Figure> {
    let mut figure = Figure::new(420, 380);
    let axes = figure.axes();
    axes.x_label("x1")
        .y_label("x2")
        .x_limits(-0.5, 1.5)
        .y_limits(-0.5, 1.5);
    axes.scatter([0.0, 1.0], [0.0, 1.0])?
        .color(Color::BLUE)
        .marker(Marker::Square)
        .size(12.0)
        .label("0");
    axes.scatter([0.0, 1.0], [1.0, 0.0])?
        .color(Color::RED)
        .marker(Marker::Triangle)
        .size(12.0)
        .label("1");
    Ok(figure)
}
