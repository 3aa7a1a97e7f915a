//! Cholesky decomposition.

use serde::{Deserialize, Serialize};

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    Sides, each_matrix, flat, for_float, spec_of,
};
use crate::{Result, Tensor, linalg, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cholesky;

#[typetag::serde(name = "cholesky")]
impl Primitive for Cholesky {
    fn name(&self) -> &'static str {
        "cholesky"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Sides::square("cholesky", &inputs[0])?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        self.infer(&[spec_of(a)])?;
        for_float!(a, F => each_matrix::<F, 1>(a, [a.shape().clone()], |_, a| Ok([flat(&linalg::cholesky(a)?)])))
    }

    /// `l⁻ᵀ · Φ(lᵀ · d) · l⁻¹`, made symmetric; `Φ` keeps the lower triangle and half of the diagonal.
    ///
    /// Source: Murray, "Differentiation of the Cholesky decomposition" (2016), equation 10.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let l = &call.outputs[0];
        let back = |d: &Tensor| {
            let product = l.matmul_transposed(true, d, false)?;
            let middle = product.tril(0)?.add(&product.tril(-1)?)?.mul_scalar(0.5)?;
            let transposed = l.adjoint()?;
            let half = transposed.solve(&middle)?;
            let whole = transposed.solve(&half.adjoint()?)?;
            whole.add(&whole.adjoint()?)?.mul_scalar(0.5)
        };
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::OUTPUTS
    }
}

impl Tensor {
    /// The lower triangular `l` with a positive diagonal for which `self = l · lᵀ`, for every matrix of the last
    /// two axes, symmetric and positive definite. Only lower triangles are read; the gradient is symmetric.
    ///
    /// # Errors
    /// [`Error::Numerical`](crate::Error::Numerical) unless positive definite,
    /// [`Error::BadShape`](crate::Error::BadShape) unless square; those of [`linalg::cholesky`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let l = Tensor::from([[4.0, 2.0], [2.0, 10.0]]).cholesky()?;
    /// assert_eq!(l.to_vec::<f64>()?, [2.0, 0.0, 1.0, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cholesky(&self) -> Result<Tensor> {
        apply(Cholesky, &[self])
    }
}
