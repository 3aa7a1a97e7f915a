//! Diagonals of matrices, read and written.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, broadcast, elementwise::outputs, one,
    same_dtype, sum_to_like, triangle::require_matrix,
};
use crate::{DType, Result, Shape, Tensor, kernels::strided::Layout, tensor::Array};

/// A view of a diagonal of the last two axes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct DiagPart {
    diagonal: isize,
}

/// The first operand with a diagonal replaced by the second, which broadcasts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SetDiag {
    diagonal: isize,
}

/// Where a diagonal lies in an array of this layout; 0 is the main one, positive lie above it.
fn part(op: &'static str, diagonal: isize, whole: &Layout) -> Result<Layout> {
    require_matrix(op, &whole.shape)?;
    let last = whole.shape.rank() - 1;
    let (rows, columns) = (whole.shape[last - 1], whole.shape[last]);
    let (down, right) = (whole.strides[last - 1], whole.strides[last]);
    let mut found = Layout {
        shape: Shape::from(&whole.shape[..last - 1]),
        strides: whole.strides[..last - 1].into(),
        offset: whole.offset,
    };
    let skipped = diagonal.unsigned_abs();
    let length = match (diagonal >= 0, rows, columns) {
        (_, Shape::UNKNOWN, _) | (_, _, Shape::UNKNOWN) => Shape::UNKNOWN,
        (true, ..) => rows.min(columns.saturating_sub(skipped)),
        (false, ..) => columns.min(rows.saturating_sub(skipped)),
    };
    if length != 0 {
        found.shift(skipped, if diagonal >= 0 { right } else { down });
    }
    found.push(length, down.wrapping_add(right));
    if found.shape.is_empty() {
        found.offset = whole.offset;
    }
    Ok(found)
}

#[typetag::serde(name = "diag_part")]
impl Primitive for DiagPart {
    fn name(&self) -> &'static str {
        "diag_part"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let part = part("diag_part", self.diagonal, &Layout::dense(&inputs[0].shape))?;
        Ok(one(inputs[0].dtype, part.shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let part = part("diag_part", self.diagonal, &Layout::of(inputs[0]))?;
        Ok(outputs(inputs[0].view(part.shape, part.strides, part.offset)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| call.inputs[0].zeros_like()?.set_diag(d, self.diagonal);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(*self, &[d])).transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

#[typetag::serde(name = "set_diag")]
impl Primitive for SetDiag {
    fn name(&self) -> &'static str {
        "set_diag"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        same_dtype("set_diag", inputs[0].dtype, inputs[1].dtype)?;
        let part = part("set_diag", self.diagonal, &Layout::dense(&inputs[0].shape))?;
        broadcast::check("set_diag", &inputs[1].shape, &part.shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, values) = (inputs[0], inputs[1]);
        same_dtype("set_diag", x.dtype(), values.dtype())?;
        let part = part("set_diag", self.diagonal, &Layout::dense(x.shape()))?;
        let values = broadcast::stretch("set_diag", values, &part.shape)?;
        Ok(outputs(part.write(x, &values, false)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let values = &call.inputs[1];
        let beside = || d.set_diag(&Tensor::zeros([], d.dtype())?, self.diagonal);
        let on = || sum_to_like(&d.diag_part(self.diagonal)?, values);
        Ok([
            call.wanted[0].then(beside).transpose()?,
            call.wanted[1].then(on).transpose()?,
        ]
        .into())
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// A diagonal of every matrix in the last two axes, as a view: `[..., m, n]` gives `[..., length]`.
    /// `diagonal` 0 is the main one, positive lie above it.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) for fewer than 2 axes.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.diag_part(0)?.to_vec::<i32>()?, [1, 5]);
    /// assert_eq!(t.diag_part(1)?.to_vec::<i32>()?, [2, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn diag_part(&self, diagonal: isize) -> Result<Tensor> {
        apply(DiagPart { diagonal }, &[self])
    }

    /// Sum of the main diagonal of every matrix in the last two axes.
    ///
    /// # Errors
    /// As [`diag_part`](Self::diag_part) and [`sum`](Self::sum).
    pub fn trace(&self) -> Result<Tensor> {
        self.diag_part(0)?.sum(&[-1])
    }

    /// This tensor with a diagonal of every matrix replaced by `values`, which broadcasts.
    ///
    /// # Errors
    /// As [`diag_part`](Self::diag_part); [`Error::Shape`](crate::Error::Shape) if `values` does not broadcast to
    /// the diagonal, [`Error::MixedDTypes`](crate::Error::MixedDTypes) for another element type.
    pub fn set_diag(&self, values: &Tensor, diagonal: isize) -> Result<Tensor> {
        apply(SetDiag { diagonal }, &[self, values])
    }

    /// Square matrices with this tensor's last axis on a diagonal, zeros beside it: `[..., n]` gives
    /// `[..., n + |diagonal|, n + |diagonal|]`.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) for a scalar, [`Error::DType`](crate::Error::DType) unless the
    /// elements are numbers, [`Error::Size`](crate::Error::Size) for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2]).diag(0)?.to_vec::<i32>()?, [1, 0, 0, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn diag(&self, diagonal: isize) -> Result<Tensor> {
        if self.rank() == 0 {
            return Err(crate::Error::BadShape {
                op: "diag",
                shape: Vec::new(),
                rule: "a scalar has no axis to lay along a diagonal".to_owned(),
            });
        }
        let mut widths = vec![(0, 0); self.rank()];
        widths[self.rank() - 1].1 = diagonal.unsigned_abs();
        let zeros = self
            .zeros_like()?
            .pad_with(&widths, &Tensor::zeros([], self.dtype())?)?;
        zeros
            .expand_dims(-1)?
            .add(&zeros.expand_dims(-2)?)?
            .set_diag(self, diagonal)
    }

    /// A matrix with ones on the main diagonal, zeros beside it.
    ///
    /// # Errors
    /// As [`ones`](Self::ones).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor};
    ///
    /// assert_eq!(Tensor::eye(2, 3, DType::F32)?.to_vec::<f32>()?, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn eye(rows: usize, columns: usize, dtype: DType) -> Result<Tensor> {
        Tensor::zeros([], dtype)?
            .broadcast_to([rows, columns])?
            .set_diag(&Tensor::ones([], dtype)?, 0)
    }
}
