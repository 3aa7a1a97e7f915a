//! What `compile` says about networks that would train, but not well: warnings through `tracing`, and an error where a
//! loss could not learn anything.

use std::collections::HashMap;

use ml_core::{Error, Result, Shape, ops::Spec};
use tracing::warn;

use super::Compiled;
use crate::{activation::Activation, initializers::Initializer, layers::LayerRef};

/// Compares the network with what it is compiled for.
pub(super) fn advise(root: &LayerRef, compiled: &Compiled) -> Result<()> {
    let last = outputs(root);
    let specs = root.outputs().unwrap_or_default();
    for ((output, layer), spec) in compiled.outputs.iter().zip(&last).zip(specs) {
        let Some(expected) = output.loss.loss.expects() else {
            continue;
        };
        let loss = output.loss.loss.name();
        one_class(
            &loss,
            &expected,
            output.loss.loss.takes_class_numbers(),
            &output.name,
            spec,
        )?;
        if let Some(found) = layer.as_ref().and_then(|layer| layer.layer().activation()) {
            compare(&output.name, &loss, &expected, found);
        }
    }
    hidden(root, "");
    Ok(())
}

/// A softmax of one number is 1 whatever the number: there is nothing to learn.
fn one_class(loss: &str, expected: &Activation, numbers: bool, output: &str, spec: &Spec) -> Result<()> {
    let of_classes = numbers || *expected == Activation::Softmax;
    if of_classes && spec.shape.last() == Some(&1) {
        return Err(Error::Data {
            op: "compile",
            problem: format!("{loss} compares classes, but the output {output:?} has one number, {spec}"),
            remedy: "give the last layer a unit for each class, or use binary_crossentropy with a sigmoid",
        });
    }
    Ok(())
}

/// The rules of book section 10.2.2: which activation function each cross-entropy needs.
fn compare(output: &str, loss: &str, expected: &Activation, found: &Activation) {
    let probabilities =
        |activation: &Activation| matches!(activation, Activation::Softmax | Activation::Sigmoid);
    match (expected, found) {
        (_, Activation::Custom(_)) => {}
        (Activation::Linear, found) if probabilities(found) => warn!(
            output,
            loss,
            activation = ?found,
            "the loss takes logits, but the output is of probabilities: take the activation function away, or \
             from_logits(true)"
        ),
        (Activation::Linear, _) => {}
        (expected, found) if expected != found => warn!(
            output,
            loss,
            activation = ?found,
            ?expected,
            "the loss needs another activation function at the output: use it, or from_logits(true) without any"
        ),
        _ => {}
    }
}

/// The layer that gives each output, where that is known.
fn outputs(root: &LayerRef) -> Vec<Option<LayerRef>> {
    let layers = root.sublayers();
    let names = root.layer().output_names();
    if !names.is_empty() {
        let named = |name: &String| layers.iter().find(|(known, _)| known == name);
        let found = |name: &String| named(name).map(|(_, layer)| deepest(layer));
        return names.iter().map(found).collect();
    }
    // A model of one's own does not say which of its layers is the last.
    let stack = root.class_name() == "Sequential" || layers.is_empty();
    vec![stack.then(|| deepest(root))]
}

/// The last layer of a stack, of a stack inside it, and so on.
fn deepest(layer: &LayerRef) -> LayerRef {
    let mut layer = layer.clone();
    while layer.class_name() == "Sequential" {
        match layer.sublayers().pop() {
            Some((_, last)) => layer = last,
            None => break,
        }
    }
    layer
}

/// Warns of hidden layers whose units start alike, and of products of matrices without anything between them.
fn hidden(root: &LayerRef, path: &str) {
    let layers = root.sublayers();
    let feeds = feeders(root, &layers);
    let mut before_kernel = vec![false; layers.len()];
    for (next, feeders) in feeds.iter().enumerate().rev() {
        for &feeder in feeders {
            before_kernel[feeder] |= before_kernel[next] || has_kernel(&layers[next].1);
        }
    }
    for (next, feeders) in feeds.iter().enumerate() {
        for &feeder in feeders {
            let (name, layer) = &layers[feeder];
            let linear = layer.layer().activation() == Some(&Activation::Linear);
            if linear && has_kernel(layer) && has_kernel(&layers[next].1) {
                warn!(
                    layer = format!("{path}{name}"),
                    next = format!("{path}{}", layers[next].0),
                    "two dense layers without an activation function between them are one: give the first an activation"
                );
            }
        }
    }
    for ((name, layer), before_kernel) in layers.iter().zip(before_kernel) {
        let first = layer.layer().kernel_initializer();
        if before_kernel && units(layer) != Some(1) && first.is_some_and(Initializer::is_constant) {
            warn!(
                layer = format!("{path}{name}"),
                initializer = ?first,
                "all units of this hidden layer start alike and will stay alike: use a random kernel initializer, such as \
                 GlorotUniform"
            );
        }
        if !layer.sublayers().is_empty() {
            hidden(layer, &format!("{path}{name}/"));
        }
    }
}

/// For every layer the positions of those that feed it; of a model of one's own it is not known.
pub(super) fn feeders(root: &LayerRef, layers: &[(String, LayerRef)]) -> Vec<Vec<usize>> {
    if let Some(connections) = root.layer().connections() {
        let names = layers.iter().map(|(name, _)| name.as_str());
        let places: HashMap<&str, usize> = names.zip(0..).collect();
        let place = |name: &String| places.get(name.as_str()).copied();
        return connections
            .iter()
            .map(|from| from.iter().filter_map(place).collect())
            .collect();
    }
    let stack = root.class_name() == "Sequential";
    let before = |position: usize| position.checked_sub(1).filter(|_| stack);
    (0..layers.len())
        .map(|position| before(position).into_iter().collect())
        .collect()
}

fn has_kernel(layer: &LayerRef) -> bool {
    layer.layer().kernel_initializer().is_some()
}

fn units(layer: &LayerRef) -> Option<usize> {
    let last = layer.outputs()?.first()?.shape.last().copied();
    last.filter(|&units| units != Shape::UNKNOWN)
}
