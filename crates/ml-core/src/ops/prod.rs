//! Products over axes.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Cumulative, Gradients, Primitive, Saves, Spec, Specs,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes, reduction_methods},
};
use crate::{DType, Result, Tensor, kernels::reduce, tensor::Array};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Prod {
    axes: Axes,
}

fn require_number(dtype: DType) -> Result<()> {
    dtype.require(
        "prod",
        dtype.is_float() || dtype.is_integer(),
        "f32, f64 or an integer type",
    )
}

/// For every element the product of the others along `axis`: exact where some are 0, too.
fn others(x: &Tensor, axis: isize) -> Result<Tensor> {
    let exclusive = |reverse| Cumulative {
        exclusive: true,
        reverse,
    };
    x.cumprod_with(axis, exclusive(false))?
        .mul(&x.cumprod_with(axis, exclusive(true))?)
}

#[typetag::serde(name = "prod")]
impl Primitive for Prod {
    fn name(&self) -> &'static str {
        "prod"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_number(inputs[0].dtype)?;
        check_axes("prod", &self.axes, &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        require_number(inputs[0].dtype())?;
        check_axes("prod", &self.axes, inputs[0].shape())?;
        Ok(outputs(reduce::product(inputs[0], &self.axes)?))
    }

    /// One axis after the other: an element is multiplied by the others on its own axis and by the products
    /// along the axes before.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 1));
        };
        let mut partial = vec![call.inputs[0].clone()];
        for &axis in self.axes.iter().rev().take(self.axes.len().saturating_sub(1)) {
            let last = partial.last().expect("starts with the operand");
            partial.push(last.prod_keep(&[axis as isize])?);
        }
        let mut back = d.clone();
        for (x, &axis) in partial.iter().zip(self.axes.iter().rev()).rev() {
            back = back.mul(&others(x, axis as isize)?)?;
        }
        Ok(Gradients::from_elem(Some(back), 1))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

reduction_methods! {
    /// Product over `axes`, which vanish; over all of them if none is given. Of no elements, 1. Integers wrap
    /// around.
    ///
    /// The gradient is exact where elements are 0: it multiplies the others instead of dividing.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(x.prod(&[1])?.to_vec::<i32>()?, [2, 12]);
    /// assert_eq!(x.prod_all()?.item::<i32>()?, 24);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    prod, prod_keep, prod_all, |axes| Prod { axes }
}
