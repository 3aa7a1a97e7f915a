//! Ragged tensors as text.

use std::fmt;

use super::RaggedTensor;
use crate::tensor::for_dtype;

/// More values than these are elided: the first and last rows are shown.
const WHOLE: usize = 1000;
/// Entries shown at either end of what is elided.
const ENDS: usize = 3;

/// Type and shape, `?` for ragged axes: `RaggedTensor(i32[3, ?])`.
impl fmt::Debug for RaggedTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RaggedTensor({}[{}", self.dtype(), self.n_rows())?;
        f.write_str(&", ?".repeat(self.ragged_rank()))?;
        for length in self.inner().iter() {
            write!(f, ", {length}")?;
        }
        f.write_str("])")
    }
}

/// Rows as nested lists, elided when large; as `Debug` while tracing.
impl fmt::Display for RaggedTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(array) = self.values.array() else {
            return fmt::Debug::fmt(self, f);
        };
        let texts: Vec<String> = for_dtype!(self.dtype(), T => {
            array.elements::<T>().iter().map(|value| format!("{value:?}")).collect()
        });
        let printer = Printer {
            tensor: self,
            texts: &texts,
            elide: array.len() > WHOLE,
        };
        printer.ragged(f, 0, 0..self.n_rows())
    }
}

struct Printer<'r> {
    tensor: &'r RaggedTensor,
    texts: &'r [String],
    elide: bool,
}

impl Printer<'_> {
    /// The entries of `range` at ragged axis `level`: rows, or values after the last of these axes.
    fn ragged(&self, f: &mut fmt::Formatter<'_>, level: usize, range: std::ops::Range<usize>) -> fmt::Result {
        self.list(f, range, |f, entry| match self.tensor.splits.get(level) {
            Some(splits) => self.ragged(f, level + 1, splits[entry]..splits[entry + 1]),
            None => self.regular(f, 1, entry),
        })
    }

    /// Entry `position` of the values at `axis`.
    fn regular(&self, f: &mut fmt::Formatter<'_>, axis: usize, position: usize) -> fmt::Result {
        match self.tensor.values.shape().get(axis) {
            None => f.write_str(&self.texts[position]),
            Some(&length) => self.list(f, position * length..(position + 1) * length, |f, entry| {
                self.regular(f, axis + 1, entry)
            }),
        }
    }

    fn list(
        &self,
        f: &mut fmt::Formatter<'_>,
        range: std::ops::Range<usize>,
        entry: impl Fn(&mut fmt::Formatter<'_>, usize) -> fmt::Result,
    ) -> fmt::Result {
        f.write_str("[")?;
        let elided = self.elide && range.len() > 2 * ENDS;
        for position in range.clone() {
            if elided && (range.start + ENDS..range.end - ENDS).contains(&position) {
                if position == range.start + ENDS {
                    f.write_str(", ...")?;
                }
                continue;
            }
            f.write_str(if position == range.start { "" } else { ", " })?;
            entry(f, position)?;
        }
        f.write_str("]")
    }
}
