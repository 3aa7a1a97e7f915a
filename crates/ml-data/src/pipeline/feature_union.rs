//! Several transformers side by side.

use std::any::Any;

use ml_core::{
    Error, Features, FitContext, FittedTransformer, Params, Result, Target, Transformer, check, params::Value,
};
use serde::{Deserialize, Serialize};

use super::{
    column_transformer::join_names,
    schema::Schema,
    steps::{check_names, nested_all, parts_mut, set_nested},
};
use crate::learn::{Learn, named, takes_features};

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
}

impl Learn for FeatureUnion {
    type Fitted = FittedFeatureUnion;

    fn learn(&self, x: Features, y: Option<&Target>, context: &FitContext<'_>) -> Result<FittedFeatureUnion> {
        self.check()?;
        context.reject_weights(OP)?;
        let fit = |(name, part): &(String, Box<dyn Transformer>)| {
            Ok((name.clone(), part.fit_features(&x, y, context)?))
        };
        Ok(FittedFeatureUnion {
            schema: Schema::of(&x),
            parts: self.parts.iter().map(fit).collect::<Result<_>>()?,
        })
    }

    fn learn_transform(
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
}

takes_features!(FeatureUnion => FittedFeatureUnion);

impl Params for FeatureUnion {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        nested_all(&self.parts)
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        set_nested(OP, parts_mut(&mut self.parts), path, value)
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
        named(
            out,
            self.schema
                .names()
                .map(|names| self.names_out(names))
                .transpose()?,
        )
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
