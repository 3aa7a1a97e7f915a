//! The mistakes that all crates share.

use std::path::PathBuf;

use crate::Shape;

/// Result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A mistake in shapes, types, hyperparameters, data or files.
///
/// A crate with failures of its own (download, server, environment) adds an enum that wraps this one.
/// Every message names the operation or the column, the offending value, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes that `op` cannot combine.
    #[error("{op}: cannot combine shape {} with {}; {rule}", Shape::from(left.as_slice()), Shape::from(right.as_slice()))]
    Shape {
        /// The operation.
        op: &'static str,
        /// Shape of the first operand; [`Shape::UNKNOWN`], shown as `?`, for an axis whose length is not known yet.
        left: Vec<usize>,
        /// Shape of the second operand.
        right: Vec<usize>,
        /// What must hold between the two.
        rule: &'static str,
    },
    /// A value of one kind where another is needed.
    #[error("{op}: got {found} where {expected} is needed; {remedy}")]
    Kind {
        /// The operation.
        op: &'static str,
        /// What came.
        found: String,
        /// What is needed.
        expected: &'static str,
        /// How to get from one to the other.
        remedy: &'static str,
    },
    /// Two element types that `op` does not mix: nothing converts on its own.
    #[error("{op}: cannot mix {left} with {right}; convert one of them: x.cast(DType::...)")]
    MixedDTypes {
        /// The operation.
        op: &'static str,
        /// Element type of the first operand.
        left: &'static str,
        /// Element type of the other.
        right: &'static str,
    },
    /// An element type that `op` does not take.
    #[error("{op}: got elements of type {found}, but needs {needed}; convert with x.cast(DType::...)")]
    DType {
        /// The operation.
        op: &'static str,
        /// The element type that came.
        found: &'static str,
        /// What it takes: "f32 or f64".
        needed: &'static str,
    },
    /// An axis that the tensor does not have.
    #[error("{op}: axis {axis} is out of range for a tensor of {rank} axes; use -{rank} to {rank} - 1")]
    Axis {
        /// The operation.
        op: &'static str,
        /// The axis as given.
        axis: isize,
        /// Number of axes of the tensor.
        rank: usize,
    },
    /// An index beyond the end of its axis.
    #[error("{op}: index {index} is out of range for axis {axis} of length {length}")]
    Index {
        /// The operation.
        op: &'static str,
        /// The index as given.
        index: i64,
        /// The axis it indexes.
        axis: usize,
        /// Length of that axis.
        length: usize,
    },
    /// One shape that does not suit `op`.
    #[error("{op}: shape {} does not fit; {rule}", Shape::from(shape.as_slice()))]
    BadShape {
        /// The operation.
        op: &'static str,
        /// The shape that came.
        shape: Vec<usize>,
        /// What it must be.
        rule: String,
    },
    /// More elements than memory can hold.
    #[error("{op}: shape {} has more elements than memory can hold; use a smaller shape", Shape::from(shape.as_slice()))]
    Size {
        /// The operation.
        op: &'static str,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// A gradient that cannot be computed, and why.
    #[error("{op}: {problem}; {remedy}")]
    Gradient {
        /// The operation.
        op: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A traced function or a graph that cannot be built, called or run.
    #[error("{function}: {problem}; {remedy}")]
    Graph {
        /// Name of the function or graph.
        function: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A hyperparameter outside its domain.
    #[error("{name} = {value}: must be {domain}")]
    Parameter {
        /// Name of the hyperparameter.
        name: String,
        /// The value as given.
        value: String,
        /// The values allowed.
        domain: String,
    },
    /// A hyperparameter that does not exist.
    #[error("{owner} has no hyperparameter {name:?}; it has: {known}")]
    UnknownParameter {
        /// The estimator, transformer or pipeline that was asked.
        owner: String,
        /// The name or path asked for.
        name: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// No rows, or no columns, to work on.
    #[error("{op}: {what} is empty; at least {least} needed")]
    Empty {
        /// The operation.
        op: &'static str,
        /// The thing that is empty or too small: "x", "the training set".
        what: String,
        /// What would be enough: "1 row", "2 classes".
        least: &'static str,
    },
    /// Lengths that must agree and do not.
    #[error("{op}: {left_name} has {left} rows, but {right_name} has {right}; they must match one to one")]
    Length {
        /// The operation.
        op: &'static str,
        /// First of the two.
        left_name: &'static str,
        /// Its rows.
        left: usize,
        /// Second of the two.
        right_name: &'static str,
        /// Its rows.
        right: usize,
    },
    /// A NaN or an infinity where finite numbers are needed.
    #[error("{op}: {what} holds {value} at row {row}, column {column}; {remedy}")]
    NotFinite {
        /// The operation.
        op: &'static str,
        /// "x", "y" or "weights".
        what: &'static str,
        /// `NaN`, `inf` or `-inf`.
        value: f64,
        /// Row of the first offending value, from 0.
        row: usize,
        /// Name or number of the column.
        column: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The columns at prediction or transformation differ from those at fit.
    #[error("{op}: expected {expected} columns as in fit, got {found}")]
    ColumnCount {
        /// The operation.
        op: &'static str,
        /// Columns at fit.
        expected: usize,
        /// Columns now.
        found: usize,
    },
    /// A column that is asked for and absent, present and not asked for, or of the wrong type.
    #[error("{op}: column {column:?} {problem}")]
    Column {
        /// The operation.
        op: &'static str,
        /// Name of the column.
        column: String,
        /// What is wrong and what to do: "is missing; the table has: a, b".
        problem: String,
    },
    /// A category that fit has not seen.
    #[error("{op}: column {column:?} holds the unknown category {category:?} at row {row}; {remedy}")]
    UnknownCategory {
        /// The operation.
        op: &'static str,
        /// Name or number of the column.
        column: String,
        /// The category.
        category: String,
        /// Row, from 0.
        row: usize,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Data that a method cannot learn from: one class, a stratum with one member, k larger than n.
    #[error("{op}: {problem}; {remedy}")]
    Data {
        /// The operation.
        op: &'static str,
        /// What is wrong, with the numbers.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Something that an estimator does not do.
    #[error("{owner} does not support {what}; {remedy}")]
    Unsupported {
        /// The estimator or operation.
        owner: String,
        /// What was asked of it.
        what: &'static str,
        /// What to use instead.
        remedy: &'static str,
    },
    /// A computation that broke down on these numbers.
    #[error("{op}: {problem}; {remedy}")]
    Numerical {
        /// The operation.
        op: &'static str,
        /// What happened: "matrix is singular", "did not converge in 30 iterations".
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A mistake inside a named part of something larger: a layer of a network.
    #[error("{place}: {source}")]
    Within {
        /// The part: `layer "dense_1" (Dense)`.
        place: String,
        /// What is wrong there.
        source: Box<Error>,
    },
    /// A file that is not what it should be.
    #[error("{path}: {problem}; {remedy}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The operating system refused.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried: "read", "write", "create".
        action: &'static str,
        /// Its reason.
        source: std::io::Error,
    },
}
