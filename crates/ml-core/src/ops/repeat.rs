//! Copies side by side: of the whole, and of every element.

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{Error, Result, Shape, Tensor, kernels::reduce, shape::Strides, tensor::Array};

/// How often an axis is repeated as a whole, and how often every position on it.
type Times = (usize, usize);

/// Repeats along every axis.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Repeat {
    times: Vec<Times>,
}

/// The transpose of [`Repeat`]: sums of what came from one element.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SumRepeats {
    times: Vec<Times>,
}

/// The lengths times the repeats; unknown ones stay so.
fn repeated(op: &'static str, shape: &Shape, times: &[Times]) -> Result<Shape> {
    let too_large = || Error::Size {
        op,
        shape: shape.to_vec(),
    };
    let lengths = shape.iter().zip(times);
    let longer: Shape = lengths
        .map(|(&length, &(whole, each))| match length {
            Shape::UNKNOWN => Ok(Shape::UNKNOWN),
            known => known
                .checked_mul(whole)
                .and_then(|length| length.checked_mul(each))
                .ok_or_else(too_large),
        })
        .collect::<Result<_>>()?;
    if longer.is_known() {
        longer.checked_len(op)?;
    }
    Ok(longer)
}

#[typetag::serde(name = "repeat")]
impl Primitive for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(
            inputs[0].dtype,
            repeated("repeat", &inputs[0].shape, &self.times)?,
        ))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let shape = repeated("repeat", x.shape(), &self.times)?;
        shape.checked_room("repeat", x.dtype())?;
        // Every axis becomes three, of which the outer ones do not move.
        let (mut split, mut strides) = (Shape::scalar(), Strides::new());
        for ((&length, &stride), &(whole, each)) in x.shape().iter().zip(x.strides()).zip(&self.times) {
            for (length, stride) in [(whole, 0), (length, stride), (each, 0)] {
                split.push(length);
                strides.push(stride);
            }
        }
        let view = x.view(split, strides, x.offset());
        Ok(outputs(view.with_shape(shape)))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let times = self.times.clone();
        let back = gradients[0].as_ref().map(|d| apply(SumRepeats { times }, &[d]));
        Ok(Gradients::from_elem(back.transpose()?, 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(self.clone(), &[d]));
        Ok(Gradients::from_elem(on.transpose()?, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl SumRepeats {
    fn shape(&self, shape: &Shape) -> Result<Shape> {
        let shorter = shape.iter().zip(&self.times);
        shorter
            .map(|(&length, &(whole, each))| match length {
                Shape::UNKNOWN => Ok(Shape::UNKNOWN),
                known if whole * each > 0 && known % (whole * each) == 0 => Ok(known / (whole * each)),
                _ => Err(Error::BadShape {
                    op: "sum_repeats",
                    shape: shape.to_vec(),
                    rule: format!("its lengths must be multiples of the repeats {:?}", self.times),
                }),
            })
            .collect()
    }
}

#[typetag::serde(name = "sum_repeats")]
impl Primitive for SumRepeats {
    fn name(&self) -> &'static str {
        "sum_repeats"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(inputs[0].dtype, self.shape(&inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shape = self.shape(inputs[0].shape())?;
        let split = shape.iter().zip(&self.times);
        let split: Shape = split
            .flat_map(|(&length, &(whole, each))| [whole, length, each])
            .collect();
        let axes: Vec<usize> = (0..split.rank()).filter(|axis| axis % 3 != 1).collect();
        let sum = reduce::sum("sum_repeats", &inputs[0].with_shape(split), &axes)?;
        Ok(outputs(sum.with_shape(shape)))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let times = self.times.clone();
        let back = gradients[0].as_ref().map(|d| apply(Repeat { times }, &[d]));
        Ok(Gradients::from_elem(back.transpose()?, 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(self.clone(), &[d]));
        Ok(Gradients::from_elem(on.transpose()?, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    fn repeated(&self, op: &'static str, times: Vec<Times>) -> Result<Tensor> {
        if times.iter().any(|&(whole, each)| whole == 0 || each == 0) {
            return Err(Error::Parameter {
                name: format!("{op}: times"),
                value: "0".to_owned(),
                domain: "at least 1; an empty part is x.narrow(axis, Some(0), Some(0))".to_owned(),
            });
        }
        apply(Repeat { times }, &[self])
    }

    /// The whole tensor repeated `times[i]` times along axis `i`; with more numbers than axes, leading axes are
    /// added, with fewer, the first axes stay.
    ///
    /// # Errors
    /// [`Error::Parameter`] for 0 times, [`Error::Size`] for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[1, 2], [3, 4]]).tile(&[1, 2])?;
    /// assert_eq!(y.to_vec::<i32>()?, [1, 2, 1, 2, 3, 4, 3, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tile(&self, times: &[usize]) -> Result<Tensor> {
        let mut x = self.clone();
        for _ in self.rank()..times.len() {
            x = x.expand_dims(0)?;
        }
        let lead = x.rank() - times.len();
        let times = std::iter::repeat_n(1, lead).chain(times.iter().copied());
        x.repeated("tile", times.map(|whole| (whole, 1)).collect())
    }

    /// Every position along `axis` repeated `times` times.
    ///
    /// # Errors
    /// As [`tile`](Self::tile); [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2]).repeat(2, 0)?.to_vec::<i32>()?, [1, 1, 2, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn repeat(&self, times: usize, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("repeat", axis)?;
        let each = |other| (1, if other == axis { times } else { 1 });
        self.repeated("repeat", (0..self.rank()).map(each).collect())
    }
}
