//! Linear algebra on the last two axes, differentiable; leading axes are a batch.
//!
//! The numbers come from [`crate::linalg`], with its signs, tolerances and errors. Matrices of a batch are worked
//! on by several threads, each on its own.
//!
//! | file | what |
//! |---|---|
//! | `solve`, `triangular` | systems of equations, inverse |
//! | `det` | determinant, its logarithm |
//! | `cholesky`, `qr`, `eigh`, `svd` | decompositions |
//! | `pinv` | pseudo-inverse, least squares |
//! | `matrix_norm` | norms of matrices |
//! | `power` | powers, rank |

mod cholesky;
mod det;
mod eigh;
mod matrix_norm;
mod pinv;
mod power;
mod qr;
mod solve;
mod svd;
mod triangular;

pub use matrix_norm::MatrixNorm;

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::{Arrays, Spec};
use crate::{Error, Float, Result, Shape, Tensor, dtype::Element, tensor::Array};

/// The element types that `linalg` and tensors share.
trait Real: Float + Element {}
impl<T: Float + Element> Real for T {}

/// Lengths of a stack of matrices.
struct Sides {
    lead: Shape,
    rows: usize,
    columns: usize,
}

impl Sides {
    fn of(op: &'static str, spec: &Spec) -> Result<Self> {
        spec.dtype.require_float(op)?;
        let rank = spec.shape.rank();
        if rank < 2 {
            let rule = "at least 2 axes are needed: rows and columns of a matrix".to_owned();
            return Err(Error::BadShape {
                op,
                shape: spec.shape.to_vec(),
                rule,
            });
        }
        Ok(Self {
            lead: Shape::from(&spec.shape[..rank - 2]),
            rows: spec.shape[rank - 2],
            columns: spec.shape[rank - 1],
        })
    }

    fn square(op: &'static str, spec: &Spec) -> Result<Self> {
        let sides = Self::of(op, spec)?;
        if Shape::from([sides.rows]).matches(&Shape::from([sides.columns])) {
            return Ok(sides);
        }
        let rule = "the matrix must be square: as many rows as columns".to_owned();
        Err(Error::BadShape {
            op,
            shape: spec.shape.to_vec(),
            rule,
        })
    }

    /// A stack of as many arrays of this shape.
    fn stack(&self, shape: &[usize]) -> Shape {
        self.lead.iter().chain(shape).copied().collect()
    }

    fn shorter(&self) -> usize {
        match (self.rows, self.columns) {
            (Shape::UNKNOWN, _) | (_, Shape::UNKNOWN) => Shape::UNKNOWN,
            (rows, columns) => rows.min(columns),
        }
    }
}

fn spec_of(x: &Array) -> Spec {
    Spec::new(x.dtype(), x.shape())
}

/// Calls `$body` with `$F` as the Rust type of the array's elements.
macro_rules! for_float {
    ($x:expr, $F:ident => $body:expr) => {
        match $x.dtype() {
            $crate::DType::F32 => {
                type $F = f32;
                $body
            }
            _ => {
                type $F = f64;
                $body
            }
        }
    };
}
use for_float;

/// Applies `f` to every matrix of a stack; it gives the elements of `N` outputs of these shapes.
fn each_matrix<F: Real, const N: usize>(
    x: &Array,
    shapes: [Shape; N],
    f: impl Fn(usize, ArrayView2<'_, F>) -> Result<[Vec<F>; N]> + Sync,
) -> Result<Arrays> {
    let rank = x.shape().rank();
    let (rows, columns) = (x.shape()[rank - 2], x.shape()[rank - 1]);
    let values = x.elements::<F>();
    let batch: usize = x.shape()[..rank - 2].iter().product();
    let one = |number: usize| {
        let size = rows * columns;
        let matrix = ArrayView2::from_shape((rows, columns), &values[number * size..(number + 1) * size])
            .expect("a matrix of the stack has rows times columns elements");
        f(number, matrix)
    };
    // In order, so that of several errors the first is reported.
    let results: Vec<Result<[Vec<F>; N]>> = match batch {
        0 | 1 => (0..batch).map(one).collect(),
        _ => (0..batch).into_par_iter().map(one).collect(),
    };
    let mut parts: [Vec<F>; N] = std::array::from_fn(|_| Vec::new());
    for result in results {
        for (all, mut own) in parts.iter_mut().zip(result?) {
            all.append(&mut own);
        }
    }
    parts
        .into_iter()
        .zip(shapes)
        .map(|(values, shape)| Array::new(values, shape))
        .collect()
}

/// The elements row by row.
fn flat<F: Real>(matrix: &Array2<F>) -> Vec<F> {
    matrix.iter().copied().collect()
}

impl Tensor {
    /// The last two axes exchanged.
    fn adjoint(&self) -> Result<Tensor> {
        self.swap_axes(-2, -1)
    }

    /// 1 on the main diagonal and 0 elsewhere, as large as the last two axes of this tensor, which are equal.
    fn identity_like(&self) -> Result<Tensor> {
        let zero = self.stop_gradient().zeros_like()?;
        zero.set_diag(&Tensor::ones([], self.dtype())?, 0)
    }
}

/// `1 / (x[j] - x[i])` off the diagonal and 0 on it, for a vector along the last axis.
fn reciprocal_differences(x: &Tensor) -> Result<Tensor> {
    let differences = x.expand_dims(-2)?.sub(&x.expand_dims(-1)?)?;
    let diagonal = differences.identity_like()?;
    // 1 is put on the diagonal before dividing, and taken off after.
    differences.add(&diagonal)?.reciprocal()?.sub(&diagonal)
}
