//! Drops operations that change nothing, and pairs that undo each other.
//!
//! Only where the bits stay the same: `x + 0` turns -0 into 0 and stays, unless `x` is an integer or the zero
//! is itself negative.

use std::sync::Arc;

use serde_json::Value;
use smallvec::{SmallVec, smallvec};

use super::rewrite::{Rewriter, rewrite};
use crate::{
    DType,
    graph::{Edge, Graph, Kind, Node},
    ops::{MatMul, Primitive, Spec},
    tensor::Array,
};

pub(super) fn simplify(graph: &Graph) -> Graph {
    rewrite(graph, |new, _, node| {
        let inputs = new.inputs(node);
        if let Some(edge) = unchanged(new, node, &inputs) {
            return new.replace([edge]);
        }
        if let Some((kind, inputs)) = easier(new, node, &inputs) {
            return new.keep_as(node, kind, inputs);
        }
        new.keep(node);
    })
}

/// The operand, or operand's operand, that the node only passes on.
fn unchanged(new: &Rewriter, node: &Node, inputs: &[Edge]) -> Option<Edge> {
    let primitive = match &node.kind {
        Kind::Identity => return Some(inputs[0]),
        Kind::Primitive(primitive) if node.outputs.len() == 1 => primitive,
        _ => return None,
    };
    let same = |edge: Edge| same_shape(new.spec(edge), &node.outputs[0]);
    match (primitive.name(), inputs) {
        ("add", &[a, b]) => neutral(new, b, &[-0.0], same(a))
            .then_some(a)
            .or_else(|| neutral(new, a, &[-0.0], same(b)).then_some(b)),
        ("sub", &[a, b]) => neutral(new, b, &[0.0], same(a)).then_some(a),
        ("mul", &[a, b]) => neutral(new, b, &[1.0], same(a))
            .then_some(a)
            .or_else(|| neutral(new, a, &[1.0], same(b)).then_some(b)),
        ("div", &[a, b]) => neutral(new, b, &[1.0], same(a) && new.spec(a).dtype.is_float()).then_some(a),
        ("neg", &[a]) => {
            let (inner, operands) = made_by(new, a)?;
            (inner.name() == "neg").then(|| operands[0])
        }
        ("transpose", &[a]) => {
            let order = order(&**primitive)?;
            if order.iter().enumerate().all(|(axis, &from)| axis == from) {
                return Some(a);
            }
            let (inner, operands) = made_by(new, a)?;
            let first = order_of(inner)?;
            let both = order.iter().map(|&axis| first.get(axis).copied());
            both.enumerate()
                .all(|(axis, from)| from == Some(axis))
                .then(|| operands[0])
        }
        ("reshape", &[a]) if !same(a) => {
            let (inner, operands) = made_by(new, a)?;
            (inner.name() == "reshape" && same(operands[0])).then(|| operands[0])
        }
        ("broadcast_to" | "sum_to" | "reshape" | "cast", &[a, ..]) => same(a).then_some(a),
        _ => None,
    }
}

/// Another operation with the same result and less work.
fn easier(new: &Rewriter, node: &Node, inputs: &[Edge]) -> Option<(Kind, SmallVec<[Edge; 2]>)> {
    let Kind::Primitive(primitive) = &node.kind else {
        return None;
    };
    match primitive.name() {
        "reshape" if inputs.len() == 1 => {
            let (inner, operands) = made_by(new, inputs[0])?;
            let from = new.spec(operands[0]).shape.is_known() && node.outputs[0].shape.is_known();
            (inner.name() == "reshape" && from).then(|| (node.kind.clone(), smallvec![operands[0]]))
        }
        "matmul" => matmul_of_transposed(new, &**primitive, inputs),
        _ if primitive.block().is_some() && inputs.len() >= 2 => unstretched(new, node, inputs),
        _ => None,
    }
}

/// An elementwise operation stretches its operands itself: what was stretched for it need not be, if another
/// operand has the shape of the result.
fn unstretched(new: &Rewriter, node: &Node, inputs: &[Edge]) -> Option<(Kind, SmallVec<[Edge; 2]>)> {
    let target = &node.outputs[0].shape;
    let stretched = |edge: Edge| {
        let (inner, operands) = made_by(new, edge)?;
        (inner.name() == "broadcast_to").then(|| operands[0])
    };
    let anchors = |edge: &&Edge| target.is_known() && new.spec(**edge).shape == *target;
    let anchored = inputs
        .iter()
        .filter(anchors)
        .any(|&edge| stretched(edge).is_none());
    if !anchored || !inputs.iter().any(|&edge| stretched(edge).is_some()) {
        return None;
    }
    let inputs = inputs
        .iter()
        .map(|&edge| stretched(edge).unwrap_or(edge))
        .collect();
    Some((node.kind.clone(), inputs))
}

/// A matrix product reads a transposed factor where it lies.
fn matmul_of_transposed(
    new: &Rewriter,
    primitive: &dyn Primitive,
    inputs: &[Edge],
) -> Option<(Kind, SmallVec<[Edge; 2]>)> {
    let fields = fields(primitive)?;
    let mut flags = [
        fields.get("transpose_a")?.as_bool()?,
        fields.get("transpose_b")?.as_bool()?,
    ];
    let mut operands: SmallVec<[Edge; 2]> = inputs.into();
    for (operand, flag) in operands.iter_mut().zip(&mut flags) {
        let Some((inner, from)) = made_by(new, *operand) else {
            continue;
        };
        let Some(order) = order_of(inner) else { continue };
        let rank = order.len();
        let swaps = rank >= 2
            && order[..rank - 2]
                .iter()
                .enumerate()
                .all(|(axis, &from)| axis == from)
            && order[rank - 2..] == [rank - 1, rank - 2];
        if swaps {
            *operand = from[0];
            *flag = !*flag;
        }
    }
    let product = MatMul {
        transpose_a: flags[0],
        transpose_b: flags[1],
    };
    (operands[..] != *inputs).then(|| (Kind::Primitive(Arc::new(product)), operands))
}

/// The primitive that makes `edge`, and its operands.
fn made_by(new: &Rewriter, edge: Edge) -> Option<(&dyn Primitive, &[Edge])> {
    let node = new.node(edge.node);
    match &node.kind {
        Kind::Primitive(primitive) if node.outputs.len() == 1 => Some((&**primitive, &node.inputs)),
        _ => None,
    }
}

/// Both known, and equal.
pub(super) fn same_shape(a: &Spec, b: &Spec) -> bool {
    a == b && a.shape.is_known()
}

/// Whether `edge` is a constant of one of these numbers alone (an integer one, or the number's very bits),
/// perhaps stretched, and `whole` says that the other operand is all of the result.
fn neutral(new: &Rewriter, edge: Edge, numbers: &[f64], whole: bool) -> bool {
    whole && numbers.iter().any(|&number| is_constant(new, edge, number))
}

/// Whether `edge` is a constant of this number alone, perhaps stretched.
pub(super) fn is_constant(new: &Rewriter, edge: Edge, number: f64) -> bool {
    let node = match made_by(new, edge) {
        Some((primitive, operands)) if primitive.name() == "broadcast_to" => new.node(operands[0].node),
        _ => new.node(edge.node),
    };
    let Kind::Constant(array) = &node.kind else {
        return false;
    };
    is_all(array, number)
}

fn is_all(array: &Array, number: f64) -> bool {
    const MOST: usize = 1024;
    if array.is_empty() || array.len() > MOST {
        return false;
    }
    match array.dtype() {
        DType::F32 => array
            .elements::<f32>()
            .iter()
            .all(|v| v.to_bits() == (number as f32).to_bits()),
        DType::F64 => array
            .elements::<f64>()
            .iter()
            .all(|v| v.to_bits() == number.to_bits()),
        DType::I32 => array.elements::<i32>().iter().all(|&v| f64::from(v) == number),
        DType::I64 => array.elements::<i64>().iter().all(|&v| v == number as i64),
        DType::U8 => array.elements::<u8>().iter().all(|&v| f64::from(v) == number),
        _ => false,
    }
}

/// The order of axes of a transposition.
fn order_of(primitive: &dyn Primitive) -> Option<Vec<usize>> {
    if primitive.name() == "transpose" {
        order(primitive)
    } else {
        None
    }
}

fn order(primitive: &dyn Primitive) -> Option<Vec<usize>> {
    let fields = fields(primitive)?;
    let order = fields.get("order")?.as_array()?.iter();
    order
        .map(|axis| axis.as_u64().and_then(|axis| usize::try_from(axis).ok()))
        .collect()
}

/// The fields of a primitive, as files hold them.
pub(super) fn fields(primitive: &dyn Primitive) -> Option<Value> {
    let tagged = serde_json::to_value(primitive).ok()?;
    tagged.as_object()?.values().next().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Result, Tensor,
        graph::passes::{
            prune::prune,
            testing::{run, traced},
        },
    };

    /// The kinds that are left, after checking that the results are the same bits.
    fn left(x: &Tensor, body: impl Fn(&Tensor) -> Result<Tensor>) -> Vec<&'static str> {
        let graph = traced(&[x], |x| Ok(vec![body(&x[0])?]));
        let simple = prune(&simplify(&graph));
        assert_eq!(run(&graph, &[x]), run(&simple, &[x]));
        let kinds = simple.nodes.iter().map(|node| node.kind.name());
        kinds
            .filter(|kind| !matches!(*kind, "Placeholder" | "Const"))
            .collect()
    }

    #[test]
    fn what_changes_nothing_goes() {
        let x = Tensor::from([[1.5, -0.0], [f64::NAN, 4.0]]);
        assert!(
            left(&x, |x| x
                .mul_scalar(1.0)?
                .div_scalar(1.0)?
                .sub_scalar(0.0)?
                .add_scalar(-0.0))
            .is_empty()
        );
        assert!(left(&x, |x| x.neg()?.neg()).is_empty());
        assert!(left(&x, |x| x.transpose()?.transpose()).is_empty());
        assert!(left(&x, |x| x.mul(&x.ones_like()?)).is_empty());
        assert!(left(&Tensor::from([1, 2]), |x| x.add_scalar(0.0)?.mul_scalar(1.0)).is_empty());
    }

    #[test]
    fn what_changes_bits_or_shapes_stays() {
        // -0 + 0 = 0.
        assert_eq!(left(&Tensor::from([-0.0]), |x| x.add_scalar(0.0)), ["add"]);
        // 1 times a scalar, stretched to two elements.
        assert_eq!(
            left(&Tensor::from(2.0), |x| x.mul(&Tensor::from([1.0, 1.0]))),
            ["mul"]
        );
        assert_eq!(
            left(&Tensor::from([[1.0, 2.0]]), |x| x.transpose()?.neg()?.transpose()).len(),
            3
        );
    }

    #[test]
    fn products_read_transposed_factors_where_they_lie() {
        let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(left(&x, |x| x.transpose()?.matmul(x)), ["matmul"]);
        assert_eq!(left(&x, |x| x.matmul(&x.transpose()?)), ["matmul"]);
    }

    #[test]
    fn elementwise_operations_stretch_by_themselves() {
        let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let kinds = left(&x, |x| x.mul(&x.sum_keep(&[1])?.broadcast_like(x)?));
        assert_eq!(kinds, ["sum", "mul"]);
    }

    #[test]
    fn reshapes_in_a_row_are_one() {
        let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(left(&x, |x| x.reshape(&[3, 2])?.reshape(&[6])), ["reshape"]);
        assert!(left(&x, |x| x.reshape(&[3, 2])?.reshape(&[2, 3])).is_empty());
    }
}
