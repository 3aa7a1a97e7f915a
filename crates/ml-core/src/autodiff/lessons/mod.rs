//! Four ways to differentiate, side by side and on plain numbers (book appendix D).
//!
//! Everything here is small enough to read at a sitting, and none of it is used by the rest of the crate: it
//! shows what a [`Tape`](super::Tape) does, and why it does it that way. All four differentiate the book's
//! function [`f`]`(x, y) = x²y + y + 2`, whose partial derivatives are `2xy` and `x² + 1`, so 24 and 10 at
//! `(3, 4)`.
//!
//! | way | file | exact? | traversals of the function for `n` inputs |
//! |---|---|---|---|
//! | by hand: rules on a formula | [`expression`] | yes | none: the result is another formula |
//! | finite differences | [`differences`] | no | `n + 1` |
//! | forward mode: dual numbers | [`dual`] | yes | `n` |
//! | reverse mode: a graph, backwards | [`reverse`] | yes | 2, whatever `n` |
//!
//! The trick that lets one function be differentiated in all these ways is to write it for any kind of
//! [`Number`]: plain ones, formulas, dual numbers, nodes of a graph.
//!
//! ```
//! use ml_core::autodiff::lessons::{differences, dual, f, reverse};
//!
//! let at = [3.0, 4.0];
//! let by_differences = differences::gradient(|n| f(&n[0], &n[1]), &at, 1e-5);
//! let forward = dual::gradient(|n| f(&n[0], &n[1]), &at);
//! let backward = reverse::gradient(|n| f(&n[0], &n[1]), &at);
//! assert_eq!((forward.value, backward.value), (42.0, 42.0));
//! assert_eq!((forward.partial, forward.traversals), (vec![24.0, 10.0], 2));
//! assert_eq!((backward.partial, backward.traversals), (vec![24.0, 10.0], 2));
//! assert!((by_differences.partial[0] - 24.0).abs() < 1e-4 && by_differences.traversals == 3);
//! ```

use std::ops::{Add, Mul};

pub mod differences;
pub mod dual;
pub mod expression;
pub mod reverse;

/// What can be added and multiplied: `f64` and everything that stands for one.
pub trait Number:
    Clone + Add<Output = Self> + Mul<Output = Self> + Add<f64, Output = Self> + Mul<f64, Output = Self>
{
}

impl<N> Number for N where
    N: Clone + Add<Output = N> + Mul<Output = N> + Add<f64, Output = N> + Mul<f64, Output = N>
{
}

/// The running example: `x²y + y + 2`, in the order of operations of the book's listing.
pub fn f<N: Number>(x: &N, y: &N) -> N {
    x.clone() * x.clone() * y.clone() + y.clone() + 2.0
}

/// The example of forward mode: `5 + xy` (figure D-1).
pub fn g<N: Number>(x: &N, y: &N) -> N {
    x.clone() * y.clone() + 5.0
}

/// What every numeric way answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Value of the function.
    pub value: f64,
    /// Its partial derivatives, one for each input.
    pub partial: Vec<f64>,
    /// How many times the function, or its graph, was walked through from end to end.
    pub traversals: usize,
}
