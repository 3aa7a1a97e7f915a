//! Saving and loading models and their weights.

use std::{collections::BTreeMap, path::Path};

use ml_core::{Error, Result, Tensor, autodiff::Variable, ops::Spec};
use serde_json::{Map, Value};

use super::{Content, Loader, names, read, scope, write};
use crate::{layers::Weight, models::Model};

/// What [`Model::load_weights_by_name`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Weights that have the values of the file now.
    pub loaded: Vec<String>,
    /// Weights of the model that the file does not have: they stayed.
    pub missing: Vec<String>,
    /// Tensors of the file that the model does not have.
    pub unused: Vec<String>,
    /// Weights of another type or shape in the file, with both: they stayed.
    pub different: Vec<String>,
}

impl Model {
    /// Saves layers, weights, loss, metrics and the optimizer with all it keeps to one safetensors file, atomically: a
    /// crash or a full disk leaves the old file or the new one.
    ///
    /// Training goes on from the file as if it had not been interrupted, to the same bits.
    ///
    /// # Errors
    /// [`Error::Data`] for a model that is not built or a layer that cannot be written down; [`Error::Io`] if the file
    /// cannot be written.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    /// use ml_nn::{Compile, Fit, Model, Sequential, layers::{Dense, IntoLayer}};
    ///
    /// let folder = tempfile::tempdir().expect("a temporary folder");
    /// let path = folder.path().join("model.safetensors");
    /// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
    /// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    /// model.compile(Compile::new("adam", "mse"))?;
    /// model.fit(&x, &y, Fit::new().epochs(3))?;
    /// model.save(&path)?;
    ///
    /// let again = Model::load(&path)?;
    /// assert_eq!(again.optimizer()?.iterations().value().item::<i64>()?, 3);
    /// assert_eq!(again.predict(&x)?.to_vec::<f32>()?, model.predict(&x)?.to_vec::<f32>()?);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ensure_built()?;
        let mut about = Map::new();
        about.insert("model".to_owned(), self.config()?);
        write(path.as_ref(), &state_tensors(self)?, about)
    }

    /// The model that [`save`](Self::save) wrote. Functions of your own: see [`Loader`].
    ///
    /// # Errors
    /// [`Error::File`] for a damaged or foreign file, or one with weights alone; [`Error::Data`] naming functions that
    /// were not given; [`Error::Within`] naming the file for types that the program does not know, and tensors that do
    /// not fit; [`Error::Io`] if it cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Loader::new().load(path)
    }

    /// Saves the weights alone, atomically.
    ///
    /// # Errors
    /// As [`save`](Self::save); any model that is built can be saved so.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ensure_built()?;
        let values = names::weights(&self.as_layer()).into_iter();
        let values: Vec<_> = values
            .map(|(name, weight)| (name, weight.variable.value()))
            .collect();
        write(path.as_ref(), &values, Map::new())
    }

    /// Takes all weights from a file, of weights or of a whole model, whose names, types and shapes must be those of
    /// this model: all or none. Files that others wrote will do.
    ///
    /// # Errors
    /// [`Error::Within`] naming the file and the first weight that is missing, too many or different; otherwise as
    /// [`load`](Self::load).
    pub fn load_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.ensure_built()?;
        let content = read(path)?;
        restore_weights(self, &content).map_err(|error| in_file(path, error))
    }

    /// Takes the weights that have the name, type and shape of a tensor in a file, and says what was not matched.
    ///
    /// # Errors
    /// As [`load`](Self::load), but nothing that does not match is an error.
    ///
    /// # Examples
    /// ```
    /// use ml_nn::{Sequential, layers::{Dense, IntoLayer}};
    ///
    /// let folder = tempfile::tempdir().expect("a temporary folder");
    /// let path = folder.path().join("weights.safetensors");
    /// let of = |units| Sequential::new().add(Dense::new(3).input_shape([2])).add(Dense::new(units)).into_model();
    /// of(1).save_weights(&path)?;
    /// let loaded = of(4).load_weights_by_name(&path)?;
    /// assert_eq!(loaded.loaded, ["dense/kernel", "dense/bias"]);
    /// assert_eq!(loaded.different[0], "dense_1/kernel: f32[3, 4] here, f32[3, 1] in the file");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn load_weights_by_name(&self, path: impl AsRef<Path>) -> Result<Loaded> {
        self.ensure_built()?;
        let content = read(path.as_ref())?;
        let weights = names::weights(&self.as_layer());
        let mut report = Loaded {
            unused: unused(&content.tensors, &weights).map(str::to_owned).collect(),
            ..Loaded::default()
        };
        for (name, weight) in weights {
            match content.tensors.get(&name) {
                None => report.missing.push(name),
                Some(value) if !fits(&weight.variable, value) => {
                    report
                        .different
                        .push(format!("{name}: {}", both(&weight.variable, value)));
                }
                Some(value) => {
                    weight.variable.assign(value)?;
                    report.loaded.push(name);
                }
            }
        }
        Ok(report)
    }
}

/// Weights, and what the optimizer keeps if there is one.
pub(crate) fn state_tensors(model: &Model) -> Result<Vec<(String, Tensor)>> {
    let weights = names::weights(&model.as_layer());
    let state = match model.is_compiled() {
        true => names::optimizer_state(model.optimizer()?, &weights),
        false => Vec::new(),
    };
    let weights = weights.into_iter().map(|(name, weight)| (name, weight.variable));
    let all = weights
        .chain(state)
        .map(|(name, variable)| (name, variable.value()));
    Ok(all.collect())
}

pub(super) fn load(path: &Path, loader: Loader) -> Result<Model> {
    let mut content = read(path)?;
    let Some(mut config) = content.about.remove("model") else {
        return Err(Error::File {
            path: path.to_owned(),
            problem: "holds weights, but no model".to_owned(),
            remedy: "make the model in code, then call load_weights(path)",
        });
    };
    if loader.without_compile
        && let Some(compile) = config.get_mut("compile")
    {
        *compile = Value::Null;
    }
    let made = scope::reading(loader.functions, content.size, || {
        let model = Model::from_config(&config)?;
        model.ensure_built()?;
        Ok(model)
    });
    let restored = made.and_then(|model| {
        restore_weights(&model, &content)?;
        if model.is_compiled() {
            restore_optimizer(&model, &content)?;
        }
        Ok(model)
    });
    restored.map_err(|error| in_file(path, error))
}

fn in_file(path: &Path, error: Error) -> Error {
    Error::Within {
        place: path.display().to_string(),
        source: Box::new(error),
    }
}

fn fits(variable: &Variable, value: &Tensor) -> bool {
    value.spec() == Spec::new(variable.dtype(), variable.shape())
}

fn both(variable: &Variable, value: &Tensor) -> String {
    let own = Spec::new(variable.dtype(), variable.shape());
    format!("{own} here, {} in the file", value.spec())
}

/// Tensors of a file that are no weights of the model.
fn unused<'f>(
    tensors: &'f BTreeMap<String, Tensor>,
    weights: &[(String, Weight)],
) -> impl Iterator<Item = &'f str> {
    let names = tensors.keys().map(String::as_str);
    names.filter(|&name| {
        !name.starts_with(names::NO_WEIGHT) && !weights.iter().any(|(known, _)| known == name)
    })
}

/// All weights of a model from a file of the same architecture; all or none.
pub(crate) fn restore_weights(model: &Model, content: &Content) -> Result<()> {
    let weights = names::weights(&model.as_layer());
    if let Some(name) = unused(&content.tensors, &weights).next() {
        return Err(another(format!(
            "the file has a weight {name:?} ({}) that the model does not have",
            content.tensors[name].spec()
        )));
    }
    restore_variables(
        weights.into_iter().map(|(name, weight)| (name, weight.variable)),
        content,
    )
}

/// What the optimizer of a model keeps, from a file of the same optimizer; all or nothing.
pub(crate) fn restore_optimizer(model: &Model, content: &Content) -> Result<()> {
    let weights = names::weights(&model.as_layer());
    let state = names::optimizer_state(model.optimizer()?, &weights);
    restore_variables(state.into_iter(), content)
}

/// These variables from the tensors of their names; all or none.
pub(crate) fn restore_variables(
    variables: impl Iterator<Item = (String, Variable)>,
    content: &Content,
) -> Result<()> {
    let found = variables.map(|(name, variable)| match content.tensors.get(&name) {
        Some(value) if fits(&variable, value) => Ok((variable, value)),
        Some(value) => Err(another(format!("weight {name:?} is {}", both(&variable, value)))),
        None => Err(another(format!(
            "the file has no weight {name:?} ({} in the model)",
            Spec::new(variable.dtype(), variable.shape())
        ))),
    });
    let found: Vec<_> = found.collect::<Result<_>>()?;
    found
        .into_iter()
        .try_for_each(|(variable, value)| variable.assign(value))
}

fn another(problem: String) -> Error {
    Error::Data {
        op: "load_weights",
        problem,
        remedy: "load the file of a model with the same layers, or use load_weights_by_name",
    }
}
