//! Tensors that are nearly all zeros.

mod arithmetic;
mod csr;
mod dense;
mod display;
mod product;
mod shape;

use std::sync::Arc;

use crate::{DType, Error, Result, Shape, Tensor, structures::rows};

/// A tensor of which only some elements are stored, with their indices; the others are 0 (book appendix F.3).
///
/// Indices are expected in reading order, left to right and top to bottom: call [`reorder`](Self::reorder) if
/// unsure. The indices are plain data, the values a tensor through which gradients flow. There are fewer
/// operations than on regular tensors, because a result must be sparse again: a number can be multiplied, but
/// not added.
///
/// # Examples
/// ```
/// use ml_core::structures::SparseTensor;
///
/// let s = SparseTensor::new([[0, 1], [1, 0], [2, 3]], [1.0, 2.0, 3.0], [3, 4])?;
/// let dense = (&s * 10.0).to_dense()?;
/// assert_eq!(dense.to_vec::<f64>()?, [0., 10., 0., 0., 20., 0., 0., 0., 0., 0., 0., 30.]);
/// # Ok::<(), ml_core::Error>(())
/// ```
///
/// Adding a number does not compile:
/// ```compile_fail
/// use ml_core::structures::SparseTensor;
///
/// let s = SparseTensor::new([[0, 1]], [1.0], [3, 4]).unwrap();
/// let sum = &s + 42.0;
/// ```
#[derive(Debug, Clone)]
pub struct SparseTensor {
    /// The index of every value, one after another: `rank` numbers each.
    indices: Arc<[usize]>,
    values: Tensor,
    shape: Shape,
}

impl SparseTensor {
    /// Values at `indices` (`[n, axes]`, `i32` or `i64`) of a tensor of this shape; every other element is 0.
    ///
    /// The order of the indices is not checked here, but by the operations that rely on it.
    ///
    /// # Errors
    /// [`Error::DType`] for other indices, [`Error::BadShape`] for a scalar or indices and values that do not go
    /// together, [`Error::Index`] for an index out of range, [`Error::Graph`] for symbolic indices.
    pub fn new(
        indices: impl Into<Tensor>,
        values: impl Into<Tensor>,
        dense_shape: impl Into<Shape>,
    ) -> Result<Self> {
        const OP: &str = "sparse";
        let (indices, values, shape) = (indices.into(), values.into(), dense_shape.into());
        let bad = |shape: &Shape, rule: String| Error::BadShape {
            op: OP,
            shape: shape.to_vec(),
            rule,
        };
        if shape.rank() == 0 || !shape.is_known() {
            return Err(bad(
                &shape,
                "a dense shape needs at least one axis, all of known length".to_owned(),
            ));
        }
        let valid = matches!(indices.dtype(), DType::I32 | DType::I64);
        indices.dtype().require("sparse indices", valid, "i32 or i64")?;
        // Without any value, an empty list of indices says nothing of its rank.
        if indices.shape().to_vec() != [indices.shape().first().copied().unwrap_or(1), shape.rank()]
            && !indices.is_empty()
        {
            let rule = format!("indices are [n, {}]: a row of {0} numbers each", shape.rank());
            return Err(bad(indices.shape(), rule));
        }
        let n_values = if indices.is_empty() { 0 } else { indices.shape()[0] };
        if !values.shape().matches(&Shape::from([n_values])) {
            return Err(bad(
                values.shape(),
                format!("{n_values} indices need as many values, in one axis"),
            ));
        }
        let positions = indices.cast(DType::I64)?.to_vec::<i64>()?;
        for (at, &index) in positions.iter().enumerate() {
            let axis = at % shape.rank();
            if index < 0 || index as u64 >= shape[axis] as u64 {
                return Err(Error::Index {
                    op: OP,
                    index,
                    axis,
                    length: shape[axis],
                });
            }
        }
        let indices = positions.into_iter().map(|index| index as usize).collect();
        Ok(Self {
            indices,
            values,
            shape,
        })
    }

    /// Values at indices that are known to be right.
    pub(crate) fn trusted(indices: impl Into<Arc<[usize]>>, values: Tensor, shape: Shape) -> Self {
        let indices = indices.into();
        Self {
            indices,
            values,
            shape,
        }
    }

    /// The indices of the values: `[n, axes]`, `i64`.
    pub fn indices(&self) -> Tensor {
        let flat: Vec<i64> = self.indices.iter().map(|&index| index as i64).collect();
        Tensor::from_vec(flat, [self.n_values(), self.rank()]).expect("rank numbers a value")
    }

    /// The stored values, `[n]`.
    pub fn values(&self) -> &Tensor {
        &self.values
    }

    /// The shape of the regular tensor that this one stands for.
    pub fn dense_shape(&self) -> &Shape {
        &self.shape
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.values.dtype()
    }

    /// Number of axes, at least 1.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }

    /// Number of stored values.
    pub fn n_values(&self) -> usize {
        self.indices.len() / self.rank()
    }

    /// The indices one by one.
    pub(crate) fn entries(&self) -> std::slice::ChunksExact<'_, usize> {
        self.indices.chunks_exact(self.rank())
    }

    /// Whether the indices are in reading order and none is there twice.
    pub fn is_ordered(&self) -> bool {
        self.check_order("").is_ok()
    }

    /// Refuses indices out of order, and any that is there twice.
    pub(crate) fn check_order(&self, op: &'static str) -> Result<()> {
        let next = self.entries().skip(1);
        let Some((before, after)) = self.entries().zip(next).find(|(before, after)| before >= after) else {
            return Ok(());
        };
        let (problem, remedy) = if before == after {
            (
                format!("index {before:?} is there twice"),
                "add up what shares an index: coalesce()",
            )
        } else {
            (
                format!("index {after:?} comes after {before:?}, which is later in reading order"),
                "bring the indices into order: reorder()",
            )
        };
        Err(Error::Data { op, problem, remedy })
    }

    /// The same tensor with its indices in reading order; values that share an index keep their order.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1, 0], [0, 1]], [2, 1], [2, 2])?;
    /// assert!(s.to_dense().is_err());
    /// assert_eq!(s.reorder()?.to_dense()?.to_vec::<i32>()?, [0, 1, 2, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn reorder(&self) -> Result<Self> {
        let entries: Vec<&[usize]> = self.entries().collect();
        if entries.is_sorted() {
            return Ok(self.clone());
        }
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|&entry| entries[entry]);
        let indices: Vec<usize> = order.iter().flat_map(|&entry| entries[entry]).copied().collect();
        let values = rows::pick(&self.values, self.n_values(), order)?;
        Ok(Self::trusted(indices, values, self.shape.clone()))
    }

    /// In reading order, with values that share an index added up.
    ///
    /// # Errors
    /// [`Error::DType`] if values share an index and are not numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1], [0], [1]], [2, 1, 3], [2])?;
    /// assert_eq!(s.coalesce()?.to_dense()?.to_vec::<i32>()?, [1, 5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn coalesce(&self) -> Result<Self> {
        let ordered = self.reorder()?;
        if ordered.is_ordered() {
            return Ok(ordered);
        }
        let (mut indices, mut homes): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for entry in ordered.entries() {
            if !indices.ends_with(entry) || homes.is_empty() {
                indices.extend(entry);
            }
            homes.push(indices.len() / self.rank() - 1);
        }
        let n_values = indices.len() / self.rank();
        let values = rows::place(&ordered.values, homes, n_values)?;
        Ok(Self::trusted(indices, values, self.shape.clone()))
    }

    /// The same indices with values computed by `f` from these; elements that are not stored stay 0.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Shape`] if it changes the number of values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[1]], [3.0], [2])?.map(|v| v.square())?;
    /// assert_eq!(s.to_dense()?.to_vec::<f64>()?, [0.0, 9.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn map(&self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self> {
        let values = f(&self.values)?;
        if !values.shape().matches(&Shape::from([self.n_values()])) {
            return Err(Error::Shape {
                op: "sparse map",
                left: self.values.shape().to_vec(),
                right: values.shape().to_vec(),
                rule: "there must be as many values as before",
            });
        }
        Ok(Self {
            values,
            ..self.clone()
        })
    }
}

/// Position of an index in row-major order.
pub(super) fn flat(index: &[usize], shape: &[usize]) -> usize {
    index
        .iter()
        .zip(shape)
        .fold(0, |flat, (&i, &length)| flat * length + i)
}

/// Appends the index of element `flat` of a tensor of this shape.
pub(super) fn unravel(mut flat: usize, shape: &[usize], indices: &mut Vec<usize>) {
    let start = indices.len();
    indices.resize(start + shape.len(), 0);
    for axis in (0..shape.len()).rev() {
        indices[start + axis] = flat % shape[axis];
        flat /= shape[axis];
    }
}
