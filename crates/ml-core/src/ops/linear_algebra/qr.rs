//! QR decomposition.

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_many},
    Sides, each_matrix, flat, for_float, spec_of,
};
use crate::{Error, Result, Tensor, linalg, tensor::Array};

/// Thin: `q`, `r`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Qr;

#[typetag::serde(name = "qr")]
impl Primitive for Qr {
    fn name(&self) -> &'static str {
        "qr"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let (sides, dtype) = (Sides::of("qr", &inputs[0])?, inputs[0].dtype);
        let k = sides.shorter();
        Ok(smallvec![
            Spec::new(dtype, sides.stack(&[sides.rows, k])),
            Spec::new(dtype, sides.stack(&[k, sides.columns])),
        ])
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let specs = self.infer(&[spec_of(a)])?;
        let shapes = [specs[0].shape.clone(), specs[1].shape.clone()];
        for_float!(a, F => each_matrix::<F, 2>(a, shapes, |_, a| {
            let found = linalg::qr(a)?;
            Ok([flat(&found.q), flat(&found.r)])
        }))
    }

    /// `(dq + q · c(r·drᵀ - dqᵀ·q)) · r⁻ᵀ`, where `c` copies the lower triangle onto the upper one.
    ///
    /// Source: Liao, Liu, Wang and Xiang, "Differentiable programming tensor networks", Physical Review X 9
    /// (2019), equation 3.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (q, r) = (&call.outputs[0], &call.outputs[1]);
        if r.shape()[r.rank() - 2] != r.shape()[r.rank() - 1] {
            return Err(Error::Gradient {
                op: "qr",
                problem: format!(
                    "a matrix of shape {} has fewer rows than columns",
                    call.inputs[0].shape()
                ),
                remedy: "decompose the transposed matrix, or its first columns",
            });
        }
        let middle = match (&gradients[0], &gradients[1]) {
            (None, None) => return Ok(Gradients::from_elem(None, 1)),
            (Some(dq), None) => dq.matmul_transposed(true, q, false)?.neg()?,
            (None, Some(dr)) => r.matmul_transposed(false, dr, true)?,
            (Some(dq), Some(dr)) => r
                .matmul_transposed(false, dr, true)?
                .sub(&dq.matmul_transposed(true, q, false)?)?,
        };
        let copied = middle.tril(0)?.add(&middle.tril(-1)?.adjoint()?)?;
        let mut left = q.matmul(&copied)?;
        if let Some(dq) = &gradients[0] {
            left = left.add(dq)?;
        }
        // x · r⁻ᵀ is the transpose of the solution of r · y = xᵀ.
        Ok(Gradients::from_elem(
            Some(r.solve(&left.adjoint()?)?.adjoint()?),
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::OUTPUTS
    }
}

impl Tensor {
    /// Thin QR decomposition of every matrix of the last two axes: `q` `[..., m, k]` with orthonormal columns and
    /// an upper triangular `r` `[..., k, n]` without negative diagonal, `k = min(m, n)`.
    ///
    /// # Errors
    /// [`Error::BadShape`] with fewer than 2 axes; those of [`linalg::qr`]. The gradient of a matrix with fewer
    /// rows than columns is [`Error::Gradient`], that of one of deficient rank [`Error::Numerical`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (_, r) = Tensor::from([[3.0, 1.0], [4.0, 2.0]]).qr()?;
    /// assert!((r.to_vec::<f64>()?[0] - 5.0).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn qr(&self) -> Result<(Tensor, Tensor)> {
        let both = apply_many(Qr, &[self])?;
        Ok((both[0].clone(), both[1].clone()))
    }
}
