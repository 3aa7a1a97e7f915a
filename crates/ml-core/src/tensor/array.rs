//! The typed storage of a tensor: elements in memory, and how to walk them.

use std::{borrow::Cow, fmt};

use half::{bf16, f16};
use smallvec::SmallVec;
use triomphe::Arc;

use super::{Store, Text};
use crate::{
    DType, Error, Result, Shape,
    dtype::Element,
    kernels::{shared::share, strided},
    shape::Strides,
};

/// The elements of any type, shared.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Buffer {
    F32(Store<f32>),
    F64(Store<f64>),
    F16(Store<f16>),
    BF16(Store<bf16>),
    I32(Store<i32>),
    I64(Store<i64>),
    U8(Store<u8>),
    Bool(Store<bool>),
    Str(Store<Text>),
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
/// Cloning costs a reference count.
#[derive(Clone)]
pub struct Array(Arc<View>);

/// Elements, and which of them an array has where.
#[derive(Clone)]
struct View {
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
        Self::stored(values.into(), shape)
    }

    /// As [`dense`](Self::dense), from where a kernel wrote them.
    #[inline]
    pub(crate) fn stored<T: Element>(values: Store<T>, shape: Shape) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        Self(share(|| View {
            strides: shape.row_major(),
            buffer: T::wrap(values),
            shape,
            offset: 0,
        }))
    }

    /// The elements and their number, if all of them lie in the memory inside the tensor.
    #[inline]
    pub(crate) fn few<T: Element>(&self) -> Option<(&T::Few, usize)> {
        match T::unwrap(&self.0.buffer)? {
            Store::Few(few) => {
                let (values, len) = few.parts();
                (self.0.offset == 0 && self.0.shape.len() == len).then_some((values, len))
            }
            Store::Block(_) => None,
        }
    }

    /// Whether both have one shape, and every element lies in its memory where the other one's does.
    #[inline]
    pub(crate) fn lies_like(&self, other: &Self) -> bool {
        self.0.offset == other.0.offset && self.0.shape == other.0.shape && self.0.strides == other.0.strides
    }

    /// `len` values, which `fill` computes, that lie as those of `like` do, which starts at its first.
    #[inline(always)]
    pub(crate) fn few_like<T: Element>(len: usize, like: &Self, fill: impl FnOnce(&mut T::Few)) -> Self {
        Self(share(|| {
            // Before the values, which then go from the registers to where they stay.
            let (shape, strides) = (like.0.shape.clone(), like.0.strides.clone());
            let mut values = T::Few::default();
            fill(&mut values);
            View {
                buffer: T::wrap(Store::few(values, len)),
                shape,
                strides,
                offset: 0,
            }
        }))
    }

    /// Whether both are clones of one array.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The same number for clones of one array, while one of them lives.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// One element without axes.
    pub(crate) fn scalar<T: Element>(value: T) -> Self {
        let mut values = Store::scratch(1);
        values.fresh()[0] = value;
        Self::stored(values, Shape::scalar())
    }

    /// The same block seen otherwise; the caller vouches that every element lies inside it.
    pub(crate) fn view(&self, shape: Shape, strides: Strides, offset: usize) -> Self {
        Self(share(|| View {
            buffer: self.0.buffer.clone(),
            shape,
            strides,
            offset,
        }))
    }

    /// The same without `axes` (ascending) of length 1.
    pub(crate) fn without_axes(mut self, axes: &[usize]) -> Self {
        self.remove_axes(axes);
        self
    }

    /// Takes `axes` (ascending) of length 1 away.
    pub(crate) fn remove_axes(&mut self, axes: &[usize]) {
        let view = Arc::make_mut(&mut self.0);
        view.shape.remove(axes);
        for &axis in axes.iter().rev() {
            view.strides.remove(axis);
        }
    }

    /// The same elements in row-major order under another shape of as many elements: a view if they lie so.
    pub(crate) fn with_shape(&self, shape: Shape) -> Self {
        let flat = self.contiguous();
        let (strides, offset) = (shape.row_major(), flat.offset());
        flat.view(shape, strides, offset)
    }

    /// An array of the same type and shape without elements: for rules that ask nothing more.
    pub(crate) fn hollow(&self) -> Self {
        let buffer = for_dtype!(self.dtype(), T => T::wrap(Store::scratch(0)));
        Self(share(|| View {
            buffer,
            shape: self.0.shape.clone(),
            strides: self.0.strides.clone(),
            offset: 0,
        }))
    }

    /// Element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        match &self.0.buffer {
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
        &self.0.shape
    }

    /// Steps in elements along each axis.
    #[inline]
    pub(crate) fn strides(&self) -> &[isize] {
        &self.0.strides
    }

    /// Position in the block of the first element.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.0.offset
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.shape.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.0.shape.is_empty()
    }

    /// Whether the elements lie row by row without gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (&length, &stride) in self.0.shape.iter().zip(&self.0.strides).rev() {
            if length != 1 && stride != expected {
                return length == 0 || self.is_empty();
            }
            expected *= length as isize;
        }
        true
    }

    /// The whole block, whatever part of it this array looks at.
    pub(crate) fn block<T: Element>(&self) -> &[T] {
        T::unwrap(&self.0.buffer).expect("the caller asks for the element type that dtype() names")
    }

    /// The elements in row-major order without copying, if they lie so and are of type `T`.
    #[inline]
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        let block = T::unwrap(&self.0.buffer)?;
        if !self.is_contiguous() {
            return None;
        }
        Some(&block[self.0.offset..self.0.offset + self.len()])
    }

    /// The elements in the order of memory, if they fill it without gaps, whatever the order of their axes.
    #[inline]
    pub(crate) fn as_packed<T: Element>(&self) -> Option<&[T]> {
        if !self.is_contiguous() && !self.is_packed() {
            return None;
        }
        Some(&T::unwrap(&self.0.buffer)?[self.0.offset..self.0.offset + self.len()])
    }

    /// Whether some order of the axes makes the elements lie row by row.
    fn is_packed(&self) -> bool {
        let mut axes: SmallVec<[(isize, usize); 4]> = self
            .strides()
            .iter()
            .copied()
            .zip(self.0.shape.iter().copied())
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
    pub(crate) fn packed_like<T: Element>(values: Store<T>, like: &Self) -> Self {
        debug_assert_eq!(values.len(), like.len());
        Self(share(|| View {
            buffer: T::wrap(values),
            shape: like.0.shape.clone(),
            strides: like.0.strides.clone(),
            offset: 0,
        }))
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
        for_dtype!(self.dtype(), T => Self::dense(strided::gather::<T>(self), self.0.shape.clone()))
    }

    /// The elements as a vector of their own; memory that nobody else holds is handed over.
    pub(crate) fn into_vec<T: Element>(self) -> Vec<T> {
        if self.0.offset != 0 || !self.is_contiguous() || self.len() != self.block::<T>().len() {
            return self.elements::<T>().into_owned();
        }
        let mut view = Arc::unwrap_or_clone(self.0);
        let values =
            T::unwrap_mut(&mut view.buffer).expect("the caller asks for the element type that dtype() names");
        std::mem::replace(values, Store::scratch(0)).into_vec()
    }

    /// Whether [`unique_slice_mut`](Self::unique_slice_mut) gives the elements.
    pub(crate) fn is_unique<T: Element>(&mut self) -> bool {
        self.unique_slice_mut::<T>().is_some()
    }

    /// The elements to be written in place, if nobody else holds them and they lie row by row.
    pub(crate) fn unique_slice_mut<T: Element>(&mut self) -> Option<&mut [T]> {
        if !self.is_contiguous() {
            return None;
        }
        let range = self.0.offset..self.0.offset + self.len();
        let view = Arc::get_mut(&mut self.0)?;
        Some(&mut T::unwrap_mut(&mut view.buffer)?.unique()?[range])
    }

    /// The only element.
    pub(crate) fn first<T: Element>(&self) -> T {
        self.block::<T>()[self.0.offset].clone()
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
            && self.0.shape == other.0.shape
            && for_dtype!(self.dtype(), T => self.elements::<T>() == other.elements::<T>())
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({}{})", self.dtype(), self.0.shape)
    }
}
