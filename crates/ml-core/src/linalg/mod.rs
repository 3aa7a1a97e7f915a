//! Dense linear algebra: decompositions, solvers, norms.

/// Element types that the decompositions work on.
pub trait Decompose {}
impl Decompose for f32 {}
impl Decompose for f64 {}
