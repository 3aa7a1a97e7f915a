//! Which stateful operations must run before which.
//!
//! The order of the program is kept only where somebody could tell: reads of a variable and assignments to it, and
//! operations that may do anything. Variables do not wait for each other.

use smallvec::SmallVec;

use super::{Graph, Kind};

/// Who touched a variable since something ran that may do anything.
#[derive(Clone, Default)]
struct Touched {
    assigned: Option<usize>,
    /// Since then.
    read: SmallVec<[usize; 2]>,
}

/// For every node, the stateful ones that must have run before it, operands aside.
pub(super) fn earlier(graph: &Graph) -> Vec<SmallVec<[usize; 2]>> {
    let mut touched = vec![Touched::default(); graph.variables.len()];
    // The last that may do anything, and who came after it.
    let mut last = None;
    let mut since: Vec<usize> = Vec::new();
    let nodes = graph.nodes.iter().enumerate();
    nodes
        .map(|(position, node)| {
            let mut before: SmallVec<[usize; 2]> = SmallVec::new();
            match node.kind {
                Kind::Read(variable) => {
                    let touched = &mut touched[variable];
                    before.extend(touched.assigned.or(last));
                    touched.read.push(position);
                    since.push(position);
                }
                Kind::Assign(variable) => {
                    let touched = &mut touched[variable];
                    before.extend(touched.assigned.or(last));
                    before.extend(touched.read.drain(..));
                    touched.assigned = Some(position);
                    since.push(position);
                }
                _ if node.is_stateful() => {
                    before.extend(last.replace(position));
                    before.extend(since.drain(..));
                    touched.fill(Touched::default());
                }
                _ => {}
            }
            before
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tensor,
        autodiff::Variable,
        graph::{host_function, trace::Trace},
    };

    #[test]
    fn variables_wait_for_themselves_and_for_what_may_do_anything() {
        let trace = Trace::new("test");
        let (v, w) = (Variable::new([1.0, 2.0]), Variable::new([3.0, 4.0]));
        let results = trace.enter(|| {
            let (old, other) = (v.read(), w.read());
            v.assign(&other)?;
            w.assign(&old)?;
            host_function(&[], |_| Ok(Vec::new()), &[&old])?;
            v.assign_add(&Tensor::from([1.0, 1.0]))?;
            Ok::<_, crate::Error>(vec![v.read()])
        });
        let graph = trace
            .finish(&results.expect("it traces"))
            .expect("the trace ends");
        let position = |kind: &str, number: usize| {
            let of_kind = graph
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, node)| node.kind.name() == kind);
            of_kind
                .map(|(position, _)| position)
                .nth(number)
                .expect("there is one")
        };
        let read = |number| position("ReadVariable", number);
        let assign = |number| position("AssignVariable", number);
        let host = position("host_function", 0);
        let earlier = earlier(&graph);
        assert!(earlier[read(0)].is_empty() && earlier[read(1)].is_empty());
        assert_eq!(earlier[assign(0)][..], [read(0)]);
        assert_eq!(earlier[assign(1)][..], [read(1)]);
        assert_eq!(earlier[host][..], [read(0), read(1), assign(0), assign(1)]);
        assert_eq!(earlier[read(2)][..], [host]);
        assert_eq!(earlier[assign(2)][..], [host, read(2)]);
        assert_eq!(earlier[read(3)][..], [assign(2)]);
    }
}
