//! Comparisons.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, same_dtype,
};
use crate::{
    DType, Result, Tensor,
    dtype::Element,
    kernels::{
        elementwise::{Operand, Zip, binary},
        simd::{Loop, vectorize},
    },
    tensor::{Array, for_dtype},
};

/// Which comparison; the others exchange the operands or negate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Compare {
    Equal,
    Less,
    LessEqual,
}

fn block<T: Element + PartialOrd>(compare: Compare, operands: [Operand<'_, T>; 2], out: &mut [bool]) {
    fn run<T: Element>(f: impl Fn(&T, &T) -> bool, operands: [Operand<'_, T>; 2], out: &mut [bool]) {
        let zip = Zip { f, operands, out };
        if T::DTYPE.is_float() {
            vectorize(zip)
        } else {
            zip.run()
        }
    }
    match compare {
        Compare::Equal => run(
            #[inline(always)]
            |a: &T, b| a == b,
            operands,
            out,
        ),
        Compare::Less => run(
            #[inline(always)]
            |a: &T, b| a < b,
            operands,
            out,
        ),
        Compare::LessEqual => run(
            #[inline(always)]
            |a: &T, b| a <= b,
            operands,
            out,
        ),
    }
}

#[typetag::serde(name = "compare")]
impl Primitive for Compare {
    fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Less => "less",
            Self::LessEqual => "less_equal",
        }
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        same_dtype(self.name(), inputs[0].dtype, inputs[1].dtype)?;
        Ok(one(
            DType::Bool,
            inputs[0].shape.broadcast(self.name(), &inputs[1].shape)?,
        ))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (a, b) = (inputs[0], inputs[1]);
        same_dtype(self.name(), a.dtype(), b.dtype())?;
        Ok(outputs(for_dtype!(a.dtype(), T => {
            binary(self.name(), a, b, 1, &|operands, out| block::<T>(*self, operands, out))?
        })))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 2))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// Where elements are equal; NaN equals nothing. Any one element type; shapes broadcast; the result is `bool`.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let same = Tensor::from(["a", "b"]).equal(&Tensor::from("b"))?;
    /// assert_eq!(same.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn equal(&self, other: &Tensor) -> Result<Tensor> {
        apply(Compare::Equal, &[self, other])
    }

    /// Where elements differ; NaN differs from everything.
    ///
    /// # Errors
    /// As [`equal`](Self::equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let other = Tensor::from([1.0, f64::NAN]).not_equal(&Tensor::from([1.0, f64::NAN]))?;
    /// assert_eq!(other.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn not_equal(&self, other: &Tensor) -> Result<Tensor> {
        self.equal(other)?.logical_not()
    }

    /// Where `a < b`; strings by their bytes, false before true, false beside NaN.
    ///
    /// # Errors
    /// As [`equal`](Self::equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).less(&Tensor::from(2))?.to_vec::<bool>()?, [true, false, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn less(&self, other: &Tensor) -> Result<Tensor> {
        apply(Compare::Less, &[self, other])
    }

    /// Where `a <= b`, as [`less`](Self::less).
    ///
    /// # Errors
    /// As [`equal`](Self::equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).less_equal(&Tensor::from(2))?.to_vec::<bool>()?, [true, true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn less_equal(&self, other: &Tensor) -> Result<Tensor> {
        apply(Compare::LessEqual, &[self, other])
    }

    /// Where `a > b`, as [`less`](Self::less) with the operands exchanged.
    ///
    /// # Errors
    /// As [`equal`](Self::equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).greater(&Tensor::from(2))?.to_vec::<bool>()?, [false, false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn greater(&self, other: &Tensor) -> Result<Tensor> {
        other.less(self)
    }

    /// Where `a >= b`, as [`less`](Self::less) with the operands exchanged.
    ///
    /// # Errors
    /// As [`equal`](Self::equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).greater_equal(&Tensor::from(2))?.to_vec::<bool>()?, [false, true, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn greater_equal(&self, other: &Tensor) -> Result<Tensor> {
        other.less_equal(self)
    }
}
