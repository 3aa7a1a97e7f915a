//! Makes one operation of several that compute element by element: one pass over memory instead of one each.
//!
//! An operation joins the group of those that use it if nobody outside looks at it: so what lies between two members of
//! a group is a member itself. Groups that go on from each other's results become one with several.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{epilogue::onto_product, merge::Groups, rewrite::rewrite_in, uses::Uses};
use crate::{
    graph::{Edge, Graph, Kind, Node},
    kernels::fused::{Program, Slot, Step},
    ops::{Fused, Primitive},
};

/// Most operations in a group: their intermediate blocks must stay in the nearest cache.
pub(super) const MOST: usize = 48;
/// Elements that must go through the operations of a group, all together, before one pass saves more than
/// preparing it costs: two operations on ten elements took three times as long fused.
const WORTH_A_PASS: usize = 4096;

pub(super) fn fuse(graph: &Graph) -> Graph {
    let uses = Uses::of(graph);
    let groups = Groups::new(graph, &uses, groups(graph, &uses));
    rewrite_in(graph, groups.order(), |new, position, node| {
        let Some(members) = groups.of(position).filter(|members| is_worth(graph, members)) else {
            return new.keep(node);
        };
        // The others are computed where the last of them, the root, stands.
        if members.last() == Some(&position) {
            let seen = seen(&uses, members);
            let (kind, inputs) = joined(graph, &uses, members, &seen);
            let joined = Node {
                kind,
                inputs: inputs.into_iter().map(|edge| new.edge(edge)).collect(),
                outputs: seen
                    .iter()
                    .flat_map(|&member| graph.nodes[member].outputs.clone())
                    .collect(),
                ..node.clone()
            };
            new.join(joined, &seen);
        }
    })
}

/// The members of a group that others look at, too.
fn seen(uses: &Uses, members: &[usize]) -> SmallVec<[usize; 3]> {
    let members_seen = members
        .iter()
        .copied()
        .filter(|&member| !uses.only_by(member, members));
    members_seen.collect()
}

/// A group as one operation, with the product before it if there is one; where its operands come from.
fn joined(graph: &Graph, uses: &Uses, members: &[usize], seen: &[usize]) -> (Kind, SmallVec<[Edge; 2]>) {
    let (program, inputs) = program(graph, members, seen);
    let program = Arc::new(program);
    if seen.len() == 1
        && let Some((epilogue, inputs)) = onto_product(graph, uses, members, &program, &inputs)
    {
        return (Kind::Primitive(Arc::new(epilogue)), inputs);
    }
    match members {
        &[alone] => (graph.nodes[alone].kind.clone(), graph.nodes[alone].inputs.clone()),
        _ => (Kind::Primitive(Arc::new(Fused { program })), inputs.into()),
    }
}

/// Whether a group is fused: large, or of unknown size.
fn is_worth(graph: &Graph, members: &[usize]) -> bool {
    let [.., root] = members else { return false };
    let len = graph.nodes[*root].outputs[0].shape.len();
    len.saturating_mul(members.len()) >= WORTH_A_PASS
}

/// For every node that can be fused, the last node of its group.
fn groups(graph: &Graph, uses: &Uses) -> Vec<Option<usize>> {
    let mut groups: Vec<Option<usize>> = vec![None; graph.nodes.len()];
    let mut sizes = vec![0usize; graph.nodes.len()];
    for (position, node) in graph.nodes.iter().enumerate().rev() {
        if fusible(graph, node).is_none() {
            continue;
        }
        let mut of_users = uses.users[position].iter().map(|&user| groups[user]);
        let common = of_users
            .next()
            .flatten()
            .filter(|&root| of_users.all(|other| other == Some(root)));
        let joins = |root: &usize| {
            let (own, whole) = (&node.outputs[0], &graph.nodes[*root].outputs[0]);
            let fits = own.shape == whole.shape || own.shape.len() == 1;
            fits && own.dtype == whole.dtype && !uses.outside[position] && sizes[*root] < MOST
        };
        let root = common.filter(joins).unwrap_or(position);
        groups[position] = Some(root);
        sizes[root] += 1;
    }
    groups
}

/// The primitive, if it computes floating-point numbers element by element.
fn fusible<'g>(graph: &'g Graph, node: &'g Node) -> Option<&'g Arc<dyn Primitive>> {
    let Kind::Primitive(primitive) = &node.kind else {
        return None;
    };
    let [output] = &node.outputs[..] else { return None };
    let same = node
        .inputs
        .iter()
        .all(|&edge| graph.spec(edge).dtype == output.dtype);
    let fits = output.dtype.is_float() && same && !node.inputs.is_empty() && !primitive.is_stateful();
    (fits && primitive.block().is_some()).then_some(primitive)
}

/// The group as a program that gives those that are `seen`, and where its inputs come from.
fn program(graph: &Graph, members: &[usize], seen: &[usize]) -> (Program, Vec<Edge>) {
    let mut inputs: Vec<Edge> = Vec::new();
    let steps = members.iter().filter_map(|&member| {
        let node = &graph.nodes[member];
        let operands = node
            .inputs
            .iter()
            .map(|&edge| match members.binary_search(&edge.node) {
                Ok(step) => Slot::Step(step),
                Err(_) => Slot::Input(inputs.iter().position(|&known| known == edge).unwrap_or_else(|| {
                    inputs.push(edge);
                    inputs.len() - 1
                })),
            });
        let operands = operands.collect();
        fusible(graph, node).map(|primitive| Step {
            primitive: Arc::clone(primitive),
            operands,
        })
    });
    let steps: Vec<Step> = steps.collect();
    let results = seen
        .iter()
        .filter_map(|member| members.binary_search(member).ok());
    let results = results.collect();
    (
        Program {
            inputs: inputs.len(),
            steps,
            results,
        },
        inputs,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Result, Shape, Tensor,
        graph::{
            passes::testing::{run, traced},
            trace::Trace,
        },
        ops::Spec,
    };

    /// How many operations are left, after checking that the results are the same bits.
    fn left(arguments: &[&Tensor], body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>) -> Vec<&'static str> {
        let graph = traced(arguments, body);
        let fused = fuse(&super::super::simplify::simplify(&graph));
        assert_eq!(run(&graph, arguments), run(&fused, arguments));
        let kinds = fused.nodes.iter().map(|node| node.kind.name());
        kinds
            .filter(|kind| !matches!(*kind, "Placeholder" | "Const"))
            .collect()
    }

    fn matrix() -> Tensor {
        let values: Vec<f32> = (0..200 * 300).map(|i| (i as f32 * 0.7).sin() * 3.0).collect();
        Tensor::from_vec(values, [200, 300]).expect("as many values as the shape has")
    }

    #[test]
    fn chains_and_diamonds_are_one_operation() {
        let row =
            Tensor::from_vec((0..300).map(|i| i as f32 * 0.01).collect(), [300]).expect("as many values");
        let kinds = left(&[&matrix(), &row], |x| {
            let shifted = x[0].add(&x[1])?;
            Ok(vec![shifted.tanh()?.mul(&shifted)?.add_scalar(0.5)?.exp()?])
        });
        assert_eq!(kinds, ["fused"]);
    }

    #[test]
    fn what_is_seen_outside_stays_outside() {
        // tanh is a result itself, exp feeds a sum: both end groups, which give their results together.
        let kinds = left(&[&matrix()], |x| {
            let tanh = x[0].neg()?.tanh()?;
            let exp = tanh.mul(&x[0])?.exp()?;
            Ok(vec![tanh.clone(), exp.sum_all()?, exp.square()?.add(&tanh)?])
        });
        assert_eq!(kinds, ["fused", "sum", "squeeze"]);
    }

    #[test]
    fn other_types_and_small_operands_are_left_alone() {
        let kinds = left(&[&Tensor::from([0.5, 0.25])], |x| Ok(vec![x[0].exp()?.neg()?]));
        assert_eq!(kinds, ["exp", "neg"]);
        let kinds = left(&[&Tensor::from([1, 2])], |x| {
            Ok(vec![x[0].add(&x[0])?.mul(&x[0])?.neg()?])
        });
        assert_eq!(kinds, ["add", "mul", "neg"]);
        // exp of a row is computed once, not for every row of the matrix.
        let row = Tensor::from_vec(vec![0.5f32; 300], [300]).expect("as many values");
        let kinds = left(&[&matrix(), &row], |x| Ok(vec![x[0].mul(&x[1].exp()?)?.neg()?]));
        assert_eq!(kinds, ["exp", "fused"]);
    }

    #[test]
    fn shapes_that_turn_out_different_are_computed_step_by_step() {
        let trace = Trace::new("test");
        let spec = Spec::new(crate::DType::F64, [Shape::UNKNOWN]);
        let x: Vec<_> = (0..3).map(|_| trace.placeholder("x", spec.clone())).collect();
        let y = x[0]
            .add(&x[1])
            .and_then(|y| y.mul(&x[2]))
            .and_then(|y| y.tanh())
            .expect("it traces");
        let graph = trace.finish(&[y]).expect("the trace ends");
        let fused = fuse(&super::super::simplify::simplify(&graph));
        assert_eq!(fused.count("fused"), 1);
        let (one, three) = (Tensor::from([0.5]), Tensor::from([0.1, 0.2, 0.3]));
        for arguments in [
            [&one, &one, &three],
            [&three, &one, &one],
            [&three, &three, &three],
        ] {
            assert_eq!(run(&graph, &arguments), run(&fused, &arguments));
        }
    }
}
