//! Elements that do not lie row by row, brought into row-major order.

use smallvec::SmallVec;

use super::arithmetic::{Arithmetic, for_number};
use super::parallel;
use crate::{
    Shape,
    dtype::Element,
    shape::Strides,
    tensor::{Array, for_dtype, scratch},
};

/// Side of the squares in which a transposed matrix is copied, so that both sides stay in the cache.
const SQUARE: usize = 16;
/// What copying an element is worth, in additions.
const COPY: usize = 2;

/// The elements of `array` in row-major order.
pub(crate) fn gather<T: Element>(array: &Array) -> Vec<T> {
    let walk = Walk::new(array.shape(), array.strides());
    let block = array.block::<T>();
    let mut out = scratch::<T>(array.len());
    let width = walk.shape.last().copied().unwrap_or(1);
    parallel::fill_rows(&mut out, width, COPY, |row, out| {
        copy_rows(&walk, block, array.offset(), row, width, out)
    });
    out
}

fn copy_rows<T: Element>(walk: &Walk, block: &[T], offset: usize, first: usize, width: usize, out: &mut [T]) {
    let step = walk.strides.last().copied().unwrap_or(1);
    let rows = out.len() / width;
    // Neighbouring rows whose first elements are neighbours: a transposed matrix.
    let transposed = walk.rank() >= 2 && walk.strides[walk.rank() - 2] == 1 && step != 1;
    let mut row = 0;
    while row < rows {
        let start = offset as isize + walk.row_start(first + row);
        let together = if transposed {
            SQUARE.min(rows - row).min(walk.left_in_plane(first + row))
        } else {
            1
        };
        let target = &mut out[row * width..(row + together) * width];
        if together > 1 {
            copy_transposed(block, start, step, width, together, target);
        } else {
            copy_row(block, start, step, target);
        }
        row += together;
    }
}

fn copy_row<T: Element>(block: &[T], start: isize, step: isize, out: &mut [T]) {
    match step {
        1 => out.clone_from_slice(&block[start as usize..start as usize + out.len()]),
        0 => out.fill(block[start as usize].clone()),
        _ => {
            for (i, value) in out.iter_mut().enumerate() {
                *value = block[(start + i as isize * step) as usize].clone();
            }
        }
    }
}

/// `rows` rows of `width`, where going down is a step of 1 and going right a step of `step`.
fn copy_transposed<T: Element>(
    block: &[T],
    start: isize,
    step: isize,
    width: usize,
    rows: usize,
    out: &mut [T],
) {
    for left in (0..width).step_by(SQUARE) {
        for column in left..(left + SQUARE).min(width) {
            let from = (start + column as isize * step) as usize;
            for (row, value) in block[from..from + rows].iter().enumerate() {
                out[row * width + column] = value.clone();
            }
        }
    }
}

/// The elements of `array` in row-major order, in memory of their own.
pub(crate) fn owned<T: Element>(array: &Array) -> Vec<T> {
    let Some(values) = array.as_slice::<T>() else {
        return gather(array);
    };
    let mut out = scratch::<T>(values.len());
    parallel::fill(&mut out, COPY, |start, out| {
        out.clone_from_slice(&values[start..start + out.len()])
    });
    out
}

/// Where elements lie: a shape, the steps along its axes, and the place of the first one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) shape: Shape,
    pub(crate) strides: Strides,
    pub(crate) offset: usize,
}

impl Layout {
    /// A single element at `offset`.
    pub(crate) fn at(offset: usize) -> Self {
        Self {
            shape: Shape::scalar(),
            strides: Strides::new(),
            offset,
        }
    }

    /// Row by row from the start. Steps beside unknown lengths mean nothing.
    pub(crate) fn dense(shape: &Shape) -> Self {
        let strides = match shape.is_known() {
            true => shape.row_major(),
            false => Strides::from_elem(0, shape.rank()),
        };
        Self {
            shape: shape.clone(),
            strides,
            offset: 0,
        }
    }

    /// As the elements of `array` lie in its block.
    pub(crate) fn of(array: &Array) -> Self {
        Self {
            shape: array.shape().clone(),
            strides: array.strides().into(),
            offset: array.offset(),
        }
    }

    /// Adds an axis at the end.
    pub(crate) fn push(&mut self, length: usize, stride: isize) {
        self.shape.push(length);
        self.strides.push(stride);
    }

    /// Moves the first element by `positions` steps of `stride`.
    pub(crate) fn shift(&mut self, positions: usize, stride: isize) {
        let by = (positions as isize).wrapping_mul(stride);
        self.offset = self.offset.wrapping_add_signed(by);
    }

    /// A copy of `x` in which `value`, of this layout's shape, replaces what lies here, or is added to it;
    /// only numbers are added.
    pub(crate) fn write(&self, x: &Array, value: &Array, add: bool) -> Array {
        if add {
            return for_number!(x.dtype(), T => self.write_as(x, value, |old: &mut T, new: &T| *old = old.plus(*new)));
        }
        for_dtype!(x.dtype(), T => self.write_as(x, value, |old: &mut T, new: &T| old.clone_from(new)))
    }

    fn write_as<T: Element>(&self, x: &Array, value: &Array, put: impl Fn(&mut T, &T)) -> Array {
        let mut out = owned::<T>(x);
        let values = value.elements::<T>();
        let walk = Walk::new(&self.shape, &self.strides);
        let (width, step) = (
            walk.shape.last().copied().unwrap_or(1),
            walk.strides.last().copied().unwrap_or(1),
        );
        for (row, values) in values.chunks_exact(width.max(1)).enumerate() {
            let start = self.offset as isize + walk.row_start(row);
            if step == 1 {
                let target = &mut out[start as usize..start as usize + width];
                target.iter_mut().zip(values).for_each(|(old, new)| put(old, new));
                continue;
            }
            for (position, new) in values.iter().enumerate() {
                put(&mut out[(start + position as isize * step) as usize], new);
            }
        }
        Array::dense(out, x.shape().clone())
    }
}

/// A walk in row-major order over a strided array, with axes joined where they lie in one run.
pub(crate) struct Walk {
    pub(crate) shape: SmallVec<[usize; 4]>,
    pub(crate) strides: Strides,
}

impl Walk {
    pub(crate) fn new(shape: &Shape, strides: &[isize]) -> Self {
        let mut walk = Self {
            shape: SmallVec::new(),
            strides: Strides::new(),
        };
        for (&length, &stride) in shape.iter().zip(strides).filter(|&(&length, _)| length != 1) {
            match (walk.shape.last_mut(), walk.strides.last_mut()) {
                (Some(outer), Some(outer_stride)) if *outer_stride == stride * length as isize => {
                    *outer *= length;
                    *outer_stride = stride;
                }
                _ => {
                    walk.shape.push(length);
                    walk.strides.push(stride);
                }
            }
        }
        walk
    }

    fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Position, from the first element, of the first element of row `row`; a row runs along the last axis.
    pub(crate) fn row_start(&self, mut row: usize) -> isize {
        let mut position = 0;
        for axis in (0..self.rank().saturating_sub(1)).rev() {
            position += (row % self.shape[axis]) as isize * self.strides[axis];
            row /= self.shape[axis];
        }
        position
    }

    /// Rows from `row` to the end of the plane of the last two axes.
    fn left_in_plane(&self, row: usize) -> usize {
        let height = self.shape[self.rank() - 2];
        height - row % height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element by its index, one by one.
    fn by_index(array: &Array) -> Vec<i32> {
        (0..array.len())
            .map(|mut flat| {
                let mut position = array.offset() as isize;
                for axis in (0..array.shape().rank()).rev() {
                    position += (flat % array.shape()[axis]) as isize * array.strides()[axis];
                    flat /= array.shape()[axis];
                }
                array.block::<i32>()[position as usize]
            })
            .collect()
    }

    #[test]
    fn gathering_agrees_with_walking_by_index() {
        let base = Array::new((0..24_000).collect::<Vec<i32>>(), [20, 30, 40]).unwrap();
        let cases: [(&[usize], &[isize], usize); 6] = [
            (&[40, 30, 20], &[1, 40, 1200], 0),
            (&[20, 40, 30], &[1200, 1, 40], 0),
            (&[30, 20, 40], &[40, 1200, 1], 0),
            (&[20, 30, 40], &[1200, 40, -1], 39),
            (&[5, 30, 7], &[2400, 40, 3], 11),
            (&[6, 30, 40], &[0, 40, 1], 1200),
        ];
        for (shape, strides, offset) in cases {
            let array = base.view(Shape::from(shape), strides.into(), offset);
            assert_eq!(gather::<i32>(&array), by_index(&array), "{shape:?} {strides:?}");
        }
    }
}
