//! Spread over axes: variance, standard deviation, and mean and variance together.

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_many,
    reduction::{Axes, check_axes, count},
};
use crate::{Result, Tensor, check, kernels::reduce, tensor::Array};

/// Mean and variance; the squared deviations are divided by their count less `ddof`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Moments {
    axes: Axes,
    ddof: f64,
}

impl Moments {
    fn check(&self, spec: &Spec) -> Result<()> {
        spec.dtype.require_float("moments")?;
        check::parameter(
            "ddof",
            self.ddof,
            self.ddof.is_finite() && self.ddof >= 0.0,
            "finite and at least 0",
        )?;
        check_axes("moments", &self.axes, &spec.shape)
    }
}

#[typetag::serde(name = "moments")]
impl Primitive for Moments {
    fn name(&self) -> &'static str {
        "moments"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(&inputs[0])?;
        let spec = Spec::new(inputs[0].dtype, inputs[0].shape.reduced(&self.axes, true));
        Ok(Specs::from_elem(spec, 2))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        self.check(&Spec::new(x.dtype(), x.shape()))?;
        let [mean, variance] = reduce::moments("moments", x, &self.axes, self.ddof)?;
        Ok(smallvec![mean, variance])
    }

    /// With `n` elements: `∂mean/∂x = 1 / n` and `∂variance/∂x = 2 (x - mean) / (n - ddof)`.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let (x, mean) = (&call.inputs[0], &call.outputs[0]);
        let n = count(x, &self.axes, x.dtype())?;
        let of_mean = |d: &Tensor| d.div(&n)?.broadcast_like(x);
        let of_variance = |d: &Tensor| {
            let left = n.sub_scalar(self.ddof)?.relu()?;
            x.sub(mean)?.mul(&d.mul_scalar(2.0)?.div(&left)?)
        };
        let back = match (&gradients[0], &gradients[1]) {
            (Some(m), Some(v)) => Some(of_variance(v)?.add(&m.div(&n)?)?),
            (Some(m), None) => Some(of_mean(m)?),
            (None, Some(v)) => Some(of_variance(v)?),
            (None, None) => None,
        };
        Ok(Gradients::from_elem(back, 1))
    }

    fn saves(&self) -> Saves {
        Saves::ALL
    }
}

impl Tensor {
    /// Mean and variance over `axes` in one pass; over all of them if none is given. With `keep` the axes stay,
    /// with length 1. TensorFlow's `tf.nn.moments` (book chapter 12, exercise 12).
    ///
    /// The variance is that of a whole population (`ddof` 0), by the deviations from the mean, so it is exact
    /// for large means, too. Of no elements, both are NaN.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) for an axis that does not exist,
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// // The heart of layer normalisation: every row gets mean 0 and standard deviation 1.
    /// let x = Tensor::from([[1.0, 3.0], [10.0, 14.0]]);
    /// let (mean, variance) = x.moments(&[-1], true)?;
    /// assert_eq!(variance.to_vec::<f64>()?, [1.0, 4.0]);
    /// let normal = x.sub(&mean)?.div(&variance.sqrt()?)?;
    /// assert_eq!(normal.to_vec::<f64>()?, [-1.0, 1.0, -1.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn moments(&self, axes: &[isize], keep: bool) -> Result<(Tensor, Tensor)> {
        self.spread(axes, 0.0, keep)
    }

    fn spread(&self, axes: &[isize], ddof: f64, keep: bool) -> Result<(Tensor, Tensor)> {
        let axes = self.shape().axes("moments", axes)?;
        let both = apply_many(
            Moments {
                axes: axes.clone(),
                ddof,
            },
            &[self],
        )?;
        let vanishing: &[usize] = if keep { &[] } else { &axes };
        let mut moments = both.into_iter().map(|moment| moment.without_axes(vanishing));
        let mut next = || moments.next().expect("the primitive gives both");
        Ok((next()?, next()?))
    }

    /// Variance over `axes`, which vanish; over all of them if none is given.
    ///
    /// `Σ (x - mean)² / (n - ddof)`: `ddof` 0 is NumPy's default and the variance of a population, 1 is
    /// PyTorch's and unbiased for a sample. NaN or infinite unless `n` is above `ddof`.
    ///
    /// # Errors
    /// As [`moments`](Self::moments), and [`Error::Parameter`](crate::Error::Parameter) unless `ddof` is finite
    /// and at least 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0, 5.0]);
    /// assert_eq!(x.var(&[], 0.0)?.item::<f64>()?, 2.0);
    /// assert_eq!(x.var(&[], 1.0)?.item::<f64>()?, 2.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn var(&self, axes: &[isize], ddof: f64) -> Result<Tensor> {
        Ok(self.spread(axes, ddof, false)?.1)
    }

    /// As [`var`](Self::var), but the axes stay, with length 1.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    pub fn var_keep(&self, axes: &[isize], ddof: f64) -> Result<Tensor> {
        Ok(self.spread(axes, ddof, true)?.1)
    }

    /// Standard deviation over `axes`: the root of [`var`](Self::var). Its slope is infinite where all elements
    /// are equal.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 3.0], [10.0, 14.0]]);
    /// assert_eq!(x.std(&[1], 0.0)?.to_vec::<f64>()?, [1.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn std(&self, axes: &[isize], ddof: f64) -> Result<Tensor> {
        self.var(axes, ddof)?.sqrt()
    }

    /// As [`std`](Self::std), but the axes stay, with length 1.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    pub fn std_keep(&self, axes: &[isize], ddof: f64) -> Result<Tensor> {
        self.var_keep(axes, ddof)?.sqrt()
    }
}
