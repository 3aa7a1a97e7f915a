//! Products beside the matrix product: dot, outer, Kronecker, over chosen axes, and the affine map of a layer.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, matmul::MatMul, one,
    same_dtype, sum_to_like,
};
use crate::{Error, Result, Shape, Tensor, kernels::matmul, tensor::Array};

/// `op(a) · op(b) + bias`: the sums start from the bias instead of 0.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct MatMulBias {
    pub(crate) product: MatMul,
}

impl MatMulBias {
    fn check(&self, inputs: &[Spec]) -> Result<Spec> {
        let product = self.product.infer(&inputs[..2])?.remove(0);
        product.dtype.require_float("matmul_bias")?;
        let bias = &inputs[2];
        same_dtype("matmul_bias", product.dtype, bias.dtype)?;
        let columns = Shape::from(&product.shape[product.shape.rank() - 1..]);
        if columns.matches(&bias.shape) {
            return Ok(product);
        }
        Err(Error::Shape {
            op: "matmul_bias",
            left: product.shape.to_vec(),
            right: bias.shape.to_vec(),
            rule: "the bias must be a vector of as many elements as the product has columns",
        })
    }
}

#[typetag::serde(name = "matmul_bias")]
impl Primitive for MatMulBias {
    fn name(&self) -> &'static str {
        "matmul_bias"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let spec = self.check(inputs)?;
        Ok(one(spec.dtype, spec.shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let specs: Vec<Spec> = inputs.iter().map(|x| Spec::new(x.dtype(), x.shape())).collect();
        let shape = self.check(&specs)?.shape;
        let MatMul {
            transpose_a,
            transpose_b,
        } = self.product;
        Ok(outputs(matmul::matmul_bias(
            inputs[0],
            transpose_a,
            inputs[1],
            transpose_b,
            inputs[2],
            shape,
        )))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let factors = Call {
            inputs: &call.inputs[..2],
            wanted: &call.wanted[..2],
            ..*call
        };
        let mut back = self.product.vjp(&factors, gradients)?;
        let bias = gradients[0].as_ref().filter(|_| call.wanted[2]);
        back.push(bias.map(|d| sum_to_like(d, &call.inputs[2])).transpose()?);
        Ok(back)
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// `self · kernel + bias`: what a dense layer computes, in one pass. `[..., m, k]`, `[k, n]` and `[n]` give
    /// `[..., m, n]`.
    ///
    /// # Errors
    /// As [`matmul`](Self::matmul) of tensors with at least 2 axes; [`Error::Shape`] unless the bias has an
    /// element a column, [`Error::DType`] unless all are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (x, kernel) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0, 4.0], [5.0, 6.0]]));
    /// let y = x.matmul_bias(&kernel, &Tensor::from([0.5, -0.5]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [13.5, 15.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matmul_bias(&self, kernel: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let product = MatMul {
            transpose_a: false,
            transpose_b: false,
        };
        apply(MatMulBias { product }, &[self, kernel, bias])
    }

    /// Dot product of two vectors: `Σ x·y`, a scalar.
    ///
    /// # Errors
    /// [`Error::Shape`] unless both have one axis of one length.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).dot(&Tensor::from([4, 5, 6]))?.item::<i32>()?, 32);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn dot(&self, other: &Tensor) -> Result<Tensor> {
        if self.rank() != 1 || other.rank() != 1 {
            return Err(Error::Shape {
                op: "dot",
                left: self.shape().to_vec(),
                right: other.shape().to_vec(),
                rule: "both must be vectors; matmul, tensordot and einsum take more axes",
            });
        }
        self.matmul(other)
    }

    /// Every element times every element: axes of `self`, then those of `other`.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`] for two element types.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let table = Tensor::from([1, 2]).outer(&Tensor::from([3, 4, 5]))?;
    /// assert_eq!(table.to_vec::<i32>()?, [3, 4, 5, 6, 8, 10]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn outer(&self, other: &Tensor) -> Result<Tensor> {
        let mut column = self.clone();
        for _ in 0..other.rank() {
            column = column.expand_dims(-1)?;
        }
        column.mul(other)
    }

    /// Sums of products over pairs of axes: `axes.0` of `self` meet `axes.1` of `other`. What is left comes in
    /// order, first that of `self`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless as many axes of either are named, [`Error::Axis`] for one that does not exist,
    /// [`Error::Shape`] for lengths that differ; as [`einsum`](Self::einsum).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1, 2], [3, 4]]), Tensor::from([[5, 6], [7, 8]]));
    /// assert_eq!(a.tensordot(&b, (&[1], &[0]))?.to_vec::<i32>()?, [19, 22, 43, 50]);
    /// assert_eq!(a.tensordot(&b, (&[0, 1], &[0, 1]))?.item::<i32>()?, 70);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tensordot(&self, other: &Tensor, axes: (&[isize], &[isize])) -> Result<Tensor> {
        if axes.0.len() != axes.1.len() || self.rank() + other.rank() > 26 {
            return Err(Error::Parameter {
                name: "tensordot: axes".to_owned(),
                value: format!("{axes:?}"),
                domain: "as many of either tensor, and at most 26 axes altogether".to_owned(),
            });
        }
        let mut letters = 'a'..='z';
        let mut left: Vec<char> = letters.by_ref().take(self.rank()).collect();
        let mut right: Vec<char> = letters.take(other.rank()).collect();
        let mut met = Vec::new();
        for (&i, &j) in axes.0.iter().zip(axes.1) {
            let (i, j) = (
                self.shape().axis("tensordot", i)?,
                other.shape().axis("tensordot", j)?,
            );
            if met.iter().any(|&(a, b)| a == i || b == j) {
                return Err(Error::Parameter {
                    name: "tensordot: axes".to_owned(),
                    value: format!("{axes:?}"),
                    domain: "each axis at most once".to_owned(),
                });
            }
            if !Shape::from([self.shape()[i]]).matches(&Shape::from([other.shape()[j]])) {
                return Err(Error::Shape {
                    op: "tensordot",
                    left: self.shape().to_vec(),
                    right: other.shape().to_vec(),
                    rule: "axes that meet must have one length",
                });
            }
            right[j] = left[i];
            met.push((i, j));
        }
        let once =
            |own: &[char], others: &[char]| own.iter().filter(|l| !others.contains(l)).collect::<String>();
        let output = once(&left, &right) + &once(&right, &left);
        let (left, right): (String, String) = (left.drain(..).collect(), right.drain(..).collect());
        Tensor::einsum(&format!("{left},{right}->{output}"), &[self, other])
    }

    /// Kronecker product of two matrices: every element of `self` times the whole of `other`, in its place.
    ///
    /// # Errors
    /// [`Error::Shape`] unless both are matrices.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let k = Tensor::from([[1, 2]]).kron(&Tensor::from([[3, 4], [5, 6]]))?;
    /// assert_eq!(k.shape().to_vec(), [2, 4]);
    /// assert_eq!(k.to_vec::<i32>()?, [3, 4, 6, 8, 5, 6, 10, 12]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn kron(&self, other: &Tensor) -> Result<Tensor> {
        if self.rank() != 2 || other.rank() != 2 {
            return Err(Error::Shape {
                op: "kron",
                left: self.shape().to_vec(),
                right: other.shape().to_vec(),
                rule: "both must be matrices",
            });
        }
        let side = |axis: usize| match (self.shape()[axis], other.shape()[axis]) {
            (Shape::UNKNOWN, _) | (_, Shape::UNKNOWN) => -1,
            (a, b) => a.saturating_mul(b) as i64,
        };
        Tensor::einsum("ij,kl->ikjl", &[self, other])?.reshape(&[side(0), side(1)])
    }
}
