//! Lengths of vectors along axes.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes},
};
use crate::{DType, Result, Tensor, check, kernels::reduce, tensor::Array};

/// Which length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Norm {
    /// Sum of magnitudes.
    L1,
    /// Root of the sum of squares: Euclidean, of a matrix Frobenius.
    L2,
    /// Largest magnitude.
    Inf,
    /// `(Σ |x|^p)^(1/p)`, with `p` finite and at least 1.
    P(f64),
}

/// Root of the sum of squares.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Euclidean {
    axes: Axes,
}

#[typetag::serde(name = "euclidean_norm")]
impl Primitive for Euclidean {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float("norm")?;
        check_axes("norm", &self.axes, &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        let squares = reduce::sum_of_squares("norm", x, &self.axes)?;
        Ok(outputs(match x.dtype() {
            DType::F32 => roots(&squares, f32::sqrt),
            _ => roots(&squares, f64::sqrt),
        }))
    }

    /// `x / |x|`, and 0 where all elements are 0: the smallest of the slopes that are possible there.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (x, y) = (&call.inputs[0], &call.outputs[0]);
        let back = |d: &Tensor| {
            let zero = Tensor::zeros([], y.dtype())?;
            let length = Tensor::select(&y.equal(&zero)?, &zero.ones_like()?, y)?;
            x.mul(&d.div(&length)?)
        };
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

fn roots<T: crate::dtype::Element + Copy>(squares: &Array, sqrt: impl Fn(T) -> T) -> Array {
    let values = squares.elements::<T>().iter().map(|&v| sqrt(v)).collect();
    Array::dense(values, squares.shape().clone())
}

impl Tensor {
    /// Length over `axes`, which vanish; over all of them if none is given. Of no elements, 0 (an error for the
    /// largest magnitude).
    ///
    /// The gradient of `L2` is 0 where all elements are 0; those that tie for the largest magnitude share its
    /// gradient evenly.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`,
    /// [`Error::Parameter`](crate::Error::Parameter) for a `p` below 1 or not finite,
    /// [`Error::Empty`](crate::Error::Empty) for `Inf` of no elements.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Norm};
    ///
    /// let x = Tensor::from([[3.0, -4.0], [0.0, 2.0]]);
    /// assert_eq!(x.norm(Norm::L2, &[1])?.to_vec::<f64>()?, [5.0, 2.0]);
    /// assert_eq!(x.norm(Norm::L1, &[])?.item::<f64>()?, 9.0);
    /// assert_eq!(x.norm(Norm::Inf, &[0])?.to_vec::<f64>()?, [3.0, 4.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn norm(&self, which: Norm, axes: &[isize]) -> Result<Tensor> {
        let resolved = self.shape().axes("norm", axes)?;
        self.norm_keep(which, axes)?.without_axes(&resolved)
    }

    /// As [`norm`](Self::norm), but the axes stay, with length 1.
    ///
    /// # Errors
    /// As [`norm`](Self::norm).
    pub fn norm_keep(&self, which: Norm, axes: &[isize]) -> Result<Tensor> {
        self.dtype().require_float("norm")?;
        match which {
            Norm::L1 => self.abs()?.sum_keep(axes),
            Norm::L2 => apply(
                Euclidean {
                    axes: self.shape().axes("norm", axes)?,
                },
                &[self],
            ),
            Norm::Inf => self.abs()?.max_keep(axes),
            Norm::P(p) => {
                check::parameter(
                    "p",
                    p,
                    p.is_finite() && p >= 1.0,
                    "finite and at least 1; Norm::Inf for infinity",
                )?;
                self.abs()?.powf(p)?.sum_keep(axes)?.powf(1.0 / p)
            }
        }
    }

    /// Vectors along `axes` of Euclidean length 1: `x / max(|x|, least)`, so that 0 stays 0.
    ///
    /// # Errors
    /// As [`norm`](Self::norm).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[3.0, 4.0], [0.0, 0.0]]).normalize(&[1], 1e-12)?;
    /// assert_eq!(y.to_vec::<f64>()?, [0.6, 0.8, 0.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn normalize(&self, axes: &[isize], least: f64) -> Result<Tensor> {
        let length = self.norm_keep(Norm::L2, axes)?;
        self.div(&length.maximum(&length.number_like(least)?)?)
    }
}
