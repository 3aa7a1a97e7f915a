//! What reductions share: axes, counts, and the three methods of each.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{DType, Error, Result, Shape, Tensor, tensor::Array};

/// The axes a reduction goes over, ascending; they stay with length 1.
pub(super) type Axes = SmallVec<[usize; 4]>;

/// Refuses axes that a stored graph may name though the tensor does not have them.
pub(super) fn check_axes(op: &'static str, axes: &[usize], shape: &Shape) -> Result<()> {
    let rank = shape.rank();
    if let Some(&axis) = axes.iter().find(|&&axis| axis >= rank) {
        return Err(Error::Axis {
            op,
            axis: isize::try_from(axis).unwrap_or(isize::MAX),
            rank,
        });
    }
    match axes.is_sorted_by(|a, b| a < b) {
        true => Ok(()),
        false => Err(Error::Parameter {
            name: format!("{op}: axes"),
            value: format!("{axes:?}"),
            domain: "ascending, each at most once".to_owned(),
        }),
    }
}

/// The product of the lengths of some axes of the operand, as a number of an element type.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Count {
    axes: Axes,
    dtype: DType,
}

#[typetag::serde(name = "axis_count")]
impl Primitive for Count {
    fn name(&self) -> &'static str {
        "axis_count"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        check_axes("axis_count", &self.axes, &inputs[0].shape)?;
        self.dtype.require_float("axis_count")?;
        Ok(one(self.dtype, Shape::scalar()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        check_axes("axis_count", &self.axes, inputs[0].shape())?;
        let count: usize = self.axes.iter().map(|&axis| inputs[0].shape()[axis]).product();
        Ok(outputs(match self.dtype {
            DType::F32 => Array::scalar(count as f32),
            _ => Array::scalar(count as f64),
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

/// How many elements of `x` a reduction over `axes` makes one of, known now or when the graph runs.
pub(super) fn count(x: &Tensor, axes: &[usize], dtype: DType) -> Result<Tensor> {
    let lengths: Shape = axes.iter().map(|&axis| x.shape()[axis]).collect();
    if lengths.is_known() {
        return Tensor::zeros([], dtype)?.number_like(lengths.len() as f64);
    }
    apply(
        Count {
            axes: axes.into(),
            dtype,
        },
        &[&x.stop_gradient()],
    )
}

/// The methods of a reduction: over axes that vanish, over axes that stay, over all.
macro_rules! reduction_methods {
    ($(#[$doc:meta])* $name:ident, $keep:ident, $all:ident, |$axes:ident| $primitive:expr) => {
        impl $crate::Tensor {
            $(#[$doc])*
            pub fn $name(&self, axes: &[isize]) -> $crate::Result<$crate::Tensor> {
                let axes = self.shape().axes(stringify!($name), axes)?;
                let $axes = axes.clone();
                $crate::ops::apply($primitive, &[self])?.without_axes(&axes)
            }

            #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), "), but the axes stay, with length 1.")]
            ///
            /// # Errors
            #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            pub fn $keep(&self, axes: &[isize]) -> $crate::Result<$crate::Tensor> {
                let $axes = self.shape().axes(stringify!($name), axes)?;
                $crate::ops::apply($primitive, &[self])
            }

            #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), ") over all axes: a scalar.")]
            ///
            /// # Errors
            #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            pub fn $all(&self) -> $crate::Result<$crate::Tensor> {
                self.$name(&[])
            }
        }
    };
}
pub(super) use reduction_methods;
