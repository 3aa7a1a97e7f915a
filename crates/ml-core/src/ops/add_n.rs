//! Sum of several tensors.

use crate::{Error, Result, Tensor};

impl Tensor {
    /// Sum of tensors of one shape and element type, added from the first to the last (book section 12.3.9).
    ///
    /// # Errors
    /// [`Error::Empty`] without tensors, [`Error::Shape`] if two shapes differ (`add` broadcasts, this does not),
    /// [`Error::MixedDTypes`] for two element types, [`Error::DType`] unless they are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([1, 2]), Tensor::from([10, 20]));
    /// assert_eq!(Tensor::add_n(&[&a, &b, &a])?.to_vec::<i32>()?, [12, 24]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn add_n(tensors: &[&Tensor]) -> Result<Tensor> {
        let Some((first, others)) = tensors.split_first() else {
            return Err(Error::Empty {
                op: "add_n",
                what: "the list of tensors".to_owned(),
                least: "1 tensor",
            });
        };
        let dtype = first.dtype();
        dtype.require(
            "add_n",
            dtype.is_float() || dtype.is_integer(),
            "f32, f64 or an integer type",
        )?;
        others.iter().try_fold((*first).clone(), |sum, next| {
            if !first.shape().matches(next.shape()) {
                return Err(Error::Shape {
                    op: "add_n",
                    left: first.shape().to_vec(),
                    right: next.shape().to_vec(),
                    rule: "all tensors must have one shape; add() broadcasts",
                });
            }
            sum.add(next)
        })
    }
}
