//! The pseudo-inverse, and least squares by it.

use serde::{Deserialize, Serialize};

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    Sides, each_matrix, flat, for_float, spec_of,
};
use crate::{Result, Tensor, linalg, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Pinv;

#[typetag::serde(name = "pinv")]
impl Primitive for Pinv {
    fn name(&self) -> &'static str {
        "pinv"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let sides = Sides::of("pinv", &inputs[0])?;
        Ok(one(inputs[0].dtype, sides.stack(&[sides.columns, sides.rows])))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let shape = self.infer(&[spec_of(a)])?.remove(0).shape;
        for_float!(a, F => each_matrix::<F, 1>(a, [shape], |_, a| Ok([flat(&linalg::pinv(a, None)?)])))
    }

    /// While the rank stays, with `p` for the pseudo-inverse:
    /// `-pᵀ·d·pᵀ + (1 - a·p)·dᵀ·p·pᵀ + pᵀ·p·dᵀ·(1 - p·a)`.
    ///
    /// Source: Golub and Pereyra, "The differentiation of pseudo-inverses", SIAM Journal on Numerical Analysis
    /// 10 (1973), equation 4.12.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (a, p) = (&call.inputs[0], &call.outputs[0]);
        let back = |d: &Tensor| {
            let inside = p
                .matmul_transposed(true, d, false)?
                .matmul_transposed(false, p, true)?;
            let turned = d.adjoint()?;
            let left = turned.matmul(p)?.matmul_transposed(false, p, true)?;
            let left = left.sub(&a.matmul(&p.matmul(&left)?)?)?;
            let right = p.matmul_transposed(true, &p.matmul(&turned)?, false)?;
            let right = right.sub(&right.matmul(p)?.matmul(a)?)?;
            left.add(&right)?.sub(&inside)
        };
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// The Moore-Penrose pseudo-inverse of every matrix of the last two axes; singular values up to
    /// `max(m, n) · ε` times the largest count as 0. The gradient is that at constant rank.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) with fewer than 2 axes; those of [`linalg::pinv`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let p = Tensor::from([[1.0, 1.0], [1.0, 1.0]]).pinv()?.to_vec::<f64>()?;
    /// assert!(p.iter().all(|v| (v - 0.25).abs() < 1e-12));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn pinv(&self) -> Result<Tensor> {
        apply(Pinv, &[self])
    }

    /// The `x` of smallest length among those that minimise `|self · x - b|²`; a vector `b` gives a vector.
    ///
    /// # Errors
    /// As [`pinv`](Self::pinv) and [`matmul`](Self::matmul).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// // The line through (0, 1), (1, 3), (2, 5): intercept 1, slope 2.
    /// let a = Tensor::from([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// let x = a.lstsq(&Tensor::from([1.0, 3.0, 5.0]))?.to_vec::<f64>()?;
    /// assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn lstsq(&self, b: &Tensor) -> Result<Tensor> {
        self.pinv()?.matmul(b)
    }
}
