//! Linear regression with an l2 penalty.

mod closed_form;
mod conjugate_gradients;
mod problem;
#[allow(clippy::module_inception)]
mod ridge;
mod stochastic;

pub use ridge::{FittedMultiRidge, FittedRidge, Ridge, RidgeSolver};
