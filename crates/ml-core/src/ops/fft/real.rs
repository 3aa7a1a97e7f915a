//! Transforms between real numbers and the half of their spectrum that tells the other.
//!
//! Of `n` real numbers, sum `n - k` is the conjugate of sum `k`: the first `n / 2 + 1` are all there is to know.
//! Both operations here come in two forms, so that each is the gradient of the other: as a sum over the half
//! alone, and as one over the whole spectrum, where what stands for two counts twice.

use std::ops::RangeInclusive;

use rustfft::{FftDirection, num_complex::Complex};
use serde::{Deserialize, Serialize};

use super::{
    check_rows,
    lanes::{Real, Rows, write_pairs},
    pairs,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, with_like},
    tensor::Array,
};

/// `y_k = c_k Σ_j x_j exp(-2πi·jk/n)` for `k` up to `n / 2`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct ToHalf {
    pub(super) axis: usize,
    /// Whether `c_k` is the share of the whole spectrum that `k` stands for, over `n`; otherwise 1.
    pub(super) whole: bool,
}

/// `x_j = Re Σ_k c_k y_k exp(2πi·jk/n)` over `k` up to `n / 2`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct FromHalf {
    pub(super) axis: usize,
    pub(super) whole: bool,
    /// `n`; that of the second operand where it is not known beforehand.
    pub(super) length: Option<usize>,
}

/// `c_k`: over the whole spectrum of `n`, all but the first and, if `n` is even, the last stand for two.
fn share<T: Real>(whole: bool, length: usize) -> impl Fn(usize) -> T {
    let n = T::from_usize(length).expect("lengths are finite");
    move |k| match (whole, k == 0 || 2 * k == length) {
        (false, _) => T::one(),
        (true, true) => T::one() / n,
        (true, false) => (T::one() + T::one()) / n,
    }
}

impl ToHalf {
    fn check(self, spec: &Spec) -> Result<usize> {
        spec.dtype.require_float("rfft")?;
        check_rows("rfft", spec.shape.clone(), self.axis)
    }

    fn run<T: Real>(self, x: &Array, length: usize) -> Array {
        let rows = Rows {
            axis: self.axis,
            pairs: [false, true],
            length,
            out: length / 2 + 1,
            direction: FftDirection::Forward,
        };
        let read = |row: &[T], buffer: &mut [Complex<T>]| {
            let numbers = buffer.iter_mut().zip(row);
            numbers.for_each(|(number, &x)| *number = Complex::new(x, T::zero()));
        };
        let share = share(self.whole, length);
        rows.run::<T>(x, read, |buffer, row| write_pairs(buffer, row, &share))
    }
}

#[typetag::serde(name = "rfft")]
impl Primitive for ToHalf {
    fn name(&self) -> &'static str {
        "rfft"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let length = self.check(&inputs[0])?;
        let mut shape = inputs[0].shape.clone();
        if length != Shape::UNKNOWN {
            shape[self.axis] = length / 2 + 1;
        }
        shape.push(2);
        Ok(Specs::from_elem(Spec::new(inputs[0].dtype, shape), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let length = self.check(&Spec::new(x.dtype(), x.shape()))?;
        Ok(Arrays::from_elem(
            match x.dtype() {
                DType::F32 => self.run::<f32>(x, length),
                _ => self.run::<f64>(x, length),
            },
            1,
        ))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 1));
        };
        let back = from_half(self.axis, self.whole, d, &call.inputs[0])?;
        Ok(Gradients::from_elem(Some(back), 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(*self, &[d])).transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// [`FromHalf`] to the length of `like` along the axis.
fn from_half(axis: usize, whole: bool, half: &Tensor, like: &Tensor) -> Result<Tensor> {
    let length = like.shape()[axis];
    let known = length != Shape::UNKNOWN;
    let operation = FromHalf {
        axis,
        whole,
        length: known.then_some(length),
    };
    match known {
        true => apply(operation, &[half]),
        false => apply(operation, &[half, &like.stop_gradient()]),
    }
}

impl FromHalf {
    /// The length of the result, and its shape.
    fn check(self, half: &Spec, like: Option<&Shape>) -> Result<(usize, Shape)> {
        half.dtype.require_float("irfft")?;
        let mut shape = pairs("irfft", &half.shape)?;
        let known = check_rows("irfft", shape.clone(), self.axis)?;
        let length = match (self.length, like) {
            (Some(length), _) => length,
            (None, Some(like)) => like.get(self.axis).copied().unwrap_or(0),
            (None, None) => Shape::UNKNOWN,
        };
        let open = length == Shape::UNKNOWN || known == Shape::UNKNOWN;
        if length == 0 || !(open || known == length / 2 + 1) {
            return Err(Error::BadShape {
                op: "irfft",
                shape: half.shape.to_vec(),
                rule: format!(
                    "{length} numbers have {} along axis {}: for {known} give length {} or {}",
                    length / 2 + 1,
                    self.axis,
                    (2 * known).saturating_sub(2).max(1),
                    (2 * known).saturating_sub(1),
                ),
            });
        }
        shape[self.axis] = length;
        Ok((length, shape))
    }

    fn run<T: Real>(self, half: &Array, length: usize) -> Array {
        let rows = Rows {
            axis: self.axis,
            pairs: [true, false],
            length,
            out: length,
            direction: FftDirection::Inverse,
        };
        let share = share::<T>(self.whole, length);
        let read = |row: &[T], buffer: &mut [Complex<T>]| {
            buffer.fill(Complex::new(T::zero(), T::zero()));
            for (k, (number, pair)) in buffer.iter_mut().zip(row.chunks_exact(2)).enumerate() {
                *number = Complex::new(pair[0] * share(k), pair[1] * share(k));
            }
        };
        rows.run::<T>(half, read, |buffer, row| {
            row.iter_mut().zip(buffer).for_each(|(x, number)| *x = number.re);
        })
    }
}

#[typetag::serde(name = "irfft")]
impl Primitive for FromHalf {
    fn name(&self) -> &'static str {
        "irfft"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        with_like(self.length.is_none())
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let (_, shape) = self.check(&inputs[0], inputs.get(1).map(|like| &like.shape))?;
        Ok(Specs::from_elem(Spec::new(inputs[0].dtype, shape), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let half = inputs[0];
        let spec = Spec::new(half.dtype(), half.shape());
        let (length, _) = self.check(&spec, inputs.get(1).map(|like| like.shape()))?;
        Ok(Arrays::from_elem(
            match half.dtype() {
                DType::F32 => self.run::<f32>(half, length),
                _ => self.run::<f64>(half, length),
            },
            1,
        ))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let to_half = ToHalf {
            axis: self.axis,
            whole: self.whole,
        };
        let back = gradients[0].as_ref().map(|d| apply(to_half, &[d])).transpose()?;
        Ok(std::iter::once(back)
            .chain(std::iter::repeat_n(None, call.inputs.len() - 1))
            .collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = |d: &Tensor| from_half(self.axis, self.whole, d, &call.outputs[0]);
        Ok(Gradients::from_elem(tangents[0].as_ref().map(on).transpose()?, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}
