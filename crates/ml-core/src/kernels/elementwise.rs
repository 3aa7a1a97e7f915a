//! Loops that compute every element on its own.

use super::{
    broadcast::{Cut, LaidOut, Reader},
    parallel,
    simd::{Loop, map_lanes, vectorize},
};
use crate::{
    Result, Shape,
    dtype::Element,
    shape::Strides,
    tensor::{Array, Store},
};

/// An operand of a loop: an element for each element of the output, or one for all.
#[derive(Debug, Clone, Copy)]
pub enum Operand<'a, T> {
    /// As many elements as the output.
    Slice(&'a [T]),
    /// The same for every element.
    Scalar(T),
}

/// `out[i] = f(x[i])`; `block` computes a run of elements. The result is laid out as `x` is, if that has no gaps.
pub(crate) fn unary<T: Element, O: Element>(
    x: &Array,
    cost: usize,
    block: impl Fn(&[T], &mut [O]) + Sync,
) -> Array {
    unary_by(x, cost, &block)
}

/// Compiled once for a pair of types, not once for an operation.
fn unary_by<T: Element, O: Element>(x: &Array, cost: usize, block: UnaryBlock<'_, T, O>) -> Array {
    if let Some(small) = unstretched(x) {
        let y = unary_by(&small, cost, block);
        return y.view(x.shape().clone(), repeated(&y, x), y.offset());
    }
    let mut out = Store::<O>::scratch(x.len());
    let mut compute = |values: &[T]| {
        parallel::fill(out.fresh(), cost, |start, out| {
            block(&values[start..start + out.len()], out)
        });
    };
    if let Some(values) = x.as_packed() {
        compute(values);
        return Array::packed_like(out, x);
    }
    compute(&x.elements::<T>());
    Array::stored(out, x.shape().clone())
}

type UnaryBlock<'b, T, O> = &'b (dyn Fn(&[T], &mut [O]) + Sync);
type BinaryBlock<'b, T, O> = &'b (dyn Fn([Operand<'_, T>; 2], &mut [O]) + Sync);

/// `out[i] = f(a[i], b[i])`, where the operands broadcast; `block` computes a run of elements. Operands of one
/// layout give a result of that layout.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
pub(crate) fn binary<T: Element, O: Element>(
    op: &'static str,
    a: &Array,
    b: &Array,
    cost: usize,
    block: BinaryBlock<'_, T, O>,
) -> Result<Array> {
    if a.shape() == b.shape()
        && a.strides() == b.strides()
        && let (Some(left), Some(right)) = (a.as_packed::<T>(), b.as_packed::<T>())
    {
        let mut out = Store::<O>::scratch(left.len());
        parallel::fill(out.fresh(), cost, |start, out| {
            let range = start..start + out.len();
            block(
                [
                    Operand::Slice(&left[range.clone()]),
                    Operand::Slice(&right[range]),
                ],
                out,
            );
        });
        return Ok(Array::packed_like(out, a));
    }
    let shape = a.shape().broadcast(op, b.shape())?;
    if shape.is_empty() {
        return Ok(Array::dense(Vec::<O>::new(), shape));
    }
    let (left, right) = (unstretched(a), unstretched(b));
    let (a, b) = (left.as_ref().unwrap_or(a), right.as_ref().unwrap_or(b));
    Ok(beside_single(&shape, a, b, cost, block).unwrap_or_else(|| stretched(shape, a, b, cost, block)))
}

/// [`binary`] where one operand is a single element, and the other one's layout as good as any.
fn beside_single<T: Element, O: Element>(
    shape: &Shape,
    a: &Array,
    b: &Array,
    cost: usize,
    block: BinaryBlock<'_, T, O>,
) -> Option<Array> {
    let swapped = a.len() == 1;
    let (whole, single) = if swapped { (b, a) } else { (a, b) };
    if single.len() != 1 || whole.shape() != shape {
        return None;
    }
    let (values, single) = (whole.as_packed::<T>()?, single.first::<T>());
    let mut out = Store::<O>::scratch(values.len());
    parallel::fill(out.fresh(), cost, |start, out| {
        let slice = Operand::Slice(&values[start..start + out.len()]);
        let single = Operand::Scalar(single.clone());
        block(if swapped { [single, slice] } else { [slice, single] }, out);
    });
    Some(Array::packed_like(out, whole))
}

/// [`binary`] into a shape, with elements, that both broadcast to.
fn stretched<T: Element, O: Element>(
    shape: Shape,
    a: &Array,
    b: &Array,
    cost: usize,
    block: BinaryBlock<'_, T, O>,
) -> Array {
    let mut out = Store::<O>::scratch(shape.len());
    let (left, right) = (a.elements::<T>(), b.elements::<T>());
    let readers = [Reader::new(a.shape(), &shape), Reader::new(b.shape(), &shape)];
    let cut = Cut::new(readers.iter()).small(&readers, out.len());
    if let Cut::Rows(width) = cut
        && readers.iter().all(|reader| reader.is_by_rows(width))
    {
        parallel::fill_rows(out.fresh(), width, cost, |first, out| {
            for (row, out) in (first..).zip(out.chunks_exact_mut(width)) {
                let operands = [
                    readers[0].row(&left, row, width),
                    readers[1].row(&right, row, width),
                ];
                block(operands, out);
            }
        });
        return Array::stored(out, shape);
    }
    parallel::fill(out.fresh(), cost, |mut start, mut out| {
        let (mut left_rows, mut right_rows) = (LaidOut::default(), LaidOut::default());
        while !out.is_empty() {
            let len = cut.run(start, out.len(), usize::MAX);
            let (run, rest) = out.split_at_mut(len);
            let a = readers[0].read(&left, start, len, &mut left_rows);
            let b = readers[1].read(&right, start, len, &mut right_rows);
            block([a, b], run);
            (start, out) = (start + len, rest);
        }
    });
    Array::stored(out, shape)
}

/// Of a view that repeats elements along an axis, the view without the repetition.
pub(crate) fn unstretched(x: &Array) -> Option<Array> {
    let repeats = |(&length, &stride): (&usize, &isize)| length > 1 && stride == 0;
    if !x.shape().iter().zip(x.strides()).any(repeats) {
        return None;
    }
    let shape = x
        .shape()
        .iter()
        .zip(x.strides())
        .map(|axis| if repeats(axis) { 1 } else { *axis.0 });
    Some(x.view(shape.collect(), x.strides().into(), x.offset()))
}

/// Strides that repeat the elements of `y` where `x` repeats its own.
fn repeated(y: &Array, x: &Array) -> Strides {
    let strides = y.strides().iter().zip(x.strides());
    strides
        .map(|(&own, &of_x)| if of_x == 0 { 0 } else { own })
        .collect()
}

/// `out[i] = if condition[i] { a[i] } else { b[i] }`, where all three broadcast.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
pub(crate) fn select<T: Element>(op: &'static str, condition: &Array, a: &Array, b: &Array) -> Result<Array> {
    let shape = a
        .shape()
        .broadcast(op, b.shape())?
        .broadcast(op, condition.shape())?;
    let mut out = Store::<T>::scratch(shape.len());
    if out.is_empty() {
        return Ok(Array::stored(out, shape));
    }
    let small = [condition, a, b].map(unstretched);
    let pick = |number: usize, array| small[number].as_ref().unwrap_or(array);
    let (condition, a, b) = (pick(0, condition), pick(1, a), pick(2, b));
    let (truths, left, right) = (condition.elements::<bool>(), a.elements::<T>(), b.elements::<T>());
    let readers = [condition, a, b].map(|operand| Reader::new(operand.shape(), &shape));
    let cut = Cut::new(readers.iter());
    parallel::fill(out.fresh(), 2, |mut start, mut out| {
        let (mut truth, mut left_rows, mut right_rows) =
            (LaidOut::default(), LaidOut::default(), LaidOut::default());
        while !out.is_empty() {
            let len = cut.run(start, out.len(), usize::MAX);
            let (run, rest) = out.split_at_mut(len);
            vectorize(Choose {
                truths: readers[0].read(&truths, start, len, &mut truth),
                a: readers[1].read(&left, start, len, &mut left_rows),
                b: readers[2].read(&right, start, len, &mut right_rows),
                out: run,
            });
            (start, out) = (start + len, rest);
        }
    });
    Ok(Array::stored(out, shape))
}

pub(crate) struct Map<'a, F, A, O> {
    pub(crate) f: F,
    pub(crate) operand: Operand<'a, A>,
    pub(crate) out: &'a mut [O],
}

impl<A, O: Clone, F: Fn(&A) -> O> Loop for Map<'_, F, A, O> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.operand {
            Operand::Slice(x) => {
                for (y, x) in self.out.iter_mut().zip(x) {
                    *y = (self.f)(x);
                }
            }
            Operand::Scalar(x) => self.out.fill((self.f)(&x)),
        }
    }
}

/// As [`Map`] of an expensive function.
pub(crate) struct MapLanes<'a, F, T> {
    pub(crate) f: F,
    pub(crate) x: &'a [T],
    pub(crate) out: &'a mut [T],
}

impl<T: Copy, F: Fn(T) -> T> Loop for MapLanes<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        /// Two vectors of `f32` on the widest processors: while one waits for a result, the other goes on.
        const LANES: usize = 32;
        map_lanes::<T, LANES>(self.x, self.out, self.f);
    }
}

pub(crate) struct Zip<'a, F, A, O> {
    pub(crate) f: F,
    pub(crate) operands: [Operand<'a, A>; 2],
    pub(crate) out: &'a mut [O],
}

impl<A, O: Clone, F: Fn(&A, &A) -> O> Loop for Zip<'_, F, A, O> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { f, operands, out } = self;
        match operands {
            [Operand::Slice(a), Operand::Slice(b)] => {
                for ((y, a), b) in out.iter_mut().zip(a).zip(b) {
                    *y = f(a, b);
                }
            }
            [Operand::Slice(a), Operand::Scalar(b)] => {
                for (y, a) in out.iter_mut().zip(a) {
                    *y = f(a, &b);
                }
            }
            [Operand::Scalar(a), Operand::Slice(b)] => {
                for (y, b) in out.iter_mut().zip(b) {
                    *y = f(&a, b);
                }
            }
            [Operand::Scalar(a), Operand::Scalar(b)] => out.fill(f(&a, &b)),
        }
    }
}

/// One of two values for every truth.
struct Choose<'a, A> {
    truths: Operand<'a, bool>,
    a: Operand<'a, A>,
    b: Operand<'a, A>,
    out: &'a mut [A],
}

impl<A: Clone> Loop for Choose<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { truths, a, b, out } = self;
        let truths = match truths {
            Operand::Slice(truths) => truths,
            Operand::Scalar(truth) => {
                return match if truth { a } else { b } {
                    Operand::Slice(values) => out.clone_from_slice(values),
                    Operand::Scalar(value) => out.fill(value),
                };
            }
        };
        let pick = |truth: bool, a: &A, b: &A| if truth { a.clone() } else { b.clone() };
        match (a, b) {
            (Operand::Slice(a), Operand::Slice(b)) => {
                for (((y, &truth), a), b) in out.iter_mut().zip(truths).zip(a).zip(b) {
                    *y = pick(truth, a, b);
                }
            }
            (Operand::Slice(a), Operand::Scalar(b)) => {
                for ((y, &truth), a) in out.iter_mut().zip(truths).zip(a) {
                    *y = pick(truth, a, &b);
                }
            }
            (Operand::Scalar(a), Operand::Slice(b)) => {
                for ((y, &truth), b) in out.iter_mut().zip(truths).zip(b) {
                    *y = pick(truth, &a, b);
                }
            }
            (Operand::Scalar(a), Operand::Scalar(b)) => {
                for (y, &truth) in out.iter_mut().zip(truths) {
                    *y = pick(truth, &a, &b);
                }
            }
        }
    }
}
