//! Pipelines, column transformers and unions.

use ml_core::{
    Column, Error, Estimator, Features, Fit, FitContext, FittedTransformer, Params, Persist, Predict, Result,
    Score, Table, Target, TextColumn, Transform, Transformer,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, array, s},
};
use ml_data::{
    pipeline::{
        ColumnTransformer, Columns, FeatureUnion, FittedModelPipeline, FittedPipeline, ModelPipeline,
        Passthrough, Pipeline, Remainder,
    },
    preprocess::{
        CombinedAttributes, FittedTableImputer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, SimpleImputer,
        StandardScaler,
    },
};
use serde::{Deserialize, Serialize};

const NUMBERS: [&str; 8] = [
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
];

/// Six districts of the housing table; one misses its bedrooms.
fn housing() -> Table {
    let rows = [
        [-122.23, 37.88, 41.0, 880.0, 129.0, 322.0, 126.0, 8.3252],
        [-122.22, 37.86, 21.0, 7099.0, 1106.0, 2401.0, 1138.0, 8.3014],
        [-122.24, 37.85, 52.0, 1467.0, f64::NAN, 496.0, 177.0, 7.2574],
        [-121.0, 37.0, 52.0, 1274.0, 235.0, 558.0, 219.0, 5.6431],
        [-118.0, 34.0, 30.0, 1627.0, 280.0, 565.0, 259.0, 3.8462],
        [-117.0, 33.0, 10.0, 919.0, 213.0, 413.0, 193.0, 4.0368],
    ];
    let sea = ["NEAR BAY", "NEAR BAY", "ISLAND", "INLAND", "<1H OCEAN", "INLAND"];
    let number = |(j, name): (usize, &&str)| {
        let values: Array1<f64> = rows.iter().map(|row| row[j]).collect();
        ((*name).to_owned(), Column::Number(values.into_shared()))
    };
    let text = Column::Text(TextColumn::collect(sea.map(Some)));
    let columns = NUMBERS.iter().enumerate().map(number);
    Table::new(columns.chain([("ocean_proximity".to_owned(), text)])).expect("columns of six rows")
}

fn prices() -> Array1<f64> {
    array![452.6, 358.5, 352.1, 341.3, 342.2, 269.7]
}

fn prepare() -> ColumnTransformer {
    let numbers = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("attribs_adder", CombinedAttributes::default())
        .step("std_scaler", StandardScaler::default());
    ColumnTransformer::new().with("num", numbers, NUMBERS).with(
        "cat",
        OneHotEncoder::default(),
        ["ocean_proximity"],
    )
}

fn forecast() -> ModelPipeline {
    Pipeline::new()
        .step("prepare", prepare())
        .model("first", Column1 { factor: 2.0 })
}

/// Predicts `factor` times the first column, plus the mean of the targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Column1 {
    factor: f64,
}
ml_core::impl_params!(Column1);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FittedColumn1 {
    factor: f64,
    mean: f64,
    n_columns: usize,
}

impl Fit<ArrayView2<'_, f64>, ArrayView1<'_, f64>> for Column1 {
    type Fitted = FittedColumn1;

    fn fit_with(
        &self,
        x: ArrayView2<'_, f64>,
        y: ArrayView1<'_, f64>,
        context: &FitContext<'_>,
    ) -> Result<FittedColumn1> {
        let weights = context.weights_for("Column1", x.nrows())?;
        let weights = weights.map_or(Array1::ones(y.len()), |w| w.to_owned());
        Ok(FittedColumn1 {
            factor: self.factor,
            mean: (&weights * &y).sum() / weights.sum(),
            n_columns: x.ncols(),
        })
    }
}

impl Predict<ArrayView2<'_, f64>> for FittedColumn1 {
    type Output = Array1<f64>;

    fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Array1<f64>> {
        ml_core::check::prediction_rows("Column1", x, self.n_columns)?;
        Ok(x.column(0).mapv(|v| self.factor * v + self.mean))
    }
}

ml_core::regressor!(Column1 => FittedColumn1, {
    fn feature_importances(&self) -> Option<Vec<f64>> {
        Some(vec![1.0 / self.n_columns as f64; self.n_columns])
    }
});

fn dense(x: &Features) -> Array2<f64> {
    x.dense("test").expect("only numbers").into_owned()
}

/// Reproduces N02-016 in small: 8 numbers + 3 ratios + a column a category, dense.
#[test]
fn housing_preparation_has_the_books_columns_in_the_books_order() {
    let (fitted, x) = prepare().fit_transform(housing()).unwrap();
    assert!(matches!(x, Features::Dense { .. }), "{x:?}");
    let mut names: Vec<String> = NUMBERS.map(str::to_owned).to_vec();
    names.extend(["rooms_per_hhold", "pop_per_hhold", "bedrooms_per_room"].map(str::to_owned));
    names.extend(["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY"].map(|c| format!("ocean_proximity_{c}")));
    assert_eq!(x.names().unwrap(), names);
    assert_eq!(fitted.feature_names_out().unwrap(), names);

    let numbers: &FittedPipeline = fitted.transformer_as("num").unwrap();
    let imputer: &FittedTableImputer = numbers.step_as("imputer").unwrap();
    assert_eq!(imputer.statistics[4], 235.0.into());
    for column in dense(&x).columns().into_iter().take(11) {
        assert!(column.mean().unwrap().abs() < 1e-12);
        assert!((column.std(0.0) - 1.0).abs() < 1e-12);
    }
    for row in dense(&x).rows() {
        assert_eq!(row.iter().skip(11).sum::<f64>(), 1.0);
    }
    assert_eq!(dense(&fitted.transform(&housing()).unwrap()), dense(&x));
}

#[test]
fn fit_alone_learns_what_fit_transform_learns() {
    let fitted = prepare().fit(&housing(), ()).unwrap();
    let (again, x) = prepare().fit_transform(housing()).unwrap();
    assert_eq!(dense(&fitted.transform(housing()).unwrap()), dense(&x));
    let names: Vec<&str> = again.named_transformers().map(|(name, _)| name).collect();
    assert_eq!(names, ["num", "cat"]);
}

#[test]
fn the_users_table_is_never_changed() {
    let table = housing();
    prepare().fit_transform(&table).unwrap();
    let Some(Column::Number(bedrooms)) = table.get("total_bedrooms") else {
        panic!()
    };
    assert!(bedrooms[2].is_nan());
    assert_eq!(bedrooms[0], 129.0);

    let x = array![[1.0], [3.0]].into_shared();
    let pipeline = Pipeline::new().step("scaler", StandardScaler::default());
    pipeline.fit_transform(&x).unwrap();
    assert_eq!(x, array![[1.0], [3.0]]);
}

#[test]
fn a_model_pipeline_predicts_raw_rows_and_names_its_importances() {
    let fitted = forecast().fit(&housing(), &prices()).unwrap();
    let Target::Numbers(predicted) = fitted.predict(&housing()).unwrap() else {
        panic!()
    };
    let x = dense(&fitted.preparation().transform(&housing()).unwrap());
    assert_eq!(predicted[3], 2.0 * x[[3, 0]] + prices().mean().unwrap());
    let importances = fitted.feature_importances().unwrap();
    assert_eq!(importances.len(), 15);
    assert_eq!(importances[11].0, "ocean_proximity_<1H OCEAN");
    let residuals = &prices() - &predicted;
    let spread = prices() - prices().mean().unwrap();
    let r2 = 1.0 - residuals.mapv(|v| v * v).sum() / spread.mapv(|v| v * v).sum();
    assert!((fitted.score(&housing(), &prices()).unwrap() - r2).abs() < 1e-12);
    assert!(fitted.step("prepare").is_some() && fitted.step("other").is_none());
}

#[test]
fn a_score_needs_targets_that_can_be_marked_by() {
    let fitted = forecast().fit(&housing(), &prices()).unwrap();
    let refused = |rows: &[usize], y: Array1<f64>| {
        let x = Features::from(housing()).select_rows(rows);
        fitted.score(x, y).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&[], array![]),
        "ModelPipeline: y (0 rows) is empty; at least 2 rows needed"
    );
    assert_eq!(
        refused(&[0], array![452.6]),
        "ModelPipeline: y (1 row, which has no variance) is empty; at least 2 rows needed"
    );
    assert_eq!(
        refused(&[0, 1], array![452.6, f64::NAN]),
        "ModelPipeline: y holds NaN at row 1, column 0; drop rows without a target"
    );
}

#[test]
fn weights_reach_the_model_only() {
    let weights = array![1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let fitted = forecast()
        .fit_weighted(&housing(), &prices(), weights.view())
        .unwrap();
    let model = fitted.model().as_any().downcast_ref::<FittedColumn1>().unwrap();
    assert_eq!(model.mean, 452.6);
    let error = prepare()
        .fit_weighted(&housing(), (), weights.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "ColumnTransformer does not support sample weights; fit without weights, or repeat rows"
    );
    let x = Features::from(array![[1.0], [2.0]]);
    let context = FitContext::weighted(weights.slice(s![..2]));
    let error = Passthrough::default()
        .fit_features(&x, None, &context)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Passthrough does not support sample weights; fit without weights, or repeat rows"
    );
}

#[test]
fn a_score_counts_rows_by_their_weight() {
    let fitted = forecast().fit(&housing(), &prices()).unwrap();
    let predicted = fitted.predict(&housing()).unwrap().numbers("test").unwrap();
    let weights = array![1.0, 0.0, 2.0, 0.5, 3.0, 0.0];
    let mean = (&prices() * &weights).sum() / 6.5;
    let residual = ((&prices() - &predicted).mapv(|v| v * v) * &weights).sum();
    let spread = (prices().mapv(|v| (v - mean) * (v - mean)) * &weights).sum();
    let score = fitted
        .score_weighted(&housing(), &prices(), weights.view())
        .unwrap();
    assert!((score - (1.0 - residual / spread)).abs() < 1e-12, "{score}");
    let short = array![1.0];
    let error = fitted
        .score_weighted(&housing(), &prices(), short.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "ModelPipeline: x has 6 rows, but weights has 1; they must match one to one"
    );
}

#[test]
fn hyperparameters_are_reached_by_path() {
    let mut pipeline = forecast();
    let path = "prepare__num__attribs_adder__add_bedrooms_per_room";
    assert!(pipeline.params().contains(&(path.to_owned(), true.into())));
    pipeline.set_param(path, &false.into()).unwrap();
    pipeline
        .set_param("prepare__num__imputer__strategy", &"mean".into())
        .unwrap();
    pipeline
        .set_param("prepare__sparse_threshold", &0.0.into())
        .unwrap();
    pipeline.set_param("first__factor", &1.0.into()).unwrap();
    let fitted = pipeline.fit(&housing(), &prices()).unwrap();
    assert_eq!(fitted.feature_names().unwrap().len(), 14);

    let error = pipeline
        .set_param("prepare__num__scaler__with_mean", &false.into())
        .unwrap_err();
    let known = "imputer__..., attribs_adder__..., std_scaler__...";
    assert_eq!(
        error.to_string(),
        format!("Pipeline has no hyperparameter \"scaler__with_mean\"; it has: {known}")
    );
    let error = pipeline
        .set_param("prepare__num__imputer__strategy", &"mode".into())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("SimpleImputer.strategy = \"mode\": must be"),
        "{error}"
    );
}

#[test]
fn names_of_steps_are_unique_and_plain() {
    for (names, text) in [
        (
            ["a__b", "c"],
            "step name = \"a__b\": must be not empty and without \"__\"",
        ),
        (
            ["", "c"],
            "step name = \"\": must be not empty and without \"__\"",
        ),
        (
            ["a", "a"],
            "step name = \"a\": must be different from all other step names",
        ),
    ] {
        let pipeline = Pipeline::new().passthrough(names[0]).passthrough(names[1]);
        let error = pipeline.fit(&array![[1.0]], ()).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    let taken = Pipeline::new()
        .passthrough("a")
        .model("a", Column1 { factor: 1.0 });
    let error = taken.fit(&array![[1.0]], vec![1.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "step name = \"a\": must be different from all other step names"
    );
}

#[test]
fn columns_may_change_their_order_and_nothing_else() {
    let fitted = forecast().fit(&housing(), &prices()).unwrap();
    let table = housing();
    let order: Vec<usize> = (0..9).rev().collect();
    let expected = fitted.predict(&table).unwrap();
    assert_eq!(fitted.predict(table.select_columns(&order)).unwrap(), expected);

    let missing = table.select_columns(&[0, 1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(
        fitted.predict(missing).unwrap_err().to_string(),
        "Pipeline: column \"total_bedrooms\" is missing; the data has: longitude, latitude, \
         housing_median_age, total_rooms, population, households, median_income, ocean_proximity"
    );
    let mut columns = table.clone().into_columns();
    columns.push(("price".to_owned(), Column::Number(prices().into_shared())));
    let error = fitted.predict(Table::new(columns).unwrap()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("Pipeline: column \"price\" was not there at fit; drop it"),
        "{error}"
    );
    let mut columns = table.into_columns();
    columns[2].1 = Column::Text(TextColumn::collect(["old"; 6].map(Some)));
    let error = fitted.predict(Table::new(columns).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Pipeline: column \"housing_median_age\" held numbers at fit and holds text now; convert it as for fit"
    );
    let error = fitted.predict(array![[1.0, 2.0]]).unwrap_err();
    assert_eq!(error.to_string(), "Pipeline: expected 9 columns as in fit, got 2");
}

#[test]
fn columns_are_chosen_by_name_position_and_type() {
    let by_type = ColumnTransformer::new()
        .with("num", MaxAbsScaler::default(), Columns::Numbers)
        .with("cat", OneHotEncoder::default(), Columns::Text);
    let by_position = ColumnTransformer::new()
        .with("num", MaxAbsScaler::default(), 0..8)
        .with("cat", OneHotEncoder::default(), [8]);
    let (_, a) = by_type.fit_transform(housing()).unwrap();
    let (_, b) = by_position.fit_transform(housing()).unwrap();
    assert_eq!(a.names(), b.names());
    assert_eq!(a.n_columns(), 12);

    for (columns, text) in [
        (
            Columns::from("price"),
            "ColumnTransformer: column \"price\" is missing; the data has: longitude, ",
        ),
        (
            Columns::from([0, 9]),
            "columns = 9: must be the position of a column, below 9",
        ),
        (
            Columns::from([1, 1]),
            "ColumnTransformer: column \"latitude\" is listed twice for one transformer; list it once",
        ),
    ] {
        let wrong = ColumnTransformer::new().with("num", MaxAbsScaler::default(), columns);
        let error = wrong.fit(&housing(), ()).unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
    }
    let named = ColumnTransformer::new().with("num", MaxAbsScaler::default(), ["a"]);
    let error = named.fit(&array![[1.0]], ()).unwrap_err().to_string();
    assert!(
        error.starts_with("ColumnTransformer: got an array without column names, and the columns [\"a\"]"),
        "{error}"
    );
}

#[test]
fn the_rest_is_dropped_passed_or_transformed() {
    let x = array![[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]];
    let some = || ColumnTransformer::new().with("scaled", MinMaxScaler::default(), [1]);
    let result = |t: ColumnTransformer| dense(&t.fit_transform(&x).unwrap().1);
    assert_eq!(result(some()), array![[0.0], [1.0]]);
    assert_eq!(
        result(some().remainder(Remainder::Passthrough)),
        array![[0.0, 1.0, 100.0], [1.0, 2.0, 200.0]]
    );
    assert_eq!(
        result(some().drop("no", [0]).remainder(MaxAbsScaler::default())),
        array![[0.0, 0.5], [1.0, 1.0]]
    );
    assert_eq!(
        result(some().passthrough("same", [2, 0])),
        array![[0.0, 100.0, 1.0], [1.0, 200.0, 2.0]]
    );
    let error = ColumnTransformer::new()
        .drop("all", 0..3)
        .fit(&x, ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "ColumnTransformer: the choice of columns is empty; at least 1 column that is not dropped needed"
    );
}

#[test]
fn names_that_would_come_twice_are_prefixed() {
    let twice = ColumnTransformer::new()
        .with("range", MinMaxScaler::default(), ["households"])
        .with("share", MaxAbsScaler::default(), ["households"]);
    let (_, x) = twice.fit_transform(housing()).unwrap();
    assert_eq!(x.names().unwrap(), ["range__households", "share__households"]);
    let (fitted, x) = prepare()
        .verbose_feature_names_out(true)
        .fit_transform(housing())
        .unwrap();
    assert_eq!(x.names().unwrap()[0], "num__longitude");
    assert_eq!(
        fitted.feature_names_out().unwrap()[14],
        "cat__ocean_proximity_NEAR BAY"
    );
}

/// Reproduces C02-087: sparse only below 30% of non-zero cells.
#[test]
fn the_density_decides_between_sparse_and_dense() {
    let codes = Column::Number((0..10).map(f64::from).collect::<Array1<f64>>().into_shared());
    let table = Table::new([("code".to_owned(), codes)]).unwrap();
    let encode = |threshold: f64| {
        ColumnTransformer::new()
            .with("cat", OneHotEncoder::default(), ["code"])
            .passthrough("num", ["code"])
            .sparse_threshold(threshold)
    };
    // 10 ones and 9 numbers that are not 0, in 10 x 11 cells: 17%.
    let (_, x) = encode(0.3).fit_transform(&table).unwrap();
    assert!(matches!(x, Features::Sparse { .. }));
    let (_, y) = encode(0.1).fit_transform(&table).unwrap();
    assert!(matches!(y, Features::Dense { .. }));
    assert_eq!(dense(&x), dense(&y));
    let error = encode(2.0).fit(&table, ()).unwrap_err();
    assert_eq!(error.to_string(), "sparse_threshold = 2: must be between 0 and 1");
}

#[test]
fn a_union_puts_views_of_all_columns_side_by_side() {
    let union = FeatureUnion::new()
        .with("scaled", MaxAbsScaler::default())
        .with("hot", OneHotEncoder::default());
    let x = array![[1.0], [2.0], [2.0]];
    let (fitted, out) = union.fit_transform(&x).unwrap();
    assert!(
        matches!(out, Features::Sparse { .. }),
        "one sparse part makes all sparse"
    );
    assert_eq!(
        dense(&out),
        array![[0.5, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]
    );
    assert_eq!(fitted.feature_names_out().unwrap(), ["x0", "x0_1", "x0_2"]);
    assert_eq!(
        FeatureUnion::new().fit(&x, ()).unwrap_err().to_string(),
        "FeatureUnion: the list of transformers is empty; at least 1 transformer needed"
    );
}

#[test]
fn pipelines_survive_serialisation() {
    let fitted = forecast().fit(&housing(), &prices()).unwrap();
    let text = serde_json::to_string(&fitted).unwrap();
    let again: FittedModelPipeline = serde_json::from_str(&text).unwrap();
    assert_eq!(
        again.predict(&housing()).unwrap(),
        fitted.predict(&housing()).unwrap()
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forecast.model");
    fitted.save(&path).unwrap();
    let again = FittedModelPipeline::load(&path).unwrap();
    assert_eq!(
        again.predict(&housing()).unwrap(),
        fitted.predict(&housing()).unwrap()
    );
    assert_eq!(again.feature_importances(), fitted.feature_importances());
    forecast().save(&path).unwrap();
    assert_eq!(ModelPipeline::load(&path).unwrap().params(), forecast().params());

    let text = serde_json::to_string(&forecast()).unwrap();
    let again: ModelPipeline = serde_json::from_str(&text).unwrap();
    assert_eq!(again.params(), forecast().params());
    let boxed: Box<dyn Estimator> = Box::new(forecast());
    let again: Box<dyn Estimator> = serde_json::from_str(&serde_json::to_string(&boxed).unwrap()).unwrap();
    assert_eq!(again.params(), forecast().params());
}

#[test]
fn inverse_runs_the_steps_backwards_or_names_the_one_that_cannot() {
    use ml_core::InverseTransform;
    let x = array![[1.0, 5.0], [2.0, 7.0], [4.0, 1.0]];
    let pipeline = Pipeline::new()
        .step("standard", StandardScaler::default())
        .step("range", MinMaxScaler::default());
    let (fitted, scaled) = pipeline.fit_transform(&x).unwrap();
    let back = dense(&fitted.inverse_transform(scaled).unwrap());
    assert!((&back - &x).iter().all(|d| d.abs() < 1e-12));

    let (fitted, out) = Pipeline::new()
        .step("imputer", SimpleImputer::mean())
        .fit_transform(&x)
        .unwrap();
    assert_eq!(
        fitted.inverse_transform(out).unwrap_err().to_string(),
        "SimpleImputer does not support inverse_transform; keep the original rows"
    );
}

#[test]
fn bad_data_is_refused_with_the_columns_name() {
    let empty = housing().select_rows(&[]);
    let error = prepare().fit(&empty, ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "SimpleImputer: x (0 rows) is empty; at least 1 row needed"
    );

    let mut columns = housing().into_columns();
    columns[6].1 = Column::Number(Array1::zeros(6).into_shared());
    let error = prepare().fit(Table::new(columns).unwrap(), ()).unwrap_err();
    let text = "StandardScaler: x holds inf at row 0, column rooms_per_hhold;";
    assert!(error.to_string().starts_with(text), "{error}");

    let text = Pipeline::new().step("scaler", StandardScaler::default());
    let error = text.fit(&housing(), ()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("StandardScaler: column \"ocean_proximity\" holds text where numbers"),
        "{error}"
    );
    let error = forecast().fit(&housing(), vec![1.0, 2.0]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Length {
                left: 6,
                right: 2,
                ..
            }
        ),
        "{error}"
    );

    let fitted = prepare().fit(&housing(), ()).unwrap();
    let none = fitted.transform(&housing().select_rows(&[])).unwrap();
    assert_eq!((none.n_rows(), none.n_columns()), (0, 15));
    let one = fitted.transform(&housing().select_rows(&[2])).unwrap();
    assert_eq!(one.n_rows(), 1);
}

#[test]
fn boxed_forms_agree_with_the_typed_ones() {
    let features = Features::from(housing());
    let context = FitContext::default();
    let boxed: Box<dyn FittedTransformer> = prepare().fit_features(&features, None, &context).unwrap();
    let typed = prepare().fit(&features, ()).unwrap();
    let (a, b) = (
        boxed.transform_features(features.clone()).unwrap(),
        typed.transform(&features).unwrap(),
    );
    assert_eq!(dense(&a), dense(&b));
}

/// A table that is large enough to be transformed in chunks of rows: `copies` times the housing rows.
fn repeated(copies: usize) -> Table {
    let rows: Vec<usize> = (0..6 * copies).map(|row| row % 6).collect();
    housing().select_rows(&rows)
}

#[test]
fn chunks_of_rows_change_no_result() {
    let large = repeated(20_000);
    let fitted = prepare().fit(&large, ()).unwrap();
    let (_, x) = prepare().fit_transform(&large).unwrap();
    assert_eq!((x.n_rows(), x.n_columns()), (120_000, 15));
    assert_eq!(x.names().unwrap(), fitted.feature_names_out().unwrap());
    let six = dense(&fitted.transform(housing()).unwrap());
    let x = dense(&x);
    for start in [0, 4092, 60_000, 119_994] {
        assert_eq!(x.slice(ml_core::ndarray::s![start..start + 6, ..]), six);
    }

    // The row in an error is that of the table, not of the chunk.
    let mut columns = large.into_columns();
    let sea = (0..120_000).map(|row| Some(if row == 100_000 { "LAKE" } else { "INLAND" }));
    columns[8].1 = Column::Text(TextColumn::collect(sea));
    let error = fitted.transform(Table::new(columns).unwrap()).unwrap_err();
    assert!(error.to_string().contains("\"LAKE\" at row 100000"), "{error}");
}
