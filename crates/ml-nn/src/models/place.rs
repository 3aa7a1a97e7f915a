//! Layers applied to each other before there is any data.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ml_core::{DType, Error, Result, Shape, ops::Spec};

use crate::layers::{InputLayer, IntoLayer, Layer, LayerRef, trial_outputs};

/// The start of a graph of layers: what the model is fed with (book section 10.2.3).
#[derive(Debug, Clone)]
pub struct Input {
    layer: InputLayer,
    name: Option<String>,
}

/// A place in a graph of layers: an output of one, before there is any data.
///
/// # Examples
/// ```
/// use ml_nn::{Activation, Input, Model, connect, layers::{Concatenate, Dense}};
///
/// // The book's Wide & Deep network.
/// let input = Input::new([8]).place();
/// let hidden = input.then(Dense::new(30).activation(Activation::Relu))?;
/// let hidden = hidden.then(Dense::new(30).activation(Activation::Relu))?;
/// let output = connect(Concatenate::new(), &[&input, &hidden])?.then(Dense::new(1))?;
/// let model = Model::functional(&[&input], &[&output])?;
/// assert_eq!(model.count_params()?, 1239);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Place {
    pub(super) node: Arc<Node>,
    pub(super) output: usize,
}

/// A layer applied to places.
pub(super) struct Node {
    /// Larger than those of all nodes it depends on.
    pub(super) number: u64,
    pub(super) layer: LayerRef,
    pub(super) inputs: Vec<Place>,
    outputs: Vec<Spec>,
}

impl Drop for Node {
    /// One by one: the nodes of a long chain inside each other would overflow the stack.
    fn drop(&mut self) {
        let mut pending = std::mem::take(&mut self.inputs);
        while let Some(place) = pending.pop() {
            if let Some(mut node) = Arc::into_inner(place.node) {
                pending.append(&mut node.inputs);
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "output {} of {:?}: {}",
            self.output,
            self.node.layer,
            self.spec()
        )
    }
}

impl Input {
    /// Examples of this shape (without the axis that counts them), of `f32`.
    pub fn new(shape: impl Into<Shape>) -> Self {
        Self {
            layer: InputLayer::new(shape),
            name: None,
        }
    }

    /// Sets the element type.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.layer = self.layer.dtype(dtype);
        self
    }

    /// Sets the name, by which `fit` can be given data.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The place where the data comes in.
    pub fn place(self) -> Place {
        let outputs = self.layer.inputs().unwrap_or_default();
        // Keras calls its inputs `input_1`: so that the name says what it is.
        let layer = LayerRef::new(Box::new(self.layer), Some(self.name.unwrap_or_default()));
        Place::new(layer, Vec::new(), outputs)
    }
}

impl Place {
    fn new(layer: LayerRef, inputs: Vec<Self>, outputs: Vec<Spec>) -> Self {
        // Only the order of nodes depends on it.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let node = Node {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            layer,
            inputs,
            outputs,
        };
        Self {
            node: Arc::new(node),
            output: 0,
        }
    }

    /// What the layer gives for this.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer if this does not fit it; [`Error::Data`] unless it has one output.
    pub fn then(&self, layer: impl IntoLayer) -> Result<Self> {
        connect(layer, &[self])
    }

    /// Element type and shape; the first length, of the axis that counts examples, is unknown.
    pub fn spec(&self) -> &Spec {
        &self.node.outputs[self.output]
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.node, &other.node) && self.output == other.output
    }
}

/// What the layer gives for these places.
///
/// # Errors
/// As [`Place::then`].
pub fn connect(layer: impl IntoLayer, inputs: &[&Place]) -> Result<Place> {
    let mut outputs = connect_all(layer, inputs)?;
    match (outputs.pop(), outputs.len()) {
        (Some(output), 0) => Ok(output),
        (last, others) => Err(Error::Data {
            op: "connect",
            problem: format!(
                "the layer has {} outputs, not one",
                others + usize::from(last.is_some())
            ),
            remedy: "use connect_all, which gives them all",
        }),
    }
}

/// All that the layer gives for these places.
///
/// # Errors
/// [`Error::Within`] naming the layer if they do not fit it.
pub fn connect_all(layer: impl IntoLayer, inputs: &[&Place]) -> Result<Vec<Place>> {
    let layer = layer.into_layer();
    let specs: Vec<Spec> = inputs.iter().map(|place| place.spec().clone()).collect();
    let outputs = trial_outputs(&layer, &specs)?;
    let count = outputs.len();
    let first = Place::new(
        layer,
        inputs.iter().map(|&place| place.clone()).collect(),
        outputs,
    );
    let place = |output| Place {
        node: Arc::clone(&first.node),
        output,
    };
    Ok((0..count).map(place).collect())
}
