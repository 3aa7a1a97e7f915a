//! After the launch: monitoring, slices, retraining, rolling back.

use ml_classic::{
    baseline::DummyRegressor,
    linear::{FittedLinearRegression, LinearRegression},
    metrics::Scorer,
    production::{DataStore, Health, ModelStore, PerformanceMonitor, retrain, score_slices},
};
use ml_core::{
    Column, Error, Features, Fit, Model, Predict, Score, Table, TextColumn,
    ndarray::{Array1, Array2, array, s},
};

/// `y = 2 x + 1` for x = 0, 1, ... n - 1.
fn line(n: usize) -> (Array2<f64>, Array1<f64>) {
    let x = Array2::from_shape_fn((n, 1), |(row, _)| row as f64);
    let y = x.column(0).mapv(|v| 2.0 * v + 1.0);
    (x, y)
}

#[test]
fn a_worse_model_is_not_deployed_and_a_better_one_is() {
    let (x, y) = line(20);
    let r2 = Scorer::by_name("r2").unwrap();
    let data = || (&x, &y);
    let first = retrain(&DummyRegressor::default(), None, data(), data(), &r2).unwrap();
    assert!(first.deploy(), "the first model has nothing to beat");
    let better = retrain(
        &LinearRegression::default(),
        Some(first.model.as_ref()),
        data(),
        data(),
        &r2,
    )
    .unwrap();
    assert!(better.deploy());
    assert!((better.new_score - 1.0).abs() < 1e-12);
    assert_eq!(better.old_score, Some(first.new_score));
    let worse = retrain(
        &DummyRegressor::default(),
        Some(better.model.as_ref()),
        data(),
        data(),
        &r2,
    )
    .unwrap();
    assert!(!worse.deploy());
}

#[test]
fn slices_come_worst_first() {
    let (x, y) = line(6);
    let model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let slices = ["b", "b", "b", "a", "a", "a"];
    // The labels of slice a are shifted, so the model is wrong by exactly 3 there.
    let shifted = array![1.0, 3.0, 5.0, 10.0, 12.0, 14.0];
    let scorer = Scorer::by_name("neg_mean_squared_error").unwrap();
    let scores = score_slices(&model, &x, &shifted, &slices, &scorer).unwrap();
    assert_eq!((scores[0].slice, scores[0].n_rows), ("a", 3));
    assert!((scores[0].score + 9.0).abs() < 1e-9);
    assert!(scores[1].score.abs() < 1e-9);
    let error = score_slices(&model, &x, &shifted, &slices[1..], &scorer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "score_slices: x has 6 rows, but slices has 5; they must match one to one"
    );
}

#[test]
fn a_store_keeps_every_model_and_rolls_back() {
    let folder = std::env::temp_dir().join(format!("ml-model-store-{}", std::process::id()));
    let (x, y) = line(5);
    let model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let store = ModelStore::<FittedLinearRegression<f64>>::open(&folder).unwrap();
    assert_eq!(store.current().unwrap(), None);
    assert_eq!(
        store.load_current().unwrap_err().to_string(),
        "ModelStore: the store is empty; at least 1 published model needed"
    );
    assert_eq!(store.publish(&model).unwrap(), 1);
    let steeper = LinearRegression::default()
        .fit(x.view(), (&y * 2.0).view())
        .unwrap();
    assert_eq!(store.publish(&steeper).unwrap(), 2);
    assert_eq!(store.versions().unwrap(), [1, 2]);

    store.roll_back_to(1).unwrap();
    // Another process would open the folder anew.
    let reopened = ModelStore::<FittedLinearRegression<f64>>::open(&folder).unwrap();
    let back = reopened.load_current().unwrap();
    assert_eq!(back.predict(x.view()).unwrap(), model.predict(x.view()).unwrap());
    assert_eq!(
        store.roll_back_to(7).unwrap_err().to_string(),
        "version = 7: must be one of the stored versions: 1, 2"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The model in service is published, goes wrong on live rows, and the one before it takes its place.
#[test]
fn a_live_drop_is_told_and_the_store_is_the_way_back() {
    let folder = std::env::temp_dir().join(format!("ml-model-watch-{}", std::process::id()));
    let (x, y) = line(8);
    let store = ModelStore::<FittedLinearRegression<f64>>::open(&folder).unwrap();
    let good = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    store.publish(&good).unwrap();
    // Trained on labels in another unit, which nobody noticed.
    let bad = LinearRegression::default()
        .fit(x.view(), (&y / 100.0).view())
        .unwrap();
    assert_eq!(store.publish(&bad).unwrap(), 2);

    let live = |store: &ModelStore<FittedLinearRegression<f64>>| {
        let model = store.load_current().unwrap();
        model.score(x.view(), y.view()).unwrap()
    };
    let mut monitor = PerformanceMonitor::new(1.0, 0.02, 4).unwrap();
    assert!(matches!(monitor.observe(live(&store)), Health::Dropped { .. }));
    store.roll_back_to(1).unwrap();
    assert_eq!(monitor.observe(live(&store)), Health::Good);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn retrained_models_are_plain_models() {
    let (x, y) = line(8);
    let r2 = Scorer::by_name("r2").unwrap();
    let outcome = retrain(&LinearRegression::default(), None, (&x, &y), (&x, &y), &r2).unwrap();
    let model: &dyn Model = outcome.model.as_ref();
    let predicted = model.predict_features(&x.into()).unwrap();
    assert_eq!(predicted.len(), 8);
}

/// Every version stays, with its names and its text; a model is marked on each of them.
#[test]
fn a_store_keeps_every_data_set_and_marks_models_on_each() {
    let folder = std::env::temp_dir().join(format!("ml-data-store-{}", std::process::id()));
    let store = DataStore::open(&folder).unwrap();
    assert_eq!(store.current().unwrap(), None);
    assert_eq!(
        store.load_current().unwrap_err().to_string(),
        "DataStore: the store is empty; at least 1 published data set needed"
    );
    let (x, y) = line(6);
    assert_eq!(store.publish(&x, &y).unwrap(), 1);
    // A delivery whose last target lost its decimal point.
    let mut spoiled = y.clone();
    spoiled[5] *= 100.0;
    assert_eq!(store.publish(&x, &spoiled).unwrap(), 2);

    let model = LinearRegression::default().fit(x.view(), y.view()).unwrap();
    let scorer = Scorer::by_name("neg_max_error").unwrap();
    let scores = store.score(&model, &scorer).unwrap();
    assert_eq!((scores[0].0, scores[1].0), (1, 2));
    assert!(scores[0].1 > -1e-9, "{scores:?}");
    assert!((scores[1].1 + 99.0 * y[5]).abs() < 1e-6, "{scores:?}");

    // Another process would open the folder anew.
    let reopened = DataStore::open(&folder).unwrap();
    let (rows, target) = reopened.load_current().unwrap();
    assert_eq!(rows.dense("test").unwrap(), x);
    assert_eq!(target, spoiled.into());
    reopened.roll_back_to(1).unwrap();
    assert_eq!(store.load_current().unwrap().1, y.clone().into());
    assert_eq!(
        store.roll_back_to(7).unwrap_err().to_string(),
        "version = 7: must be one of the stored versions: 1, 2"
    );

    // Tables keep their names, numbers and text; classes stay classes.
    let colours = [Some("red"), None, Some("blue")];
    let sizes = array![1.5, f64::NAN, 3.0].into_shared();
    let table = Table::new([
        ("size".to_owned(), Column::Number(sizes.clone())),
        ("colour".to_owned(), Column::Text(TextColumn::collect(colours))),
    ])
    .unwrap();
    let classes = array![0, 1, 1];
    assert_eq!(store.publish(&table, &classes).unwrap(), 3);
    let (rows, target) = store.load(3).unwrap();
    assert_eq!(target, classes.into());
    let Features::Table(back) = rows else {
        panic!("a table stays a table")
    };
    assert_eq!(back.names(), table.names());
    let Some(Column::Text(text)) = back.get("colour") else {
        panic!("text stays text")
    };
    assert!(text.iter().eq(colours));
    let Some(Column::Number(numbers)) = back.get("size") else {
        panic!("numbers stay numbers")
    };
    let bits = |v: &f64| v.to_bits();
    assert!(numbers.iter().map(bits).eq(sizes.iter().map(bits)));

    let file = folder.join("rows-000001.ml");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(store.load(1).unwrap_err(), Error::File { .. }));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_data_store_refuses_what_it_could_not_give_back() {
    let folder = std::env::temp_dir().join(format!("ml-data-store-bad-{}", std::process::id()));
    let store = DataStore::open(&folder).unwrap();
    let (x, y) = line(3);
    let error = store.publish(&x, y.slice(s![..2]).to_owned()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "DataStore: x has 3 rows, but y has 2; they must match one to one"
    );
    let sparse = Features::Sparse {
        values: std::sync::Arc::new(ml_core::sprs::CsMat::eye(3)),
        names: None,
    };
    let error = store.publish(&sparse, &y).unwrap_err();
    assert_eq!(
        error.to_string(),
        "DataStore does not support sparse rows; store the rows as they were before they were encoded"
    );
    assert_eq!(store.versions().unwrap(), [0; 0]);
    std::fs::remove_dir_all(&folder).unwrap();
}
