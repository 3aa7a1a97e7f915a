//! Conversion between element types.

use half::{bf16, f16};
use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{DType, Result, Tensor, dtype::Element, kernels::elementwise::unary, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cast {
    to: DType,
}

/// Conversions in Rust's manner: floats to integers truncate and saturate, NaN becomes 0.
trait Convert: Element + Copy {
    fn to_f64(self) -> f64;
    fn to_i64(self) -> i64;
    fn to_f32(self) -> f32 {
        self.to_f64() as f32
    }
}

macro_rules! convert {
    ($($type:ty: $x:ident => $f64:expr, $i64:expr, $f32:expr;)*) => { $(
        impl Convert for $type {
            #[inline(always)]
            fn to_f64(self) -> f64 { let $x = self; $f64 }
            #[inline(always)]
            fn to_i64(self) -> i64 { let $x = self; $i64 }
            #[inline(always)]
            fn to_f32(self) -> f32 { let $x = self; $f32 }
        }
    )* };
}
convert! {
    f32: x => f64::from(x), x as i64, x;
    f64: x => x, x as i64, x as f32;
    f16: x => x.to_f64(), x.to_f64() as i64, x.to_f32();
    bf16: x => x.to_f64(), x.to_f64() as i64, x.to_f32();
    i32: x => f64::from(x), i64::from(x), x as f32;
    i64: x => x as f64, x, x as f32;
    u8: x => f64::from(x), i64::from(x), f32::from(x);
    bool: x => f64::from(u8::from(x)), i64::from(x), f32::from(u8::from(x));
}

fn from<T: Convert>(x: &Array, to: DType, integer: bool) -> Array {
    fn each<T: Convert, O: Element>(x: &Array, f: impl Fn(T) -> O + Sync) -> Array {
        unary(x, 1, |x: &[T], out: &mut [O]| {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = f(x);
            }
        })
    }
    match to {
        DType::F32 => each(x, T::to_f32),
        DType::F64 => each(x, T::to_f64),
        DType::F16 => each(x, |v: T| f16::from_f64(v.to_f64())),
        DType::BF16 => each(x, |v: T| bf16::from_f64(v.to_f64())),
        // Whole numbers keep their low bits, as integer conversions in Rust and NumPy do.
        DType::I32 if integer => each(x, |v: T| v.to_i64() as i32),
        DType::I32 => each(x, |v: T| v.to_f64() as i32),
        DType::I64 => each(x, T::to_i64),
        DType::U8 if integer => each(x, |v: T| v.to_i64() as u8),
        DType::U8 => each(x, |v: T| v.to_f64() as u8),
        // NaN is not 0.
        _ => each(x, |v: T| v.to_f64() != 0.0),
    }
}

fn require(from: DType, to: DType) -> Result<()> {
    let text = DType::Str;
    from.require(
        "cast",
        from != text || to == text,
        "numbers or bool (strings: strings::to_number)",
    )?;
    to.require(
        "cast",
        to != text || from == text,
        "a target of numbers or bool (strings: strings::as_string)",
    )
}

#[typetag::serde(name = "cast")]
impl Primitive for Cast {
    fn name(&self) -> &'static str {
        "cast"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require(inputs[0].dtype, self.to)?;
        Ok(one(self.to, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        require(x.dtype(), self.to)?;
        if x.dtype() == self.to {
            return Ok(outputs(x.clone()));
        }
        let integer = x.dtype().is_integer();
        Ok(outputs(match x.dtype() {
            DType::F32 => from::<f32>(x, self.to, integer),
            DType::F64 => from::<f64>(x, self.to, integer),
            DType::F16 => from::<f16>(x, self.to, integer),
            DType::BF16 => from::<bf16>(x, self.to, integer),
            DType::I32 => from::<i32>(x, self.to, integer),
            DType::I64 => from::<i64>(x, self.to, integer),
            DType::U8 => from::<u8>(x, self.to, integer),
            _ => from::<bool>(x, self.to, integer),
        }))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let from = call.inputs[0].dtype();
        let back = gradients[0]
            .as_ref()
            .filter(|_| from.is_float())
            .map(|d| d.cast(from))
            .transpose()?;
        Ok(Gradients::from_elem(back, 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .filter(|_| self.to.is_float())
            .map(|d| d.cast(self.to))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// The elements converted to another type (book section 12.2.3).
    ///
    /// Floats become integers by truncation, saturating, NaN as 0; integers keep their low bits; numbers
    /// are true unless 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) between strings and anything else.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor};
    ///
    /// let y = Tensor::from(40.0).cast(DType::F32)?.add(&Tensor::from(2.0f32))?;
    /// assert_eq!(y.item::<f32>()?, 42.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cast(&self, to: DType) -> Result<Tensor> {
        if self.dtype() == to {
            return Ok(self.clone());
        }
        apply(Cast { to }, &[self])
    }
}
