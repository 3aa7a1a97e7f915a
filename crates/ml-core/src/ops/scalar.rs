//! Arithmetic with a plain number, which takes the element type of the tensor.

use crate::{DType, Error, Result, Tensor, tensor::Array};

impl Tensor {
    /// `number` as a scalar tensor of this tensor's element type.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are numbers, [`Error::Parameter`] if the type cannot hold the
    /// number: nothing is rounded on the quiet.
    pub fn number_like(&self, number: f64) -> Result<Tensor> {
        let whole = |low: f64, end: f64| match number.fract() == 0.0 && (low..end).contains(&number) {
            true => Ok(()),
            false => Err(Error::Parameter {
                name: format!("number beside a tensor of {}", self.dtype()),
                value: number.to_string(),
                domain: "a whole number in the range of that type; or cast the tensor first".to_owned(),
            }),
        };
        Ok(Tensor::from(match self.dtype() {
            DType::F32 => Array::scalar(number as f32),
            DType::F64 => Array::scalar(number),
            DType::I32 => {
                whole(f64::from(i32::MIN), -f64::from(i32::MIN)).map(|()| Array::scalar(number as i32))?
            }
            // i64::MAX is no f64: the next one is 2⁶³, which no i64 is.
            DType::I64 => {
                whole(i64::MIN as f64, -(i64::MIN as f64)).map(|()| Array::scalar(number as i64))?
            }
            DType::U8 => whole(0.0, 256.0).map(|()| Array::scalar(number as u8))?,
            other => other
                .require("number_like", false, "numbers")
                .map(|()| Array::scalar(0u8))?,
        }))
    }

    /// `x + number`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like).
    pub fn add_scalar(&self, number: f64) -> Result<Tensor> {
        self.add(&self.number_like(number)?)
    }

    /// `x - number`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like).
    pub fn sub_scalar(&self, number: f64) -> Result<Tensor> {
        self.sub(&self.number_like(number)?)
    }

    /// `number - x`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like).
    pub fn rsub_scalar(&self, number: f64) -> Result<Tensor> {
        self.number_like(number)?.sub(self)
    }

    /// `x · number`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like).
    pub fn mul_scalar(&self, number: f64) -> Result<Tensor> {
        self.mul(&self.number_like(number)?)
    }

    /// `x / number`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like) and [`div`](Self::div).
    pub fn div_scalar(&self, number: f64) -> Result<Tensor> {
        self.div(&self.number_like(number)?)
    }

    /// `number / x`.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like) and [`div`](Self::div).
    pub fn rdiv_scalar(&self, number: f64) -> Result<Tensor> {
        self.number_like(number)?.div(self)
    }
}
