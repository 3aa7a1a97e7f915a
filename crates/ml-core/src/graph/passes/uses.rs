//! Who looks at what.

use smallvec::SmallVec;

use crate::graph::Graph;

/// Of every node: the nodes that take an output of it, once for each time, and whether the graph gives one away.
pub(super) struct Uses {
    pub(super) users: Vec<SmallVec<[usize; 2]>>,
    pub(super) outside: Vec<bool>,
}

impl Uses {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut uses = Self {
            users: vec![SmallVec::new(); graph.nodes.len()],
            outside: vec![false; graph.nodes.len()],
        };
        for (position, node) in graph.nodes.iter().enumerate() {
            let users = &mut uses.users;
            node.inputs
                .iter()
                .for_each(|edge| users[edge.node].push(position));
        }
        graph
            .outputs
            .iter()
            .for_each(|edge| uses.outside[edge.node] = true);
        uses
    }

    /// Whether nobody but `members` looks at the node.
    pub(super) fn only_by(&self, node: usize, members: &[usize]) -> bool {
        !self.outside[node] && self.users[node].iter().all(|user| members.contains(user))
    }
}
