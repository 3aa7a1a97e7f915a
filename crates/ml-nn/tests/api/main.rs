//! Public behaviour, a file a topic.

mod building;
mod custom;
mod reference;
mod training;

use ml_core::{Rng, Tensor};

/// Numbers between -1 and 1.
fn random(shape: &[usize], seed: u64) -> Tensor {
    let mut rng = Rng::new(seed);
    let len: usize = shape.iter().product();
    Tensor::from_vec(
        (0..len).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect(),
        shape,
    )
    .unwrap()
}
