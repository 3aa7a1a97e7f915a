//! Where a layer gets its weights and the layers inside it.

use ml_core::{DType, Error, Result, Rng, Shape, autodiff::Variable, ops::Spec};

use super::{IntoLayer, LayerRef, Weight, WeightSpec};
use crate::initializers::{Initializer, Zeros};

/// What all layers of a model are built with.
#[derive(Debug)]
pub(crate) struct Builder {
    rng: Rng,
    weights: u64,
    /// Whether nothing is kept: shapes are all that is wanted.
    pub(super) trial: bool,
}

impl Builder {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            weights: 0,
            trial: false,
        }
    }

    pub(super) fn trial() -> Self {
        Self {
            trial: true,
            ..Self::new(0)
        }
    }

    /// The stream of the next weight: every weight has its own, by the order in which they are made.
    fn next(&mut self) -> Rng {
        self.weights += 1;
        self.rng.stream(self.weights - 1)
    }
}

/// Where a layer that is being built gets its weights and the layers inside it; both are trained, saved and listed
/// in the order in which they are asked for.
#[derive(Debug)]
pub struct Scope<'b> {
    builder: &'b mut Builder,
    path: String,
    dtype: DType,
    pub(super) weights: Vec<Weight>,
    pub(super) children: Vec<(String, LayerRef)>,
}

impl<'b> Scope<'b> {
    pub(super) fn new(builder: &'b mut Builder, path: &str, inputs: &[Spec]) -> Self {
        let floats = inputs
            .iter()
            .map(|spec| spec.dtype)
            .find(|dtype| dtype.is_float());
        Self {
            builder,
            path: path.to_owned(),
            dtype: floats.unwrap_or(DType::F32),
            weights: Vec::new(),
            children: Vec::new(),
        }
    }

    /// The names of the layers around this one and its own, joined by `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Element type of weights: that of the first input with floating-point numbers, else `f32`.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// A new weight.
    ///
    /// # Errors
    /// Those of its initialiser; [`Error::BadShape`] if a length of its shape is not known; settings of its regulariser or
    /// constraint outside their domain.
    pub fn weight(&mut self, spec: WeightSpec) -> Result<Variable> {
        if !spec.shape.is_known() {
            return Err(Error::BadShape {
                op: "weight",
                shape: spec.shape.to_vec(),
                rule: format!("every length of the weight {:?} must be known", spec.name),
            });
        }
        if let Some(regularizer) = &spec.regularizer {
            regularizer.check()?;
        }
        if let Some(constraint) = &spec.constraint {
            constraint.check()?;
        }
        let dtype = spec.dtype.unwrap_or(self.dtype);
        crate::files::check_size(&Spec::new(dtype, spec.shape.clone()), self.builder.trial)?;
        let value = if self.builder.trial {
            Zeros.values(&spec.shape, dtype, &mut Rng::new(0))?
        } else {
            spec.initializer
                .values(&spec.shape, dtype, &mut self.builder.next())?
        };
        if *value.shape() != spec.shape || value.dtype() != dtype {
            return Err(Error::BadShape {
                op: "weight",
                shape: value.shape().to_vec(),
                rule: format!(
                    "the initialiser of {:?} must give {dtype}{}",
                    spec.name, spec.shape
                ),
            });
        }
        let variable = Variable::named(joined(&self.path, &spec.name), value);
        variable.set_trainable(spec.trainable);
        self.weights.push(Weight {
            name: spec.name,
            variable: variable.clone(),
            regularizer: spec.regularizer,
            constraint: spec.constraint,
            trainable: spec.trainable,
        });
        Ok(variable)
    }

    /// A layer inside this one, built for these inputs; call what this returns. A handle that is built already
    /// keeps its weights, and may be given again.
    ///
    /// # Errors
    /// Those of building it, with its name.
    pub fn layer(&mut self, name: &str, layer: impl IntoLayer, inputs: &[Spec]) -> Result<LayerRef> {
        let layer = layer.into_layer();
        // Shapes alone are wanted: weights made now must not stay.
        let layer = if self.builder.trial {
            layer.unshared()
        } else {
            layer
        };
        layer.build(&joined(&self.path, name), inputs, self.builder)?;
        if !self.children.iter().any(|(_, known)| known.same(&layer)) {
            self.children.push((name.to_owned(), layer.clone()));
        }
        Ok(layer)
    }

    /// The length of the last axis, which must be known.
    ///
    /// # Errors
    /// [`Error::BadShape`].
    pub fn last_axis(&self, input: &Spec) -> Result<usize> {
        let last = input.shape.last().copied().filter(|_| input.shape.rank() > 1);
        last.filter(|&length| length != Shape::UNKNOWN)
            .ok_or_else(|| Error::BadShape {
                op: "build",
                shape: input.shape.to_vec(),
                rule: "at least 2 axes are needed, of which the last one's length is known".to_owned(),
            })
    }

    /// The length of an axis, which must be known.
    ///
    /// # Errors
    /// [`Error::BadShape`].
    pub fn known_axis(&self, input: &Spec, axis: usize) -> Result<usize> {
        let length = input.shape.get(axis).copied();
        length
            .filter(|&length| length != Shape::UNKNOWN)
            .ok_or_else(|| Error::BadShape {
                op: "build",
                shape: input.shape.to_vec(),
                rule: format!("the length of axis {axis} must be known"),
            })
    }

    /// Exactly `N` inputs.
    ///
    /// # Errors
    /// [`Error::Data`] for another number.
    pub fn exactly<'i, const N: usize>(&self, inputs: &'i [Spec]) -> Result<&'i [Spec; N]> {
        inputs
            .try_into()
            .map_err(|_| wrong_count(inputs.len(), &N.to_string()))
    }

    /// Exactly so many inputs, where the number is not known beforehand.
    pub(crate) fn as_many(&self, inputs: &[Spec], count: usize) -> Result<()> {
        match inputs.len() == count {
            true => Ok(()),
            false => Err(wrong_count(inputs.len(), &count.to_string())),
        }
    }

    /// At least so many inputs.
    ///
    /// # Errors
    /// [`Error::Data`] for fewer.
    pub fn at_least(&self, inputs: &[Spec], least: usize) -> Result<()> {
        if inputs.len() >= least {
            return Ok(());
        }
        Err(wrong_count(inputs.len(), &format!("at least {least}")))
    }
}

/// A name below a path; that of the model itself is empty.
fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

pub(super) fn wrong_count(found: usize, needed: &str) -> Error {
    let inputs = if needed == "1" { "input" } else { "inputs" };
    Error::Data {
        op: "build",
        problem: format!("takes {needed} {inputs}, but is fed with {found}"),
        remedy: "connect as many as it takes; a sequential model feeds each layer with one",
    }
}
