//! What bad input is answered with. `docs/errors.md` is written from this list (run with `ML_BLESS=1`) and must stay equal to it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use ml::{
    classic::{
        ensemble::{RandomForestClassifier, RandomForestRegressor},
        linear::{FittedLinearRegression, LinearRegression},
        metrics::{Scorer, mean_squared_error},
        model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_score},
        neighbors::KNeighborsClassifier,
        tree::{DecisionTreeRegressor, FittedDecisionTreeRegressor},
    },
    core::{Column, Table, TextColumn, linalg, ndarray::array},
    data::{
        datasets,
        pipeline::{ColumnTransformer, Pipeline},
        preprocess::{OneHotEncoder, OrdinalEncoder, SimpleImputer, StandardScaler},
        registry::{Cache, Fetcher, Mirror, Registry},
        split::{KFold, Splitter, StratifiedShuffleSplit, TrainTestSplit},
    },
    prelude::*,
};

pub(super) type Case = (&'static str, &'static str, Error);

const NAN: f64 = f64::NAN;

fn x(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        (i * (j + 1)) as f64 + (i * i % 7) as f64
    })
}

fn y(rows: usize) -> Array1<f64> {
    Array1::from_shape_fn(rows, |i| i as f64)
}

fn table(numbers: &[f64], words: &[&str]) -> Table {
    Table::new([
        (
            "size".to_owned(),
            Column::Number(Array1::from(numbers.to_vec()).into_shared()),
        ),
        (
            "colour".to_owned(),
            Column::Text(TextColumn::collect(words.iter().map(|w| Some(*w)))),
        ),
    ])
    .unwrap()
}

fn preparation() -> ColumnTransformer {
    ColumnTransformer::new()
        .with("num", StandardScaler::default(), ["size"])
        .with("cat", OneHotEncoder::default(), ["colour"])
}

fn data_cases() -> Vec<Case> {
    let scaler = StandardScaler::default();
    let fitted = preparation()
        .fit(&table(&[1.0, 2.0], &["red", "blue"]), ())
        .unwrap();
    let number = |name: &str| (name.to_owned(), Column::Number(array![1.0].into_shared()));
    let only = |columns: Vec<(String, Column)>| Table::new(columns).unwrap();
    let colour = (
        "colour".to_owned(),
        Column::Text(TextColumn::collect([Some("red")])),
    );
    let text_size = (
        "size".to_owned(),
        Column::Text(TextColumn::collect([Some("large")])),
    );
    vec![
        (
            "empty table",
            "fit a forest",
            RandomForestRegressor::default()
                .fit(x(0, 3).view(), y(0).view())
                .unwrap_err(),
        ),
        (
            "no rows after filtering",
            "fit a scaler",
            scaler
                .fit(x(4, 2).select(ml::core::ndarray::Axis(0), &[]).view(), ())
                .unwrap_err(),
        ),
        (
            "no columns",
            "fit a line",
            LinearRegression::default()
                .fit(x(3, 0).view(), y(3).view())
                .unwrap_err(),
        ),
        (
            "one row",
            "split it",
            TrainTestSplit::default().split(&x(1, 2)).unwrap_err(),
        ),
        (
            "one row",
            "5 folds",
            KFold::default().split(1, None, None).err().unwrap(),
        ),
        (
            "all-missing column",
            "fit an imputer",
            SimpleImputer::median()
                .fit(array![[NAN, 1.0], [NAN, 2.0]].view(), ())
                .unwrap_err(),
        ),
        (
            "NaN in the features",
            "fit a tree",
            DecisionTreeRegressor::default()
                .fit(array![[1.0], [NAN]].view(), y(2).view())
                .unwrap_err(),
        ),
        (
            "infinity in the features",
            "fit a line",
            LinearRegression::default()
                .fit(array![[1.0], [f64::INFINITY]].view(), y(2).view())
                .unwrap_err(),
        ),
        (
            "NaN in the target",
            "fit a line",
            LinearRegression::default()
                .fit(x(2, 1).view(), array![1.0, NAN].view())
                .unwrap_err(),
        ),
        (
            "infinity in the target",
            "fit a line",
            LinearRegression::default()
                .fit(x(2, 1).view(), array![1.0, f64::INFINITY].view())
                .unwrap_err(),
        ),
        (
            "lengths that differ",
            "fit a line",
            LinearRegression::default()
                .fit(x(3, 1).view(), y(2).view())
                .unwrap_err(),
        ),
        (
            "lengths that differ",
            "a metric",
            mean_squared_error(y(3).view(), y(2).view()).unwrap_err(),
        ),
        (
            "unknown category",
            "transform",
            fitted.transform(&table(&[1.0], &["green"])).unwrap_err(),
        ),
        (
            "missing column",
            "transform",
            fitted.transform(&only(vec![number("size")])).unwrap_err(),
        ),
        (
            "extra column",
            "transform",
            fitted
                .transform(&only(vec![number("size"), colour.clone(), number("weight")]))
                .unwrap_err(),
        ),
        (
            "text where numbers were",
            "transform",
            fitted
                .transform(&only(vec![text_size, colour.clone()]))
                .unwrap_err(),
        ),
        (
            "text where numbers are expected",
            "fit a pipeline",
            Pipeline::new()
                .step("scale", scaler.clone())
                .fit(&only(vec![colour]), ())
                .err()
                .unwrap(),
        ),
        ("other columns at prediction", "predict", {
            let model = LinearRegression::default()
                .fit(x(5, 2).view(), y(5).view())
                .unwrap();
            model.predict(x(5, 3).view()).unwrap_err()
        }),
        (
            "a column that does not exist",
            "compose",
            ColumnTransformer::new()
                .with("num", StandardScaler::default(), ["length"])
                .fit(&table(&[1.0], &["red"]), ())
                .unwrap_err(),
        ),
        (
            "a table without columns",
            "encode",
            OrdinalEncoder::default()
                .fit(&Table::new(Vec::new()).unwrap(), ())
                .unwrap_err(),
        ),
    ]
}

fn parameter_cases() -> Vec<Case> {
    let forest = RandomForestRegressor::default();
    let grid = |name: &str| ParamGrid::new().values(name, [1, 2]);
    vec![
        (
            "test_size out of range",
            "split",
            TrainTestSplit::default()
                .test_size(1.5)
                .split(&x(10, 1))
                .unwrap_err(),
        ),
        (
            "a stratum with one member",
            "split",
            StratifiedShuffleSplit::default()
                .split_by(array![1_i64, 1, 1, 2].view())
                .err()
                .unwrap(),
        ),
        (
            "more folds than rows",
            "cross-validate",
            cross_val_score(
                &LinearRegression::default(),
                x(3, 1),
                y(3),
                &CrossValidation::default().cv(5),
            )
            .unwrap_err(),
        ),
        (
            "unknown hyperparameter",
            "grid search",
            GridSearchCV::new(forest.clone(), [grid("n_tree")])
                .fit(x(20, 2), y(20))
                .err()
                .unwrap(),
        ),
        (
            "unknown path",
            "grid search",
            GridSearchCV::new(
                Pipeline::new()
                    .step("scale", StandardScaler::default())
                    .model("forest", forest.clone()),
                [grid("forest__n_tree")],
            )
            .fit(x(20, 2), y(20))
            .err()
            .unwrap(),
        ),
        (
            "value out of its domain",
            "fit a forest",
            forest
                .clone()
                .n_estimators(0)
                .fit(x(9, 2).view(), y(9).view())
                .unwrap_err(),
        ),
        (
            "k larger than n",
            "fit k-NN",
            KNeighborsClassifier::default()
                .n_neighbors(9)
                .fit(x(3, 1).view(), array![0_i64, 1, 0].view())
                .unwrap_err(),
        ),
        (
            "unknown scorer",
            "by name",
            Scorer::by_name("rmse").err().unwrap(),
        ),
        (
            "a regressor's target for a classifier",
            "cross-validate",
            cross_val_score(
                &RandomForestClassifier::default(),
                x(9, 1),
                y(9),
                &CrossValidation::default(),
            )
            .unwrap_err(),
        ),
        (
            "a singular matrix",
            "solve",
            linalg::solve(array![[1.0, 2.0], [2.0, 4.0]].view(), array![1.0, 2.0].view()).unwrap_err(),
        ),
        (
            "a step's name with __",
            "compose",
            Pipeline::new()
                .step("a__b", StandardScaler::default())
                .fit(x(3, 1), ())
                .err()
                .unwrap(),
        ),
    ]
}

fn file_cases() -> Vec<Case> {
    let folder = scratch();
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    let model = LinearRegression::default()
        .fit(x(5, 1).view(), y(5).view())
        .unwrap();
    model.save(path("line.ml")).unwrap();
    let bytes = fs::read(path("line.ml")).unwrap();
    fs::write(path("cut.ml"), &bytes[..bytes.len() / 2]).unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(path("flipped.ml"), flipped).unwrap();
    fs::write(path("photo.ml"), b"not a model at all").unwrap();
    let load = |name: &str| FittedLinearRegression::<f64>::load(path(name)).err().unwrap();
    let cases = vec![
        (
            "a file of another type",
            "load",
            FittedDecisionTreeRegressor::load(path("line.ml")).err().unwrap(),
        ),
        ("a truncated file", "load", load("cut.ml")),
        ("a damaged file", "load", load("flipped.ml")),
        ("a foreign file", "load", load("photo.ml")),
        ("no such file", "load", load("nowhere.ml")),
        (
            "a folder that is not there",
            "save",
            model.save(path("no/such/folder/line.ml")).unwrap_err(),
        ),
    ];
    fs::remove_dir_all(&folder).unwrap();
    cases
}

/// The messages of fetching and loading data sets, from a registry and a mirror made here.
fn fetch_cases() -> Vec<(&'static str, &'static str, String)> {
    let folder = scratch();
    let mirror = folder.join("mirror");
    fs::create_dir_all(mirror.join("prices")).unwrap();
    fs::write(mirror.join("prices/prices.csv"), "price\n1\n").unwrap();
    let fetcher = |file: &str| {
        let mut fetcher = Fetcher::new(Cache::new(folder.join("cache")));
        fetcher.registry = Registry::parse(&format!(
            "[[dataset]]\nname = \"prices\"\ntitle = \"\"\ndescription = \"\"\ntask = \"\"\nlicence = \"\"\n\
             [[dataset.file]]\nname = \"{file}\"\nbytes = 8\ngives = [\"{file}\"]\nsources = []\n\
             sha256 = [\"{}\"]\n",
            "0".repeat(64)
        ))
        .unwrap();
        fetcher.mirror = Some(Mirror::new(mirror.to_str().unwrap()));
        fetcher
    };
    let missing = datasets::lifesat_in(&Cache::new(folder.join("cache"))).err();
    let fetched = |file: &str, name: &str| fetcher(file).fetch(name).unwrap_err().to_string();
    let cases = vec![
        (
            "a data set that is not here",
            "load",
            missing.unwrap().to_string(),
        ),
        (
            "a data set that nobody has",
            "fetch",
            fetched("prices.csv", "price"),
        ),
        (
            "a mirror without the file",
            "fetch",
            fetched("rents.csv", "prices"),
        ),
        ("a wrong checksum", "fetch", fetched("prices.csv", "prices")),
    ];
    fs::remove_dir_all(&folder).unwrap();
    cases
}

/// The folder that a run works in.
fn scratch() -> PathBuf {
    env::temp_dir().join(format!("ml-errors-{}", std::process::id()))
}

/// The page, with the temporary folder's name taken out of the messages.
fn page() -> String {
    let mut page = "# What bad input is answered with\n\nWritten by `ML_BLESS=1 cargo test --package ml --test errors`, and compared with the \
                    library's real answers by the same test.\n\n| situation | doing | message |\n|---|---|---|\n"
        .to_owned();
    let folder = scratch();
    let cases = data_cases()
        .into_iter()
        .chain(parameter_cases())
        .chain(super::classifiers::cases())
        .chain(super::tensors::cases())
        .chain(super::networks::cases(&folder))
        .chain(file_cases());
    let cases = cases.map(|(situation, doing, error)| (situation, doing, error.to_string()));
    for (situation, doing, message) in cases.chain(fetch_cases()) {
        let message = message
            .replace(&format!("{}/", folder.display()), "")
            .replace('|', "\\|");
        page += &format!("| {situation} | {doing} | {message} |\n");
    }
    page + "\nNot errors: a constant column (scaled to 0, never split on, given the weight 0), a single row to predict, no rows to predict.\n"
}

#[test]
fn every_message_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let ours = page();
    if env::var_os("ML_BLESS").is_some() {
        fs::write(&path, &ours).unwrap();
    }
    let documented = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        documented, ours,
        "docs/errors.md differs: run with ML_BLESS=1 and read the difference"
    );
}

#[test]
fn a_constant_column_is_no_error() {
    let (x, y) = (array![[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], array![2.0, 4.0, 6.0]);
    let scaled = StandardScaler::default()
        .fit(x.view(), ())
        .unwrap()
        .transform(x.view())
        .unwrap();
    assert_eq!(scaled.column(1).to_vec(), [0.0; 3]);
    let line = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let predicted: f64 = line.predict(array![[4.0, 5.0]].view()).unwrap()[0];
    assert!((predicted - 8.0).abs() < 1e-9);
    let forest = RandomForestRegressor::default()
        .n_estimators(5)
        .fit(x.view(), y.view())
        .unwrap();
    assert_eq!(forest.feature_importances()[1], 0.0);
}
