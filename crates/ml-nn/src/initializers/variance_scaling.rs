//! Glorot, He and LeCun: the spread follows from the number of connections.

use ml_core::{DType, Result, Rng, Shape, Tensor, check};
use serde::{Deserialize, Serialize};

use super::{Initializer, random::truncated, tensor_of};

/// Standard deviation of a normal distribution cut at two of them.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// Which connections count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fan {
    /// Those that come in.
    In,
    /// Those that go out.
    Out,
    /// The mean of both.
    Average,
}

/// Form of the distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spread {
    /// Normal, cut at two standard deviations, of the right variance after the cut.
    Normal,
    /// Uniform around 0.
    Uniform,
}

/// Random numbers of mean 0 and variance `scale / fan`.
///
/// Of a kernel `[..., inputs, outputs]`, fans are inputs and outputs times the lengths of the axes before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VarianceScaling {
    /// Above 0.
    pub scale: f64,
    /// Which connections count.
    pub fan: Fan,
    /// Form of the distribution.
    pub spread: Spread,
}

impl VarianceScaling {
    fn variance(&self, shape: &Shape) -> f64 {
        let (fan_in, fan_out) = fans(shape);
        let fan = match self.fan {
            Fan::In => fan_in,
            Fan::Out => fan_out,
            Fan::Average => (fan_in + fan_out) / 2.0,
        };
        self.scale / fan.max(1.0)
    }
}

/// Connections into and out of each unit of a kernel of this shape.
fn fans(shape: &Shape) -> (f64, f64) {
    match shape[..] {
        [] => (1.0, 1.0),
        [n] => (n as f64, n as f64),
        [ref lead @ .., inputs, outputs] => {
            let field: f64 = lead.iter().map(|&length| length as f64).product();
            (inputs as f64 * field, outputs as f64 * field)
        }
    }
}

#[typetag::serde]
impl Initializer for VarianceScaling {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        check::parameter(
            "scale",
            self.scale,
            self.scale.is_finite() && self.scale > 0.0,
            "finite and > 0",
        )?;
        let variance = self.variance(shape);
        match self.spread {
            Spread::Normal => {
                let deviation = variance.sqrt() / TRUNCATED_DEVIATION;
                tensor_of(shape, dtype, || deviation * truncated(rng))
            }
            Spread::Uniform => {
                let limit = (3.0 * variance).sqrt();
                tensor_of(shape, dtype, || limit * (2.0 * rng.uniform() - 1.0))
            }
        }
    }
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident: $scale:literal, $fan:ident, $spread:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        pub struct $name;

        #[typetag::serde]
        impl Initializer for $name {
            fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
                let scaling = VarianceScaling { scale: $scale, fan: Fan::$fan, spread: Spread::$spread };
                scaling.values(shape, dtype, rng)
            }
        }
    )* };
}
named! {
    /// Uniform within `±√(6 / (inputs + outputs))`: the default of kernels (Glorot and Bengio, 2010).
    GlorotUniform: 1.0, Average, Uniform;
    /// Truncated normal of variance `2 / (inputs + outputs)`.
    GlorotNormal: 1.0, Average, Normal;
    /// Uniform within `±√(6 / inputs)`: for ReLU and its variants (He et al., 2015).
    HeUniform: 2.0, In, Uniform;
    /// Truncated normal of variance `2 / inputs`.
    HeNormal: 2.0, In, Normal;
    /// Uniform within `±√(3 / inputs)` (LeCun et al., 1998).
    LecunUniform: 1.0, In, Uniform;
    /// Truncated normal of variance `1 / inputs`: for SELU.
    LecunNormal: 1.0, In, Normal;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(initializer: &dyn Initializer, shape: &[usize]) -> Vec<f64> {
        initializer
            .values(&Shape::from(shape), DType::F64, &mut Rng::new(1))
            .unwrap()
            .to_vec()
            .unwrap()
    }

    #[test]
    fn spreads_follow_the_formulas() {
        // A kernel of 784 inputs and 300 outputs: the bound is the book's 0.0744.
        let glorot = values(&GlorotUniform, &[784, 300]);
        let largest = glorot.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        assert!(largest <= 0.0744 && largest > 0.0743, "{largest}");
        for (initializer, variance) in [
            (&GlorotUniform as &dyn Initializer, 2.0 / 1084.0),
            (&GlorotNormal, 2.0 / 1084.0),
            (&HeUniform, 2.0 / 784.0),
            (&HeNormal, 2.0 / 784.0),
            (&LecunUniform, 1.0 / 784.0),
            (&LecunNormal, 1.0 / 784.0),
        ] {
            let v = values(initializer, &[784, 300]);
            let found = v.iter().map(|v| v * v).sum::<f64>() / v.len() as f64;
            // 235 200 numbers: five standard errors of the variance are at most 1.5%.
            assert!((found / variance - 1.0).abs() < 0.015, "{initializer:?}: {found}");
        }
        assert_eq!(fans(&Shape::from([3, 3, 8, 16])), (72.0, 144.0));
    }
}
