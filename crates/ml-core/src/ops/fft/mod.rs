//! Discrete Fourier transforms, and the complex numbers they speak.
//!
//! There is no complex element type: a complex tensor is a tensor of `f32` or `f64` whose **last axis** has length
//! 2 and holds real and imaginary part. Axes are counted without it, so `-1` is the axis before it; gradients are
//! those of the two parts as independent numbers.

mod complex;
mod lanes;
mod real;
mod transform;

use self::{
    real::{FromHalf, ToHalf},
    transform::{Transform, axis_of},
};
use super::apply;
use crate::{Error, Result, Shape, Tensor};

/// The shape of a complex tensor without the axis of real and imaginary part.
fn pairs(op: &'static str, shape: &Shape) -> Result<Shape> {
    match shape.split_last() {
        Some((&(2 | Shape::UNKNOWN), others)) => Ok(Shape::from(others)),
        _ => Err(Error::BadShape {
            op,
            shape: shape.to_vec(),
            rule: "the last axis must hold real and imaginary part, so have length 2; make it with \
                   Tensor::complex, or use rfft for real numbers"
                .to_owned(),
        }),
    }
}

/// The length of `axis`, unless there is no such axis or nothing along it.
fn check_rows(op: &'static str, shape: Shape, axis: usize) -> Result<usize> {
    let rank = shape.rank();
    match shape.get(axis) {
        Some(0) => Err(Error::Empty {
            op,
            what: format!("axis {axis} of shape {shape}"),
            least: "1 element",
        }),
        Some(&length) => Ok(length),
        None => Err(Error::Axis {
            op,
            axis: axis as isize,
            rank,
        }),
    }
}

impl Tensor {
    /// Discrete Fourier transform along `axis`: `y_k = Σ_j x_j exp(-2πi·jk/n)`, of complex numbers.
    ///
    /// Shape: `[..., n, ..., 2]` gives the same; the last axis holds real and imaginary part and is not counted
    /// by `axis`. **Cost**: `O(n log n)` a row, for every `n`. As `numpy.fft.fft`.
    ///
    /// Source: Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier series",
    /// Mathematics of Computation 19 (1965); by the crate `rustfft`.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless the last axis has length 2, [`Error::Axis`] for an axis that does not exist,
    /// [`Error::Empty`] if it has length 0, [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// // 1, i, -1, -i: one turn in four steps.
    /// let turn = Tensor::from([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]);
    /// let spectrum = turn.fft(-1)?;
    /// assert_eq!(spectrum.to_vec::<f64>()?, [0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn fft(&self, axis: isize) -> Result<Tensor> {
        let axis = axis_of("fft", self.shape(), axis)?;
        apply(
            Transform {
                axis,
                backwards: false,
                divided: false,
            },
            &[self],
        )
    }

    /// The inverse of [`fft`](Self::fft): `x_j = 1/n Σ_k y_k exp(2πi·jk/n)`.
    ///
    /// # Errors
    /// As [`fft`](Self::fft).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]]);
    /// assert!(x.fft(0)?.ifft(0)?.all_close(&x, 1e-15, 1e-15)?);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn ifft(&self, axis: isize) -> Result<Tensor> {
        let axis = axis_of("ifft", self.shape(), axis)?;
        apply(
            Transform {
                axis,
                backwards: true,
                divided: true,
            },
            &[self],
        )
    }

    /// Discrete Fourier transform of real numbers along `axis`: the first `n / 2 + 1` sums of [`fft`](Self::fft),
    /// of which the others are conjugates. As `numpy.fft.rfft`.
    ///
    /// Shape: `[..., n, ...]` gives `[..., n / 2 + 1, ..., 2]`.
    ///
    /// # Errors
    /// As [`fft`](Self::fft); every axis counts here.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 2.0, 0.0, 3.0]).rfft(-1)?;
    /// assert_eq!(y.to_vec::<f64>()?, [6.0, 0.0, 1.0, 1.0, -4.0, 0.0]); // 6, 1 + i, -4
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn rfft(&self, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("rfft", axis)?;
        apply(ToHalf { axis, whole: false }, &[self])
    }

    /// The inverse of [`rfft`](Self::rfft): the `length` real numbers with this half of a spectrum. As
    /// `numpy.fft.irfft(y, length)`.
    ///
    /// Shape: `[..., length / 2 + 1, ..., 2]` gives `[..., length, ...]`. `length` is asked for since `2·m` and
    /// `2·m + 1` numbers have halves of one length. The imaginary part of the first sum, and of the last if
    /// `length` is even, does not count: real numbers have none there.
    ///
    /// # Errors
    /// As [`fft`](Self::fft); [`Error::BadShape`] unless the axis has length `length / 2 + 1`, and for length 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[6.0, 0.0], [1.0, 1.0], [-4.0, 0.0]]);
    /// assert_eq!(y.irfft(4, -1)?.to_vec::<f64>()?, [1.0, 2.0, 0.0, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn irfft(&self, length: usize, axis: isize) -> Result<Tensor> {
        let axis = axis_of("irfft", self.shape(), axis)?;
        let operation = FromHalf {
            axis,
            whole: true,
            length: Some(length),
        };
        apply(operation, &[self])
    }

    /// [`fft`](Self::fft) along several axes, one after the other; along all if none is given. As
    /// `numpy.fft.fftn`, with two axes `fft2`.
    ///
    /// # Errors
    /// As [`fft`](Self::fft); [`Error::Parameter`] for an axis named twice.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]).to_complex()?;
    /// let y = x.fftn(&[])?.real()?;
    /// assert_eq!(y.to_vec::<f64>()?, [10.0, -2.0, -4.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn fftn(&self, axes: &[isize]) -> Result<Tensor> {
        let axes = pairs("fftn", self.shape())?.axes("fftn", axes)?;
        axes.iter()
            .try_fold(self.clone(), |x, &axis| x.fft(axis as isize))
    }

    /// The inverse of [`fftn`](Self::fftn).
    ///
    /// # Errors
    /// As [`fftn`](Self::fftn).
    pub fn ifftn(&self, axes: &[isize]) -> Result<Tensor> {
        let axes = pairs("ifftn", self.shape())?.axes("ifftn", axes)?;
        axes.iter()
            .try_fold(self.clone(), |x, &axis| x.ifft(axis as isize))
    }
}
