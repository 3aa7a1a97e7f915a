//! Traced functions as diagrams.

use ml_core::graph::{Graph, Kind};

use super::{Diagram, Edge, Outline};
use crate::Color;

/// Fill of what flows in: arguments and constants.
const SOURCE: Color = Color::rgb(229, 245, 224);
/// Fill of the name of a branch or of a part of a loop.
const PART: Color = Color::rgb(254, 240, 217);

impl Diagram {
    /// A traced function's graph (book figures 12-4 and G-2): operations as boxes with their name and kind, arguments
    /// and constants round, tensors as arrows with their type and shape. What a branch or loop holds hangs on its name by
    /// dashed arrows.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, graph::Function, ops::Spec};
    /// use ml_plot::Diagram;
    ///
    /// let cube = Function::unary("cube", |x| x.square()?.mul(x));
    /// let concrete = cube.concrete(&[Spec::new(DType::F32, [])])?;
    /// let svg = Diagram::of_graph(concrete.graph()).figure()?.to_svg()?;
    /// assert!(svg.contains("aria-label=\"square\"") && svg.contains("aria-label=\"f32[]\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    #[must_use]
    pub fn of_graph(graph: &Graph) -> Self {
        let mut diagram = Self::new();
        diagram.add_graph(graph);
        diagram
    }

    /// Adds the nodes of a graph and gives the places of those that stand for its arguments.
    fn add_graph(&mut self, graph: &Graph) -> Vec<usize> {
        let mut places = Vec::with_capacity(graph.nodes().len());
        let mut arguments = Vec::new();
        for node in graph.nodes() {
            let place = self.node(format!("{}\n{}", node.name, node.kind.name())).0;
            if matches!(node.kind, Kind::Placeholder | Kind::Constant(_)) {
                self.nodes[place].outline(Outline::Round).fill(SOURCE);
            }
            if matches!(node.kind, Kind::Placeholder) {
                arguments.push(place);
            }
            for edge in &node.inputs {
                // In a graph the inputs of a node stand before it.
                self.link(places[edge.node], place, graph.spec(*edge).to_string(), false);
            }
            if let Kind::Primitive(primitive) = &node.kind {
                for inner in primitive.subgraphs() {
                    let part = self.node(inner.name()).0;
                    self.nodes[part].outline(Outline::Round).fill(PART);
                    self.link(place, part, String::new(), true);
                    for argument in self.add_graph(inner) {
                        self.link(part, argument, String::new(), true);
                    }
                }
            }
            places.push(place);
        }
        arguments
    }

    fn link(&mut self, from: usize, to: usize, label: String, dashed: bool) {
        self.edges.push(Edge {
            from,
            to,
            label,
            dashed,
        });
    }
}

#[cfg(test)]
mod tests {
    use ml_core::{
        DType, Result,
        graph::{Function, for_range},
        ops::Spec,
    };

    use super::Diagram;

    #[test]
    fn operations_are_boxes_and_tensors_arrows() -> Result<()> {
        let f = Function::unary("f", |x| x.square()?.mul(x));
        let diagram = Diagram::of_graph(f.concrete(&[Spec::new(DType::F64, [3])])?.graph());
        let texts: Vec<&str> = diagram.nodes.iter().map(|node| node.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "x\nPlaceholder",
                "square\nsquare",
                "mul\nmul",
                "Identity\nIdentity"
            ]
        );
        let arrows: Vec<_> = diagram.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        assert_eq!(arrows, [(0, 1), (1, 2), (0, 2), (2, 3)]);
        assert!(
            diagram
                .edges
                .iter()
                .all(|edge| edge.label == "f64[3]" && !edge.dashed)
        );
        Ok(())
    }

    #[test]
    fn the_parts_of_a_loop_hang_on_it() -> Result<()> {
        let f = Function::unary("f", |x| {
            Ok(for_range(0, 10, |_, x| Ok(vec![x[0].add_scalar(1.0)?]), &[x])?.remove(0))
        });
        let diagram = Diagram::of_graph(f.concrete(&[Spec::new(DType::I32, [])])?.graph());
        let text = |place: usize| diagram.nodes[place].text.as_str();
        let hangs: Vec<(&str, &str)> = diagram
            .edges
            .iter()
            .filter(|edge| edge.dashed)
            .map(|edge| (text(edge.from), text(edge.to)))
            .collect();
        let [counter, x] = ["x\nPlaceholder", "x_1\nPlaceholder"];
        assert_eq!(
            hangs,
            [
                ("while\nwhile", "condition"),
                ("condition", counter),
                ("condition", x),
                ("while\nwhile", "body"),
                ("body", counter),
                ("body", x)
            ]
        );
        assert!(diagram.figure().is_ok());
        Ok(())
    }
}
