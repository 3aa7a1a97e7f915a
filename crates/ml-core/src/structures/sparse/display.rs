//! Sparse tensors as text.

use std::fmt;

use super::SparseTensor;
use crate::tensor::for_dtype;

/// Stored values shown before the rest is elided.
const SHOWN: usize = 20;

/// Type, shape and the stored values with their indices: `SparseTensor(i32[3, 4]) {[0, 1]: 7}`.
impl fmt::Display for SparseTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparseTensor({}{})", self.dtype(), self.shape)?;
        let Ok(array) = self.values.array() else {
            return Ok(());
        };
        let texts: Vec<String> = for_dtype!(self.dtype(), T => {
            array.elements::<T>().iter().take(SHOWN).map(|value| format!("{value:?}")).collect()
        });
        f.write_str(" {")?;
        for (at, (index, text)) in self.entries().zip(&texts).enumerate() {
            write!(f, "{}{index:?}: {text}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str(if self.n_values() > SHOWN { ", ...}" } else { "}" })
    }
}
