//! The typed storage of a tensor: elements in memory, and how to walk them.

use std::{borrow::Cow, fmt, sync::Arc};

use half::{bf16, f16};
use smallvec::SmallVec;

use super::{Block, FEW, Text};
use crate::{DType, Error, Result, Shape, dtype::Element, kernels::strided, shape::Strides};

/// The elements of any type, shared.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Buffer {
    F32(Arc<Block<f32>>),
    F64(Arc<Block<f64>>),
    F16(Arc<Block<f16>>),
    BF16(Arc<Block<bf16>>),
    I32(Arc<Block<i32>>),
    I64(Arc<Block<i64>>),
    U8(Arc<Block<u8>>),
    Bool(Arc<Block<bool>>),
    Str(Arc<Block<Text>>),
}

/// Calls `$body` with `$T` as the Rust type of `$dtype`, for every type there is.
macro_rules! for_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::DType::Str => {
                type $T = $crate::tensor::Text;
                $body
            }
        }
    };
}
pub(crate) use for_dtype;

/// The values behind a [`Tensor`](crate::Tensor): a shared block of elements, a shape and strides.
///
/// Views (slices, transposes, broadcasts) share the block of the array they look at. Primitives compute
/// on arrays; everything else uses tensors.
#[derive(Clone)]
pub struct Array {
    buffer: Buffer,
    shape: Shape,
    strides: Strides,
    offset: usize,
}

impl Array {
    /// Elements in row-major order.
    ///
    /// # Errors
    /// [`Error::BadShape`] if `shape` does not have as many elements as `values`.
    pub fn new<T: Element>(values: Vec<T>, shape: impl Into<Shape>) -> Result<Self> {
        let shape = shape.into();
        if shape.checked_len("array")? != values.len() {
            return Err(Error::BadShape {
                op: "array",
                rule: format!("{} values need a shape of as many elements", values.len()),
                shape: shape.to_vec(),
            });
        }
        Ok(Self::dense(values, shape))
    }

    /// As [`new`](Self::new), where the caller computed `values` for this very shape.
    #[inline]
    pub(crate) fn dense<T: Element>(values: Vec<T>, shape: Shape) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        Self {
            strides: shape.row_major(),
            buffer: T::wrap(Arc::new(Block::new(values))),
            shape,
            offset: 0,
        }
    }

    /// As [`packed_like`](Self::packed_like), of the first few values.
    #[inline]
    pub(crate) fn few_like<T: Element>(values: [T; FEW], like: &Self) -> Self {
        Self {
            buffer: T::wrap(Arc::new(Block::few(values, like.len()))),
            shape: like.shape.clone(),
            strides: Strides::from_slice(&like.strides),
            offset: 0,
        }
    }

    /// One element without axes.
    pub(crate) fn scalar<T: Element>(value: T) -> Self {
        Self::dense(vec![value], Shape::scalar())
    }

    /// The same block seen otherwise; the caller vouches that every element lies inside it.
    pub(crate) fn view(&self, shape: Shape, strides: Strides, offset: usize) -> Self {
        Self {
            buffer: self.buffer.clone(),
            shape,
            strides,
            offset,
        }
    }

    /// The same elements in row-major order under another shape of as many elements: a view if they lie so.
    pub(crate) fn with_shape(&self, shape: Shape) -> Self {
        let flat = self.contiguous();
        let (strides, offset) = (shape.row_major(), flat.offset);
        flat.view(shape, strides, offset)
    }

    /// An array of the same type and shape without elements: for rules that ask nothing more.
    pub(crate) fn hollow(&self) -> Self {
        let buffer = for_dtype!(self.dtype(), T => T::wrap(Arc::new(Block::new(Vec::new()))));
        Self {
            buffer,
            shape: self.shape.clone(),
            strides: self.strides.clone(),
            offset: 0,
        }
    }

    /// Element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        match &self.buffer {
            Buffer::F32(_) => DType::F32,
            Buffer::F64(_) => DType::F64,
            Buffer::F16(_) => DType::F16,
            Buffer::BF16(_) => DType::BF16,
            Buffer::I32(_) => DType::I32,
            Buffer::I64(_) => DType::I64,
            Buffer::U8(_) => DType::U8,
            Buffer::Bool(_) => DType::Bool,
            Buffer::Str(_) => DType::Str,
        }
    }

    /// Lengths of the axes.
    #[inline]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Steps in elements along each axis.
    #[inline]
    pub(crate) fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Position in the block of the first element.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.shape.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.shape.is_empty()
    }

    /// Whether the elements lie row by row without gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (&length, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if length != 1 && stride != expected {
                return length == 0 || self.is_empty();
            }
            expected *= length as isize;
        }
        true
    }

    /// The whole block, whatever part of it this array looks at.
    pub(crate) fn block<T: Element>(&self) -> &[T] {
        T::unwrap(&self.buffer).expect("the caller asks for the element type that dtype() names")
    }

    /// The elements in row-major order without copying, if they lie so and are of type `T`.
    #[inline]
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        let block = T::unwrap(&self.buffer)?;
        if !self.is_contiguous() {
            return None;
        }
        Some(&block[self.offset..self.offset + self.len()])
    }

    /// The elements in the order of memory, if they fill it without gaps, whatever the order of their axes.
    #[inline]
    pub(crate) fn as_packed<T: Element>(&self) -> Option<&[T]> {
        if !self.is_contiguous() && !self.is_packed() {
            return None;
        }
        Some(&T::unwrap(&self.buffer)?[self.offset..self.offset + self.len()])
    }

    /// Whether some order of the axes makes the elements lie row by row.
    fn is_packed(&self) -> bool {
        let mut axes: SmallVec<[(isize, usize); 4]> = self
            .strides
            .iter()
            .copied()
            .zip(self.shape.iter().copied())
            .filter(|&(_, length)| length != 1)
            .collect();
        axes.sort_unstable();
        let mut expected = 1;
        axes.iter().all(|&(stride, length)| {
            let fits = stride == expected;
            expected *= length as isize;
            fits
        })
    }

    /// `values` in the order in which those of `like` lie, which is packed.
    #[inline]
    pub(crate) fn packed_like<T: Element>(values: Vec<T>, like: &Self) -> Self {
        debug_assert_eq!(values.len(), like.len());
        Self {
            buffer: T::wrap(Arc::new(Block::new(values))),
            shape: like.shape.clone(),
            strides: Strides::from_slice(&like.strides),
            offset: 0,
        }
    }

    /// The elements in row-major order: borrowed where they lie so, gathered where not.
    ///
    /// # Errors
    /// [`Error::DType`] if they are not of type `T`.
    pub fn values<T: Element>(&self) -> Result<Cow<'_, [T]>> {
        self.dtype()
            .require("values", self.dtype() == T::DTYPE, T::DTYPE.name())?;
        Ok(self.elements())
    }

    /// As [`values`](Self::values), where the caller knows the type.
    #[inline]
    pub(crate) fn elements<T: Element>(&self) -> Cow<'_, [T]> {
        match self.as_slice() {
            Some(slice) => Cow::Borrowed(slice),
            None => Cow::Owned(strided::gather(self)),
        }
    }

    /// The same elements lying row by row.
    pub(crate) fn contiguous(&self) -> Self {
        if self.is_contiguous() {
            return self.clone();
        }
        for_dtype!(self.dtype(), T => Self::dense(strided::gather::<T>(self), self.shape.clone()))
    }

    /// The elements as a vector of their own; memory that nobody else holds is handed over.
    pub(crate) fn into_vec<T: Element>(self) -> Vec<T> {
        if self.offset != 0 || !self.is_contiguous() || self.len() != self.block::<T>().len() {
            return self.elements::<T>().into_owned();
        }
        let mut buffer = self.buffer;
        let block =
            T::unwrap_mut(&mut buffer).expect("the caller asks for the element type that dtype() names");
        match Arc::try_unwrap(std::mem::replace(block, Arc::new(Block::new(Vec::new())))) {
            Ok(block) => block.into_vec(),
            Err(shared) => shared.to_vec(),
        }
    }

    /// The elements to be written in place, if nobody else holds them and they lie row by row.
    pub(crate) fn unique_slice_mut<T: Element>(&mut self) -> Option<&mut [T]> {
        if !self.is_contiguous() {
            return None;
        }
        let range = self.offset..self.offset + self.len();
        let block = Arc::get_mut(T::unwrap_mut(&mut self.buffer)?)?;
        Some(&mut block.as_mut_slice()[range])
    }

    /// The only element.
    pub(crate) fn first<T: Element>(&self) -> T {
        self.block::<T>()[self.offset].clone()
    }

    /// Bytes that the elements take.
    pub fn bytes(&self) -> usize {
        self.len() * self.dtype().size()
    }
}

impl PartialEq for Array {
    /// Same type, shape and elements; NaN differs from itself.
    fn eq(&self, other: &Self) -> bool {
        self.dtype() == other.dtype()
            && self.shape == other.shape
            && for_dtype!(self.dtype(), T => self.elements::<T>() == other.elements::<T>())
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({}{})", self.dtype(), self.shape)
    }
}
