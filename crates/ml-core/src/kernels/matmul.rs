//! Matrix products on `faer`.

use std::borrow::Cow;

use faer::{
    Accum, Par,
    linalg::matmul::matmul as faer_matmul,
    mat::{MatMut, MatRef},
};

use super::elementwise::Rows;
use crate::{
    DType, Shape,
    dtype::Element,
    tensor::{Array, scratch},
};

/// Multiplications below which a second thread costs more than it saves.
const WORTH_THREADS: usize = 1 << 20;

/// `op(a) · op(b)` into `shape`, which the caller has worked out.
pub(crate) fn matmul(a: &Array, transpose_a: bool, b: &Array, transpose_b: bool, shape: Shape) -> Array {
    match a.dtype() {
        DType::F32 => floats::<f32>(a, transpose_a, b, transpose_b, shape),
        DType::F64 => floats::<f64>(a, transpose_a, b, transpose_b, shape),
        DType::I32 => integers::<i32>(a, transpose_a, b, transpose_b, shape),
        DType::I64 => integers::<i64>(a, transpose_a, b, transpose_b, shape),
        _ => integers::<u8>(a, transpose_a, b, transpose_b, shape),
    }
}

/// The matrices of a batch, one after the other, each in a layout that needs no copy.
struct Stack<'a, T: Clone> {
    values: Cow<'a, [T]>,
    rows: usize,
    columns: usize,
    /// Whether the elements lie column by column.
    by_column: bool,
}

impl<'a, T: Element> Stack<'a, T> {
    /// The last two axes of `array`, exchanged if `transpose`.
    fn new(array: &'a Array, transpose: bool) -> Self {
        let rank = array.shape().rank();
        let (rows, columns) = (array.shape()[rank - 2], array.shape()[rank - 1]);
        // A transposed view of contiguous memory is read where it lies.
        let exchanged = rank == 2
            && array.strides() == [1, rows as isize]
            && array.offset() + rows * columns <= array.block::<T>().len();
        let values = match exchanged {
            true => Cow::Borrowed(&array.block::<T>()[array.offset()..array.offset() + rows * columns]),
            false => array.elements::<T>(),
        };
        let (rows, columns) = if transpose {
            (columns, rows)
        } else {
            (rows, columns)
        };
        Self {
            values,
            rows,
            columns,
            by_column: exchanged != transpose,
        }
    }
}

impl<T: Element> Stack<'_, T> {
    fn matrix(&self, start: usize) -> MatRef<'_, T> {
        let values = &self.values[start..start + self.rows * self.columns];
        match self.by_column {
            true => MatRef::from_column_major_slice(values, self.rows, self.columns),
            false => MatRef::from_row_major_slice(values, self.rows, self.columns),
        }
    }
}

/// Calls `product` with where each pair of matrices starts and with its part of the output.
fn for_each_pair<T>(
    a: &Array,
    b: &Array,
    shape: &Shape,
    out: &mut [T],
    mut product: impl FnMut([usize; 2], &mut [T]),
) {
    let lead = |shape: &Shape| Shape::from(&shape[..shape.rank() - 2]);
    let size = |array: &Array| {
        array.shape()[array.shape().rank() - 2..]
            .iter()
            .product::<usize>()
    };
    let (sizes, pair) = (
        [size(a), size(b)],
        shape[shape.rank() - 2..].iter().product::<usize>(),
    );
    let rows = Rows::new(&lead(shape), [&lead(a.shape()), &lead(b.shape())]);
    for (number, out) in out.chunks_mut(pair).enumerate() {
        let starts = rows.element(number);
        product([starts[0] * sizes[0], starts[1] * sizes[1]], out);
    }
}

fn floats<T: Element + faer::traits::ComplexField>(
    a: &Array,
    transpose_a: bool,
    b: &Array,
    transpose_b: bool,
    shape: Shape,
) -> Array {
    let mut out = scratch::<T>(shape.len());
    let (left, right) = (Stack::<T>::new(a, transpose_a), Stack::<T>::new(b, transpose_b));
    let (m, k, n) = (left.rows, left.columns, right.columns);
    let par = if m * k * n >= WORTH_THREADS {
        Par::rayon(0)
    } else {
        Par::Seq
    };
    if !out.is_empty() {
        for_each_pair(a, b, &shape, &mut out, |[i, j], out| {
            let out = MatMut::from_row_major_slice_mut(out, m, n);
            faer_matmul(
                out,
                Accum::Replace,
                left.matrix(i),
                right.matrix(j),
                faer::traits::math_utils::one(),
                par,
            );
        });
    }
    Array::dense(out, shape)
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
    if !out.is_empty() {
        for_each_pair(a, b, &shape, &mut out, |[i, j], out| {
            let (x, y) = (left.matrix(i), right.matrix(j));
            for (row, out) in out.chunks_mut(right.columns).enumerate() {
                for (inner, step) in (0..left.columns).map(|inner| (inner, x[(row, inner)])) {
                    for (column, sum) in out.iter_mut().enumerate() {
                        *sum = sum.wrapping_add(&step.wrapping_mul(&y[(inner, column)]));
                    }
                }
            }
        });
    }
    Array::dense(out, shape)
}
