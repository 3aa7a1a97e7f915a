//! First values of weights.
//!
//! | file | what |
//! |---|---|
//! | `variance_scaling` | Glorot, He and LeCun, normal and uniform |
//! | `random` | normal, uniform and truncated normal numbers |
//! | `constant` | zeros, ones, any number, the identity |
//! | `orthogonal` | matrices with orthonormal rows or columns |
//! | `function` | a function of the user's |

mod constant;
mod function;
mod orthogonal;
mod random;
mod variance_scaling;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{DType, Error, Result, Rng, Shape, Tensor};

pub use constant::{Constant, Identity, Ones, Zeros};
pub use function::FnInitializer;
pub use orthogonal::Orthogonal;
pub use random::{RandomNormal, RandomUniform, TruncatedNormal};
pub use variance_scaling::{
    Fan, GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, Spread, VarianceScaling,
};

/// Makes the first value of a weight. One of your own is a type with this trait under
/// `#[typetag::serde]`: files then know it by its name and fields.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Initializer: DynClone + fmt::Debug + Send + Sync {
    /// A value of this shape; `rng` is the weight's own stream of random numbers.
    ///
    /// # Errors
    /// Shapes and hyperparameters that do not fit.
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor>;

    /// Whether all numbers are one: the units of a hidden layer then stay alike for ever (book section 10.1.4).
    fn is_constant(&self) -> bool {
        false
    }
}
dyn_clone::clone_trait_object!(Initializer);

impl<I: Initializer + 'static> From<I> for Box<dyn Initializer> {
    fn from(initializer: I) -> Self {
        Box::new(initializer)
    }
}

/// A number for each place of a shape; an error where there is no memory for them.
fn numbers<T>(shape: &Shape, mut number: impl FnMut() -> T) -> Result<Vec<T>> {
    let op = "initializer";
    let len = shape.checked_len(op)?;
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(len).map_err(|_| Error::Size {
        op,
        shape: shape.to_vec(),
    })?;
    numbers.extend((0..len).map(|_| number()));
    Ok(numbers)
}

/// A tensor of numbers that are computed in `f64`.
pub(crate) fn tensor_of(shape: &Shape, dtype: DType, mut number: impl FnMut() -> f64) -> Result<Tensor> {
    match dtype {
        DType::F32 => Tensor::from_vec(numbers(shape, || number() as f32)?, shape),
        DType::F64 => Tensor::from_vec(numbers(shape, number)?, shape),
        other => Err(Error::DType {
            op: "initializer",
            found: other.name(),
            needed: "f32 or f64",
        }),
    }
}
