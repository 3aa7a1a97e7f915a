//! Means over axes.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes, count, reduction_methods},
};
use crate::{Result, Tensor, kernels::reduce, tensor::Array};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mean {
    axes: Axes,
}

#[typetag::serde(name = "mean")]
impl Primitive for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float("mean")?;
        check_axes("mean", &self.axes, &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        check_axes("mean", &self.axes, inputs[0].shape())?;
        Ok(outputs(reduce::mean("mean", inputs[0], &self.axes)?))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let x = &call.inputs[0];
        let back = |d: &Tensor| d.div(&count(x, &self.axes, d.dtype())?)?.broadcast_like(x);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .map(|d| apply(self.clone(), &[d]))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

reduction_methods! {
    /// Mean over `axes`, which vanish; over all of them if none is given. Of no elements, NaN (0 / 0).
    ///
    /// The mean of whole numbers is not one: TensorFlow rounds it down, here it is an error (book section
    /// 12.2.1). Summed pairwise in a fixed order: the same bits for any number of threads.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`: cast first.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 6.0]]);
    /// assert_eq!(x.mean(&[0])?.to_vec::<f64>()?, [2.0, 4.0]);
    /// assert_eq!(x.mean_all()?.item::<f64>()?, 3.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    mean, mean_keep, mean_all, |axes| Mean { axes }
}
