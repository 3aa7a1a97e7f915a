//! Constants, one after the other.

use ml_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Schedule;

/// `values[0]` up to and with step `boundaries[0]`, then `values[1]`, and so on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PiecewiseConstantDecay {
    /// The last step of each constant but the last, ascending.
    pub boundaries: Vec<f64>,
    /// One more than boundaries.
    pub values: Vec<f64>,
}

impl PiecewiseConstantDecay {
    /// These constants.
    pub fn new(boundaries: impl Into<Vec<f64>>, values: impl Into<Vec<f64>>) -> Self {
        Self {
            boundaries: boundaries.into(),
            values: values.into(),
        }
    }
}

#[typetag::serde]
impl Schedule for PiecewiseConstantDecay {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        let (boundaries, values) = (&self.boundaries, &self.values);
        if values.len() != boundaries.len() + 1 || !boundaries.is_sorted() {
            return Err(Error::Parameter {
                name: "values".to_owned(),
                value: format!("{values:?} with boundaries {boundaries:?}"),
                domain: "one more than boundaries, which ascend".to_owned(),
            });
        }
        boundaries
            .iter()
            .zip(&values[1..])
            .try_fold(Tensor::from(values[0]), |rate, (&boundary, &value)| {
                Tensor::select(
                    &step.greater(&Tensor::from(boundary))?,
                    &Tensor::from(value),
                    &rate,
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::at, *};

    #[test]
    fn a_boundary_belongs_to_the_constant_before() {
        let schedule = PiecewiseConstantDecay::new([5.0, 15.0], [0.01, 0.005, 0.001]);
        let rates = [0.0, 5.0, 6.0, 15.0, 16.0].map(|step| at(&schedule, step));
        assert_eq!(rates, [0.01, 0.01, 0.005, 0.005, 0.001]);
        assert!(
            PiecewiseConstantDecay::new([5.0], [1.0])
                .rate(&Tensor::from(0.0))
                .is_err()
        );
    }
}
