//! A transformer for each group of columns.

use std::any::Any;

use ml_core::{
    Column, Error, Features, FitContext, FittedTransformer, Params, Result, Table, Target, Transformer,
    check,
    features::DEFAULT_SPARSE_THRESHOLD,
    params::{Value, unknown},
};
use serde::{Deserialize, Serialize};

use super::{
    Columns, by_rows,
    schema::Schema,
    steps::{check_names, nested, set_nested},
};
use crate::learn::{Learn, named, takes_features};

/// What is done with columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Remainder {
    /// They are left out.
    #[default]
    Drop,
    /// They are passed on as they are.
    Passthrough,
    /// They are transformed.
    Transform(Box<dyn Transformer>),
}

impl<T: Transformer + 'static> From<T> for Remainder {
    fn from(transformer: T) -> Self {
        Self::Transform(Box::new(transformer))
    }
}

/// Applies each transformer to its columns and puts the results side by side, in the order listed.
///
/// Columns that no transformer is for are dropped unless [`remainder`](Self::remainder) says
/// otherwise; they come last. The result is sparse only if one of the parts is, and less than
/// [`sparse_threshold`](Self::sparse_threshold) of all cells are non-zero.
///
/// Output columns keep the names that the transformers give them. If a name would come twice, every
/// name is preceded by that of its transformer: `num__income`. (Scikit-Learn always does so;
/// [`verbose_feature_names_out`](Self::verbose_feature_names_out) does, too.)
///
/// # Examples
/// ```
/// use ml_core::{Column, Table, TextColumn, ndarray::array};
/// use ml_data::{pipeline::ColumnTransformer, preprocess::{OneHotEncoder, StandardScaler}};
///
/// let table = Table::new([
///     ("income".to_owned(), Column::Number(array![1.0, 3.0].into_shared())),
///     ("sea".to_owned(), Column::Text(TextColumn::collect([Some("far"), Some("near")]))),
/// ])?;
/// let prepare = ColumnTransformer::new()
///     .with("num", StandardScaler::default(), ["income"])
///     .with("cat", OneHotEncoder::default(), ["sea"]);
/// let (_, x) = prepare.fit_transform(&table)?;
/// assert_eq!(x.names().unwrap(), ["income", "sea_far", "sea_near"]);
/// assert_eq!(x.dense("")?.row(1).to_vec(), [1.0, 0.0, 1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ColumnTransformer {
    blocks: Vec<Block>,
    remainder: Remainder,
    sparse_threshold: f64,
    verbose_feature_names_out: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Block {
    name: String,
    action: Remainder,
    columns: Columns,
}

/// A [`ColumnTransformer`] that has learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedColumnTransformer {
    schema: Schema,
    blocks: Vec<FittedBlock>,
    sparse_threshold: f64,
    verbose_feature_names_out: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedBlock {
    name: String,
    /// Positions among the columns at fit.
    columns: Vec<usize>,
    /// `None` passes the columns on as they are.
    transformer: Option<Box<dyn FittedTransformer>>,
}

const OP: &str = "ColumnTransformer";

/// The name of the block of columns that no transformer is for.
const REMAINDER: &str = "remainder";

impl Default for ColumnTransformer {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            remainder: Remainder::Drop,
            sparse_threshold: DEFAULT_SPARSE_THRESHOLD,
            verbose_feature_names_out: false,
        }
    }
}

impl ColumnTransformer {
    /// Drops every column, until told otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// Transforms these columns: names, positions, [`Columns::Numbers`] or [`Columns::Text`].
    #[must_use]
    pub fn with(
        self,
        name: &str,
        transformer: impl Transformer + 'static,
        columns: impl Into<Columns>,
    ) -> Self {
        self.block(name, transformer.into(), columns.into())
    }

    /// Leaves these columns out.
    #[must_use]
    pub fn drop(self, name: &str, columns: impl Into<Columns>) -> Self {
        self.block(name, Remainder::Drop, columns.into())
    }

    /// Passes these columns on as they are.
    #[must_use]
    pub fn passthrough(self, name: &str, columns: impl Into<Columns>) -> Self {
        self.block(name, Remainder::Passthrough, columns.into())
    }

    /// What is done with all other columns: drop (default), pass through, or a transformer.
    #[must_use]
    pub fn remainder(mut self, remainder: impl Into<Remainder>) -> Self {
        self.remainder = remainder.into();
        self
    }

    /// Share of non-zero cells below which a mixture of sparse and dense parts becomes sparse.
    /// Default 0.3.
    #[must_use]
    pub fn sparse_threshold(mut self, share: f64) -> Self {
        self.sparse_threshold = share;
        self
    }

    /// Whether every output column's name begins with that of its transformer. Default false.
    #[must_use]
    pub fn verbose_feature_names_out(mut self, verbose: bool) -> Self {
        self.verbose_feature_names_out = verbose;
        self
    }

    fn block(mut self, name: &str, action: Remainder, columns: Columns) -> Self {
        let name = name.to_owned();
        self.blocks.push(Block {
            name,
            action,
            columns,
        });
        self
    }

    fn check(&self) -> Result<()> {
        let names = self.blocks.iter().map(|b| b.name.as_str());
        check_names(names.chain([REMAINDER]))?;
        check::parameter(
            "sparse_threshold",
            self.sparse_threshold,
            (0.0..=1.0).contains(&self.sparse_threshold),
            "between 0 and 1",
        )
    }

    /// What is done with which columns, the dropped ones left out.
    fn plan(&self, schema: &Schema) -> Result<Vec<(&str, &Remainder, Vec<usize>)>> {
        self.check()?;
        let mut plan = Vec::new();
        let mut listed = vec![false; schema.n_columns()];
        for block in &self.blocks {
            let columns = block.columns.resolve(OP, schema)?;
            for &j in &columns {
                listed[j] = true;
            }
            plan.push((block.name.as_str(), &block.action, columns));
        }
        let others = (0..schema.n_columns()).filter(|&j| !listed[j]).collect();
        plan.push((REMAINDER, &self.remainder, others));
        plan.retain(|(_, action, columns)| !columns.is_empty() && !matches!(action, Remainder::Drop));
        if plan.is_empty() {
            return Err(Error::Empty {
                op: OP,
                what: "the choice of columns".to_owned(),
                least: "1 column that is not dropped",
            });
        }
        Ok(plan)
    }

    /// The whole of what was learned from columns of this schema.
    fn fitted(&self, schema: Schema, blocks: Vec<FittedBlock>) -> FittedColumnTransformer {
        FittedColumnTransformer {
            schema,
            blocks,
            sparse_threshold: self.sparse_threshold,
            verbose_feature_names_out: self.verbose_feature_names_out,
        }
    }
}

impl Learn for ColumnTransformer {
    type Fitted = FittedColumnTransformer;

    fn learn(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<FittedColumnTransformer> {
        context.reject_weights(OP)?;
        let schema = Schema::of(&x);
        let fit = |(name, action, columns): (&str, &Remainder, Vec<usize>)| {
            let transformer = match action {
                Remainder::Transform(transformer) => {
                    Some(transformer.fit_features(&x.select_columns(&columns), y, context)?)
                }
                _ => None,
            };
            Ok(FittedBlock {
                name: name.to_owned(),
                columns,
                transformer,
            })
        };
        let blocks = self.plan(&schema)?.into_iter().map(fit).collect::<Result<_>>()?;
        Ok(self.fitted(schema, blocks))
    }

    fn learn_transform(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(FittedColumnTransformer, Features)> {
        context.reject_weights(OP)?;
        if by_rows::is_large(&x) {
            let fitted = self.learn(x.clone(), y, context)?;
            let out = fitted.apply(x)?;
            return Ok((fitted, out));
        }
        let schema = Schema::of(&x);
        let plan = self.plan(&schema)?;
        let parts = take_columns(x, plan.iter().map(|(.., columns)| columns.as_slice()));
        let (mut blocks, mut outputs) = (Vec::new(), Vec::new());
        for ((name, action, columns), part) in plan.into_iter().zip(parts) {
            let (transformer, out) = match action {
                Remainder::Transform(transformer) => {
                    let (fitted, out) = transformer.fit_transform_features(part, y, context)?;
                    (Some(fitted), out)
                }
                _ => (None, part),
            };
            outputs.push(out);
            blocks.push(FittedBlock {
                name: name.to_owned(),
                columns,
                transformer,
            });
        }
        let fitted = self.fitted(schema, blocks);
        let out = fitted.named(Features::hstack(OP, outputs, fitted.sparse_threshold)?)?;
        Ok((fitted, out))
    }
}

takes_features!(ColumnTransformer => FittedColumnTransformer);

/// The chosen columns of every block; a column that is chosen once is moved, not shared.
fn take_columns<'a>(x: Features, choices: impl Iterator<Item = &'a [usize]>) -> Vec<Features> {
    let choices: Vec<&[usize]> = choices.collect();
    let Features::Table(table) = x else {
        let all: Vec<usize> = (0..x.n_columns()).collect();
        if choices == [all.as_slice()] {
            return vec![x];
        }
        return choices.iter().map(|columns| x.select_columns(columns)).collect();
    };
    let mut uses = vec![0; table.n_columns()];
    for &j in choices.iter().copied().flatten() {
        uses[j] += 1;
    }
    let mut columns: Vec<Option<(String, Column)>> = table.into_columns().into_iter().map(Some).collect();
    let mut take = |&j: &usize| {
        uses[j] -= 1;
        let column = if uses[j] == 0 {
            columns[j].take()
        } else {
            columns[j].clone()
        };
        column.expect("a column is taken only at its last use")
    };
    let part = |columns: &&[usize]| {
        let part = Table::new(columns.iter().map(&mut take));
        Features::from(part.expect("columns of a table have equal lengths and different names"))
    };
    choices.iter().map(part).collect()
}

/// Names of parts side by side; each preceded by its part's if `verbose`, or if one comes twice.
pub(super) fn join_names<'a>(parts: &[(&'a str, Vec<String>)], verbose: bool) -> Vec<String> {
    let plain: Vec<String> = parts.iter().flat_map(|(_, names)| names.clone()).collect();
    let mut sorted: Vec<&String> = plain.iter().collect();
    sorted.sort_unstable();
    if !verbose && sorted.windows(2).all(|pair| pair[0] != pair[1]) {
        return plain;
    }
    let prefixed = |(part, names): &(&'a str, Vec<String>)| {
        let part = *part;
        let join = move |name: &String| format!("{part}__{name}");
        names.iter().map(join).collect::<Vec<_>>()
    };
    parts.iter().flat_map(prefixed).collect()
}

impl Params for ColumnTransformer {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        let mut all = vec![
            ("sparse_threshold".to_owned(), self.sparse_threshold.into()),
            (
                "verbose_feature_names_out".to_owned(),
                self.verbose_feature_names_out.into(),
            ),
        ];
        let blocks = self.blocks.iter().map(|b| (b.name.as_str(), &b.action));
        for (name, action) in blocks.chain([(REMAINDER, &self.remainder)]) {
            if let Remainder::Transform(transformer) = action {
                all.extend(nested(name, &**transformer));
            }
        }
        all
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        let wrong = |domain: &str| Error::Parameter {
            name: format!("{OP}.{path}"),
            value: value.to_string(),
            domain: domain.to_owned(),
        };
        match path {
            "sparse_threshold" => {
                self.sparse_threshold = value.as_f64().ok_or_else(|| wrong("a number"))?;
                return Ok(());
            }
            "verbose_feature_names_out" => {
                self.verbose_feature_names_out = value.as_bool().ok_or_else(|| wrong("true or false"))?;
                return Ok(());
            }
            _ => {}
        }
        if !path.contains(ml_core::params::SEPARATOR) {
            let names: Vec<String> = self.params().into_iter().map(|(name, _)| name).collect();
            return Err(unknown(OP, path, names.iter().map(String::as_str)));
        }
        let blocks = self.blocks.iter_mut().map(|b| (b.name.as_str(), &mut b.action));
        let parts = blocks.chain([(REMAINDER, &mut self.remainder)]);
        let parts = parts.filter_map(|(name, action)| match action {
            Remainder::Transform(transformer) => Some((name, &mut **transformer as &mut dyn Params)),
            _ => None,
        });
        set_nested(OP, parts, path, value)
    }
}

impl FittedColumnTransformer {
    /// The fitted transformers with their names; passed-through and dropped columns have none.
    pub fn named_transformers(&self) -> impl Iterator<Item = (&str, &dyn FittedTransformer)> {
        let blocks = self.blocks.iter();
        blocks.filter_map(|block| Some((block.name.as_str(), block.transformer.as_deref()?)))
    }

    /// The fitted transformer of this name.
    pub fn transformer(&self, name: &str) -> Option<&dyn FittedTransformer> {
        self.named_transformers()
            .find(|(n, _)| *n == name)
            .map(|(_, t)| t)
    }

    /// The fitted transformer of this name, if it is of type `T`, with its learned attributes.
    pub fn transformer_as<T: Any>(&self, name: &str) -> Option<&T> {
        self.transformer(name)?.as_any().downcast_ref()
    }

    /// The names of the columns that come out; those that go in are called `x0`, `x1`, ... if fit saw
    /// no names.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](ml_core::Error::ColumnCount) from a transformer that lost count.
    pub fn feature_names_out(&self) -> Result<Vec<String>> {
        self.names_out(&self.schema.names_or_numbers())
    }

    /// Transforms columns that are those of fit.
    fn apply(&self, x: Features) -> Result<Features> {
        if self.row_wise()
            && by_rows::is_large(&x)
            && let Some(out) = by_rows::transform(&x, |rows| self.apply_whole(rows))
        {
            return self.named(out);
        }
        self.named(self.apply_whole(x)?)
    }

    fn apply_whole(&self, x: Features) -> Result<Features> {
        let parts = take_columns(x, self.blocks.iter().map(|b| b.columns.as_slice()));
        let transform = |(block, part): (&FittedBlock, Features)| match &block.transformer {
            Some(transformer) => transformer.transform_features(part),
            None => Ok(part),
        };
        let outputs = self.blocks.iter().zip(parts).map(transform);
        Features::hstack(OP, outputs.collect::<Result<_>>()?, self.sparse_threshold)
    }

    /// The result under its names, if the columns at fit had names.
    fn named(&self, out: Features) -> Result<Features> {
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
impl FittedTransformer for FittedColumnTransformer {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        self.apply(self.schema.align(OP, x)?)
    }

    fn row_wise(&self) -> bool {
        let transformers = self.blocks.iter().filter_map(|b| b.transformer.as_deref());
        transformers.into_iter().all(FittedTransformer::row_wise)
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.schema.n_columns(), names_in.len())?;
        let names = |block: &'_ FittedBlock| {
            let names: Vec<String> = block.columns.iter().map(|&j| names_in[j].clone()).collect();
            match &block.transformer {
                Some(transformer) => transformer.names_out(&names),
                None => Ok(names),
            }
        };
        let parts = self.blocks.iter().map(|b| Ok((b.name.as_str(), names(b)?)));
        let parts: Vec<(&str, Vec<String>)> = parts.collect::<Result<_>>()?;
        Ok(join_names(&parts, self.verbose_feature_names_out))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
