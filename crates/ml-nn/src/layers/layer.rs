//! What a layer is, before and after it is built.

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Result, Tensor, ops::Spec};

use super::{Context, LayerRef, Scope};
use crate::{activation::Activation, initializers::Initializer};

/// A layer before it is built: its hyperparameters (book section 12.3.5).
///
/// A layer of your own is a struct with this trait under `#[typetag::serde]`; its name and fields are then what files
/// hold of it. Weights come from the [`Scope`], and so do layers inside the layer: whatever was asked of it is
/// trained, saved and listed.
///
/// # Examples
/// ```
/// use ml_core::{Result, Tensor, ops::Spec};
/// use ml_nn::{initializers::GlorotNormal, layers::{Layer, Module, Scope, WeightSpec, unary}};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, Serialize, Deserialize)]
/// struct MyDense { units: usize }
///
/// #[typetag::serde]
/// impl Layer for MyDense {
///     fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
///         let columns = scope.last_axis(&inputs[0])?;
///         let kernel = scope.weight(WeightSpec::new("kernel", [columns, self.units]).initializer(GlorotNormal))?;
///         let bias = scope.weight(WeightSpec::new("bias", [self.units]))?;
///         Ok(unary(move |x, _| x.matmul_bias(&kernel.read(), &bias.read())))
///     }
/// }
/// # Ok::<(), ml_core::Error>(())
/// ```
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Layer: DynClone + fmt::Debug + Send + Sync {
    /// Makes weights and what computes, for inputs of these types and shapes; the first axis, which counts the
    /// examples, is unknown.
    ///
    /// # Errors
    /// Inputs that do not fit, hyperparameters outside their domain.
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>>;

    /// Types and shapes of the outputs. `None`, the default: they are found by tracing the module with unknown
    /// numbers of examples. A layer that cannot be traced so says here what it gives.
    ///
    /// # Errors
    /// Inputs that do not fit.
    fn outputs(&self, inputs: &[Spec]) -> Result<Option<Vec<Spec>>> {
        let _ = inputs;
        Ok(None)
    }

    /// Types and shapes of the inputs, where the layer knows them before it is built.
    fn inputs(&self) -> Option<Vec<Spec>> {
        None
    }

    /// The layers inside, with their names, where the layer knows them before it is built.
    fn sublayers(&self) -> Vec<(String, LayerRef)> {
        Vec::new()
    }

    /// How the layers inside are connected, for listings and drawings: for each of [`sublayers`](Self::sublayers) the
    /// names of those that feed it.
    fn connections(&self) -> Option<Vec<Vec<String>>> {
        None
    }

    /// Names of the inputs, where they have any.
    fn input_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of the outputs, where they have any.
    fn output_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The function that it applies last, where that is one of its hyperparameters: `compile` compares it with the loss.
    fn activation(&self) -> Option<&Activation> {
        None
    }

    /// What its kernel starts with, of a layer that multiplies by one: `compile` warns where all units start alike.
    fn kernel_initializer(&self) -> Option<&dyn Initializer> {
        None
    }

    /// The same layer with layers of its own inside: nothing is shared with this one. Only a layer that holds
    /// handles of others has to say how.
    fn unshared(&self) -> Option<Box<dyn Layer>> {
        None
    }
}
dyn_clone::clone_trait_object!(Layer);

/// A layer that is built: it computes. Closures are modules.
pub trait Module: Send + Sync {
    /// The outputs for these inputs.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn call(&self, inputs: &[Tensor], context: &Context) -> Result<Vec<Tensor>>;
}

impl<F> Module for F
where
    F: Fn(&[Tensor], &Context) -> Result<Vec<Tensor>> + Send + Sync,
{
    fn call(&self, inputs: &[Tensor], context: &Context) -> Result<Vec<Tensor>> {
        self(inputs, context)
    }
}

/// A module with one input and one output.
pub fn unary(body: impl Fn(&Tensor, &Context) -> Result<Tensor> + Send + Sync + 'static) -> Box<dyn Module> {
    Box::new(move |inputs: &[Tensor], context: &Context| Ok(vec![body(&inputs[0], context)?]))
}
