//! Squares instead of powers of 2, and nothing instead of powers of 1.

use std::sync::Arc;

use super::{
    rewrite::rewrite,
    simplify::{fields, is_constant, same_shape},
};
use crate::{
    graph::{Graph, Kind},
    ops::Square,
};

pub(super) fn power(graph: &Graph) -> Graph {
    rewrite(graph, |new, _, node| {
        let inputs = new.inputs(node);
        let exponent = |number: f64| match (node.kind.name(), &inputs[..]) {
            // What the exponent stretches the base to must be stretched all the same.
            ("pow", &[base, exponent]) => {
                is_constant(new, exponent, number) && same_shape(new.spec(base), &node.outputs[0])
            }
            ("powi", &[_]) => match &node.kind {
                Kind::Primitive(primitive) => fields(&**primitive)
                    .and_then(|fields| fields.get("exponent")?.as_f64())
                    .is_some_and(|exponent| exponent == number),
                _ => false,
            },
            _ => false,
        };
        if exponent(2.0) {
            new.keep_as(node, Kind::Primitive(Arc::new(Square)), inputs[..1].into());
        } else if exponent(1.0) {
            new.replace([inputs[0]]);
        } else {
            new.keep(node);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DType, Result, Tensor,
        graph::passes::{
            prune::prune,
            testing::{run, traced},
        },
    };

    /// The kinds that are left, after checking that the results are the same bits.
    fn left(x: &Tensor, body: impl Fn(&Tensor) -> Result<Tensor>) -> Vec<&'static str> {
        let graph = traced(&[x], |x| Ok(vec![body(&x[0])?]));
        let simple = prune(&power(&graph));
        assert_eq!(run(&graph, &[x]), run(&simple, &[x]));
        let kinds = simple.nodes.iter().map(|node| node.kind.name());
        kinds
            .filter(|kind| !matches!(*kind, "Placeholder" | "Const" | "Identity"))
            .collect()
    }

    #[test]
    fn a_power_of_2_is_a_square() {
        // Numbers whose squares are hard to round, and those that are none.
        let hard = (0..1000).map(|n| 1.0 + f64::from(n) * 1.000_123e-3);
        let special = [
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e-200,
            -3e180,
        ];
        let x = Tensor::from(hard.chain(special).collect::<Vec<f64>>());
        let two = |x: &Tensor| x.pow(&x.number_like(2.0)?);
        assert_eq!(left(&x, two), ["square"]);
        assert_eq!(left(&x.cast(DType::F32).expect("numbers"), two), ["square"]);
        assert_eq!(left(&x, |x| x.pow(&x.ones_like()?)), Vec::<&str>::new());
        let whole = Tensor::from([3, -70_000]);
        assert_eq!(left(&whole, two), ["square"]);
        assert_eq!(left(&whole, |x| x.powi(2)), ["square"]);
    }

    #[test]
    fn other_powers_and_stretched_bases_stay() {
        let x = Tensor::from([1.5, -2.0]);
        assert_eq!(left(&x, |x| x.pow(&x.number_like(3.0)?)), ["pow"]);
        assert_eq!(left(&x, |x| x.pow(&Tensor::from([2.0, 3.0]))), ["pow"]);
        assert_eq!(
            left(&Tensor::from(1.5), |x| x.pow(&Tensor::from([2.0, 2.0]))),
            ["pow"]
        );
    }
}
