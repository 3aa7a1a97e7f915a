//! Systems of equations, and the inverse.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one, same_dtype},
    Real, Sides, each_matrix, flat, for_float, spec_of,
};
use crate::{Error, Result, Shape, Tensor, linalg, tensor::Array};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Inverse;

/// `x` with `a · x = b`, both stacks of matrices.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Solve;

#[typetag::serde(name = "inverse")]
impl Primitive for Inverse {
    fn name(&self) -> &'static str {
        "inverse"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Sides::square("inverse", &inputs[0])?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let a = inputs[0];
        self.infer(&[spec_of(a)])?;
        for_float!(a, F => each_matrix::<F, 1>(a, [a.shape().clone()], |_, a| Ok([flat(&linalg::inverse(a)?)])))
    }

    /// `-yᵀ · d · yᵀ`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let y = &call.outputs[0];
        let back = |d: &Tensor| {
            y.matmul_transposed(true, d, false)?
                .matmul_transposed(false, y, true)?
                .neg()
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

fn solve<F: Real>(a: &Array, b: &Array) -> Result<Arrays> {
    let rank = b.shape().rank();
    let (rows, columns) = (b.shape()[rank - 2], b.shape()[rank - 1]);
    let right = b.elements::<F>();
    each_matrix::<F, 1>(a, [b.shape().clone()], |number, a| {
        let b = &right[number * rows * columns..(number + 1) * rows * columns];
        let b = ndarray::ArrayView2::from_shape((rows, columns), b)
            .expect("rows times columns elements a matrix");
        Ok([flat(&linalg::solve(a, b)?)])
    })
}

#[typetag::serde(name = "solve")]
impl Primitive for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        same_dtype("solve", inputs[0].dtype, inputs[1].dtype)?;
        let (a, b) = (
            Sides::square("solve", &inputs[0])?,
            Sides::of("solve", &inputs[1])?,
        );
        if !a.lead.matches(&b.lead) || !Shape::from([a.rows]).matches(&Shape::from([b.rows])) {
            return Err(Error::Shape {
                op: "solve",
                left: inputs[0].shape.to_vec(),
                right: inputs[1].shape.to_vec(),
                rule: "the right-hand sides must have the rows and the leading axes of the matrices",
            });
        }
        Ok(one(inputs[1].dtype, inputs[1].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (a, b) = (inputs[0], inputs[1]);
        self.infer(&[spec_of(a), spec_of(b)])?;
        for_float!(a, F => solve::<F>(a, b))
    }

    /// The gradient of `b` solves the transposed system; that of `a` is minus its product with `xᵀ`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let of_b = apply(Solve, &[&call.inputs[0].adjoint()?, d])?;
        let of_a = || of_b.matmul_transposed(false, &call.outputs[0], true)?.neg();
        let of_a = call.wanted[0].then(of_a).transpose()?;
        Ok([of_a, call.wanted[1].then_some(of_b)].into())
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// The inverse of every matrix of the last two axes. To solve equations, [`solve`](Self::solve) is faster
    /// and more exact.
    ///
    /// # Errors
    /// [`Error::Numerical`] for a singular matrix, [`Error::BadShape`] unless square, [`Error::DType`] unless the
    /// elements are `f32` or `f64`; those of [`linalg::inverse`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[2.0, 0.0], [0.0, 4.0]]).inverse()?;
    /// assert_eq!(y.to_vec::<f64>()?, [0.5, 0.0, 0.0, 0.25]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn inverse(&self) -> Result<Tensor> {
        apply(Inverse, &[self])
    }

    /// The `x` with `self · x = b`, for every matrix of the last two axes; a vector `b` gives a vector.
    ///
    /// # Errors
    /// [`Error::Numerical`] for a singular matrix, [`Error::Shape`] unless `b` fits, [`Error::BadShape`] unless
    /// the matrices are square; those of [`linalg::solve`].
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let a = Tensor::from([[0.0, 2.0], [1.0, 1.0]]);
    /// assert_eq!(a.solve(&Tensor::from([4.0, 5.0]))?.to_vec::<f64>()?, [3.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn solve(&self, b: &Tensor) -> Result<Tensor> {
        match b.rank() {
            1 => apply(Solve, &[self, &b.expand_dims(1)?])?.squeeze(&[-1]),
            _ => apply(Solve, &[self, b]),
        }
    }
}
