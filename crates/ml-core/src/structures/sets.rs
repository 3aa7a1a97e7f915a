//! Algebra of sets held in tensors, one on every row (book appendix F.5).
//!
//! A set is a vector on the last axis: `[[1, 5, 9], [2, 5, 11]]` is two sets. Elements are integers or strings;
//! floats are refused, since equality of rounded numbers means little. Shorter sets are padded, and the padding
//! counts as an element: to `union`, `[10, 0, 0]` is {0, 10}. Sparse tensors need no padding. Results are sparse,
//! every row sorted; [`SparseTensor::to_dense`] pads them with 0 or the empty string,
//! [`SparseTensor::to_dense_with`] with anything else.
//!
//! Whether something is in a set is its [`intersection`] with it; adding to a set is a [`union`].

use std::collections::{BTreeMap, BTreeSet};

use super::SparseTensor;
use crate::{DType, Error, Result, Shape, Tensor, dtype::Element, ops::same_dtype, tensor::Text};

/// Sets in a regular tensor of at least 2 axes, or in a sparse one.
#[derive(Debug, Clone, Copy)]
pub enum Sets<'t> {
    /// Every row has the same number of entries; repeated ones count once.
    Dense(&'t Tensor),
    /// The stored values of a row are its elements.
    Sparse(&'t SparseTensor),
}

impl<'t> From<&'t Tensor> for Sets<'t> {
    fn from(tensor: &'t Tensor) -> Self {
        Self::Dense(tensor)
    }
}

impl<'t> From<&'t SparseTensor> for Sets<'t> {
    fn from(sparse: &'t SparseTensor) -> Self {
        Self::Sparse(sparse)
    }
}

/// What is in `a` or in `b`, row by row.
///
/// # Errors
/// [`Error::DType`] unless the elements are integers or strings, [`Error::MixedDTypes`] for two element types,
/// [`Error::BadShape`] for fewer than 2 axes, [`Error::Shape`] unless all axes but the last agree,
/// [`Error::Graph`] while tracing.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, structures::sets};
///
/// let (a, b) = (Tensor::from([[1, 5, 9]]), Tensor::from([[5, 6, 9, 11]]));
/// assert_eq!(sets::union(&a, &b)?.to_dense()?.to_vec::<i32>()?, [1, 5, 6, 9, 11]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn union<'t>(a: impl Into<Sets<'t>>, b: impl Into<Sets<'t>>) -> Result<SparseTensor> {
    combine("sets::union", Operation::Union, a.into(), b.into())
}

/// What is in both, row by row.
///
/// # Errors
/// As [`union`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, structures::sets};
///
/// let (a, b) = (Tensor::from([["x", "y"], ["", "z"]].map(|row| row.map(ml_core::tensor::Text::from))),
///               Tensor::from([["y"], ["w"]].map(|row| row.map(ml_core::tensor::Text::from))));
/// let both = sets::intersection(&a, &b)?;
/// assert_eq!((both.n_values(), both.values().to_vec::<ml_core::tensor::Text>()?[0].to_string()), (1, "y".to_owned()));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn intersection<'t>(a: impl Into<Sets<'t>>, b: impl Into<Sets<'t>>) -> Result<SparseTensor> {
    combine("sets::intersection", Operation::Intersection, a.into(), b.into())
}

/// What is in `a` and not in `b`, row by row.
///
/// # Errors
/// As [`union`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, structures::sets};
///
/// let (a, b) = (Tensor::from([[1, 5, 9]]), Tensor::from([[5]]));
/// assert_eq!(sets::difference(&a, &b)?.values().to_vec::<i32>()?, [1, 9]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn difference<'t>(a: impl Into<Sets<'t>>, b: impl Into<Sets<'t>>) -> Result<SparseTensor> {
    combine("sets::difference", Operation::Difference, a.into(), b.into())
}

/// How many different elements every set has: `i32`, of the shape without the last axis.
///
/// # Errors
/// As [`union`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, structures::sets};
///
/// assert_eq!(sets::size(&Tensor::from([[1, 5, 5], [2, 0, 0]]))?.to_vec::<i32>()?, [2, 2]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn size<'t>(sets: impl Into<Sets<'t>>) -> Result<Tensor> {
    let sets = sets.into();
    let lead = sets.lead("sets::size")?;
    fn count<T: Member>(sets: Sets<'_>, lead: &Shape) -> Result<Vec<i32>> {
        let mut sizes = vec![0; lead.checked_len("sets::size")?];
        for (row, set) in sets.rows::<T>()? {
            sizes[row] = set.len() as i32;
        }
        Ok(sizes)
    }
    let sizes = match sets.dtype() {
        DType::I32 => count::<i32>(sets, &lead)?,
        DType::I64 => count::<i64>(sets, &lead)?,
        DType::U8 => count::<u8>(sets, &lead)?,
        _ => count::<Text>(sets, &lead)?,
    };
    Tensor::from_vec(sizes, lead)
}

#[derive(Clone, Copy)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What elements of sets can do.
trait Member: Element + Ord {}
impl Member for i32 {}
impl Member for i64 {}
impl Member for u8 {}
impl Member for Text {}

/// The sets that are not empty, by the number of their row.
type Rows<T> = BTreeMap<usize, BTreeSet<T>>;

impl Sets<'_> {
    fn dtype(self) -> DType {
        match self {
            Self::Dense(tensor) => tensor.dtype(),
            Self::Sparse(sparse) => sparse.dtype(),
        }
    }

    /// The shape without the last axis, on which the sets are.
    fn lead(self, op: &'static str) -> Result<Shape> {
        let shape = match self {
            Self::Dense(tensor) => tensor.shape(),
            Self::Sparse(sparse) => sparse.dense_shape(),
        };
        let dtype = self.dtype();
        let valid = dtype.is_integer() || dtype == DType::Str;
        dtype.require(
            op,
            valid,
            "an integer type or string: sets of floats have no exact equality",
        )?;
        match shape.split_last() {
            Some((_, lead)) if !lead.is_empty() => Ok(Shape::from(lead)),
            _ => Err(Error::BadShape {
                op,
                shape: shape.to_vec(),
                rule: "sets are on the last of at least two axes; a single set is [[...]]".to_owned(),
            }),
        }
    }

    fn rows<T: Member>(self) -> Result<Rows<T>> {
        let mut rows = Rows::new();
        match self {
            Self::Dense(tensor) => {
                let width = tensor.shape().last().copied().unwrap_or(1).max(1);
                let values = tensor.array()?.values::<T>()?;
                for (row, entries) in values.chunks_exact(width).enumerate() {
                    rows.insert(row, entries.iter().cloned().collect());
                }
            }
            Self::Sparse(sparse) => {
                let lead = sparse.rank() - 1;
                let values = sparse.values().array()?.values::<T>()?;
                for (index, value) in sparse.entries().zip(values.iter()) {
                    let row = super::sparse::flat(&index[..lead], &sparse.dense_shape()[..lead]);
                    rows.entry(row)
                        .or_insert_with(BTreeSet::new)
                        .insert(value.clone());
                }
            }
        }
        Ok(rows)
    }
}

fn combine(op: &'static str, operation: Operation, a: Sets<'_>, b: Sets<'_>) -> Result<SparseTensor> {
    same_dtype(op, a.dtype(), b.dtype())?;
    let lead = a.lead(op)?;
    let other = b.lead(op)?;
    if lead != other {
        return Err(Error::Shape {
            op,
            left: lead.to_vec(),
            right: other.to_vec(),
            rule: "all axes but the last, on which the sets are, must agree",
        });
    }
    lead.checked_len(op)?;
    match a.dtype() {
        DType::I32 => merge::<i32>(operation, a, b, lead),
        DType::I64 => merge::<i64>(operation, a, b, lead),
        DType::U8 => merge::<u8>(operation, a, b, lead),
        _ => merge::<Text>(operation, a, b, lead),
    }
}

fn merge<T: Member>(operation: Operation, a: Sets<'_>, b: Sets<'_>, lead: Shape) -> Result<SparseTensor> {
    let (mut a, mut b) = (a.rows::<T>()?, b.rows::<T>()?);
    let rows: BTreeSet<usize> = a.keys().chain(b.keys()).copied().collect();
    let (mut indices, mut values, mut widest) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        let (a, b) = (
            a.remove(&row).unwrap_or_default(),
            b.remove(&row).unwrap_or_default(),
        );
        let set: BTreeSet<T> = match operation {
            Operation::Union => a.union(&b).cloned().collect(),
            Operation::Intersection => a.intersection(&b).cloned().collect(),
            Operation::Difference => a.difference(&b).cloned().collect(),
        };
        widest = widest.max(set.len());
        for (position, value) in set.into_iter().enumerate() {
            super::sparse::unravel(row, &lead, &mut indices);
            indices.push(position);
            values.push(value);
        }
    }
    let mut shape = lead;
    shape.push(widest);
    Ok(SparseTensor::trusted(indices, Tensor::from(values), shape))
}
