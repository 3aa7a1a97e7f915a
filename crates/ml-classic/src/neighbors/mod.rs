//! Prediction from the nearest training rows.
//!
//! Instance-based learning: nothing is fitted, the training rows are kept, and a new row is given the mean
//! target or the majority class of the rows most similar to it. Scale the columns first: a column with
//! large numbers decides alone what is near.
//!
//! | search | when | cost of a query |
//! |---|---|---|
//! | brute force | many columns | `O(rows · columns)`, as one large matrix product for the Euclidean metric |
//! | k-d tree | up to 15 columns | about `O(columns · log(rows))` |
//!
//! Both give the same neighbours, exactly: distances are compared in double precision, and of equally
//! distant rows the one with the lower number is nearer.

mod brute;
mod classifier;
mod index;
mod kd_tree;
mod metric;
mod nearest;
mod neighborhood;
mod regressor;
mod screen;
mod weights;

pub use classifier::{FittedKNeighborsClassifier, FittedMultiKNeighborsClassifier, KNeighborsClassifier};
pub use index::Algorithm;
pub use metric::Metric;
pub use regressor::{FittedKNeighborsRegressor, FittedMultiKNeighborsRegressor, KNeighborsRegressor};
pub use weights::Weights;
