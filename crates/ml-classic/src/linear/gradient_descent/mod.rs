//! Gradient descent as the book teaches it: batch, stochastic and mini-batch, with every step on record.
//!
//! [`SGDRegressor`](super::SGDRegressor) and [`SGDClassifier`](super::SGDClassifier) are what to train with; this is what to
//! learn from. `normal_equation` solves at once, `objective` says what is made small and which way it falls, `schedule` how
//! far to step, and `gradient_descent` walks.

#[allow(clippy::module_inception)]
mod gradient_descent;
mod normal_equation;
mod objective;
mod schedule;

pub use gradient_descent::{Batch, DescentPath, GradientDescent, Sampling};
pub use normal_equation::{normal_equation, with_bias};
pub use objective::Objective;
pub use schedule::Schedule;
