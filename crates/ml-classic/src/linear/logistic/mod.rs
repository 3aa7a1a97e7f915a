//! Logistic regression.
//!
//! | file | what |
//! |---|---|
//! | `loss` | the log loss of all rows, its gradient and Hessian |
//! | `train` | which solver gets what |
//! | `coordinate` | the l1 penalty, one weight at a time |
//! | `estimator`, `fitted` | what users see |

mod coordinate;
mod cv;
mod estimator;
mod fitted;
mod loss;
mod train;

pub use cv::LogisticRegressionCV;
pub use estimator::{LogisticRegression, LogisticSolver, MultiClass};
pub use fitted::FittedLogisticRegression;
