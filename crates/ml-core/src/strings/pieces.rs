//! Strings joined and split.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::require_text;
use crate::{
    DType, Error, Result, Shape, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    structures::RaggedTensor,
    tensor::{Array, Text},
};

/// Element by element, or along the last axis of a single operand.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Join {
    separator: Text,
    last_axis: bool,
}

const OP: &str = "string_join";

impl Join {
    fn shape(&self, inputs: &[Spec]) -> Result<Shape> {
        inputs
            .iter()
            .try_for_each(|input| require_text(OP, input.dtype))?;
        let Some(first) = inputs.first() else {
            return Err(Error::Empty {
                op: OP,
                what: "the list of tensors".to_owned(),
                least: "1 string tensor",
            });
        };
        if self.last_axis {
            return match first.shape.split_last() {
                Some((_, lead)) => Ok(Shape::from(lead)),
                None => Err(Error::BadShape {
                    op: OP,
                    shape: Vec::new(),
                    rule: "an axis to join along is needed".to_owned(),
                }),
            };
        }
        let whole = inputs
            .iter()
            .map(|input| &input.shape)
            .find(|shape| shape.rank() > 0);
        let whole = whole.unwrap_or(&first.shape);
        match inputs
            .iter()
            .find(|input| input.shape.rank() > 0 && !input.shape.matches(whole))
        {
            None => Ok(whole.clone()),
            Some(other) => Err(Error::Shape {
                op: OP,
                left: whole.to_vec(),
                right: other.shape.to_vec(),
                rule: "all must have the same shape, or be scalars",
            }),
        }
    }

    fn glue<'t>(&self, pieces: impl Iterator<Item = &'t Text>) -> Text {
        let mut glued = Vec::new();
        for (at, piece) in pieces.enumerate() {
            if at > 0 {
                glued.extend_from_slice(&self.separator);
            }
            glued.extend_from_slice(piece);
        }
        Text::from(glued)
    }
}

#[typetag::serde(name = "string_join")]
impl Primitive for Join {
    fn name(&self) -> &'static str {
        OP
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(DType::Str, self.shape(inputs)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let specs: Vec<Spec> = inputs.iter().map(|x| Spec::new(x.dtype(), x.shape())).collect();
        let shape = self.shape(&specs)?;
        let parts: Vec<_> = inputs.iter().map(|x| x.elements::<Text>()).collect();
        let joined: Vec<Text> = if self.last_axis {
            let width = inputs[0].shape().last().copied().unwrap_or(0);
            let row = |row: usize| self.glue(parts[0][row * width..][..width].iter());
            (0..shape.len()).map(row).collect()
        } else {
            // A scalar goes with every element.
            let at = |at: usize| {
                let pieces = inputs.iter().zip(&parts);
                self.glue(pieces.map(move |(x, part)| &part[if x.shape().rank() == 0 { 0 } else { at }]))
            };
            (0..shape.len()).map(at).collect()
        };
        Ok(Arrays::from_elem(Array::new(joined, shape)?, 1))
    }

    fn vjp(&self, call: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, call.inputs.len()))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// Strings joined element by element, with `separator` between; scalars go with every element.
///
/// # Errors
/// [`Error::DType`] unless all are strings, [`Error::Shape`] for different shapes other than scalars,
/// [`Error::Empty`] without tensors.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// let joined = strings::join(&[&Tensor::from(["a", "b"]), &Tensor::from("c")], "-")?;
/// assert_eq!(joined.to_vec::<Text>()?, ["a-c", "b-c"].map(Text::from));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn join(texts: &[&Tensor], separator: &str) -> Result<Tensor> {
    let join = Join {
        separator: separator.into(),
        last_axis: false,
    };
    if texts.is_empty() {
        join.shape(&[])?;
    }
    apply(join, texts)
}

/// The strings along `axis` joined, with `separator` between; the axis vanishes.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Axis`] for an axis that does not exist.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings, tensor::Text};
///
/// let line = strings::reduce_join(&Tensor::from(["to", "be"]), 0, " ")?;
/// assert_eq!(line.item::<Text>()?, "to be");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn reduce_join(texts: &Tensor, axis: isize, separator: &str) -> Result<Tensor> {
    let axis = texts.shape().axis(OP, axis)? as isize;
    let rank = texts.rank() as isize;
    let order: Vec<isize> = (0..rank).filter(|&other| other != axis).chain([axis]).collect();
    let join = Join {
        separator: separator.into(),
        last_axis: true,
    };
    apply(join, &[&texts.permute(&order)?])
}

/// The pieces of every string of a vector, a row each: between white space if `separator` is empty, else between
/// any two separators, be there something or not.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::BadShape`] unless there is exactly one axis,
/// [`Error::Graph`] while tracing.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings};
///
/// let r = strings::split(&Tensor::from([" to be ", "or"]), "")?;
/// assert_eq!(r.to_string(), r#"[[b"to", b"be"], [b"or"]]"#);
/// assert_eq!(strings::split(&Tensor::from(["a,,b"]), ",")?.to_string(), r#"[[b"a", b"", b"b"]]"#);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn split(texts: &Tensor, separator: &str) -> Result<RaggedTensor> {
    require_text("string_split", texts.dtype())?;
    if texts.rank() != 1 {
        return Err(Error::BadShape {
            op: "string_split",
            shape: texts.shape().to_vec(),
            rule: "a vector of strings is needed: reshape to one axis".to_owned(),
        });
    }
    let texts = texts.to_vec::<Text>()?;
    let rows: Vec<Vec<Text>> = texts
        .iter()
        .map(|text| pieces(text, separator.as_bytes()))
        .collect();
    Ok(RaggedTensor::from_rows(&rows))
}

fn pieces(text: &[u8], separator: &[u8]) -> Vec<Text> {
    if separator.is_empty() {
        let words = text.split(|byte| byte.is_ascii_whitespace());
        return words.filter(|word| !word.is_empty()).map(Text::from).collect();
    }
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while at + separator.len() <= text.len() {
        if text[at..].starts_with(separator) {
            pieces.push(Text::from(&text[start..at]));
            at += separator.len();
            start = at;
        } else {
            at += 1;
        }
    }
    pieces.push(Text::from(&text[start..]));
    pieces
}
