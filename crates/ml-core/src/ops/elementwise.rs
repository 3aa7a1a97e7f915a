//! Primitives that compute every element on its own: one scalar function makes the eager kernel, the fused
//! kernel and both derivative rules.

use super::{Arrays, Call, Gradients, Saves, Spec, Specs, one, same_dtype, sum_to_like};
use crate::{
    DType, Result, Tensor,
    dtype::Element,
    kernels::{
        elementwise,
        simd::{Loop, vectorize},
    },
    tensor::Array,
};

pub use crate::kernels::elementwise::Operand;

/// The loop of an elementwise primitive over a run of elements, as fused kernels call it.
pub trait Block: Send + Sync {
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
    /// Whether integers have it, too.
    const INTEGERS: bool = false;
    /// What [`chain`](Self::chain) looks at.
    const SAVES: Saves;

    fn f32(self, x: f32) -> f32;
    fn f64(self, x: f64) -> f64;
    fn integer<T: Integer>(self, x: T) -> T {
        x
    }

    /// `d · ∂y/∂x`: the rule in both directions.
    fn chain(self, d: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor>;
}

/// An elementwise primitive of two operands, which broadcast.
pub(crate) trait Binary: Copy + Send + Sync + 'static {
    /// About how many additions an element is worth.
    const COST: usize = 1;
    /// Whether integers have it, too.
    const INTEGERS: bool = true;
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

struct Map<'a, F, A, O> {
    f: F,
    operand: Operand<'a, A>,
    out: &'a mut [O],
}

impl<A: Copy, O: Copy, F: Fn(A) -> O> Loop for Map<'_, F, A, O> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.operand {
            Operand::Slice(x) => {
                for (y, &x) in self.out.iter_mut().zip(x) {
                    *y = (self.f)(x);
                }
            }
            Operand::Scalar(x) => self.out.fill((self.f)(x)),
        }
    }
}

struct Zip<'a, F, A, O> {
    f: F,
    operands: [Operand<'a, A>; 2],
    out: &'a mut [O],
}

impl<A: Copy, O: Copy, F: Fn(A, A) -> O> Loop for Zip<'_, F, A, O> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { f, operands, out } = self;
        match operands {
            [Operand::Slice(a), Operand::Slice(b)] => {
                for ((y, &a), &b) in out.iter_mut().zip(a).zip(b) {
                    *y = f(a, b);
                }
            }
            [Operand::Slice(a), Operand::Scalar(b)] => {
                for (y, &a) in out.iter_mut().zip(a) {
                    *y = f(a, b);
                }
            }
            [Operand::Scalar(a), Operand::Slice(b)] => {
                for (y, &b) in out.iter_mut().zip(b) {
                    *y = f(a, b);
                }
            }
            [Operand::Scalar(a), Operand::Scalar(b)] => out.fill(f(a, b)),
        }
    }
}

/// `out = f(operand)` with the widest instructions there are.
#[inline]
pub(crate) fn map<A: Copy, O: Copy>(f: impl Fn(A) -> O, operand: Operand<'_, A>, out: &mut [O]) {
    vectorize(Map { f, operand, out });
}

/// `out = f(operands)` with the widest instructions there are.
#[inline]
pub(crate) fn zip<A: Copy, O: Copy>(f: impl Fn(A, A) -> O, operands: [Operand<'_, A>; 2], out: &mut [O]) {
    vectorize(Zip { f, operands, out });
}

fn require_number(name: &'static str, integers: bool, dtype: DType) -> Result<()> {
    let needed = if integers {
        "f32, f64 or an integer type"
    } else {
        "f32 or f64"
    };
    dtype.require(name, dtype.is_float() || (integers && dtype.is_integer()), needed)
}

pub(crate) fn infer_unary<U: Unary>(name: &'static str, inputs: &[Spec]) -> Result<Specs> {
    require_number(name, U::INTEGERS, inputs[0].dtype)?;
    Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
}

pub(crate) fn forward_unary<U: Unary>(op: U, name: &'static str, x: &Array) -> Result<Array> {
    require_number(name, U::INTEGERS, x.dtype())?;
    fn integers<U: Unary, T: Integer>(op: U, x: &Array) -> Array {
        elementwise::unary(x, 1, |x: &[T], out| {
            map(
                #[inline(always)]
                |x| op.integer(x),
                Operand::Slice(x),
                out,
            )
        })
    }
    Ok(match x.dtype() {
        DType::F32 => elementwise::unary(x, U::COST, |x, out| {
            map(
                #[inline(always)]
                |x| op.f32(x),
                Operand::Slice(x),
                out,
            )
        }),
        DType::F64 => elementwise::unary(x, 2 * U::COST, |x, out| {
            map(
                #[inline(always)]
                |x| op.f64(x),
                Operand::Slice(x),
                out,
            )
        }),
        DType::I32 => integers::<U, i32>(op, x),
        DType::I64 => integers::<U, i64>(op, x),
        _ => integers::<U, u8>(op, x),
    })
}

pub(crate) fn infer_binary<B: Binary>(name: &'static str, inputs: &[Spec]) -> Result<Specs> {
    same_dtype(name, inputs[0].dtype, inputs[1].dtype)?;
    require_number(name, B::INTEGERS, inputs[0].dtype)?;
    Ok(one(
        inputs[0].dtype,
        inputs[0].shape.broadcast(name, &inputs[1].shape)?,
    ))
}

pub(crate) fn forward_binary<B: Binary>(op: B, name: &'static str, a: &Array, b: &Array) -> Result<Array> {
    same_dtype(name, a.dtype(), b.dtype())?;
    require_number(name, B::INTEGERS, a.dtype())?;
    fn integers<B: Binary, T: Integer>(op: B, name: &'static str, a: &Array, b: &Array) -> Result<Array> {
        elementwise::binary(name, a, b, 1, |a, b, out: &mut [T]| {
            zip(
                #[inline(always)]
                |a, b| op.integer(a, b),
                [a, b],
                out,
            );
        })
    }
    match a.dtype() {
        DType::F32 => elementwise::binary(name, a, b, B::COST, |a, b, out| {
            zip(
                #[inline(always)]
                |a, b| op.f32(a, b),
                [a, b],
                out,
            );
        }),
        DType::F64 => elementwise::binary(name, a, b, 2 * B::COST, |a, b, out| {
            zip(
                #[inline(always)]
                |a, b| op.f64(a, b),
                [a, b],
                out,
            );
        }),
        DType::I32 => integers::<B, i32>(op, name, a, b),
        DType::I64 => integers::<B, i64>(op, name, a, b),
        _ => integers::<B, u8>(op, name, a, b),
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
    let left = || sum_to_like(&op.left(d, a, b, y)?, a);
    let right = || sum_to_like(&op.right(d, a, b, y)?, b);
    Ok([
        call.wanted[0].then(left).transpose()?,
        call.wanted[1].then(right).transpose()?,
    ]
    .into())
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
    Arrays::from_elem(array, 1)
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
                Some(self)
            }
        }

        impl $crate::ops::Block for $op {
            fn cost(&self) -> usize {
                <Self as $crate::ops::Unary>::COST
            }

            fn run_f32(&self, operands: &[$crate::ops::Operand<'_, f32>], out: &mut [f32]) {
                let op = *self;
                $crate::ops::elementwise::map(
                    #[inline(always)]
                    |x| $crate::ops::Unary::f32(op, x),
                    operands[0],
                    out,
                );
            }

            fn run_f64(&self, operands: &[$crate::ops::Operand<'_, f64>], out: &mut [f64]) {
                let op = *self;
                $crate::ops::elementwise::map(
                    #[inline(always)]
                    |x| $crate::ops::Unary::f64(op, x),
                    operands[0],
                    out,
                );
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

            fn infer(&self, inputs: &[$crate::ops::Spec]) -> $crate::Result<$crate::ops::Specs> {
                $crate::ops::elementwise::infer_binary::<Self>($name, inputs)
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
                Some(self)
            }
        }

        impl $crate::ops::Block for $op {
            fn cost(&self) -> usize {
                <Self as $crate::ops::Binary>::COST
            }

            fn run_f32(&self, operands: &[$crate::ops::Operand<'_, f32>], out: &mut [f32]) {
                let op = *self;
                $crate::ops::elementwise::zip(
                    #[inline(always)]
                    |a, b| $crate::ops::Binary::f32(op, a, b),
                    [operands[0], operands[1]],
                    out,
                );
            }

            fn run_f64(&self, operands: &[$crate::ops::Operand<'_, f64>], out: &mut [f64]) {
                let op = *self;
                $crate::ops::elementwise::zip(
                    #[inline(always)]
                    |a, b| $crate::ops::Binary::f64(op, a, b),
                    [operands[0], operands[1]],
                    out,
                );
            }
        }
    };
}
pub(crate) use binary_primitive;
