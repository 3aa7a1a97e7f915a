//! The embedded sets against what scikit-learn and plotnine load.

use ml_core::{
    Column,
    ndarray::{Array1, Array2, Array3, Axis},
};
use ml_data::datasets::{self, Labelled};
use serde_json::Value;

fn fixture(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/embedded.json")).expect("valid JSON");
    all[name].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().expect("a list").iter();
    list.map(|v| v.as_str().expect("text")).collect()
}

fn close(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "{i}: {a} against {b}"
        );
    }
}

fn check(name: &str, features: &Array2<f64>, target: &Array1<f64>, names: &[String], classes: &[String]) {
    let fixture = fixture(name);
    assert_eq!(
        floats(&fixture["shape"]),
        [features.nrows() as f64, features.ncols() as f64]
    );
    assert_eq!(names, texts(&fixture["names"]));
    // Sums may be added up in another order.
    close(
        &features.sum_axis(Axis(0)).to_vec(),
        &floats(&fixture["sums"]),
        1e-12,
    );
    close(
        &(features * features).sum_axis(Axis(0)).to_vec(),
        &floats(&fixture["squares"]),
        1e-12,
    );
    close(&features.row(0).to_vec(), &floats(&fixture["first"]), 1e-14);
    close(
        &features.row(features.nrows() - 1).to_vec(),
        &floats(&fixture["last"]),
        1e-14,
    );
    let known = floats(&fixture["target"]);
    assert_eq!(target.to_vec()[..known.len()], known);
    assert_eq!(target.sum(), number(&fixture["target_sum"]));
    assert_eq!(classes, texts(&fixture["classes"]));
}

fn check_classes(name: &str, set: &Labelled) {
    let target = set.target.mapv(|class| class as f64);
    check(
        name,
        &set.features,
        &target,
        &set.feature_names,
        &set.target_names,
    );
}

#[test]
fn class_sets_are_those_of_scikit_learn() {
    check_classes("iris", &datasets::iris());
    check_classes("wine", &datasets::wine());
    check_classes("breast_cancer", &datasets::breast_cancer());
    check_classes("digits", &datasets::digits());
}

#[test]
fn diabetes_is_scaled_as_in_scikit_learn() {
    for (name, set) in [
        ("diabetes", datasets::diabetes()),
        ("diabetes_raw", datasets::diabetes_raw()),
    ] {
        check(
            name,
            &set.features,
            &set.target,
            &set.feature_names,
            &set.target_names,
        );
    }
}

#[test]
fn photographs_are_those_of_scikit_learn() {
    let sets: [(&str, Array3<u8>); 2] = [
        ("china.jpg", datasets::china()),
        ("flower.jpg", datasets::flower()),
    ];
    for (name, image) in sets {
        let fixture = fixture(name);
        assert_eq!(image.dim(), (427, 640, 3));
        let theirs = floats(&fixture["pixels"]);
        let ours = image.slice(ml_core::ndarray::s![..;16, ..;16, ..]);
        let worst = ours
            .iter()
            .zip(&theirs)
            .map(|(&a, b)| (f64::from(a) - b).abs())
            .fold(0.0, f64::max);
        // Decoders differ in how they round and in how they enlarge the colour planes.
        assert!(worst <= 3.0, "{name}: a pixel is off by {worst}");
        let ours = image.mapv(f64::from);
        let means = ours.mean_axis(Axis(0)).unwrap().mean_axis(Axis(0)).unwrap();
        close(&means.to_vec(), &floats(&fixture["means"]), 1e-3);
    }
}

#[test]
fn diamonds_are_those_of_plotnine() {
    let fixture = fixture("diamonds");
    let table = datasets::diamonds();
    assert_eq!(
        floats(&fixture["shape"]),
        [table.n_rows() as f64, table.n_columns() as f64]
    );
    assert_eq!(table.names(), texts(&fixture["names"]));
    for (name, column) in table.iter() {
        match column {
            Column::Number(values) => {
                close(&[values.sum()], &[fixture["sums"][name].as_f64().unwrap()], 1e-10);
                let squares = values.dot(values);
                close(&[squares], &[fixture["squares"][name].as_f64().unwrap()], 1e-10);
            }
            Column::Text(text) => {
                let counts = fixture["counts"][name].as_object().unwrap();
                assert_eq!(text.values.len(), counts.len());
                for (value, count) in counts {
                    let ours = text.iter().filter(|v| *v == Some(value)).count();
                    assert_eq!(Some(ours as u64), count.as_u64(), "{name} {value}");
                }
            }
        }
    }
    let last: Vec<String> = table
        .columns()
        .iter()
        .map(|column| match column {
            Column::Number(values) => values[table.n_rows() - 1].to_string(),
            Column::Text(text) => text.get(table.n_rows() - 1).unwrap().to_owned(),
        })
        .collect();
    // Python prints 55.0 where Rust prints 55.
    let theirs = texts(&fixture["last"])
        .into_iter()
        .map(|cell| cell.trim_end_matches(".0"));
    assert!(last.iter().map(String::as_str).eq(theirs), "{last:?}");
}

#[cfg(feature = "tables")]
#[test]
fn diamonds_are_the_same_as_a_table_and_as_a_frame() {
    use ml_core::Features;
    use ml_data::IntoFeatures;

    let table = datasets::diamonds();
    let Features::Table(frame) = datasets::diamonds_frame().into_features().unwrap() else {
        unreachable!()
    };
    assert_eq!(table.names(), frame.names());
    for (a, b) in table.columns().iter().zip(frame.columns()) {
        match (a, b) {
            (Column::Number(a), Column::Number(b)) => assert_eq!(a, b),
            (Column::Text(a), Column::Text(b)) => assert_eq!(a, b),
            _ => panic!("{} beside {}", a.kind(), b.kind()),
        }
    }
}
