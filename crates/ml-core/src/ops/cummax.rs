//! Running extremes, and the running logarithm of sums of exponentials that stands on them.

use serde::{Deserialize, Serialize};

use super::{Arrays, Primitive, Spec, Specs, apply, discrete::discrete, elementwise::outputs, one};
use crate::{
    DType, Result, Shape, Tensor,
    dtype::Element,
    kernels::{arithmetic::for_number, scan::Scan},
    tensor::{Array, scratch},
};

/// Position along an axis of the largest (or smallest) element up to each; of equals the last, and of NaN, which wins,
/// the last, too.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct RunningExtreme {
    axis: usize,
    largest: bool,
}

impl RunningExtreme {
    fn positions<T: Element + Copy + PartialOrd>(self, x: &Array) -> Array {
        let Scan { outer, n, inner, .. } = Scan::along(x.shape(), self.axis, false);
        let values = x.elements::<T>();
        let mut out = scratch::<i64>(values.len());
        for lane in 0..outer * inner {
            let start = lane / inner * n * inner + lane % inner;
            let mut best = start;
            for k in 0..n {
                let place = start + k * inner;
                if self.wins(values[place], values[best]) {
                    best = place;
                }
                out[place] = ((best - start) / inner) as i64;
            }
        }
        Array::dense(out, x.shape().clone())
    }

    /// Whether `new` takes the place of `best`.
    #[allow(clippy::eq_op, reason = "NaN alone differs from itself")]
    fn wins<T: Copy + PartialOrd>(self, new: T, best: T) -> bool {
        let at_least = if self.largest { new >= best } else { new <= best };
        new != new || (best == best && at_least)
    }
}

#[typetag::serde(name = "running_extreme")]
impl Primitive for RunningExtreme {
    fn name(&self) -> &'static str {
        "running_extreme"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let dtype = inputs[0].dtype;
        let number = dtype.is_float() || dtype.is_integer();
        dtype.require("cummax", number, "f32, f64 or an integer type")?;
        inputs[0].shape.axis("cummax", self.axis as isize)?;
        Ok(one(DType::I64, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        if x.is_empty() {
            return Ok(outputs(Array::dense(Vec::<i64>::new(), x.shape().clone())));
        }
        Ok(outputs(for_number!(x.dtype(), T => self.positions::<T>(x))))
    }

    discrete!();
}

impl Tensor {
    /// The largest element up to each along `axis`, `y[k] = max(x[0], ..., x[k])`, and where it stands: of equal ones
    /// the last. From the first NaN on everything is NaN. The gradient goes to the element that was taken.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist, [`Error::DType`](crate::Error::DType)
    /// unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (y, at) = Tensor::from([2.0, 5.0, 3.0, 5.0]).cummax(0)?;
    /// assert_eq!(y.to_vec::<f64>()?, [2.0, 5.0, 5.0, 5.0]);
    /// assert_eq!(at.to_vec::<i64>()?, [0, 1, 1, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cummax(&self, axis: isize) -> Result<(Tensor, Tensor)> {
        self.running_extreme(axis, true)
    }

    /// As [`cummax`](Self::cummax) with the smallest element.
    ///
    /// # Errors
    /// As [`cummax`](Self::cummax).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([2, 5, 1]).cummin(0)?.0.to_vec::<i32>()?, [2, 2, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cummin(&self, axis: isize) -> Result<(Tensor, Tensor)> {
        self.running_extreme(axis, false)
    }

    fn running_extreme(&self, axis: isize, largest: bool) -> Result<(Tensor, Tensor)> {
        let number = self.shape().axis("cummax", axis)?;
        let primitive = RunningExtreme {
            axis: number,
            largest,
        };
        let positions = apply(primitive, &[&self.stop_gradient()])?;
        Ok((self.take_along_axis(&positions, axis)?, positions))
    }

    /// `y[k] = log(exp(x[0]) + ... + exp(x[k]))` along `axis`, without overflow, and without loss where the elements
    /// grow by hundreds.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist, [`Error::DType`](crate::Error::DType)
    /// unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([-1000.0, 0.0, 1000.0, 1000.0]).logcumsumexp(0)?.to_vec::<f64>()?;
    /// assert_eq!(y, [-1000.0, 0.0, 1000.0, 1000.0 + 2f64.ln()]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logcumsumexp(&self, axis: isize) -> Result<Tensor> {
        self.dtype().require_float("logcumsumexp")?;
        let (largest, _) = self.stop_gradient().cummax(axis)?;
        // An infinite maximum would be taken from itself.
        let top = Tensor::select(&largest.is_inf()?, &largest.zeros_like()?, &largest)?;
        // Sums in units of exp(top): what came before shrinks when the unit grows.
        let number = self.shape().axis("logcumsumexp", axis)?;
        let before = top.shifted(number, false, &Tensor::zeros([], self.dtype())?)?;
        let sums = self
            .sub(&top)?
            .exp()?
            .linear_recurrence(&before.sub(&top)?.exp()?, axis, false)?;
        sums.log()?.add(&top)
    }

    /// Whether each element is among the first so many of its row: `y[..., k] = k < lengths[...]` for `k` below `most`.
    ///
    /// **Shape**: `[...]` gives `[..., most]`.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the lengths are integers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let mask = Tensor::from([1, 3]).sequence_mask(3)?;
    /// assert_eq!(mask.to_vec::<bool>()?, [true, false, false, true, true, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sequence_mask(&self, most: usize) -> Result<Tensor> {
        self.dtype()
            .require("sequence_mask", self.dtype().is_integer(), "an integer type")?;
        Shape::from([most]).checked_len("sequence_mask")?;
        let numbers = Tensor::range(0..most as i64)?;
        numbers.less(&self.cast(DType::I64)?.expand_dims(-1)?)
    }
}
