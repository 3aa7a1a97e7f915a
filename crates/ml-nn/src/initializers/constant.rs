//! Values without chance.

use ml_core::{DType, Error, Result, Rng, Shape, Tensor};
use serde::{Deserialize, Serialize};

use super::{Initializer, tensor_of};

/// All 0: the default of biases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Zeros;

/// All 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ones;

/// All this number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Constant(
    /// The number.
    pub f64,
);

/// A square matrix with this number on its diagonal, 0 elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Identity(
    /// The number on the diagonal: 1 in Keras unless given.
    pub f64,
);

#[typetag::serde]
impl Initializer for Zeros {
    fn values(&self, shape: &Shape, dtype: DType, _: &mut Rng) -> Result<Tensor> {
        Tensor::zeros(shape, dtype)
    }

    fn is_constant(&self) -> bool {
        true
    }
}

#[typetag::serde]
impl Initializer for Ones {
    fn values(&self, shape: &Shape, dtype: DType, _: &mut Rng) -> Result<Tensor> {
        Tensor::ones(shape, dtype)
    }

    fn is_constant(&self) -> bool {
        true
    }
}

#[typetag::serde]
impl Initializer for Constant {
    fn values(&self, shape: &Shape, dtype: DType, _: &mut Rng) -> Result<Tensor> {
        tensor_of(shape, dtype, || self.0)
    }

    fn is_constant(&self) -> bool {
        true
    }
}

#[typetag::serde]
impl Initializer for Identity {
    fn values(&self, shape: &Shape, dtype: DType, _: &mut Rng) -> Result<Tensor> {
        let [rows, columns] = shape[..] else {
            return Err(Error::BadShape {
                op: "Identity",
                shape: shape.to_vec(),
                rule: "an identity is a matrix: 2 axes are needed".to_owned(),
            });
        };
        let mut position = 0..rows * columns;
        tensor_of(shape, dtype, || {
            let here = position.next().unwrap_or_default();
            if here / columns == here % columns {
                self.0
            } else {
                0.0
            }
        })
    }
}
