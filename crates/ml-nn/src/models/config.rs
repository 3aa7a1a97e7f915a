//! What a file holds of a model beside its weights.

use ml_core::{Error, Result, ops::Spec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Compiled, Model};
use crate::layers::LayerRef;

/// A model without weights: its layers by name and hyperparameters, and what it was compiled with.
#[derive(Serialize, Deserialize)]
struct Stored {
    name: String,
    seed: u64,
    layer: LayerRef,
    /// What it was built for.
    inputs: Option<Vec<Spec>>,
    compile: Option<Compiled>,
}

fn not_stored(error: &serde_json::Error) -> Error {
    Error::Data {
        op: "config",
        problem: error.to_string(),
        remedy: "every layer, loss, metric and optimizer must be of a type that this program links, under \
                 #[typetag::serde]",
    }
}

impl Model {
    /// Its layers by name and hyperparameters, and what it was compiled with. Weights are apart:
    /// [`weights`](Self::weights) by the names of their variables, and what the optimizer keeps.
    ///
    /// # Errors
    /// [`Error::Data`] if a layer cannot be written down.
    ///
    /// # Examples
    /// ```
    /// use ml_nn::{Compile, Model, Sequential, layers::{Dense, IntoLayer}};
    ///
    /// let mut model = Sequential::new().add(Dense::new(3).input_shape([4])).into_model();
    /// model.compile(Compile::new("adam", "mse").metric("mae"))?;
    /// let again = Model::from_config(&model.config()?)?;
    /// assert_eq!(again.count_params()?, 15);
    /// assert_eq!(again.config()?, model.config()?);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn config(&self) -> Result<Value> {
        let stored = Stored {
            name: self.name.clone(),
            seed: self.seed,
            layer: self.root.clone(),
            inputs: self.root.inputs().filter(|_| self.is_built()),
            compile: self.compiled.clone(),
        };
        serde_json::to_value(stored).map_err(|error| not_stored(&error))
    }

    /// The model of this configuration, built if that one was, with first weights.
    ///
    /// # Errors
    /// [`Error::Data`] naming a type that is not known or what is wrong; errors of building.
    pub fn from_config(config: &Value) -> Result<Self> {
        let stored = Stored::deserialize(config).map_err(|error| not_stored(&error))?;
        let mut model = Self::new(stored.layer).named(stored.name).seed(stored.seed);
        model.compiled = stored.compile;
        if let Some(inputs) = stored.inputs {
            model.build_for(&inputs)?;
        }
        let (outputs, given) = (model.output_names().len(), model.compiled.as_ref());
        match given.map_or(outputs, |compiled| compiled.outputs.len()) {
            losses if losses == outputs => Ok(model),
            losses => Err(Error::Data {
                op: "config",
                problem: format!("it has losses for {losses} outputs, but the layers give {outputs}"),
                remedy: "give one for each output, or leave out \"compile\" and compile anew",
            }),
        }
    }
}
