//! Tensors of one value.

use crate::{
    DType, Result, Shape, Tensor,
    dtype::Element,
    tensor::{Array, for_dtype},
};

impl Tensor {
    /// Every element `value`.
    ///
    /// # Errors
    /// [`Error::Size`](crate::Error::Size) for a shape that memory cannot hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::full([2, 2], 7i32)?.to_vec::<i32>()?, [7, 7, 7, 7]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn full<T: Element>(shape: impl Into<Shape>, value: T) -> Result<Tensor> {
        let shape = shape.into();
        let len = shape.checked_room("full", T::DTYPE)?;
        Ok(Tensor::from(Array::dense(vec![value; len], shape)))
    }

    /// Every element 0, false or empty.
    ///
    /// # Errors
    /// As [`full`](Self::full).
    pub fn zeros(shape: impl Into<Shape>, dtype: DType) -> Result<Tensor> {
        for_dtype!(dtype, T => Self::full(shape, T::default()))
    }

    /// Every element 1.
    ///
    /// # Errors
    /// As [`full`](Self::full); [`Error::DType`](crate::Error::DType) unless `dtype` is a number or a truth value.
    pub fn ones(shape: impl Into<Shape>, dtype: DType) -> Result<Tensor> {
        match dtype {
            DType::F32 => Self::full(shape, 1.0f32),
            DType::F64 => Self::full(shape, 1.0f64),
            DType::F16 => Self::full(shape, half::f16::ONE),
            DType::BF16 => Self::full(shape, half::bf16::ONE),
            DType::I32 => Self::full(shape, 1i32),
            DType::I64 => Self::full(shape, 1i64),
            DType::U8 => Self::full(shape, 1u8),
            DType::Bool => Self::full(shape, true),
            DType::Str => dtype
                .require("ones", false, "a number or bool")
                .and_then(|()| Self::zeros(shape, dtype)),
        }
    }

    /// Every element 0, of this tensor's shape and element type.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    pub fn zeros_like(&self) -> Result<Tensor> {
        Self::zeros(Shape::scalar(), self.dtype())?.broadcast_like(self)
    }

    /// Every element 1, of this tensor's shape and element type.
    ///
    /// # Errors
    /// As [`ones`](Self::ones).
    pub fn ones_like(&self) -> Result<Tensor> {
        Self::ones(Shape::scalar(), self.dtype())?.broadcast_like(self)
    }
}
