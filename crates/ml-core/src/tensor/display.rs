//! Tensors as text.

use std::fmt;

use super::{Tensor, Value};

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Array(_) => write!(f, "Tensor({}{})", self.dtype(), self.shape()),
            Value::Symbol(symbol) => {
                write!(f, "Tensor({:?}, {}{})", symbol.name(), self.dtype(), self.shape())
            }
        }
    }
}
