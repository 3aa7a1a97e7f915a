//! Computes what occurs twice only once: the same operation on the same operands.

use std::{collections::HashMap, fmt::Write};

use smallvec::SmallVec;

use super::rewrite::rewrite;
use crate::{
    DType,
    dtype::Element,
    graph::{Edge, Graph, Kind, Node},
    tensor::{Array, for_dtype},
};

/// Constants of at most this many elements are compared by value, larger ones by where they lie.
const SMALL: usize = 64;

/// What is computed, and of which operands.
type Computation = (String, SmallVec<[Edge; 2]>);

pub(super) fn common(graph: &Graph) -> Graph {
    let mut known: HashMap<Computation, SmallVec<[Edge; 1]>> = HashMap::new();
    // Reads of a variable agree while nothing that may change it lies between them.
    let mut epochs = vec![0usize; graph.variables.len()];
    rewrite(graph, |new, _, node| {
        match node.kind {
            Kind::Assign(variable) => epochs[variable] += 1,
            _ if node.has_effect() => epochs.iter_mut().for_each(|epoch| *epoch += 1),
            _ => {}
        }
        let Some(what) = identity(node, &epochs) else {
            return new.keep(node);
        };
        let mut inputs = new.inputs(node);
        if matches!(node.kind.name(), "add" | "mul") {
            inputs.sort_unstable();
        }
        if let Some(edges) = known.get(&(what.clone(), inputs.clone())) {
            return new.replace(edges.clone());
        }
        new.keep(node);
        let position = new.len() - 1;
        let edges = (0..node.outputs.len())
            .map(|output| Edge {
                node: position,
                output,
            })
            .collect();
        known.insert((what, inputs), edges);
    })
}

/// What an operation is, operands aside; `None` if no other is the same.
fn identity(node: &Node, epochs: &[usize]) -> Option<String> {
    match &node.kind {
        Kind::Placeholder | Kind::Assign(_) => None,
        Kind::Identity => Some("Identity".to_owned()),
        Kind::Read(variable) => Some(format!("Read {variable} {}", epochs[*variable])),
        Kind::Constant(array) => Some(value(array)),
        Kind::Primitive(primitive) if node.is_stateful() || !primitive.subgraphs().is_empty() => None,
        Kind::Primitive(primitive) => {
            // Both forms, since JSON knows neither NaN nor infinity, and Debug may leave fields out.
            let json = serde_json::to_string(&**primitive).ok()?;
            Some(format!("{json} {primitive:?}"))
        }
    }
}

fn value(array: &Array) -> String {
    let mut text = format!("Const {}{} ", array.dtype(), array.shape());
    // Writing to a string cannot fail.
    let _ = if array.len() <= SMALL {
        match array.dtype() {
            DType::F32 => write!(
                text,
                "{:?}",
                array
                    .elements::<f32>()
                    .iter()
                    .map(|v| v.to_bits())
                    .collect::<Vec<_>>()
            ),
            DType::F64 => write!(
                text,
                "{:?}",
                array
                    .elements::<f64>()
                    .iter()
                    .map(|v| v.to_bits())
                    .collect::<Vec<_>>()
            ),
            dtype => for_dtype!(dtype, T => write!(text, "{:?}", array.elements::<T>())),
        }
    } else {
        let address = for_dtype!(array.dtype(), T => address::<T>(array));
        write!(text, "at {address:x}+{} {:?}", array.offset(), array.strides())
    };
    text
}

fn address<T: Element>(array: &Array) -> usize {
    array.block::<T>().as_ptr().addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tensor,
        autodiff::Variable,
        graph::passes::testing::{run, traced},
    };

    #[test]
    fn the_same_is_computed_once() {
        let x = Tensor::from([0.3, -1.5]);
        let graph = traced(&[&x], |x| {
            let (a, b) = (
                x[0].exp()?.add_scalar(2.0)?,
                x[0].number_like(2.0)?.add(&x[0].exp()?)?,
            );
            Ok(vec![a.mul(&b)?, a.sum(&[0])?, b.sum_keep(&[0])?])
        });
        let shared = common(&graph);
        assert_eq!(
            (graph.count("exp"), graph.count("add"), graph.count("sum")),
            (2, 2, 2)
        );
        assert_eq!(
            (shared.count("exp"), shared.count("add"), shared.count("sum")),
            (1, 1, 1)
        );
        assert_eq!(run(&graph, &[&x]), run(&shared, &[&x]));
    }

    #[test]
    fn what_differs_in_its_fields_or_in_between_stays_apart() {
        let v = Variable::new(1.0);
        let handle = v.clone();
        let graph = traced(&[&Tensor::from([[0.0, 1.0], [2.0, 3.0]])], move |x| {
            let before = handle.read().add(&handle.read())?;
            handle.assign_add(&Tensor::from(1.0))?;
            Ok(vec![
                x[0].sum_keep(&[0])?,
                x[0].sum_keep(&[1])?,
                before,
                handle.read(),
            ])
        });
        let shared = common(&graph);
        assert_eq!(shared.count("sum"), 2);
        // Two reads before the assignment became one; assign_add's own read, and the one after, are others.
        assert_eq!(
            (graph.count("ReadVariable"), shared.count("ReadVariable")),
            (4, 2)
        );
    }

    #[test]
    fn zero_and_minus_zero_are_two_constants() {
        let graph = traced(&[&Tensor::from(1.0)], |x| {
            Ok(vec![
                x[0].div(&Tensor::from(0.0))?,
                x[0].div(&Tensor::from(-0.0))?,
            ])
        });
        assert_eq!(common(&graph).count("div"), 2);
    }
}
