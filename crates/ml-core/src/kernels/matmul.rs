//! Matrix products of arrays: which elements meet, and which kernel multiplies them.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::gemm::{Matrix, Real, products};
use crate::{
    DType, Shape,
    dtype::Element,
    tensor::{Array, scratch},
};

/// `op(a) · op(b)` into `shape`, which the caller has worked out.
pub(crate) fn matmul(a: &Array, transpose_a: bool, b: &Array, transpose_b: bool, shape: Shape) -> Array {
    match a.dtype() {
        DType::F32 => floats::<f32>(a, transpose_a, b, transpose_b, None, shape),
        DType::F64 => floats::<f64>(a, transpose_a, b, transpose_b, None, shape),
        DType::I32 => integers::<i32>(a, transpose_a, b, transpose_b, shape),
        DType::I64 => integers::<i64>(a, transpose_a, b, transpose_b, shape),
        _ => integers::<u8>(a, transpose_a, b, transpose_b, shape),
    }
}

/// As [`matmul`] of floating-point numbers, plus `bias`, a contiguous row, in every row.
pub(crate) fn matmul_bias(
    a: &Array,
    transpose_a: bool,
    b: &Array,
    transpose_b: bool,
    bias: &Array,
    shape: Shape,
) -> Array {
    match a.dtype() {
        DType::F32 => floats(
            a,
            transpose_a,
            b,
            transpose_b,
            Some(&bias.elements::<f32>()),
            shape,
        ),
        _ => floats(
            a,
            transpose_a,
            b,
            transpose_b,
            Some(&bias.elements::<f64>()),
            shape,
        ),
    }
}

/// The matrices of a batch, read where they lie if one step in them is a step in memory.
struct Stack<'a, T: Clone> {
    values: Cow<'a, [T]>,
    start: usize,
    /// Rows and columns, after transposing.
    size: [usize; 2],
    steps: [usize; 2],
    /// Lengths and steps of the leading axes.
    lead: SmallVec<[(usize, isize); 4]>,
}

impl<'a, T: Element> Stack<'a, T> {
    fn new(array: &'a Array, transpose: bool) -> Self {
        let rank = array.shape().rank();
        let (shape, strides) = (array.shape(), array.strides());
        let (size, steps) = (
            [shape[rank - 2], shape[rank - 1]],
            [strides[rank - 2], strides[rank - 1]],
        );
        // Along an axis of length 1 no step is ever made.
        let step = |axis: usize| if size[axis] == 1 { 1 } else { steps[axis] };
        let readable =
            [0, 1].iter().any(|&axis| step(axis) == 1) && [0, 1].iter().all(|&axis| step(axis) >= 0);
        let mut stack = if readable && !array.is_empty() {
            Self {
                values: Cow::Borrowed(array.block::<T>()),
                start: array.offset(),
                size,
                steps: steps.map(|step| step.max(0) as usize),
                lead: shape
                    .iter()
                    .copied()
                    .zip(strides.iter().copied())
                    .take(rank - 2)
                    .collect(),
            }
        } else {
            let dense = shape.row_major();
            Self {
                values: array.elements::<T>(),
                start: 0,
                size,
                steps: [size[1].max(1), 1],
                lead: shape
                    .iter()
                    .copied()
                    .zip(dense.iter().copied())
                    .take(rank - 2)
                    .collect(),
            }
        };
        if transpose {
            stack.size.reverse();
            stack.steps.reverse();
        }
        stack
    }

    /// The matrix at `position` of the leading axes, which may be more and longer than its own.
    fn matrix(&self, position: &[usize]) -> Matrix<'_, T> {
        let missing = position.len() - self.lead.len();
        let steps = position[missing..].iter().zip(&self.lead);
        let away: isize = steps
            .filter(|(_, lead)| lead.0 != 1)
            .map(|(&i, lead)| i as isize * lead.1)
            .sum();
        Matrix::new(
            &self.values,
            (self.start as isize + away) as usize,
            self.size,
            self.steps,
        )
    }
}

/// Calls `visit` with the positions along the leading axes of `shape`, in row-major order.
fn for_each_position(shape: &Shape, mut visit: impl FnMut(&[usize])) {
    let lead = &shape[..shape.rank() - 2];
    let mut position: SmallVec<[usize; 4]> = SmallVec::from_elem(0, lead.len());
    for _ in 0..lead.iter().product::<usize>() {
        visit(&position);
        for axis in (0..lead.len()).rev() {
            position[axis] += 1;
            if position[axis] < lead[axis] {
                break;
            }
            position[axis] = 0;
        }
    }
}

fn floats<T: Real>(
    a: &Array,
    transpose_a: bool,
    b: &Array,
    transpose_b: bool,
    bias: Option<&[T]>,
    shape: Shape,
) -> Array {
    let mut out = scratch::<T>(shape.len());
    if out.is_empty() {
        return Array::dense(out, shape);
    }
    // One matrix on the right for all on the left: a single, taller product.
    if let (false, Some(rows)) = (transpose_a, tall(a, b)) {
        let columns = a.shape()[a.shape().rank() - 1];
        let tall = a.with_shape(Shape::from([rows, columns]));
        let (left, right) = (Stack::<T>::new(&tall, false), Stack::<T>::new(b, transpose_b));
        let none = &[0, 0, 0, 0, 0, 0, 0, 0][..right.lead.len().min(8)];
        products(&[(left.matrix(&[]), right.matrix(none))], bias, &mut out);
        return Array::dense(out, shape);
    }
    let (left, right) = (Stack::<T>::new(a, transpose_a), Stack::<T>::new(b, transpose_b));
    let mut pairs: SmallVec<[_; 1]> = SmallVec::new();
    for_each_position(&shape, |position| {
        pairs.push((left.matrix(position), right.matrix(position)))
    });
    products(&pairs, bias, &mut out);
    Array::dense(out, shape)
}

/// The rows of all matrices of `a` together, if they meet one matrix and lie one after the other.
fn tall(a: &Array, b: &Array) -> Option<usize> {
    let (lead_a, lead_b) = (
        &a.shape()[..a.shape().rank() - 1],
        &b.shape()[..b.shape().rank() - 2],
    );
    let single = lead_b.len() <= 8 && lead_b.len() < lead_a.len() && lead_b.iter().all(|&length| length == 1);
    (lead_a.len() > 1 && single && a.is_contiguous()).then(|| lead_a.iter().product())
}

fn integers<T: Element + Copy + num_traits::WrappingAdd + num_traits::WrappingMul>(
    a: &Array,
    transpose_a: bool,
    b: &Array,
    transpose_b: bool,
    shape: Shape,
) -> Array {
    let mut out = vec![T::default(); shape.len()];
    let (left, right) = (Stack::<T>::new(a, transpose_a), Stack::<T>::new(b, transpose_b));
    let ([rows, inner], columns) = (left.size, right.size[1]);
    if out.is_empty() || inner == 0 {
        return Array::dense(out, shape);
    }
    let mut matrices = out.chunks_exact_mut(rows * columns);
    for_each_position(&shape, |position| {
        let (x, y) = (left.matrix(position), right.matrix(position));
        let out = matrices.next().expect("a matrix for every position");
        for (row, out) in out.chunks_exact_mut(columns).enumerate() {
            for (p, factor) in (0..inner).map(|p| (p, x.at(row, p))) {
                for (column, sum) in out.iter_mut().enumerate() {
                    *sum = sum.wrapping_add(&factor.wrapping_mul(&y.at(p, column)));
                }
            }
        }
    });
    Array::dense(out, shape)
}
