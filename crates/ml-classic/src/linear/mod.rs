//! Linear models.
//!
//! | estimator | penalty | use |
//! |---|---|---|
//! | [`LinearRegression`] | none | more rows than columns, nothing to tune |

mod least_squares;
mod linear_regression;
mod moments;

pub use linear_regression::{FittedLinearRegression, FittedMultiLinearRegression, LinearRegression};
