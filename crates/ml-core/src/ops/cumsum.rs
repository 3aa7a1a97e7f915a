//! Running sums and products.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Index, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, index::along,
    one, same_dtype,
};
use crate::{
    DType, Result, Tensor,
    kernels::{arithmetic::for_number, scan::Scan},
    tensor::Array,
};

/// How [`Tensor::cumsum_with`] and [`Tensor::cumprod_with`] run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cumulative {
    /// Whether every element is left out of its own sum or product. Default false.
    pub exclusive: bool,
    /// Whether to begin at the last element. Default false.
    pub reverse: bool,
}

/// `y[k] = x[0] + ... + x[k]`, or from the end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct CumSum {
    axis: usize,
    reverse: bool,
}

/// `y[k] = b[k] + a[k]·y[k - 1]` for operands `a`, `b`, with 0 before the first: what running products, and the
/// gradients of them, consist of.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Recurrence {
    axis: usize,
    reverse: bool,
}

fn require_number(op: &'static str, dtype: DType) -> Result<()> {
    dtype.require(
        op,
        dtype.is_float() || dtype.is_integer(),
        "f32, f64 or an integer type",
    )
}

#[typetag::serde(name = "cumsum")]
impl Primitive for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_number("cumsum", inputs[0].dtype)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        require_number("cumsum", x.dtype())?;
        let scan = Scan::along(x.shape(), self.axis, self.reverse);
        Ok(outputs(for_number!(x.dtype(), T => scan.sums::<T>(x))))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = CumSum {
            reverse: !self.reverse,
            ..*self
        };
        let back = gradients[0].as_ref().map(|d| apply(back, &[d])).transpose()?;
        Ok(Gradients::from_elem(back, 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(*self, &[d])).transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

#[typetag::serde(name = "recurrence")]
impl Primitive for Recurrence {
    fn name(&self) -> &'static str {
        "recurrence"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_number("cumprod", inputs[0].dtype)?;
        same_dtype("cumprod", inputs[0].dtype, inputs[1].dtype)?;
        Ok(one(inputs[1].dtype, inputs[1].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (a, b) = (inputs[0], inputs[1]);
        self.infer(&[Spec::new(a.dtype(), a.shape()), Spec::new(b.dtype(), b.shape())])?;
        let a = &super::broadcast::stretch("cumprod", a, b.shape())?;
        let scan = Scan::along(b.shape(), self.axis, self.reverse);
        Ok(outputs(for_number!(b.dtype(), T => scan.recurrence::<T>(a, b))))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        // What reaches y[k] comes from d[k] and, through a[k + 1], from y[k + 1]: a recurrence the other way.
        let back = Recurrence {
            axis: self.axis,
            reverse: !self.reverse,
        };
        let zero = Tensor::zeros([], d.dtype())?;
        let a = call.inputs[0].shifted(self.axis, !self.reverse, &zero)?;
        let reached = apply(back, &[&a, d])?;
        let of_a = || reached.mul(&call.outputs[0].shifted(self.axis, self.reverse, &zero)?);
        let of_a = call.wanted[0].then(of_a).transpose()?;
        Ok([of_a, call.wanted[1].then_some(reached)].into())
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// One position later along `axis` (earlier if `reverse`), with `first` where nothing comes from.
    pub(super) fn shifted(&self, axis: usize, reverse: bool, first: &Tensor) -> Result<Tensor> {
        let (range, width) = match reverse {
            false => ((None, Some(-1)), (1, 0)),
            true => ((Some(1), None), (0, 1)),
        };
        let (start, stop) = range;
        if self.shape()[axis] == 0 {
            return Ok(self.clone());
        }
        let rest = self.index(&along(axis, Index::Range { start, stop, step: 1 }))?;
        let mut widths = vec![(0, 0); self.rank()];
        widths[axis] = width;
        rest.pad_with(&widths, first)
    }

    /// Running sums along `axis`: `y[k] = x[0] + ... + x[k]`. Integers wrap around.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).cumsum(0)?.to_vec::<i32>()?, [1, 3, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cumsum(&self, axis: isize) -> Result<Tensor> {
        self.cumsum_with(axis, Cumulative::default())
    }

    /// Running sums along `axis`, with or without the element itself, from either end.
    ///
    /// # Errors
    /// As [`cumsum`](Self::cumsum).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Cumulative};
    ///
    /// let how = Cumulative { exclusive: true, reverse: true };
    /// assert_eq!(Tensor::from([1, 2, 3]).cumsum_with(0, how)?.to_vec::<i32>()?, [5, 3, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cumsum_with(&self, axis: isize, how: Cumulative) -> Result<Tensor> {
        let axis = self.shape().axis("cumsum", axis)?;
        let reverse = how.reverse;
        let y = apply(CumSum { axis, reverse }, &[self])?;
        match how.exclusive {
            true => y.shifted(axis, reverse, &Tensor::zeros([], self.dtype())?),
            false => Ok(y),
        }
    }

    /// Running products along `axis`: `y[k] = x[0] · ... · x[k]`; the gradient is exact where elements are 0, too.
    ///
    /// # Errors
    /// As [`cumsum`](Self::cumsum).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([2, 3, 4]).cumprod(0)?.to_vec::<i32>()?, [2, 6, 24]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cumprod(&self, axis: isize) -> Result<Tensor> {
        self.cumprod_with(axis, Cumulative::default())
    }

    /// Running products along `axis`, with or without the element itself, from either end.
    ///
    /// # Errors
    /// As [`cumsum`](Self::cumsum).
    pub fn cumprod_with(&self, axis: isize, how: Cumulative) -> Result<Tensor> {
        let axis = self.shape().axis("cumprod", axis)?;
        require_number("cumprod", self.dtype())?;
        let reverse = how.reverse;
        // y[k] = x[k]·y[k - 1], which begins with x[0]: that one is added, all others are multiplied.
        let place = if reverse { Some(-1) } else { Some(0) };
        let stop = if reverse { None } else { Some(1) };
        let first = along(
            axis,
            Index::Range {
                start: place,
                stop,
                step: 1,
            },
        );
        let begin = self.zeros_like()?.slice_update(&first, &self.index(&first)?)?;
        let y = apply(Recurrence { axis, reverse }, &[self, &begin])?;
        match how.exclusive {
            true => y.shifted(axis, reverse, &Tensor::ones([], self.dtype())?),
            false => Ok(y),
        }
    }

    /// `y[k] = b[k] + a[k]·y[k - 1]` along `axis`, with 0 before the first: running sums with a factor, such as
    /// discounted returns or moving averages. `self` is `b`; `a` has its shape.
    ///
    /// # Errors
    /// As [`cumsum`](Self::cumsum); [`Error::Shape`](crate::Error::Shape) for another shape,
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for another element type.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// // Returns of rewards 10, 0, -50 with discount 0.8: -50, -40, 10 - 0.8·40.
    /// let rewards = Tensor::from([10.0, 0.0, -50.0]);
    /// let returns = rewards.linear_recurrence(&rewards.full_like(0.8)?, 0, true)?;
    /// assert_eq!(returns.to_vec::<f64>()?, [-22.0, -40.0, -50.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn linear_recurrence(&self, a: &Tensor, axis: isize, reverse: bool) -> Result<Tensor> {
        let axis = self.shape().axis("linear_recurrence", axis)?;
        if !a.shape().matches(self.shape()) {
            return Err(crate::Error::Shape {
                op: "linear_recurrence",
                left: self.shape().to_vec(),
                right: a.shape().to_vec(),
                rule: "the factors must have the shape of the terms",
            });
        }
        apply(Recurrence { axis, reverse }, &[a, self])
    }
}
