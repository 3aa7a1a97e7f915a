//! Sums, means and extremes of every row.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{RaggedTensor, last, lengths};
use crate::{
    DType, Error, Result, Shape, Tensor,
    dtype::Element,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    structures::rows,
    tensor::Array,
};

impl RaggedTensor {
    /// Sum of every row, over all its ragged axes: `[rows, inner, ...]`. Of an empty row, 0.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1, 2], vec![], vec![3]]);
    /// assert_eq!(r.sum_rows()?.to_vec::<i32>()?, [3, 0, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sum_rows(&self) -> Result<Tensor> {
        let splits = self.flat_splits();
        let rows_of_values = lengths(&splits).enumerate();
        let positions: Vec<usize> = rows_of_values
            .flat_map(|(row, length)| std::iter::repeat_n(row, length))
            .collect();
        rows::place(&self.values, positions, self.n_rows())
    }

    /// Mean of every row, over all its ragged axes: `[rows, inner, ...]`. Of an empty row, NaN.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1.0, 2.0], vec![3.0]]);
    /// assert_eq!(r.mean_rows()?.to_vec::<f64>()?, [1.5, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn mean_rows(&self) -> Result<Tensor> {
        self.dtype().require_float("ragged mean_rows")?;
        let counts: Vec<f64> = lengths(&self.flat_splits()).map(|length| length as f64).collect();
        let mut column = vec![1; self.values.rank()];
        column[0] = self.n_rows() as i64;
        self.sum_rows()?
            .div(&Tensor::from(counts).cast(self.dtype())?.reshape(&column)?)
    }

    /// Largest element of every row, over all its ragged axes: `[rows, inner, ...]`; NaN if there is one. The
    /// gradient goes to the first of equals.
    ///
    /// # Errors
    /// [`Error::Empty`] for a row without elements, [`Error::DType`] unless they are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1, 5, 2], vec![3]]);
    /// assert_eq!(r.max_rows()?.to_vec::<i32>()?, [5, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn max_rows(&self) -> Result<Tensor> {
        self.best(true)
    }

    /// Smallest element of every row; otherwise as [`max_rows`](Self::max_rows).
    ///
    /// # Errors
    /// As [`max_rows`](Self::max_rows).
    pub fn min_rows(&self) -> Result<Tensor> {
        self.best(false)
    }

    fn best(&self, largest: bool) -> Result<Tensor> {
        let choice = Choice {
            splits: self.flat_splits(),
            largest,
        };
        apply(BestOfRows(choice), &[&self.values.stop_gradient(), &self.values])
    }

    /// Where the values of every row start, whatever is between.
    fn flat_splits(&self) -> Arc<[usize]> {
        let (outer, deeper) = (&self.splits[0], &self.splits[1..]);
        let down = |&split: &usize| deeper.iter().fold(split, |split, level| level[split]);
        outer.iter().map(down).collect()
    }
}

/// Which value of a row is the best: by the first operand, the keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Choice {
    splits: Arc<[usize]>,
    largest: bool,
}

/// The elements of the second operand where those of the first are the best of their row.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct BestOfRows(Choice);

/// Its transpose: zeros, but for the second operand's elements where the keys are the best of their row.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PlaceBest(Choice);

impl Choice {
    /// The shapes of the values and of the rows, from that of the keys.
    fn shapes(&self, keys: &Spec) -> Result<[Shape; 2]> {
        const OP: &str = "ragged max_rows";
        let valid = keys.dtype.is_float() || keys.dtype.is_integer();
        keys.dtype.require(OP, valid, "f32, f64 or an integer type")?;
        if let Some(row) = lengths(&self.splits).position(|length| length == 0) {
            return Err(Error::Empty {
                op: OP,
                what: format!("row {row}"),
                least: "1 element",
            });
        }
        let (Some(n_rows), total) = (self.splits.len().checked_sub(1), last(&self.splits)) else {
            return Err(Error::Empty {
                op: OP,
                what: "the list of row splits".to_owned(),
                least: "1 split",
            });
        };
        let (mut values, mut rows) = (keys.shape.clone(), keys.shape.clone());
        match values.first_mut() {
            Some(first) if *first == total || *first == Shape::UNKNOWN => *first = total,
            _ => {
                return Err(Error::BadShape {
                    op: OP,
                    shape: keys.shape.to_vec(),
                    rule: format!("its first axis must have length {total}"),
                });
            }
        }
        rows[0] = n_rows;
        Ok([values, rows])
    }

    fn positions(&self, keys: &Array, width: usize) -> Vec<usize> {
        fn of<T: Element + PartialOrd>(choice: &Choice, keys: &Array, width: usize) -> Vec<usize> {
            let keys = keys.elements::<T>();
            #[allow(clippy::eq_op)] // Only NaN differs from itself, and it beats every number.
            let beats = |a: &T, b: &T| (if choice.largest { a > b } else { a < b }) || (a != a && b == b);
            let rows = choice.splits.windows(2);
            rows.flat_map(|row| (0..width).map(move |column| (row[0], row[1], column)))
                .map(|(start, end, column)| {
                    (start..end).map(|value| value * width + column).fold(
                        start * width + column,
                        |best, next| {
                            if beats(&keys[next], &keys[best]) {
                                next
                            } else {
                                best
                            }
                        },
                    )
                })
                .collect()
        }
        match keys.dtype() {
            DType::F32 => of::<f32>(self, keys, width),
            DType::F64 => of::<f64>(self, keys, width),
            DType::I32 => of::<i32>(self, keys, width),
            DType::I64 => of::<i64>(self, keys, width),
            _ => of::<u8>(self, keys, width),
        }
    }

    /// Runs one of the two on arrays of `T`, the dtype of the second operand.
    fn run<T: Element>(&self, inputs: &[&Array], place: bool) -> Result<Arrays> {
        let [values, rows] = self.shapes(&Spec::new(inputs[0].dtype(), inputs[0].shape()))?;
        let [from, to] = if place { [rows, values] } else { [values, rows] };
        if *inputs[1].shape() != from {
            return Err(Error::Shape {
                op: "ragged max_rows",
                left: inputs[1].shape().to_vec(),
                right: from.to_vec(),
                rule: "these must be equal",
            });
        }
        let source = inputs[1].elements::<T>();
        let positions = self.positions(inputs[0], to[1..].iter().product());
        if !place {
            let chosen = positions
                .iter()
                .map(|&position| source[position].clone())
                .collect();
            return Ok(Arrays::from_elem(Array::dense(chosen, to), 1));
        }
        let mut placed = vec![T::default(); to.len()];
        for (position, value) in positions.into_iter().zip(source.iter()) {
            placed[position] = value.clone();
        }
        Ok(Arrays::from_elem(Array::dense(placed, to), 1))
    }
}

/// Both are linear in the second operand and piecewise constant in the first.
macro_rules! choice {
    ($op:ident, $name:literal, $place:literal, $transposed:ident) => {
        #[typetag::serde(name = $name)]
        impl Primitive for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn arity(&self) -> RangeInclusive<usize> {
                2..=2
            }

            fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
                let [values, rows] = self.0.shapes(&inputs[0])?;
                Ok(one(inputs[1].dtype, if $place { values } else { rows }))
            }

            fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
                crate::tensor::for_dtype!(inputs[1].dtype(), T => self.0.run::<T>(inputs, $place))
            }

            fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
                let back = |d: &Tensor| apply($transposed(self.0.clone()), &[&call.inputs[0], d]);
                Ok([None, gradients[0].as_ref().map(back).transpose()?].into())
            }

            fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
                let on = |d: &Tensor| apply(self.clone(), &[&call.inputs[0], d]);
                Ok(Gradients::from_elem(tangents[1].as_ref().map(on).transpose()?, 1))
            }

            fn saves(&self) -> Saves {
                Saves::INPUTS
            }
        }
    };
}
choice!(BestOfRows, "best_of_rows", false, PlaceBest);
choice!(PlaceBest, "place_best_of_rows", true, BestOfRows);
