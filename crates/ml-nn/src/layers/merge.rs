//! Several inputs joined number by number.

use ml_core::{Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Context, Layer, Module, Scope};

/// Layers without hyperparameters that fold their inputs, whose shapes must be equal or broadcast.
macro_rules! merge {
    ($($(#[$doc:meta])+ $name:ident: $range:expr => |$inputs:ident| $merged:expr;)+) => { $(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name;

        #[typetag::serde]
        impl Layer for $name {
            fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
                match $range {
                    (2, 2) => scope.exactly::<2>(inputs).map(drop)?,
                    (least, _) => scope.at_least(inputs, least)?,
                }
                Ok(Box::new(|$inputs: &[Tensor], _: &Context| Ok(vec![$merged])))
            }
        }
    )+ };
}

fn fold(inputs: &[Tensor], merge: impl Fn(&Tensor, &Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let (first, rest) = inputs.split_first().expect("build() wants two inputs");
    rest.iter()
        .try_fold(first.clone(), |merged, next| merge(&merged, next))
}

/// At most this many inputs: any number.
const MANY: usize = usize::MAX;

merge! {
    /// `a + b + ...`, number by number: residual connections (book section 12.3.6).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    /// use ml_nn::{Input, Model, connect, layers::Add};
    ///
    /// let (a, b) = (Input::new([2]).place(), Input::new([2]).place());
    /// let model = Model::functional(&[&a, &b], &[&connect(Add, &[&a, &b])?])?;
    /// let (x, y) = (Tensor::from([[1.0f32, 2.0]]), Tensor::from([[10.0f32, 20.0]]));
    /// assert_eq!(model.predict([&x, &y])?.to_vec::<f32>()?, [11.0, 22.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    Add: (2, MANY) => |inputs| fold(inputs, Tensor::add)?;
    /// `a - b`, number by number: exactly two inputs.
    Subtract: (2, 2) => |inputs| inputs[0].sub(&inputs[1])?;
    /// `a · b · ...`, number by number.
    Multiply: (2, MANY) => |inputs| fold(inputs, Tensor::mul)?;
    /// `(a + b + ...) / n`, number by number.
    Average: (2, MANY) => |inputs| fold(inputs, Tensor::add)?.div_scalar(inputs.len() as f64)?;
    /// The largest of the inputs, number by number.
    Maximum: (2, MANY) => |inputs| fold(inputs, Tensor::maximum)?;
    /// The smallest of the inputs, number by number.
    Minimum: (2, MANY) => |inputs| fold(inputs, Tensor::minimum)?;
}
