//! What a file holds of a layer in use.

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Layer, LayerRef, handle::Inner};

/// Its hyperparameters and what every layer has; weights are apart.
#[derive(Serialize, Deserialize)]
struct Stored {
    layer: Box<dyn Layer>,
    name: Option<String>,
    inputs: Option<Vec<Spec>>,
    trainable: bool,
}

impl Serialize for LayerRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored {
            layer: self.0.layer.clone(),
            name: self.0.name.clone(),
            inputs: self.0.inputs.clone(),
            trainable: self.trainable(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LayerRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        Ok(Self(Arc::new(Inner {
            layer: stored.layer,
            name: stored.name,
            inputs: stored.inputs,
            trainable: AtomicBool::new(stored.trainable),
            built: OnceLock::new(),
        })))
    }
}
