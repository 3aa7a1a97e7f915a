//! Which elements are finite, infinite or not numbers.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::{map, outputs},
    one,
};
use crate::{
    DType, Result, Tensor,
    kernels::elementwise::{Operand, unary},
    tensor::Array,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Predicate {
    Nan,
    Finite,
    Infinite,
}

macro_rules! test {
    ($predicate:expr, $x:expr, $type:ident) => {
        unary($x, 1, |x: &[$type], out: &mut [bool]| {
            let x = Operand::Slice(x);
            match $predicate {
                Predicate::Nan => map(
                    #[inline(always)]
                    |x: &$type| x.is_nan(),
                    x,
                    out,
                ),
                Predicate::Finite => map(
                    #[inline(always)]
                    |x: &$type| x.is_finite(),
                    x,
                    out,
                ),
                Predicate::Infinite => map(
                    #[inline(always)]
                    |x: &$type| x.is_infinite(),
                    x,
                    out,
                ),
            }
        })
    };
}

#[typetag::serde(name = "predicate")]
impl Primitive for Predicate {
    fn name(&self) -> &'static str {
        match self {
            Self::Nan => "is_nan",
            Self::Finite => "is_finite",
            Self::Infinite => "is_inf",
        }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float(self.name())?;
        Ok(one(DType::Bool, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        x.dtype().require_float(self.name())?;
        Ok(outputs(match x.dtype() {
            DType::F32 => test!(self, x, f32),
            _ => test!(self, x, f64),
        }))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// Which elements are NaN.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([f64::NAN, 1.0]).is_nan()?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn is_nan(&self) -> Result<Tensor> {
        apply(Predicate::Nan, &[self])
    }

    /// Which elements are neither infinite nor NaN.
    ///
    /// # Errors
    /// As [`is_nan`](Self::is_nan).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([f64::INFINITY, 1.0]).is_finite()?.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn is_finite(&self) -> Result<Tensor> {
        apply(Predicate::Finite, &[self])
    }

    /// Which elements are infinite, of either sign.
    ///
    /// # Errors
    /// As [`is_nan`](Self::is_nan).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([f64::NEG_INFINITY, 1.0]).is_inf()?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn is_inf(&self) -> Result<Tensor> {
        apply(Predicate::Infinite, &[self])
    }

    /// Finite numbers instead of NaN and infinities: `nan`, and `largest` with the infinity's sign. No gradient
    /// flows to what is replaced.
    ///
    /// # Errors
    /// As [`is_nan`](Self::is_nan).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([f64::NAN, f64::NEG_INFINITY, 2.0]);
    /// assert_eq!(x.nan_to_num(0.0, 1e9)?.to_vec::<f64>()?, [0.0, -1e9, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn nan_to_num(&self, nan: f64, largest: f64) -> Result<Tensor> {
        let finite = Tensor::select(&self.is_nan()?, &self.number_like(nan)?, self)?;
        let signed = self.sign()?.mul_scalar(largest)?;
        Tensor::select(&self.is_inf()?, &signed, &finite)
    }
}
