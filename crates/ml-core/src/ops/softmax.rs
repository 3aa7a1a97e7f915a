//! Softmax, its logarithm, and the logarithm of a sum of exponentials.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes, reduction_methods},
};
use crate::{
    DType, Result, Tensor,
    kernels::softmax::{self, Form},
    tensor::Array,
};

/// Along one axis; the logarithm of it, or not.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Softmax {
    axis: usize,
    log: bool,
}

#[typetag::serde(name = "softmax")]
impl Primitive for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax" } else { "softmax" }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float(self.name())?;
        check_axes(self.name(), &[self.axis], &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        let form = if self.log { Form::Log } else { Form::Share };
        Ok(outputs(match x.dtype() {
            DType::F32 => softmax::softmax::<f32>(x, self.axis, form),
            _ => softmax::softmax::<f64>(x, self.axis, form),
        }))
    }

    /// `y · (d - Σ d·y)`; of the logarithm, `d - exp(y) · Σ d`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (y, axis) = (&call.outputs[0], self.axis as isize);
        let back = |d: &Tensor| match self.log {
            true => d.sub(&y.exp()?.mul(&d.sum_keep(&[axis])?)?),
            false => y.mul(&d.sub(&d.mul(y)?.sum_keep(&[axis])?)?),
        };
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    /// Softmax's Jacobian is symmetric; that of the logarithm is not.
    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let (y, axis) = (&call.outputs[0], self.axis as isize);
        let on = |d: &Tensor| match self.log {
            true => d.sub(&y.exp()?.mul(d)?.sum_keep(&[axis])?),
            false => y.mul(&d.sub(&d.mul(y)?.sum_keep(&[axis])?)?),
        };
        Ok(Gradients::from_elem(tangents[0].as_ref().map(on).transpose()?, 1))
    }

    fn saves(&self) -> Saves {
        Saves::OUTPUTS
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LogSumExp {
    axes: Axes,
}

#[typetag::serde(name = "logsumexp")]
impl Primitive for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float("logsumexp")?;
        check_axes("logsumexp", &self.axes, &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        Ok(outputs(match x.dtype() {
            DType::F32 => softmax::log_sum_exp::<f32>(x, &self.axes),
            _ => softmax::log_sum_exp::<f64>(x, &self.axes),
        }))
    }

    /// `d · exp(x - y)`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| call.inputs[0].sub(&call.outputs[0])?.exp()?.mul(d);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// Exponentials in proportion, along `axis`: `y = exp(x) / Σ exp(x)`, each row positive and of sum 1.
    ///
    /// The largest element is taken off first, so nothing overflows. A row that holds NaN or ∞, or nothing but
    /// -∞, becomes NaN.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1000.0, 1000.0 + 3f64.ln()]).softmax(-1)?.to_vec::<f64>()?;
    /// assert!((y[0] - 0.25).abs() < 1e-12 && (y[1] - 0.75).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn softmax(&self, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("softmax", axis)?;
        apply(Softmax { axis, log: false }, &[self])
    }

    /// Logarithm of [`softmax`](Self::softmax): `y = x - log Σ exp(x)`, exact where the share underflows.
    ///
    /// # Errors
    /// As [`softmax`](Self::softmax).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1000.0]).log_softmax(-1)?;
    /// assert_eq!(y.to_vec::<f64>()?, [-1000.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log_softmax(&self, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("log_softmax", axis)?;
        apply(Softmax { axis, log: true }, &[self])
    }
}

reduction_methods! {
    /// `log Σ exp(x)` over `axes`, which vanish; over all of them if none is given. Of no elements, -∞.
    ///
    /// The largest element is taken off first, so nothing overflows.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1000.0, 1000.0]).logsumexp(&[])?.item::<f64>()?;
    /// assert!((y - (1000.0 + 2f64.ln())).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    logsumexp, logsumexp_keep, logsumexp_all, |axes| LogSumExp { axes }
}
