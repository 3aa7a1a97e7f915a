//! Generators of data: Scikit-Learn's values, and every refusal by its text.

use ml_core::{
    Seed,
    ndarray::{Array, Array2, Dimension, array},
};
use ml_data::datasets::generators::{
    Centers, FeatureRole, MakeBlobs, MakeCircles, MakeClassification, MakeFriedman1, MakeMoons,
    MakeRegression, MakeSwissRoll, PerFeature, Samples, Spread,
};
use serde_json::Value;

/// A part of what a generator makes: its shape and its values, rows first.
type Part = (Vec<usize>, Vec<f64>);

fn part<T: Clone + Into<f64>, D: Dimension>(array: &Array<T, D>) -> Part {
    (
        array.shape().to_vec(),
        array.iter().map(|v| v.clone().into()).collect(),
    )
}

fn classes<D: Dimension>(array: &Array<i64, D>) -> Part {
    part(&array.mapv(|v| v as f64))
}

/// The call of `fixtures/make_generators.py`.
fn make(call: &str, seed: Seed) -> Vec<Part> {
    match call.split(' ').next().expect("in the fixture") {
        "moons" | "circles" => two_shapes(call, seed),
        "swiss" => {
            let roll = MakeSwissRoll::default().n_samples(30).seed(seed);
            let (x, t) = match call {
                "swiss roll" => roll,
                "swiss roll noise" => roll.noise(0.2),
                _ => roll.noise(0.1).hole(true),
            }
            .generate()
            .expect("valid parameters");
            vec![part(&x), part(&t)]
        }
        "friedman1" => {
            let friedman = MakeFriedman1::default().n_samples(20).seed(seed);
            let (x, y) = match call {
                "friedman1" => friedman,
                _ => friedman.n_features(6).noise(1.5),
            }
            .generate()
            .expect("valid parameters");
            vec![part(&x), part(&y)]
        }
        "blobs" => blobs(call, seed),
        "regression" => regression(call, seed),
        "classification" => classification(call, seed),
        unknown => panic!("the fixture names an unknown call: {unknown}"),
    }
}

fn two_shapes(call: &str, seed: Seed) -> Vec<Part> {
    let (moons, circles) = (MakeMoons::default().seed(seed), MakeCircles::default().seed(seed));
    let (x, y) = match call {
        "moons" => moons.n_samples(30).generate(),
        "moons noise" => moons.n_samples(25).noise(0.15).generate(),
        "moons (7, 5) unshuffled" => moons.n_samples((7, 5)).shuffle(false).noise(0.1).generate(),
        "circles" => circles.n_samples(30).generate(),
        "circles noise" => circles.n_samples(25).noise(0.1).factor(0.3).generate(),
        _ => circles.n_samples((4, 9)).shuffle(false).generate(),
    }
    .expect("valid parameters");
    vec![part(&x), classes(&y)]
}

fn blobs(call: &str, seed: Seed) -> Vec<Part> {
    let blobs = MakeBlobs::default().seed(seed);
    let (x, y, centers) = match call {
        "blobs" => blobs.n_samples(31),
        "blobs options" => blobs
            .n_samples(40)
            .n_features(3)
            .centers(4)
            .cluster_std(vec![0.5, 1.0, 2.0, 3.0])
            .center_box((-5.0, 20.0)),
        _ => blobs
            .n_samples(vec![5, 9, 2])
            .centers(array![[0.0, 1.0], [5.0, 5.0], [-3.0, 7.0]])
            .cluster_std(0.4)
            .shuffle(false),
    }
    .generate_with_centers()
    .expect("valid parameters");
    vec![part(&x), classes(&y), part(&centers)]
}

fn regression(call: &str, seed: Seed) -> Vec<Part> {
    let regression = MakeRegression::default().n_samples(20).seed(seed);
    let made = match call {
        "regression" => regression.n_features(12).n_informative(4),
        "regression noise" => regression.n_features(5).noise(3.5).bias(7.0).shuffle(false),
        "regression targets" => regression
            .n_samples(15)
            .n_features(6)
            .n_informative(3)
            .n_targets(3)
            .noise(1.0),
        "regression rank" => regression
            .n_features(8)
            .effective_rank(3)
            .tail_strength(0.3)
            .noise(0.1),
        _ => regression.n_samples(6).n_features(9).effective_rank(2),
    }
    .generate_targets()
    .expect("valid parameters");
    // Scikit-Learn drops the axis of a single target.
    let squeezed = |a: &Array2<f64>| match a.ncols() {
        1 => part(&a.column(0).to_owned()),
        _ => part(a),
    };
    vec![part(&made.x), squeezed(&made.y), squeezed(&made.coefficients)]
}

fn classification(call: &str, seed: Seed) -> Vec<Part> {
    let made = MakeClassification::default().seed(seed);
    let (x, y) = match call {
        "classification" => made.n_samples(40).n_features(8),
        "classification options" => made
            .n_samples(60)
            .n_features(12)
            .n_informative(4)
            .n_redundant(3)
            .n_repeated(2)
            .n_classes(3)
            .weights(vec![0.5, 0.3])
            .flip_y(0.2)
            .class_sep(1.7)
            .hypercube(false)
            .shift(PerFeature::Random)
            .scale(PerFeature::Random),
        "classification unshuffled" => made
            .n_samples(30)
            .n_features(5)
            .n_informative(3)
            .n_redundant(1)
            .n_clusters_per_class(1)
            .weights(vec![0.8, 0.2])
            .flip_y(0.0)
            .shift(1.5)
            .scale(vec![1.0, 2.0, 3.0, 4.0, 5.0])
            .shuffle(false),
        _ => made
            .n_samples(10)
            .n_features(40)
            .n_informative(35)
            .n_redundant(0)
            .flip_y(0.5),
    }
    .generate()
    .expect("valid parameters");
    vec![part(&x), classes(&y)]
}

/// What may differ from Scikit-Learn, relative to the largest value of the part. The draws never do:
/// sines and cosines of another library differ by a unit in the last place (2.2e-16), which `t cos t`
/// keeps; sums of products are rounded in another order by every processor's matrix product, and the
/// correlated features pass through two orthogonalisations.
fn tolerance(call: &str, part: usize) -> f64 {
    match (call.split(' ').next().expect("in the fixture"), part) {
        ("moons" | "circles" | "swiss", 0) | ("friedman1", 1) => 4.5e-16,
        ("regression", 0) if call.contains("rank") => 1e-14,
        ("regression", 1) if call.contains("rank") => 1e-13,
        ("regression", 1) | ("classification", 0) => 1e-15,
        _ => 0.0,
    }
}

#[test]
fn the_values_are_those_of_scikit_learn() {
    let entries: Vec<Value> = serde_json::from_str(include_str!("../fixtures/generators.json")).unwrap();
    assert!(entries.len() >= 40);
    let mut differences = Vec::new();
    for entry in &entries {
        let call = entry["call"].as_str().unwrap();
        let ours = make(call, Seed::numpy(entry["seed"].as_u64().unwrap() as u32));
        for (i, (shape, values)) in ours.iter().enumerate() {
            let expected_shape: Vec<usize> = serde_json::from_value(entry["shapes"][i].clone()).unwrap();
            assert_eq!(shape, &expected_shape, "{call}, part {i}");
            let expected: Vec<f64> = serde_json::from_value(entry["values"][i].clone()).unwrap();
            let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            let far = values
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            if far > tolerance(call, i) * largest {
                differences.push(format!(
                    "{call}, seed {}, part {i}: {:e}",
                    entry["seed"],
                    far / largest
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_fast_generator_serves_too_and_repeats_itself() {
    let blobs = || MakeBlobs::default().n_samples(300).seed(5).generate().unwrap();
    assert_eq!(blobs(), blobs());
    assert_ne!(
        blobs().0,
        MakeBlobs::default().n_samples(300).seed(6).generate().unwrap().0
    );
    let (x, y) = MakeClassification::default().seed(1).generate().unwrap();
    assert_eq!((x.dim(), y.len()), ((100, 20), 100));
}

#[test]
fn the_roles_of_features_follow_the_shuffled_columns() {
    let made = MakeClassification::default()
        .n_features(6)
        .n_repeated(1)
        .flip_y(0.0)
        .seed(3);
    let (x, _, roles) = made.generate_with_roles().unwrap();
    let count = |role| roles.iter().filter(|&&r| r == role).count();
    assert_eq!(count(FeatureRole::Informative), 2);
    assert_eq!(count(FeatureRole::Redundant), 2);
    let repeated = roles.iter().position(|&r| r == FeatureRole::Repeated).unwrap();
    assert!((0..6).any(|i| i != repeated && x.column(i) == x.column(repeated)));
}

#[test]
fn few_rows_are_fine() {
    for n in 0..4 {
        assert_eq!(MakeMoons::default().n_samples(n).generate().unwrap().0.nrows(), n);
        assert_eq!(
            MakeCircles::default()
                .n_samples(n)
                .noise(0.1)
                .generate()
                .unwrap()
                .0
                .nrows(),
            n
        );
    }
    assert_eq!(
        MakeClassification::default()
            .n_samples(1)
            .generate()
            .unwrap()
            .1
            .len(),
        1
    );
    assert_eq!(
        MakeRegression::default().n_samples(1).generate().unwrap().1.len(),
        1
    );
    assert_eq!(
        MakeSwissRoll::default().n_samples(1).generate().unwrap().1.len(),
        1
    );
}

fn text<T>(result: ml_core::Result<T>) -> String {
    match result {
        Ok(_) => panic!("this must be refused"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn parameters_outside_their_domain_are_refused() {
    assert_eq!(
        text(MakeMoons::default().noise(-1.0).generate()),
        "noise = -1: must be at least 0"
    );
    assert_eq!(
        text(MakeMoons::default().n_samples(vec![1, 2, 3]).generate()),
        "n_samples = [1, 2, 3]: must be two numbers of rows"
    );
    assert_eq!(
        text(MakeCircles::default().factor(1.0).generate()),
        "factor = 1: must be at least 0 and below 1"
    );
    assert_eq!(
        text(MakeSwissRoll::default().n_samples(0).generate()),
        "n_samples = 0: must be at least 1"
    );
    assert_eq!(
        text(MakeFriedman1::default().n_features(4).generate()),
        "n_features = 4: must be at least 5"
    );
    let blobs = MakeBlobs::default;
    assert_eq!(
        text(blobs().centers(0).generate()),
        "centers = 0: must be at least 1"
    );
    assert_eq!(
        text(blobs().center_box((1.0, -1.0)).generate()),
        "center_box = 1 to -1: must be in order and finite"
    );
    assert_eq!(
        text(
            blobs()
                .n_samples(vec![4, 4])
                .centers(Centers::Count(3))
                .generate()
        ),
        "n_samples = [4, 4]: must be one number for each of 3 centers"
    );
    assert_eq!(
        text(blobs().cluster_std(Spread::Each(vec![1.0])).generate()),
        "cluster_std = [1.0]: must be one number for each of 3 centers"
    );
    assert_eq!(
        text(blobs().cluster_std(-2.0).generate()),
        "cluster_std = -2: must be at least 0"
    );
    assert_eq!(
        text(blobs().n_samples(Samples::Total(0)).generate()),
        "n_samples = 0: must be at least 1"
    );
    assert_eq!(
        text(MakeRegression::default().n_targets(2).generate()),
        "MakeRegression::generate does not support several targets; call generate_targets"
    );
    assert_eq!(
        text(MakeRegression::default().effective_rank(0).generate()),
        "effective_rank = 0: must be at least 1"
    );
}

#[test]
fn classes_that_do_not_fit_are_refused() {
    let made = MakeClassification::default;
    assert_eq!(
        text(made().n_features(3).generate()),
        "MakeClassification: 4 informative, redundant and repeated features are more than n_features = 3; \
         raise n_features or lower the others"
    );
    assert_eq!(
        text(made().n_classes(3).generate()),
        "MakeClassification: 6 clusters do not fit the corners of a cube in 2 dimensions; raise \
         n_informative, or lower n_classes or n_clusters_per_class"
    );
    assert_eq!(
        text(made().weights(vec![0.1, 0.2, 0.7]).generate()),
        "weights = [0.1, 0.2, 0.7]: must be 2 shares, or 1 and the last one is the rest"
    );
    assert_eq!(
        text(made().weights(vec![0.9, 0.9]).generate()),
        "weights = [0.9, 0.9]: must be shares that sum to at most 1"
    );
    assert_eq!(
        text(made().shift(vec![1.0]).generate()),
        "shift = [1.0]: must be one number for each of 20 features"
    );
    assert_eq!(
        text(made().flip_y(1.5).generate()),
        "flip_y = 1.5: must be between 0 and 1"
    );
    assert_eq!(
        text(made().class_sep(0.0).generate()),
        "class_sep = 0: must be above 0 and finite"
    );
}
