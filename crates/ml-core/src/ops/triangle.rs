//! The triangles of matrices.

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::{parallel, strided},
    tensor::{Array, for_dtype},
};

/// Zeros above (or below) a diagonal of the last two axes; its own transpose.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Triangle {
    lower: bool,
    /// Which diagonal: 0 the main one, positive above it.
    diagonal: isize,
}

/// Refuses what is no matrix, or stack of matrices.
pub(super) fn require_matrix(op: &'static str, shape: &Shape) -> Result<()> {
    if shape.rank() >= 2 {
        return Ok(());
    }
    Err(Error::BadShape {
        op,
        shape: shape.to_vec(),
        rule: "at least 2 axes are needed".to_owned(),
    })
}

impl Triangle {
    const fn op(self) -> &'static str {
        if self.lower { "tril" } else { "triu" }
    }

    /// The columns of row `row` that stay, of `columns`.
    fn kept(self, row: usize, columns: usize) -> std::ops::Range<usize> {
        let edge = (row as isize).saturating_add(self.diagonal);
        let clamp = |column: isize| column.clamp(0, columns as isize) as usize;
        match self.lower {
            true => 0..clamp(edge.saturating_add(1)),
            false => clamp(edge)..columns,
        }
    }
}

#[typetag::serde(name = "triangle")]
impl Primitive for Triangle {
    fn name(&self) -> &'static str {
        self.op()
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_matrix(self.op(), &inputs[0].shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        require_matrix(self.op(), x.shape())?;
        let (rows, columns) = (x.shape()[x.shape().rank() - 2], x.shape()[x.shape().rank() - 1]);
        Ok(outputs(for_dtype!(x.dtype(), T => {
            let mut out = strided::owned::<T>(x);
            parallel::fill_rows(&mut out, columns, 1, |first, out| {
                for (number, row) in out.chunks_exact_mut(columns).enumerate() {
                    let kept = self.kept((first + number) % rows, columns);
                    row[..kept.start].fill(T::default());
                    row[kept.end..].fill(T::default());
                }
            });
            Array::dense(out, x.shape().clone())
        })))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = gradients[0].as_ref().map(|d| apply(*self, &[d])).transpose()?;
        Ok(Gradients::from_elem(back, 1))
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        self.vjp(call, tangents)
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// The lower triangle of every matrix in the last two axes, zeros above `diagonal`: 0 is the main one,
    /// positive lie above it.
    ///
    /// # Errors
    /// [`Error::BadShape`] for fewer than 2 axes.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(t.tril(0)?.to_vec::<i32>()?, [1, 0, 3, 4]);
    /// assert_eq!(t.triu(1)?.to_vec::<i32>()?, [0, 2, 0, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tril(&self, diagonal: isize) -> Result<Tensor> {
        apply(
            Triangle {
                lower: true,
                diagonal,
            },
            &[self],
        )
    }

    /// The upper triangle of every matrix in the last two axes, zeros below `diagonal`.
    ///
    /// # Errors
    /// As [`tril`](Self::tril).
    pub fn triu(&self, diagonal: isize) -> Result<Tensor> {
        let lower = false;
        apply(Triangle { lower, diagonal }, &[self])
    }

    /// A matrix of ones on and below `diagonal`, zeros above it.
    ///
    /// # Errors
    /// As [`ones`](Self::ones).
    pub fn tri(rows: usize, columns: usize, diagonal: isize, dtype: DType) -> Result<Tensor> {
        Tensor::ones([], dtype)?
            .broadcast_to([rows, columns])?
            .tril(diagonal)
    }
}
