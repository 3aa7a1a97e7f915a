//! Transformers: what makes columns ready for a model.
//!
//! Fit them on the training set only, then apply them unchanged to the training set, the test set
//! and new rows. Each comes in two forms: typed (`fit(x.view(), ())?.transform(y.view())?` on
//! arrays of `f32` or `f64`), and as a [`Transformer`](ml_core::Transformer) for the
//! [pipelines](crate::pipeline), where tables are worked on column by column and in place.
//!
//! | for | use |
//! |---|---|
//! | missing values | [`SimpleImputer`] |
//! | scale, general purpose | [`StandardScaler`] |
//! | scale to a fixed range, few outliers | [`MinMaxScaler`] |
//! | scale with many outliers | [`RobustScaler`] |
//! | scale of sparse data | [`MaxAbsScaler`] |
//! | categories without order | [`OneHotEncoder`] |
//! | categories with an order | [`OrdinalEncoder`] |
//! | the housing table's ratios | [`CombinedAttributes`] |
//! | powers and products of columns | [`PolynomialFeatures`] |
//! | logarithms, roots, your own function | [`FunctionTransformer`] |
//! | only the most important columns | [`TopFeatures`] |
//! | classes of a target | [`LabelEncoder`], [`LabelBinarizer`] |

mod adapter;
mod categories;
mod combined_attributes;
mod elementwise;
mod function_transformer;
mod label_binarizer;
mod label_encoder;
mod max_abs_scaler;
mod min_max_scaler;
mod moments;
pub(crate) mod numbers;
mod one_hot_encoder;
mod ordinal_encoder;
mod polynomial_features;
mod quantile;
mod robust_scaler;
mod scalar;
mod simple_imputer;
mod standard_scaler;
mod top_features;

pub use combined_attributes::{CombinedAttributes, FittedCombinedAttributes};
pub use function_transformer::{FittedFunctionTransformer, FunctionTransformer};
pub use label_binarizer::{FittedLabelBinarizer, LabelBinarizer};
pub use label_encoder::{FittedLabelEncoder, LabelEncoder};
pub use max_abs_scaler::{FittedMaxAbsScaler, MaxAbsScaler};
pub use min_max_scaler::{FittedMinMaxScaler, MinMaxScaler};
pub use one_hot_encoder::{DropCategory, FittedOneHotEncoder, HandleUnknown, MANY_CATEGORIES, OneHotEncoder};
pub use ordinal_encoder::{FittedOrdinalEncoder, OrdinalEncoder};
pub use polynomial_features::{FittedPolynomialFeatures, MANY_FEATURES, MAX_FEATURES, PolynomialFeatures};
pub use robust_scaler::{FittedRobustScaler, RobustScaler};
pub use scalar::Scalar;
pub use simple_imputer::{
    EmptyFeatures, FittedSimpleImputer, FittedTableImputer, ImputeStrategy, SimpleImputer,
};
pub use standard_scaler::{FittedStandardScaler, StandardScaler};
pub use top_features::{FittedTopFeatures, TopFeatures};
