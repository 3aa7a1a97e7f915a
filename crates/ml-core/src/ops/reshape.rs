//! The same elements under another shape.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, with_like,
};
use crate::{Error, Result, Shape, Tensor, tensor::Array};

/// To the lengths given, of which one may be -1; without them, to the shape of the second operand.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reshape {
    lengths: Option<Vec<i64>>,
}

impl Reshape {
    fn shape(&self, x: &Shape, like: Option<&Shape>) -> Result<Shape> {
        let Some(lengths) = &self.lengths else {
            let like = like.cloned().unwrap_or_default();
            return if x.len() == like.len() || !x.is_known() || !like.is_known() {
                Ok(like)
            } else {
                Err(mismatch(
                    x,
                    &like.iter().map(|&length| length as i64).collect::<Vec<_>>(),
                ))
            };
        };
        let open = lengths.iter().filter(|&&length| length == -1).count();
        if open > 1 || lengths.iter().any(|&length| length < -1) {
            return Err(Error::Parameter {
                name: "reshape: shape".to_owned(),
                value: format!("{lengths:?}"),
                domain: "lengths of at least 0, and at most one -1 for what is left".to_owned(),
            });
        }
        let fixed: Shape = lengths
            .iter()
            .filter(|&&length| length != -1)
            .map(|&length| length as usize)
            .collect();
        let fixed = fixed.checked_len("reshape")?;
        let rest = match (open, x.is_known()) {
            (0, true) if fixed != x.len() => return Err(mismatch(x, lengths)),
            (0, _) => 0,
            (_, false) => Shape::UNKNOWN,
            (_, true) if !x.len().is_multiple_of(fixed) || fixed == 0 => return Err(mismatch(x, lengths)),
            (_, true) => x.len() / fixed,
        };
        Ok(lengths
            .iter()
            .map(|&length| if length == -1 { rest } else { length as usize })
            .collect())
    }
}

fn mismatch(x: &Shape, lengths: &[i64]) -> Error {
    Error::BadShape {
        op: "reshape",
        shape: x.to_vec(),
        rule: format!("its elements cannot be arranged as {lengths:?}"),
    }
}

#[typetag::serde(name = "reshape")]
impl Primitive for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        with_like(self.lengths.is_none())
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shape = self.shape(&inputs[0].shape, inputs.get(1).map(|like| &like.shape))?;
        Ok(one(inputs[0].dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shape = self.shape(inputs[0].shape(), inputs.get(1).map(|like| like.shape()))?;
        Ok(outputs(inputs[0].with_shape(shape)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = gradients[0]
            .as_ref()
            .map(|d| d.reshape_like(&call.inputs[0]))
            .transpose()?;
        Ok([back, None].into_iter().take(call.inputs.len()).collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .map(|d| d.reshape_like(&call.outputs[0]))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// The same elements in row-major order under another shape; one length may be -1 and takes what is left.
    ///
    /// A view where the elements lie row by row.
    ///
    /// # Errors
    /// [`Error::BadShape`] if the numbers of elements differ, [`Error::Parameter`] for a negative length
    /// other than one -1.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]).reshape(&[3, -1])?;
    /// assert_eq!(x.shape().to_vec(), [3, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn reshape(&self, lengths: &[i64]) -> Result<Tensor> {
        apply(
            Reshape {
                lengths: Some(lengths.to_vec()),
            },
            &[self],
        )
    }

    /// The same elements under the shape of `like`, be it known yet or not.
    ///
    /// # Errors
    /// As [`reshape`](Self::reshape).
    pub fn reshape_like(&self, like: &Tensor) -> Result<Tensor> {
        match like.shape() {
            shape if shape.is_known() && shape == self.shape() => Ok(self.clone()),
            shape if shape.is_known() => {
                self.reshape(&shape.iter().map(|&length| length as i64).collect::<Vec<_>>())
            }
            _ => apply(Reshape { lengths: None }, &[self, &like.stop_gradient()]),
        }
    }

    /// All elements in row-major order along one axis.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).flatten()?.shape().to_vec(), [4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn flatten(&self) -> Result<Tensor> {
        self.reshape(&[-1])
    }

    /// The axes from `axis` on joined into one: from axis 1, a batch of images becomes a batch of rows.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist; [`Error::BadShape`] if lengths before the axis and after
    /// it are unknown.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor};
    ///
    /// let images = Tensor::zeros([32, 28, 28], DType::U8)?;
    /// assert_eq!(images.flatten_from(1)?.shape().to_vec(), [32, 784]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn flatten_from(&self, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("flatten_from", axis)?;
        let joined = Shape::from(&self.shape()[axis..]).len();
        let lengths = self.shape()[..axis].iter().copied().chain([joined]);
        let lengths: Vec<i64> = lengths
            .map(|length| {
                if length == Shape::UNKNOWN {
                    -1
                } else {
                    length as i64
                }
            })
            .collect();
        if lengths.iter().filter(|&&length| length == -1).count() > 1 {
            return Err(Error::BadShape {
                op: "flatten_from",
                shape: self.shape().to_vec(),
                rule: format!("the lengths before axis {axis}, or those from it on, must be known"),
            });
        }
        self.reshape(&lengths)
    }
}
