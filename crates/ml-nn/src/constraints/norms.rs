//! Bounds on the length of each unit's weights.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::Constraint;

/// Keeps the quotient finite where all weights are 0, as in Keras.
const EPSILON: f64 = 1e-7;

/// Scales the weights along `axis` down to this length where they are longer: `w · min(|w|, max) / |w|`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaxNorm {
    /// The longest, at least 0. Default 2.
    pub max_value: f64,
    /// The axis along which lengths are taken. Default 0: the inputs of each unit of a dense layer.
    pub axis: isize,
}

/// Scales the weights along `axis` to length 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitNorm {
    /// The axis along which lengths are taken. Default 0.
    pub axis: isize,
}

/// Moves the length of the weights along `axis` between two bounds, by a share of the way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MinMaxNorm {
    /// The shortest. Default 0.
    pub min_value: f64,
    /// The longest. Default 1.
    pub max_value: f64,
    /// Share of the way at each step, 0 to 1. Default 1.
    pub rate: f64,
    /// The axis along which lengths are taken. Default 0.
    pub axis: isize,
}

impl Default for MaxNorm {
    fn default() -> Self {
        Self {
            max_value: 2.0,
            axis: 0,
        }
    }
}

impl Default for MinMaxNorm {
    fn default() -> Self {
        Self {
            min_value: 0.0,
            max_value: 1.0,
            rate: 1.0,
            axis: 0,
        }
    }
}

fn lengths(weight: &Tensor, axis: isize) -> Result<Tensor> {
    weight.square()?.sum_keep(&[axis])?.sqrt()
}

#[typetag::serde]
impl Constraint for MaxNorm {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        self.check()?;
        let lengths = lengths(weight, self.axis)?;
        weight.mul(
            &lengths
                .clip(0.0, self.max_value)?
                .div(&lengths.add_scalar(EPSILON)?)?,
        )
    }

    fn check(&self) -> Result<()> {
        let most = self.max_value;
        check::parameter("max_value", most, most >= 0.0, "at least 0")
    }
}

#[typetag::serde]
impl Constraint for UnitNorm {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        weight.div(&lengths(weight, self.axis)?.add_scalar(EPSILON)?)
    }
}

#[typetag::serde]
impl Constraint for MinMaxNorm {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        self.check()?;
        let (least, most, rate) = (self.min_value, self.max_value, self.rate);
        let lengths = lengths(weight, self.axis)?;
        let wanted = lengths
            .clip(least, most)?
            .mul_scalar(rate)?
            .add(&lengths.mul_scalar(1.0 - rate)?)?;
        weight.mul(&wanted.div(&lengths.add_scalar(EPSILON)?)?)
    }

    fn check(&self) -> Result<()> {
        let (least, most, rate) = (self.min_value, self.max_value, self.rate);
        let ordered = least >= 0.0 && least <= most;
        check::parameter("min_value", least, ordered, "between 0 and max_value")?;
        check::parameter("rate", rate, (0.0..=1.0).contains(&rate), "between 0 and 1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_get_the_lengths_asked_for() {
        // Columns of length 5 and 1.
        let w = Tensor::from([[3.0, 0.6], [4.0, 0.8]]);
        let near = |constraint: &dyn Constraint, expected: [f64; 4]| {
            let found = constraint.apply(&w).unwrap().to_vec::<f64>().unwrap();
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
                "{found:?}"
            );
        };
        near(&MaxNorm::default(), [1.2, 0.6, 1.6, 0.8]);
        near(&UnitNorm::default(), [0.6, 0.6, 0.8, 0.8]);
        let between = MinMaxNorm {
            min_value: 2.0,
            max_value: 3.0,
            rate: 0.5,
            axis: 0,
        };
        // Lengths 5 and 1 go half the way to 3 and 2: 4 and 1.5.
        near(&between, [2.4, 0.9, 3.2, 1.2]);
    }
}
