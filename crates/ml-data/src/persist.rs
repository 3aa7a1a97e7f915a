//! The names under which what was fitted here is saved.

use ml_core::Persist;

use crate::{pipeline, preprocess, text};

macro_rules! persist {
    ($($owner:ty => $name:literal),* $(,)?) => { $(
        impl Persist for $owner {
            const TYPE_NAME: &'static str = $name;
        }
    )* };
}

persist! {
    pipeline::Pipeline => "ml_data::Pipeline",
    pipeline::FittedPipeline => "ml_data::FittedPipeline",
    pipeline::ModelPipeline => "ml_data::ModelPipeline",
    pipeline::FittedModelPipeline => "ml_data::FittedModelPipeline",
    pipeline::ColumnTransformer => "ml_data::ColumnTransformer",
    pipeline::FittedColumnTransformer => "ml_data::FittedColumnTransformer",
    pipeline::FeatureUnion => "ml_data::FeatureUnion",
    pipeline::FittedFeatureUnion => "ml_data::FittedFeatureUnion",
    preprocess::FittedStandardScaler<f64> => "ml_data::FittedStandardScaler<f64>",
    preprocess::FittedStandardScaler<f32> => "ml_data::FittedStandardScaler<f32>",
    preprocess::FittedMinMaxScaler<f64> => "ml_data::FittedMinMaxScaler<f64>",
    preprocess::FittedMinMaxScaler<f32> => "ml_data::FittedMinMaxScaler<f32>",
    preprocess::FittedMaxAbsScaler<f64> => "ml_data::FittedMaxAbsScaler<f64>",
    preprocess::FittedMaxAbsScaler<f32> => "ml_data::FittedMaxAbsScaler<f32>",
    preprocess::FittedRobustScaler<f64> => "ml_data::FittedRobustScaler<f64>",
    preprocess::FittedRobustScaler<f32> => "ml_data::FittedRobustScaler<f32>",
    preprocess::FittedSimpleImputer<f64> => "ml_data::FittedSimpleImputer<f64>",
    preprocess::FittedSimpleImputer<f32> => "ml_data::FittedSimpleImputer<f32>",
    preprocess::FittedTableImputer => "ml_data::FittedTableImputer",
    preprocess::FittedOneHotEncoder => "ml_data::FittedOneHotEncoder",
    preprocess::FittedOrdinalEncoder => "ml_data::FittedOrdinalEncoder",
    preprocess::FittedLabelEncoder<String> => "ml_data::FittedLabelEncoder<String>",
    preprocess::FittedLabelEncoder<i64> => "ml_data::FittedLabelEncoder<i64>",
    preprocess::FittedLabelBinarizer<String> => "ml_data::FittedLabelBinarizer<String>",
    preprocess::FittedLabelBinarizer<i64> => "ml_data::FittedLabelBinarizer<i64>",
    preprocess::FittedPolynomialFeatures => "ml_data::FittedPolynomialFeatures",
    preprocess::FittedFunctionTransformer => "ml_data::FittedFunctionTransformer",
    preprocess::FittedCombinedAttributes => "ml_data::FittedCombinedAttributes",
    preprocess::FittedTopFeatures => "ml_data::FittedTopFeatures",
    text::FittedTextNormalizer => "ml_data::FittedTextNormalizer",
    text::FittedCountVectorizer => "ml_data::FittedCountVectorizer",
}

#[cfg(feature = "mail")]
persist! {
    text::FittedEmailText => "ml_data::FittedEmailText",
}
