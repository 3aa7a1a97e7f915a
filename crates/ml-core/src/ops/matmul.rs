//! Matrix products.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, same_dtype,
    sum_to_like,
};
use crate::{DType, Error, Result, Shape, Tensor, kernels::matmul, tensor::Array};

/// `op(a) · op(b)` over the last two axes, where `op` transposes or not; leading axes broadcast.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct MatMul {
    pub(crate) transpose_a: bool,
    pub(crate) transpose_b: bool,
}

impl MatMul {
    fn shape(self, a: &Shape, b: &Shape) -> Result<Shape> {
        let mismatch = |rule| Error::Shape {
            op: "matmul",
            left: a.to_vec(),
            right: b.to_vec(),
            rule,
        };
        if a.rank() < 2 || b.rank() < 2 {
            return Err(mismatch("both must have at least 2 axes"));
        }
        let sides = |shape: &Shape, transposed: bool| {
            let (rows, columns) = (shape[shape.rank() - 2], shape[shape.rank() - 1]);
            if transposed {
                (columns, rows)
            } else {
                (rows, columns)
            }
        };
        let ((m, k), (inner, n)) = (sides(a, self.transpose_a), sides(b, self.transpose_b));
        if !Shape::from([k]).matches(&Shape::from([inner])) {
            return Err(mismatch(
                "the columns of the left matrix must be as many as the rows of the right one",
            ));
        }
        let mut shape =
            Shape::from(&a[..a.rank() - 2]).broadcast("matmul", &Shape::from(&b[..b.rank() - 2]))?;
        shape.push(m);
        shape.push(n);
        Ok(shape)
    }
}

fn require_number(dtype: DType) -> Result<()> {
    dtype.require(
        "matmul",
        dtype.is_float() || dtype.is_integer(),
        "f32, f64 or an integer type",
    )
}

#[typetag::serde(name = "matmul")]
impl Primitive for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        same_dtype("matmul", inputs[0].dtype, inputs[1].dtype)?;
        require_number(inputs[0].dtype)?;
        Ok(one(
            inputs[0].dtype,
            self.shape(&inputs[0].shape, &inputs[1].shape)?,
        ))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (a, b) = (inputs[0], inputs[1]);
        same_dtype("matmul", a.dtype(), b.dtype())?;
        require_number(a.dtype())?;
        let shape = self.shape(a.shape(), b.shape())?;
        Ok(outputs(matmul::matmul(
            a,
            self.transpose_a,
            b,
            self.transpose_b,
            shape,
        )))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let (a, b) = (&call.inputs[0], &call.inputs[1]);
        let product = |x: &Tensor, tx: bool, y: &Tensor, ty: bool| {
            apply(
                MatMul {
                    transpose_a: tx,
                    transpose_b: ty,
                },
                &[x, y],
            )
        };
        // y = op(a)·op(b): the gradient of op(a) is d·op(b)ᵀ, and a transposed factor transposes the product.
        let left = || match self.transpose_a {
            false => product(d, false, b, !self.transpose_b),
            true => product(b, self.transpose_b, d, true),
        };
        let right = || match self.transpose_b {
            false => product(a, !self.transpose_a, d, false),
            true => product(d, true, a, self.transpose_a),
        };
        let left = call.wanted[0].then(|| sum_to_like(&left()?, a)).transpose()?;
        let right = call.wanted[1].then(|| sum_to_like(&right()?, b)).transpose()?;
        Ok([left, right].into())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let left = tangents[0]
            .as_ref()
            .map(|d| apply(*self, &[d, &call.inputs[1]]))
            .transpose()?;
        let right = tangents[1]
            .as_ref()
            .map(|d| apply(*self, &[&call.inputs[0], d]))
            .transpose()?;
        let sum = match (left, right) {
            (Some(left), Some(right)) => Some(left.add(&right)?),
            (left, right) => left.or(right),
        };
        Ok(Gradients::from_elem(sum, 1))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// Matrix product over the last two axes: `[..., m, k] · [..., k, n]` gives `[..., m, n]`; leading axes
    /// broadcast. A vector on the left counts as a row, on the right as a column, and its axis vanishes.
    ///
    /// # Errors
    /// [`Error::Shape`] unless the inner lengths agree and the leading axes broadcast,
    /// [`Error::BadShape`] for a scalar, [`Error::MixedDTypes`] for two element types.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(t.matmul(&t.transpose()?)?.to_vec::<f64>()?, [14.0, 32.0, 32.0, 77.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matmul(&self, other: &Tensor) -> Result<Tensor> {
        let plain = MatMul {
            transpose_a: false,
            transpose_b: false,
        };
        match (self.rank(), other.rank()) {
            (0, _) | (_, 0) => Err(Error::BadShape {
                op: "matmul",
                shape: Vec::new(),
                rule: "a scalar has no rows: multiply with mul".to_owned(),
            }),
            (1, 1) => self.expand_dims(0)?.matmul(other)?.squeeze(&[0]),
            (1, _) => apply(plain, &[&self.expand_dims(0)?, other])?.squeeze(&[-2]),
            (_, 1) => apply(plain, &[self, &other.expand_dims(1)?])?.squeeze(&[-1]),
            _ => apply(plain, &[self, other]),
        }
    }

    /// As [`matmul`](Self::matmul), with the last two axes of either operand exchanged first, at no cost.
    ///
    /// # Errors
    /// As [`matmul`](Self::matmul); both must have at least 2 axes.
    pub fn matmul_transposed(
        &self,
        transpose_self: bool,
        other: &Tensor,
        transpose_other: bool,
    ) -> Result<Tensor> {
        apply(
            MatMul {
                transpose_a: transpose_self,
                transpose_b: transpose_other,
            },
            &[self, other],
        )
    }
}
