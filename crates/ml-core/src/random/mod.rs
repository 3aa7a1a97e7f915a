//! Explicit, reproducible randomness.
//!
//! Nothing draws from a hidden global generator: whatever is stochastic takes a [`Seed`].
//! [`Rng`] is the fast default; [`NumpyRng`] reproduces NumPy's legacy `RandomState` bit for bit.

mod distributions;
mod generator;
mod numpy;
mod poisson;
mod rng;

pub use generator::{Generator, Seed};
pub use numpy::{Integer, NumpyRng, NumpyState};
pub use rng::Rng;
