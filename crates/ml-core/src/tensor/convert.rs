//! Tensors from Rust values and `ndarray`, and back.

use ndarray::{ArrayD, ArrayViewD, CowArray, Dimension, IxDyn};

use super::{Array, Tensor};
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

    /// The values as an `ndarray`: borrowed where they lie row by row, copied where not.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are of type `T`; [`Error::Graph`] while tracing.
    pub fn to_ndarray<T: Element>(&self) -> Result<CowArray<'_, T, IxDyn>> {
        let array = self.array()?;
        let shape = IxDyn(self.shape());
        match array.values::<T>()? {
            std::borrow::Cow::Borrowed(values) => {
                let view =
                    ArrayViewD::from_shape(shape, values).expect("values() has the elements of the shape");
                Ok(view.into())
            }
            std::borrow::Cow::Owned(values) => {
                let owned =
                    ArrayD::from_shape_vec(shape, values).expect("values() has the elements of the shape");
                Ok(owned.into())
            }
        }
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
            super::Value::Array(array) => std::sync::Arc::unwrap_or_clone(array),
            super::Value::Symbol(_) => unreachable!("array() refused a symbol above"),
        };
        Ok(
            ArrayD::from_shape_vec(shape, array.into_vec())
                .expect("into_vec() has the elements of the shape"),
        )
    }
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
