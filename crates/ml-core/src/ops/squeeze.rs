//! Axes of length 1: dropped and added.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{
    Error, Result, Shape, Tensor,
    shape::Strides,
    tensor::{Array, Value},
};

/// Drops `axes`, ascending, all of length 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Squeeze {
    axes: SmallVec<[usize; 4]>,
}

/// Adds an axis of length 1 at every position of `axes`, ascending, of the result.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ExpandDims {
    axes: SmallVec<[usize; 4]>,
}

impl Squeeze {
    fn check(&self, shape: &Shape) -> Result<()> {
        let long = |&&axis: &&usize| shape[axis] != 1 && shape[axis] != Shape::UNKNOWN;
        match self.axes.iter().find(long) {
            None => Ok(()),
            Some(axis) => Err(Error::BadShape {
                op: "squeeze",
                shape: shape.to_vec(),
                rule: format!("axis {axis} does not have length 1; index or reduce it instead"),
            }),
        }
    }
}

#[typetag::serde(name = "squeeze")]
impl Primitive for Squeeze {
    fn name(&self) -> &'static str {
        "squeeze"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(&inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, false)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        self.check(inputs[0].shape())?;
        Ok(outputs(inputs[0].clone().without_axes(&self.axes)))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| {
            apply(
                ExpandDims {
                    axes: self.axes.clone(),
                },
                &[d],
            )
        };
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

#[typetag::serde(name = "expand_dims")]
impl Primitive for ExpandDims {
    fn name(&self) -> &'static str {
        "expand_dims"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let mut shape = inputs[0].shape.clone();
        for &axis in &self.axes {
            shape.insert(axis, 1);
        }
        Ok(one(inputs[0].dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let (mut shape, mut strides) = (x.shape().clone(), Strides::from_slice(x.strides()));
        for &axis in &self.axes {
            shape.insert(axis, 1);
            strides.insert(axis, 1);
        }
        Ok(outputs(x.view(shape, strides, x.offset())))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| {
            apply(
                Squeeze {
                    axes: self.axes.clone(),
                },
                &[d],
            )
        };
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

impl Tensor {
    /// Without `axes`, which must have length 1; without all such axes if none is given.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist, [`Error::BadShape`] for one of another length, and without
    /// `axes` inside a function that is traced with unknown lengths: each might be 1.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[[1], [2]]]); // [1, 2, 1]
    /// assert_eq!(x.squeeze(&[])?.shape().to_vec(), [2]);
    /// assert_eq!(x.squeeze(&[0])?.shape().to_vec(), [2, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn squeeze(&self, axes: &[isize]) -> Result<Tensor> {
        let axes = match axes {
            [] if !self.shape().is_known() => {
                return Err(Error::BadShape {
                    op: "squeeze",
                    shape: self.shape().to_vec(),
                    rule: "an unknown length might be 1 or not; name the axes to drop".to_owned(),
                });
            }
            [] => (0..self.rank()).filter(|&axis| self.shape()[axis] == 1).collect(),
            axes => self.shape().axes("squeeze", axes)?,
        };
        self.clone().without_axes(&axes)
    }

    /// With an axis of length 1 at position `axis` of the result; -1 adds it at the end.
    ///
    /// # Errors
    /// [`Error::Axis`] beyond the end.
    pub fn expand_dims(&self, axis: isize) -> Result<Tensor> {
        let result = Shape::from(vec![1; self.rank() + 1]);
        let axis = result.axis("expand_dims", axis)?;
        apply(
            ExpandDims {
                axes: SmallVec::from_elem(axis, 1),
            },
            &[self],
        )
    }

    /// Without `axes`, ascending and of length 1: where a reduction ends.
    pub(crate) fn without_axes(mut self, axes: &[usize]) -> Result<Tensor> {
        if axes.is_empty() {
            return Ok(self);
        }
        if let (Value::Array(array), None) = (&mut self.value, &self.origin)
            && axes.iter().all(|&axis| array.shape()[axis] == 1)
        {
            array.remove_axes(axes);
            return Ok(self);
        }
        apply(Squeeze { axes: axes.into() }, &[&self])
    }
}
