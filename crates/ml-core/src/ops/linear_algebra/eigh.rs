//! Eigenvalues and eigenvectors of symmetric matrices.

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_many},
    Sides, each_matrix, flat, for_float, reciprocal_differences, spec_of,
};
use crate::{Result, Tensor, linalg, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Eigh;

#[typetag::serde(name = "eigh")]
impl Primitive for Eigh {
    fn name(&self) -> &'static str {
        "eigh"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let (sides, dtype) = (Sides::square("eigh", &inputs[0])?, inputs[0].dtype);
        Ok(smallvec![
            Spec::new(dtype, sides.stack(&[sides.rows])),
            Spec::new(dtype, inputs[0].shape.clone()),
        ])
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let specs = self.infer(&[spec_of(a)])?;
        let shapes = [specs[0].shape.clone(), specs[1].shape.clone()];
        for_float!(a, F => each_matrix::<F, 2>(a, shapes, |_, a| {
            let found = linalg::eigh(a)?;
            Ok([found.values.to_vec(), flat(&found.vectors)])
        }))
    }

    /// `v · (diag(dw) + f ∘ (vᵀ · dv)) · vᵀ` with `f[i, j] = 1 / (w[j] - w[i])`, made symmetric.
    ///
    /// Source: Giles, "Collected matrix derivative results" (2008), section 3.1.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (w, v) = (&call.outputs[0], &call.outputs[1]);
        let of_values = |d: &Tensor| v.mul(&d.expand_dims(-2)?)?.matmul_transposed(false, v, true);
        let of_vectors = |d: &Tensor| {
            let turned = v
                .matmul_transposed(true, d, false)?
                .mul(&reciprocal_differences(w)?)?;
            let whole = v.matmul(&turned)?.matmul_transposed(false, v, true)?;
            whole.add(&whole.adjoint()?)?.mul_scalar(0.5)
        };
        let back = match (&gradients[0], &gradients[1]) {
            (Some(dw), Some(dv)) => Some(of_values(dw)?.add(&of_vectors(dv)?)?),
            (Some(dw), None) => Some(of_values(dw)?),
            (None, Some(dv)) => Some(of_vectors(dv)?),
            (None, None) => None,
        };
        Ok(Gradients::from_elem(back, 1))
    }

    fn saves(&self) -> Saves {
        Saves::OUTPUTS
    }
}

impl Tensor {
    /// Eigenvalues, ascending, and eigenvectors, in columns, of every symmetric matrix of the last two axes.
    ///
    /// Only lower triangles are read; the gradient is symmetric. That of the eigenvectors is not finite where two
    /// eigenvalues are equal: the vectors are not determined there.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) unless square; those of [`linalg::eigh`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (values, _) = Tensor::from([[2.0, 1.0], [1.0, 2.0]]).eigh()?;
    /// let values = values.to_vec::<f64>()?;
    /// assert!((values[0] - 1.0).abs() < 1e-12 && (values[1] - 3.0).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn eigh(&self) -> Result<(Tensor, Tensor)> {
        let both = apply_many(Eigh, &[self])?;
        Ok((both[0].clone(), both[1].clone()))
    }
}
