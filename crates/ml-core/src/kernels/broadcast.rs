//! Operands that stretch over a larger shape, read in runs of its elements.

use smallvec::SmallVec;

use super::{
    aligned::Aligned,
    elementwise::Operand,
    simd::{Loop, vectorize},
};
use crate::Shape;

/// Elements of a run that several operands are laid side by side for, so that they stay in the nearest cache.
pub(crate) const RUN: usize = 1024;
/// Rows of at least so many elements are read where they lie: nothing is won by laying out several.
const WIDE: usize = 512;
/// Elements of the widest vector, of four bytes each.
const VECTOR: usize = 16;

/// How to read a contiguous operand that is stretched over a shape.
///
/// Element by element of the shape the operand is walked in rows of `width`: either as many neighbours, or one
/// element that stands for all.
#[derive(Debug)]
pub(crate) struct Reader {
    width: usize,
    /// Whether a row is neighbours.
    run: bool,
    /// Length of every axis above the row, and the operand's step along it; the outermost first.
    outer: SmallVec<[(usize, usize); 4]>,
    /// The elements read repeat after so many.
    period: usize,
}

impl Reader {
    /// For an operand of shape `own` that broadcasts to `shape`, which has elements.
    pub(crate) fn new(own: &Shape, shape: &Shape) -> Self {
        if own == shape {
            let (width, outer) = (own.len(), SmallVec::new());
            return Self {
                width,
                run: width != 1,
                outer,
                period: width,
            };
        }
        let lead = shape.rank() - own.rank();
        let mut axes: SmallVec<[(usize, usize); 4]> = SmallVec::new();
        let mut step = own.iter().product::<usize>();
        for (axis, &length) in shape.iter().enumerate().filter(|&(_, &length)| length != 1) {
            let stretched = axis < lead || own[axis - lead] == 1;
            step /= if stretched { 1 } else { length };
            let step = if stretched { 0 } else { step };
            match axes.last_mut() {
                // Two axes are one where the operand goes on from the end of the inner one.
                Some((outer, outer_step)) if *outer_step == step * length => {
                    (*outer, *outer_step) = (*outer * length, step)
                }
                _ => axes.push((length, step)),
            }
        }
        let repeats = axes.iter().take_while(|&&(_, step)| step == 0).count();
        let period = axes[repeats..].iter().map(|&(length, _)| length).product();
        let (width, step) = axes.pop().unwrap_or((1, 0));
        Self {
            width,
            run: step != 0,
            outer: axes,
            period,
        }
    }

    /// Whether one element stands for all.
    pub(crate) fn is_single(&self) -> bool {
        !self.run && self.outer.is_empty()
    }

    /// Where element number `number` of the shape lies in the operand.
    #[inline]
    pub(crate) fn position(&self, number: usize) -> usize {
        let mut position = if self.run { number % self.width } else { 0 };
        let mut row = number / self.width;
        for &(length, step) in self.outer.iter().rev() {
            position += row % length * step;
            row /= length;
        }
        position
    }

    /// The `len` elements of the shape from `start` on, which lie in one row.
    #[inline]
    fn in_row<'v, T: Clone>(&self, values: &'v [T], start: usize, len: usize) -> Operand<'v, T> {
        let position = if self.outer.is_empty() && self.run {
            start
        } else {
            self.position(start)
        };
        match self.run {
            true => Operand::Slice(&values[position..position + len]),
            false => Operand::Scalar(values[position].clone()),
        }
    }

    /// Whether [`row`](Self::row) reads it by rows of `width`: at equal steps, or all of it lies so.
    pub(crate) fn is_by_rows(&self, width: usize) -> bool {
        match self.outer.len() {
            0 => true,
            1 => self.width == width,
            _ => false,
        }
    }

    /// Row number `row` of `width` elements of the shape, where [`is_by_rows`](Self::is_by_rows).
    #[inline]
    pub(crate) fn row<'v, T: Clone>(&self, values: &'v [T], row: usize, width: usize) -> Operand<'v, T> {
        let step = match self.outer.first() {
            Some(&(_, step)) => step,
            None if self.run => width,
            None => 0,
        };
        match self.run {
            true => Operand::Slice(&values[row * step..][..width]),
            false => Operand::Scalar(values[row * step].clone()),
        }
    }

    /// Writes out the elements of the shape from `start` on.
    fn lay_out<T: Clone>(&self, values: &[T], mut start: usize, mut out: &mut [T]) {
        while !out.is_empty() {
            let (row, column) = (start / self.width, start % self.width);
            // Rows along the innermost axis above them follow each other at equal steps.
            let &(length, step) = self.outer.last().expect("a single row is read where it lies");
            let rows = if column == 0 {
                (length - row % length).min(out.len() / self.width)
            } else {
                0
            };
            let len = if rows > 0 {
                rows * self.width
            } else {
                (self.width - column).min(out.len())
            };
            let (now, rest) = out.split_at_mut(len);
            let values = &values[self.position(start)..];
            match (self.run, rows) {
                (true, 0) => now.clone_from_slice(&values[..len]),
                (false, 0) => now.fill(values[0].clone()),
                (true, _) => {
                    for (number, row) in now.chunks_exact_mut(self.width).enumerate() {
                        row.clone_from_slice(&values[number * step..][..self.width]);
                    }
                }
                (false, _) => repeat(values, step, self.width, now),
            }
            (start, out) = (start + len, rest);
        }
    }

    /// The `len` elements of the shape from `start` on: where they lie if that is one row, else laid out in
    /// `rows`.
    #[inline(always)] // Its result would be written and read again.
    pub(crate) fn read<'v, T: Clone + Default>(
        &self,
        values: &'v [T],
        start: usize,
        len: usize,
        rows: &'v mut LaidOut<T>,
    ) -> Operand<'v, T> {
        if self.outer.is_empty() || start % self.width + len <= self.width {
            return self.in_row(values, start, len);
        }
        let phase = start % self.period;
        if rows.phase != Some(phase) || rows.values.len() < len {
            if rows.values.len() < len {
                rows.values = Aligned::new(len);
            }
            self.lay_out(values, start, &mut rows.values);
            rows.phase = Some(phase);
        }
        Operand::Slice(&rows.values[..len])
    }
}

/// Fills every row of `width` elements with one of `values`, which are `step` apart.
fn repeat<T: Clone>(values: &[T], step: usize, width: usize, out: &mut [T]) {
    /// As many elements as a row has, known beforehand: the compiler leaves no loop.
    fn short<T: Clone, const WIDTH: usize>(values: &[T], step: usize, out: &mut [T]) {
        for (number, row) in out.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
            *row = std::array::from_fn(|_| values[number * step].clone());
        }
    }
    match width {
        2 => short::<T, 2>(values, step, out),
        3 => short::<T, 3>(values, step, out),
        4 => short::<T, 4>(values, step, out),
        8 => short::<T, 8>(values, step, out),
        _ => vectorize(Rows {
            values,
            step,
            width,
            out,
        }),
    }
}

/// Rows of any width, each full of one value.
struct Rows<'a, T> {
    values: &'a [T],
    step: usize,
    width: usize,
    out: &'a mut [T],
}

impl<T: Clone> Loop for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (number, row) in self.out.chunks_exact_mut(self.width).enumerate() {
            fill_row(row, &self.values[number * self.step]);
        }
    }
}

/// Whole vectors, the last of which may write again what the one before it did: no element is alone.
#[inline(always)]
fn fill_row<T: Clone>(row: &mut [T], value: &T) {
    let full = || -> [T; VECTOR] {
        std::array::from_fn(
            #[inline(always)]
            |_| value.clone(),
        )
    };
    if row.len() < VECTOR {
        row.iter_mut().for_each(
            #[inline(always)]
            |slot| *slot = value.clone(),
        );
        return;
    }
    for vector in row.as_chunks_mut::<VECTOR>().0 {
        *vector = full();
    }
    if let Some(last) = row.last_chunk_mut::<VECTOR>() {
        *last = full();
    }
}

/// Rows of an operand one after the other, kept while they repeat.
#[derive(Default)]
pub(crate) struct LaidOut<T> {
    values: Aligned<T>,
    /// Where in its period the first of them lies.
    phase: Option<usize>,
}

/// How a range of elements is cut into runs that every operand can read at little cost.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cut {
    /// As long as the caller likes.
    Anywhere,
    /// At the ends of rows of so many elements.
    Rows(usize),
    /// After so many elements.
    Every(usize),
}

impl Cut {
    pub(crate) fn new<'r>(readers: impl Iterator<Item = &'r Reader> + Clone) -> Self {
        let stretched = readers.filter(|reader| !reader.outer.is_empty());
        let Some(narrowest) = stretched.clone().map(|reader| reader.width).min() else {
            return Self::Anywhere;
        };
        let repeating = |reader: &&Reader| reader.period <= RUN;
        if narrowest >= WIDE && !stretched.clone().all(|reader| repeating(&reader)) {
            return Self::Rows(narrowest);
        }
        let period = stretched
            .filter(repeating)
            .map(|reader| reader.period)
            .max()
            .unwrap_or(1);
        // Whole vectors where it can be, so that no run leaves a rest and all begin alike.
        let vectors = period * (VECTOR >> period.trailing_zeros().min(VECTOR.ilog2()));
        let unit = if vectors <= RUN { vectors } else { period };
        Self::Every(RUN / unit * unit)
    }

    /// Into rows that all are read where they lie, for shapes so small that laying them out does not pay.
    pub(crate) fn small(self, readers: &[Reader], len: usize) -> Self {
        /// Rows too short to be worth a loop of their own.
        const SHORT: usize = 32;
        let stretched = readers.iter().filter(|reader| !reader.outer.is_empty());
        match stretched.map(|reader| reader.width).min() {
            Some(narrowest) if len <= 4 * RUN && narrowest >= SHORT => Self::Rows(narrowest),
            _ => self,
        }
    }

    /// `size` elements or a few more, so that pieces of them end where a run does.
    pub(crate) fn whole(self, size: usize) -> usize {
        match self {
            Self::Anywhere | Self::Rows(_) => size,
            Self::Every(length) => size.next_multiple_of(length),
        }
    }

    /// Length of the run that starts at `start`, `left` elements before the end; at most `most` if it may be
    /// cut anywhere.
    #[inline]
    pub(crate) fn run(self, start: usize, left: usize, most: usize) -> usize {
        match self {
            Self::Anywhere => left.min(most),
            Self::Rows(width) => left.min(width - start % width).min(most),
            Self::Every(length) => left.min(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element by its index, one by one.
    fn by_index(own: &Shape, shape: &Shape, number: usize) -> usize {
        let (mut rest, mut position, mut step) = (number, 0, 1);
        for axis in (0..shape.rank()).rev() {
            let index = rest % shape[axis];
            rest /= shape[axis];
            if let Some(inner) = (axis + own.rank()).checked_sub(shape.rank()) {
                position += if own[inner] == 1 { 0 } else { index * step };
                step *= own[inner];
            }
        }
        position
    }

    #[test]
    fn runs_agree_with_reading_one_by_one() {
        let cases: [(&[usize], &[usize]); 8] = [
            (&[700, 3], &[3]),
            (&[700, 3], &[700, 1]),
            (&[5, 7, 11, 13], &[7, 1, 13]),
            (&[5, 7, 11, 13], &[5, 1, 11, 1]),
            (&[2, 600, 2], &[1, 600, 1]),
            (&[3, 1500], &[3, 1]),
            (&[3, 1500], &[1500]),
            (&[4, 1, 9], &[1]),
        ];
        for (shape, own) in cases {
            let (shape, own) = (Shape::from(shape), Shape::from(own));
            let values: Vec<usize> = (0..own.len()).collect();
            let reader = Reader::new(&own, &shape);
            let cut = Cut::new([&reader].into_iter());
            let mut rows = LaidOut::default();
            for first in [0, 1, shape.len() / 3] {
                let mut start = first;
                while start < shape.len() {
                    let len = cut.run(start, shape.len() - start, 400);
                    let got = reader.read(&values, start, len, &mut rows);
                    for offset in 0..len {
                        let got = match got {
                            Operand::Slice(values) => values[offset],
                            Operand::Scalar(value) => value,
                        };
                        assert_eq!(got, by_index(&own, &shape, start + offset), "{own} in {shape}");
                        assert_eq!(reader.position(start + offset), got);
                    }
                    start += len;
                }
                rows = LaidOut::default();
            }
        }
    }
}
