//! Decision trees.

use ml_classic::{
    ClassWeight,
    tree::{
        ClassCriterion, DecisionTreeClassifier, DecisionTreeRegressor, FittedDecisionTreeClassifier,
        FittedMultiDecisionTreeClassifier, MaxFeatures, RegressionCriterion, Splitter, Tree,
    },
};
use ml_core::{
    Estimator, Features, Fit, Params, Persist, Predict, PredictProba, Rng, Score, Target,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s, stack},
    random::NumpyRng,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).expect("the fixture is JSON")
}

fn rows_of(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn numbers(value: &Value) -> Vec<f64> {
    rows_of(value)
        .iter()
        .map(|v| v.as_f64().expect("a number"))
        .collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = rows_of(value).iter().map(numbers).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("rows of equal length")
}

fn iris() -> (Array2<f64>, Array1<i64>) {
    let data = fixture(include_str!("../fixtures/iris_petals.json"));
    let species = numbers(&data["species"]).iter().map(|&v| v as i64).collect();
    (matrix(&data["petals"]), species)
}

fn close(ours: f64, theirs: f64, what: &str) {
    // Scikit-Learn sums in another order, and takes variances as mean squares less squared means.
    let tolerance = 1e-11 * theirs.abs().max(1.0);
    assert!(
        (ours - theirs).abs() <= tolerance,
        "{what}: {ours} against {theirs}"
    );
}

/// Reproduces N06-01 to N06-04: splits 2.45 and 1.75, node counts, impurities, probabilities.
#[test]
fn iris_tree_is_the_one_of_the_book() {
    let (x, y) = iris();
    let model = DecisionTreeClassifier::default()
        .max_depth(2)
        .fit(x.view(), y.view())
        .unwrap();
    let tree = &model.tree;
    let root = tree.split(0).unwrap();
    // Midpoints 1.9 | 3.0 and 1.7 | 1.8. Petal width 0.8 would split the root as well: the first wins.
    assert_eq!((root.feature, root.threshold), (0, 2.45));
    let right = tree.split(root.right).unwrap();
    assert_eq!((right.feature, right.threshold), (1, 1.75));
    assert_eq!((tree.n_nodes(), tree.n_leaves(), tree.depth()), (5, 3, 2));

    let nodes = [0, root.left, root.right, right.left, right.right];
    assert_eq!(nodes.map(|node| tree.samples(node)), [150, 50, 100, 54, 46]);
    assert_eq!(tree.value(right.left), [0.0, 49.0, 5.0]);
    assert_eq!(tree.value(right.right), [0.0, 1.0, 45.0]);
    let gini = 1.0 - (49.0_f64.powi(2) + 25.0) / (54.0 * 54.0);
    assert!((tree.impurity(right.left) - gini).abs() < 1e-15 && (gini - 0.168).abs() < 5e-4);
    assert_eq!(tree.impurity(root.left), 0.0);

    let flower = array![[5.0, 1.5], [6.0, 1.5]];
    let shares = model.predict_proba(flower.view()).unwrap();
    assert_eq!(shares.row(0), array![0.0, 49.0 / 54.0, 5.0 / 54.0]);
    assert_eq!(shares.row(0), shares.row(1), "the same leaf, the same estimate");
    assert_eq!(model.predict(flower.view()).unwrap(), array![1, 1]);
    assert_eq!(model.apply(flower.view()).unwrap().to_vec(), [right.left; 2]);
}

/// Reproduces N06-03: entropy 0.445 in the same node.
#[test]
fn entropy_of_the_iris_node() {
    let (x, y) = iris();
    let tree = DecisionTreeClassifier::default()
        .max_depth(2)
        .criterion(ClassCriterion::Entropy);
    let tree = tree.fit(x.view(), y.view()).unwrap().tree;
    let node = (0..tree.n_nodes())
        .find(|&n| tree.value(n) == [0.0, 49.0, 5.0])
        .unwrap();
    let by_hand = -(49.0 / 54.0 * (49.0_f64 / 54.0).log2() + 5.0 / 54.0 * (5.0_f64 / 54.0).log2());
    assert!((tree.impurity(node) - by_hand).abs() < 1e-15);
    assert!((by_hand - 0.445).abs() < 5e-4);
}

/// Reproduces N06-05: 110 rows, value 0.111, mean squared error 0.015 in the leaf of 0.6.
#[test]
fn noisy_parabola_has_the_leaf_of_the_book() {
    let mut rng = NumpyRng::new(42);
    let x = rng.rand((200, 1));
    let y = x.column(0).mapv(|v| 4.0 * (v - 0.5) * (v - 0.5)) + rng.randn(200) / 10.0;
    let model = DecisionTreeRegressor::default()
        .max_depth(2)
        .fit(x.view(), y.view())
        .unwrap();
    let leaf = model.apply(array![[0.6]].view()).unwrap()[0];
    assert_eq!(model.tree.samples(leaf), 110);
    assert!((model.tree.value(leaf)[0] - 0.110_639_7).abs() < 1e-7);
    assert!((model.tree.impurity(leaf) - 0.015_125_9).abs() < 1e-7);
}

/// Reproduces N06-06: a child (0.5) less pure than its parent (0.32), the weighted sum (0.2) purer.
#[test]
fn a_child_may_be_less_pure_than_its_parent() {
    let x = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
    let y = array!['A', 'B', 'A', 'A', 'A'];
    let tree = DecisionTreeClassifier::default()
        .max_depth(1)
        .fit(x.view(), y.view())
        .unwrap()
        .tree;
    assert_eq!(tree.split(0).unwrap().threshold, 2.5);
    let impurities = [0, 1, 2].map(|node| tree.impurity(node));
    for (ours, by_hand) in impurities.into_iter().zip([0.32, 0.5, 0.0]) {
        assert!((ours - by_hand).abs() < 1e-15);
    }
    assert!((0.4 * impurities[1] + 0.6 * impurities[2] - 0.2).abs() < 1e-15);
}

/// `[feature or -1, threshold, samples, weight, impurity, values...]` of every node, depth first.
fn assert_same_tree(tree: &Tree, expected: &Value, case: &str) {
    let rows: Vec<Vec<f64>> = rows_of(expected).iter().map(numbers).collect();
    let ours: Vec<f64> = (0..tree.n_nodes())
        .map(|n| tree.split(n).map_or(-1.0, |s| s.feature as f64))
        .collect();
    let theirs: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(ours, theirs, "{case}: features");
    for (node, row) in rows.iter().enumerate() {
        let what = |part: &str| format!("{case}, node {node}: {part}");
        // Thresholds are midpoints of numbers that f32 holds exactly.
        assert_eq!(
            tree.split(node).map_or(0.0, |s| s.threshold),
            row[1],
            "{}",
            what("threshold")
        );
        assert_eq!(tree.samples(node) as f64, row[2], "{}", what("samples"));
        close(tree.weight(node), row[3], &what("weight"));
        close(tree.impurity(node), row[4], &what("impurity"));
        for (&ours, &theirs) in tree.value(node).iter().zip(&row[5..]) {
            close(ours, theirs, &what("value"));
        }
    }
}

fn with_params<E: Params>(mut estimator: E, params: &Value) -> E {
    for (name, value) in params.as_object().expect("names and values") {
        estimator.set_param(name, value).expect("a known hyperparameter");
    }
    estimator
}

/// Everything that a tree fixture holds beside its cases.
struct Data {
    x: Array2<f64>,
    y: Array2<f64>,
    counts: Array2<f64>,
    classes: Array2<i64>,
    weights: Array1<f64>,
}

impl Data {
    /// With one column of targets, or with several.
    fn new(data: &Value, [y, counts, classes]: [&str; 3]) -> Self {
        let columns = |name: &str| match &data[name][0] {
            Value::Array(_) => matrix(&data[name]),
            _ => Array1::from(numbers(&data[name])).insert_axis(Axis(1)),
        };
        Self {
            x: matrix(&data["x"]),
            y: columns(y),
            counts: columns(counts),
            classes: columns(classes).mapv(|v| v as i64),
            weights: Array1::from(numbers(&data["weights"])),
        }
    }

    /// Columns and weights of a case.
    fn of<'a>(&'a self, case: &Value, ones: &'a Array1<f64>) -> (ArrayView2<'a, f64>, ArrayView1<'a, f64>) {
        let weighted = case["weighted"] == json!(true);
        let x = self.x.slice(s![.., ..case["columns"].as_u64().unwrap() as usize]);
        (
            x,
            if weighted {
                self.weights.view()
            } else {
                ones.view()
            },
        )
    }

    fn numbers(&self, case: &Value) -> ArrayView2<'_, f64> {
        let poisson = case["params"]["criterion"] == json!("poisson");
        if poisson {
            self.counts.view()
        } else {
            self.y.view()
        }
    }
}

#[test]
fn trees_agree_with_scikit_learn_for_every_hyperparameter() {
    let fixture = fixture(include_str!("../fixtures/tree.json"));
    let single = Data::new(&fixture, ["y", "counts", "classes"]);
    let several = Data::new(&fixture, ["outputs", "count_outputs", "class_outputs"]);
    let ones = Array1::ones(single.weights.len());
    for case in fixture["cases"].as_array().unwrap() {
        let name = format!(
            "{} {} weighted {}",
            case["task"], case["params"], case["weighted"]
        );
        let (x, weights) = single.of(case, &ones);
        let regressor = || with_params(DecisionTreeRegressor::default(), &case["params"]);
        let classifier = || with_params(DecisionTreeClassifier::default(), &case["params"]);
        let (tree, predictions) = match case["task"].as_str().unwrap() {
            "regression" => {
                let target = single.numbers(case).index_axis_move(Axis(1), 0);
                let model = regressor().fit_weighted(x, target, weights).unwrap();
                let predictions = model.predict(x).unwrap().insert_axis(Axis(1));
                (model.tree, predictions)
            }
            "classification" => {
                let model = classifier()
                    .fit_weighted(x, single.classes.column(0), weights)
                    .unwrap();
                let predictions: Array1<i64> = model.predict(x).unwrap();
                (model.tree, predictions.mapv(|c| c as f64).insert_axis(Axis(1)))
            }
            "numbers" => {
                let model = regressor()
                    .fit_weighted(x, several.numbers(case), weights)
                    .unwrap();
                let predictions = model.predict(x).unwrap();
                (model.tree, predictions)
            }
            _ => {
                let model = classifier()
                    .fit_weighted(x, several.classes.view(), weights)
                    .unwrap();
                let shares = model.predict_proba(x).unwrap();
                for (ours, theirs) in shares.iter().zip(rows_of(&case["shares"])) {
                    let theirs = matrix(theirs);
                    let far = (&ours.slice(s![..theirs.nrows(), ..]) - &theirs).mapv(f64::abs);
                    assert!(far.iter().all(|&far| far < 1e-12), "{name}");
                }
                let predictions: Array2<i64> = model.predict(x).unwrap();
                (model.tree, predictions.mapv(|c| c as f64))
            }
        };
        assert_same_tree(&tree, &case["nodes"], &name);
        for (ours, theirs) in tree
            .feature_importances()
            .into_iter()
            .zip(numbers(&case["importances"]))
        {
            close(ours, theirs, &format!("{name}: importance"));
        }
        let theirs = rows_of(&case["predictions"]).iter();
        let theirs: Vec<f64> = theirs
            .flat_map(|row| row.as_f64().map_or_else(|| numbers(row), |v| vec![v]))
            .collect();
        assert_eq!(theirs.len(), predictions.len(), "{name}");
        for (&ours, theirs) in predictions.iter().zip(theirs) {
            close(ours, theirs, &format!("{name}: prediction"));
        }
    }
}

/// By hand: around 1, 2, 9, 10 and 100 the median is 9; parting the last leaves errors of 1+7+0... on the
/// left (median 5.5: 4.5 + 3.5 + 3.5 + 4.5 = 16) and none on the right.
#[test]
fn absolute_error_by_hand() {
    let x = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
    let y = array![1.0, 2.0, 9.0, 10.0, 100.0];
    let stump = DecisionTreeRegressor::default()
        .criterion(RegressionCriterion::AbsoluteError)
        .max_depth(1);
    let model = stump.fit(x.view(), y.view()).unwrap();
    let tree = &model.tree;
    assert_eq!(tree.split(0).unwrap().threshold, 4.5);
    // (8 + 7 + 0 + 1 + 91) / 5, 16 / 4, 0.
    assert_eq!([0, 1, 2].map(|node| tree.impurity(node)), [21.4, 4.0, 0.0]);
    assert_eq!([0, 1, 2].map(|node| tree.value(node)[0]), [9.0, 5.5, 100.0]);
    assert_eq!(
        model.predict(x.view()).unwrap(),
        array![5.5, 5.5, 5.5, 5.5, 100.0]
    );
    // A weight of 3 makes 10 the middle of 1, 2, 9, 10, 10, 10, 100.
    let weights = array![1.0, 1.0, 1.0, 3.0, 1.0];
    let model = stump.fit_weighted(x.view(), y.view(), weights.view()).unwrap();
    assert_eq!(model.tree.value(0), [10.0]);
}

/// Reproduces C06-032. By hand: 4 A on the left, 1 A and 3 B on the right. With 2.5 A and 1.5 B expected on
/// either side the statistic is 4·1.5²/2.5/2 + ... = 1.8 + 3 = 4.8, whose tail (1 degree of freedom) is 0.0285.
#[test]
fn splits_that_chance_explains_are_pruned() {
    let x = Array2::from_shape_fn((8, 1), |(i, _)| i as f64);
    let y = array!['A', 'A', 'A', 'A', 'B', 'A', 'B', 'B'];
    let stump = DecisionTreeClassifier::default().max_depth(1);
    let leaves = |max_p_value: f64| {
        let model = stump
            .clone()
            .max_p_value(max_p_value)
            .fit(x.view(), y.view())
            .unwrap();
        model.tree.n_leaves()
    };
    assert_eq!((leaves(0.0285), leaves(0.0284)), (2, 1));
    // Unlimited, the last splits (one A from one B: statistic 2, p 0.157) go first, then what stands above.
    let full = DecisionTreeClassifier::default();
    let unpruned = full.fit(x.view(), y.view()).unwrap();
    assert_eq!(unpruned.tree.n_leaves(), 4);
    let pruned = full.clone().max_p_value(0.05).fit(x.view(), y.view()).unwrap();
    assert_eq!(pruned.tree, stump.fit(x.view(), y.view()).unwrap().tree);
    assert_eq!(
        full.clone().max_p_value(1.0).fit(x.view(), y.view()).unwrap(),
        unpruned
    );
    let error = full.max_p_value(0.0).fit(x.view(), y.view()).unwrap_err();
    assert_eq!(error.to_string(), "max_p_value = 0: must be None or in (0, 1]");
    // A significant split deep in the tree keeps what leads to it.
    let (x, y) = friedman(8, 300);
    let classes = y.mapv(|v| (3.0 * v) as i64);
    let leaves = [None, Some(0.1), Some(1e-2), Some(1e-6)].map(|p| {
        let estimator = DecisionTreeClassifier::default().max_p_value(p);
        estimator.fit(x.view(), classes.view()).unwrap().tree.n_leaves()
    });
    assert!(leaves.is_sorted_by(|a, b| a > b), "{leaves:?}");
}

/// On such data Scikit-Learn's trees have an R² of 0.59 to 0.66 (absolute) and below -29,000 (squared).
#[test]
fn absolute_errors_resist_outliers() {
    let law = |seed| {
        let (x, _) = friedman(seed, 500);
        let mut noise = Rng::new(seed + 100);
        let of = |r: ArrayView1<'_, f64>| {
            10.0 * (3.0 * r[0] * r[1]).sin() + 20.0 * (r[2] - 0.5).powi(2) + 5.0 * r[3]
        };
        let y: Array1<f64> = x
            .rows()
            .into_iter()
            .map(|r| of(r) + noise.standard_normal())
            .collect();
        (x, y)
    };
    let ((x, y), (x_test, y_test)) = (law(16), law(17));
    let spoiled = Array1::from_shape_fn(500, |i| if i % 25 == 0 { 1e4 } else { y[i] });
    let score = |criterion| {
        let estimator = DecisionTreeRegressor::default()
            .criterion(criterion)
            .min_samples_leaf(20_usize);
        let model = estimator.fit(x.view(), spoiled.view()).unwrap();
        model.score(x_test.view(), y_test.view()).unwrap()
    };
    let absolute = score(RegressionCriterion::AbsoluteError);
    let squared = score(RegressionCriterion::SquaredError);
    assert!(absolute > 0.5 && squared < -1000.0, "{absolute} {squared}");
}

/// Far from zero, where sums of targets lose digits, as near it.
#[test]
fn absolute_error_keeps_its_digits() {
    let (x, y) = friedman(4, 200);
    let far = y.mapv(|v| (v * 1024.0).round() / 1024.0 + 1e9);
    let near = far.mapv(|v| v - 1e9);
    let estimator = DecisionTreeRegressor::default().criterion(RegressionCriterion::AbsoluteError);
    let a = estimator.fit(x.view(), near.view()).unwrap().tree;
    let b = estimator.fit(x.view(), far.view()).unwrap().tree;
    assert_eq!(a.n_nodes(), b.n_nodes());
    for node in 0..a.n_nodes() {
        assert_eq!(a.split(node), b.split(node));
        assert_eq!(a.value(node)[0] + 1e9, b.value(node)[0]);
    }
}

#[test]
fn one_output_among_several_equal_ones_gives_the_same_tree() {
    let (x, y) = friedman(6, 150);
    let classes = y.mapv(|v| (4.0 * v) as i64);
    let twice = stack(Axis(1), &[y.view(), y.view()]).unwrap();
    let classes_twice = stack(Axis(1), &[classes.view(), classes.view()]).unwrap();
    let splits = |tree: &Tree| (0..tree.n_nodes()).map(|n| tree.split(n)).collect::<Vec<_>>();
    for criterion in [
        RegressionCriterion::SquaredError,
        RegressionCriterion::AbsoluteError,
        RegressionCriterion::Poisson,
    ] {
        // With two features drawn of five, nodes gather; with all, they are presorted.
        for max_features in [MaxFeatures::All, MaxFeatures::Count(1)] {
            let estimator = DecisionTreeRegressor::default()
                .criterion(criterion)
                .max_features(max_features)
                .min_samples_leaf(2);
            let one = estimator.fit(x.view(), y.view()).unwrap();
            let two = estimator.fit(x.view(), twice.view()).unwrap();
            assert_eq!(
                splits(&one.tree),
                splits(&two.tree),
                "{criterion:?} {max_features:?}"
            );
            let predicted = two.predict(x.view()).unwrap();
            assert_eq!(predicted.column(0), predicted.column(1));
            assert_eq!(predicted.column(0), one.predict(x.view()).unwrap());
            assert!(
                (one.score(x.view(), y.view()).unwrap() - two.score(x.view(), twice.view()).unwrap()).abs()
                    < 1e-12
            );
        }
    }
    for criterion in [ClassCriterion::Gini, ClassCriterion::Entropy] {
        for max_features in [MaxFeatures::All, MaxFeatures::Count(1)] {
            let estimator = DecisionTreeClassifier::default()
                .criterion(criterion)
                .max_features(max_features)
                .max_depth(6);
            let one = estimator.fit(x.view(), classes.view()).unwrap();
            let two = estimator.fit(x.view(), classes_twice.view()).unwrap();
            assert_eq!(
                splits(&one.tree),
                splits(&two.tree),
                "{criterion:?} {max_features:?}"
            );
            let shares = two.predict_proba(x.view()).unwrap();
            assert_eq!(shares, [one.predict_proba(x.view()).unwrap(), shares[0].clone()]);
            assert_eq!(
                one.score(x.view(), classes.view()).unwrap(),
                two.score(x.view(), classes_twice.view()).unwrap()
            );
        }
    }
}

/// Pixels of few levels: bins of several outputs stand side by side.
#[test]
fn histograms_of_several_outputs_find_the_same_tree_as_sorting() {
    let mut rng = Rng::new(15);
    let x = Array2::from_shape_fn((900, 1), |_| rng.below(8) as f32);
    let y = Array2::from_shape_fn((900, 2), |(i, output)| {
        (x[[i, 0]] as i64 * 3 + rng.below(3 + output) as i64) % 4
    });
    let z = y.mapv(|v| v as f32);
    // All of one column is presorted; one of seventy is gathered, into bins while nodes are large.
    let wide = Array2::from_shape_fn((900, 70), |(i, j)| if j == 69 { x[[i, 0]] } else { 5.0 });
    let thresholds = |tree: &Tree| {
        (0..tree.n_nodes())
            .map(|n| tree.split(n).map(|s| s.threshold))
            .collect::<Vec<_>>()
    };
    let narrow = DecisionTreeClassifier::default().fit(x.view(), y.view()).unwrap();
    let gathered = DecisionTreeClassifier::default()
        .max_features(MaxFeatures::Sqrt)
        .fit(wide.view(), y.view())
        .unwrap();
    assert_eq!(thresholds(&narrow.tree), thresholds(&gathered.tree));
    let narrow = DecisionTreeRegressor::default().fit(x.view(), z.view()).unwrap();
    let gathered = DecisionTreeRegressor::default()
        .max_features(MaxFeatures::Sqrt)
        .fit(wide.view(), z.view())
        .unwrap();
    assert_eq!(thresholds(&narrow.tree), thresholds(&gathered.tree));
}

#[test]
fn targets_of_several_outputs_are_checked_and_stored() {
    let x = array![[1.0], [2.0], [3.0]];
    let none: Array2<f64> = Array2::zeros((3, 0));
    let error = DecisionTreeRegressor::default()
        .fit(x.view(), none.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "DecisionTreeRegressor::fit: y (0 columns) is empty; at least 1 column needed"
    );
    let counts = array![[1.0, 0.0], [2.0, 0.0], [1.0, 0.0]];
    let poisson = DecisionTreeRegressor::default().criterion(RegressionCriterion::Poisson);
    let error = poisson.fit(x.view(), counts.view()).unwrap_err().to_string();
    assert!(error.contains("all targets are 0"), "{error}");
    let labels = array![["a", "x"], ["b", "x"], ["b", "y"]].mapv(String::from);
    let model = DecisionTreeClassifier::default()
        .fit(x.view(), labels.view())
        .unwrap();
    assert_eq!(model.classes, [["a", "b"], ["x", "y"]]);
    assert_eq!(model.predict(x.view()).unwrap(), labels);
    let error = model
        .score(x.view(), labels.slice(s![.., ..1]))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("DecisionTreeClassifier::score: cannot combine shape [3, 1]"),
        "{error}"
    );
    let folder = std::env::temp_dir().join(format!("ml-classic-tree-{}", std::process::id()));
    model.save(&folder).unwrap();
    let again = FittedMultiDecisionTreeClassifier::<String>::load(&folder).unwrap();
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(again, model);
}

fn friedman(seed: u64, n: usize) -> (Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(seed);
    let x = Array2::from_shape_fn((n, 5), |_| rng.uniform());
    let y = x
        .rows()
        .into_iter()
        .map(|r| (3.0 * r[0] * r[1]).sin() + r[2] * r[2] + 0.1 * r[3])
        .collect();
    (x, y)
}

#[test]
fn a_weight_is_a_repetition() {
    let (x, y) = friedman(1, 80);
    let weights = Array1::from_shape_fn(80, |i| (i % 4) as f64);
    let repeated: Vec<usize> = (0..80).flat_map(|i| vec![i; i % 4]).collect();
    let (x2, y2) = (
        x.select(ml_core::ndarray::Axis(0), &repeated),
        y.select(ml_core::ndarray::Axis(0), &repeated),
    );
    for leaves in [None, Some(12)] {
        let estimator = DecisionTreeRegressor::default().max_leaf_nodes(leaves);
        let a = estimator
            .fit_weighted(x.view(), y.view(), weights.view())
            .unwrap();
        let b = estimator.fit(x2.view(), y2.view()).unwrap();
        let splits = |tree: &Tree| (0..tree.n_nodes()).map(|n| tree.split(n)).collect::<Vec<_>>();
        assert_eq!(splits(&a.tree), splits(&b.tree));
        assert_eq!(a.tree.weight(0), b.tree.samples(0) as f64);
    }
}

#[test]
fn presorted_and_gathered_searches_find_the_same_tree() {
    // More columns than four times the draw make the search gather; 300 rows fill bins and sorts.
    let (x, y) = friedman(2, 300);
    let wide = Array2::from_shape_fn((300, 45), |(i, j)| if j < 5 { x[[i, j]] } else { 1.0 });
    let narrow = DecisionTreeRegressor::default().fit(x.view(), y.view()).unwrap();
    // Constant columns are never chosen, but every draw of 11 of 45 must go on until a varying one
    // is found; with all of the 5 drawn the trees are the same, otherwise both still fit exactly.
    let gathered = DecisionTreeRegressor::default()
        .max_features(11_usize)
        .fit(wide.view(), y.view())
        .unwrap();
    assert_eq!(narrow.score(x.view(), y.view()).unwrap(), 1.0);
    assert_eq!(gathered.score(wide.view(), y.view()).unwrap(), 1.0);
    let one = x.slice(s![.., ..1]);
    let padded = Array2::from_shape_fn((300, 9), |(i, j)| if j == 8 { x[[i, 0]] } else { 0.0 });
    let a = DecisionTreeRegressor::default().fit(one, y.view()).unwrap();
    let b = DecisionTreeRegressor::default()
        .max_features(2_usize)
        .fit(padded.view(), y.view())
        .unwrap();
    for node in 0..a.tree.n_nodes() {
        let threshold = |tree: &Tree| tree.split(node).map(|s| s.threshold);
        assert_eq!(threshold(&a.tree), threshold(&b.tree), "node {node}");
    }
}

#[test]
fn histograms_and_sorts_agree_on_classes() {
    // 8 pixel levels: large nodes count bins, small ones sort.
    let mut rng = Rng::new(5);
    let x = Array2::from_shape_fn((900, 1), |_| rng.below(8) as f32);
    let y = x.column(0).mapv(|v| (v as i64 * 3 + rng.below(3) as i64) % 4);
    let padded = Array2::from_shape_fn((900, 70), |(i, j)| if j == 69 { x[[i, 0]] } else { 5.0 });
    let a = DecisionTreeClassifier::default().fit(x.view(), y.view()).unwrap();
    let b = DecisionTreeClassifier::default()
        .max_features(MaxFeatures::Sqrt)
        .fit(padded.view(), y.view())
        .unwrap();
    for node in 0..a.tree.n_nodes() {
        let threshold = |tree: &Tree| tree.split(node).map(|s| s.threshold);
        assert_eq!(threshold(&a.tree), threshold(&b.tree), "node {node}");
        assert_eq!(a.tree.value(node), b.tree.value(node));
    }
    assert_eq!(a.predict(x.view()).unwrap(), b.predict(padded.view()).unwrap());
}

#[test]
fn random_thresholds_lie_between_the_extremes() {
    let (x, y) = friedman(3, 200);
    let estimator = DecisionTreeRegressor::default().splitter(Splitter::Random);
    let model = estimator.clone().seed(1).fit(x.view(), y.view()).unwrap();
    assert_eq!(
        model.predict(x.view()).unwrap(),
        y,
        "distinct rows are told apart all the same"
    );
    assert_ne!(model, estimator.clone().seed(2).fit(x.view(), y.view()).unwrap());
    assert_eq!(model, estimator.seed(1).fit(x.view(), y.view()).unwrap());
    // One column in [0, 1): the root's threshold is uniform over its range.
    let column = x.slice(s![.., ..1]);
    let mean: f64 = (0..400)
        .map(|seed| {
            let stump = DecisionTreeRegressor::default()
                .splitter(Splitter::Random)
                .max_depth(1)
                .seed(seed);
            stump
                .fit(column, y.view())
                .unwrap()
                .tree
                .split(0)
                .unwrap()
                .threshold
        })
        .sum::<f64>()
        / 400.0;
    // Standard error of the mean of 400 uniforms: 0.289 / 20 = 0.0144; four of them allowed.
    assert!((mean - 0.5).abs() < 0.058, "{mean}");
}

#[test]
fn one_row_and_constant_targets_make_a_lone_leaf() {
    let model = DecisionTreeRegressor::default()
        .fit(array![[3.0]].view(), array![7.5].view())
        .unwrap();
    assert_eq!((model.tree.n_nodes(), model.tree.depth()), (1, 0));
    assert_eq!(
        model.predict(array![[-1.0], [9.0]].view()).unwrap(),
        array![7.5, 7.5]
    );
    assert_eq!(model.feature_importances(), array![0.0]);
    // 0.1 has no exact binary form, so that a mean of seven could differ from it.
    let x = Array2::from_shape_fn((7, 2), |(i, j)| (i * 2 + j) as f64);
    let model = DecisionTreeRegressor::default()
        .fit(x.view(), Array1::from_elem(7, 0.1).view())
        .unwrap();
    assert_eq!((model.tree.n_nodes(), model.tree.value(0)[0]), (1, 0.1));
    let equal_rows = Array2::from_elem((4, 2), 1.0);
    let model = DecisionTreeRegressor::default()
        .fit(equal_rows.view(), array![1.0, 2.0, 3.0, 6.0].view())
        .unwrap();
    assert_eq!((model.tree.n_nodes(), model.tree.value(0)[0]), (1, 3.0));
    let empty: ArrayView2<f64> = x.slice(s![..0, ..]);
    assert_eq!(
        DecisionTreeRegressor::default()
            .fit(x.view(), x.column(0))
            .unwrap()
            .predict(empty)
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn class_weights_move_the_prediction() {
    let (x, y) = (array![[1.0], [1.0], [1.0]], array![0_i64, 0, 1]);
    let plain = DecisionTreeClassifier::default();
    let heavy = plain.clone().class_weight(ClassWeight::of([(1_i64, 5.0)]));
    let balanced = plain.clone().class_weight(ClassWeight::Balanced);
    assert_eq!(
        plain.fit(x.view(), y.view()).unwrap().predict(x.view()).unwrap()[0],
        0
    );
    assert_eq!(
        heavy.fit(x.view(), y.view()).unwrap().predict(x.view()).unwrap()[0],
        1
    );
    let tree = balanced.fit(x.view(), y.view()).unwrap().tree;
    assert_eq!(tree.value(0), [1.5, 1.5]);
}

#[test]
fn parameters_have_plain_json_forms() {
    let mut tree = DecisionTreeClassifier::default();
    for (name, value) in [
        ("max_features", json!("sqrt")),
        ("max_features", json!(3)),
        ("max_features", json!(0.5)),
        ("max_features", json!(null)),
        ("min_samples_leaf", json!(4)),
        ("min_samples_leaf", json!(0.25)),
        ("max_depth", json!(null)),
        ("criterion", json!("entropy")),
        ("class_weight", json!("balanced")),
        ("class_weight", json!({"1": 2.0})),
    ] {
        tree.set_param(name, &value).unwrap();
        let shown = tree.params().into_iter().find(|(n, _)| n == name).unwrap().1;
        assert_eq!(shown, value);
    }
    let error = tree
        .set_param("max_features", &json!("cube"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("max_features") && error.contains("\"sqrt\""),
        "{error}"
    );
}

#[test]
fn object_safe_forms_learn_and_survive_json() {
    let (x, y) = iris();
    let estimator: Box<dyn Estimator> = Box::new(DecisionTreeClassifier::default().max_depth(2));
    let features = Features::from(x.clone());
    let context = ml_core::FitContext::default();
    let model = estimator
        .fit_features(&features, &Target::from(&y), &context)
        .unwrap();
    assert_eq!(model.classes().unwrap(), [0, 1, 2]);
    assert_eq!(model.predict_proba_features(&features).unwrap().dim(), (150, 3));
    let sum: f64 = model.feature_importances().unwrap().iter().sum();
    assert!((sum - 1.0).abs() < 1e-15);
    let text = serde_json::to_string(&model).unwrap();
    let again: Box<dyn ml_core::Model> = serde_json::from_str(&text).unwrap();
    assert_eq!(
        again.predict_features(&features).unwrap(),
        model.predict_features(&features).unwrap()
    );
}

#[test]
fn a_damaged_tree_does_not_load() {
    let (x, y) = iris();
    let model = DecisionTreeClassifier::default()
        .max_depth(2)
        .fit(x.view(), y.view())
        .unwrap();
    let good = serde_json::to_value(&model.tree).unwrap();
    for (path, value) in [
        ("/nodes/0/right", json!(99)),
        ("/nodes/2/right", json!(1)),
        ("/nodes/0/feature", json!(2)),
        ("/n_values", json!(4)),
        ("/samples", json!([1])),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(serde_json::from_value::<Tree>(bad).is_err(), "{path}");
    }
    assert_eq!(serde_json::from_value::<Tree>(good).unwrap(), model.tree);
}

#[test]
fn models_survive_their_files() {
    let (x, y) = iris();
    let model = DecisionTreeClassifier::default().fit(x.view(), y.view()).unwrap();
    let bytes = model.to_bytes().unwrap();
    assert_eq!(
        FittedDecisionTreeClassifier::<i64>::from_bytes(&bytes).unwrap(),
        model
    );
    assert!(
        FittedDecisionTreeClassifier::<u64>::from_bytes(&bytes).is_err(),
        "classes of another type"
    );
    // Hyperparameters that JSON writes as words or numbers have another form in binary files.
    let mut estimator = DecisionTreeClassifier::default()
        .max_features(0.5)
        .min_samples_leaf(3_usize);
    estimator.class_weight = ClassWeight::of([(1_i64, 2.0)]);
    let boxed: Box<dyn Estimator> = Box::new(estimator);
    let again = Box::<dyn Estimator>::from_bytes(&boxed.to_bytes().unwrap()).unwrap();
    assert_eq!(again.params(), boxed.params());
}

#[test]
fn errors_say_what_and_where() {
    let (x, y) = (array![[1.0, 2.0], [3.0, 4.0]], array![1.0, 2.0]);
    let tree = DecisionTreeRegressor::default;
    let fails = |tree: DecisionTreeRegressor| tree.fit(x.view(), y.view()).unwrap_err().to_string();
    assert_eq!(
        fails(tree().max_depth(0)),
        "max_depth = 0: must be None or at least 1"
    );
    assert_eq!(
        fails(tree().max_leaf_nodes(1)),
        "max_leaf_nodes = 1: must be None or at least 2"
    );
    assert_eq!(
        fails(tree().min_samples_split(1_usize)),
        "min_samples_split = 1: must be at least 2, or a share in (0, 1]"
    );
    assert_eq!(
        fails(tree().min_samples_leaf(1.0)),
        "min_samples_leaf = 1: must be a share in (0, 1), or a count of at least 1"
    );
    assert_eq!(
        fails(tree().max_features(3_usize)),
        "max_features = 3: must be from 1 to the number of columns (2)"
    );
    assert_eq!(
        fails(tree().min_weight_fraction_leaf(0.6)),
        "min_weight_fraction_leaf = 0.6: must be a share in [0, 0.5]"
    );
    assert_eq!(
        fails(tree().ccp_alpha(-1.0)),
        "ccp_alpha = -1: must be finite and at least 0"
    );

    let error = |x: Array2<f64>, y: Array1<f64>| tree().fit(x.view(), y.view()).unwrap_err().to_string();
    assert_eq!(
        error(Array2::zeros((0, 2)), array![]),
        "DecisionTreeRegressor::fit: x (0 rows) is empty; at least 1 row needed"
    );
    assert_eq!(
        error(x.clone(), array![1.0]),
        "DecisionTreeRegressor::fit: x has 2 rows, but y has 1; they must match one to one"
    );
    assert_eq!(
        error(array![[1.0], [f64::NAN]], y.clone()),
        "DecisionTreeRegressor::fit: x holds NaN at row 1, column 0; fill missing values first \
         (SimpleImputer), or drop those rows"
    );
    let model = tree().fit(x.view(), y.view()).unwrap();
    assert_eq!(
        model.predict(array![[1.0]].view()).unwrap_err().to_string(),
        "DecisionTreeRegressor::predict: expected 2 columns as in fit, got 1"
    );
    let class_weight = ClassWeight::of([("c", 1.0)].map(|(c, w)| (c.to_owned(), w)));
    let labels = array!["a", "b"].mapv(String::from);
    let error = DecisionTreeClassifier::default()
        .class_weight(class_weight)
        .fit(x.view(), labels.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "DecisionTreeClassifier::fit: class_weight names the class c, which y does not hold; \
         name only classes of the training set"
    );
    let mut poisson = tree();
    poisson.set_param("criterion", &json!("poisson")).unwrap();
    let error = poisson.fit(x.view(), array![1.0, -2.0].view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "DecisionTreeRegressor::fit: the target of row 1 is -2, which no Poisson distribution gives; \
         use the squared_error criterion"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn an_unlimited_tree_memorises_distinct_rows(
        values in prop::collection::btree_set(-1000_i32..1000, 1..60),
        seed in 0_u64..1000,
    ) {
        let mut rng = Rng::new(seed);
        let column: Vec<f64> = values.into_iter().map(|v| f64::from(v) * 1e-3).collect();
        let x = Array2::from_shape_fn((column.len(), 3), |(i, j)| if j == 1 { column[i] } else { rng.below(4) as f64 });
        let y = Array1::from_shape_fn(column.len(), |_| 1e6 + rng.uniform());
        for splitter in [Splitter::Best, Splitter::Random] {
            let model = DecisionTreeRegressor::default().splitter(splitter).seed(seed).fit(x.view(), y.view()).unwrap();
            prop_assert_eq!(model.predict(x.view()).unwrap(), y.clone());
        }
    }

    #[test]
    fn predictions_stay_within_the_targets(seed in 0_u64..1000, leaf in 1_usize..20, share in 0.05_f64..1.0) {
        let (x, y) = friedman(seed, 60);
        let tree = DecisionTreeRegressor::default().min_samples_leaf(leaf).max_features(share).seed(seed);
        let model = tree.fit(x.view(), y.view()).unwrap();
        let (low, high) = y.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        let (other, _) = friedman(seed + 1, 60);
        prop_assert!(model.predict(other.view()).unwrap().iter().all(|v| (low..=high).contains(v)));
        let leaves = (0..model.tree.n_nodes()).filter(|&n| model.tree.split(n).is_none());
        prop_assert!(leaves.clone().all(|n| model.tree.samples(n) >= leaf));
        prop_assert_eq!(leaves.map(|n| model.tree.samples(n)).sum::<usize>(), 60);
    }
}
