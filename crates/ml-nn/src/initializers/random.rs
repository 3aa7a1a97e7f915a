//! Numbers of one distribution, whatever the shape.

use ml_core::{DType, Result, Rng, Shape, Tensor, check};
use serde::{Deserialize, Serialize};

use super::{Initializer, tensor_of};

/// Normal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomNormal {
    /// Default 0.
    pub mean: f64,
    /// Standard deviation, at least 0. Default 0.05.
    pub stddev: f64,
}

/// Uniform numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomUniform {
    /// The least. Default -0.05.
    pub minval: f64,
    /// The bound above. Default 0.05.
    pub maxval: f64,
}

/// Normal numbers, drawn again if they are more than two standard deviations off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TruncatedNormal {
    /// Default 0.
    pub mean: f64,
    /// Standard deviation before the cut, at least 0. Default 0.05.
    pub stddev: f64,
}

impl Default for RandomNormal {
    fn default() -> Self {
        Self {
            mean: 0.0,
            stddev: 0.05,
        }
    }
}

impl Default for RandomUniform {
    fn default() -> Self {
        Self {
            minval: -0.05,
            maxval: 0.05,
        }
    }
}

impl Default for TruncatedNormal {
    fn default() -> Self {
        Self {
            mean: 0.0,
            stddev: 0.05,
        }
    }
}

/// A standard normal number within two standard deviations.
pub(super) fn truncated(rng: &mut Rng) -> f64 {
    loop {
        let z = rng.standard_normal();
        if z.abs() <= 2.0 {
            return z;
        }
    }
}

fn check_stddev(stddev: f64) -> Result<()> {
    check::parameter(
        "stddev",
        stddev,
        stddev.is_finite() && stddev >= 0.0,
        "finite and at least 0",
    )
}

#[typetag::serde]
impl Initializer for RandomNormal {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        check_stddev(self.stddev)?;
        tensor_of(shape, dtype, || self.mean + self.stddev * rng.standard_normal())
    }
}

#[typetag::serde]
impl Initializer for RandomUniform {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        let range = self.maxval - self.minval;
        check::parameter(
            "maxval - minval",
            range,
            range.is_finite() && range >= 0.0,
            "finite and at least 0",
        )?;
        tensor_of(shape, dtype, || self.minval + range * rng.uniform())
    }
}

#[typetag::serde]
impl Initializer for TruncatedNormal {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        check_stddev(self.stddev)?;
        tensor_of(shape, dtype, || self.mean + self.stddev * truncated(rng))
    }
}
