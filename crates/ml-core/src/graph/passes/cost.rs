//! How much work a graph is.

use crate::{
    Shape,
    graph::{Graph, Kind, Node, effects},
    ops::Primitive,
};

/// Work, in additions, that a branch must have before a second thread pays.
const WORTH_A_THREAD: usize = 200_000;

/// How often a loop is taken to run when nothing tells.
const ITERATIONS: usize = 10;

/// Lengths that are tried for the unknown ones: powers of 2 up to this.
const LONGEST: u32 = 30;

/// The length of what is unknown from which branches of the graph are worth running side by side: 0 if they are
/// whatever that is, [`usize::MAX`] if they never are.
pub(in crate::graph) fn wide_from(graph: &Graph) -> usize {
    let open = |node: &Node| !node.outputs[0].shape.is_known();
    let longest = if graph.inputs().any(open) { LONGEST } else { 0 };
    let wide = (0..=longest).find(|&power| is_wide(graph, 1 << power));
    wide.map_or(usize::MAX, |power| if power == 0 { 0 } else { 1 << power })
}

/// Whether there is much work, and no one chain holds most of it, if unknown lengths are `unknown`.
fn is_wide(graph: &Graph, unknown: usize) -> bool {
    let (mut total, mut longest) = (0usize, 0usize);
    // Work on the longest way to each node, itself included.
    let mut until: Vec<usize> = Vec::with_capacity(graph.nodes.len());
    let earlier = effects::earlier(graph);
    for (node, earlier) in graph.nodes.iter().zip(&earlier) {
        let work = work(graph, node, unknown);
        let operands = node.inputs.iter().map(|edge| edge.node);
        let before = operands.chain(earlier.iter().copied()).map(|node| until[node]);
        let before = before.max().unwrap_or(0);
        total = total.saturating_add(work);
        longest = longest.max(before.saturating_add(work));
        until.push(before.saturating_add(work));
    }
    total - longest.min(total) >= WORTH_A_THREAD
}

/// The number of elements, if unknown lengths are `unknown`.
fn len(lengths: &[usize], unknown: usize) -> usize {
    let lengths = lengths.iter().map(|&length| match length {
        Shape::UNKNOWN => unknown,
        length => length,
    });
    lengths.fold(1usize, usize::saturating_mul)
}

/// About how many additions a node takes.
fn work(graph: &Graph, node: &Node, unknown: usize) -> usize {
    let Kind::Primitive(primitive) = &node.kind else {
        return 0;
    };
    let out = node.outputs.first().map_or(0, |spec| len(&spec.shape, unknown));
    let first = node.inputs.first().map(|&edge| &graph.spec(edge).shape[..]);
    let first = first.unwrap_or_default();
    let of_first = len(first, unknown);
    let last = len(&first[first.len().saturating_sub(1)..], unknown);
    match primitive.name() {
        // What stands after a product in an epilogue is little beside it.
        "matmul" | "matmul_bias" | "epilogue" => {
            // Every element of the result is a product along the inner axis; eight of its steps cost one.
            let rows = node.outputs[0].shape.iter().rev().nth(1).copied().unwrap_or(1);
            let matrix = len(&first[first.len().saturating_sub(2)..], unknown);
            let inner = matrix / len(&[rows], unknown).max(1);
            out.saturating_mul(inner.max(1)) / 8
        }
        // Views cost nothing.
        "reshape" | "transpose" | "broadcast_to" | "squeeze" | "expand_dims" => 0,
        "inverse" | "solve" | "triangular_solve" | "det" | "log_det" | "cholesky" | "qr" => {
            of_first.saturating_mul(last)
        }
        // Some ten sweeps over the matrix.
        "eigh" | "svd" | "pinv" => of_first.saturating_mul(last).saturating_mul(10),
        // Every element takes part in as many steps as the length has binary digits.
        "fft" | "rfft" | "irfft" | "argsort" | "arg_top_k" | "unique" | "searchsorted" => {
            let steps = usize::BITS - of_first.leading_zeros();
            of_first.max(out).saturating_mul(steps as usize)
        }
        "cond" => bodies(&**primitive, unknown).max().unwrap_or(0),
        "while" => bodies(&**primitive, unknown)
            .fold(0, usize::saturating_add)
            .saturating_mul(ITERATIONS),
        "scan" => {
            let rounds = rows_of_sequences(graph, node, &**primitive, unknown);
            bodies(&**primitive, unknown)
                .fold(0, usize::saturating_add)
                .saturating_mul(rounds)
        }
        _ => primitive
            .block()
            .map_or(1, |block| block.cost())
            .saturating_mul(out.max(of_first)),
    }
}

/// The work of each graph inside an operation.
fn bodies(primitive: &dyn Primitive, unknown: usize) -> impl Iterator<Item = usize> {
    primitive.subgraphs().into_iter().map(move |graph| {
        let works = graph.nodes.iter().map(|node| work(graph, node, unknown));
        works.fold(0, usize::saturating_add)
    })
}

/// How many rows the sequences have that a scan walks along: operands with an axis more than its body sees.
fn rows_of_sequences(graph: &Graph, node: &Node, primitive: &dyn Primitive, unknown: usize) -> usize {
    let Some(body) = primitive.subgraphs().first().copied() else {
        return ITERATIONS;
    };
    let mut operands = node.inputs.iter().zip(body.inputs());
    operands
        .find_map(|(&edge, inside)| {
            let shape = &graph.spec(edge).shape;
            (shape.rank() == inside.outputs[0].shape.rank() + 1).then(|| len(&shape[..1], unknown))
        })
        .unwrap_or(ITERATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DType, Result, Tensor,
        graph::{
            for_range,
            passes::{optimise, testing::traced},
            scan,
            trace::Trace,
        },
        ops::Spec,
    };

    fn from(shape: &[usize], body: impl Fn(&Tensor) -> Result<Vec<Tensor>>) -> usize {
        let trace = Trace::new("test");
        let x = trace.placeholder("x", Spec::new(DType::F32, shape));
        let results = trace.enter(|| body(&x)).expect("the body traces");
        wide_from(&optimise(trace.finish(&results).expect("the trace ends")))
    }

    /// The two results of `body`, once side by side and once one after the other.
    fn two_or_one(shape: &[usize], body: impl Fn(&Tensor) -> Result<Tensor>) -> (usize, usize) {
        (
            from(shape, |x| Ok(vec![body(x)?, body(&x.transpose()?)?])),
            from(shape, |x| Ok(vec![body(&body(x)?)?])),
        )
    }

    #[test]
    fn two_large_branches_are_wide_and_one_chain_is_not() {
        const NEVER: usize = usize::MAX;
        let product = |x: &Tensor| x.matmul(x);
        assert_eq!(two_or_one(&[512, 512], product), (0, NEVER));
        // 64³ / 8 additions are few.
        assert_eq!(two_or_one(&[64, 64], product), (NEVER, NEVER));
        // With an activation the product is an epilogue, whose product counts.
        let layer = |x: &Tensor| x.matmul(x)?.tanh();
        let graph = traced(&[&Tensor::zeros([512, 512], DType::F32).expect("small")], |x| {
            Ok(vec![layer(&x[0])?])
        });
        assert_eq!(optimise(graph).count("epilogue"), 1);
        assert_eq!(two_or_one(&[512, 512], layer), (0, NEVER));
        // A decomposition of 100² elements is some 100³ additions, its transform to frequencies 100²·14.
        assert_eq!(two_or_one(&[100, 100], |x| x.inverse()), (0, NEVER));
        assert_eq!(two_or_one(&[100, 100], |x| x.tril(0)), (NEVER, NEVER));
    }

    #[test]
    fn loops_count_with_what_is_in_them() {
        // Once, 30,000 additions are little; ten or a hundred times over they are not.
        let looped = |x: &Tensor| {
            let body = |_: &Tensor, s: &[Tensor]| Ok(vec![s[0].tril(0)?]);
            Ok(for_range(0, 10, body, &[x])?.remove(0))
        };
        assert_eq!(two_or_one(&[173, 173], looped), (0, usize::MAX));
        assert_eq!(two_or_one(&[173, 173], |x| x.tril(0)), (usize::MAX, usize::MAX));
        let scanned = |x: &Tensor| {
            let body = |state: &[Tensor], row: &[Tensor]| Ok((vec![state[0].add(&row[0])?], vec![]));
            let start = Tensor::zeros([300, 30], DType::F32)?;
            let rows = Tensor::zeros([100, 300, 30], DType::F32)?.add(&x.sum_all()?)?;
            Ok(scan(body, &[&start], &[&rows])?.0.remove(0))
        };
        assert_eq!(from(&[], |x| Ok(vec![scanned(x)?, scanned(&x.neg()?)?])), 0);
    }

    #[test]
    fn what_is_unknown_counts_with_its_length() {
        let open = [Shape::UNKNOWN, 512];
        let branches = from(&open, |x| {
            let w = Tensor::zeros([512, 512], DType::F32)?;
            Ok(vec![x.matmul(&w)?, x.neg()?.matmul(&w)?])
        });
        // A row is 512² / 8 = 32,768 additions: eight of them pass 200,000.
        assert_eq!(branches, 8);
        assert_eq!(from(&open, |x| Ok(vec![x.tril(0)?.triu(0)?])), usize::MAX);
    }
}
