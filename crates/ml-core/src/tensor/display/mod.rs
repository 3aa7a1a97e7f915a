//! Tensors as text, in NumPy's manner.

mod numbers;

use std::fmt;

use smallvec::SmallVec;

use super::{Array, Tensor, Value, for_dtype};
use crate::Shape;

/// Larger tensors are shown by their edges.
const LARGEST_WHOLE: usize = 1000;
/// Positions shown at either end of an axis of which a part is left out.
const EDGE: usize = 3;
/// Longer lines are broken.
const LINE: usize = 75;
/// Digits after the point, unless the format asks for others.
const PRECISION: usize = 8;

/// Type and shape only: short enough for messages.
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

/// The values as NumPy prints them, then element type and shape; of more than 1000 elements only the edges.
///
/// At most 8 digits after the point are shown, or as many as the format asks for. While a function is traced
/// there are no values to show.
///
/// ```
/// use ml_core::Tensor;
///
/// let t = Tensor::from([[1.0f32, 2.5], [-3.0, 4.0]]);
/// assert_eq!(t.to_string(), "[[ 1. ,  2.5],\n [-3. ,  4. ]] f32[2, 2]");
/// assert_eq!(format!("{:.2}", Tensor::from(2.0f64 / 3.0)), "0.67 f64[]");
/// assert_eq!(Tensor::from(["café"]).to_string(), "[\"café\"] string[1]");
/// ```
impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Symbol(_) => fmt::Debug::fmt(self, f),
            Value::Array(array) => {
                let text = text(array, f.precision().unwrap_or(PRECISION));
                write!(f, "{text} {}{}", self.dtype(), self.shape())
            }
        }
    }
}

fn text(array: &Array, precision: usize) -> String {
    let shape = array.shape();
    if shape.is_empty() {
        return "[]".to_owned();
    }
    let shown = Shown {
        shape,
        edges: shape.len() > LARGEST_WHOLE,
    };
    let mut places = Vec::new();
    shown.collect(array.strides(), 0, array.offset() as isize, &mut places);
    let words: Vec<String> = for_dtype!(array.dtype(), T => {
        let block = array.block::<T>();
        let elements: Vec<&T> = places.iter().map(|&place| &block[place]).collect();
        numbers::Words::words(&elements, precision, shape.rank() == 0)
    });
    shown.lay_out(&mut words.into_iter(), 0, " ", LINE)
}

/// Which elements are shown, and how they are laid out.
struct Shown<'s> {
    shape: &'s Shape,
    edges: bool,
}

impl Shown<'_> {
    /// Positions along an axis at its start and at its end, and whether something lies between.
    fn positions(&self, axis: usize) -> (SmallVec<[usize; 8]>, bool) {
        let length = self.shape[axis];
        match self.edges && length > 2 * EDGE {
            true => ((0..EDGE).chain(length - EDGE..length).collect(), true),
            false => ((0..length).collect(), false),
        }
    }

    /// Places in the block of the elements shown, in row-major order.
    fn collect(&self, strides: &[isize], axis: usize, start: isize, places: &mut Vec<usize>) {
        if axis == self.shape.rank() {
            places.push(start as usize);
            return;
        }
        for position in self.positions(axis).0 {
            self.collect(
                strides,
                axis + 1,
                start + position as isize * strides[axis],
                places,
            );
        }
    }

    /// The words from `axis` on in brackets; lines after the first begin with `indent`, and `width` characters
    /// fit into one.
    fn lay_out(
        &self,
        words: &mut impl Iterator<Item = String>,
        axis: usize,
        indent: &str,
        width: usize,
    ) -> String {
        let left = self.shape.rank() - axis;
        if left == 0 {
            return words.next().unwrap_or_default();
        }
        let (positions, elided) = self.positions(axis);
        let deeper = format!("{indent} ");
        let mut parts: Vec<String> = positions
            .iter()
            .map(|_| self.lay_out(words, axis + 1, &deeper, width - 1))
            .collect();
        if elided {
            parts.insert(EDGE, "...".to_owned());
        }
        let inside = match left {
            1 => fill_lines(&parts, indent, width - 1),
            _ => parts.join(&format!(",{}{indent}", "\n".repeat(left - 1))),
        };
        format!("[{inside}]")
    }
}

/// The words separated by commas, broken into lines that begin with `indent`.
fn fill_lines(words: &[String], indent: &str, width: usize) -> String {
    let mut text = String::new();
    // The opening bracket takes the place of the first line's last blank.
    let mut used = indent.chars().count();
    for (number, word) in words.iter().enumerate() {
        let length = word.chars().count();
        if number > 0 {
            text.push(',');
            used += 2;
            if used + length > width {
                text.push('\n');
                text.push_str(indent);
                used = indent.chars().count();
            } else {
                text.push(' ');
            }
        }
        text.push_str(word);
        used += length;
    }
    text
}
