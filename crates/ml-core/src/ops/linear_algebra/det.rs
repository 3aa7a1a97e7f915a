//! Determinants.

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, apply_many, one},
    Real, Sides, each_matrix, for_float, spec_of,
};
use crate::{Result, Tensor, linalg, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Det;

/// Sign, and logarithm of the magnitude.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct LogDet;

/// A stack of numbers as factors of a stack of matrices.
fn beside(d: &Tensor) -> Result<Tensor> {
    d.expand_dims(-1)?.expand_dims(-1)
}

#[typetag::serde(name = "det")]
impl Primitive for Det {
    fn name(&self) -> &'static str {
        "det"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(inputs[0].dtype, Sides::square("det", &inputs[0])?.lead))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let lead = Sides::square("det", &spec_of(a))?.lead;
        for_float!(a, F => each_matrix::<F, 1>(a, [lead], |_, a| Ok([vec![linalg::det(a)?]])))
    }

    /// `d · det(a) · a⁻ᵀ`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| beside(&d.mul(&call.outputs[0])?)?.mul(&call.inputs[0].inverse()?.adjoint()?);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

fn sign_and_log<F: Real>(a: ndarray::ArrayView2<'_, F>) -> Result<[Vec<F>; 2]> {
    // Refuses what the others refuse; the pivots say the rest, without a product that could overflow.
    linalg::det(a)?;
    let eliminated = F::backend_lu(a, ndarray::Array2::zeros((a.nrows(), 0)));
    let start = if eliminated.odd { -F::one() } else { F::one() };
    let sign = |s: F, &p: &F| if p == F::zero() { F::zero() } else { s * p.signum() };
    let sign = eliminated.pivots.iter().fold(start, sign);
    Ok([
        vec![sign],
        vec![eliminated.pivots.iter().map(|p| p.abs().ln()).sum()],
    ])
}

#[typetag::serde(name = "log_det")]
impl Primitive for LogDet {
    fn name(&self) -> &'static str {
        "slogdet"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let spec = Spec::new(inputs[0].dtype, Sides::square("slogdet", &inputs[0])?.lead);
        Ok(smallvec![spec.clone(), spec])
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        let lead = Sides::square("slogdet", &spec_of(a))?.lead;
        for_float!(a, F => each_matrix::<F, 2>(a, [lead.clone(), lead], |_, a| sign_and_log(a)))
    }

    /// `d · a⁻ᵀ`; the sign does not change.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| beside(d)?.mul(&call.inputs[0].inverse()?.adjoint()?);
        Ok(Gradients::from_elem(
            gradients[1].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// The determinant of every matrix of the last two axes; 0 of a singular one, where the gradient is an error.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) unless square, [`Error::DType`](crate::Error::DType) unless
    /// the elements are `f32` or `f64`; those of [`linalg::det`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let det = Tensor::from([[1.0, 2.0], [3.0, 4.0]]).det()?.item::<f64>()?;
    /// assert!((det + 2.0).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn det(&self) -> Result<Tensor> {
        apply(Det, &[self])
    }

    /// Sign of the determinant, and logarithm of its magnitude, which does not overflow: 0 and -∞ for a singular
    /// matrix.
    ///
    /// # Errors
    /// As [`det`](Self::det).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (sign, log) = Tensor::from([[0.0, 1e200], [1e200, 0.0]]).slogdet()?;
    /// assert_eq!(sign.item::<f64>()?, -1.0);
    /// assert!((log.item::<f64>()? - 400.0 * 10f64.ln()).abs() < 1e-9);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn slogdet(&self) -> Result<(Tensor, Tensor)> {
        let both = apply_many(LogDet, &[self])?;
        Ok((both[0].clone(), both[1].clone()))
    }
}
