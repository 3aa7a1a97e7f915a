//! Preparation as one object: steps in a row, side by side, and column by column.
//!
//! | to | use |
//! |---|---|
//! | run transformers one after the other | [`Pipeline`] |
//! | end with a model | [`ModelPipeline`] ([`Pipeline::model`]) |
//! | treat groups of columns differently | [`ColumnTransformer`] |
//! | put several views of all columns side by side | [`FeatureUnion`] |
//!
//! They nest, are tuned by path (`prepare__num__imputer__strategy`), and are saved whole. What was
//! fitted remembers the columns: at transform and predict they may come in another order if they
//! have names, but a missing, additional or differently typed one is an error that names it.

mod by_rows;
mod column_transformer;
mod columns;
mod feature_union;
mod model_pipeline;
mod passthrough;
mod schema;
mod steps;
mod transformer_pipeline;

pub use column_transformer::{ColumnTransformer, FittedColumnTransformer, Remainder};
pub use columns::Columns;
pub use feature_union::{FeatureUnion, FittedFeatureUnion};
pub use model_pipeline::{FittedModelPipeline, ModelPipeline};
pub use passthrough::{FittedPassthrough, Passthrough};
pub use transformer_pipeline::{FittedPipeline, Pipeline};
