//! What can be used as a layer.

use ml_core::{DType, Shape, ops::Spec};

use super::{Layer, LayerRef};

/// What can be used as a layer: any [`Layer`], and a handle of one.
pub trait IntoLayer: Sized {
    /// The handle; of a layer that is no handle yet, a new one.
    fn into_layer(self) -> LayerRef;

    /// The layer under this name, which must be its own inside a model. Default: after its type, with a number.
    #[must_use]
    fn named(self, name: impl Into<String>) -> LayerRef {
        let name = Some(name.into());
        self.into_layer().changed(|inner| inner.name = name)
    }

    /// The layer, not to learn from the start.
    #[must_use]
    fn frozen(self) -> LayerRef {
        let layer = self.into_layer();
        layer.set_trainable(false);
        layer
    }

    /// The layer as the first of a model, for examples of this shape (without the axis that counts them) of `f32`.
    #[must_use]
    fn input_shape(self, shape: impl Into<Shape>) -> LayerRef {
        self.input_spec(DType::F32, shape)
    }

    /// As [`input_shape`](Self::input_shape), of another element type.
    #[must_use]
    fn input_spec(self, dtype: DType, shape: impl Into<Shape>) -> LayerRef {
        let spec = batch_spec(dtype, &shape.into());
        self.into_layer().changed(|inner| inner.inputs = Some(vec![spec]))
    }
}

impl<L: Layer + 'static> IntoLayer for L {
    fn into_layer(self) -> LayerRef {
        LayerRef::new(Box::new(self), None)
    }
}

impl IntoLayer for Box<dyn Layer> {
    fn into_layer(self) -> LayerRef {
        LayerRef::new(self, None)
    }
}

impl IntoLayer for LayerRef {
    fn into_layer(self) -> LayerRef {
        self
    }
}

impl IntoLayer for &LayerRef {
    fn into_layer(self) -> LayerRef {
        self.clone()
    }
}

/// `[?, shape...]`.
pub(crate) fn batch_spec(dtype: DType, shape: &Shape) -> Spec {
    let lengths = [Shape::UNKNOWN].into_iter().chain(shape.iter().copied());
    Spec::new(dtype, lengths.collect::<Shape>())
}
