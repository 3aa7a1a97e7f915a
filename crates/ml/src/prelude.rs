//! The traits and types that nearly every program uses: `use ml::prelude::*;`.

pub use ml_core::{
    DecisionFunction, Error, Estimator, Features, Fit, FitContext, FittedTransformer, InverseTransform,
    Model, NumpyRng, Params, PartialFit, Persist, Predict, PredictProba, Result, Rng, Score, Seed, Target,
    Transform, Transformer,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2},
};
pub use ml_data::{IntoFeatures, IntoTarget};
