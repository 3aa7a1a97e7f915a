//! The names of tensors in files.

use ml_core::autodiff::Variable;

use crate::{
    layers::{LayerRef, Weight},
    optimizers::BoundOptimizer,
};

/// Before the names of what is no weight.
pub(super) const NO_WEIGHT: char = '@';
/// Before the names of what an optimizer keeps.
const OPTIMIZER: &str = "@optimizer/";

/// The weights of a layer by their paths in it, each once: the way from this layer counts, not where a shared layer
/// was built first.
pub(crate) fn weights(root: &LayerRef) -> Vec<(String, Weight)> {
    let mut found = Vec::new();
    walk(root, "", &mut found);
    found
}

fn walk(layer: &LayerRef, path: &str, found: &mut Vec<(String, Weight)>) {
    let children = layer.sublayers();
    let inside: Vec<Weight> = children.iter().flat_map(|(_, child)| child.weights()).collect();
    for weight in layer.weights() {
        let same = |known: &Weight| known.variable.same(&weight.variable);
        if inside.iter().any(same) || found.iter().any(|(_, known)| same(known)) {
            continue;
        }
        let name = unique_name(&joined(path, &weight.name), |name| {
            found.iter().any(|(known, _)| known == name)
        });
        found.push((name, weight));
    }
    for (name, child) in &children {
        walk(child, &joined(path, name), found);
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}/{name}"),
    }
}

/// What an optimizer keeps, under names that follow from those of the weights.
pub(super) fn optimizer_state(
    optimizer: &BoundOptimizer,
    weights: &[(String, Weight)],
) -> Vec<(String, Variable)> {
    let settings = &optimizer.settings().optimizer;
    let own = ["iterations", "learning_rate"].into_iter();
    let globals = settings.globals().into_iter().map(|(name, _)| name);
    let mut names: Vec<String> = own
        .chain(globals)
        .map(|name| format!("{OPTIMIZER}{name}"))
        .collect();
    for variable in optimizer.variables() {
        let weight = weights.iter().find(|(_, weight)| weight.variable.same(variable));
        let weight = weight.map_or(variable.name(), |(name, _)| name);
        let slots = settings.slots().into_iter();
        names.extend(slots.map(|(slot, _)| format!("{OPTIMIZER}{weight}/{slot}")));
    }
    names.into_iter().zip(optimizer.state()).collect()
}

/// `base`, or with the first number after it that is free: `dense`, `dense_1`, `dense_2`.
fn unique_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    (1..)
        .map(|number| format!("{base}_{number}"))
        .find(|name| !taken(name))
        .expect("some number is free")
}
