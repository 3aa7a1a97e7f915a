//! The tensor itself.

use std::sync::Arc;

use super::Array;
use crate::{DType, Error, Result, Shape, autodiff::Origin, dtype::Element, graph, graph::Symbol, ops::Spec};

/// An immutable array of any rank and element type (book section 12.2).
///
/// Cloning costs two reference counts. Operations are methods that return `Result`; the operators
/// `+ - * /` do the same and panic with the text of the error. Nothing converts between element types on
/// its own. A tensor that a [`Tape`](crate::autodiff::Tape) watches, and everything computed from it,
/// remembers how it was made, so that gradients can be taken; inside a traced
/// [`Function`](crate::graph::Function) a tensor is a symbol without values.
///
/// # Examples
/// ```
/// use ml_core::{DType, Tensor};
///
/// let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(t.shape().to_vec(), [2, 3]);
/// assert_eq!(t.dtype(), DType::F32);
/// assert_eq!(t.square()?.sum_all()?.item::<f32>()?, 91.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor {
    pub(crate) value: Value,
    /// How it was computed, if a tape follows it.
    pub(crate) origin: Option<Origin>,
}

/// What a tensor holds.
#[derive(Clone)]
pub(crate) enum Value {
    /// Elements in memory.
    Array(Array),
    /// The place of a future value in a graph under construction.
    Symbol(Arc<Symbol>),
}

impl Tensor {
    /// Number and lengths of the axes.
    #[inline]
    pub fn shape(&self) -> &Shape {
        match &self.value {
            Value::Array(array) => array.shape(),
            Value::Symbol(symbol) => &symbol.spec.shape,
        }
    }

    /// Element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        match &self.value {
            Value::Array(array) => array.dtype(),
            Value::Symbol(symbol) => symbol.spec.dtype,
        }
    }

    /// Element type and shape together.
    pub fn spec(&self) -> Spec {
        Spec {
            dtype: self.dtype(),
            shape: self.shape().clone(),
        }
    }

    /// Number of axes; 0 for a scalar.
    pub fn rank(&self) -> usize {
        self.shape().rank()
    }

    /// Number of elements. A function is not traced with a length unknown that its closure asks for here.
    pub fn len(&self) -> usize {
        if let Value::Symbol(symbol) = &self.value {
            symbol.need_lengths();
        }
        self.shape().len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.shape().is_empty()
    }

    /// Whether it stands for a future value, inside a function that is being traced.
    pub fn is_symbolic(&self) -> bool {
        matches!(self.value, Value::Symbol(_))
    }

    /// The values, for primitives and readers.
    ///
    /// # Errors
    /// [`Error::Graph`] while tracing: a symbol has no values yet.
    pub fn array(&self) -> Result<&Array> {
        match &self.value {
            Value::Array(array) => Ok(array),
            Value::Symbol(symbol) => Err(Error::Graph {
                function: symbol.trace.name().to_owned(),
                problem: format!(
                    "the value of {} is asked for while the function is traced",
                    symbol.name()
                ),
                remedy: "values exist only when the graph runs: use tensor operations, or read them outside",
            }),
        }
    }

    /// All elements in row-major order.
    ///
    /// # Errors
    /// [`Error::DType`] unless they are of type `T`; [`Error::Graph`] while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]).transpose()?;
    /// assert_eq!(t.to_vec::<i32>()?, [1, 3, 2, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        Ok(self.array()?.values()?.into_owned())
    }

    /// The only element of a tensor with one.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless there is exactly one element; otherwise as [`to_vec`](Self::to_vec).
    pub fn item<T: Element>(&self) -> Result<T> {
        let array = self.array()?;
        if array.len() != 1 {
            return Err(Error::BadShape {
                op: "item",
                shape: self.shape().to_vec(),
                rule: "exactly one element is needed; index or reduce the tensor first".to_owned(),
            });
        }
        Ok(array.values::<T>()?[0].clone())
    }

    /// This value as a constant: no gradient flows back through it (book section 12.3.8).
    #[must_use]
    pub fn stop_gradient(&self) -> Self {
        Self {
            value: self.value.clone(),
            origin: None,
        }
    }

    /// Whether both are clones of one tensor, not two with equal elements.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert!(x.same(&x.clone()) && !x.same(&Tensor::from([1.0, 2.0])));
    /// ```
    pub fn same(&self, other: &Self) -> bool {
        graph::same(self, other)
    }

    /// Whether a tape follows this tensor.
    pub fn is_tracked(&self) -> bool {
        self.origin.is_some()
    }
}

impl From<Array> for Tensor {
    #[inline]
    fn from(array: Array) -> Self {
        Self {
            value: Value::Array(array),
            origin: None,
        }
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Self {
        tensor.clone()
    }
}
