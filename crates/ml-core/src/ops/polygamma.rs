//! The logarithm of the gamma function, and its derivatives.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, elementwise::unary_op, unary_primitive};
use crate::{Error, Result, Tensor};

unary_op!(LogGamma, "lgamma", cost 40, INPUTS,
    f32 |x| libm::lgamma(f64::from(x)) as f32, f64 |x| libm::lgamma(x),
    |d, x, _| d.mul(&x.polygamma(0)?));

/// The derivative of `lgamma` of order `order + 1`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Polygamma {
    order: u32,
}

/// Derivatives beyond this have factorials that leave the range of `f64`.
const HIGHEST: u32 = 100;

impl Unary for Polygamma {
    const COST: usize = 100;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        polygamma(self.order, f64::from(x)) as f32
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        polygamma(self.order, x)
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.polygamma(self.order.saturating_add(1))?)
    }
}
unary_primitive!(Polygamma, "polygamma");

/// Bernoulli numbers `B₂, B₄, ...`.
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
];

/// `ψ⁽ⁿ⁾(x)`: terms of the sum over `1 / (x + k)ⁿ⁺¹` up to where the asymptotic series holds, then that. The lower
/// half of the line is reflected for the orders 0 and 1, as PyTorch does, and NaN for the others.
///
/// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 6.4.7, 6.4.10 and 6.4.11.
fn polygamma(order: u32, x: f64) -> f64 {
    // The remainder is exact: π times it loses nothing for large |x|.
    let angle = std::f64::consts::PI * (x % 1.0);
    match order {
        // The pole at 0 has a side, the others have none.
        0 if x == 0.0 => return -1.0 / x,
        0 if x < 0.0 && x % 1.0 == 0.0 => return f64::NAN,
        0 if x < 0.0 => return digamma(1.0 - x) - std::f64::consts::PI / angle.tan(),
        0 => return digamma(x),
        1 if x <= 0.0 => return (std::f64::consts::PI / angle.sin()).powi(2) - polygamma(1, 1.0 - x),
        _ if x.is_nan() || x <= 0.0 => return f64::NAN,
        _ => {}
    }
    let n = f64::from(order);
    // ψ⁽ⁿ⁾ = ±n! · ζ(n + 1, x); both are computed without the factorial, which is the same for all terms.
    let enough = 12.0 + n;
    let (mut at, mut sum) = (x, 0.0);
    while at < enough {
        sum += at.powf(-n - 1.0);
        at += 1.0;
    }
    sum += at.powf(-n) / n + 0.5 * at.powf(-n - 1.0);
    // B₂ₖ · (n + 1)(n + 2)...(n + 2k - 1) / (2k)! · x^(-n - 2k)
    let mut factor = at.powf(-n - 1.0);
    for (k, bernoulli) in BERNOULLI.iter().enumerate() {
        let two_k = 2.0 * k as f64 + 2.0;
        factor *= match k {
            0 => (n + 1.0) / (2.0 * at),
            _ => (n + two_k - 2.0) * (n + two_k - 1.0) / ((two_k - 1.0) * two_k * at * at),
        };
        sum += bernoulli * factor;
    }
    let sign = if order.is_multiple_of(2) { -1.0 } else { 1.0 };
    sign * libm::tgamma(n + 1.0) * sum
}

fn digamma(x: f64) -> f64 {
    let (mut at, mut below) = (x, 0.0);
    while at < 12.0 {
        below += 1.0 / at;
        at += 1.0;
    }
    let series = BERNOULLI
        .iter()
        .enumerate()
        .rev()
        .fold(0.0, |sum, (k, bernoulli)| {
            (sum + bernoulli / (2.0 * k as f64 + 2.0)) / (at * at)
        });
    at.ln() - 0.5 / at - series - below
}

impl Tensor {
    /// Logarithm of the absolute value of the gamma function: `log((x - 1)!)` of whole numbers.
    ///
    /// Its gradient is [`digamma`](Self::digamma), of every `x` but the poles 0, -1, -2, ...
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([5.0]).lgamma()?.item::<f64>()?;
    /// assert!((y - 24f64.ln()).abs() < 1e-14);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn lgamma(&self) -> Result<Tensor> {
        apply(LogGamma, &[self])
    }

    /// `ψ(x) = Γ'(x) / Γ(x)`: infinite at 0, NaN at the other poles -1, -2, ...
    ///
    /// # Errors
    /// As [`lgamma`](Self::lgamma).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).digamma()?.item::<f64>()?; // minus Euler's constant
    /// assert!((y + 0.577_215_664_901_532_9).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn digamma(&self) -> Result<Tensor> {
        self.polygamma(0)
    }

    /// The derivative of [`digamma`](Self::digamma) of this order, up to 100: for `x <= 0` of the
    /// orders 0 and 1, NaN of the others.
    ///
    /// # Errors
    /// As [`lgamma`](Self::lgamma); [`Error::Parameter`] for a higher order.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).polygamma(1)?.item::<f64>()?; // π²/6
    /// assert!((y - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-14);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn polygamma(&self, order: u32) -> Result<Tensor> {
        if order > HIGHEST {
            return Err(Error::Parameter {
                name: "polygamma: order".to_owned(),
                value: order.to_string(),
                domain: format!("at most {HIGHEST}"),
            });
        }
        apply(Polygamma { order }, &[self])
    }
}
