//! Sums over axes.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::outputs,
    one,
    reduction::{check_axes, reduction_methods},
};
use crate::{DType, Result, Tensor, kernels::reduce, tensor::Array};

/// Over `axes`, ascending; they stay with length 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sum {
    axes: SmallVec<[usize; 4]>,
}

fn require_number(dtype: DType) -> Result<()> {
    dtype.require(
        "sum",
        dtype.is_float() || dtype.is_integer(),
        "f32, f64 or an integer type",
    )
}

#[typetag::serde(name = "sum")]
impl Primitive for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_number(inputs[0].dtype)?;
        check_axes("sum", &self.axes, &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        require_number(inputs[0].dtype())?;
        check_axes("sum", &self.axes, inputs[0].shape())?;
        Ok(outputs(reduce::sum("sum", inputs[0], &self.axes)?))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = gradients[0]
            .as_ref()
            .map(|d| d.broadcast_like(&call.inputs[0]))
            .transpose()?;
        Ok(Gradients::from_elem(back, 1))
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
    /// Sum over `axes`, which vanish; over all of them if none is given. Of no elements, 0.
    ///
    /// Summed pairwise in an order that does not depend on the number of threads: the same bits always, which
    /// TensorFlow does not promise on a GPU (book section 12.2.1).
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(&[-1])?.to_vec::<f64>()?, [3.0, 7.0]);
    /// assert_eq!(x.sum_all()?.item::<f64>()?, 10.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    sum, sum_keep, sum_all, |axes| Sum { axes }
}
