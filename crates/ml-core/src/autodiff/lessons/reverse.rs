//! Reverse mode: a graph of all intermediate results, walked backwards.
//!
//! Going forward, every node is computed and remembers what it was made of. Going backward from the output,
//! whose gradient is 1, the chain rule gives the gradient of every node: `∂f/∂x = ∂f/∂n · ∂n/∂x`, summed over
//! all nodes `n` that `x` goes into. One walk each way, however many inputs there are: that is why networks,
//! with millions of inputs and one loss, are trained like this.

use std::{
    cell::RefCell,
    ops::{Add, Mul},
};

use super::Answer;

/// An intermediate result.
#[derive(Debug, Clone)]
struct Step {
    value: f64,
    /// What it was made of, each with its own derivative: how much this changes when that does.
    made_of: Vec<(usize, f64)>,
}

/// The record of a computation. Nodes are numbered in the order in which they are computed.
///
/// # Examples
/// Figure D-3 of the book, with its names: `n1` to `n7`.
/// ```
/// use ml_core::autodiff::lessons::reverse::Graph;
///
/// let graph = Graph::default();
/// let (n1, n2, n3) = (graph.leaf(3.0), graph.leaf(4.0), graph.leaf(2.0)); // x, y and the constant
/// let n4 = n1 * n1;
/// let n5 = n4 * n2;
/// let n6 = n2 + n3;
/// let n7 = n5 + n6;
/// assert_eq!((n4.value(), n5.value(), n6.value(), n7.value()), (9.0, 36.0, 6.0, 42.0));
///
/// let gradients = n7.backward();
/// assert_eq!(gradients[n7.index()], 1.0);
/// assert_eq!(gradients[n5.index()], 1.0); // because n7 = n5 + n6
/// assert_eq!(gradients[n4.index()], 4.0); // 1 · n2, because n5 = n4 · n2
/// assert_eq!((gradients[n1.index()], gradients[n2.index()]), (24.0, 10.0));
/// ```
#[derive(Debug, Default)]
pub struct Graph {
    steps: RefCell<Vec<Step>>,
}

impl Graph {
    /// An input or a constant: made of nothing.
    pub fn leaf(&self, value: f64) -> Node<'_> {
        self.push(value, Vec::new())
    }

    fn push(&self, value: f64, made_of: Vec<(usize, f64)>) -> Node<'_> {
        let mut steps = self.steps.borrow_mut();
        steps.push(Step { value, made_of });
        Node {
            graph: self,
            index: steps.len() - 1,
        }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.steps.borrow().len()
    }

    /// Whether nothing was computed yet.
    pub fn is_empty(&self) -> bool {
        self.steps.borrow().is_empty()
    }
}

/// A number that is computed in a [`Graph`]. Operators panic on nodes of two graphs.
#[derive(Debug, Clone, Copy)]
pub struct Node<'g> {
    graph: &'g Graph,
    index: usize,
}

impl Node<'_> {
    /// Its value.
    pub fn value(&self) -> f64 {
        self.graph.steps.borrow()[self.index].value
    }

    /// Its place in the graph, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The derivative of this node with respect to every node of its graph, by [`index`](Self::index).
    ///
    /// Nodes stand after all that they were made of, so going from this one to the first every gradient is
    /// complete before it is passed on.
    pub fn backward(&self) -> Vec<f64> {
        let steps = self.graph.steps.borrow();
        let mut gradients = vec![0.0; steps.len()];
        gradients[self.index] = 1.0;
        for (index, step) in steps.iter().enumerate().take(self.index + 1).rev() {
            for &(source, derivative) in &step.made_of {
                gradients[source] += gradients[index] * derivative;
            }
        }
        gradients
    }

    /// Records `value`, made of this node and `other`.
    fn with(self, other: Self, value: f64, derivatives: [f64; 2]) -> Self {
        assert!(
            std::ptr::eq(self.graph, other.graph),
            "both operands must be nodes of one graph"
        );
        let [a, b] = derivatives;
        self.graph.push(value, vec![(self.index, a), (other.index, b)])
    }
}

/// Both terms go into a sum unchanged: derivatives 1 and 1.
impl Add for Node<'_> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.with(other, self.value() + other.value(), [1.0, 1.0])
    }
}

/// A factor goes into a product as often as the other one says.
impl Mul for Node<'_> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value(), other.value());
        self.with(other, a * b, [b, a])
    }
}

impl Add<f64> for Node<'_> {
    type Output = Self;

    fn add(self, number: f64) -> Self {
        self.graph.push(self.value() + number, vec![(self.index, 1.0)])
    }
}

impl Mul<f64> for Node<'_> {
    type Output = Self;

    fn mul(self, number: f64) -> Self {
        self.graph.push(self.value() * number, vec![(self.index, number)])
    }
}

/// All partial derivatives in two traversals: `f` is called once to compute, and its graph walked back once.
pub fn gradient(f: impl for<'g> Fn(&[Node<'g>]) -> Node<'g>, at: &[f64]) -> Answer {
    let graph = Graph::default();
    let inputs: Vec<Node<'_>> = at.iter().map(|&value| graph.leaf(value)).collect();
    let output = f(&inputs);
    let gradients = output.backward();
    Answer {
        value: output.value(),
        partial: inputs.iter().map(|input| gradients[input.index]).collect(),
        traversals: 2,
    }
}
