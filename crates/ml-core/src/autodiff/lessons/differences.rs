//! Finite differences: move an input a little and see what the function does.
//!
//! The derivative is the limit of `(h(x + ε) - h(x)) / ε` as `ε` goes to 0; here `ε` merely is small. Easy,
//! which makes it a good check of the other ways, but inexact, and every input costs another call.

use super::Answer;

/// Newton's difference quotient of a function of two numbers, as the book's listing has it: one of the two
/// steps is 0. Two calls of `f`.
///
/// # Examples
/// ```
/// use ml_core::autodiff::lessons::{differences::derivative, f};
///
/// let f = |x: f64, y: f64| f(&x, &y);
/// let df_dx = derivative(f, 3.0, 4.0, 0.00001, 0.0);
/// let df_dy = derivative(f, 3.0, 4.0, 0.0, 0.00001);
/// assert!((df_dx - 24.000039999805264).abs() < 1e-9 && (df_dy - 10.000000000331966).abs() < 1e-9);
/// ```
pub fn derivative(f: impl Fn(f64, f64) -> f64, x: f64, y: f64, x_step: f64, y_step: f64) -> f64 {
    (f(x + x_step, y + y_step) - f(x, y)) / (x_step + y_step)
}

/// All partial derivatives of a function of any number of inputs: a call for its value, one more for each input.
pub fn gradient(f: impl Fn(&[f64]) -> f64, at: &[f64], step: f64) -> Answer {
    let value = f(at);
    let mut moved = at.to_vec();
    let partial = (0..at.len())
        .map(|input| {
            moved[input] = at[input] + step;
            let slope = (f(&moved) - value) / step;
            moved[input] = at[input];
            slope
        })
        .collect();
    Answer {
        value,
        partial,
        traversals: 1 + at.len(),
    }
}
