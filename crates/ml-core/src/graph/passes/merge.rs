//! Lets groups of elementwise operations that take each other's results be one pass over memory.
//!
//! Fusion ends a group at every result that somebody else looks at, too: the new average that an optimizer assigns and
//! moves its weight by. Such a group and the one that goes on from there are read and written in one pass, with both
//! results, if nothing that must run in between lies on a way from the one to the other.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use smallvec::SmallVec;

use super::{epilogue::product, fuse::MOST, uses::Uses};
use crate::graph::{Graph, effects};

/// How many operations are looked at for a way between two groups.
const MOST_LOOKS: usize = 256;

/// Groups of operations, each named by its last one, and what must run before what.
pub(super) struct Groups<'g> {
    graph: &'g Graph,
    /// Of every node that can be fused, its group.
    of: Vec<Option<usize>>,
    /// Of every group, in order; nothing for what names none.
    members: Vec<Vec<usize>>,
    /// Which stateful operations every node waits for.
    earlier: Vec<SmallVec<[usize; 2]>>,
    /// Groups that were made of several, with several results: where there are any, the order of the graph may not do.
    merged: Vec<usize>,
}

impl<'g> Groups<'g> {
    /// The groups that `of` names, merged where that can be.
    pub(super) fn new(graph: &'g Graph, uses: &Uses, of: Vec<Option<usize>>) -> Self {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
        for (position, group) in of.iter().enumerate() {
            if let Some(group) = group {
                members[*group].push(position);
            }
        }
        let mut groups = Self {
            graph,
            of,
            members,
            earlier: effects::earlier(graph),
            merged: Vec::new(),
        };
        groups.merge(uses);
        groups
    }

    /// The members of the group that node `position` is in.
    pub(super) fn of(&self, position: usize) -> Option<&[usize]> {
        self.of[position].map(|group| &self.members[group][..])
    }

    fn merge(&mut self, uses: &Uses) {
        for first in 0..self.graph.nodes.len() {
            // A group may go on several times: into the one that takes its result, and into what takes theirs.
            let Some(mut group) = self.of[first].filter(|&group| group == first) else {
                continue;
            };
            for &user in &uses.users[first] {
                let Some(next) = self.of[user].filter(|&next| next > group) else {
                    continue;
                };
                if self.are_alike(group, next)
                    && !self.takes_product(uses, group, next)
                    && !self.is_way(group, next)
                {
                    self.join(group, next);
                    group = next;
                }
            }
        }
    }

    fn are_alike(&self, first: usize, second: usize) -> bool {
        let outputs = |group: usize| &self.graph.nodes[group].outputs;
        outputs(first) == outputs(second) && self.members[first].len() + self.members[second].len() <= MOST
    }

    /// Whether one of them computes where a matrix product lies, which only a group with one result does.
    fn takes_product(&self, uses: &Uses, first: usize, second: usize) -> bool {
        [first, second]
            .iter()
            .any(|&group| product(self.graph, uses, &self.members[group]).is_some())
    }

    fn join(&mut self, first: usize, second: usize) {
        let moved = std::mem::take(&mut self.members[first]);
        moved.iter().for_each(|&member| self.of[member] = Some(second));
        self.members[second].extend(moved);
        self.members[second].sort_unstable();
        self.merged.retain(|group| ![first, second].contains(group));
        self.merged.push(second);
    }

    /// What must run before a node: what makes its operands, and what it must not overtake.
    fn before(&self, node: usize) -> impl Iterator<Item = usize> {
        let operands = self.graph.nodes[node].inputs.iter().map(|edge| edge.node);
        operands.chain(self.earlier[node].iter().copied())
    }

    /// Those that run together with a node.
    fn together<'n>(&'n self, node: &'n usize) -> &'n [usize] {
        match self.of[*node] {
            Some(group) => &self.members[group],
            None => std::slice::from_ref(node),
        }
    }

    /// Whether something outside both groups waits for the first and the second for it, or that is hard to tell.
    fn is_way(&self, first: usize, second: usize) -> bool {
        let start = self.members[first][0];
        // What stands before the first begins cannot wait for it, unless by way of a group that begins before and ends
        // after that.
        let spanned = self.merged.iter().any(|&group| {
            ![first, second].contains(&group) && self.members[group][0] < start && group >= start
        });
        let mut seen: HashSet<usize> = HashSet::new();
        let mut ways: Vec<usize> = Vec::new();
        let outside = |node: &usize| ![Some(first), Some(second)].contains(&self.of[*node]);
        let of_second = self.members[second]
            .iter()
            .flat_map(|&member| self.before(member));
        ways.extend(of_second.filter(outside));
        while let Some(node) = ways.pop() {
            let is_before = self.of[node].unwrap_or(node) < start;
            if (is_before && !spanned) || !seen.insert(node) {
                continue;
            }
            if seen.len() > MOST_LOOKS {
                return true;
            }
            for before in self
                .together(&node)
                .iter()
                .flat_map(|&member| self.before(member))
            {
                if self.of[before] == Some(first) {
                    return true;
                }
                if outside(&before) {
                    ways.push(before);
                }
            }
        }
        false
    }

    /// The nodes in an order in which groups with several results stand together: as they were, as far as that can be.
    pub(super) fn order(&self) -> Vec<usize> {
        let count = self.graph.nodes.len();
        if self.merged.is_empty() {
            return (0..count).collect();
        }
        // All members of a group run where its last one stands.
        let place = |node: usize| self.of[node].unwrap_or(node);
        let mut waits_for = vec![0usize; count];
        let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); count];
        for node in 0..count {
            for before in self.before(node).filter(|&before| place(before) != place(node)) {
                waits_for[place(node)] += 1;
                dependents[place(before)].push(place(node));
            }
        }
        let is_place = |node: &usize| place(*node) == *node;
        let mut ready: BinaryHeap<Reverse<usize>> = (0..count)
            .filter(|node| is_place(node) && waits_for[*node] == 0)
            .map(Reverse)
            .collect();
        let mut order = Vec::with_capacity(count);
        while let Some(Reverse(next)) = ready.pop() {
            order.extend_from_slice(self.together(&next));
            for &dependent in &dependents[next] {
                waits_for[dependent] -= 1;
                if waits_for[dependent] == 0 {
                    ready.push(Reverse(dependent));
                }
            }
        }
        debug_assert_eq!(order.len(), count, "no group waits for itself");
        order
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Result, Tensor,
        autodiff::Variable,
        graph::{
            host_function,
            passes::{
                optimise,
                testing::{run, traced},
            },
        },
    };

    fn numbers(seed: usize) -> Tensor {
        let values = (0..40_000)
            .map(|n| ((n * 17 + seed) % 101) as f64 / 50.0 - 1.0)
            .collect();
        Tensor::from_vec(values, [200, 200]).expect("as many values as elements")
    }

    /// The kinds that are left, after checking that the results are the same bits.
    fn left(body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>>) -> Vec<&'static str> {
        let arguments = [numbers(1), numbers(2)];
        let arguments: Vec<&Tensor> = arguments.iter().collect();
        let graph = traced(&arguments, body);
        let optimised = optimise(graph.clone());
        assert_eq!(run(&graph, &arguments), run(&optimised, &arguments));
        let kinds = optimised.nodes.iter().map(|node| node.kind.name());
        kinds
            .filter(|kind| !matches!(*kind, "Placeholder" | "Const"))
            .collect()
    }

    #[test]
    fn an_optimizer_is_one_pass() {
        let [w, mean, square] = [3, 4, 5].map(|seed| Variable::new(numbers(seed)));
        let all = [w.clone(), mean.clone(), square.clone()];
        let first = all.clone().map(|variable| variable.value());
        let graph = traced(&[&numbers(1)], move |x| {
            let average = mean.read().lerp(&x[0], 0.1)?;
            mean.assign(&average)?;
            let spread = square.read().square()?.lerp(&x[0].square()?, 0.01)?;
            square.assign(&spread)?;
            w.assign(&w.read().sub(&average.div(&spread.sqrt()?.add_scalar(0.1)?)?)?)?;
            Ok(vec![])
        });
        let optimised = optimise(graph.clone());
        let mut kinds: Vec<_> = optimised.nodes.iter().map(|node| node.kind.name()).collect();
        kinds.retain(|kind| !matches!(*kind, "Placeholder" | "Const"));
        let (read, assign) = ("ReadVariable", "AssignVariable");
        assert_eq!(kinds, [read, read, read, "fused", assign, assign, assign]);
        let after = |graph: &_| {
            for (variable, value) in all.iter().zip(&first) {
                variable.assign(value).expect("its own value fits");
            }
            run(graph, &[&numbers(1)]);
            all.clone()
                .map(|variable| variable.value().to_vec::<f64>().expect("f64"))
        };
        assert_eq!(after(&graph), after(&optimised));
    }

    #[test]
    fn a_result_on_the_way_to_others_is_given_too() {
        let kinds = left(|x| {
            let first = x[0].tanh()?.mul(&x[1])?;
            let second = first.exp()?.add(&first)?;
            Ok(vec![
                second.sum_all()?,
                first.max(&[0])?,
                second.sub(&x[1])?.neg()?,
            ])
        });
        assert_eq!(
            kinds.iter().filter(|kind| **kind == "fused").count(),
            1,
            "{kinds:?}"
        );
    }

    #[test]
    fn what_must_run_in_between_keeps_groups_apart() {
        // An operation on the first group's result.
        let kinds = left(|x| {
            let first = x[0].tanh()?.mul(&x[1])?;
            Ok(vec![first.cumsum(0)?.mul(&first)?.neg()?])
        });
        assert_eq!(kinds, ["fused", "cumsum", "fused"]);
        // A variable that holds it, and something that may look at that variable.
        let variable = Variable::new(numbers(3));
        let through = |host: bool| {
            let variable = variable.clone();
            left(move |x| {
                let first = x[0].tanh()?.mul(&x[1])?;
                variable.assign(&first)?;
                if host {
                    let held = variable.clone();
                    let spec = x[0].spec();
                    let look = move |_: &[Tensor]| Ok(vec![held.value()]);
                    return Ok(vec![
                        host_function(&[spec], look, &[])?.remove(0).sub(&first)?.neg()?,
                    ]);
                }
                Ok(vec![variable.read().sub(&first)?.neg()?])
            })
        };
        assert_eq!(
            through(false),
            ["fused", "AssignVariable", "ReadVariable", "fused"]
        );
        assert_eq!(
            through(true),
            ["fused", "AssignVariable", "host_function", "fused"]
        );
    }

    #[test]
    fn whatever_is_merged_no_group_waits_for_itself() {
        let numbers = |seed: u64| {
            let values = (0..4096u64).map(|n| ((n * 13 + seed) % 71) as f64 / 35.0 - 1.0);
            Tensor::from_vec(values.collect(), [64, 64]).expect("as many values as elements")
        };
        let mut fused = 0;
        for seed in 0..60u64 {
            let mut state = seed;
            let mut draw = move |below: usize| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % below
            };
            let moves: Vec<[usize; 3]> = (0..40)
                .map(|step| [draw(6), draw(step + 2), draw(step + 2)])
                .collect();
            let variable = Variable::new(numbers(seed));
            let body = |x: &[Tensor]| {
                variable.assign(&numbers(seed))?;
                let mut values = x.to_vec();
                for &[what, one, other] in &moves {
                    let (one, other) = (values[one].clone(), &values[other]);
                    values.push(match what {
                        0 => one.tanh()?,
                        1 => one.add(other)?,
                        2 => one.mul(other)?.sin()?,
                        // Not element by element: it keeps groups apart.
                        3 => one.cumsum(0)?.mul_scalar(0.01)?,
                        4 => {
                            variable.assign(&one)?;
                            other.clone()
                        }
                        _ => variable.read(),
                    });
                }
                Ok(values.split_off(30))
            };
            let arguments = [numbers(1), numbers(2)];
            let arguments: Vec<&Tensor> = arguments.iter().collect();
            let graph = traced(&arguments, body);
            let optimised = optimise(graph.clone());
            assert_eq!(run(&graph, &arguments), run(&optimised, &arguments), "{seed}");
            fused += optimised
                .nodes
                .iter()
                .filter(|node| node.outputs.len() > 1)
                .count();
        }
        assert!(fused > 20, "{fused} groups with several results");
    }
}
