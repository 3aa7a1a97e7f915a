//! Building a graph from another, node by node.

use smallvec::SmallVec;

use crate::{
    graph::{Edge, Graph, Kind, Node},
    ops::Spec,
};

/// A graph under construction from an old one.
pub(super) struct Rewriter {
    graph: Graph,
    /// What carries the outputs of every old node now; nothing for one that was dropped: nobody looks at it.
    now: Vec<SmallVec<[Edge; 1]>>,
    /// The old node that is shown.
    shown: usize,
}

/// Builds a graph by showing every node, in order, to `visit`, which keeps, replaces or drops it.
pub(super) fn rewrite(old: &Graph, visit: impl FnMut(&mut Rewriter, usize, &Node)) -> Graph {
    rewrite_in(old, 0..old.nodes.len(), visit)
}

/// As [`rewrite`], in another order, where everything still stands after what it needs.
pub(super) fn rewrite_in(
    old: &Graph,
    order: impl IntoIterator<Item = usize>,
    mut visit: impl FnMut(&mut Rewriter, usize, &Node),
) -> Graph {
    let mut rewriter = Rewriter {
        graph: Graph {
            name: old.name.clone(),
            nodes: Vec::with_capacity(old.nodes.len()),
            inputs: Vec::new(),
            outputs: Vec::new(),
            variables: old.variables.clone(),
            from_file: old.from_file,
        },
        now: vec![SmallVec::new(); old.nodes.len()],
        shown: 0,
    };
    for position in order {
        rewriter.shown = position;
        visit(&mut rewriter, position, &old.nodes[position]);
    }
    rewriter.graph.inputs = old
        .inputs
        .iter()
        .map(|&node| rewriter.now[node][0].node)
        .collect();
    rewriter.graph.outputs = old.outputs.iter().map(|&edge| rewriter.edge(edge)).collect();
    rewriter.graph
}

impl Rewriter {
    /// What carries an old edge now.
    pub(super) fn edge(&self, old: Edge) -> Edge {
        self.now[old.node][old.output]
    }

    /// The operands of an old node now.
    pub(super) fn inputs(&self, node: &Node) -> SmallVec<[Edge; 2]> {
        node.inputs.iter().map(|&edge| self.edge(edge)).collect()
    }

    /// A node of the new graph.
    pub(super) fn node(&self, position: usize) -> &Node {
        &self.graph.nodes[position]
    }

    /// What flows along a new edge.
    pub(super) fn spec(&self, edge: Edge) -> &Spec {
        self.graph.spec(edge)
    }

    /// Takes the node over as it is.
    pub(super) fn keep(&mut self, node: &Node) {
        self.keep_as(node, node.kind.clone(), self.inputs(node));
    }

    /// Takes the node over with another kind and other operands (of the new graph).
    pub(super) fn keep_as(&mut self, node: &Node, kind: Kind, inputs: SmallVec<[Edge; 2]>) {
        let position = self.push(Node {
            kind,
            inputs,
            ..node.clone()
        });
        self.now[self.shown] = (0..node.outputs.len())
            .map(|output| Edge {
                node: position,
                output,
            })
            .collect();
    }

    /// A new node whose outputs are those of several old `nodes`, which have one each.
    pub(super) fn join(&mut self, node: Node, nodes: &[usize]) {
        let position = self.push(node);
        for (output, &old) in nodes.iter().enumerate() {
            let edge = Edge {
                node: position,
                output,
            };
            self.now[old] = SmallVec::from_elem(edge, 1);
        }
    }

    /// How many nodes the new graph has.
    pub(super) fn len(&self) -> usize {
        self.graph.nodes.len()
    }

    /// Adds a node that no old one stands for.
    pub(super) fn push(&mut self, node: Node) -> usize {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    /// Drops the node; `edges` (of the new graph) carry what it gave.
    pub(super) fn replace(&mut self, edges: impl IntoIterator<Item = Edge>) {
        self.now[self.shown] = edges.into_iter().collect();
    }
}
