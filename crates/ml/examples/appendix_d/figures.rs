//! The appendix's three graphs, with the numbers that were computed.

use ml::{
    Result,
    core::autodiff::lessons::{
        dual::DualNumber,
        expression::Expression,
        reverse::{Graph, Node},
    },
    plot::{
        Diagram, Figure,
        diagram::{NodeId, Outline},
    },
};

/// Figure D-1: the graph of a formula, of its derivative as the rules give it, and of what is left of that.
pub(crate) fn formulas(formulas: &[(&str, &Expression)]) -> Result<Figure> {
    let mut diagram = Diagram::new();
    for (name, formula) in formulas {
        let root = add(&mut diagram, formula)?;
        let result = diagram.node(format!("{name}\n= {formula}"));
        diagram.edge(root, result)?;
    }
    diagram.figure()
}

/// Adds a formula, its operands first.
fn add(diagram: &mut Diagram, formula: &Expression) -> Result<NodeId> {
    let (text, operands) = match formula {
        Expression::Constant(number) => (number.to_string(), vec![]),
        Expression::Variable(name) => ((*name).to_owned(), vec![]),
        Expression::Sum(a, b) => ("+".to_owned(), vec![a, b]),
        Expression::Product(a, b) => ("×".to_owned(), vec![a, b]),
        Expression::Power(a, exponent) => (format!("to the {exponent}"), vec![a]),
    };
    let operands = operands
        .into_iter()
        .map(|operand| add(diagram, operand))
        .collect::<Result<Vec<_>>>()?;
    let node = diagram.node(text);
    diagram.style(node)?.outline(Outline::Round);
    for operand in operands {
        diagram.edge(operand, node)?;
    }
    Ok(node)
}

/// Figure D-2: every node of `f` with its dual number, at x = 3 + ε and y = 4.
pub(crate) fn dual() -> Result<Figure> {
    let [x, y, two] = [(3.0, 1.0), (4.0, 0.0), (2.0, 0.0)].map(|(a, b)| DualNumber::new(a, b));
    let (square, product, sum) = (x * x, x * x * y, y + two);
    let values = [x, y, two, square, product, sum, product + sum];
    diagram(&values.map(|value| value.to_string()))
}

/// Figure D-3: every node of `f` with its value and its gradient.
pub(crate) fn reverse(nodes: &[Node<'_>; 7], gradients: &[f64]) -> Result<Figure> {
    let text = |node: &Node<'_>| format!("{}\n∂f/∂n = {}", node.value(), gradients[node.index()]);
    diagram(&nodes.each_ref().map(text))
}

/// The nodes n1 to n7 of `x²y + y + 2`.
pub(crate) fn nodes(graph: &Graph) -> [Node<'_>; 7] {
    let (n1, n2, n3) = (graph.leaf(3.0), graph.leaf(4.0), graph.leaf(2.0));
    let n4 = n1 * n1;
    let (n5, n6) = (n4 * n2, n2 + n3);
    [n1, n2, n3, n4, n5, n6, n5 + n6]
}

/// The graph of `f` with a text below each name.
fn diagram(texts: &[String; 7]) -> Result<Figure> {
    const NAMES: [&str; 7] = ["x", "y", "2", "x × x", "n4 × y", "y + 2", "n5 + n6"];
    const EDGES: [(usize, usize); 8] = [(0, 3), (0, 3), (3, 4), (1, 4), (1, 5), (2, 5), (4, 6), (5, 6)];
    let mut diagram = Diagram::new();
    let mut ids = Vec::new();
    for (number, (name, text)) in NAMES.iter().zip(texts).enumerate() {
        ids.push(diagram.node(format!("n{}: {name}\n{text}", number + 1)));
    }
    for (from, to) in EDGES {
        diagram.edge(ids[from], ids[to])?;
    }
    diagram.figure()
}
