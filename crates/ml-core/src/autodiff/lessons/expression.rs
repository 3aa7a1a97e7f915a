//! By hand: rules that turn a formula into the formula of its derivative.
//!
//! The rules (XD-002 of the companion page): a constant has the derivative 0, `λx` has `λ`, `x^λ` has
//! `λ·x^(λ-1)`; a sum has the sum of the derivatives, a product `u'v + uv'`. Applied from the leaves of a
//! formula to its root they are forward mode on a graph (figure D-1), and like it they yield another graph,
//! which can be evaluated anywhere and differentiated again.

use std::{
    fmt,
    ops::{Add, Mul},
    sync::Arc,
};

use crate::{Error, Result};

/// A formula of constants and variables. Walked recursively: fine for anything written by hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A number.
    Constant(f64),
    /// An unknown, by its name.
    Variable(&'static str),
    /// `a + b`.
    Sum(Arc<Expression>, Arc<Expression>),
    /// `a · b`.
    Product(Arc<Expression>, Arc<Expression>),
    /// `a` to the power of a number.
    Power(Arc<Expression>, f64),
}

use Expression::{Constant, Power, Product, Sum, Variable};

impl Expression {
    /// This to the power of `exponent`.
    #[must_use]
    pub fn power(self, exponent: f64) -> Self {
        Power(Arc::new(self), exponent)
    }

    /// The derivative with respect to a variable, exactly as the rules give it: no term is left out.
    ///
    /// # Examples
    /// ```
    /// use ml_core::autodiff::lessons::{expression::Expression, g};
    ///
    /// let (x, y) = (Expression::Variable("x"), Expression::Variable("y"));
    /// let slope = g(&x, &y).derivative("x");
    /// assert_eq!(slope.to_string(), "1 * y + x * 0 + 0");
    /// assert_eq!(slope.simplified().to_string(), "y");
    /// ```
    #[must_use]
    pub fn derivative(&self, variable: &str) -> Self {
        match self {
            Constant(_) => Constant(0.0),
            Variable(name) => Constant(if *name == variable { 1.0 } else { 0.0 }),
            Sum(a, b) => a.derivative(variable) + b.derivative(variable),
            Product(a, b) => {
                let (da, db) = (a.derivative(variable), b.derivative(variable));
                da * Self::clone(b) + Self::clone(a) * db
            }
            // The chain rule: the derivative of the power, times that of what is raised.
            Power(a, exponent) => {
                let outer = Self::clone(a).power(exponent - 1.0) * *exponent;
                outer * a.derivative(variable)
            }
        }
    }

    /// The same formula without operations that do nothing: `0 + a`, `0 · a`, `1 · a`, `a^0`, `a^1`, and
    /// arithmetic between constants.
    #[must_use]
    pub fn simplified(&self) -> Self {
        match self {
            Constant(_) | Variable(_) => self.clone(),
            Sum(a, b) => match (a.simplified(), b.simplified()) {
                (Constant(a), Constant(b)) => Constant(a + b),
                (Constant(0.0), rest) | (rest, Constant(0.0)) => rest,
                // Twice the same is a product.
                (a, b) if a == b => times(2.0, b),
                (a, b) => a + b,
            },
            Product(a, b) => match (a.simplified(), b.simplified()) {
                (Constant(factor), rest) | (rest, Constant(factor)) => times(factor, rest),
                (a, b) => a * b,
            },
            Power(a, exponent) => match (a.simplified(), *exponent) {
                (_, 0.0) => Constant(1.0),
                (a, 1.0) => a,
                (Constant(a), exponent) => Constant(a.powf(exponent)),
                (a, exponent) => a.power(exponent),
            },
        }
    }

    /// The value with these values of the variables.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a variable that has none.
    pub fn value(&self, variables: &[(&str, f64)]) -> Result<f64> {
        Ok(match self {
            Constant(value) => *value,
            Variable(name) => {
                let known = variables.iter().find(|(other, _)| other == name);
                let missing = || Error::Parameter {
                    name: format!("variable {name}"),
                    value: "missing".to_owned(),
                    domain: "given a value".to_owned(),
                };
                known.ok_or_else(missing)?.1
            }
            Sum(a, b) => a.value(variables)? + b.value(variables)?,
            Product(a, b) => a.value(variables)? * b.value(variables)?,
            Power(a, exponent) => a.value(variables)?.powf(*exponent),
        })
    }

    /// Number of operations, which simplification makes fewer.
    pub fn operations(&self) -> usize {
        match self {
            Constant(_) | Variable(_) => 0,
            Sum(a, b) | Product(a, b) => 1 + a.operations() + b.operations(),
            Power(a, _) => 1 + a.operations(),
        }
    }
}

/// `factor · rest`, with all constants in one at the front.
fn times(factor: f64, rest: Expression) -> Expression {
    match (factor, rest) {
        (factor, Constant(other)) => Constant(factor * other),
        (0.0, _) => Constant(0.0),
        (1.0, rest) => rest,
        (factor, Product(a, b)) => match *a {
            Constant(other) => times(factor * other, Expression::clone(&b)),
            _ => Constant(factor) * Product(a, b),
        },
        (factor, rest) => Constant(factor) * rest,
    }
}

impl Add for Expression {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Sum(Arc::new(self), Arc::new(other))
    }
}

impl Mul for Expression {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Product(Arc::new(self), Arc::new(other))
    }
}

impl Add<f64> for Expression {
    type Output = Self;

    fn add(self, number: f64) -> Self {
        self + Constant(number)
    }
}

impl Mul<f64> for Expression {
    type Output = Self;

    fn mul(self, number: f64) -> Self {
        self * Constant(number)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factor = |part: &Self, f: &mut fmt::Formatter<'_>| match part {
            Sum(..) => write!(f, "({part})"),
            _ => write!(f, "{part}"),
        };
        match self {
            Constant(value) => write!(f, "{value}"),
            Variable(name) => f.write_str(name),
            Sum(a, b) => write!(f, "{a} + {b}"),
            Product(a, b) => {
                factor(a, f)?;
                f.write_str(" * ")?;
                factor(b, f)
            }
            Power(a, exponent) => match **a {
                Constant(_) | Variable(_) => write!(f, "{a}^{exponent}"),
                _ => write!(f, "({a})^{exponent}"),
            },
        }
    }
}
