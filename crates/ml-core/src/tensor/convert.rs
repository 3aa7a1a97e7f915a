//! Tensors from Rust values and `ndarray`, and back.

use ndarray::{ArrayD, ArrayViewD, Axis, CowArray, Dimension, IxDyn, ShapeBuilder};

use super::{Array, Tensor};
#[cfg(doc)]
use crate::Error;
use crate::{Result, Shape, dtype::Element};

impl Tensor {
    /// Elements in row-major order under a shape of as many elements; the vector is not copied.
    ///
    /// # Errors
    /// [`Error::BadShape`] if the numbers of elements differ.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from_vec(vec![1, 2, 3, 4, 5, 6], [2, 3])?;
    /// assert_eq!(t.sum(&[0])?.to_vec::<i32>()?, [5, 7, 9]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_vec<T: Element>(values: Vec<T>, shape: impl Into<Shape>) -> Result<Self> {
        Array::new(values, shape).map(Self::from)
    }

    /// The values of an `ndarray`; memory that lies row by row and belongs to the array is not copied.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, ndarray::array};
    ///
    /// let t = Tensor::from_ndarray(array![[2.0, 4.0], [5.0, 6.0]]);
    /// assert_eq!(t.dtype(), DType::F64); // the array's own type is kept
    /// ```
    pub fn from_ndarray<T: Element, D: Dimension>(array: ndarray::Array<T, D>) -> Self {
        let shape = Shape::from(array.shape());
        let values = match array.is_standard_layout() {
            true => {
                let len = array.len();
                let (values, offset) = array.into_raw_vec_and_offset();
                match offset {
                    None | Some(0) if values.len() == len => values,
                    offset => values[offset.unwrap_or(0)..][..len].to_vec(),
                }
            }
            false => array.iter().cloned().collect(),
        };
        Self::from(Array::dense(values, shape))
    }

    /// The values as an `ndarray`: a view of the tensor's memory, of transposed, stepped and reversed axes, too;
    /// copied only where a broadcast repeats elements.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are of type `T`; [`Error::Graph`] while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]).transpose()?;
    /// let a = t.to_ndarray::<i32>()?;
    /// assert!(a.is_view());
    /// assert_eq!(a[[2, 1]], 6);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_ndarray<T: Element>(&self) -> Result<CowArray<'_, T, IxDyn>> {
        let array = self.array()?;
        array
            .dtype()
            .require("to_ndarray", array.dtype() == T::DTYPE, T::DTYPE.name())?;
        if let Some(view) = strided_view(array) {
            return Ok(view.into());
        }
        let owned = ArrayD::from_shape_vec(IxDyn(self.shape()), array.elements::<T>().into_owned())
            .expect("elements() has the elements of the shape");
        Ok(owned.into())
    }

    /// The values as an `ndarray` of their own; memory that nobody else holds is not copied.
    ///
    /// # Errors
    /// As [`to_ndarray`](Self::to_ndarray).
    pub fn into_ndarray<T: Element>(self) -> Result<ArrayD<T>> {
        let shape = IxDyn(self.shape());
        self.array()?
            .dtype()
            .require("into_ndarray", self.dtype() == T::DTYPE, T::DTYPE.name())?;
        let array = match self.value {
            super::Value::Array(array) => array,
            super::Value::Symbol(_) => unreachable!("array() refused a symbol above"),
        };
        Ok(
            ArrayD::from_shape_vec(shape, array.into_vec())
                .expect("into_vec() has the elements of the shape"),
        )
    }
}

/// The array as `ndarray` sees it, without copying; `None` if elements repeat.
fn strided_view<T: Element>(array: &Array) -> Option<ArrayViewD<'_, T>> {
    let (shape, block) = (array.shape(), array.block::<T>());
    if array.is_empty() || array.is_contiguous() {
        let values = array.as_slice::<T>()?;
        return ArrayViewD::from_shape(IxDyn(shape), values).ok();
    }
    // Reversed axes are lent forwards from their lowest element, and turned round again.
    let mut start = array.offset() as isize;
    let mut forwards = Vec::with_capacity(shape.rank());
    for (&length, &stride) in shape.iter().zip(array.strides()) {
        if stride < 0 {
            start += (length as isize - 1) * stride;
        }
        forwards.push(if length == 1 { 1 } else { stride.unsigned_abs() });
    }
    let lent = block.get(usize::try_from(start).ok()?..)?;
    let mut view = ArrayViewD::from_shape(IxDyn(shape).strides(IxDyn(&forwards)), lent).ok()?;
    for (axis, &stride) in array.strides().iter().enumerate() {
        if stride < 0 {
            view.invert_axis(Axis(axis));
        }
    }
    Some(view)
}

impl<T: Element> From<T> for Tensor {
    fn from(value: T) -> Self {
        Self::from(Array::scalar(value))
    }
}

impl From<&str> for Tensor {
    fn from(text: &str) -> Self {
        Self::from(super::Text::from(text))
    }
}

impl<T: Element> From<Vec<T>> for Tensor {
    fn from(values: Vec<T>) -> Self {
        let shape = Shape::from([values.len()]);
        Self::from(Array::dense(values, shape))
    }
}

impl<T: Element> From<&[T]> for Tensor {
    fn from(values: &[T]) -> Self {
        Self::from(values.to_vec())
    }
}

impl<const N: usize> From<[&str; N]> for Tensor {
    fn from(texts: [&str; N]) -> Self {
        Self::from(texts.map(super::Text::from).to_vec())
    }
}

/// Nested literals: every level an axis.
macro_rules! from_nested {
    ($($type:ty [$($size:ident),*]: $values:ident => $flat:expr;)*) => { $(
        impl<T: Element, $(const $size: usize),*> From<$type> for Tensor {
            fn from($values: $type) -> Self {
                Self::from(Array::dense($flat, Shape::from([$($size),*])))
            }
        }
    )* };
}
from_nested! {
    [T; A] [A]: values => values.to_vec();
    [[T; B]; A] [A, B]: values => values.as_flattened().to_vec();
    [[[T; C]; B]; A] [A, B, C]: values => values.as_flattened().as_flattened().to_vec();
    [[[[T; D]; C]; B]; A] [A, B, C, D]: values => values.as_flattened().as_flattened().as_flattened().to_vec();
}

impl<T: Element, D: Dimension> From<ndarray::Array<T, D>> for Tensor {
    fn from(array: ndarray::Array<T, D>) -> Self {
        Self::from_ndarray(array)
    }
}
