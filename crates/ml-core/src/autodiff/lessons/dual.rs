//! Forward mode: numbers that carry their derivative along.

use std::{
    fmt,
    ops::{Add, Mul},
};

use super::Answer;

/// `value + slope·ε`, where `ε` is so small that `ε² = 0`, and yet not 0.
///
/// `h(a + bε) = h(a) + b·h'(a)·ε`: a function of dual numbers returns its value and its derivative at once.
///
/// # Examples
/// ```
/// use ml_core::autodiff::lessons::{dual::DualNumber, f};
///
/// let (x, y) = (DualNumber::new(3.0, 1.0), DualNumber::new(4.0, 0.0));
/// assert_eq!(f(&x, &y), DualNumber::new(42.0, 24.0)); // f(3, 4) and its derivative along x
/// assert_eq!(f(&x, &y).to_string(), "42 + 24ε");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DualNumber {
    /// `a` in `a + bε`.
    pub value: f64,
    /// `b` in `a + bε`.
    pub slope: f64,
}

impl DualNumber {
    /// `value + slope·ε`.
    pub const fn new(value: f64, slope: f64) -> Self {
        Self { value, slope }
    }
}

/// `(a + bε) + (c + dε) = (a + c) + (b + d)ε`.
impl Add for DualNumber {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.value + other.value, self.slope + other.slope)
    }
}

/// `(a + bε)(c + dε) = ac + (ad + bc)ε + bdε²`, and the last term is 0.
impl Mul for DualNumber {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let slope = self.value * other.slope + self.slope * other.value;
        Self::new(self.value * other.value, slope)
    }
}

/// A plain number is `λ + 0ε`.
impl Add<f64> for DualNumber {
    type Output = Self;

    fn add(self, number: f64) -> Self {
        Self::new(self.value + number, self.slope)
    }
}

/// `λ(a + bε) = λa + λbε`.
impl Mul<f64> for DualNumber {
    type Output = Self;

    fn mul(self, number: f64) -> Self {
        Self::new(self.value * number, self.slope * number)
    }
}

impl fmt::Display for DualNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {}ε", self.value, self.slope)
    }
}

/// All partial derivatives: exact, but the function is traversed once for each input, with `ε` added to that one.
pub fn gradient(f: impl Fn(&[DualNumber]) -> DualNumber, at: &[f64]) -> Answer {
    let mut value = f64::NAN;
    let mut numbers: Vec<DualNumber> = at.iter().map(|&a| DualNumber::new(a, 0.0)).collect();
    let mut partial = Vec::with_capacity(at.len());
    for input in 0..at.len() {
        numbers[input].slope = 1.0;
        let result = f(&numbers);
        numbers[input].slope = 0.0;
        value = result.value;
        partial.push(result.slope);
    }
    if at.is_empty() {
        value = f(&numbers).value;
    }
    Answer {
        value,
        partial,
        traversals: at.len().max(1),
    }
}
