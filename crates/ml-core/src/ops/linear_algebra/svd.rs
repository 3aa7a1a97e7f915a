//! Singular value decomposition.

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_many},
    Sides, each_matrix, flat, for_float, reciprocal_differences, spec_of,
};
use crate::{Result, Tensor, linalg, tensor::Array};

/// Thin: `u`, `s`, `vᵀ`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Svd;

#[typetag::serde(name = "svd")]
impl Primitive for Svd {
    fn name(&self) -> &'static str {
        "svd"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let (sides, dtype) = (Sides::of("svd", &inputs[0])?, inputs[0].dtype);
        let k = sides.shorter();
        Ok(smallvec![
            Spec::new(dtype, sides.stack(&[sides.rows, k])),
            Spec::new(dtype, sides.stack(&[k])),
            Spec::new(dtype, sides.stack(&[k, sides.columns])),
        ])
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let specs = self.infer(&[spec_of(a)])?;
        let shapes = [0, 1, 2].map(|i: usize| specs[i].shape.clone());
        for_float!(a, F => each_matrix::<F, 3>(a, shapes, |_, a| {
            let found = linalg::svd(a)?;
            Ok([flat(&found.u), found.s.to_vec(), flat(&found.vt)])
        }))
    }

    /// With `f[i, j] = 1 / (s[j]² - s[i]²)`:
    /// `u · ((f ∘ (uᵀdu - duᵀu)) · s + s · (f ∘ (vᵀdv - dvᵀv)) + diag(ds)) · vᵀ`, and what of `du` and `dv` points
    /// out of the space that `u` and `v` span.
    ///
    /// Source: Townsend, "Differentiating the singular value decomposition" (2016), equations 32 to 35.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (u, s, vt) = (&call.outputs[0], &call.outputs[1], &call.outputs[2]);
        let (rows, columns) = (s.expand_dims(-1)?, s.expand_dims(-2)?);
        let mut back: Option<Tensor> = None;
        let mut add = |part: Tensor| -> Result<()> {
            back = Some(match back.take() {
                Some(sum) => sum.add(&part)?,
                None => part,
            });
            Ok(())
        };
        let skew = |product: Tensor| -> Result<Tensor> {
            product
                .sub(&product.adjoint()?)?
                .mul(&reciprocal_differences(&s.square()?)?)
        };
        if let Some(du) = &gradients[0] {
            let inside = u.matmul_transposed(true, du, false)?;
            add(u.matmul(&skew(inside.clone())?.mul(&columns)?)?.matmul(vt)?)?;
            add(du.sub(&u.matmul(&inside)?)?.div(&columns)?.matmul(vt)?)?;
        }
        if let Some(ds) = &gradients[1] {
            add(u.mul(&ds.expand_dims(-2)?)?.matmul(vt)?)?;
        }
        if let Some(dvt) = &gradients[2] {
            let inside = vt.matmul_transposed(false, dvt, true)?;
            add(u.matmul(&skew(inside.clone())?.mul(&rows)?)?.matmul(vt)?)?;
            let outside = dvt.sub(&inside.adjoint()?.matmul(vt)?)?;
            add(u.matmul(&outside.div(&rows)?)?)?;
        }
        Ok(Gradients::from_elem(back, 1))
    }

    fn saves(&self) -> Saves {
        Saves::OUTPUTS
    }
}

impl Tensor {
    /// Thin singular value decomposition of every matrix of the last two axes: `u` `[..., m, k]`, `s` `[..., k]`
    /// in descending order and `vᵀ` `[..., k, n]`, `k = min(m, n)`.
    ///
    /// The gradients of `u` and `vᵀ` are not finite where singular values are equal, or 0: the vectors are not
    /// determined there.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) with fewer than 2 axes; those of [`linalg::svd`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (_, s, _) = Tensor::from([[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]]).svd()?;
    /// let s = s.to_vec::<f64>()?;
    /// assert!((s[0] - 4.0).abs() < 1e-12 && (s[1] - 3.0).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn svd(&self) -> Result<(Tensor, Tensor, Tensor)> {
        let all = apply_many(Svd, &[self])?;
        Ok((all[0].clone(), all[1].clone(), all[2].clone()))
    }
}
