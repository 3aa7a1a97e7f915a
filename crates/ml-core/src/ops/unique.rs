//! Different values, their counts, and places among sorted ones.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Primitive, Spec, Specs, apply, apply_many,
    discrete::discrete,
    elementwise::outputs,
    gather::{require_integer, whole_numbers},
    one, same_dtype,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::sort::{self, Sortable},
    tensor::{Array, for_dtype},
};

/// The different values of a tensor, of all its axes together.
#[derive(Debug, Clone)]
pub struct Unique {
    /// In ascending order, every one once; NaN last.
    pub values: Tensor,
    /// For every element of the tensor, in its shape, the position of its value: `i64`.
    pub inverse: Tensor,
    /// How often every value occurs: `i64`.
    pub counts: Tensor,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct FindUnique;

/// Values, inverse and counts from the sorted positions.
fn find<T: Sortable>(x: &Array) -> [Array; 3] {
    let flat = x.with_shape(Shape::from([x.len()]));
    let order = sort::argsort::<T>(&flat, false);
    let elements = flat.elements::<T>();
    let (mut values, mut counts) = (Vec::<T>::new(), Vec::<i64>::new());
    let mut inverse = vec![0i64; elements.len()];
    for &position in &*order.elements::<i64>() {
        let element = &elements[position as usize];
        let known = values
            .last()
            .is_some_and(|last| last.order_nan_last(element, false).is_eq());
        if !known {
            values.push(element.clone());
            counts.push(0);
        }
        let number = values.len() - 1;
        counts[number] += 1;
        inverse[position as usize] = number as i64;
    }
    let shape = Shape::from([values.len()]);
    [
        Array::dense(values, shape.clone()),
        Array::dense(inverse, x.shape().clone()),
        Array::dense(counts, shape),
    ]
}

#[typetag::serde(name = "unique")]
impl Primitive for FindUnique {
    fn name(&self) -> &'static str {
        "unique"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let open = Shape::from([Shape::UNKNOWN]);
        Ok([
            Spec::new(inputs[0].dtype, open.clone()),
            Spec::new(DType::I64, inputs[0].shape.clone()),
            Spec::new(DType::I64, open),
        ]
        .into_iter()
        .collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        Ok(for_dtype!(x.dtype(), T => find::<T>(x)).into_iter().collect())
    }

    discrete!();
}

/// Which place [`Tensor::searchsorted`] names for what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Before its equals.
    Left,
    /// After them.
    Right,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SearchSorted {
    side: Side,
}

#[typetag::serde(name = "searchsorted")]
impl Primitive for SearchSorted {
    fn name(&self) -> &'static str {
        "searchsorted"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        same_dtype("searchsorted", inputs[0].dtype, inputs[1].dtype)?;
        if inputs[0].shape.rank() != 1 {
            return Err(Error::BadShape {
                op: "searchsorted",
                shape: inputs[0].shape.to_vec(),
                rule: "the sorted values must be a vector".to_owned(),
            });
        }
        Ok(one(DType::I64, inputs[1].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let specs = [0, 1].map(|number: usize| Spec::new(inputs[number].dtype(), inputs[number].shape()));
        self.infer(&specs)?;
        let after = self.side == Side::Right;
        Ok(outputs(
            for_dtype!(inputs[0].dtype(), T => sort::search::<T>(inputs[0], inputs[1], after)),
        ))
    }

    discrete!();
}

/// How often each of 0, 1, 2, ... occurs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct BinCount {
    least: usize,
}

impl BinCount {
    /// Position and number of bins of values that must not be negative.
    fn bins(self, x: &Array) -> Result<(Vec<i64>, usize)> {
        let values = whole_numbers(x);
        if let Some(&index) = values.iter().find(|&&value| value < 0) {
            return Err(Error::Parameter {
                name: "bincount: a value".to_owned(),
                value: index.to_string(),
                domain: "at least 0".to_owned(),
            });
        }
        let bins = values.iter().max().map_or(0, |&largest| largest as usize + 1);
        let bins = bins.max(self.least);
        Shape::from([bins]).checked_len("bincount")?;
        Ok((values, bins))
    }
}

#[typetag::serde(name = "bincount")]
impl Primitive for BinCount {
    fn name(&self) -> &'static str {
        "bincount"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("bincount", inputs[0].dtype)?;
        Ok(one(DType::I64, Shape::from([Shape::UNKNOWN])))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        require_integer("bincount", inputs[0].dtype())?;
        let (values, bins) = self.bins(inputs[0])?;
        let mut counts = vec![0i64; bins];
        for value in values {
            counts[value as usize] += 1;
        }
        Ok(outputs(Array::dense(counts, Shape::from([bins]))))
    }

    discrete!();
}

impl Tensor {
    /// The different values in ascending order, where each element's value is among them, and how often each
    /// occurs. Inside a traced function their number is unknown.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let unique = Tensor::from([3, 1, 3, 2]).unique()?;
    /// assert_eq!(unique.values.to_vec::<i32>()?, [1, 2, 3]);
    /// assert_eq!(unique.inverse.to_vec::<i64>()?, [2, 0, 2, 1]);
    /// assert_eq!(unique.counts.to_vec::<i64>()?, [1, 1, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn unique(&self) -> Result<Unique> {
        let mut found = apply_many(FindUnique, &[&self.stop_gradient()])?.into_iter();
        let mut next = || found.next().expect("FindUnique has three outputs");
        Ok(Unique {
            values: next(),
            inverse: next(),
            counts: next(),
        })
    }

    /// Where each of `values` would go in this vector, which is sorted ascending with NaN last, so that it stays
    /// sorted: `i64` of the shape of `values`.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless this is a vector, [`Error::MixedDTypes`] for two element types.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Side};
    ///
    /// let edges = Tensor::from([1.0, 2.0, 2.0, 5.0]);
    /// let values = Tensor::from([2.0, 0.0, 9.0]);
    /// assert_eq!(edges.searchsorted(&values, Side::Left)?.to_vec::<i64>()?, [1, 0, 4]);
    /// assert_eq!(edges.searchsorted(&values, Side::Right)?.to_vec::<i64>()?, [3, 0, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn searchsorted(&self, values: &Tensor, side: Side) -> Result<Tensor> {
        apply(
            SearchSorted { side },
            &[&self.stop_gradient(), &values.stop_gradient()],
        )
    }

    /// How often each of 0, 1, 2, ... occurs among all elements: `i64`, as long as the largest asks for, and at
    /// least `least`.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are integers, [`Error::Parameter`] if one is negative, [`Error::Size`]
    /// if one is so large that memory cannot hold the counts.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 3, 1]).bincount(0)?.to_vec::<i64>()?, [0, 2, 0, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bincount(&self, least: usize) -> Result<Tensor> {
        apply(BinCount { least }, &[self])
    }

    /// As [`bincount`](Self::bincount), with every element counting as its weight: sums of `weights`, which have
    /// this tensor's shape, by value.
    ///
    /// # Errors
    /// As [`bincount`](Self::bincount); [`Error::Shape`] if the shapes differ, [`Error::DType`] unless the weights
    /// are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let sums = Tensor::from([1, 0, 1]).bincount_weighted(&Tensor::from([0.5, 2.0, 0.25]), 0)?;
    /// assert_eq!(sums.to_vec::<f64>()?, [2.0, 0.75]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bincount_weighted(&self, weights: &Tensor, least: usize) -> Result<Tensor> {
        if !self.shape().matches(weights.shape()) {
            return Err(Error::Shape {
                op: "bincount",
                left: self.shape().to_vec(),
                right: weights.shape().to_vec(),
                rule: "every element needs a weight",
            });
        }
        let bins = self.bincount(least)?;
        let zeros = Tensor::zeros([], weights.dtype())?.broadcast_like(&bins)?;
        zeros.scatter_add(&self.flatten()?, &weights.flatten()?, 0)
    }
}
