//! The element types of tensors.

use std::{fmt, sync::Mutex};

use half::{bf16, f16};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    tensor::{Buffer, Store, Text},
};

/// Element type of a [`Tensor`](crate::Tensor).
///
/// Types never mix on their own: an operation on two of them is an error that names both, and
/// [`Tensor::cast`](crate::Tensor::cast) converts on request (book section 12.2.2). `F16` and `BF16`
/// are for storage; cast to `F32` to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DType {
    /// 32-bit floating point, the default of numbers with a fraction.
    F32,
    /// 64-bit floating point.
    F64,
    /// 16-bit floating point (IEEE 754 half): storage.
    F16,
    /// 16-bit floating point with the exponent of `F32`: storage.
    BF16,
    /// 32-bit signed integer, the default of whole numbers.
    I32,
    /// 64-bit signed integer.
    I64,
    /// 8-bit unsigned integer.
    U8,
    /// Truth value.
    Bool,
    /// Byte string of any length; text is stored as UTF-8.
    Str,
}

impl DType {
    /// The name in messages and files: `"f32"`, `"i64"`, `"string"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::Bool => "bool",
            Self::Str => "string",
        }
    }

    /// Whether gradients can flow through it: `F32` or `F64`.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is one of the integer types.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::I32 | Self::I64 | Self::U8)
    }

    /// Bytes an element takes in memory; of a string, without its text.
    pub const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::U8 | Self::Bool => 1,
            Self::Str => size_of::<Text>(),
        }
    }

    /// Refuses everything but `F32` and `F64`.
    ///
    /// # Errors
    /// [`Error::DType`].
    pub fn require_float(self, op: &'static str) -> Result<()> {
        self.require(op, self.is_float(), "f32 or f64")
    }

    /// Refuses `self` unless `valid`; `needed` says what would be.
    ///
    /// # Errors
    /// [`Error::DType`].
    pub fn require(self, op: &'static str, valid: bool, needed: &'static str) -> Result<()> {
        if valid {
            return Ok(());
        }
        Err(Error::DType {
            op,
            found: self.name(),
            needed,
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Rust type that is the element of some tensor.
pub trait Element:
    Clone + Default + PartialEq + fmt::Debug + Send + Sync + 'static + private::Sealed
{
    /// Its [`DType`].
    const DTYPE: DType;

    /// As many elements as a tensor holds without memory of their own: 64 bytes of them at most.
    #[doc(hidden)]
    type Few: AsRef<[Self]> + AsMut<[Self]> + Clone + Default + fmt::Debug + Send + Sync;
    #[doc(hidden)]
    fn wrap(values: Store<Self>) -> Buffer;
    #[doc(hidden)]
    fn unwrap(buffer: &Buffer) -> Option<&Store<Self>>;
    #[doc(hidden)]
    fn unwrap_mut(buffer: &mut Buffer) -> Option<&mut Store<Self>>;
    /// Where the memory of dropped tensors of this type waits to be used again.
    #[doc(hidden)]
    fn spare() -> &'static Mutex<Vec<Vec<Self>>>;
}

mod private {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty => $variant:ident, few $few:literal;)*) => { $(
        impl private::Sealed for $type {}
        impl Element for $type {
            const DTYPE: DType = DType::$variant;
            type Few = [$type; $few];

            #[inline]
            fn wrap(values: Store<Self>) -> Buffer {
                Buffer::$variant(values)
            }

            #[inline]
            fn unwrap(buffer: &Buffer) -> Option<&Store<Self>> {
                match buffer {
                    Buffer::$variant(values) => Some(values),
                    _ => None,
                }
            }

            #[inline]
            fn unwrap_mut(buffer: &mut Buffer) -> Option<&mut Store<Self>> {
                match buffer {
                    Buffer::$variant(values) => Some(values),
                    _ => None,
                }
            }

            fn spare() -> &'static Mutex<Vec<Vec<Self>>> {
                static SPARE: Mutex<Vec<Vec<$type>>> = Mutex::new(Vec::new());
                &SPARE
            }
        }
    )* };
}
elements!(
    f32 => F32, few 16;
    f64 => F64, few 8;
    f16 => F16, few 16;
    bf16 => BF16, few 16;
    i32 => I32, few 16;
    i64 => I64, few 8;
    u8 => U8, few 16;
    bool => Bool, few 16;
    Text => Str, few 1;
);
