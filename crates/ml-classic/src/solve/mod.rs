//! Numeric solvers that the linear estimators share.
//!
//! | file | what it minimises, and how |
//! |---|---|
//! | `lbfgs` | smooth functions of many parameters, by gradients |
//! | `newton` | the same with second derivatives: fewer, dearer steps |
//! | `saga` | sums over many rows, with an l1 penalty or without, a row at a time |
//! | `coordinate_descent` | least squares with an l1 penalty, one weight at a time |
//! | `lsqr` | least squares of sparse rows, by their products with vectors |
//! | `moments`, `triangle` | nothing: the products of columns that least squares needs of tall data, and their root |
//! | `kernel` | nothing: the products of rows that least squares needs of wide data |
//! | `design`, `columns` | what solvers see of the features: dense or sparse, by rows or by columns |
//! | `block`, `vector` | products at the width of the processor |

mod block;
mod columns;
mod coordinate_descent;
mod design;
mod kernel;
mod lbfgs;
mod lsqr;
mod moments;
mod newton;
mod saga;
mod triangle;
pub(crate) mod vector;

pub(crate) use columns::{Columns, soft_threshold};
pub(crate) use coordinate_descent::{ByColumns, ByGram, Descent, ElasticNetProblem};
pub use design::{Design, Matrix};
pub(crate) use design::{Norms, check_iterations, scores};
pub(crate) use kernel::{gather, row_products};
pub(crate) use lbfgs::{Limits, Outcome, Smooth, lbfgs, steepest};
pub(crate) use lsqr::{Products, lsqr};
pub(crate) use moments::Gram;
pub(crate) use newton::{Curved, Equation, newton};
pub(crate) use saga::{Average, RowLoss, Settings as SagaSettings, descend as saga};
pub(crate) use triangle::{is_tall, triangle};
