//! From a graph to steps that an executor takes without thinking: places for values are numbered, and every
//! value is dropped after its last use, so that its memory serves the next operation.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Graph, Kind, RunOptions, counted, options::Threads, passes};
use crate::{Error, Result, Shape, autodiff::Variable, ops::Primitive, tensor::Array};

/// What a step does.
pub(super) enum Action {
    Read(Variable),
    Assign(Variable),
    Run(Arc<dyn Primitive>),
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
    /// Number of the operand whose memory the result may take.
    pub(super) reuses: Option<usize>,
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
        let reusable = passes::in_place::reusable(&graph);
        for (position, node) in graph.nodes.iter().enumerate() {
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
            plan.steps.push(Step {
                action,
                node: position,
                inputs: node.inputs.iter().map(place).collect(),
                output: first[position],
                outputs: node.outputs.len(),
                reuses: reusable[position],
                dead: SmallVec::new(),
                waits_for: 0,
                dependents: SmallVec::new(),
            });
        }
        plan.mark_last_uses();
        plan.link(&graph);
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

    /// Which step waits for which: operands, and the order of the stateful ones.
    fn link(&mut self, graph: &Graph) {
        let mut maker: Vec<Option<usize>> = vec![None; self.places];
        let mut last_stateful = None;
        for number in 0..self.steps.len() {
            let step = &self.steps[number];
            let mut before: SmallVec<[usize; 4]> =
                step.inputs.iter().filter_map(|&place| maker[place]).collect();
            if graph.nodes[step.node].is_stateful() {
                before.extend(last_stateful.replace(number));
            }
            before.sort_unstable();
            before.dedup();
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
