//! What a function is called with, and what of it decides which graph serves the call.

use std::fmt;

use crate::{
    DType, Error, Result, Shape, Tensor,
    autodiff::Variable,
    dtype::Element,
    ops::Spec,
    tensor::{Array, for_dtype},
};

/// An argument of a [`Function`](super::Function).
#[derive(Clone)]
pub enum Argument {
    /// An input of the graph: one graph serves all values of a type and shape.
    Tensor(Tensor),
    /// A plain number, truth value or text, as a scalar tensor whose value the closure can read: baked in,
    /// so that each distinct value has a graph of its own.
    Value(Tensor),
    /// A variable, by reference: the closure may read and assign it. Each variable has a graph of its own.
    Variable(Variable),
}

impl Argument {
    /// A plain value.
    pub fn value<T: Element>(value: T) -> Self {
        Self::Value(Tensor::from(value))
    }

    /// The tensor, or the plain value as a scalar tensor.
    ///
    /// # Errors
    /// [`Error::Kind`] for a variable.
    pub fn tensor(&self) -> Result<&Tensor> {
        match self {
            Self::Tensor(tensor) | Self::Value(tensor) => Ok(tensor),
            Self::Variable(variable) => Err(Error::Kind {
                op: "argument",
                found: format!("{variable:?}"),
                expected: "a tensor",
                remedy: "read it: argument.variable()?.read()",
            }),
        }
    }

    /// The variable.
    ///
    /// # Errors
    /// [`Error::Kind`] for anything else.
    pub fn variable(&self) -> Result<&Variable> {
        match self {
            Self::Variable(variable) => Ok(variable),
            Self::Tensor(tensor) | Self::Value(tensor) => Err(Error::Kind {
                op: "argument",
                found: format!("a tensor of {}", tensor.spec()),
                expected: "a variable",
                remedy: "pass the variable itself, not what it holds: Argument::from(&variable)",
            }),
        }
    }
}

impl<T: Element> From<T> for Argument {
    fn from(value: T) -> Self {
        Self::value(value)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Value(Tensor::from(text))
    }
}

impl From<Tensor> for Argument {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

impl From<&Tensor> for Argument {
    fn from(tensor: &Tensor) -> Self {
        Self::Tensor(tensor.clone())
    }
}

impl From<&Variable> for Argument {
    fn from(variable: &Variable) -> Self {
        Self::Variable(variable.clone())
    }
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Parameter::of(self))
    }
}

/// What a graph was traced for, of one argument (book appendix G).
#[derive(Clone)]
pub enum Parameter {
    /// Any tensor of this type, and of this shape where its axes are known.
    Tensor(Spec),
    /// This very value.
    Value(Tensor),
    /// This very variable.
    Variable(Variable),
}

impl Parameter {
    pub(super) fn of(argument: &Argument) -> Self {
        match argument {
            Argument::Tensor(tensor) => Self::Tensor(tensor.spec()),
            Argument::Value(value) => Self::Value(value.clone()),
            Argument::Variable(variable) => Self::Variable(variable.clone()),
        }
    }

    /// Whether the graph was traced for tensors of exactly this type and shape.
    #[inline]
    pub(super) fn is_tensor_like(&self, tensor: &Tensor) -> bool {
        matches!(self, Self::Tensor(spec) if spec.dtype == tensor.dtype() && spec.shape == *tensor.shape())
    }

    /// Whether the graph was traced for exactly this.
    pub(super) fn is(&self, argument: &Argument) -> bool {
        match (self, argument) {
            (Self::Tensor(_), Argument::Tensor(tensor)) => self.is_tensor_like(tensor),
            (Self::Value(a), Argument::Value(b)) => same_bits(a, b),
            (Self::Variable(a), Argument::Variable(b)) => a.same(b),
            _ => false,
        }
    }

    /// Whether the graph serves this.
    pub(super) fn serves(&self, argument: &Argument) -> bool {
        match (self, argument) {
            (Self::Tensor(spec), Argument::Tensor(tensor)) => {
                spec.dtype == tensor.dtype() && serves(&spec.shape, tensor.shape())
            }
            _ => self.is(argument),
        }
    }

    /// Whether both stand for the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tensor(a), Self::Tensor(b)) => a == b,
            (Self::Value(a), Self::Value(b)) => same_bits(a, b),
            (Self::Variable(a), Self::Variable(b)) => a.same(b),
            _ => false,
        }
    }

    /// Whether a graph for this serves all that `other` stands for.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tensor(a), Self::Tensor(b)) => a.dtype == b.dtype && serves(&a.shape, &b.shape),
            _ => self.same(other),
        }
    }

    /// What serves both: lengths that differ become unknown. `None` for arguments that differ otherwise.
    pub(super) fn relaxed(&self, argument: &Argument) -> Option<Self> {
        let (Self::Tensor(spec), Argument::Tensor(tensor)) = (self, argument) else {
            return self.is(argument).then(|| self.clone());
        };
        if spec.dtype != tensor.dtype() || spec.shape.rank() != tensor.rank() {
            return None;
        }
        let lengths = spec.shape.iter().zip(tensor.shape().iter());
        let shape: Shape = lengths
            .map(|(&a, &b)| if a == b { a } else { Shape::UNKNOWN })
            .collect();
        Some(Self::Tensor(Spec::new(spec.dtype, shape)))
    }
}

/// Whether a graph for `shape` serves tensors of shape `actual`.
pub(super) fn serves(shape: &Shape, actual: &Shape) -> bool {
    let fits = |(&own, &length): (&usize, &usize)| own == Shape::UNKNOWN || own == length;
    shape.rank() == actual.rank() && shape.iter().zip(actual.iter()).all(fits)
}

/// Whether two plain values are one; NaN is the same as itself, and 0 differs from -0.
fn same_bits(a: &Tensor, b: &Tensor) -> bool {
    let (Ok(a), Ok(b)) = (a.array(), b.array()) else {
        return false;
    };
    let floats = |array: &Array| match array.dtype() {
        DType::F32 => Some(u64::from(array.first::<f32>().to_bits())),
        DType::F64 => Some(array.first::<f64>().to_bits()),
        _ => None,
    };
    a.dtype() == b.dtype() && (floats(a).map_or_else(|| a == b, |bits| floats(b) == Some(bits)))
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tensor(spec) => write!(f, "{spec}"),
            Self::Value(value) => match value.array() {
                Ok(array) => for_dtype!(array.dtype(), T => write!(f, "{:?}", array.first::<T>())),
                Err(_) => f.write_str("a symbol"),
            },
            Self::Variable(variable) => write!(f, "{variable:?}"),
        }
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// All of a signature, as in messages: `(f32[?, 2], 3)`.
pub(super) fn listed(parameters: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let parameters: Vec<_> = parameters.into_iter().map(|p| p.to_string()).collect();
    format!("({})", parameters.join(", "))
}
