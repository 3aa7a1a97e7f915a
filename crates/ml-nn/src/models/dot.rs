//! The layers of a model as a drawing, in the language of Graphviz.

use std::fmt::Write;

use ml_core::Result;

use super::{Model, advice::feeders, summary::shapes};

impl Model {
    /// The layers in the DOT language, for `dot -Tsvg`: a box for each with its name, type and output shape, and arrows from
    /// those that feed it; Keras's `plot_model` (book section 10.2.2). Of a model written as a type of one's own nobody knows
    /// how its layers are connected: it has no arrows. It is built if it can be.
    ///
    /// # Errors
    /// As [`ensure_built`](Self::ensure_built).
    ///
    /// # Examples
    /// ```
    /// use ml_nn::{Input, Model, connect, layers::{Concatenate, Dense}};
    ///
    /// let input = Input::new([8]).place();
    /// let hidden = input.then(Dense::new(30))?;
    /// let output = connect(Concatenate::new(), &[&input, &hidden])?.then(Dense::new(1))?;
    /// let dot = Model::functional(&[&input], &[&output])?.to_dot()?;
    /// assert!(dot.contains(r#"n1 [label="dense\nDense\n(None, 30)"];"#));
    /// assert!(dot.contains("n0 -> n2;") && dot.contains("n1 -> n2;")); // both are joined
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_dot(&self) -> Result<String> {
        self.ensure_built()?;
        let root = self.as_layer();
        let layers = self.layers();
        let mut dot = format!(
            "digraph \"{}\" {{\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
            escaped(self.name())
        );
        for (number, (name, layer)) in layers.iter().enumerate() {
            let label = [name.as_str(), layer.class_name(), &shapes(layer)]
                .map(escaped)
                .join("\\n");
            // Writing to a string cannot fail.
            let _ = writeln!(dot, "  n{number} [label=\"{label}\"];");
        }
        for (number, from) in feeders(&root, &layers).iter().enumerate() {
            for feeder in from {
                let _ = writeln!(dot, "  n{feeder} -> n{number};");
            }
        }
        dot.push_str("}\n");
        Ok(dot)
    }
}

/// Text between quotation marks.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}
