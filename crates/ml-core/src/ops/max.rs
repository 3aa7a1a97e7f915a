//! Largest and smallest elements over axes.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes, reduction_methods},
};
use crate::{Result, Tensor, kernels::reduce, tensor::Array};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extreme {
    axes: Axes,
    largest: bool,
}

impl Extreme {
    fn check(&self, spec: &Spec) -> Result<()> {
        let number = spec.dtype.is_float() || spec.dtype.is_integer();
        spec.dtype
            .require(self.name(), number, "f32, f64 or an integer type")?;
        check_axes(self.name(), &self.axes, &spec.shape)
    }
}

/// 1 in `y`'s place, shared evenly by all elements that are equal to it. NaN is equal to NaN here: where it is
/// the result, it takes the gradient.
pub(super) fn tie_shares(x: &Tensor, y: &Tensor, axes: &[usize]) -> Result<Tensor> {
    let (x, y) = (x.stop_gradient(), y.stop_gradient());
    let both_nan = x.is_nan()?.logical_and(&y.is_nan()?)?;
    let ties = x.equal(&y)?.logical_or(&both_nan)?.cast(x.dtype())?;
    let axes: Vec<isize> = axes.iter().map(|&axis| axis as isize).collect();
    // Without axes every element is its own result.
    if axes.is_empty() {
        Ok(ties)
    } else {
        ties.div(&ties.sum_keep(&axes)?)
    }
}

#[typetag::serde(name = "extreme")]
impl Primitive for Extreme {
    fn name(&self) -> &'static str {
        if self.largest { "max" } else { "min" }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(&inputs[0])?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.check(&Spec::new(x.dtype(), x.shape()))?;
        Ok(outputs(match self.largest {
            true => reduce::max("max", x, &self.axes)?,
            false => reduce::min("min", x, &self.axes)?,
        }))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let share = |d: &Tensor| d.mul(&tie_shares(&call.inputs[0], &call.outputs[0], &self.axes)?);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(share).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

reduction_methods! {
    /// Largest element over `axes`, which vanish; over all of them if none is given. NaN if there is one.
    ///
    /// The gradient is shared evenly among elements that tie, as PyTorch's `amax` does. The result does not
    /// depend on the order of the elements, so not on threads or devices either (book section 12.2.1).
    ///
    /// # Errors
    /// [`Error::Empty`](crate::Error::Empty) if there is no element to choose from,
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from([[1.0, 7.0, 7.0], [4.0, 2.0, 3.0]]))?;
    /// let y = x.max(&[-1])?;
    /// assert_eq!(y.to_vec::<f64>()?, [7.0, 4.0]);
    /// let gradient = tape.gradient(&y, &[&x])?.remove(0);
    /// assert_eq!(gradient.map(|g| g.to_vec::<f64>()).transpose()?, Some(vec![0.0, 0.5, 0.5, 1.0, 0.0, 0.0]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    max, max_keep, max_all, |axes| Extreme { axes, largest: true }
}

reduction_methods! {
    /// Smallest element over `axes`, which vanish; over all of them if none is given. NaN if there is one.
    ///
    /// The gradient is shared evenly among elements that tie.
    ///
    /// # Errors
    /// As [`max`](Self::max).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1, 7, 7], [4, 2, 3]]);
    /// assert_eq!(x.min(&[0])?.to_vec::<i32>()?, [1, 2, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    min, min_keep, min_all, |axes| Extreme { axes, largest: false }
}
