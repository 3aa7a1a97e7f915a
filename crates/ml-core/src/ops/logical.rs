//! Truth values combined.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{
    DType, Result, Tensor,
    kernels::{
        elementwise::{Zip, binary, unary},
        simd::Loop,
    },
    tensor::Array,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Logical {
    And,
    Or,
    Xor,
    Not,
}

impl Logical {
    fn require(self, dtype: DType) -> Result<()> {
        dtype.require(self.name(), dtype == DType::Bool, "bool")
    }

    fn operands(self) -> usize {
        if self == Self::Not { 1 } else { 2 }
    }
}

#[typetag::serde(name = "logical")]
impl Primitive for Logical {
    fn name(&self) -> &'static str {
        match self {
            Self::And => "logical_and",
            Self::Or => "logical_or",
            Self::Xor => "logical_xor",
            Self::Not => "logical_not",
        }
    }

    fn arity(&self) -> RangeInclusive<usize> {
        self.operands()..=self.operands()
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs.iter().try_for_each(|input| self.require(input.dtype))?;
        let shape = match inputs {
            [a, b] => a.shape.broadcast(self.name(), &b.shape)?,
            _ => inputs[0].shape.clone(),
        };
        Ok(one(DType::Bool, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        inputs.iter().try_for_each(|input| self.require(input.dtype()))?;
        let zip = |f: fn(bool, bool) -> bool| {
            binary(
                self.name(),
                inputs[0],
                inputs[1],
                1,
                &|operands, out: &mut [bool]| {
                    let f = |a: &bool, b: &bool| f(*a, *b);
                    Zip { f, operands, out }.run();
                },
            )
        };
        Ok(outputs(match self {
            Self::And => zip(|a, b| a & b)?,
            Self::Or => zip(|a, b| a | b)?,
            Self::Xor => zip(|a, b| a ^ b)?,
            Self::Not => unary(inputs[0], 1, |x: &[bool], out: &mut [bool]| {
                out.iter_mut().zip(x).for_each(|(y, x)| *y = !x);
            }),
        }))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, self.operands()))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// Where both are true; shapes broadcast.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless both are `bool`, [`Error::Shape`](crate::Error::Shape) if
    /// the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([true, false]).logical_and(&Tensor::from(true))?;
    /// assert_eq!(y.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logical_and(&self, other: &Tensor) -> Result<Tensor> {
        apply(Logical::And, &[self, other])
    }

    /// Where at least one is true; shapes broadcast.
    ///
    /// # Errors
    /// As [`logical_and`](Self::logical_and).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([true, false]).logical_or(&Tensor::from(false))?;
    /// assert_eq!(y.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logical_or(&self, other: &Tensor) -> Result<Tensor> {
        apply(Logical::Or, &[self, other])
    }

    /// Where exactly one is true; shapes broadcast.
    ///
    /// # Errors
    /// As [`logical_and`](Self::logical_and).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([true, false]).logical_xor(&Tensor::from(true))?;
    /// assert_eq!(y.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logical_xor(&self, other: &Tensor) -> Result<Tensor> {
        apply(Logical::Xor, &[self, other])
    }

    /// Where it is false.
    ///
    /// # Errors
    /// As [`logical_and`](Self::logical_and).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([true, false]).logical_not()?.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logical_not(&self) -> Result<Tensor> {
        apply(Logical::Not, &[self])
    }
}
