//! Strings as code points, and code points as strings.

use serde::{Deserialize, Serialize};

use super::{
    encoding::{self, Encoding, OnInvalid},
    require_text,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, one},
    structures::RaggedTensor,
    tensor::{Array, Text},
};

const REMEDY: &str = "mend the data, or ask for OnInvalid::Replace or OnInvalid::Ignore";

fn invalid(op: &'static str, at: usize, problem: String) -> Error {
    Error::Data {
        op,
        problem: format!("element {at} {problem}"),
        remedy: REMEDY,
    }
}

/// Code points on the last axis to strings.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Encode {
    encoding: Encoding,
    on_invalid: OnInvalid,
}

/// Strings from one encoding to another.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Transcode {
    from: Encoding,
    to: Encoding,
    on_invalid: OnInvalid,
}

impl Encode {
    fn shape(spec: &Spec) -> Result<Shape> {
        let needed = "i32 code points";
        spec.dtype
            .require("unicode_encode", spec.dtype == DType::I32, needed)?;
        match spec.shape.split_last() {
            Some((_, lead)) => Ok(Shape::from(lead)),
            None => Err(Error::BadShape {
                op: "unicode_encode",
                shape: Vec::new(),
                rule: "the code points of a string are an axis: [99] is \"c\"".to_owned(),
            }),
        }
    }

    fn text(self, at: usize, points: &[i32]) -> Result<Text> {
        let bytes = encoding::encode(points, self.encoding, self.on_invalid);
        bytes
            .map(Text::from)
            .map_err(|problem| invalid("unicode_encode", at, problem))
    }
}

/// Primitives on text: no gradients.
macro_rules! primitive {
    ($op:ident, $name:literal, $infer:expr, $forward:expr) => {
        #[typetag::serde(name = $name)]
        impl Primitive for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
                let infer: fn(&Spec) -> Result<Shape> = $infer;
                Ok(one(DType::Str, infer(&inputs[0])?))
            }

            fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
                let specs = self.infer(&[Spec::new(inputs[0].dtype(), inputs[0].shape())])?;
                let forward: fn(Self, &Array, usize) -> Result<Vec<Text>> = $forward;
                let texts = forward(*self, inputs[0], specs[0].shape.len())?;
                Ok(Arrays::from_elem(Array::new(texts, &specs[0].shape)?, 1))
            }

            fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
                Ok(Gradients::from_elem(None, 1))
            }

            fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
                Ok(Gradients::from_elem(None, 1))
            }

            fn saves(&self) -> Saves {
                Saves::NOTHING
            }
        }
    };
}
primitive!(Encode, "unicode_encode", Encode::shape, |op, x, len| {
    let width = x.shape().last().copied().unwrap_or(0);
    let points = x.elements::<i32>();
    (0..len)
        .map(|at| op.text(at, &points[at * width..][..width]))
        .collect()
});
primitive!(
    Transcode,
    "unicode_transcode",
    |spec| require_text("unicode_transcode", spec.dtype).map(|()| spec.shape.clone()),
    |op, x, _| {
        let texts = x.elements::<Text>();
        let recoded = texts.iter().enumerate().map(|(at, text)| {
            let points = encoding::decode(text, op.from, op.on_invalid);
            let points = points.map_err(|problem| invalid("unicode_transcode", at, problem))?;
            let mut bytes = Vec::with_capacity(text.len());
            points
                .into_iter()
                .for_each(|point| encoding::push(&mut bytes, point, op.to));
            Ok(Text::from(bytes))
        });
        recoded.collect()
    }
);

/// Strings whose code points, `i32`, are on the last axis: `[..., n]` gives `[...]`.
///
/// # Errors
/// [`Error::DType`] unless the elements are `i32`, [`Error::BadShape`] for a scalar, [`Error::Data`] for a number
/// that is no code point, unless `on_invalid` says otherwise.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Encoding, OnInvalid}, tensor::Text};
///
/// let u = Tensor::from([99, 97, 102, 233]);
/// let b = strings::unicode_encode(&u, Encoding::Utf8, OnInvalid::Strict)?;
/// assert_eq!(b.item::<Text>()?, "café");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unicode_encode(points: &Tensor, encoding: Encoding, on_invalid: OnInvalid) -> Result<Tensor> {
    apply(Encode { encoding, on_invalid }, &[points])
}

/// As [`unicode_encode`] for strings of different lengths: a string a row.
///
/// # Errors
/// As [`unicode_encode`]; [`Error::Kind`] with more than one ragged axis, [`Error::Graph`] while tracing.
///
/// # Examples
/// ```
/// use ml_core::{strings::{self, Encoding, OnInvalid}, structures::RaggedTensor, tensor::Text};
///
/// let r = RaggedTensor::from_rows(&[vec![21654, 21857], vec![233]]);
/// let texts = strings::unicode_encode_rows(&r, Encoding::Utf8, OnInvalid::Strict)?;
/// assert_eq!(texts.to_vec::<Text>()?, ["咖啡", "é"].map(Text::from));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unicode_encode_rows(
    points: &RaggedTensor,
    encoding: Encoding,
    on_invalid: OnInvalid,
) -> Result<Tensor> {
    const OP: &str = "unicode_encode";
    points
        .dtype()
        .require(OP, points.dtype() == DType::I32, "i32 code points")?;
    if points.rank() != 2 {
        return Err(Error::Kind {
            op: OP,
            found: format!("{points:?}"),
            expected: "rows of code points: one ragged axis and no other",
            remedy: "encode row by row",
        });
    }
    let (values, splits) = (
        points.values().to_vec::<i32>()?,
        points.row_splits().to_vec::<i64>()?,
    );
    let encode = Encode { encoding, on_invalid };
    let rows = splits
        .windows(2)
        .map(|row| &values[row[0] as usize..row[1] as usize]);
    let texts = rows.enumerate().map(|(at, row)| encode.text(at, row));
    Ok(Tensor::from(texts.collect::<Result<Vec<_>>>()?))
}

/// The code points, `i32`, of every string: a row each.
///
/// # Errors
/// [`Error::DType`] unless the elements are strings, [`Error::Data`] for one that is not in the encoding, unless
/// `on_invalid` says otherwise; [`Error::BadShape`] for a scalar: use [`code_points`]; [`Error::Graph`] while
/// tracing.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Encoding, OnInvalid}};
///
/// let r = strings::unicode_decode(&Tensor::from(["Café", "咖啡"]), Encoding::Utf8, OnInvalid::Strict)?;
/// assert_eq!(r.to_string(), "[[67, 97, 102, 233], [21654, 21857]]");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unicode_decode(text: &Tensor, encoding: Encoding, on_invalid: OnInvalid) -> Result<RaggedTensor> {
    const OP: &str = "unicode_decode";
    require_text(OP, text.dtype())?;
    let (array, shape) = (text.array()?, text.shape());
    if shape.rank() == 0 {
        return Err(Error::BadShape {
            op: OP,
            shape: Vec::new(),
            rule: "the code points of a single string are a regular tensor: use code_points".to_owned(),
        });
    }
    let (mut points, mut ends) = (Vec::new(), vec![0]);
    for (at, text) in array.elements::<Text>().iter().enumerate() {
        let decoded = encoding::decode(text, encoding, on_invalid);
        let decoded = decoded.map_err(|problem| invalid(OP, at, problem))?;
        points.extend(decoded.into_iter().map(|point| u32::from(point) as i32));
        ends.push(points.len() as i64);
    }
    // Axes of the batch after the first are rows of equal length.
    let mut nested = Vec::with_capacity(shape.rank());
    let mut rows = shape[0];
    for &length in &shape[1..] {
        nested.push((0..=rows).map(|row| (row * length) as i64).collect::<Vec<_>>());
        rows *= length;
    }
    nested.push(ends);
    RaggedTensor::from_nested_row_splits(points, &nested.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The code points, `i32`, of a single string: `[characters]`.
///
/// # Errors
/// As [`unicode_decode`]; [`Error::BadShape`] unless `text` has exactly one element.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Encoding, OnInvalid}};
///
/// let u = strings::code_points(&Tensor::from("café"), Encoding::Utf8, OnInvalid::Strict)?;
/// assert_eq!(u.to_vec::<i32>()?, [99, 97, 102, 233]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn code_points(text: &Tensor, encoding: Encoding, on_invalid: OnInvalid) -> Result<Tensor> {
    require_text("code_points", text.dtype())?;
    let decoded = encoding::decode(&text.item::<Text>()?, encoding, on_invalid);
    let points = decoded.map_err(|problem| invalid("code_points", 0, problem))?;
    Ok(Tensor::from(
        points
            .into_iter()
            .map(|point| u32::from(point) as i32)
            .collect::<Vec<_>>(),
    ))
}

/// Every string from one encoding to another.
///
/// # Errors
/// As [`unicode_decode`], but for any shape and inside traced functions, too.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, strings::{self, Encoding, OnInvalid}, tensor::Text};
///
/// let t = Tensor::from("é");
/// let wide = strings::unicode_transcode(&t, Encoding::Utf8, Encoding::Utf16Be, OnInvalid::Strict)?;
/// assert_eq!(wide.item::<Text>()?, Text::from(&[0, 233]));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unicode_transcode(
    text: &Tensor,
    from: Encoding,
    to: Encoding,
    on_invalid: OnInvalid,
) -> Result<Tensor> {
    apply(Transcode { from, to, on_invalid }, &[text])
}
