//! Neighbours against Scikit-Learn, brute force against trees, and what is refused.

use ml_classic::neighbors::{
    Algorithm, FittedKNeighborsClassifier, FittedKNeighborsRegressor, KNeighborsClassifier,
    KNeighborsRegressor, Metric, Weights,
};
use ml_core::{
    Fit, Params, Persist, Predict, PredictProba, Score,
    ndarray::{Array1, Array2, Axis, array},
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::metrics::close;

#[derive(Deserialize)]
pub(crate) struct Fixture {
    x: Vec<[f64; 3]>,
    queries: Vec<[f64; 3]>,
    y: Vec<f64>,
    classes: Vec<i64>,
    several: Vec<[f64; 2]>,
    labels: Vec<[i64; 2]>,
    searches: Vec<Search>,
    #[serde(flatten)]
    pub(crate) rest: serde_json::Value,
}

#[derive(Deserialize)]
struct Search {
    metric: Metric,
    weights: Weights,
    distances: Vec<Vec<f64>>,
    rows: Vec<Vec<usize>>,
    numbers: Vec<f64>,
    classes: Vec<i64>,
    proba: Vec<Vec<f64>>,
    several: Vec<[f64; 2]>,
    labels: Vec<[i64; 2]>,
    labels_proba: Vec<Vec<Vec<f64>>>,
}

impl Fixture {
    pub(crate) fn load() -> Self {
        serde_json::from_str(include_str!("../fixtures/neighbors.json")).unwrap()
    }

    pub(crate) fn x(&self) -> Array2<f64> {
        Array2::from(self.x.clone())
    }

    pub(crate) fn queries(&self) -> Array2<f64> {
        Array2::from(self.queries.clone())
    }

    pub(crate) fn y(&self) -> Array1<f64> {
        Array1::from(self.y.clone())
    }

    pub(crate) fn classes(&self) -> Array1<i64> {
        Array1::from(self.classes.clone())
    }
}

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Auto, Algorithm::Brute, Algorithm::KdTree];

#[test]
fn agrees_with_scikit_learn() {
    let fixture = Fixture::load();
    let (x, queries, y, classes) = (fixture.x(), fixture.queries(), fixture.y(), fixture.classes());
    for search in &fixture.searches {
        for algorithm in ALGORITHMS {
            let regressor = KNeighborsRegressor {
                n_neighbors: 4,
                weights: search.weights,
                metric: search.metric,
                algorithm,
            };
            let classifier = KNeighborsClassifier {
                n_neighbors: 4,
                weights: search.weights,
                metric: search.metric,
                algorithm,
            };
            let several = Array2::from(fixture.several.clone());
            let several = regressor
                .fit(x.view(), several.view())
                .unwrap()
                .predict(queries.view())
                .unwrap();
            for (&ours, &theirs) in several.iter().zip(search.several.iter().flatten()) {
                close(ours, theirs, 1e-12);
            }
            let labels = Array2::from(fixture.labels.clone());
            let labels = classifier.fit(x.view(), labels.view()).unwrap();
            assert_eq!(
                labels.predict(queries.view()).unwrap(),
                Array2::from(search.labels.clone())
            );
            let shares = labels.predict_proba(queries.view()).unwrap();
            let shares = shares.iter().flatten();
            for (&ours, &theirs) in shares.zip(search.labels_proba.iter().flatten().flatten()) {
                close(ours, theirs, 1e-12);
            }
            let regressor = regressor.fit(x.view(), y.view()).unwrap();
            let classifier = classifier.fit(x.view(), classes.view()).unwrap();
            let (distances, rows) = regressor.kneighbors(queries.view(), 4).unwrap();
            let numbers = regressor.predict(queries.view()).unwrap();
            let proba = classifier.predict_proba(queries.view()).unwrap();
            for query in 0..queries.nrows() {
                assert_eq!(rows.row(query).to_vec(), search.rows[query]);
                for (&d, &e) in distances.row(query).iter().zip(&search.distances[query]) {
                    close(d, e, 1e-12);
                }
                close(numbers[query], search.numbers[query], 1e-12);
                for (&p, &e) in proba.row(query).iter().zip(&search.proba[query]) {
                    close(p, e, 1e-12);
                }
            }
            assert_eq!(
                classifier.predict(queries.view()).unwrap().to_vec(),
                search.classes
            );
        }
    }
}

/// Multilabel: two answers at once from three neighbours; the score counts rows of which both are right.
#[test]
fn several_labels_by_hand() {
    let x = array![[0.0], [1.0], [2.0], [7.0], [8.0], [9.0]];
    let labels = array![
        [false, true],
        [false, false],
        [true, true],
        [true, true],
        [true, false],
        [true, true]
    ];
    let model = KNeighborsClassifier::default()
        .n_neighbors(3usize)
        .fit(x.view(), labels.view())
        .unwrap();
    assert_eq!(model.classes, [[false, true], [false, true]]);
    let queries = array![[1.0], [8.0]];
    assert_eq!(
        model.predict(queries.view()).unwrap(),
        array![[false, true], [true, true]]
    );
    let shares = model.predict_proba(queries.view()).unwrap();
    assert_eq!(shares[0], array![[2.0 / 3.0, 1.0 / 3.0], [0.0, 1.0]]);
    let truth = array![[false, true], [false, true]];
    assert_eq!(model.score(queries.view(), truth.view()).unwrap(), 0.5);
    let error = model
        .score(queries.view(), truth.row(0).insert_axis(Axis(0)))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("KNeighborsClassifier: cannot combine shape [1, 2] with [2, 2]"),
        "{error}"
    );
    let numbers = array![
        [1.0, 0.0],
        [2.0, 0.0],
        [3.0, 6.0],
        [0.0, 1.0],
        [0.0, 1.0],
        [0.0, 1.0]
    ];
    let model = KNeighborsRegressor::default()
        .n_neighbors(3usize)
        .fit(x.view(), numbers.view())
        .unwrap();
    assert_eq!(
        model.predict(queries.view()).unwrap(),
        array![[2.0, 2.0], [0.0, 1.0]]
    );
}

/// Reproduces C01-070: one and three nearest countries by GDP per person.
#[test]
fn nearest_countries() {
    let x = array![[20_732.0], [19_121.6], [25_864.7], [37_675.0]];
    let y = array![5.7, 5.1, 6.5, 6.5];
    let cyprus = array![[22_587.0]];
    let satisfaction = |k| {
        let model = KNeighborsRegressor::default()
            .n_neighbors(k)
            .fit(x.view(), y.view())
            .unwrap();
        model.predict(cyprus.view()).unwrap()[0]
    };
    assert_eq!(satisfaction(1), 5.7);
    close(satisfaction(3), 5.766_666_666_666_667, 1e-12);
}

#[test]
fn ties_go_to_the_lower_row() {
    // Both algorithms, and the product (which needs many queries): every row is there four times.
    let x = Array2::from_shape_fn((400, 2), |(row, column)| {
        ((row % 100) / 10 * (1 - column) + row % 10 * column) as f64
    });
    let y = Array1::from_shape_fn(400, |row| row as f64);
    for algorithm in ALGORITHMS {
        let model = KNeighborsRegressor::default()
            .algorithm(algorithm)
            .fit(x.view(), y.view())
            .unwrap();
        let queries = x.select(Axis(0), &(0..800).map(|i| i % 400).collect::<Vec<_>>());
        let (distances, rows) = model.kneighbors(queries.view(), 3).unwrap();
        for query in 0..800 {
            let first = query % 100;
            assert_eq!(
                rows.row(query).to_vec(),
                [first, first + 100, first + 200],
                "{algorithm:?}"
            );
            assert_eq!(distances.row(query).to_vec(), [0.0; 3]);
        }
    }
}

#[test]
fn equal_votes_go_to_the_first_class() {
    let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array!['z', 'a', 'z', 'a']);
    let model = KNeighborsClassifier::default()
        .n_neighbors(4usize)
        .fit(x.view(), y.view())
        .unwrap();
    assert_eq!(model.predict(array![[0.0]].view()).unwrap(), array!['a']);
    assert_eq!(model.score(x.view(), y.view()).unwrap(), 0.5);
}

#[test]
fn errors_name_the_mistake() {
    let (x, y) = (array![[0.0], [1.0], [2.0]], array![1.0, 2.0, 3.0]);
    let text = |model: KNeighborsRegressor| model.fit(x.view(), y.view()).unwrap_err().to_string();
    assert_eq!(
        text(KNeighborsRegressor::default()),
        "KNeighborsRegressor: 5 neighbours asked for among 3 training rows; use a smaller n_neighbors, or \
         more training rows"
    );
    assert_eq!(
        text(KNeighborsRegressor::default().n_neighbors(0usize)),
        "n_neighbors = 0: must be at least 1"
    );
    let metric = Metric::Minkowski(0.5);
    assert_eq!(
        text(KNeighborsRegressor::default().metric(metric)),
        "p = 0.5: must be finite and >= 1"
    );

    let one = KNeighborsRegressor::default().n_neighbors(1usize);
    let error = one
        .fit(array![[f64::NAN], [1.0], [2.0]].view(), y.view())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("KNeighborsRegressor: x holds NaN at row 0, column 0"),
        "{error}"
    );
    let error = one
        .fit(Array2::zeros((0, 2)).view(), Array1::<f64>::zeros(0).view())
        .unwrap_err();
    assert!(error.to_string().contains("x (0 rows) is empty"), "{error}");
    let weights = array![1.0, 1.0, 1.0];
    let error = one.fit_weighted(x.view(), y.view(), weights.view()).unwrap_err();
    assert!(
        error.to_string().contains("does not support sample weights"),
        "{error}"
    );

    let model = one.fit(x.view(), y.view()).unwrap();
    let error = model.predict(array![[0.0, 1.0]].view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "KNeighborsRegressor: expected 1 columns as in fit, got 2"
    );
    assert!(
        model
            .kneighbors(x.view(), 4)
            .unwrap_err()
            .to_string()
            .contains("4 neighbours asked for among 3")
    );
    assert!(
        model
            .predict(array![[f64::INFINITY]].view())
            .unwrap_err()
            .to_string()
            .contains("inf")
    );
    assert_eq!(model.predict(Array2::zeros((0, 1)).view()).unwrap().len(), 0);
}

#[test]
fn one_class_and_one_row_are_fine() {
    let model = KNeighborsClassifier::default().n_neighbors(1usize);
    let fitted = model
        .fit(array![[1.0f32]].view(), array!["only".to_owned()].view())
        .unwrap();
    assert_eq!(
        fitted.predict_proba(array![[5.0f32]].view()).unwrap(),
        array![[1.0]]
    );
}

#[test]
fn hyperparameters_by_name() {
    let mut model = KNeighborsClassifier::default();
    model
        .set_param("metric", &serde_json::json!({"minkowski": 3.0}))
        .unwrap();
    model.set_param("weights", &"distance".into()).unwrap();
    model.set_param("algorithm", &"kd_tree".into()).unwrap();
    assert_eq!(model.metric, Metric::Minkowski(3.0));
    assert_eq!(
        (model.weights, model.algorithm),
        (Weights::Distance, Algorithm::KdTree)
    );
    let names: Vec<String> = model.params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["n_neighbors", "weights", "metric", "algorithm"]);
}

#[test]
fn a_saved_model_predicts_the_same() {
    let fixture = Fixture::load();
    let model = KNeighborsRegressor::default()
        .fit(fixture.x().view(), fixture.y().view())
        .unwrap();
    let folder = std::env::temp_dir().join(format!("ml-neighbors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    model.save(folder.join("knn.model")).unwrap();
    let back = FittedKNeighborsRegressor::<f64>::load(folder.join("knn.model")).unwrap();
    assert!(FittedKNeighborsRegressor::<f32>::load(folder.join("knn.model")).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
    let queries = fixture.queries();
    assert_eq!(
        back.predict(queries.view()).unwrap(),
        model.predict(queries.view()).unwrap()
    );
}

#[test]
fn classes_of_words_survive_a_file() {
    let x: Array2<f64> = array![[0.0], [1.0], [8.0]];
    let y = array!["near", "near", "far"].mapv(str::to_owned);
    let model = KNeighborsClassifier::default()
        .n_neighbors(1)
        .fit(x.view(), y.view())
        .unwrap();
    let bytes = model.to_bytes().unwrap();
    let back = FittedKNeighborsClassifier::<f64, String>::from_bytes(&bytes).unwrap();
    assert_eq!(back.predict(x.view()).unwrap(), y);
    let error = FittedKNeighborsClassifier::<f64, i64>::from_bytes(&bytes).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("holds a ml_classic::FittedKNeighborsClassifier<f64, String>"),
        "{error}"
    );
}

/// Distances one by one, sorted.
fn by_hand(x: &Array2<f64>, query: usize, queries: &Array2<f64>, k: usize) -> Vec<usize> {
    let mut all: Vec<(f64, usize)> = (0..x.nrows())
        .map(|row| ((&x.row(row) - &queries.row(query)).mapv(|d| d * d).sum(), row))
        .collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all[..k].iter().map(|pair| pair.1).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Small whole numbers make many ties; a far-off origin makes the product lose all its digits.
    #[test]
    fn all_searches_agree(
        seed in any::<u64>(), columns in 1usize..6, k in 1usize..8, offset in prop::sample::select(vec![0.0, 1e9]),
        scale in prop::sample::select(vec![1.0, 1e-160, 1e130]),
    ) {
        let mut rng = ml_core::Rng::new(seed);
        let mut table = |rows| Array2::from_shape_simple_fn((rows, columns), || (rng.below(7) as f64 + offset) * scale);
        let (x, queries) = (table(700), table(400));
        let y = Array1::<f64>::zeros(700);
        for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Minkowski(1.5)] {
            let fit = |algorithm| {
                let model = KNeighborsRegressor::default().metric(metric).algorithm(algorithm);
                model.fit(x.view(), y.view()).unwrap()
            };
            let (brute, tree) = (fit(Algorithm::Brute), fit(Algorithm::KdTree));
            let left = brute.kneighbors(queries.view(), k).unwrap();
            prop_assert_eq!(&left, &tree.kneighbors(queries.view(), k).unwrap());
            if metric == Metric::Euclidean && scale == 1.0 {
                for query in [0, 399] {
                    prop_assert_eq!(left.1.row(query).to_vec(), by_hand(&x, query, &queries, k));
                }
            }
        }
    }

    #[test]
    fn threads_change_nothing(seed in any::<u64>()) {
        let mut rng = ml_core::Rng::new(seed);
        let x = Array2::<f32>::from_shape_simple_fn((900, 40), || rng.standard_normal() as f32);
        let y = Array1::<f32>::zeros(900);
        let search = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let model = KNeighborsRegressor::default().fit(x.view(), y.view()).unwrap();
                model.kneighbors(x.view(), 6).unwrap()
            })
        };
        prop_assert_eq!(search(1), search(3));
    }
}
