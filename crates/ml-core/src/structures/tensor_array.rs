//! Lists of tensors.

use crate::{DType, Error, Result, Shape, Tensor, ops::same_dtype, structures::rows};

/// A list of tensors of one element type and shape, written and read at any position: what a loop collects,
/// step by step, before statistics are taken of it (book appendix F.4).
///
/// The first element written decides the shape of all. Writing consumes the list and returns it, so that the
/// result cannot be ignored. Reading takes the element out and leaves zeros in its place, unless
/// [`keep_read`](Self::keep_read) is asked for. Positions never written count as zeros, too. Gradients flow
/// through everything.
///
/// # Examples
/// ```
/// use ml_core::{DType, Tensor, structures::TensorArray};
///
/// let mut array = TensorArray::new(DType::F64, 3);
/// for (i, row) in [[1.0, 2.0], [3.0, 10.0], [5.0, 7.0]].into_iter().enumerate() {
///     array = array.write(i, &Tensor::from(row))?;
/// }
/// assert_eq!(array.read(1)?.to_vec::<f64>()?, [3.0, 10.0]);
/// assert_eq!(array.stack()?.to_vec::<f64>()?, [1.0, 2.0, 0.0, 0.0, 5.0, 7.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a list that is written to is returned: assign it back"]
pub struct TensorArray {
    dtype: DType,
    /// Known since the first element was written.
    shape: Option<Shape>,
    elements: Vec<Option<Tensor>>,
    dynamic: bool,
    keep_read: bool,
}

impl TensorArray {
    /// `size` elements of this type, none written yet.
    pub fn new(dtype: DType, size: usize) -> Self {
        Self {
            dtype,
            shape: None,
            elements: vec![None; size],
            dynamic: false,
            keep_read: false,
        }
    }

    /// Whether writing beyond the end makes the list longer; false unless set. A size that is known should be
    /// given: growing costs time.
    pub fn dynamic_size(mut self, dynamic: bool) -> Self {
        self.dynamic = dynamic;
        self
    }

    /// Whether an element stays when it is read; false unless set.
    pub fn keep_read(mut self, keep: bool) -> Self {
        self.keep_read = keep;
        self
    }

    /// The shape that every element must have, before the first is written.
    ///
    /// # Errors
    /// [`Error::Shape`] if one of another shape was written already.
    pub fn element_shape(mut self, shape: impl Into<Shape>) -> Result<Self> {
        let shape = shape.into();
        self.admit("TensorArray element_shape", &shape)?;
        self.shape = Some(shape);
        Ok(self)
    }

    /// Every slice of `tensor` along its first axis.
    ///
    /// # Errors
    /// [`Error::BadShape`] for a scalar, or a first axis of unknown length.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::TensorArray};
    ///
    /// let mut array = TensorArray::unstack(&Tensor::from([[1, 2], [3, 4]]))?;
    /// assert_eq!((array.len(), array.read(1)?.to_vec::<i32>()?), (2, vec![3, 4]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn unstack(tensor: &Tensor) -> Result<Self> {
        let n = first_axis("TensorArray unstack", tensor)?;
        let elements = (0..n)
            .map(|row| rows::row(tensor, n, row).map(Some))
            .collect::<Result<_>>()?;
        Ok(Self {
            elements,
            shape: Some(Shape::from(&tensor.shape()[1..])),
            ..Self::new(tensor.dtype(), 0)
        })
    }

    /// The list with `tensor` at position `index`.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`] for another element type, [`Error::Shape`] for another shape than the first
    /// element's, [`Error::Index`] beyond the end unless the size is dynamic, [`Error::Size`] far beyond it.
    #[must_use = "the list is returned: assign it back"]
    pub fn write(mut self, index: usize, tensor: &Tensor) -> Result<Self> {
        const OP: &str = "TensorArray write";
        /// A position so far beyond the end is a mistake, not a growing list.
        const MOST: usize = 1 << 24;
        same_dtype(OP, self.dtype, tensor.dtype())?;
        self.admit(OP, tensor.shape())?;
        if index >= self.elements.len() {
            if !self.dynamic {
                return Err(self.out_of_range(OP, index));
            }
            if index >= MOST {
                return Err(Error::Size {
                    op: OP,
                    shape: vec![index],
                });
            }
            self.elements.resize(index + 1, None);
        }
        self.shape.get_or_insert_with(|| tensor.shape().clone());
        self.elements[index] = Some(tensor.clone());
        Ok(self)
    }

    /// Takes the element at `index` out: zeros take its place, unless reading keeps.
    ///
    /// # Errors
    /// [`Error::Index`] beyond the end, [`Error::Empty`] if nothing was written and no shape is known.
    pub fn read(&mut self, index: usize) -> Result<Tensor> {
        let element = self.peek("TensorArray read", index)?;
        if !self.keep_read {
            self.elements[index] = None;
        }
        Ok(element)
    }

    /// All elements along a new first axis: `[len, ...]`.
    ///
    /// # Errors
    /// [`Error::Empty`] without elements or before the first is written.
    pub fn stack(&self) -> Result<Tensor> {
        self.gather(&(0..self.len()).collect::<Vec<_>>())
    }

    /// The elements at these positions along a new first axis.
    ///
    /// # Errors
    /// As [`stack`](Self::stack); [`Error::Index`] beyond the end.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::TensorArray};
    ///
    /// let array = TensorArray::unstack(&Tensor::from([10, 20, 30]))?;
    /// assert_eq!(array.gather(&[2, 0])?.to_vec::<i32>()?, [30, 10]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gather(&self, indices: &[usize]) -> Result<Tensor> {
        const OP: &str = "TensorArray stack";
        let elements = indices
            .iter()
            .map(|&index| self.peek(OP, index))
            .collect::<Result<Vec<_>>>()?;
        match (&self.shape, elements.is_empty()) {
            (Some(shape), true) if shape.is_known() => {
                let mut shape = shape.clone();
                shape.insert(0, 0);
                Tensor::zeros(shape, self.dtype)
            }
            (_, true) => Err(self.unwritten(OP)),
            _ => rows::stack(&elements),
        }
    }

    /// The list with slice `i` of `tensor` written at position `indices[i]`.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`Error::Length`] unless there are as many slices as indices.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, structures::TensorArray};
    ///
    /// let array = TensorArray::new(DType::I32, 3).scatter(&[2, 0], &Tensor::from([7, 8]))?;
    /// assert_eq!(array.stack()?.to_vec::<i32>()?, [8, 0, 7]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    #[must_use = "the list is returned: assign it back"]
    pub fn scatter(mut self, indices: &[usize], tensor: &Tensor) -> Result<Self> {
        const OP: &str = "TensorArray scatter";
        let n = first_axis(OP, tensor)?;
        if n != indices.len() {
            return Err(Error::Length {
                op: OP,
                left_name: "the list of indices",
                left: indices.len(),
                right_name: "the tensor",
                right: n,
            });
        }
        for (row, &index) in indices.iter().enumerate() {
            self = self.write(index, &rows::row(tensor, n, row)?)?;
        }
        Ok(self)
    }

    /// All elements joined along their first axis.
    ///
    /// # Errors
    /// As [`stack`](Self::stack); [`Error::BadShape`] if the elements are scalars.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::TensorArray};
    ///
    /// let array = TensorArray::unstack(&Tensor::from([[1, 2], [3, 4]]))?;
    /// assert_eq!(array.concat()?.to_vec::<i32>()?, [1, 2, 3, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn concat(&self) -> Result<Tensor> {
        const OP: &str = "TensorArray concat";
        let elements = (0..self.len()).map(|index| self.peek(OP, index));
        let elements = elements.collect::<Result<Vec<_>>>()?;
        if elements.is_empty() {
            return Err(self.unwritten(OP));
        }
        let parts = elements
            .iter()
            .map(|element| Ok((element, first_axis(OP, element)?)));
        rows::join(&parts.collect::<Result<Vec<_>>>()?)
    }

    /// Number of elements, written or not.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The shape of every element, once one was written.
    pub fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }

    /// The element at `index`, or zeros.
    fn peek(&self, op: &'static str, index: usize) -> Result<Tensor> {
        let element = self
            .elements
            .get(index)
            .ok_or_else(|| self.out_of_range(op, index))?;
        match (element, self.elements.iter().flatten().next(), &self.shape) {
            (Some(element), ..) => Ok(element.clone()),
            (None, _, Some(shape)) if shape.is_known() => Tensor::zeros(shape, self.dtype),
            (None, Some(other), _) => other.stop_gradient().zeros_like(),
            (None, None, _) => Err(self.unwritten(op)),
        }
    }

    fn admit(&self, op: &'static str, shape: &Shape) -> Result<()> {
        match &self.shape {
            Some(first) if !first.matches(shape) => Err(Error::Shape {
                op,
                left: first.to_vec(),
                right: shape.to_vec(),
                rule: "all elements have the shape of the first one written",
            }),
            _ => Ok(()),
        }
    }

    fn unwritten(&self, op: &'static str) -> Error {
        Error::Empty {
            op,
            what: format!("the list of {} elements, none of them written,", self.len()),
            least: "1 element written, or element_shape(...) given, is",
        }
    }

    fn out_of_range(&self, op: &'static str, index: usize) -> Error {
        Error::Index {
            op,
            index: i64::try_from(index).unwrap_or(i64::MAX),
            axis: 0,
            length: self.len(),
        }
    }
}

fn first_axis(op: &'static str, tensor: &Tensor) -> Result<usize> {
    let known = tensor
        .shape()
        .first()
        .copied()
        .filter(|&length| length != Shape::UNKNOWN);
    known.ok_or_else(|| Error::BadShape {
        op,
        shape: tensor.shape().to_vec(),
        rule: "a first axis of known length is needed".to_owned(),
    })
}
