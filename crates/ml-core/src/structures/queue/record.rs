//! Records: what their components must be, and how they become batches.

use super::Record;
use crate::{
    DType, Error, Result, Shape, Tensor,
    dtype::Element,
    ops::{Spec, same_dtype},
    structures::rows,
    tensor::{Array, for_dtype},
};

/// What one component of every record must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    dtype: DType,
    /// Any shape without one; batches need it.
    shape: Option<Shape>,
}

impl Component {
    /// This element type and, if given, shape.
    pub fn new(dtype: DType, shape: Option<Shape>) -> Self {
        Self { dtype, shape }
    }
}

impl From<DType> for Component {
    fn from(dtype: DType) -> Self {
        Self::new(dtype, None)
    }
}

impl From<Spec> for Component {
    fn from(spec: Spec) -> Self {
        Self::new(spec.dtype, Some(spec.shape))
    }
}

/// Components whose shapes are wholly known, where given.
pub(super) fn fixed(components: impl IntoIterator<Item = impl Into<Component>>) -> Result<Vec<Component>> {
    let components = some(components)?;
    let unknown = components
        .iter()
        .filter_map(|component| component.shape.as_ref())
        .find(|s| !s.is_known());
    match unknown {
        None => Ok(components),
        Some(shape) => Err(Error::BadShape {
            op: "queue",
            shape: shape.to_vec(),
            rule: "only Queue::padding_fifo takes axes of unknown length".to_owned(),
        }),
    }
}

/// Components that all have a shape.
pub(super) fn padded(components: impl IntoIterator<Item = impl Into<Component>>) -> Result<Vec<Component>> {
    let components = some(components)?;
    match components.iter().position(|component| component.shape.is_none()) {
        None => Ok(components),
        Some(at) => Err(Error::Parameter {
            name: format!("padding fifo queue: component {at}"),
            value: components[at].dtype.to_string(),
            domain: "given with a shape, whose axes may be Shape::UNKNOWN".to_owned(),
        }),
    }
}

fn some(components: impl IntoIterator<Item = impl Into<Component>>) -> Result<Vec<Component>> {
    let components: Vec<Component> = components.into_iter().map(Into::into).collect();
    if components.is_empty() {
        return Err(Error::Empty {
            op: "queue",
            what: "the list of components".to_owned(),
            least: "1 component",
        });
    }
    Ok(components)
}

/// The values of a record, if it consists of these components.
pub(super) fn admit(op: &'static str, record: &[Tensor], components: &[Component]) -> Result<Record> {
    if record.len() != components.len() {
        return Err(Error::Length {
            op,
            left_name: "the queue's list of components",
            left: components.len(),
            right_name: "the record",
            right: record.len(),
        });
    }
    let admitted = record.iter().zip(components).map(|(tensor, component)| {
        same_dtype(op, component.dtype, tensor.dtype())?;
        tensor.array()?;
        match &component.shape {
            Some(shape) if !shape.matches(tensor.shape()) => Err(Error::Shape {
                op,
                left: shape.to_vec(),
                right: tensor.shape().to_vec(),
                rule: "the component must have the shape that the queue was made for",
            }),
            _ => Ok(tensor.stop_gradient()),
        }
    });
    admitted.collect()
}

/// The records whose components lie along the first axes of `batch`.
pub(super) fn split(op: &'static str, batch: &[Tensor]) -> Result<Vec<Record>> {
    let n = batch
        .first()
        .and_then(|tensor| tensor.shape().first().copied())
        .unwrap_or(0);
    if let Some(other) = batch.iter().find(|tensor| tensor.shape().first() != Some(&n)) {
        return Err(Error::BadShape {
            op,
            shape: other.shape().to_vec(),
            rule: format!("every component needs the same first axis, {n} records"),
        });
    }
    let record = |row: usize| batch.iter().map(|tensor| rows::row(tensor, n, row)).collect();
    for tensor in batch {
        tensor.array()?;
    }
    (0..n).map(record).collect()
}

/// Records to be stacked, with components whose shapes are given.
pub(super) struct Batch<'q> {
    shapes: Vec<&'q Shape>,
}

impl<'q> Batch<'q> {
    pub(super) fn of(op: &'static str, components: &'q [Component]) -> Result<Self> {
        let shapes = components.iter().enumerate().map(|(at, component)| {
            component.shape.as_ref().ok_or_else(|| Error::Parameter {
                name: format!("{op}: component {at} of the queue"),
                value: component.dtype.to_string(),
                domain: "made with a shape, Spec::new(dtype, shape): records of any shape do not stack"
                    .to_owned(),
            })
        });
        Ok(Self {
            shapes: shapes.collect::<Result<_>>()?,
        })
    }

    /// A tensor a component, with the records along its first axis.
    pub(super) fn stack(&self, records: &[Record]) -> Result<Record> {
        let component = |at: usize| -> Result<Tensor> {
            let tensors = records.iter().map(|record| &record[at]);
            if self.shapes[at].is_known() {
                return rows::stack(tensors);
            }
            let longest = |axis: usize| tensors.clone().map(|t| t.shape()[axis]).max().unwrap_or(0);
            let shape: Shape = (0..self.shapes[at].rank()).map(longest).collect();
            let padded = tensors
                .clone()
                .map(|tensor| pad(tensor, &shape))
                .collect::<Result<Vec<_>>>()?;
            rows::stack(&padded)
        };
        (0..self.shapes.len()).map(component).collect()
    }
}

/// The tensor, followed along every axis by zeros up to `shape`.
fn pad(tensor: &Tensor, shape: &Shape) -> Result<Tensor> {
    if tensor.shape() == shape {
        return Ok(tensor.clone());
    }
    let (array, len) = (tensor.array()?, shape.checked_len("dequeue_many")?);
    Ok(
        for_dtype!(array.dtype(), T => Tensor::from(Array::dense(padded_values::<T>(array, shape, len), shape.clone()))),
    )
}

fn padded_values<T: Element>(array: &Array, shape: &Shape, len: usize) -> Vec<T> {
    let mut out = vec![T::default(); len];
    for (at, value) in array.elements::<T>().iter().enumerate() {
        let (mut rest, mut position, mut step) = (at, 0, 1);
        for axis in (0..shape.rank()).rev() {
            position += rest % array.shape()[axis] * step;
            rest /= array.shape()[axis];
            step *= shape[axis];
        }
        out[position] = value.clone();
    }
    out
}
