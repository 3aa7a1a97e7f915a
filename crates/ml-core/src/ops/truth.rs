//! Truths over axes: any, all, how many.

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs,
    elementwise::outputs,
    one,
    reduction::{Axes, check_axes, reduction_methods},
};
use crate::{DType, Result, Tensor, kernels::reduce, tensor::Array};

/// Whether any or all are true.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Truth {
    axes: Axes,
    all: bool,
}

/// How many are not 0, or true.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CountNonzero {
    axes: Axes,
}

#[typetag::serde(name = "truth")]
impl Primitive for Truth {
    fn name(&self) -> &'static str {
        if self.all { "all" } else { "any" }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let dtype = inputs[0].dtype;
        dtype.require(self.name(), dtype == DType::Bool, "bool")?;
        check_axes(self.name(), &self.axes, &inputs[0].shape)?;
        Ok(one(DType::Bool, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        Ok(outputs(match self.all {
            true => reduce::all(x, &self.axes),
            false => reduce::any(x, &self.axes),
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

#[typetag::serde(name = "count_nonzero")]
impl Primitive for CountNonzero {
    fn name(&self) -> &'static str {
        "count_nonzero"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let dtype = inputs[0].dtype;
        let valid = dtype.is_float() || dtype.is_integer() || dtype == DType::Bool;
        dtype.require("count_nonzero", valid, "numbers or bool")?;
        check_axes("count_nonzero", &self.axes, &inputs[0].shape)?;
        Ok(one(DType::I64, inputs[0].shape.reduced(&self.axes, true)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.infer(&[Spec::new(x.dtype(), x.shape())])?;
        Ok(outputs(reduce::count_nonzero(x, &self.axes)?))
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

reduction_methods! {
    /// Whether any element over `axes`, which vanish, is true; over all of them if none is given. Of no
    /// elements, false.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `bool`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[true, false], [false, false]]);
    /// assert_eq!(x.any(&[1])?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    any, any_keep, any_all, |axes| Truth { axes, all: false }
}

reduction_methods! {
    /// Whether all elements over `axes`, which vanish, are true; over all of them if none is given. Of no
    /// elements, true.
    ///
    /// # Errors
    /// As [`any`](Self::any).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[true, true], [false, true]]);
    /// assert_eq!(x.all(&[1])?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    all, all_keep, all_all, |axes| Truth { axes, all: true }
}

reduction_methods! {
    /// Number of elements over `axes`, which vanish, that are not 0, or that are true: `i64`. NaN is not 0.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers or `bool`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 0.0], [-2.0, 3.0]]);
    /// assert_eq!(x.count_nonzero(&[0])?.to_vec::<i64>()?, [2, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    count_nonzero, count_nonzero_keep, count_nonzero_all, |axes| CountNonzero { axes }
}
