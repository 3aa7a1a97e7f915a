//! The vocabulary of chapter 1 and the interface of chapter 2.

use ml::{
    classic::{
        baseline::DummyRegressor,
        ensemble::RandomForestRegressor,
        linear::LinearRegression,
        metrics::{Scorer, accuracy_score, mean_squared_error},
        model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_score},
        neighbors::KNeighborsRegressor,
        tree::{DecisionTreeClassifier, DecisionTreeRegressor},
    },
    core::{Column, Table, Task, TextColumn, ndarray::array},
    data::{
        pipeline::{ColumnTransformer, FittedModelPipeline, Pipeline},
        preprocess::{FunctionTransformer, OneHotEncoder, SimpleImputer, StandardScaler},
        split::{Splitter, StratifiedShuffleSplit},
    },
    prelude::*,
};

/// A straight line, `y = 1 + 2 x`.
fn line() -> (Array2<f64>, Array1<f64>) {
    let x = Array2::from_shape_fn((12, 1), |(i, _)| i as f64);
    let y = x.column(0).mapv(|v| 1.0 + 2.0 * v);
    (x, y)
}

/// T, E and P of the definition: the task is a value, experience is the argument of `fit`, performance is a score of the result.
#[test]
fn task_experience_and_performance_have_their_places() {
    let (x, y) = line();
    let estimator: Box<dyn Estimator> = Box::new(KNeighborsRegressor::default().n_neighbors(1));
    assert_eq!(estimator.task(), Task::Regression);
    let performance = |experience: usize| {
        let some: Vec<usize> = (0..experience).collect();
        let context = FitContext::default();
        let (seen_x, seen_y) = (Features::from(x.clone()), Target::from(y.clone()));
        let model =
            estimator.fit_features(&seen_x.select_rows(&some), &seen_y.select_rows(&some), &context)?;
        Scorer::default_for(estimator.task()).score(model.as_ref(), &seen_x, &seen_y)
    };
    let scores: Vec<f64> = [2, 6, 12].map(|n| performance(n).unwrap()).to_vec();
    assert!(
        scores.is_sorted() && scores[2] == 1.0,
        "more experience, better: {scores:?}"
    );
}

#[test]
fn accuracy_is_the_share_of_right_answers() {
    let (y, predicted) = (array![1, 0, 1, 1], array![1, 0, 0, 1]);
    assert_eq!(accuracy_score(y.view(), predicted.view()).unwrap(), 0.75);
}

/// Supervision, the increment and the way of generalising are three independent things, each visible in the types.
#[test]
fn kinds_of_learning_are_seen_in_the_types() {
    let (x, y) = line();
    // Unsupervised: no target; and in increments.
    let mut scaler = StandardScaler::default().fit(x.view(), ()).unwrap();
    scaler.partial_fit(array![[100.0]].view(), ()).unwrap();
    assert_eq!(scaler.n_samples_seen()[0], 13.0);
    // Supervised, in a batch: instance-based keeps the rows, model-based two numbers.
    let by_instance = KNeighborsRegressor::default()
        .n_neighbors(1)
        .fit(x.view(), y.view())
        .unwrap();
    let by_model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let far = array![[1000.0]];
    assert_eq!(
        by_instance.predict(far.view()).unwrap()[0],
        23.0,
        "the nearest row's"
    );
    let extrapolated: f64 = by_model.predict(far.view()).unwrap()[0];
    assert!((extrapolated - 2001.0).abs() < 1e-6);
}

/// A regressor of zeros and ones estimates the probability of the class.
#[test]
fn a_regressor_serves_as_a_classifier() {
    let x = array![[0.0], [0.0], [0.0], [0.0], [9.0], [9.0]];
    let (numbers, classes) = (array![0.0, 1.0, 0.0, 0.0, 1.0, 1.0], array![0_i64, 1, 0, 0, 1, 1]);
    let regressor = DecisionTreeRegressor::default()
        .fit(x.view(), numbers.view())
        .unwrap();
    let classifier = DecisionTreeClassifier::default()
        .fit(x.view(), classes.view())
        .unwrap();
    let probability = classifier.predict_proba(x.view()).unwrap();
    assert_eq!(probability.row(0).to_vec(), [0.75, 0.25]);
    assert_eq!(regressor.predict(x.view()).unwrap(), probability.column(1));
}

/// The larger a utility, the better; the smaller a cost: one is the other with its sign turned.
#[test]
fn a_utility_is_a_cost_with_its_sign_turned() {
    let (x, y) = line();
    let estimator = DummyRegressor::default();
    let model = Estimator::fit_features(
        &estimator,
        &x.view().into(),
        &y.view().into(),
        &FitContext::default(),
    )
    .unwrap();
    let predicted = model
        .predict_features(&x.view().into())
        .unwrap()
        .numbers("test")
        .unwrap();
    let cost = mean_squared_error(y.view(), predicted.view()).unwrap();
    let scorer = Scorer::by_name("neg_mean_squared_error").unwrap();
    let utility = scorer
        .score(model.as_ref(), &x.view().into(), &y.view().into())
        .unwrap();
    assert!(cost > 0.0 && utility == -cost, "{utility} and {cost}");
}

/// Chapter 1 swaps one estimator for another by changing one line; here they even share a list. Each works with its defaults.
#[test]
fn estimators_are_interchangeable_and_have_sensible_defaults() {
    let (x, y) = line();
    let estimators: [Box<dyn Estimator>; 4] = [
        Box::new(LinearRegression::default()),
        Box::new(KNeighborsRegressor::default()),
        Box::new(DecisionTreeRegressor::default()),
        Box::new(RandomForestRegressor::default()),
    ];
    for estimator in estimators {
        let (x, y) = (Features::from(x.clone()), Target::from(y.clone()));
        let model = estimator.fit_features(&x, &y, &FitContext::default()).unwrap();
        assert_eq!(model.predict_features(&x).unwrap().len(), 12);
        let r2 = Scorer::default_for(Task::Regression)
            .score(model.as_ref(), &x, &y)
            .unwrap();
        assert!(r2 > 0.9, "{}: {r2}", estimator.type_name());
    }
}

/// Hyperparameters belong to the unfitted value and stay as they were; learned parameters belong to the fitted one.
#[test]
fn hyperparameters_and_learned_values_are_two_types() {
    let (x, y) = line();
    let mut unfitted = LinearRegression::default();
    unfitted.set_param("fit_intercept", &true.into()).unwrap();
    let before = unfitted.params();
    let fitted = unfitted.fit(x.view(), y.view()).unwrap();
    assert_eq!(unfitted.params(), before);
    assert!((fitted.intercept - 1.0).abs() < 1e-9 && (fitted.coef[0] - 2.0).abs() < 1e-9);
    let unknown = unfitted.set_param("intercept", &3.into()).unwrap_err();
    assert!(unknown.to_string().contains("fit_intercept"), "{unknown}");
}

/// A function becomes a transformer like any other: fitted, composed, named.
#[test]
fn a_transformer_of_ones_own_joins_a_pipeline() {
    let halve = FunctionTransformer::new("halve", |x: Array2<f64>| Ok(x / 2.0));
    let pipeline = Pipeline::new()
        .step("fill", SimpleImputer::median())
        .step("halve", halve);
    let (_, out) = pipeline.fit_transform(&array![[2.0], [f64::NAN], [6.0]]).unwrap();
    assert_eq!(out.dense("test").unwrap(), array![[1.0], [2.0], [3.0]]);
}

/// The mean and deviation of the training rows scale every later row, however it is distributed.
#[test]
fn later_rows_are_scaled_by_what_the_training_rows_taught() {
    let scaler = StandardScaler::default()
        .fit(array![[1.0], [3.0]].view(), ())
        .unwrap();
    let later = scaler.transform(array![[5.0], [5.0]].view()).unwrap();
    assert_eq!(later, array![[3.0], [3.0]]);
}

/// The book's imports, module by module, as one small project: splitting, imputing, scaling, encoding, composing, three models, a
/// search, a metric and a file.
#[test]
fn the_modules_of_the_chapter_work_together() {
    // y = 1 + 2 size + 10 if red; every fifth size is missing and has the median of the others.
    let colours = ["red", "blue"];
    let size = |i: usize| (i % 7) as f64;
    let target = Array1::from_shape_fn(140, |i| {
        let size = if i % 5 == 0 { 3.0 } else { size(i) };
        1.0 + 2.0 * size + if i % 2 == 0 { 10.0 } else { 0.0 }
    });
    let sizes = Array1::from_shape_fn(140, |i| if i % 5 == 0 { f64::NAN } else { size(i) });
    let table = Table::new([
        ("size".to_owned(), Column::Number(sizes.into_shared())),
        (
            "colour".to_owned(),
            Column::Text(TextColumn::collect((0..140).map(|i| Some(colours[i % 2])))),
        ),
    ])
    .unwrap();
    let (x, y) = (Features::from(table), Target::from(target));

    // sklearn.model_selection: a stratified split keeps the share of each colour.
    let strata = Target::from((0..140i64).map(|i| i % 2).collect::<Vec<_>>());
    let split = StratifiedShuffleSplit::default()
        .n_splits(1)
        .test_size(0.2)
        .seed(42);
    let fold = split.split(140, Some(&strata), None).unwrap().next().unwrap();
    assert_eq!((fold.train.len(), fold.test.len()), (112, 28));
    assert_eq!(fold.test.iter().filter(|&&row| row % 2 == 0).count(), 14);
    let (x_train, y_train) = (x.select_rows(&fold.train), y.select_rows(&fold.train));
    let (x_test, y_test) = (x.select_rows(&fold.test), y.select_rows(&fold.test));

    // sklearn.impute, preprocessing, compose, pipeline: one object from raw rows to predictions.
    let numbers = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("scaler", StandardScaler::default());
    let prepare = ColumnTransformer::new().with("num", numbers, ["size"]).with(
        "cat",
        OneHotEncoder::default(),
        ["colour"],
    );
    let prepared = || Pipeline::new().step("prepare", prepare.clone());

    // sklearn.linear_model, metrics: the rule is linear in the prepared columns.
    let linear = prepared().model("linear", LinearRegression::default());
    let fitted = linear.fit(&x_train, &y_train).unwrap();
    let predicted = fitted.predict(&x_test).unwrap().numbers("test").unwrap();
    let mse = mean_squared_error(y_test.numbers("test").unwrap().view(), predicted.view()).unwrap();
    assert!(mse < 1e-20, "{mse}");

    // sklearn.tree, ensemble, model_selection: cross-validation, and a search through the pipeline.
    let how = CrossValidation::default()
        .cv(4)
        .scoring("neg_root_mean_squared_error");
    let rmse = |model: &dyn Estimator| {
        -cross_val_score(model, &x_train, &y_train, &how)
            .unwrap()
            .mean()
            .unwrap()
    };
    let stump = prepared().model("tree", DecisionTreeRegressor::default().max_depth(1));
    let forest = prepared().model(
        "forest",
        RandomForestRegressor::default().n_estimators(20).seed(42),
    );
    let mean = prepared().model("mean", DummyRegressor::default());
    let errors = [rmse(&linear), rmse(&forest), rmse(&stump), rmse(&mean)];
    // A fold's own median may be off by one, which costs both good models a little; a stump sees the colour only.
    let [linear_error, forest_error, stump_error, mean_error] = errors;
    assert!(linear_error.max(forest_error) < 0.3, "{errors:?}");
    assert!(3.0 < stump_error && stump_error < mean_error, "{errors:?}");
    let grid = ParamGrid::new()
        .values("prepare__num__imputer__strategy", ["mean", "median"])
        .values("tree__max_depth", [1, 5]);
    let found = GridSearchCV::new(stump, [grid])
        .cv(4)
        .fit(&x_train, &y_train)
        .unwrap();
    assert_eq!(found.best_params.get("tree__max_depth"), Some(&5.into()));

    // joblib: the whole pipeline in a file.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("linear.ml");
    fitted.save(&file).unwrap();
    let loaded = FittedModelPipeline::load(&file).unwrap();
    assert_eq!(loaded.predict(&x_test).unwrap(), fitted.predict(&x_test).unwrap());
}

/// A column of text with very many values is named before it becomes very many columns.
#[test]
fn many_categories_are_named() {
    use ml::data::quality::{Suspicion, profile};
    let codes = TextColumn::collect((0..60).map(|i| Some(format!("code {i}"))));
    let table = Table::new([("code".to_owned(), Column::Text(codes))]).unwrap();
    assert_eq!(
        profile(&table).columns[0].suspicions,
        [Suspicion::ManyCategories(60)]
    );
}
