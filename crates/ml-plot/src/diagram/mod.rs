//! Boxes and arrows: decision trees, computation graphs, flow diagrams.

mod draw;
mod graph;
mod layout;

use ml_core::{Error, Result};

use crate::figure::side;
use crate::style::setters;
use crate::{Color, Figure};

/// Most nodes that one diagram may have.
const MOST: usize = 5_000;

/// Which way the arrows lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From top to bottom, as trees are drawn. The default.
    #[default]
    Down,
    /// From left to right, as flows are drawn.
    Right,
}

/// Outline of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outline {
    /// A box with rounded corners. The default.
    #[default]
    Box,
    /// A circle, or a pill around longer text.
    Round,
}

/// A node of a [`Diagram`], for its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(usize);

/// A box with text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    text: String,
    fill: Color,
    outline: Outline,
}

impl Node {
    setters! {
        /// Colour of the box; the text is dark or light as it reads best. Default a pale blue.
        fill: Color,
        /// Shape around the text. Default a box.
        outline: Outline,
    }
}

/// An arrow between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    from: usize,
    to: usize,
    label: String,
    dashed: bool,
}

impl Edge {
    setters! {
        /// Text on the arrow. Default none.
        label: String,
        /// Whether the arrow is dashed. Default false.
        dashed: bool,
    }
}

/// Nodes with text, joined by arrows, laid out in layers: each node after those that lead to it. Arrows that close
/// a loop lead back.
///
/// # Examples
/// ```
/// use ml_plot::Diagram;
///
/// let mut tree = Diagram::new();
/// let root = tree.node("petal length ≤ 2.45\nsamples = 150");
/// let setosa = tree.node("setosa\nsamples = 50");
/// let other = tree.node("petal width ≤ 1.75\nsamples = 100");
/// tree.edge(root, setosa)?.label("yes");
/// tree.edge(root, other)?.label("no");
/// assert!(tree.figure()?.to_svg()?.contains("aria-label=\"setosa\""));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diagram {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    direction: Direction,
    title: String,
}

impl Diagram {
    /// A diagram without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Which way the arrows lead. Default down.
        direction: Direction,
        /// Text above. Default none.
        title: String,
    }

    /// Adds a node; line breaks in its text are kept.
    pub fn node(&mut self, text: impl Into<String>) -> NodeId {
        let (text, fill) = (text.into(), Color::rgb(222, 235, 247));
        self.nodes.push(Node {
            text,
            fill,
            outline: Outline::Box,
        });
        NodeId(self.nodes.len() - 1)
    }

    /// The looks of a node.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a node of another diagram.
    pub fn style(&mut self, node: NodeId) -> Result<&mut Node> {
        self.known(node)?;
        Ok(&mut self.nodes[node.0])
    }

    /// Adds an arrow.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a node of another diagram.
    pub fn edge(&mut self, from: NodeId, to: NodeId) -> Result<&mut Edge> {
        self.known(from)?;
        self.known(to)?;
        self.edges.push(Edge {
            from: from.0,
            to: to.0,
            label: String::new(),
            dashed: false,
        });
        let last = self.edges.len() - 1;
        Ok(&mut self.edges[last])
    }

    /// The diagram as a figure of the size that it needs.
    ///
    /// # Errors
    /// [`Error::Empty`] without nodes; [`Error::Parameter`] for more than 5,000 nodes or a drawing wider or higher
    /// than 20,000 pixels.
    pub fn figure(&self) -> Result<Figure> {
        if self.nodes.is_empty() {
            return Err(Error::Empty {
                op: "Diagram",
                what: "the diagram".to_owned(),
                least: "1 node",
            });
        }
        let count = self.nodes.len();
        ml_core::check::parameter("nodes", count, count <= MOST, "at most 5000")?;
        let drawing = draw::Drawing::new(self);
        let (width, height) = drawing.size();
        // Border, and the half pixels that areas are snapped to.
        let title = if self.title.is_empty() { 0.0 } else { 36.0 };
        let (width, height) = (
            side("width", width + 24.0)?,
            side("height", height + 24.0 + title)?,
        );
        let mut figure = Figure::new(width, height);
        figure.title(self.title.as_str());
        figure.axes().framed(false).add(drawing);
        Ok(figure)
    }

    fn known(&self, node: NodeId) -> Result<()> {
        let domain = format!("a node of this diagram, which has {}", self.nodes.len());
        ml_core::check::parameter("node", node.0, node.0 < self.nodes.len(), &domain)
    }
}
