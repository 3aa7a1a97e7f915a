//! What runs after the launch.

use std::fs;

use ml::{
    classic::{
        linear::{FittedLinearRegression, LinearRegression},
        metrics::Scorer,
        production::{DataStore, ModelStore, PerformanceMonitor, retrain, score_slices},
    },
    prelude::*,
};
use proptest::{collection::vec, prelude::*};

use super::{
    examiner::{examine, holds, lives, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    [
        "PerformanceMonitor",
        "retrain",
        "score_slices",
        "ModelStore",
        "DataStore",
        "Version",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn bad_scores_and_limits() {
    let input = (
        inputs::number(),
        inputs::number(),
        inputs::count(),
        inputs::list(),
    );
    examine(400, input, |(baseline, tolerance, window, scores)| {
        let name = "PerformanceMonitor";
        let Some(mut monitor) = survives(name, || PerformanceMonitor::new(baseline, tolerance, window))?
        else {
            return Ok(());
        };
        scores
            .iter()
            .try_for_each(|&score| lives(name, || monitor.observe(score)).map(drop))
    });
}

#[test]
fn bad_data_for_a_retraining_and_for_slices() {
    let (x, y, _) = inputs::good_rows();
    let line = LinearRegression::default();
    let model = line.fit_features(&x, &y, &FitContext::default()).unwrap();
    let scorer = Scorer::by_name("r2").unwrap();
    let input = (inputs::lesson(), inputs::lesson(), vec("[ab]", 0..9));
    examine(256, input, |((x, y, _), (test_x, test_y, _), slices)| {
        survives("retrain", || {
            retrain(&line, Some(model.as_ref()), (&x, &y), (&test_x, &test_y), &scorer)
        })?;
        survives("score_slices", || {
            score_slices(model.as_ref(), &x, &y, &slices, &scorer)
        })
        .map(drop)
    });
}

/// A store whose folder holds what nobody put there.
#[test]
fn bad_folders_of_a_store() {
    let name = "ModelStore";
    let names = vec(
        prop_oneof![
            Just("current"),
            Just("model-000001.ml"),
            Just("model-4294967295.ml"),
            Just("model-x.ml")
        ],
        0..4,
    );
    examine(64, (names, vec(any::<u8>(), 0..20)), |(names, bytes)| {
        let folder = tempfile::tempdir().map_err(|e| TestCaseError::fail(e.to_string()))?;
        for file in names {
            fs::write(folder.path().join(file), &bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
        }
        let Some(store) = survives(name, || {
            ModelStore::<FittedLinearRegression<f64>>::open(folder.path())
        })?
        else {
            return Ok(());
        };
        survives(name, || store.versions())?;
        survives(name, || store.current())?;
        survives(name, || store.load_current())?;
        let x = Array2::from_shape_fn((3, 1), |(i, _)| i as f64);
        let model = LinearRegression::default().fit(x.view(), x.column(0));
        let model = model.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let published = survives(name, || store.publish(&model))?;
        if let Some(version) = published {
            let back = survives(name, || store.load(version))?;
            holds(name, back.is_some(), || {
                "what was published does not load".to_owned()
            })?;
            survives(name, || store.roll_back_to(version))?;
        }
        Ok(())
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    let opened = ModelStore::<FittedLinearRegression<f64>>::open(file.path());
    assert!(opened.is_err(), "a file is no folder");
}

#[test]
fn bad_rows_for_a_data_store() {
    let name = "DataStore";
    let (x, y, _) = inputs::good_rows();
    let model = LinearRegression::default()
        .fit_features(&x, &y, &FitContext::default())
        .unwrap();
    let scorer = Scorer::by_name("r2").unwrap();
    let input = (inputs::lesson(), vec(any::<u8>(), 0..20), any::<bool>());
    examine(64, input, |((x, y, _), bytes, foreign)| {
        let folder = tempfile::tempdir().map_err(|e| TestCaseError::fail(e.to_string()))?;
        if foreign {
            let file = folder.path().join("rows-000001.ml");
            fs::write(file, &bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
        }
        let Some(store) = survives(name, || DataStore::open(folder.path()))? else {
            return Ok(());
        };
        survives(name, || store.load_current())?;
        if let Some(version) = survives(name, || store.publish(&x, &y))? {
            let back = survives(name, || store.load(version))?;
            holds(
                name,
                back.is_some_and(|(rows, _)| rows.n_rows() == x.n_rows()),
                || "what was published does not load".to_owned(),
            )?;
        }
        survives(name, || store.score(model.as_ref(), &scorer)).map(drop)
    });
}
