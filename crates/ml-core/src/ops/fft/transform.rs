//! The discrete Fourier transform of complex numbers.

use rustfft::FftDirection;
use serde::{Deserialize, Serialize};

use super::{
    check_rows,
    lanes::{Real, Rows, read_pairs, write_pairs},
    pairs,
};
use crate::{
    DType, Result, Shape, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply},
    tensor::Array,
};

/// `Σ_j x_j exp(∓2πi·jk/n)` along an axis: minus forwards, plus backwards.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Transform {
    pub(super) axis: usize,
    pub(super) backwards: bool,
    /// Whether the sums are divided by `n`.
    pub(super) divided: bool,
}

impl Transform {
    fn check(self, spec: &Spec) -> Result<usize> {
        spec.dtype.require_float(self.name())?;
        check_rows(self.name(), pairs(self.name(), &spec.shape)?, self.axis)
    }

    fn run<T: Real>(self, x: &Array, length: usize) -> Array {
        let direction = match self.backwards {
            true => FftDirection::Inverse,
            false => FftDirection::Forward,
        };
        let rows = Rows {
            axis: self.axis,
            pairs: [true, true],
            length,
            out: length,
            direction,
        };
        let factor = match self.divided {
            true => T::one() / T::from_usize(length).expect("lengths are finite"),
            false => T::one(),
        };
        rows.run::<T>(x, read_pairs, |buffer, row| write_pairs(buffer, row, |_| factor))
    }

    fn along(self, d: &Option<Tensor>) -> Result<Gradients> {
        let moved = d.as_ref().map(|d| apply(self, &[d])).transpose()?;
        Ok(Gradients::from_elem(moved, 1))
    }
}

#[typetag::serde(name = "fft")]
impl Primitive for Transform {
    fn name(&self) -> &'static str {
        if self.backwards { "ifft" } else { "fft" }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(&inputs[0])?;
        Ok(Specs::from_elem(inputs[0].clone(), 1))
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

    /// The matrix of the sums is symmetric, and the gradient of pairs takes its conjugate: the other direction.
    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let other = Self {
            backwards: !self.backwards,
            ..*self
        };
        other.along(&gradients[0])
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        self.along(&tangents[0])
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// The axis that `axis` names, of a tensor of pairs of this shape.
pub(super) fn axis_of(op: &'static str, shape: &Shape, axis: isize) -> Result<usize> {
    pairs(op, shape)?.axis(op, axis)
}
