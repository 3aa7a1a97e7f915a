//! Nothing public is left out: every name that the two crates export is in a family's list, or here with a reason.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    estimators, generators, labels, linear, loaders, metrics, multiclass, production, quality, selection,
    splitters, tables, transformers,
};

/// The modules whose names have to sit the exam.
const MODULES: [&str; 17] = [
    "ml-data/src/datasets/mod.rs",
    "ml-data/src/datasets/generators/mod.rs",
    "ml-data/src/lib.rs",
    "ml-data/src/pipeline/mod.rs",
    "ml-data/src/preprocess/mod.rs",
    "ml-data/src/quality/mod.rs",
    "ml-data/src/registry/mod.rs",
    "ml-data/src/split/mod.rs",
    "ml-data/src/table/mod.rs",
    "ml-data/src/text/mod.rs",
    "ml-classic/src/lib.rs",
    "ml-classic/src/baseline.rs",
    "ml-classic/src/ensemble/mod.rs",
    "ml-classic/src/linear/mod.rs",
    "ml-classic/src/metrics/mod.rs",
    "ml-classic/src/model_selection/mod.rs",
    "ml-classic/src/neighbors/mod.rs",
];

/// Further ones, of the same kind.
const MORE_MODULES: [&str; 4] = [
    "ml-classic/src/multiclass/mod.rs",
    "ml-classic/src/naive_bayes/mod.rs",
    "ml-classic/src/production/mod.rs",
    "ml-classic/src/tree/mod.rs",
];

/// Names that take no input of their own.
const EXEMPT: [(&str, &[&str]); 7] = [
    (
        "a choice among hyperparameters, set through its owner",
        &[
            "Aggressiveness",
            "Algorithm",
            "AucAverage",
            "Average",
            "Averaging",
            "Bins",
            "ChainOrder",
            "Disagreement",
            "MulticlassStrategy",
            "MultilabelAverage",
            "Normalize",
            "Points",
            "Response",
            "Thresholds",
            "ZeroDivision",
            "Batch",
            "ClassifierLoss",
            "ClassCriterion",
            "ClassWeight",
            "ClassifierStrategy",
            "Columns",
            "DropCategory",
            "EmptyFeatures",
            "Encoding",
            "ErrorScore",
            "HandleUnknown",
            "LarsMethod",
            "LearningRate",
            "LogisticSolver",
            "ImputeStrategy",
            "MaxFeatures",
            "Metric",
            "MultiClass",
            "Objective",
            "Penalty",
            "RegressorLoss",
            "RidgeSolver",
            "Sampling",
            "MissingInArray",
            "MissingInFrame",
            "Protection",
            "RegressionCriterion",
            "RegressorStrategy",
            "Remainder",
            "RowCount",
            "Scalar",
            "Weights",
            "Limits",
            "Retry",
            "Unpack",
            "Download",
            "ParamSet",
        ],
    ),
    (
        "what a call gives back, examined through that call",
        &[
            "Alert",
            "AnnotatedImage",
            "CalibrationCurve",
            "ClassScores",
            "ClassificationReport",
            "ConfusionMatrix",
            "DetCurve",
            "Indicator",
            "OperatingPoint",
            "PrecisionRecallCurve",
            "ReportLine",
            "RocCurve",
            "Bccd",
            "CaliforniaHousing",
            "CellBox",
            "CoefficientPath",
            "DescentPath",
            "Ending",
            "Stopped",
            "Chorales",
            "Cifar10",
            "ColumnInfo",
            "ColumnProfile",
            "Comparison",
            "Correlation",
            "CountryStats",
            "CrossValidated",
            "CsvBlocks",
            "Dataset",
            "Description",
            "Error",
            "FeatureRole",
            "Fetched",
            "Flowers",
            "Folds",
            "GeneratedRegression",
            "Health",
            "ImageSet",
            "Imdb",
            "Info",
            "Labelled",
            "LearningCurve",
            "LifesatFiles",
            "ModelScores",
            "OutOfBag",
            "Outcome",
            "Profile",
            "Result",
            "Review",
            "SearchResults",
            "SentencePair",
            "SliceScore",
            "SpamAssassin",
            "Split",
            "Summary",
            "Suspicion",
            "Titanic",
            "Tree",
            "ValidationCurve",
            "ValueCounts",
            "Verdict",
        ],
    ),
    (
        "no argument at all: part of the crate",
        &[
            "breast_cancer",
            "china",
            "diabetes",
            "diabetes_raw",
            "diamonds",
            "diamonds_frame",
            "digits",
            "flower",
            "iris",
            "wine",
        ],
    ),
    (
        "the same as the loader with `_in`, on the cache that the environment names",
        &[
            "bccd",
            "california_housing",
            "cifar10",
            "fashion_mnist",
            "flowers",
            "housing",
            "housing_csv",
            "housing_table",
            "imdb",
            "jsb_chorales",
            "lifesat",
            "lifesat_files",
            "mnist",
            "shakespeare",
            "spa_eng",
            "spam_assassin",
            "titanic",
        ],
    ),
    (
        "a constant",
        &[
            "CIFAR10_CLASSES",
            "FASHION_MNIST_CLASSES",
            "FLOWER_CLASSES",
            "MANY_CATEGORIES",
            "MANY_FEATURES",
            "MAX_FEATURES",
        ],
    ),
    ("another crate, passed on", &["polars"]),
    (
        "any bytes are an e-mail, any text is HTML: examined where they are tested",
        &["Email", "html_to_text"],
    ),
];

/// Every exported name, with the file that exports it.
pub(crate) fn public_names() -> Vec<(String, &'static str)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = Vec::new();
    for module in MODULES.into_iter().chain(MORE_MODULES) {
        let text = fs::read_to_string(crates.join(module)).expect("the modules of this list exist");
        names.extend(exported(&text).into_iter().map(|name| (name, module)));
    }
    names
}

/// The names in `pub use …;` and those defined as `pub …` on the outermost level.
fn exported(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let statements = text.split("\npub use ").skip(1);
    for statement in statements {
        let statement = statement.split(';').next().unwrap_or_default();
        let list = statement.split_once('{').map_or(statement, |(_, list)| list);
        let words = list.split([',', '{', '}', '\n']);
        let last = |word: &str| word.rsplit("::").next().unwrap_or_default().trim().to_owned();
        names.extend(words.map(last).filter(|name| !name.is_empty() && name != "*"));
    }
    for kind in ["fn", "struct", "enum", "trait", "type", "const"] {
        for rest in text.split(&format!("\npub {kind} ")).skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.push(name);
        }
    }
    names
}

/// Names of public fields, arguments and setters: what an error may name instead of its owner.
pub(crate) fn public_fields() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for folder in ["ml-core/src", "ml-data/src", "ml-classic/src"] {
        walk(&crates.join(folder), &mut |text| {
            names.extend(checked(text));
            for line in text.lines() {
                let line = line.trim();
                let name: String = line
                    .trim_start_matches("pub ")
                    .trim_start_matches("fn ")
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if line.starts_with("pub ") && name.len() > 1 {
                    names.insert(name);
                }
            }
        });
    }
    names.into_iter().collect()
}

/// The names of arguments and settings that are checked: the first string of every such check.
fn checked(text: &str) -> impl Iterator<Item = String> {
    let checks = text.split("check::parameter(").skip(1);
    checks.filter_map(|rest| rest.split('"').nth(1).map(str::to_owned))
}

fn walk(folder: &Path, see: &mut dyn FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("the crates lie side by side") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            walk(&path, see);
        } else {
            see(&fs::read_to_string(&path).expect("sources are text"));
        }
    }
}

#[test]
fn every_public_name_sits_the_exam_or_says_why_not() {
    let families = [
        estimators::members(),
        transformers::members(),
        labels::members(),
        splitters::members(),
        metrics::members(),
        multiclass::members(),
        selection::members(),
        production::members(),
        quality::members(),
        tables::members(),
        generators::members(),
        linear::members(),
        loaders::members(),
    ];
    let examined: BTreeSet<String> = families.into_iter().flatten().collect();
    let exempt = || EXEMPT.iter().flat_map(|(_, names)| names.iter().copied());
    let public = public_names();
    // What a fit makes is asked everything by the exam of what it is made from.
    let missing: Vec<_> = public
        .iter()
        .filter(|(name, _)| {
            !name.starts_with("Fitted") && !examined.contains(name) && !exempt().any(|exempt| exempt == name)
        })
        .collect();
    assert!(missing.is_empty(), "not examined: {missing:?}");
    let gone: Vec<&str> = exempt()
        .filter(|name| !public.iter().any(|(n, _)| n == name))
        .collect();
    assert!(gone.is_empty(), "no longer public: {gone:?}");
    let strangers: Vec<&String> = examined
        .iter()
        .filter(|name| !public.iter().any(|(n, _)| n == *name))
        .collect();
    assert!(strangers.is_empty(), "examined, yet not public: {strangers:?}");
}
