//! How a model gets its weights, and whether data fits it.

use ml_core::{DType, Error, Result, Shape, Tensor, ops::Spec};

use super::Model;
use crate::layers::{Builder, batch_spec, not_built};

impl Model {
    /// Gives it its weights, for examples of this shape (without the axis that counts them) of `f32`.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer that does not fit.
    pub fn build(&self, shape: impl Into<Shape>) -> Result<()> {
        self.build_for(&[batch_spec(DType::F32, &shape.into())])
    }

    /// Gives it its weights, for inputs of these types and shapes, whose first length is unknown.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_for(&self, inputs: &[Spec]) -> Result<()> {
        if self.root.is_built() {
            return Ok(());
        }
        self.root.build("", inputs, &mut Builder::new(self.seed))
    }

    /// Gives it its weights if the shape of its inputs is known.
    ///
    /// # Errors
    /// [`Error::Data`] if it is not; otherwise as [`build`](Self::build).
    pub fn ensure_built(&self) -> Result<()> {
        let inputs = self.root.inputs().ok_or_else(|| not_built(&self.name))?;
        self.build_for(&inputs)
    }

    /// Gives it its weights for this data, unless it has them; and checks that the data fits.
    pub(crate) fn build_from(&self, tensors: &[Tensor]) -> Result<()> {
        if self.root.inputs().is_none() {
            let spec = |tensor: &Tensor| {
                batch_spec(tensor.dtype(), &tensor.shape().iter().skip(1).copied().collect())
            };
            self.build_for(&tensors.iter().map(spec).collect::<Vec<_>>())?;
        }
        self.ensure_built()?;
        self.ensure_fits(tensors)
    }

    /// Whether this data has the types and shapes that it was built for.
    pub(crate) fn ensure_fits(&self, tensors: &[Tensor]) -> Result<()> {
        let expected = self.root.inputs().unwrap_or_default();
        let fits = |(spec, tensor): (&Spec, &Tensor)| {
            spec.dtype == tensor.dtype() && spec.shape.matches(tensor.shape())
        };
        let Some(odd) = expected.iter().zip(tensors).position(|pair| !fits(pair)) else {
            return Ok(());
        };
        let names = self.input_names();
        let name = names.get(odd).map_or("the input", String::as_str);
        Err(Error::Data {
            op: "input",
            problem: format!(
                "expected {name} to be {}, but got {}",
                expected[odd],
                tensors[odd].spec()
            ),
            remedy: "reshape or cast the data, or build the model for it",
        })
    }

    /// Whether it has its weights.
    pub fn is_built(&self) -> bool {
        self.root.is_built()
    }

    /// Names of the inputs.
    pub fn input_names(&self) -> Vec<String> {
        let names = self.root.layer().input_names();
        if !names.is_empty() {
            return names;
        }
        let count = self.root.inputs().map_or(1, |inputs| inputs.len());
        match (count, self.layers().first()) {
            (1, Some((first, _))) => vec![format!("{first}_input")],
            _ => (1..=count).map(|number| format!("input_{number}")).collect(),
        }
    }

    /// Names of the outputs: those of the layers that give them.
    pub fn output_names(&self) -> Vec<String> {
        let names = self.root.layer().output_names();
        if !names.is_empty() {
            return names;
        }
        let count = self.root.outputs().map_or(1, <[Spec]>::len);
        match (count, self.layers().last()) {
            (1, Some((last, _))) => vec![last.clone()],
            _ => (1..=count).map(|number| format!("output_{number}")).collect(),
        }
    }
}
