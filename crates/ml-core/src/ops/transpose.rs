//! Axes in another order.

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{Error, Result, Shape, Tensor, tensor::Array};

/// Axis `i` of the output is axis `order[i]` of the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Transpose {
    order: Vec<usize>,
}

impl Transpose {
    fn check(&self, shape: &Shape) -> Result<()> {
        let mut seen = vec![false; shape.rank()];
        let fresh = |&axis: &usize| axis < seen.len() && !std::mem::replace(&mut seen[axis], true);
        if self.order.len() == shape.rank() && self.order.iter().all(fresh) {
            return Ok(());
        }
        Err(Error::Parameter {
            name: "transpose: order".to_owned(),
            value: format!("{:?}", self.order),
            domain: format!("every axis of shape {shape} exactly once"),
        })
    }

    fn reorder(&self, shape: &Shape) -> Shape {
        self.order.iter().map(|&axis| shape[axis]).collect()
    }
}

#[typetag::serde(name = "transpose")]
impl Primitive for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(&inputs[0].shape)?;
        Ok(one(inputs[0].dtype, self.reorder(&inputs[0].shape)))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.check(x.shape())?;
        let strides = self.order.iter().map(|&axis| x.strides()[axis]).collect();
        Ok(outputs(x.view(self.reorder(x.shape()), strides, x.offset())))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let mut inverse = vec![0; self.order.len()];
        for (to, &from) in self.order.iter().enumerate() {
            inverse[from] = to;
        }
        let back = |d: &Tensor| {
            apply(
                Transpose {
                    order: inverse.clone(),
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
    /// The axes in reverse order: of a matrix, rows become columns.
    ///
    /// A view of the same memory, as NumPy's `T`; TensorFlow's `transpose` copies (book section 12.2.1). Since
    /// tensors are immutable, nobody can tell.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]).transpose()?;
    /// assert_eq!(t.to_vec::<i32>()?, [1, 4, 2, 5, 3, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn transpose(&self) -> Result<Tensor> {
        apply(
            Transpose {
                order: (0..self.rank()).rev().collect(),
            },
            &[self],
        )
    }

    /// The axes in the order given: axis `i` of the result is axis `order[i]` of this tensor.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::Parameter`] unless `order` names every axis once; negative ones count from
    /// the end.
    pub fn permute(&self, order: &[isize]) -> Result<Tensor> {
        let order = order
            .iter()
            .map(|&axis| self.shape().axis("permute", axis))
            .collect::<Result<_>>()?;
        apply(Transpose { order }, &[self])
    }

    /// Two axes exchanged.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist.
    pub fn swap_axes(&self, a: isize, b: isize) -> Result<Tensor> {
        let mut order: Vec<usize> = (0..self.rank()).collect();
        order.swap(
            self.shape().axis("swap_axes", a)?,
            self.shape().axis("swap_axes", b)?,
        );
        apply(Transpose { order }, &[self])
    }

    /// Axis `from` moved to position `to` of the result; the others keep their order.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor};
    ///
    /// let t = Tensor::zeros([2, 3, 4], DType::F32)?;
    /// assert_eq!(t.move_axis(0, -1)?.shape().to_vec(), [3, 4, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn move_axis(&self, from: isize, to: isize) -> Result<Tensor> {
        let from = self.shape().axis("move_axis", from)?;
        let to = self.shape().axis("move_axis", to)?;
        let mut order: Vec<usize> = (0..self.rank()).filter(|&axis| axis != from).collect();
        order.insert(to, from);
        apply(Transpose { order }, &[self])
    }
}
