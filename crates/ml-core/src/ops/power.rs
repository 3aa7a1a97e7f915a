//! Powers and roots.

use serde::{Deserialize, Serialize};

use super::{
    Binary, Integer, Refused, Saves, Unary, apply, binary_primitive, elementwise::unary_op, unary_primitive,
};
use crate::{Error, Result, Tensor, kernels::math};

unary_op!(Sqrt, "sqrt", cost 2, OUTPUTS, |x| x.sqrt(), |d, _, y| d.mul_scalar(0.5)?.div(y));
unary_op!(Rsqrt, "rsqrt", cost 3, OUTPUTS, |x| 1.0 / x.sqrt(), |d, _, y| d.mul(&y.cube()?.mul_scalar(-0.5)?));
unary_op!(Reciprocal, "reciprocal", cost 2, OUTPUTS, |x| 1.0 / x, |d, _, y| d.mul(&y.square()?)?.neg());
unary_op!(Cbrt, "cbrt", cost 50, OUTPUTS, |x| x.cbrt(), |d, _, y| d.div(&y.square()?.mul_scalar(3.0)?));

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cube;

impl Unary for Cube {
    const COST: usize = 2;
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x * x * x
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x * x * x
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        x.wrapping_mul(&x).wrapping_mul(&x)
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.square()?.mul_scalar(3.0)?)
    }
}
unary_primitive!(Cube, "cube");

/// To a power that is the same for every element.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PowF {
    exponent: f64,
}

impl Unary for PowF {
    const COST: usize = 12;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        math::pow(x, self.exponent as f32)
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.powf(self.exponent)
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.powf(self.exponent - 1.0)?.mul_scalar(self.exponent)?)
    }
}
unary_primitive!(PowF, "powf");

/// Integers to a power that is the same for every element.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PowI {
    exponent: u32,
}

impl Unary for PowI {
    const COST: usize = 16;
    const FLOATS: bool = false;
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::NOTHING;

    fn f32(self, x: f32) -> f32 {
        x
    }

    fn f64(self, x: f64) -> f64 {
        x
    }

    fn integer<T: Integer>(self, x: T) -> T {
        wrapping_pow(x, u64::from(self.exponent))
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
unary_primitive!(PowI, "powi");

/// By squaring, wrapping around.
fn wrapping_pow<T: Integer>(mut base: T, mut exponent: u64) -> T {
    let mut power = T::one();
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power.wrapping_mul(&base);
        }
        base = base.wrapping_mul(&base);
        exponent >>= 1;
    }
    power
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Pow;

impl Binary for Pow {
    const COST: usize = 12;
    const REFUSED: Option<Refused> = Some(Refused::Negative);
    const SAVES: Saves = Saves::ALL;

    // A square is rounded once, so that graphs may compute it as one.
    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        let power = math::pow(a, b);
        if b == 2.0 { a * a } else { power }
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        if b == 2.0 { a * a } else { a.powf(b) }
    }

    fn integer<T: Integer>(self, a: T, b: T) -> T {
        wrapping_pow(a, b.to_u64().unwrap_or(0))
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        // 0 to the power -1 is infinite, and 0 times that no number: where b = 0 the slope is 0.
        let constant = b.equal(&b.number_like(0.0)?)?;
        let lower = Tensor::select(&constant, &b.ones_like()?, &b.sub_scalar(1.0)?)?;
        d.mul(&b.mul(&a.pow(&lower)?)?)
    }

    fn right(self, d: &Tensor, a: &Tensor, _: &Tensor, y: &Tensor) -> Result<Tensor> {
        let positive = a.greater(&a.number_like(0.0)?)?;
        let safe = Tensor::select(&positive, a, &a.ones_like()?)?;
        d.mul(&y.mul(&safe.log()?)?)
    }
}
binary_primitive!(Pow, "pow");

impl Tensor {
    /// Square root of every element; NaN below 0.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([9.0, 2.25]).sqrt()?.to_vec::<f64>()?, [3.0, 1.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sqrt(&self) -> Result<Tensor> {
        apply(Sqrt, &[self])
    }

    /// `y = 1 / √x`.
    ///
    /// # Errors
    /// As [`sqrt`](Self::sqrt).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0, 0.0]).rsqrt()?.to_vec::<f64>()?, [0.5, f64::INFINITY]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn rsqrt(&self) -> Result<Tensor> {
        apply(Rsqrt, &[self])
    }

    /// Cube root of every element, of negative ones, too.
    ///
    /// # Errors
    /// As [`sqrt`](Self::sqrt).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-8.0]).cbrt()?.to_vec::<f64>()?, [-2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cbrt(&self) -> Result<Tensor> {
        apply(Cbrt, &[self])
    }

    /// `y = 1 / x`.
    ///
    /// # Errors
    /// As [`sqrt`](Self::sqrt).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0, -0.5]).reciprocal()?.to_vec::<f64>()?, [0.25, -2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn reciprocal(&self) -> Result<Tensor> {
        apply(Reciprocal, &[self])
    }

    /// Cube of every element: `y = x³`; of integers, wrapping (book section 12.4).
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([2, -3]).cube()?.to_vec::<i32>()?, [8, -27]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cube(&self) -> Result<Tensor> {
        apply(Cube, &[self])
    }

    /// Power of elements: `y = a^b`; shapes broadcast, integers wrap around.
    ///
    /// Of a negative base NaN, unless the exponent is whole. The gradient of the exponent is taken as 0 where
    /// the base is not positive, that of the base as 0 where the exponent is 0.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`] for two element types, [`Error::DType`] unless they are numbers,
    /// [`Error::Shape`] if the shapes do not broadcast, [`Error::Parameter`] for an integer to a negative
    /// integer.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([2.0, 9.0]).pow(&Tensor::from([10.0, 0.5]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [1024.0, 3.0]);
    /// assert_eq!(Tensor::from(3).pow(&Tensor::from(4))?.item::<i32>()?, 81);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn pow(&self, exponent: &Tensor) -> Result<Tensor> {
        apply(Pow, &[self, exponent])
    }

    /// Every element to the same power.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0, 9.0]).powf(1.5)?.to_vec::<f64>()?, [8.0, 27.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn powf(&self, exponent: f64) -> Result<Tensor> {
        self.dtype().require_float("powf")?;
        match exponent {
            0.0 => self.ones_like(),
            1.0 => Ok(self.clone()),
            2.0 => self.square(),
            3.0 => self.cube(),
            0.5 => self.sqrt(),
            -0.5 => self.rsqrt(),
            -1.0 => self.reciprocal(),
            exponent => apply(PowF { exponent }, &[self]),
        }
    }

    /// Every element to the same whole power; integers wrap around.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are numbers, [`Error::Parameter`] for a negative power of
    /// integers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([2, -3]).powi(3)?.to_vec::<i32>()?, [8, -27]);
    /// assert_eq!(Tensor::from([2.0]).powi(-2)?.to_vec::<f64>()?, [0.25]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn powi(&self, exponent: i32) -> Result<Tensor> {
        if !self.dtype().is_integer() {
            return self.powf(f64::from(exponent));
        }
        match u32::try_from(exponent) {
            Ok(exponent) => apply(PowI { exponent }, &[self]),
            Err(_) => Err(Error::Parameter {
                name: "powi: exponent".to_owned(),
                value: exponent.to_string(),
                domain: "at least 0: integers have no fractions; or cast to f32".to_owned(),
            }),
        }
    }
}
