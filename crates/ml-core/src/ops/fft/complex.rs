//! Complex numbers as pairs along a last axis.

use super::pairs;
use crate::{Result, Tensor};

impl Tensor {
    /// Complex numbers from their parts, which broadcast: `[...]` and `[...]` give `[..., 2]`.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) unless the shapes broadcast,
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let z = Tensor::complex(&Tensor::from([3.0, 0.0]), &Tensor::from([4.0, -1.0]))?; // 3 + 4i, -i
    /// assert_eq!(z.to_vec::<f64>()?, [3.0, 4.0, 0.0, -1.0]);
    /// assert_eq!(z.complex_abs()?.to_vec::<f64>()?, [5.0, 1.0]);
    /// assert_eq!(z.conj()?.imag()?.to_vec::<f64>()?, [-4.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn complex(real: &Tensor, imaginary: &Tensor) -> Result<Tensor> {
        let both = real.add(imaginary)?;
        Tensor::stack(
            &[&real.broadcast_like(&both)?, &imaginary.broadcast_like(&both)?],
            -1,
        )
    }

    /// Real numbers as complex ones: `[...]` gives `[..., 2]`, with imaginary parts of 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    pub fn to_complex(&self) -> Result<Tensor> {
        Tensor::stack(&[self, &self.zeros_like()?], -1)
    }

    /// The real parts of complex numbers: `[..., 2]` gives `[...]`.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) unless the last axis has length 2.
    pub fn real(&self) -> Result<Tensor> {
        self.part("real", 0)
    }

    /// The imaginary parts of complex numbers: `[..., 2]` gives `[...]`.
    ///
    /// # Errors
    /// As [`real`](Self::real).
    pub fn imag(&self) -> Result<Tensor> {
        self.part("imag", 1)
    }

    fn part(&self, op: &'static str, which: i64) -> Result<Tensor> {
        pairs(op, self.shape())?;
        self.index(&crate::at![..., which])
    }

    /// The conjugates of complex numbers: the same with the imaginary part negated.
    ///
    /// # Errors
    /// As [`real`](Self::real).
    pub fn conj(&self) -> Result<Tensor> {
        Tensor::complex(&self.real()?, &self.imag()?.neg()?)
    }

    /// The magnitudes of complex numbers, `√(re² + im²)`: `[..., 2]` gives `[...]`.
    ///
    /// # Errors
    /// As [`real`](Self::real); [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    pub fn complex_abs(&self) -> Result<Tensor> {
        pairs("complex_abs", self.shape())?;
        self.norm(crate::ops::Norm::L2, &[-1])
    }

    /// Products of complex numbers, which broadcast: `[..., 2]` and `[..., 2]` give `[..., 2]`.
    ///
    /// The product of two spectra is the spectrum of the circular convolution.
    ///
    /// # Errors
    /// As [`real`](Self::real) and [`mul`](Self::mul).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([1.0, 2.0, 3.0]), Tensor::from([0.0, 1.0, 0.0]));
    /// let product = a.rfft(0)?.complex_mul(&b.rfft(0)?)?;
    /// let rolled = product.irfft(3, 0)?; // convolution with a shifted impulse rolls by one
    /// assert!(rolled.all_close(&Tensor::from([3.0, 1.0, 2.0]), 1e-12, 1e-12)?);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn complex_mul(&self, other: &Tensor) -> Result<Tensor> {
        let (a, b, c, d) = (self.real()?, self.imag()?, other.real()?, other.imag()?);
        Tensor::complex(&a.mul(&c)?.sub(&b.mul(&d)?)?, &a.mul(&d)?.add(&b.mul(&c)?)?)
    }
}
