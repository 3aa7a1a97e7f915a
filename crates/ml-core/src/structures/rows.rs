//! Rows at positions known beforehand: picked, put back by sums, joined. Each is the transpose of another, so
//! gradients of any order flow.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    DType, Error, Result, Shape, Tensor,
    dtype::Element,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one, same_dtype},
    shape::Strides,
    tensor::{Array, for_dtype},
};

/// Row `i` of the output is row `positions[i]` of the input, which has `rows`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PickRows {
    positions: Arc<[usize]>,
    rows: usize,
}

/// Row `positions[i]` of the output, which has `rows`, is the sum of such rows `i` of the input; others are 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PlaceRows {
    positions: Arc<[usize]>,
    rows: usize,
}

/// The rows of all inputs one after another; input `i` has `lengths[i]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct JoinRows {
    lengths: Vec<usize>,
}

/// What follows the first axis, whose length must be `rows`.
fn inner(op: &'static str, shape: &Shape, rows: usize) -> Result<Shape> {
    match shape.split_first() {
        Some((&first, inner)) if first == rows || first == Shape::UNKNOWN => Ok(Shape::from(inner)),
        _ => Err(Error::BadShape {
            op,
            shape: shape.to_vec(),
            rule: format!("its first axis must have length {rows}"),
        }),
    }
}

fn with_rows(rows: usize, inner: &Shape) -> Shape {
    let mut shape = inner.clone();
    shape.insert(0, rows);
    shape
}

fn check_positions(op: &'static str, positions: &[usize], rows: usize) -> Result<()> {
    match positions.iter().find(|&&position| position >= rows) {
        None => Ok(()),
        Some(&position) => Err(Error::Index {
            op,
            index: position as i64,
            axis: 0,
            length: rows,
        }),
    }
}

/// Maps the only gradient or tangent there is.
fn linear(gradients: &[Option<Tensor>], f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Gradients> {
    Ok(Gradients::from_elem(gradients[0].as_ref().map(f).transpose()?, 1))
}

#[typetag::serde(name = "pick_rows")]
impl Primitive for PickRows {
    fn name(&self) -> &'static str {
        "pick_rows"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let inner = inner(self.name(), &inputs[0].shape, self.rows)?;
        Ok(one(inputs[0].dtype, with_rows(self.positions.len(), &inner)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let inner = inner(self.name(), x.shape(), self.rows)?;
        check_positions(self.name(), &self.positions, self.rows)?;
        let (shape, width) = (with_rows(self.positions.len(), &inner), inner.len());
        shape.checked_len(self.name())?;
        let first = self.positions.first().copied().unwrap_or(0);
        if self.positions.windows(2).all(|pair| pair[1] == pair[0] + 1) {
            // Rows in a run are a view of the same memory.
            let start = x.offset() as isize + first as isize * x.strides()[0];
            let offset = if shape.is_empty() {
                x.offset()
            } else {
                start as usize
            };
            return Ok(Arrays::from_elem(
                x.view(shape, Strides::from_slice(x.strides()), offset),
                1,
            ));
        }
        Ok(for_dtype!(x.dtype(), T => {
            let values = x.elements::<T>();
            let row = |&position: &usize| values[position * width..][..width].iter().cloned();
            let picked: Vec<T> = self.positions.iter().flat_map(row).collect();
            Arrays::from_elem(Array::dense(picked, shape), 1)
        }))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        linear(gradients, |d| place(d, Arc::clone(&self.positions), self.rows))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        linear(tangents, |d| apply(self.clone(), &[d]))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl PlaceRows {
    fn sum<T: Element + Copy>(&self, x: &Array, shape: Shape, plus: impl Fn(T, T) -> T) -> Array {
        let width = shape[1..].iter().product::<usize>();
        let mut out = vec![T::default(); shape.len()];
        if width > 0 {
            let values = x.elements::<T>();
            for (row, &position) in values.chunks_exact(width).zip(self.positions.iter()) {
                for (sum, &value) in out[position * width..][..width].iter_mut().zip(row) {
                    *sum = plus(*sum, value);
                }
            }
        }
        Array::dense(out, shape)
    }
}

fn require_number(op: &'static str, dtype: DType) -> Result<()> {
    let valid = dtype.is_float() || dtype.is_integer();
    dtype.require(op, valid, "f32, f64 or an integer type")
}

#[typetag::serde(name = "place_rows")]
impl Primitive for PlaceRows {
    fn name(&self) -> &'static str {
        "place_rows"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_number(self.name(), inputs[0].dtype)?;
        let inner = inner(self.name(), &inputs[0].shape, self.positions.len())?;
        Ok(one(inputs[0].dtype, with_rows(self.rows, &inner)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        require_number(self.name(), x.dtype())?;
        let inner = inner(self.name(), x.shape(), self.positions.len())?;
        check_positions(self.name(), &self.positions, self.rows)?;
        let shape = with_rows(self.rows, &inner);
        shape.checked_len(self.name())?;
        let placed = match x.dtype() {
            DType::F32 => self.sum(x, shape, |a: f32, b| a + b),
            DType::F64 => self.sum(x, shape, |a: f64, b| a + b),
            DType::I32 => self.sum(x, shape, i32::wrapping_add),
            DType::I64 => self.sum(x, shape, i64::wrapping_add),
            _ => self.sum(x, shape, u8::wrapping_add),
        };
        Ok(Arrays::from_elem(placed, 1))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        linear(gradients, |d| pick(d, self.rows, Arc::clone(&self.positions)))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        linear(tangents, |d| apply(self.clone(), &[d]))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

#[typetag::serde(name = "join_rows")]
impl Primitive for JoinRows {
    fn name(&self) -> &'static str {
        "join_rows"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        self.lengths.len()..=self.lengths.len()
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        if inputs.is_empty() || inputs.len() != self.lengths.len() {
            return Err(Error::Empty {
                op: self.name(),
                what: "the list of tensors".to_owned(),
                least: "1 tensor",
            });
        }
        let mut joined = inner(self.name(), &inputs[0].shape, self.lengths[0])?;
        for (input, &length) in inputs.iter().zip(&self.lengths) {
            same_dtype(self.name(), inputs[0].dtype, input.dtype)?;
            let own = inner(self.name(), &input.shape, length)?;
            if !own.matches(&joined) {
                return Err(Error::Shape {
                    op: self.name(),
                    left: inputs[0].shape.to_vec(),
                    right: input.shape.to_vec(),
                    rule: "all axes but the first must have the same lengths",
                });
            }
            if own.is_known() {
                joined = own;
            }
        }
        let rows = self
            .lengths
            .iter()
            .try_fold(0, |sum: usize, &n| sum.checked_add(n));
        let rows = rows.ok_or_else(|| Error::Size {
            op: self.name(),
            shape: self.lengths.clone(),
        })?;
        Ok(one(inputs[0].dtype, with_rows(rows, &joined)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let specs: Vec<Spec> = inputs.iter().map(|x| Spec::new(x.dtype(), x.shape())).collect();
        let shape = self.infer(&specs)?.remove(0).shape;
        shape.checked_len(self.name())?;
        Ok(for_dtype!(inputs[0].dtype(), T => {
            let mut joined: Vec<T> = Vec::with_capacity(shape.len());
            for x in inputs {
                joined.extend_from_slice(&x.elements::<T>());
            }
            Arrays::from_elem(Array::dense(joined, shape), 1)
        }))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (mut end, rows) = (0, self.lengths.iter().sum());
        let parts = self.lengths.iter().zip(call.wanted).map(|(&length, &wanted)| {
            end += length;
            let part = |d: &Tensor| pick(d, rows, (end - length..end).collect::<Vec<_>>());
            gradients[0].as_ref().filter(|_| wanted).map(part).transpose()
        });
        parts.collect()
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let parts: Vec<Tensor> = call
            .inputs
            .iter()
            .zip(tangents)
            .map(|(x, tangent)| tangent.clone().map_or_else(|| x.zeros_like(), Ok))
            .collect::<Result<_>>()?;
        let parts: Vec<&Tensor> = parts.iter().collect();
        Ok(Gradients::from_elem(Some(apply(self.clone(), &parts)?), 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// Rows `positions` of `x`, which has `rows` of them, in that order.
pub(crate) fn pick(x: &Tensor, rows: usize, positions: impl Into<Arc<[usize]>>) -> Result<Tensor> {
    let positions = positions.into();
    apply(PickRows { positions, rows }, &[x])
}

/// `rows` rows of zeros, to which row `i` of `x` is added at `positions[i]`.
pub(crate) fn place(x: &Tensor, positions: impl Into<Arc<[usize]>>, rows: usize) -> Result<Tensor> {
    let positions = positions.into();
    apply(PlaceRows { positions, rows }, &[x])
}

/// The rows of all of `parts`, each with the number of its rows, one after another.
pub(crate) fn join(parts: &[(&Tensor, usize)]) -> Result<Tensor> {
    let (tensors, lengths): (Vec<&Tensor>, Vec<usize>) = parts.iter().copied().unzip();
    apply(JoinRows { lengths }, &tensors)
}

/// Row `row` of `x`, without the first axis.
pub(crate) fn row(x: &Tensor, rows: usize, row: usize) -> Result<Tensor> {
    pick(x, rows, vec![row])?.squeeze(&[0])
}

/// `tensors`, all of one shape, along a new first axis.
pub(crate) fn stack<'t>(tensors: impl IntoIterator<Item = &'t Tensor>) -> Result<Tensor> {
    let rows = tensors
        .into_iter()
        .map(|tensor| tensor.expand_dims(0))
        .collect::<Result<Vec<_>>>()?;
    join(&rows.iter().map(|row| (row, 1)).collect::<Vec<_>>())
}
