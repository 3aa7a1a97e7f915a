//! Loading with functions of one's own.

use std::{fmt, path::Path, sync::Arc};

use ml_core::{DType, Result, Rng, Shape, Tensor};

use super::scope::Functions;
use crate::{activation::TensorFn, models::Model};

type LossFn = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync;
type InitializerFn = dyn Fn(&Shape, DType, &mut Rng) -> Result<Tensor> + Send + Sync;

/// Loads models, with functions of your own put back: files hold their names (book section 12.3.1).
///
/// Types of your own under `#[typetag::serde]` need nothing: they are known because the program links them.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Loader, Model, Sequential, layers::{IntoLayer, Lambda}};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("cube.safetensors");
/// let cube = Lambda::new("cube", |x| x.cube()).input_shape([1]);
/// Sequential::new().add(cube).into_model().save(&path)?;
///
/// let error = Model::load(&path).unwrap_err().to_string();
/// assert!(error.contains("were not given: \"cube\""), "{error}");
/// let model = Loader::new().function("cube", |x| x.cube()).load(&path)?;
/// assert_eq!(model.predict(&Tensor::from([[2.0f32]]))?.item::<f32>()?, 8.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Default)]
pub struct Loader {
    pub(super) functions: Functions,
    pub(super) without_compile: bool,
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.functions.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Loader({})", names.join(", "))
    }
}

impl Loader {
    /// Knows no functions yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A function of one tensor: an activation, a `Lambda` layer, a regulariser, a constraint.
    #[must_use]
    pub fn function(
        self,
        name: impl Into<String>,
        body: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        self.named(name, Arc::new(body) as Arc<TensorFn>)
    }

    /// A function `(y_true, y_pred)`: a loss.
    #[must_use]
    pub fn loss(
        self,
        name: impl Into<String>,
        body: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        self.named(name, Arc::new(body) as Arc<LossFn>)
    }

    /// A function `(shape, dtype, rng)`: an initialiser.
    #[must_use]
    pub fn initializer(
        self,
        name: impl Into<String>,
        body: impl Fn(&Shape, DType, &mut Rng) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        self.named(name, Arc::new(body) as Arc<InitializerFn>)
    }

    /// A function of any type, for parts of your own that hold a [`Named<F>`](crate::named::Named).
    #[must_use]
    pub fn named<F: ?Sized + Send + Sync + 'static>(mut self, name: impl Into<String>, body: Arc<F>) -> Self {
        self.functions.push((name.into(), Box::new(body)));
        self
    }

    /// Leaves out loss, metrics and optimizer: for answers alone, or to compile for something else.
    #[must_use]
    pub fn without_compile(mut self) -> Self {
        self.without_compile = true;
        self
    }

    /// The model in a file.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load(self, path: impl AsRef<Path>) -> Result<Model> {
        super::model::load(path.as_ref(), self)
    }
}
