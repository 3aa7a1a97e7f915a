//! Systems of equations whose matrix is a triangle.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one, same_dtype},
    Real, Sides, each_matrix, for_float, spec_of,
};
use crate::{Error, Result, Shape, Tensor, tensor::Array};

/// `x` with `a · x = b`, both stacks of matrices, of whose first only a triangle counts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct TriangularSolve {
    lower: bool,
}

impl TriangularSolve {
    fn stack<F: Real>(self, a: &Array, b: &Array) -> Result<Arrays> {
        let rank = b.shape().rank();
        let (rows, columns) = (b.shape()[rank - 2], b.shape()[rank - 1]);
        let right = b.elements::<F>();
        each_matrix::<F, 1>(a, [b.shape().clone()], |number, a| {
            let mut x = right[number * rows * columns..(number + 1) * rows * columns].to_vec();
            for step in 0..rows {
                let row = if self.lower { step } else { rows - 1 - step };
                let known = if self.lower { 0..row } else { row + 1..rows };
                for other in known {
                    let factor = a[[row, other]];
                    for column in 0..columns {
                        let taken = factor * x[other * columns + column];
                        x[row * columns + column] -= taken;
                    }
                }
                let pivot = a[[row, row]];
                if pivot == F::zero() {
                    return Err(Error::Numerical {
                        op: "solve_triangular",
                        problem: format!("the matrix is singular (element {row} of its diagonal is 0)"),
                        remedy: "use lstsq or pinv",
                    });
                }
                for value in &mut x[row * columns..(row + 1) * columns] {
                    *value /= pivot;
                }
            }
            Ok([x])
        })
    }
}

#[typetag::serde(name = "triangular_solve")]
impl Primitive for TriangularSolve {
    fn name(&self) -> &'static str {
        "triangular_solve"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        const OP: &str = "solve_triangular";
        same_dtype(OP, inputs[0].dtype, inputs[1].dtype)?;
        let (a, b) = (Sides::square(OP, &inputs[0])?, Sides::of(OP, &inputs[1])?);
        if !a.lead.matches(&b.lead) || !Shape::from([a.rows]).matches(&Shape::from([b.rows])) {
            return Err(Error::Shape {
                op: OP,
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
        for_float!(a, F => self.stack::<F>(a, b))
    }

    /// The gradient of `b` solves the transposed system; that of `a` is the triangle of minus its product with `xᵀ`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let back = Self { lower: !self.lower };
        let of_b = apply(back, &[&call.inputs[0].adjoint()?, d])?;
        let of_a = || {
            let all = of_b.matmul_transposed(false, &call.outputs[0], true)?.neg()?;
            if self.lower { all.tril(0) } else { all.triu(0) }
        };
        let of_a = call.wanted[0].then(of_a).transpose()?;
        Ok([of_a, call.wanted[1].then_some(of_b)].into())
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// The `x` with `self · x = b` for triangular matrices of the last two axes, lower or upper ones: the other
    /// triangle is not looked at. A vector `b` gives a vector. Half the work of a decomposition, or less: with the
    /// factor of [`cholesky`](Self::cholesky), two such systems solve a positive definite one.
    ///
    /// # Errors
    /// [`Error::Numerical`] with a 0 on the diagonal; otherwise as [`solve`](Self::solve).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let a = Tensor::from([[2.0, 9.0], [1.0, 4.0]]);
    /// let b = Tensor::from([2.0, 9.0]);
    /// assert_eq!(a.solve_triangular(&b, true)?.to_vec::<f64>()?, [1.0, 2.0]);
    /// assert_eq!(a.solve_triangular(&b, false)?.to_vec::<f64>()?, [-9.125, 2.25]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn solve_triangular(&self, b: &Tensor, lower: bool) -> Result<Tensor> {
        let primitive = TriangularSolve { lower };
        match b.rank() {
            1 => apply(primitive, &[self, &b.expand_dims(1)?])?.squeeze(&[-1]),
            _ => apply(primitive, &[self, b]),
        }
    }
}
