//! Everything that turns rows into rows.

use ml::{
    data::{
        pipeline::{ColumnTransformer, Columns, FeatureUnion, Passthrough, Pipeline, Remainder},
        preprocess::{
            CombinedAttributes, DropCategory, EmptyFeatures, FunctionTransformer, HandleUnknown,
            MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, RobustScaler,
            Scalar, SimpleImputer, StandardScaler, TopFeatures,
        },
        text::{CountVectorizer, EmailText, TextNormalizer},
    },
    prelude::*,
};
use proptest::prelude::*;

use super::{
    examiner::{Outcome, examine, holds, survives},
    inputs,
};

fn all() -> Vec<Box<dyn Transformer>> {
    let by_kind = ColumnTransformer::new()
        .with("num", SimpleImputer::mean(), Columns::Numbers)
        .with("cat", OneHotEncoder::default(), Columns::Text);
    let by_name = ColumnTransformer::new()
        .with("a", StandardScaler::default(), ["size"])
        .drop("b", ["colour"])
        .remainder(Remainder::Passthrough);
    vec![
        Box::new(StandardScaler::default()),
        Box::new(MinMaxScaler::default()),
        Box::new(MinMaxScaler::default().clip(true)),
        Box::new(MaxAbsScaler::default()),
        Box::new(RobustScaler::default()),
        Box::new(SimpleImputer::mean()),
        Box::new(SimpleImputer::median().empty_features(EmptyFeatures::Drop)),
        Box::new(SimpleImputer::most_frequent().empty_features(EmptyFeatures::Keep)),
        Box::new(SimpleImputer::constant(7.0)),
        Box::new(SimpleImputer::constant("none")),
        Box::new(OneHotEncoder::default()),
        Box::new(
            OneHotEncoder::default()
                .handle_unknown(HandleUnknown::Ignore)
                .drop(DropCategory::IfBinary),
        ),
        Box::new(
            OneHotEncoder::default()
                .drop(DropCategory::First)
                .sparse_output(false),
        ),
        Box::new(OneHotEncoder::default().categories(vec![vec![Scalar::Text("red".to_owned())]])),
        Box::new(OrdinalEncoder::default()),
        Box::new(OrdinalEncoder::default().unknown_value(-1.0)),
        Box::new(PolynomialFeatures::default()),
        Box::new(PolynomialFeatures::default().degree(3).interaction_only(true)),
        Box::new(FunctionTransformer::named("log1p").unwrap()),
        Box::new(FunctionTransformer::new("cut", |x: Array2<f64>| {
            Ok(x.mapv(|v| v.min(1.0)))
        })),
        Box::new(CombinedAttributes::default()),
        Box::new(CombinedAttributes {
            rooms: 0,
            bedrooms: 1,
            population: 2,
            households: 0,
            ..CombinedAttributes::default()
        }),
        Box::new(TopFeatures::new([0.1, 0.5, 0.4], 2)),
        Box::new(Passthrough::default()),
        Box::new(EmailText::default()),
        Box::new(EmailText::default().strip_headers(false)),
        Box::new(TextNormalizer::default()),
        Box::new(CountVectorizer::default()),
        Box::new(CountVectorizer::default().ngram_range((1, 2)).max_features(3)),
        Box::new(CountVectorizer::default().vocabulary(["red".to_owned(), "blue".to_owned()])),
        Box::new(
            ColumnTransformer::new()
                .with("words", CountVectorizer::default().min_df(0), ["colour"])
                .remainder(Remainder::Drop),
        ),
        Box::new(
            Pipeline::new()
                .step("fill", SimpleImputer::median())
                .step("scale", StandardScaler::default()),
        ),
        Box::new(Pipeline::new()),
        Box::new(by_kind),
        Box::new(by_name),
        Box::new(ColumnTransformer::new().with("ends", MinMaxScaler::default(), [0, 2])),
        Box::new(
            FeatureUnion::new()
                .with("as_is", Passthrough::default())
                .with("p", PolynomialFeatures::default()),
        ),
    ]
}

pub(crate) fn members() -> Vec<String> {
    all().iter().map(|t| t.type_name().to_owned()).collect()
}

/// Fits, transforms the same rows and others, undoes it, saves and loads.
fn ask(
    transformer: &dyn Transformer,
    x: &Features,
    y: Option<&Target>,
    weights: Option<&Array1<f64>>,
    later: &Features,
) -> Outcome {
    let name = transformer.type_name();
    let context = FitContext {
        weights: weights.map(|w| w.view()),
        ..FitContext::default()
    };
    survives(name, || {
        transformer.fit_transform_features(x.clone(), y, &context)
    })?;
    let Some(fitted) = survives(name, || transformer.fit_features(x, y, &context))? else {
        return Ok(());
    };
    for x in [x, later] {
        let Some(out) = survives(name, || fitted.transform_features(x.clone()))? else {
            continue;
        };
        holds(name, out.n_rows() == x.n_rows(), || {
            format!("{} rows of {}", out.n_rows(), x.n_rows())
        })?;
        survives(name, || fitted.inverse_transform_features(out.clone()))?;
        if let Some(names) = survives(name, || fitted.names_out(&x.names_or_numbers()))? {
            holds(name, names.len() == out.n_columns(), || {
                format!("{} names for {} columns", names.len(), out.n_columns())
            })?;
        }
    }
    survives(name, || fitted.inverse_transform_features(later.clone()))?;
    survives(name, || fitted.names_out(&["one".to_owned()]))?;
    if let Some(bytes) = survives(name, || fitted.to_bytes())? {
        let again = survives(name, || Box::<dyn FittedTransformer>::from_bytes(&bytes))?;
        holds(name, again.is_some(), || "what it saved does not load".to_owned())?;
    }
    Ok(())
}

#[test]
fn bad_rows_now_and_later() {
    for transformer in all() {
        let input = (inputs::lesson(), any::<bool>(), inputs::features());
        examine(128, input, |((x, y, weights), with_y, later)| {
            let y = with_y.then_some(&y);
            ask(transformer.as_ref(), &x, y, weights.as_ref(), &later)
        });
    }
}

#[test]
fn bad_hyperparameters_by_name() {
    let (x, y, _) = inputs::good_rows();
    for transformer in all() {
        let paths: Vec<String> = transformer.params().into_iter().map(|(path, _)| path).collect();
        let unknown = ["", "__", "no_such", "a__b"].map(str::to_owned);
        let path = proptest::sample::select([paths.as_slice(), &unknown].concat());
        examine(
            128,
            proptest::collection::vec((path, inputs::value()), 1..3),
            |changes| {
                let mut transformer = transformer.clone();
                let name = transformer.type_name();
                for (path, value) in &changes {
                    let before = transformer.params();
                    if survives(name, || transformer.set_param(path, value))?.is_none() {
                        holds(name, transformer.params() == before, || {
                            format!("a refused {path} changed something")
                        })?;
                    }
                }
                ask(transformer.as_ref(), &x, Some(&y), None, &x)
            },
        );
    }
}

/// Numbers that JSON cannot hold, and absurd counts, set in the fields.
#[test]
fn bad_hyperparameters_in_fields() {
    let (x, ..) = inputs::good_rows();
    let numbers = (
        inputs::number(),
        inputs::number(),
        inputs::count(),
        inputs::list(),
    );
    examine(400, numbers, |(a, b, n, list)| {
        // A high degree is allowed while its columns are not too many, and merely takes its time.
        let degree = if n == 100 { 9 } else { n };
        let transformers: Vec<Box<dyn Transformer>> = vec![
            Box::new(MinMaxScaler::default().feature_range((a, b))),
            Box::new(RobustScaler::default().quantile_range((a, b))),
            Box::new(SimpleImputer::constant(a)),
            Box::new(
                OrdinalEncoder::default()
                    .unknown_value(a)
                    .encoded_missing_value(b),
            ),
            Box::new(
                OrdinalEncoder::default()
                    .categories(vec![list.iter().map(|&v| Scalar::Number(v)).collect(); 4]),
            ),
            Box::new(
                OneHotEncoder::default()
                    .categories(vec![list.iter().map(|&v| Scalar::Number(v)).collect(); n.min(5)]),
            ),
            Box::new(PolynomialFeatures::default().degree(degree)),
            Box::new(TopFeatures::new(list.clone(), n)),
            Box::new(CombinedAttributes {
                rooms: n,
                ..CombinedAttributes::default()
            }),
            Box::new(
                ColumnTransformer::new()
                    .with("one", Passthrough::default(), [n])
                    .sparse_threshold(a),
            ),
            Box::new(FunctionTransformer::new("grow", move |x: Array2<f64>| {
                Ok(Array2::zeros((x.nrows() + n.min(2), 1)))
            })),
        ];
        transformers
            .iter()
            .try_for_each(|t| ask(t.as_ref(), &x, None, None, &x))
    });
}

/// Names of steps and choices of columns that cannot be.
#[test]
fn bad_compositions() {
    let name = proptest::sample::select(vec!["", "a", "a__b", "remainder", "größer"]);
    let columns = prop_oneof![
        Just(Columns::Names(vec!["size".to_owned(), "size".to_owned()])),
        Just(Columns::Names(vec!["nowhere".to_owned()])),
        Just(Columns::Names(Vec::new())),
        Just(Columns::Indices(vec![0, 0])),
        Just(Columns::Indices(vec![usize::MAX])),
        Just(Columns::Indices(Vec::new())),
        Just(Columns::Text),
    ];
    let input = (inputs::features(), name.clone(), name, columns.clone(), columns);
    examine(256, input, |(x, first, second, these, those)| {
        let scale = StandardScaler::default;
        let transformers: [Box<dyn Transformer>; 4] = [
            Box::new(
                ColumnTransformer::new()
                    .with(first, scale(), these)
                    .with(second, scale(), those),
            ),
            Box::new(ColumnTransformer::new().remainder(Remainder::Passthrough)),
            Box::new(FeatureUnion::new().with(first, scale()).with(second, scale())),
            Box::new(Pipeline::new().step(first, scale()).step(second, scale())),
        ];
        transformers
            .iter()
            .try_for_each(|t| ask(t.as_ref(), &x, None, None, &x))?;
        survives("FunctionTransformer", || FunctionTransformer::named(first)).map(drop)
    });
}
