//! From a graph to steps that an executor takes without thinking: places for values are numbered, and every
//! value is dropped after its last use, so that its memory serves the next operation.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    Edge, Graph, Kind, RunOptions, counted, effects,
    options::Threads,
    passes::{
        self,
        in_place::{self, Over},
    },
};
use crate::{Error, Result, Shape, autodiff::Variable, ops::Primitive, tensor::Array};

/// What a step does.
pub(super) enum Action {
    Read(Variable),
    Assign(Variable),
    Run(Arc<dyn Primitive>),
}

/// A variable that is assigned what an operation gives.
pub(super) struct Assigned {
    pub(super) variable: Variable,
    /// Number of the result.
    pub(super) result: usize,
    /// Number of the operand that is the variable's value before, if nobody looks at that any more.
    pub(super) over: Option<usize>,
}

/// An operation with the places of its operands and results.
pub(super) struct Step {
    pub(super) action: Action,
    /// Position in the graph, for its name.
    pub(super) node: usize,
    pub(super) inputs: SmallVec<[usize; 4]>,
    /// Place of the first output; the others follow.
    pub(super) output: usize,
    pub(super) outputs: usize,
    /// Which operands may be written over by which results.
    pub(super) reuses: SmallVec<[Over; 1]>,
    /// Which results variables are assigned.
    pub(super) assigns: Vec<Assigned>,
    /// Places that nobody looks at any more.
    pub(super) dead: SmallVec<[usize; 4]>,
    /// How many steps must have run before.
    pub(super) waits_for: u32,
    /// The steps that wait for this one.
    pub(super) dependents: SmallVec<[usize; 4]>,
}

/// The steps of an optimised graph.
pub(super) struct Plan {
    graph: Graph,
    pub(super) steps: Vec<Step>,
    /// Number of places for values.
    pub(super) places: usize,
    pub(super) constants: Vec<(usize, Array)>,
    pub(super) arguments: Vec<usize>,
    pub(super) results: Vec<usize>,
    /// How often each place is looked at, results included.
    pub(super) uses: Vec<u32>,
    /// From which length of what is unknown on its branches are worth running side by side; 0 for any.
    wide_from: usize,
}

impl Plan {
    pub(super) fn new(graph: &Graph) -> Self {
        let graph = passes::optimise(graph.clone());
        let mut first = Vec::with_capacity(graph.nodes.len());
        let mut places = 0;
        for node in &graph.nodes {
            first.push(places);
            places += node.outputs.len();
        }
        let place = |edge: &super::Edge| first[edge.node] + edge.output;
        let mut plan = Self {
            arguments: graph.inputs.iter().map(|&node| first[node]).collect(),
            results: graph.outputs.iter().map(place).collect(),
            uses: vec![0; places],
            steps: Vec::new(),
            constants: Vec::new(),
            places,
            wide_from: usize::MAX,
            graph: Graph::default(),
        };
        let reusable = in_place::reusable(&graph);
        let earlier = effects::earlier(&graph);
        let (mut assigned, joins) = joined_assignments(&graph, &earlier);
        for (position, node) in graph.nodes.iter().enumerate() {
            if joins[position].is_some() {
                continue;
            }
            let action = match &node.kind {
                Kind::Placeholder => continue,
                Kind::Constant(array) => {
                    plan.constants.push((first[position], array.clone()));
                    continue;
                }
                Kind::Read(variable) => Action::Read(graph.variables[*variable].clone()),
                Kind::Assign(variable) => Action::Assign(graph.variables[*variable].clone()),
                Kind::Primitive(primitive) => Action::Run(Arc::clone(primitive)),
                Kind::Identity => unreachable!("simplify() replaces every identity by its operand"),
            };
            let assigns = std::mem::take(&mut assigned[position]);
            let mut reused = reusable[position].clone();
            // A variable's own memory is better.
            reused.retain(|&mut (_, result)| {
                assigns
                    .iter()
                    .all(|assigned| assigned.result != result || assigned.over.is_none())
            });
            plan.steps.push(Step {
                action,
                node: position,
                inputs: node.inputs.iter().map(place).collect(),
                output: first[position],
                outputs: node.outputs.len(),
                reuses: reused,
                assigns,
                dead: SmallVec::new(),
                waits_for: 0,
                dependents: SmallVec::new(),
            });
        }
        plan.mark_last_uses();
        plan.link(&earlier, &joins);
        plan.wide_from = passes::cost::wide_from(&graph);
        plan.graph = graph;
        plan
    }

    /// What the steps were made of.
    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    fn mark_last_uses(&mut self) {
        let mut last: Vec<Option<usize>> = vec![None; self.places];
        for (number, step) in self.steps.iter().enumerate() {
            last[step.output..step.output + step.outputs].fill(Some(number));
            for &place in &step.inputs {
                last[place] = Some(number);
                self.uses[place] += 1;
            }
        }
        for &place in &self.results {
            last[place] = None;
            self.uses[place] += 1;
        }
        for (place, step) in last.into_iter().enumerate() {
            if let Some(step) = step {
                self.steps[step].dead.push(place);
            }
        }
    }

    /// Which step waits for which: `earlier` says it of nodes, some of which others have `joined`.
    fn link(&mut self, earlier: &[SmallVec<[usize; 2]>], joins: &[Option<usize>]) {
        let mut maker: Vec<Option<usize>> = vec![None; self.places];
        // Of every node.
        let mut waits: Vec<SmallVec<[usize; 2]>> = earlier.to_vec();
        for (node, into) in joins.iter().enumerate() {
            if let Some(into) = into {
                waits[*into].extend_from_slice(&earlier[node]);
            }
        }
        let mut step_of: Vec<Option<usize>> = vec![None; joins.len()];
        for number in 0..self.steps.len() {
            let step = &self.steps[number];
            let mut before: SmallVec<[usize; 4]> =
                step.inputs.iter().filter_map(|&place| maker[place]).collect();
            let stateful = waits[step.node].iter().map(|&node| joins[node].unwrap_or(node));
            before.extend(stateful.filter_map(|node| step_of[node]));
            before.sort_unstable();
            before.dedup();
            step_of[step.node] = Some(number);
            maker[step.output..step.output + step.outputs].fill(Some(number));
            self.steps[number].waits_for = before.len() as u32;
            for earlier in before {
                self.steps[earlier].dependents.push(number);
            }
        }
    }

    /// The results for these arguments.
    pub(super) fn run(self: &Arc<Self>, arguments: &[&Array], options: &RunOptions) -> Result<Vec<Array>> {
        if counted::is_inside() {
            return self.run_here(arguments);
        }
        if *options == RunOptions::default() {
            return match rayon::current_num_threads() > 1 && self.is_wide(arguments) {
                true => self.run_parallel(arguments),
                false => self.run_here(arguments),
            };
        }
        match options.threads()? {
            Threads::Here => self.run_here(arguments),
            Threads::Spread(pools) => pools[0].install(|| self.run_here(arguments)),
            Threads::Shared(pools) => pools[0].install(|| self.run_parallel(arguments)),
            Threads::Counted(pools) => self.run_counted(arguments, pools),
        }
    }

    /// Whether branches of it are worth running side by side for arguments of these lengths.
    fn is_wide(&self, arguments: &[&Array]) -> bool {
        if matches!(self.wide_from, 0 | usize::MAX) {
            return self.wide_from == 0;
        }
        let lengths = self.graph.inputs().zip(arguments).flat_map(|(node, array)| {
            let shape = &node.outputs[0].shape;
            let unknown = shape.iter().zip(array.shape().iter());
            unknown.filter_map(|(&own, &length)| (own == Shape::UNKNOWN).then_some(length))
        });
        lengths.max().is_some_and(|longest| longest >= self.wide_from)
    }

    /// `error` with the name of the step that it happened in.
    pub(super) fn failed(&self, step: &Step, error: &Error) -> Error {
        Error::Graph {
            function: self.graph.name.clone(),
            problem: format!("operation {:?} failed: {error}", self.graph.nodes[step.node].name),
            remedy: "check the arguments of the function, or run it eagerly to see where they go wrong",
        }
    }
}

/// Assignments that the operation which makes the value can do itself: for every node, those it does; and for every
/// assignment that is done so, by which node.
fn joined_assignments(
    graph: &Graph,
    earlier: &[SmallVec<[usize; 2]>],
) -> (Vec<Vec<Assigned>>, Vec<Option<usize>>) {
    let mut assigned: Vec<Vec<Assigned>> = graph.nodes.iter().map(|_| Vec::new()).collect();
    let mut joins = vec![None; graph.nodes.len()];
    let last = in_place::last_looks(graph);
    for (position, node) in graph.nodes.iter().enumerate() {
        let Kind::Assign(variable) = node.kind else {
            continue;
        };
        let Edge { node: into, output } = node.inputs[0];
        let maker = &graph.nodes[into];
        // What the assignment must not overtake has to stand before the maker of the value.
        if !in_place::works_in_place(maker) || earlier[position].iter().any(|&before| before > into) {
            continue;
        }
        let is_old_value = |edge: &Edge| {
            matches!(graph.nodes[edge.node].kind, Kind::Read(read) if read == variable)
                && last.get(edge) == Some(&into)
                && in_place::is_single(maker, *edge)
        };
        assigned[into].push(Assigned {
            variable: graph.variables[variable].clone(),
            result: output,
            over: maker.inputs.iter().position(is_old_value),
        });
        joins[position] = Some(into);
    }
    (assigned, joins)
}
