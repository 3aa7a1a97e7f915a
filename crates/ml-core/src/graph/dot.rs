//! Graphs as drawings, in the language of Graphviz.

use std::fmt::Write;

use super::{Graph, Kind};

impl Graph {
    /// The graph in the DOT language, for `dot -Tsvg`: operations as boxes, tensors as arrows with their type
    /// and shape; what a branch or loop holds in a frame of its own.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, graph::Function, ops::Spec};
    ///
    /// let f = Function::unary("f", |x| x.square());
    /// let dot = f.concrete(&[Spec::new(DType::F32, [2])])?.graph().to_dot();
    /// assert!(dot.contains(r#"n0 [label="x\nPlaceholder""#));
    /// assert!(dot.contains(r#"n0 -> n1 [label="f32[2]"]"#));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_dot(&self) -> String {
        let mut dot = String::from(
            "digraph {\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
        );
        self.draw("n", 1, &mut dot);
        dot.push_str("}\n");
        dot
    }

    /// Writes nodes and arrows; nodes are named after `prefix`.
    fn draw(&self, prefix: &str, depth: usize, dot: &mut String) {
        let indent = "  ".repeat(depth);
        for (position, node) in self.nodes.iter().enumerate() {
            let shape = match node.kind {
                Kind::Placeholder | Kind::Constant(_) => ", shape=ellipse",
                _ => "",
            };
            let label = format!("{}\\n{}", escaped(&node.name), escaped(node.kind.name()));
            // Writing to a string cannot fail.
            let _ = writeln!(dot, "{indent}{prefix}{position} [label=\"{label}\"{shape}];");
            for edge in &node.inputs {
                let spec = self.spec(*edge);
                let _ = writeln!(
                    dot,
                    "{indent}{prefix}{} -> {prefix}{position} [label=\"{spec}\"];",
                    edge.node
                );
            }
            let Kind::Primitive(primitive) = &node.kind else {
                continue;
            };
            for (number, inner) in primitive.subgraphs().into_iter().enumerate() {
                let cluster = format!("{prefix}{position}_{number}_");
                let title = escaped(inner.name());
                let _ = writeln!(
                    dot,
                    "{indent}subgraph cluster_{cluster} {{\n{indent}  label=\"{title}\";"
                );
                inner.draw(&cluster, depth + 1, dot);
                let _ = writeln!(dot, "{indent}}}");
                // An arrow without a head ties the frame to its operation.
                if !inner.nodes.is_empty() {
                    let _ = writeln!(
                        dot,
                        "{indent}{prefix}{position} -> {cluster}0 [style=dotted, dir=none];"
                    );
                }
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
