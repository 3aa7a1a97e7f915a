//! Reductions over rows that carry the same number.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Primitive, Spec, Specs, apply, apply_many,
    discrete::discrete,
    elementwise::outputs,
    gather::{require_integer, whole_numbers},
    one,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::sort::Sortable,
    tensor::{Array, for_dtype},
};

/// Which reduction [`Tensor::segment`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    /// Sum; of no rows 0.
    Sum,
    /// Mean; of no rows 0.
    Mean,
    /// Product; of no rows 1.
    Prod,
    /// Largest element, NaN if there is one; of no rows the least value of the type. Its gradient goes to the
    /// first of equal ones.
    Max,
    /// Smallest element, NaN if there is one; of no rows the greatest value of the type. Its gradient goes to the
    /// first of equal ones.
    Min,
}

/// Position of the row with the extreme of every segment, the number of rows for a segment without any: operands
/// are data and segment numbers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SegmentExtreme {
    segments: usize,
    smallest: bool,
}

/// How rows lie by segment: their stable order, where segments begin in it, and where each of them ends (the
/// number of rows for a segment without any).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SegmentBounds {
    segments: usize,
}

/// The segment numbers as they are, if all are less than `segments` and, where asked for, ascend.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct CheckSegments {
    segments: usize,
    sorted: bool,
}

fn rows(shape: &Shape) -> usize {
    shape.first().copied().unwrap_or(0)
}

/// The segment numbers, each less than `segments`.
fn numbers(op: &'static str, ids: &Array, segments: usize) -> Result<Vec<usize>> {
    require_integer(op, ids.dtype())?;
    Shape::from([segments]).checked_len(op)?;
    let number = |index: i64| {
        usize::try_from(index)
            .ok()
            .filter(|&number| number < segments)
            .ok_or(Error::Index {
                op,
                index,
                axis: 0,
                length: segments,
            })
    };
    whole_numbers(ids).into_iter().map(number).collect()
}

fn extremes<T: Sortable>(x: &Array, ids: &[usize], segments: usize, smallest: bool) -> Vec<i64> {
    let values = x.elements::<T>();
    let width = x.len() / ids.len().max(1);
    let none = ids.len() as i64;
    let mut best = vec![none; segments * width];
    for (row, &segment) in ids.iter().enumerate() {
        for column in 0..width {
            let best = &mut best[segment * width + column];
            let new = &values[row * width + column];
            let better = *best == none || {
                let old = &values[*best as usize * width + column];
                match (new.is_nan(), old.is_nan()) {
                    (_, true) => false,
                    (true, false) => true,
                    _ if smallest => new.order(old).is_lt(),
                    _ => new.order(old).is_gt(),
                }
            };
            if better {
                *best = row as i64;
            }
        }
    }
    best
}

#[typetag::serde(name = "segment_extreme")]
impl Primitive for SegmentExtreme {
    fn name(&self) -> &'static str {
        "segment_extreme"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("segment", inputs[1].dtype)?;
        let mut shape = inputs[0].shape.clone();
        shape[0] = self.segments;
        Ok(one(DType::I64, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, ids) = (inputs[0], numbers("segment", inputs[1], self.segments)?);
        let mut shape = x.shape().clone();
        shape[0] = self.segments;
        shape.checked_len("segment")?;
        if ids.is_empty() {
            return Ok(outputs(Array::dense(vec![0i64; shape.len()], shape)));
        }
        let best = for_dtype!(x.dtype(), T => extremes::<T>(x, &ids, self.segments, self.smallest));
        Ok(outputs(Array::dense(best, shape)))
    }

    discrete!();
}

#[typetag::serde(name = "segment_bounds")]
impl Primitive for SegmentBounds {
    fn name(&self) -> &'static str {
        "segment_bounds"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("segment", inputs[0].dtype)?;
        let lengths = [rows(&inputs[0].shape), Shape::UNKNOWN, self.segments];
        Ok(lengths
            .map(|length| Spec::new(DType::I64, [length]))
            .into_iter()
            .collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let ids = numbers("segment", inputs[0], self.segments)?;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&row| ids[row]);
        let mut ends = vec![ids.len() as i64; self.segments];
        let mut starts = Vec::new();
        for (place, &row) in order.iter().enumerate() {
            if place == 0 || ids[order[place - 1]] != ids[row] {
                starts.push(place as i64);
            }
            ends[ids[row]] = place as i64;
        }
        let order: Vec<i64> = order.into_iter().map(|row| row as i64).collect();
        let vector = |values: Vec<i64>| {
            let shape = Shape::from([values.len()]);
            Array::dense(values, shape)
        };
        Ok([order, starts, ends].map(vector).into_iter().collect())
    }

    discrete!();
}

#[typetag::serde(name = "check_segments")]
impl Primitive for CheckSegments {
    fn name(&self) -> &'static str {
        "check_segments"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("segment", inputs[0].dtype)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let ids = numbers("segment", inputs[0], self.segments)?;
        match ids.windows(2).position(|pair| self.sorted && pair[0] > pair[1]) {
            None => Ok(outputs(inputs[0].clone())),
            Some(row) => Err(Error::Data {
                op: "segment_sorted",
                problem: format!(
                    "segment {} at row {} follows segment {}",
                    ids[row + 1],
                    row + 1,
                    ids[row]
                ),
                remedy: "sort the rows by segment, or use segment",
            }),
        }
    }

    discrete!();
}

impl Tensor {
    /// Reduces the rows (positions along axis 0) that carry the same number in `ids`, in any order: `[n, ...]`
    /// gives `[segments, ...]`.
    ///
    /// # Errors
    /// [`Error::Shape`] unless `ids` is a vector with a number for every row, [`Error::Index`] for a number that
    /// is not in `0..segments`, [`Error::DType`] unless `ids` are integers and the elements suit the reduction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Reduction};
    ///
    /// let (x, ids) = (Tensor::from([1.0, 2.0, 3.0, 5.0]), Tensor::from([0, 2, 0, 2]));
    /// assert_eq!(x.segment(&ids, 3, Reduction::Sum)?.to_vec::<f64>()?, [4.0, 0.0, 7.0]);
    /// assert_eq!(x.segment(&ids, 3, Reduction::Max)?.to_vec::<f64>()?, [3.0, f64::MIN, 5.0]);
    /// assert_eq!(x.segment(&ids, 3, Reduction::Prod)?.to_vec::<f64>()?, [3.0, 1.0, 10.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn segment(&self, ids: &Tensor, segments: usize, reduction: Reduction) -> Result<Tensor> {
        self.reduce_segments(ids, segments, reduction, false)
    }

    /// As [`segment`](Self::segment), for numbers that ascend.
    ///
    /// # Errors
    /// As [`segment`](Self::segment); [`Error::Data`] if the numbers do not ascend.
    pub fn segment_sorted(&self, ids: &Tensor, segments: usize, reduction: Reduction) -> Result<Tensor> {
        self.reduce_segments(ids, segments, reduction, true)
    }

    fn reduce_segments(
        &self,
        ids: &Tensor,
        segments: usize,
        reduction: Reduction,
        sorted: bool,
    ) -> Result<Tensor> {
        let row_count = Shape::from([rows(self.shape())]);
        if self.rank() == 0 || !ids.shape().matches(&row_count) {
            return Err(Error::Shape {
                op: "segment",
                left: self.shape().to_vec(),
                right: ids.shape().to_vec(),
                rule: "the segment numbers must be a vector, one for every row",
            });
        }
        let number = self.dtype().is_float() || self.dtype().is_integer();
        self.dtype()
            .require("segment", number, "f32, f64 or an integer type")?;
        let ids = &apply(CheckSegments { segments, sorted }, &[ids])?;
        match reduction {
            Reduction::Sum => self.segment_sum(ids, segments),
            Reduction::Mean => self.segment_mean(ids, segments),
            Reduction::Prod => self.segment_prod(ids, segments),
            Reduction::Max => self.segment_extreme(ids, segments, false),
            Reduction::Min => self.segment_extreme(ids, segments, true),
        }
    }

    /// Widths that add rows at the end.
    fn row_widths(&self, more: usize) -> Vec<(usize, usize)> {
        let mut widths = vec![(0, 0); self.rank()];
        widths[0].1 = more;
        widths
    }

    fn segment_sum(&self, ids: &Tensor, segments: usize) -> Result<Tensor> {
        let zero = Tensor::zeros([], self.dtype())?;
        let none = self.stop_gradient().narrow(0, Some(0), Some(0))?;
        let zeros = none.pad_with(&self.row_widths(segments), &zero)?;
        zeros.scatter_add(ids, self, 0)
    }

    fn segment_mean(&self, ids: &Tensor, segments: usize) -> Result<Tensor> {
        self.dtype().require_float("segment mean")?;
        let rows = self.stop_gradient().ones_like()?.segment_sum(ids, segments)?;
        // Where there are no rows, 0/1.
        let divisor = rows.add(&rows.step()?.rsub_scalar(1.0)?)?;
        self.segment_sum(ids, segments)?.div(&divisor)
    }

    fn segment_prod(&self, ids: &Tensor, segments: usize) -> Result<Tensor> {
        let bounds = apply_many(SegmentBounds { segments }, &[ids])?;
        let (order, starts, ends) = (&bounds[0], &bounds[1], &bounds[2]);
        let sorted = self.take(order, 0)?;
        // Running products that begin again with every segment, read where each of them ends.
        let zero = Tensor::zeros([], self.dtype())?;
        let factors = sorted.scatter_update(starts, &zero, 0)?;
        let begin = sorted
            .zeros_like()?
            .scatter_update(starts, &sorted.take(starts, 0)?, 0)?;
        let running = begin.linear_recurrence(&factors, 0, false)?;
        let one = Tensor::ones([], self.dtype())?;
        running.pad_with(&self.row_widths(1), &one)?.take(ends, 0)
    }

    fn segment_extreme(&self, ids: &Tensor, segments: usize, smallest: bool) -> Result<Tensor> {
        let extreme = SegmentExtreme { segments, smallest };
        let places = apply(extreme, &[&self.stop_gradient(), ids])?;
        let none = limit(self.dtype(), smallest)?;
        self.pad_with(&self.row_widths(1), &none)?
            .take_along_axis(&places, 0)
    }
}

/// The extreme of no elements.
fn limit(dtype: DType, greatest: bool) -> Result<Tensor> {
    Ok(match (dtype, greatest) {
        (DType::F32, true) => Tensor::from(f32::MAX),
        (DType::F32, false) => Tensor::from(f32::MIN),
        (DType::F64, true) => Tensor::from(f64::MAX),
        (DType::F64, false) => Tensor::from(f64::MIN),
        (DType::I32, true) => Tensor::from(i32::MAX),
        (DType::I32, false) => Tensor::from(i32::MIN),
        (DType::I64, true) => Tensor::from(i64::MAX),
        (DType::I64, false) => Tensor::from(i64::MIN),
        (_, true) => Tensor::from(u8::MAX),
        (_, false) => Tensor::from(u8::MIN),
    })
}
