//! Tensors from nested lists.

use half::{bf16, f16};

use super::{Tensor, Text};
use crate::{Error, Result, Shape, dtype::Element};

/// Lists of lists of numbers: every level an axis of [`Tensor::from_nested`].
pub trait Nested {
    /// What the innermost lists hold.
    type Item: Element;
    /// How many levels there are.
    const LEVELS: usize;

    /// Writes the lengths of the first list of every level.
    #[doc(hidden)]
    fn lengths(&self, lengths: &mut [usize]);

    /// Adds all elements, if every list is as long as those beside it.
    #[doc(hidden)]
    fn collect(&self, lengths: &[usize], values: &mut Vec<Self::Item>) -> Result<()>;
}

macro_rules! items {
    ($($type:ty),*) => { $(
        impl Nested for $type {
            type Item = Self;
            const LEVELS: usize = 0;

            fn lengths(&self, _: &mut [usize]) {}

            fn collect(&self, _: &[usize], values: &mut Vec<Self>) -> Result<()> {
                values.push(self.clone());
                Ok(())
            }
        }
    )* };
}
items!(f32, f64, f16, bf16, i32, i64, u8, bool, Text);

impl<N: Nested> Nested for Vec<N> {
    type Item = N::Item;
    const LEVELS: usize = N::LEVELS + 1;

    fn lengths(&self, lengths: &mut [usize]) {
        lengths[0] = self.len();
        if let Some(first) = self.first() {
            first.lengths(&mut lengths[1..]);
        }
    }

    fn collect(&self, lengths: &[usize], values: &mut Vec<N::Item>) -> Result<()> {
        if self.len() != lengths[0] {
            return Err(Error::Shape {
                op: "from_nested",
                left: vec![lengths[0]],
                right: vec![self.len()],
                rule: "lists side by side must be equally long; ragged ones are a RaggedTensor",
            });
        }
        self.iter()
            .try_for_each(|inner| inner.collect(&lengths[1..], values))
    }
}

impl Tensor {
    /// The elements of nested lists, every level an axis.
    ///
    /// # Errors
    /// [`Error::Shape`] if lists side by side differ in length.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from_nested(&vec![vec![1.0f32, 2.0, 3.0], vec![4.0, 5.0, 6.0]])?;
    /// assert_eq!(t.shape().to_vec(), [2, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_nested<N: Nested>(lists: &N) -> Result<Tensor> {
        let mut lengths = vec![0; N::LEVELS];
        lists.lengths(&mut lengths);
        let mut values = Vec::new();
        lists.collect(&lengths, &mut values)?;
        Tensor::from_vec(values, Shape::from(lengths))
    }
}
