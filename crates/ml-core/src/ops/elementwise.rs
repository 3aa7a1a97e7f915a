//! Primitives that compute every element on its own: one scalar function makes the eager kernel, the fused
//! kernel and both derivative rules.

use super::{Arrays, Call, Gradients, Saves, Spec, Specs, one, same_dtype, sum_to_like};
use crate::{
    DType, Error, Result, Tensor,
    dtype::Element,
    kernels::{
        elementwise::{self, Map, MapLanes, Zip},
        simd::{Loop, vectorize},
    },
    tensor::{Array, Value},
};

pub use crate::kernels::elementwise::Operand;

/// The loop of an elementwise primitive over a run of elements, as fused kernels call it.
pub trait Block: Send + Sync {
    /// How many operands it takes.
    fn operands(&self) -> usize;
    /// About how many additions an element is worth.
    fn cost(&self) -> usize;
    /// The run in `f32`.
    fn run_f32(&self, operands: &[Operand<'_, f32>], out: &mut [f32]);
    /// The run in `f64`.
    fn run_f64(&self, operands: &[Operand<'_, f64>], out: &mut [f64]);
}

/// What integers bring to elementwise primitives: arithmetic that wraps around.
pub(crate) trait Integer:
    Element
    + Copy
    + Ord
    + num_traits::PrimInt
    + num_traits::WrappingAdd
    + num_traits::WrappingSub
    + num_traits::WrappingMul
{
    /// The negative, wrapping; of an unsigned number, its complement to 2 to the 8.
    fn wrapping_neg(self) -> Self {
        Self::zero().wrapping_sub(&self)
    }
}
impl Integer for i32 {}
impl Integer for i64 {}
impl Integer for u8 {}

/// An elementwise primitive of one operand. Functions are `#[inline(always)]` and free of branches, so that
/// the loop around them becomes vector instructions.
pub(crate) trait Unary: Copy + Send + Sync + 'static {
    /// About how many additions an element is worth.
    const COST: usize = 1;
    /// Whether floating-point numbers have it.
    const FLOATS: bool = true;
    /// Whether integers have it, too.
    const INTEGERS: bool = false;
    /// The size of `x` up to which [`f32`](Self::f32) holds; what lies beyond is left to
    /// [`beyond_end`](Self::beyond_end), one by one.
    const END_F32: Option<f32> = None;
    /// What [`chain`](Self::chain) looks at.
    const SAVES: Saves;

    fn f32(self, x: f32) -> f32;
    fn f64(self, x: f64) -> f64;
    fn integer<T: Integer>(self, x: T) -> T {
        x
    }
    fn beyond_end(self, x: f32) -> f32 {
        self.f32(x)
    }

    /// `d · ∂y/∂x`: the rule in both directions.
    fn chain(self, d: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor>;
}

/// Integers that a primitive does not take as its right operand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refused {
    /// A divisor of 0.
    Zero,
    /// A negative exponent: the result would be a fraction.
    Negative,
    /// A shift by a negative number of bits or by as many as there are.
    Shift,
}

impl Refused {
    fn check<T: Integer>(self, op: &'static str, values: &[T]) -> Result<()> {
        let bits = 8 * size_of::<T>();
        let refused = |value: &&T| match self {
            Self::Zero => value.is_zero(),
            Self::Negative => **value < T::zero(),
            Self::Shift => value.to_usize().is_none_or(|shift| shift >= bits),
        };
        let Some(value) = values.iter().find(refused) else {
            return Ok(());
        };
        Err(Error::Parameter {
            name: format!("{op}: right operand"),
            value: format!("{value:?}"),
            domain: match self {
                Self::Zero => "other than 0: integers have no infinity; or cast to f32".to_owned(),
                Self::Negative => "at least 0: integers have no fractions; or cast to f32".to_owned(),
                Self::Shift => format!("0 to {}: the type has {bits} bits", bits - 1),
            },
        })
    }
}

/// An elementwise primitive of two operands, which broadcast.
pub(crate) trait Binary: Copy + Send + Sync + 'static {
    /// About how many additions an element is worth.
    const COST: usize = 1;
    /// Whether floating-point numbers have it.
    const FLOATS: bool = true;
    /// Whether integers have it, too.
    const INTEGERS: bool = true;
    /// Right operands that integers do not take.
    const REFUSED: Option<Refused> = None;
    /// What the rules look at.
    const SAVES: Saves;

    fn f32(self, a: f32, b: f32) -> f32;
    fn f64(self, a: f64, b: f64) -> f64;
    fn integer<T: Integer>(self, a: T, _: T) -> T {
        a
    }

    /// `d · ∂y/∂a`.
    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor>;
    /// `d · ∂y/∂b`.
    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor>;
}

/// `out = f(operand)` with the widest instructions there are.
#[inline]
pub(crate) fn map<A, O: Clone>(f: impl Fn(&A) -> O, operand: Operand<'_, A>, out: &mut [O]) {
    vectorize(Map { f, operand, out });
}

/// `out = f(x)` with the widest instructions there are, no element alone.
#[inline]
fn map_lanes<T: Copy>(f: impl Fn(T) -> T, x: &[T], out: &mut [T]) {
    vectorize(MapLanes { f, x, out });
}

/// `out = f(operands)` with the widest instructions there are.
#[inline]
pub(crate) fn zip<A, O: Clone>(f: impl Fn(&A, &A) -> O, operands: [Operand<'_, A>; 2], out: &mut [O]) {
    vectorize(Zip { f, operands, out });
}

/// About how many additions a function is worth whose elements are never computed alone.
const EXPENSIVE: usize = 4;

/// The loop of a [`Unary`] in `f32`: compiled once, for the eager kernel and the fused one.
#[inline(never)]
pub(crate) fn map_f32<U: Unary>(op: U, operand: Operand<'_, f32>, out: &mut [f32]) {
    match operand {
        Operand::Slice(x) if U::COST >= EXPENSIVE => map_lanes(
            #[inline(always)]
            |x| op.f32(x),
            x,
            out,
        ),
        operand => map(
            #[inline(always)]
            |x| op.f32(*x),
            operand,
            out,
        ),
    }
    let Some(end) = U::END_F32 else { return };
    match operand {
        Operand::Slice(x) if x.iter().any(|x| x.abs() > end) => {
            let pairs = out.iter_mut().zip(x);
            pairs
                .filter(|(_, x)| x.abs() > end)
                .for_each(|(y, &x)| *y = op.beyond_end(x));
        }
        Operand::Scalar(x) if x.abs() > end => out.fill(op.beyond_end(x)),
        _ => {}
    }
}

/// The loop of a [`Unary`] in `f64`.
#[inline(never)]
pub(crate) fn map_f64<U: Unary>(op: U, operand: Operand<'_, f64>, out: &mut [f64]) {
    map(
        #[inline(always)]
        |x| op.f64(*x),
        operand,
        out,
    );
}

/// The loop of a [`Binary`] in `f32`.
#[inline(never)]
pub(crate) fn zip_f32<B: Binary>(op: B, operands: [Operand<'_, f32>; 2], out: &mut [f32]) {
    zip(
        #[inline(always)]
        |a, b| op.f32(*a, *b),
        operands,
        out,
    );
}

/// The loop of a [`Binary`] in `f64`.
#[inline(never)]
pub(crate) fn zip_f64<B: Binary>(op: B, operands: [Operand<'_, f64>; 2], out: &mut [f64]) {
    zip(
        #[inline(always)]
        |a, b| op.f64(*a, *b),
        operands,
        out,
    );
}

/// Refuses element types that a primitive does not have.
fn require_number(name: &'static str, floats: bool, integers: bool, dtype: DType) -> Result<()> {
    let needed = match (floats, integers) {
        (true, true) => "f32, f64 or an integer type",
        (true, false) => "f32 or f64",
        _ => "an integer type",
    };
    let valid = (floats && dtype.is_float()) || (integers && dtype.is_integer());
    dtype.require(name, valid, needed)
}

/// Calls `$body` with `$T` as the Rust type of `$dtype`, an integer type.
macro_rules! for_integer {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            _ => {
                type $T = u8;
                $body
            }
        }
    };
}

pub(crate) fn infer_unary<U: Unary>(name: &'static str, inputs: &[Spec]) -> Result<Specs> {
    require_number(name, U::FLOATS, U::INTEGERS, inputs[0].dtype)?;
    Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
}

pub(crate) fn forward_unary<U: Unary>(op: U, name: &'static str, x: &Array) -> Result<Array> {
    require_number(name, U::FLOATS, U::INTEGERS, x.dtype())?;
    Ok(match x.dtype() {
        DType::F32 => elementwise::unary(x, U::COST, |x, out| map_f32(op, Operand::Slice(x), out)),
        DType::F64 => elementwise::unary(x, 2 * U::COST, |x, out| map_f64(op, Operand::Slice(x), out)),
        integer => for_integer!(integer, T => elementwise::unary(x, U::COST, |x: &[T], out| {
            Map { f: |x: &T| op.integer(*x), operand: Operand::Slice(x), out }.run();
        })),
    })
}

/// [`forward_unary`] of a few `f32`: neither memory to ask for nor threads.
#[inline]
pub(crate) fn few_unary<U: Unary>(op: U, inputs: &[&Tensor]) -> Option<Array> {
    let [
        Tensor {
            value: Value::Array(x),
            ..
        },
    ] = inputs
    else {
        return None;
    };
    let (few, len) = x.few::<f32>().filter(|_| U::FLOATS)?;
    Some(Array::few_like::<f32>(len, x, |out| {
        map_f32(op, Operand::Slice(&few[..len]), &mut out[..len]);
    }))
}

/// [`forward_binary`] of a few `f32` in two operands of one shape and layout.
#[inline]
pub(crate) fn few_binary<B: Binary>(op: B, inputs: &[&Tensor]) -> Option<Array> {
    let [
        Tensor {
            value: Value::Array(a),
            ..
        },
        Tensor {
            value: Value::Array(b),
            ..
        },
    ] = inputs
    else {
        return None;
    };
    let (left, len) = a.few::<f32>().filter(|_| B::FLOATS)?;
    let (right, _) = b.few::<f32>().filter(|_| a.lies_like(b))?;
    Some(Array::few_like::<f32>(
        len,
        a,
        #[inline(always)]
        |out| {
            if B::COST == 1 {
                // All there is room for: no loop to speak of.
                for lane in 0..out.len() {
                    out[lane] = op.f32(left[lane], right[lane]);
                }
            } else {
                let operands = [Operand::Slice(&left[..len]), Operand::Slice(&right[..len])];
                zip_f32(op, operands, &mut out[..len]);
            }
        },
    ))
}

pub(crate) fn infer_binary<B: Binary>(name: &'static str, inputs: &[Spec]) -> Result<Specs> {
    same_dtype(name, inputs[0].dtype, inputs[1].dtype)?;
    require_number(name, B::FLOATS, B::INTEGERS, inputs[0].dtype)?;
    Ok(one(
        inputs[0].dtype,
        inputs[0].shape.broadcast(name, &inputs[1].shape)?,
    ))
}

pub(crate) fn forward_binary<B: Binary>(op: B, name: &'static str, a: &Array, b: &Array) -> Result<Array> {
    same_dtype(name, a.dtype(), b.dtype())?;
    require_number(name, B::FLOATS, B::INTEGERS, a.dtype())?;
    match a.dtype() {
        DType::F32 => elementwise::binary(name, a, b, B::COST, &|operands, out| zip_f32(op, operands, out)),
        DType::F64 => elementwise::binary(name, a, b, 2 * B::COST, &|operands, out| {
            zip_f64(op, operands, out)
        }),
        integer => for_integer!(integer, T => {
            if let Some(refused) = B::REFUSED {
                refused.check(name, &b.elements::<T>())?;
            }
            elementwise::binary(name, a, b, B::COST, &|operands, out| {
                Zip { f: |a: &T, b: &T| op.integer(*a, *b), operands, out }.run();
            })
        }),
    }
}

pub(crate) fn vjp_unary<U: Unary>(op: U, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
    let Some(d) = &gradients[0] else {
        return Ok(Gradients::from_elem(None, 1));
    };
    Ok(Gradients::from_elem(
        Some(op.chain(d, &call.inputs[0], &call.outputs[0])?),
        1,
    ))
}

pub(crate) fn vjp_binary<B: Binary>(
    op: B,
    call: &Call<'_>,
    gradients: &[Option<Tensor>],
) -> Result<Gradients> {
    let Some(d) = &gradients[0] else {
        return Ok(Gradients::from_elem(None, 2));
    };
    let (a, b, y) = (&call.inputs[0], &call.inputs[1], &call.outputs[0]);
    let left = match call.wanted[0] {
        true => Some(sum_to_like(op.left(d, a, b, y)?, a)?),
        false => None,
    };
    let right = match call.wanted[1] {
        true => Some(sum_to_like(op.right(d, a, b, y)?, b)?),
        false => None,
    };
    Ok(Gradients::from_buf([left, right]))
}

pub(crate) fn jvp_binary<B: Binary>(
    op: B,
    call: &Call<'_>,
    tangents: &[Option<Tensor>],
) -> Result<Gradients> {
    let (a, b, y) = (&call.inputs[0], &call.inputs[1], &call.outputs[0]);
    let left = |d: &Tensor| op.left(&d.broadcast_like(y)?, a, b, y);
    let right = |d: &Tensor| op.right(&d.broadcast_like(y)?, a, b, y);
    let parts = [
        tangents[0].as_ref().map(left).transpose()?,
        tangents[1].as_ref().map(right).transpose()?,
    ];
    Ok(Gradients::from_elem(
        match parts {
            [Some(a), Some(b)] => Some(a.add(&b)?),
            [a, b] => a.or(b),
        },
        1,
    ))
}

pub(crate) fn outputs(array: Array) -> Arrays {
    Arrays::from_buf([array])
}

/// Makes a primitive of a [`Unary`].
macro_rules! unary_primitive {
    ($op:ident, $name:literal) => {
        #[typetag::serde(name = $name)]
        impl $crate::ops::Primitive for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn infer(&self, inputs: &[$crate::ops::Spec]) -> $crate::Result<$crate::ops::Specs> {
                $crate::ops::elementwise::infer_unary::<Self>($name, inputs)
            }

            #[inline]
            fn few(&self, inputs: &[&$crate::Tensor]) -> Option<$crate::tensor::Array> {
                $crate::ops::elementwise::few_unary(*self, inputs)
            }

            fn forward(&self, inputs: &[&$crate::tensor::Array]) -> $crate::Result<$crate::ops::Arrays> {
                $crate::ops::elementwise::forward_unary(*self, $name, inputs[0])
                    .map($crate::ops::elementwise::outputs)
            }

            fn vjp(
                &self,
                call: &$crate::ops::Call<'_>,
                gradients: &[Option<$crate::Tensor>],
            ) -> $crate::Result<$crate::ops::Gradients> {
                $crate::ops::elementwise::vjp_unary(*self, call, gradients)
            }

            fn jvp(
                &self,
                call: &$crate::ops::Call<'_>,
                tangents: &[Option<$crate::Tensor>],
            ) -> $crate::Result<$crate::ops::Gradients> {
                $crate::ops::elementwise::vjp_unary(*self, call, tangents)
            }

            fn saves(&self) -> $crate::ops::Saves {
                <Self as $crate::ops::Unary>::SAVES
            }

            fn block(&self) -> Option<&dyn $crate::ops::Block> {
                <Self as $crate::ops::Unary>::FLOATS.then_some(self as &dyn $crate::ops::Block)
            }
        }

        impl $crate::ops::Block for $op {
            fn operands(&self) -> usize {
                1
            }

            fn cost(&self) -> usize {
                <Self as $crate::ops::Unary>::COST
            }

            fn run_f32(&self, operands: &[$crate::ops::Operand<'_, f32>], out: &mut [f32]) {
                $crate::ops::elementwise::map_f32(*self, operands[0], out);
            }

            fn run_f64(&self, operands: &[$crate::ops::Operand<'_, f64>], out: &mut [f64]) {
                $crate::ops::elementwise::map_f64(*self, operands[0], out);
            }
        }
    };
}
pub(crate) use unary_primitive;

/// Makes a primitive of a [`Binary`].
macro_rules! binary_primitive {
    ($op:ident, $name:literal) => {
        #[typetag::serde(name = $name)]
        impl $crate::ops::Primitive for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn arity(&self) -> std::ops::RangeInclusive<usize> {
                2..=2
            }

            fn infer(&self, inputs: &[$crate::ops::Spec]) -> $crate::Result<$crate::ops::Specs> {
                $crate::ops::elementwise::infer_binary::<Self>($name, inputs)
            }

            #[inline]
            fn few(&self, inputs: &[&$crate::Tensor]) -> Option<$crate::tensor::Array> {
                $crate::ops::elementwise::few_binary(*self, inputs)
            }

            fn forward(&self, inputs: &[&$crate::tensor::Array]) -> $crate::Result<$crate::ops::Arrays> {
                $crate::ops::elementwise::forward_binary(*self, $name, inputs[0], inputs[1])
                    .map($crate::ops::elementwise::outputs)
            }

            fn vjp(
                &self,
                call: &$crate::ops::Call<'_>,
                gradients: &[Option<$crate::Tensor>],
            ) -> $crate::Result<$crate::ops::Gradients> {
                $crate::ops::elementwise::vjp_binary(*self, call, gradients)
            }

            fn jvp(
                &self,
                call: &$crate::ops::Call<'_>,
                tangents: &[Option<$crate::Tensor>],
            ) -> $crate::Result<$crate::ops::Gradients> {
                $crate::ops::elementwise::jvp_binary(*self, call, tangents)
            }

            fn saves(&self) -> $crate::ops::Saves {
                <Self as $crate::ops::Binary>::SAVES
            }

            fn block(&self) -> Option<&dyn $crate::ops::Block> {
                <Self as $crate::ops::Binary>::FLOATS.then_some(self as &dyn $crate::ops::Block)
            }
        }

        impl $crate::ops::Block for $op {
            fn operands(&self) -> usize {
                2
            }

            fn cost(&self) -> usize {
                <Self as $crate::ops::Binary>::COST
            }

            fn run_f32(&self, operands: &[$crate::ops::Operand<'_, f32>], out: &mut [f32]) {
                $crate::ops::elementwise::zip_f32(*self, [operands[0], operands[1]], out);
            }

            fn run_f64(&self, operands: &[$crate::ops::Operand<'_, f64>], out: &mut [f64]) {
                $crate::ops::elementwise::zip_f64(*self, [operands[0], operands[1]], out);
            }
        }
    };
}
pub(crate) use binary_primitive;

/// A primitive without parameters from its formula, which is one for both types or one for each, and its chain
/// rule: `d · ∂y/∂x`.
macro_rules! unary_op {
    ($op:ident, $name:literal, cost $cost:literal, $saves:ident, |$x:ident| $y:expr, $chain:expr) => {
        $crate::ops::elementwise::unary_op!($op, $name, cost $cost, $saves, f32 |$x| $y, f64 |$x| $y, $chain);
    };
    ($op:ident, $name:literal, cost $cost:literal, $saves:ident,
     f32 |$x:ident| $f32:expr, f64 |$z:ident| $f64:expr, $chain:expr) => {
        #[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
        struct $op;

        impl $crate::ops::Unary for $op {
            const COST: usize = $cost;
            const SAVES: $crate::ops::Saves = $crate::ops::Saves::$saves;

            #[inline(always)]
            fn f32(self, $x: f32) -> f32 {
                $f32
            }

            #[inline(always)]
            fn f64(self, $z: f64) -> f64 {
                $f64
            }

            fn chain(
                self,
                d: &$crate::Tensor,
                x: &$crate::Tensor,
                y: &$crate::Tensor,
            ) -> $crate::Result<$crate::Tensor> {
                let chain: fn(&$crate::Tensor, &$crate::Tensor, &$crate::Tensor) -> $crate::Result<$crate::Tensor> =
                    $chain;
                chain(d, x, y)
            }
        }
        $crate::ops::unary_primitive!($op, $name);
    };
}
pub(crate) use unary_op;
