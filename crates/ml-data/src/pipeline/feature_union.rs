//! Several transformers side by side.

use std::any::Any;

use ml_core::{
    Error, Features, Fit, FitContext, FittedTransformer, Params, Result, Target, Transform, Transformer,
    check, params::Value,
};
use serde::{Deserialize, Serialize};

use super::{
    column_transformer::join_names,
    schema::Schema,
    steps::{check_names, nested, set_nested},
};
use crate::IntoFeatures;

/// Applies every transformer to all columns and puts the results side by side.
///
/// It cannot choose columns; [`ColumnTransformer`](super::ColumnTransformer) can, also as one of the
/// parts here. The result is sparse as soon as one part is. If an output name would come twice, every
/// name is preceded by that of its transformer: `scaled__income`.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_data::{pipeline::FeatureUnion, preprocess::{MaxAbsScaler, MinMaxScaler}};
///
/// let union = FeatureUnion::new()
///     .with("range", MinMaxScaler::default())
///     .with("share", MaxAbsScaler::default());
/// let (_, x) = union.fit_transform(&array![[1.0], [2.0]])?;
/// assert_eq!(x.dense("")?, array![[0.0, 0.5], [1.0, 1.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FeatureUnion {
    parts: Vec<(String, Box<dyn Transformer>)>,
}

/// A [`FeatureUnion`] that has learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedFeatureUnion {
    schema: Schema,
    parts: Vec<(String, Box<dyn FittedTransformer>)>,
}

const OP: &str = "FeatureUnion";

/// One sparse part makes the whole sparse, however full it is.
const ALWAYS_SPARSE: f64 = f64::INFINITY;

impl FeatureUnion {
    /// A union without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a transformer of all columns.
    #[must_use]
    pub fn with(mut self, name: &str, transformer: impl Transformer + 'static) -> Self {
        self.parts.push((name.to_owned(), Box::new(transformer)));
        self
    }

    /// Learns from `x` and gives `x` transformed, in one go.
    ///
    /// # Errors
    /// A name that is not allowed, and the errors of the transformers.
    pub fn fit_transform(&self, x: impl IntoFeatures) -> Result<(FittedFeatureUnion, Features)> {
        self.learn(x.into_features()?, None, &FitContext::default())
    }

    fn check(&self) -> Result<()> {
        if self.parts.is_empty() {
            return Err(Error::Empty {
                op: OP,
                what: "the list of transformers".to_owned(),
                least: "1 transformer",
            });
        }
        check_names(self.parts.iter().map(|(name, _)| name.as_str()))
    }

    fn learn(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(FittedFeatureUnion, Features)> {
        self.check()?;
        context.reject_weights(OP)?;
        let (mut parts, mut outputs) = (Vec::new(), Vec::new());
        for (name, transformer) in &self.parts {
            let (fitted, out) = transformer.fit_transform_features(x.clone(), y, context)?;
            parts.push((name.clone(), fitted));
            outputs.push(out);
        }
        let schema = Schema::of(&x);
        let fitted = FittedFeatureUnion { schema, parts };
        let out = fitted.join(outputs)?;
        Ok((fitted, out))
    }

    fn learn_only(
        &self,
        x: &Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedFeatureUnion> {
        self.check()?;
        context.reject_weights(OP)?;
        let fit = |(name, part): &(String, Box<dyn Transformer>)| {
            Ok((name.clone(), part.fit_features(x, y, context)?))
        };
        Ok(FittedFeatureUnion {
            schema: Schema::of(x),
            parts: self.parts.iter().map(fit).collect::<Result<_>>()?,
        })
    }
}

impl<X: IntoFeatures> Fit<X> for FeatureUnion {
    type Fitted = FittedFeatureUnion;

    fn fit_with(&self, x: X, (): (), context: &FitContext<'_>) -> Result<FittedFeatureUnion> {
        self.learn_only(&x.into_features()?, None, context)
    }
}

impl Params for FeatureUnion {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        let of_part = |(name, part): &(String, Box<dyn Transformer>)| nested(name, &**part);
        self.parts.iter().flat_map(of_part).collect()
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        let parts = self.parts.iter_mut();
        let parts = parts.map(|(name, part)| (name.as_str(), &mut **part as &mut dyn Params));
        set_nested(OP, parts, path, value)
    }
}

#[ml_core::typetag::serde]
impl Transformer for FeatureUnion {
    fn fit_features(
        &self,
        x: &Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        Ok(Box::new(self.learn_only(x, y, context)?))
    }

    fn fit_transform_features(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(Box<dyn FittedTransformer>, Features)> {
        let (fitted, out) = self.learn(x, y, context)?;
        Ok((Box::new(fitted), out))
    }
}

impl FittedFeatureUnion {
    /// The fitted transformers with their names.
    pub fn named_transformers(&self) -> impl ExactSizeIterator<Item = (&str, &dyn FittedTransformer)> {
        self.parts.iter().map(|(name, part)| (name.as_str(), &**part))
    }

    /// The names of the columns that come out; those that go in are called `x0`, `x1`, ... if fit saw
    /// no names.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](ml_core::Error::ColumnCount) from a transformer that lost count.
    pub fn feature_names_out(&self) -> Result<Vec<String>> {
        self.names_out(&self.schema.names_or_numbers())
    }

    fn join(&self, outputs: Vec<Features>) -> Result<Features> {
        let out = Features::hstack(OP, outputs, ALWAYS_SPARSE)?;
        match self.schema.names() {
            Some(names) => out.with_names(self.names_out(names)?),
            None => Ok(out),
        }
    }
}

impl<X: IntoFeatures> Transform<X> for FittedFeatureUnion {
    type Output = Features;

    fn transform(&self, x: X) -> Result<Features> {
        self.transform_features(x.into_features()?)
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedFeatureUnion {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        let x = self.schema.align(OP, x)?;
        let outputs = self
            .parts
            .iter()
            .map(|(_, part)| part.transform_features(x.clone()));
        self.join(outputs.collect::<Result<_>>()?)
    }

    fn row_wise(&self) -> bool {
        self.parts.iter().all(|(_, part)| part.row_wise())
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.schema.n_columns(), names_in.len())?;
        let parts = self.parts.iter();
        let parts = parts.map(|(name, part)| Ok((name.as_str(), part.names_out(names_in)?)));
        Ok(join_names(&parts.collect::<Result<Vec<_>>>()?, false))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
