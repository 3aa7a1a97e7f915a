//! Products of sparse matrices with regular ones.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};
use sprs::CsMatView;

use super::{SparseTensor, csr::Compressed};
use crate::{
    DType, Error, Result, Shape, Tensor,
    dtype::Element,
    kernels::parallel,
    ndarray::{ArrayView2, ArrayViewMut2},
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one, same_dtype},
    structures::rows,
    tensor::Array,
};

/// `S · d`, or `Sᵀ · d`, where `S` has the first operand's values at fixed places and `d` is the second.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SparseMatMul {
    /// Rows and columns of `S`.
    shape: [usize; 2],
    /// The values of row `r` are numbers `starts[r]..starts[r + 1]`.
    starts: Arc<[usize]>,
    columns: Arc<[usize]>,
    transpose: bool,
}

const NAME: &str = "sparse_matmul";

impl SparseMatMul {
    /// Rows that the second operand must have, and rows of the product.
    fn sides(&self) -> [usize; 2] {
        let [n_rows, n_columns] = self.shape;
        if self.transpose {
            [n_rows, n_columns]
        } else {
            [n_columns, n_rows]
        }
    }

    fn shape(&self, values: &Spec, dense: &Spec) -> Result<Shape> {
        values.dtype.require_float(NAME)?;
        same_dtype(NAME, values.dtype, dense.dtype)?;
        let [inner, outer] = self.sides();
        let rule = match (&values.shape[..], &dense.shape[..]) {
            (&[n], _) if n != self.columns.len() && n != Shape::UNKNOWN => {
                "a value for every index is needed"
            }
            (&[_], &[rows, width]) if rows == inner || rows == Shape::UNKNOWN => {
                return Ok(Shape::from([outer, width]));
            }
            _ => "the columns of the sparse matrix must be as many as the rows of the regular one",
        };
        Err(Error::Shape {
            op: NAME,
            left: vec![outer, inner],
            right: dense.shape.to_vec(),
            rule,
        })
    }

    fn product<T>(&self, values: &Array, dense: &Array, shape: Shape) -> Result<Array>
    where
        T: Element + Copy + sprs::MulAcc + num_traits::Num,
    {
        shape.checked_len(NAME)?;
        let (values, dense_values) = (values.elements::<T>(), dense.elements::<T>());
        let [n_rows, n_columns] = self.shape;
        // Checked here because the places may come from a file.
        let matrix = CsMatView::try_new(
            (n_rows, n_columns),
            &self.starts[..],
            &self.columns[..],
            &values[..],
        )
        .map_err(|(.., error)| Error::Data {
            op: NAME,
            problem: error.to_string(),
            remedy: "the indices of a sparse matrix are in reading order and in range",
        })?;
        let transposed = self.transpose.then(|| matrix.transpose_view().to_csr());
        let matrix = transposed.as_ref().map_or(matrix, |matrix| matrix.view());
        let (inner, width) = (dense.shape()[0], dense.shape()[1]);
        let dense =
            ArrayView2::from_shape((inner, width), &dense_values).expect("an array has its own shape");
        let mut out = vec![T::zero(); shape.len()];
        // About what a row costs, spread over its elements.
        let cost = 2 * (1 + self.columns.len() / shape[0].max(1));
        parallel::fill_rows(&mut out, width.max(1), cost, |first, out| {
            let rows = out.len() / width;
            let part = matrix.slice_outer(first..first + rows);
            let out = ArrayViewMut2::from_shape((rows, width), out).expect("whole rows");
            sprs::prod::csr_mulacc_dense_rowmaj(part, dense.view(), out);
        });
        Ok(Array::dense(out, shape))
    }

    /// The row of every value.
    fn rows(&self) -> Vec<usize> {
        let lengths = self.starts.windows(2).map(|pair| pair[1] - pair[0]);
        lengths
            .enumerate()
            .flat_map(|(row, length)| std::iter::repeat_n(row, length))
            .collect()
    }
}

#[typetag::serde(name = "sparse_matmul")]
impl Primitive for SparseMatMul {
    fn name(&self) -> &'static str {
        NAME
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(inputs[0].dtype, self.shape(&inputs[0], &inputs[1])?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let [values, dense] = [inputs[0], inputs[1]];
        let spec = |array: &Array| Spec::new(array.dtype(), array.shape());
        let shape = self.shape(&spec(values), &spec(dense))?;
        let product = match values.dtype() {
            DType::F32 => self.product::<f32>(values, dense, shape)?,
            _ => self.product::<f64>(values, dense, shape)?,
        };
        Ok(Arrays::from_elem(product, 1))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let (values, dense) = (&call.inputs[0], &call.inputs[1]);
        let [inner, outer] = self.sides();
        // The gradient of value k at (r, c) is the product of row r of d with row c of the regular matrix.
        let of_values = || {
            let (rows, columns) = (self.rows(), self.columns.to_vec());
            let [left, right] = if self.transpose {
                [columns, rows]
            } else {
                [rows, columns]
            };
            let (d, dense) = (rows::pick(d, outer, left)?, rows::pick(dense, inner, right)?);
            d.mul(&dense)?.sum(&[1])
        };
        let transposed = Self {
            transpose: !self.transpose,
            ..self.clone()
        };
        let of_dense = || apply(transposed, &[values, d]);
        Ok([
            call.wanted[0].then(of_values).transpose()?,
            call.wanted[1].then(of_dense).transpose()?,
        ]
        .into())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let (values, dense) = (&call.inputs[0], &call.inputs[1]);
        let left = tangents[0].as_ref().map(|d| apply(self.clone(), &[d, dense]));
        let right = tangents[1].as_ref().map(|d| apply(self.clone(), &[values, d]));
        let sum = match (left.transpose()?, right.transpose()?) {
            (Some(left), Some(right)) => Some(left.add(&right)?),
            (left, right) => left.or(right),
        };
        Ok(Gradients::from_elem(sum, 1))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl SparseTensor {
    /// Matrix product with a regular matrix or vector: `[m, k] · [k, n]` gives `[m, n]`, `[m, k] · [k]` gives
    /// `[m]`. Gradients flow to the stored values and to `dense`.
    ///
    /// Cost: `O(stored values · n)`, by the compressed rows of `sprs`.
    ///
    /// # Errors
    /// [`Error::Shape`] unless the inner lengths agree, [`Error::BadShape`] unless there are two axes,
    /// [`Error::MixedDTypes`] for two element types, [`Error::DType`] unless they are `f32` or `f64`,
    /// [`Error::Data`] for indices out of order or there twice.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::SparseTensor};
    ///
    /// let s = SparseTensor::new([[0, 1], [1, 0]], [2.0, 3.0], [2, 2])?;
    /// let y = s.matmul(&Tensor::from([[1.0, 10.0], [100.0, 1000.0]]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [200.0, 2000.0, 3.0, 30.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matmul(&self, dense: &Tensor) -> Result<Tensor> {
        let shape = self.matrix(NAME)?;
        if dense.rank() == 1 {
            return self.matmul(&dense.expand_dims(1)?)?.squeeze(&[1]);
        }
        let Compressed { starts, columns } = self.compressed(NAME)?;
        let product = SparseMatMul {
            shape,
            starts,
            columns,
            transpose: false,
        };
        apply(product, &[&self.values, dense])
    }
}
