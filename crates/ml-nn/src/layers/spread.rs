//! A vector of features in the shape that broadcasts against an input.

use ml_core::{Result, Tensor};

/// What lays a vector of `features` along an axis of a tensor of so many axes; at no cost along the last one.
pub(super) fn spread(
    features: usize,
    axis: usize,
    rank: usize,
) -> impl Fn(Tensor) -> Result<Tensor> + Send + Sync {
    let mut lengths = vec![1i64; rank];
    lengths[axis] = features as i64;
    let last = axis + 1 == rank;
    move |v: Tensor| if last { Ok(v) } else { v.reshape(&lengths) }
}
