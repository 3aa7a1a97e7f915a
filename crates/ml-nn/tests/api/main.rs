//! Public behaviour, a file a topic.

#[cfg(test)]
mod building;
#[cfg(test)]
mod custom;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod training;

#[cfg(test)]
use ml_core::{Rng, Tensor};

/// Numbers between -1 and 1.
#[cfg(test)]
fn random(shape: &[usize], seed: u64) -> Tensor {
    let mut rng = Rng::new(seed);
    let len: usize = shape.iter().product();
    Tensor::from_vec(
        (0..len).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect(),
        shape,
    )
    .unwrap()
}
