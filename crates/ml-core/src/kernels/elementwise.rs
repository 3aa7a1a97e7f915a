//! Loops that compute every element on its own.

use smallvec::SmallVec;

use super::parallel;
use crate::{
    Result, Shape,
    dtype::Element,
    tensor::{Array, scratch},
};

/// An operand of a loop: an element for each element of the output, or one for all.
#[derive(Debug, Clone, Copy)]
pub enum Operand<'a, T> {
    /// As many elements as the output.
    Slice(&'a [T]),
    /// The same for every element.
    Scalar(T),
}

/// `out[i] = f(x[i])`; `block` computes a run of elements.
pub(crate) fn unary<T: Element, O: Element>(
    x: &Array,
    cost: usize,
    block: impl Fn(&[T], &mut [O]) + Sync,
) -> Array {
    let values = x.elements::<T>();
    let mut out = scratch::<O>(values.len());
    parallel::fill(&mut out, cost, |start, out| {
        block(&values[start..start + out.len()], out)
    });
    Array::dense(out, x.shape().clone())
}

/// `out[i] = f(a[i], b[i])`, where the operands broadcast; `block` computes a run of elements.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
pub(crate) fn binary<T: Element, O: Element>(
    op: &'static str,
    a: &Array,
    b: &Array,
    cost: usize,
    block: impl Fn(Operand<'_, T>, Operand<'_, T>, &mut [O]) + Sync,
) -> Result<Array> {
    let shape = a.shape().broadcast(op, b.shape())?;
    let (left, right) = (a.elements::<T>(), b.elements::<T>());
    let mut out = scratch::<O>(shape.len());
    if a.shape() == b.shape() {
        parallel::fill(&mut out, cost, |start, out| {
            let range = start..start + out.len();
            block(
                Operand::Slice(&left[range.clone()]),
                Operand::Slice(&right[range]),
                out,
            );
        });
        return Ok(Array::dense(out, shape));
    }
    let rows = Rows::new(&shape, [a.shape(), b.shape()]);
    parallel::fill_rows(&mut out, rows.width, cost, |first, out| {
        for (row, out) in out.chunks_mut(rows.width).enumerate() {
            let [i, j] = rows.starts(first + row);
            block(rows.operand(0, &left, i), rows.operand(1, &right, j), out);
        }
    });
    Ok(Array::dense(out, shape))
}

/// Rows in which every one of `N` contiguous operands, broadcast to a shape, is a run or a single element.
pub(crate) struct Rows<const N: usize> {
    pub(crate) width: usize,
    /// Outer axes with the step of every operand along each.
    outer: SmallVec<[(usize, [usize; N]); 4]>,
    /// Whether the operand has an element for each of the row.
    runs: [bool; N],
}

impl<const N: usize> Rows<N> {
    pub(crate) fn new(shape: &Shape, operands: [&Shape; N]) -> Self {
        let mut axes: SmallVec<[(usize, [usize; N]); 4]> = SmallVec::new();
        let strides = operands.map(|operand| broadcast_strides(operand, shape.rank()));
        for (axis, &length) in shape.iter().enumerate().filter(|&(_, &length)| length != 1) {
            let steps = std::array::from_fn(|operand: usize| strides[operand][axis]);
            // Two axes are one where every operand goes on from the end of the inner one.
            match axes.last_mut() {
                Some((outer, outer_steps)) if (0..N).all(|i| outer_steps[i] == steps[i] * length) => {
                    *outer *= length;
                    *outer_steps = steps;
                }
                _ => axes.push((length, steps)),
            }
        }
        let (width, steps) = axes.pop().unwrap_or((1, [0; N]));
        Self {
            width: width.max(1),
            outer: axes,
            runs: steps.map(|step| step != 0),
        }
    }

    /// Where row `row` starts in every operand.
    pub(crate) fn starts(&self, mut row: usize) -> [usize; N] {
        let mut starts = [0; N];
        for &(length, steps) in self.outer.iter().rev() {
            let position = row % length;
            row /= length;
            for (start, step) in starts.iter_mut().zip(steps) {
                *start += position * step;
            }
        }
        starts
    }

    /// Where element `number` of the broadcast shape lies in every operand.
    pub(crate) fn element(&self, number: usize) -> [usize; N] {
        let mut starts = self.starts(number / self.width);
        for (start, run) in starts.iter_mut().zip(self.runs) {
            *start += if run { number % self.width } else { 0 };
        }
        starts
    }

    /// The row of operand number `number` that starts at `start`.
    pub(crate) fn operand<'v, T: Clone>(
        &self,
        number: usize,
        values: &'v [T],
        start: usize,
    ) -> Operand<'v, T> {
        if self.runs[number] {
            Operand::Slice(&values[start..start + self.width])
        } else {
            Operand::Scalar(values[start].clone())
        }
    }
}

/// Strides of a contiguous array of `shape` seen with `rank` axes: 0 along those it is stretched over.
fn broadcast_strides(shape: &Shape, rank: usize) -> SmallVec<[usize; 4]> {
    let lead = rank - shape.rank();
    let own = shape.row_major();
    (0..rank)
        .map(|axis| match axis.checked_sub(lead) {
            Some(inner) if shape[inner] != 1 => own[inner] as usize,
            _ => 0,
        })
        .collect()
}
