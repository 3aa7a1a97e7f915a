//! The two generators: NumPy's numbers bit for bit, and the fast one's distributions.

use ml_core::{
    ndarray::{Array1, Array2, array},
    random::{NumpyRng, Rng, Seed},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Values per call of `fixtures/make_numpy_random.py`.
const N: usize = 1200;

enum Drawn {
    Numbers(Array1<f64>),
    Counts(Array1<i64>),
}

impl From<Array1<f64>> for Drawn {
    fn from(values: Array1<f64>) -> Self {
        Self::Numbers(values)
    }
}

impl From<Array1<i64>> for Drawn {
    fn from(values: Array1<i64>) -> Self {
        Self::Counts(values)
    }
}

impl From<Vec<usize>> for Drawn {
    fn from(values: Vec<usize>) -> Self {
        Self::Counts(values.into_iter().map(|v| v as i64).collect())
    }
}

fn joined<T>(parts: impl IntoIterator<Item = Array1<T>>) -> Array1<T> {
    parts.into_iter().flatten().collect()
}

fn weights() -> Vec<f64> {
    // Sums of squares of whole numbers are exact.
    (1..=20).map(|i| f64::from(i * i) / 2870.0).collect()
}

/// The call that the fixture names.
fn draw(call: &str, rng: &mut NumpyRng) -> Drawn {
    match call {
        "rand" => rng.rand(N).into(),
        "random_sample" => rng.random_sample(N).into(),
        "uniform(-3, 5.5)" => rng.uniform(-3.0, 5.5, N).expect("valid parameters").into(),
        "randn" => rng.randn(N).into(),
        "randn odd" => joined([rng.randn(7), rng.rand(3), rng.randn(N)]).into(),
        "normal(10, 2.5)" => rng.normal(10.0, 2.5, N).expect("valid parameters").into(),
        "lognormal(0.5, 0.7)" => rng.lognormal(0.5, 0.7, N).expect("valid parameters").into(),
        "standard_exponential" => rng.exponential(1.0, N).expect("valid parameters").into(),
        "exponential(3)" => rng.exponential(3.0, N).expect("valid parameters").into(),
        "standard_gamma(0.3)" => rng.standard_gamma(0.3, N).expect("valid parameters").into(),
        "standard_gamma(1)" => rng.standard_gamma(1.0, N).expect("valid parameters").into(),
        "gamma(2.5, 1.7)" => rng.gamma(2.5, 1.7, N).expect("valid parameters").into(),
        "gamma(50, 0.1)" => rng.gamma(50.0, 0.1, N).expect("valid parameters").into(),
        "chisquare(3)" => rng.chisquare(3.0, N).expect("valid parameters").into(),
        "beta(0.5, 0.4)" => rng.beta(0.5, 0.4, N).expect("valid parameters").into(),
        "beta(0.001, 0.002)" => rng.beta(0.001, 0.002, N).expect("valid parameters").into(),
        "beta(2, 5)" => rng.beta(2.0, 5.0, N).expect("valid parameters").into(),
        "beta(0.5, 3)" => rng.beta(0.5, 3.0, N).expect("valid parameters").into(),
        "permutation" => rng.permutation(N).into(),
        "permutation twice" => [rng.permutation(N), rng.permutation(3)].concat().into(),
        "shuffle" => {
            let mut items: Vec<usize> = (0..N).map(|i| 3 * i).collect();
            rng.shuffle(&mut items);
            items.into()
        }
        "choice(1000)" => rng.choice(1000, N).expect("valid parameters").into(),
        "choice(5000, replace=False)" => rng
            .choice_without_replacement(5000, N)
            .expect("valid parameters")
            .into(),
        "choice(p)" => rng
            .choice_weighted(&weights(), N)
            .expect("valid parameters")
            .into(),
        "choice(p, replace=False)" => (0..100)
            .flat_map(|_| {
                rng.choice_weighted_without_replacement(&weights(), 12)
                    .expect("valid parameters")
            })
            .collect::<Vec<_>>()
            .into(),
        count => draw_count(count, rng).into(),
    }
}

fn draw_count(call: &str, rng: &mut NumpyRng) -> Array1<i64> {
    match call {
        "binomial(10, 0.3)" => rng.binomial(10, 0.3, N).expect("valid parameters"),
        "binomial(40, 0.9)" => rng.binomial(40, 0.9, N).expect("valid parameters"),
        "binomial(5, 0)" => joined([
            rng.binomial(5, 0.0, N).expect("valid parameters"),
            rng.randint(0..1000, 5).expect("valid parameters"),
        ]),
        "binomial(5, 1)" => joined([
            rng.binomial(5, 1.0, N).expect("valid parameters"),
            rng.randint(0..1000, 5).expect("valid parameters"),
        ]),
        "binomial(100, 0.5)" => rng.binomial(100, 0.5, N).expect("valid parameters"),
        "binomial(1000, 0.513)" => rng.binomial(1000, 0.513, N).expect("valid parameters"),
        "binomial(100000, 0.02)" => rng.binomial(100_000, 0.02, N).expect("valid parameters"),
        "binomial(1000000, 0.7)" => rng.binomial(1_000_000, 0.7, N).expect("valid parameters"),
        "poisson(0.5)" => rng.poisson(0.5, N).expect("valid parameters"),
        "poisson(4)" => rng.poisson(4.0, N).expect("valid parameters"),
        "poisson(12)" => rng.poisson(12.0, N).expect("valid parameters"),
        "poisson(1000)" => rng.poisson(1000.0, N).expect("valid parameters"),
        "geometric(0.05)" => rng.geometric(0.05, N).expect("valid parameters"),
        "geometric(0.5)" => rng.geometric(0.5, N).expect("valid parameters"),
        "randint(0, 10)" => rng.randint(0..10, N).expect("valid parameters"),
        "randint(-50, 1000)" => rng.randint(-50..1000, N).expect("valid parameters"),
        "randint(7, 8)" => joined([
            rng.randint(7..8, N).expect("valid parameters"),
            rng.randint(0..1000, 5).expect("valid parameters"),
        ]),
        "randint(0, 2**32)" => rng.randint(0..1 << 32, N).expect("valid parameters"),
        "randint(-2**40, 2**41)" => rng.randint(-(1 << 40)..1 << 41, N).expect("valid parameters"),
        "randint i64" => rng.randint(i64::MIN..i64::MAX, N).expect("valid parameters"),
        "randint u64" => rng
            .randint::<u64, _>(.., N)
            .expect("valid parameters")
            .mapv(u64::cast_signed),
        "randint u32" => rng
            .randint::<u32, _>(.., N)
            .expect("valid parameters")
            .mapv(i64::from),
        "randint i32(-5, 100000)" => rng
            .randint(-5..100_000i32, N)
            .expect("valid parameters")
            .mapv(i64::from),
        "randint u16(0, 1000)" => rng
            .randint(0..1000u16, N)
            .expect("valid parameters")
            .mapv(i64::from),
        "randint i16" => rng
            .randint::<i16, _>(.., N)
            .expect("valid parameters")
            .mapv(i64::from),
        "randint u8" => rng
            .randint(0..=255u8, N)
            .expect("valid parameters")
            .mapv(i64::from),
        "randint u8(3, 200) twice" => joined([
            rng.randint(3..200u8, 601)
                .expect("valid parameters")
                .mapv(i64::from),
            rng.randint(3..200u8, 599)
                .expect("valid parameters")
                .mapv(i64::from),
        ]),
        unknown => panic!("the fixture names an unknown call: {unknown}"),
    }
}

/// The first difference from the fixture, if there is one.
fn difference(entry: &Value, drawn: &Drawn) -> Option<String> {
    let name = format!("{} seed {}", entry["call"], entry["seed"]);
    let head = entry["head"].as_array().expect("in the fixture");
    let (bytes, found): (Vec<u8>, Vec<Value>) = match drawn {
        Drawn::Numbers(v) => (
            v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            v.iter().take(head.len()).map(|&v| v.into()).collect(),
        ),
        Drawn::Counts(v) => (
            v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            v.iter().take(head.len()).map(|&v| v.into()).collect(),
        ),
    };
    if &found != head {
        return Some(format!("{name}: {found:?} is not {head:?}"));
    }
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    (digest != entry["sha256"]).then(|| format!("{name}: a value after the first {}", head.len()))
}

#[test]
fn numpy_draws_the_numbers_of_numpy() {
    let entries: Vec<Value> = serde_json::from_str(include_str!("../fixtures/numpy_random.json")).unwrap();
    assert!(entries.len() > 150);
    let differences = entries.iter().filter_map(|entry| {
        let seed = entry["seed"].as_u64().unwrap() as u32;
        let drawn = match (entry["call"].as_str().unwrap(), seed) {
            ("words", 4) => NumpyRng::from_words(&[1, 2, 3, 4]).unwrap().rand(N).into(),
            ("words", n) => {
                let words: Vec<u32> = (0..n).collect();
                NumpyRng::from_words(&words).unwrap().rand(N).into()
            }
            (call, seed) => draw(call, &mut NumpyRng::new(seed)),
        };
        difference(entry, &drawn)
    });
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn numpy_draws_the_multivariate_normal_numbers_of_numpy() {
    let text = include_str!("../fixtures/numpy_multivariate.json");
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    let (mut covariance, mut differences) = (Array2::zeros((0, 0)), Vec::new());
    for entry in &entries {
        let rows: Option<Vec<Vec<f64>>> = serde_json::from_value(entry["covariance"].clone()).unwrap();
        if let Some(rows) = rows {
            covariance = Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| rows[i][j]);
        }
        let mean: Array1<f64> = (0..covariance.nrows()).map(|i| i as f64 - 1.5).collect();
        let mut rng = NumpyRng::new(entry["seed"].as_u64().unwrap() as u32);
        let size = entry["n"].as_u64().unwrap() as usize;
        let drawn = rng
            .multivariate_normal(mean.view(), covariance.view(), size)
            .unwrap();
        let head: Vec<f64> = serde_json::from_value(entry["head"].clone()).unwrap();
        // Sums of other orders: a few units in the last place of numbers up to 25 * 25. What should be
        // a singular value of 0 is rounded to some 1e-16, whose root is drawn.
        let singular = entry["name"] == "semidefinite";
        let tolerance = if singular { 1e-7 } else { 1e-11 };
        let far = drawn.iter().zip(&head).any(|(a, b)| (a - b).abs() > tolerance);
        let millionths = drawn.iter().map(|v| (v * 1e6).round_ties_even() as i64);
        let bytes: Vec<u8> = millionths.flat_map(i64::to_le_bytes).collect();
        let digest: String = Sha256::digest(&bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        if far || (!singular && digest != entry["sha256"]) {
            differences.push(format!(
                "{} seed {}: {drawn:.6} {head:?}",
                entry["name"], entry["seed"]
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn numpy_refuses_what_is_no_covariance() {
    let draw = |covariance: Array2<f64>| {
        NumpyRng::new(0)
            .multivariate_normal(array![0.0, 0.0].view(), covariance.view(), 1)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        draw(array![[1.0]]),
        "NumpyRng::multivariate_normal: cannot combine shape [2] with [1, 1]; the covariance of n means is [n, n]"
    );
    let not_a_covariance = "NumpyRng::multivariate_normal: the covariance is not symmetric and positive \
                            semi-definite; compute it from data, or as a a' of any matrix a";
    assert_eq!(draw(array![[1.0, 2.0], [2.0, 1.0]]), not_a_covariance);
    assert_eq!(draw(array![[1.0, 0.5], [0.0, 1.0]]), not_a_covariance);
    assert!(draw(array![[1.0, f64::NAN], [0.0, 1.0]]).contains("holds NaN at row 0, column 1"));
}

#[test]
fn numpy_serves_the_shared_trait_with_the_same_numbers() {
    let (mut direct, mut shared) = (NumpyRng::new(7), Seed::numpy(7).generator());
    assert_eq!(shared.permutation(50), direct.permutation(50));
    assert_eq!(shared.uniform(), direct.random());
    assert_eq!(shared.standard_normal(), direct.standard_normal());
    assert_eq!(shared.standard_normal(), direct.standard_normal());
    assert_eq!(shared.standard_exponential(), direct.standard_exponential());
    assert_eq!(
        shared.below(1000) as i64,
        direct.randint(0..1000i64, 1).unwrap()[0]
    );
    let sample = shared.sample_without_replacement(30, 4);
    assert_eq!(sample, direct.choice_without_replacement(30, 4).unwrap());
}

#[test]
fn numpy_continues_from_a_snapshot() {
    let mut rng = NumpyRng::new(3);
    rng.randn(5);
    let state = serde_json::to_string(&rng.state()).unwrap();
    let mut again = NumpyRng::from_state(&serde_json::from_str(&state).unwrap()).unwrap();
    assert_eq!(again, rng);
    assert_eq!(again.randn(9), rng.randn(9));
}

#[test]
fn numpy_refuses_parameters_outside_their_domain() {
    let mut rng = NumpyRng::new(0);
    let text = |e: ml_core::Error| e.to_string();
    assert_eq!(
        text(rng.normal(0.0, -1.0, 1).unwrap_err()),
        "standard_deviation = -1: must be at least 0"
    );
    assert_eq!(
        text(rng.randint(5..5, 1).unwrap_err()),
        "range = 5..=4: must be at least one integer"
    );
    assert_eq!(
        text(rng.choice_without_replacement(3, 4).unwrap_err()),
        "size = 4: must be at most n, without replacement"
    );
    assert_eq!(
        text(rng.choice_weighted(&[0.5, 0.4], 1).unwrap_err()),
        "the sum of p = 0.9: must be 1"
    );
    assert_eq!(
        text(rng.choice_weighted(&[1.5, -0.5], 1).unwrap_err()),
        "p = -0.5: must be probabilities, at least 0"
    );
    assert_eq!(
        text(
            rng.choice_weighted_without_replacement(&[1.0, 0.0], 2)
                .unwrap_err()
        ),
        "size = 2: must be at most the number of positive probabilities"
    );
    assert_eq!(
        text(rng.binomial(3, 1.1, 1).unwrap_err()),
        "p = 1.1: must be between 0 and 1"
    );
    assert_eq!(
        text(rng.poisson(-1.0, 1).unwrap_err()),
        "mean = -1: must be at least 0 and below 9.2e18"
    );
    assert_eq!(text(rng.beta(0.0, 1.0, 1).unwrap_err()), "a = 0: must be above 0");
    assert_eq!(
        text(rng.gamma(f64::NAN, 1.0, 1).unwrap_err()),
        "alpha = NaN: must be at least 0"
    );
    assert_eq!(
        text(NumpyRng::from_words(&[]).unwrap_err()),
        "NumpyRng::from_words: the seed is empty; at least 1 word needed"
    );
    let mut state = rng.state();
    state.key.pop();
    assert_eq!(
        text(NumpyRng::from_state(&state).unwrap_err()),
        "state.key.len() = 623: must be 624"
    );
}

/// Mean and variance of many draws.
fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
    let n = 200_000;
    let values: Array1<f64> = (0..n).map(|_| draw()).collect();
    let mean = values.sum() / f64::from(n);
    (
        mean,
        values.mapv(|v| (v - mean) * (v - mean)).sum() / f64::from(n),
    )
}

/// Of 200,000 draws: five standard errors of a mean are 0.011 standard deviations.
#[track_caller]
fn assert_moments((mean, variance): (f64, f64), expected_mean: f64, expected_variance: f64) {
    let deviation = expected_variance.sqrt();
    assert!(
        (mean - expected_mean).abs() < 0.012 * deviation,
        "mean {mean}, expected {expected_mean}"
    );
    let error = (variance / expected_variance - 1.0).abs();
    assert!(error < 0.05, "variance {variance}, expected {expected_variance}");
}

#[test]
fn the_fast_generator_has_the_moments_of_its_distributions() {
    let mut rng = Rng::new(11);
    assert_moments(moments(|| rng.uniform_in(-2.0, 4.0).unwrap()), 1.0, 3.0);
    assert_moments(moments(|| rng.normal(3.0, 2.0).unwrap()), 3.0, 4.0);
    assert_moments(moments(|| rng.exponential(0.5).unwrap()), 0.5, 0.25);
    for alpha in [0.3, 1.0, 4.5] {
        assert_moments(
            moments(|| rng.gamma(alpha, 2.0).unwrap()),
            2.0 * alpha,
            4.0 * alpha,
        );
    }
    let die = moments(|| rng.below(6) as f64);
    assert_moments(die, 2.5, 35.0 / 12.0);
}

#[test]
fn truncated_normals_have_the_moments_of_scipy() {
    // scipy.stats.truncnorm.stats(a, b), for every way of drawing and mirrored.
    let inf = f64::INFINITY;
    let cases = [
        (-2.0, 2.0, 0.0, 0.7737413035499232),
        (0.2, 0.4, 0.29900139246464974, 0.0033282933741780596),
        (-0.3, inf, 0.6172208536127345, 0.43387216178174703),
        (3.0, inf, 3.28309865493044, 0.07055918678525586),
        (8.0, 8.05, 8.023332732370221, 0.00020664992226715473),
    ];
    let mut rng = Rng::new(12);
    for (low, high, mean, variance) in cases {
        let drawn = moments(|| rng.truncated_normal(0.0, 1.0, low, high).unwrap());
        assert_moments(drawn, mean, variance);
        let (low, high) = (5.0 - 2.0 * high, 5.0 - 2.0 * low);
        let mirrored = moments(|| rng.truncated_normal(5.0, 2.0, low, high).unwrap());
        assert_moments(mirrored, 5.0 - 2.0 * mean, 4.0 * variance);
    }
}

#[test]
fn streams_are_reproducible_and_independent() {
    let draws = |index: u64| -> Vec<f64> {
        let mut rng = Rng::new(42).stream(index);
        (0..5000).map(|_| rng.uniform() - 0.5).collect()
    };
    assert_eq!(draws(3), draws(3));
    for (i, j) in [(0, 1), (1, 2), (7, 1_000_000)] {
        let covariance = draws(i).iter().zip(draws(j)).map(|(a, b)| a * b).sum::<f64>() / 5000.0;
        // Five standard errors: the product has standard deviation 1/12.
        assert!(
            covariance.abs() < 5.0 / 12.0 / 5000.0_f64.sqrt(),
            "{i} and {j}: {covariance}"
        );
    }
    // What was drawn from the parent does not matter.
    let mut parent = Rng::new(42);
    parent.uniform();
    assert_eq!(parent.stream(9).next_u64(), Rng::new(42).stream(9).next_u64());
}

#[test]
fn weights_decide_how_often_a_position_is_chosen() {
    let mut rng = Rng::new(13);
    let weights = [1.0, 0.0, 3.0, 0.0];
    let drawn = rng.choice_weighted(&weights, 40_000).unwrap();
    let share = |i| drawn.iter().filter(|&&d| d == i).count() as f64 / 40_000.0;
    assert_eq!((share(1), share(3)), (0.0, 0.0));
    assert!((share(2) - 0.75).abs() < 0.011);
    // First place of a draw without replacement is a draw of the same probabilities.
    let first = |rng: &mut Rng| rng.choice_weighted_without_replacement(&weights, 2).unwrap();
    let firsts = (0..40_000).filter(|_| first(&mut rng) == [2, 0]).count() as f64 / 40_000.0;
    assert!((firsts - 0.75).abs() < 0.011);
}

#[test]
fn unordered_samples_are_different_ones_for_any_share() {
    for seed in [Seed::from(1), Seed::numpy(1)] {
        for (n, k) in [(0, 0), (1, 1), (10_000, 3), (50, 20), (50, 50), (1000, 995)] {
            let mut items = seed.generator().sample_unordered(n, k);
            items.sort_unstable();
            items.dedup();
            assert!(items.len() == k && items.iter().all(|&i| i < n), "{k} of {n}");
        }
    }
    // By sklearn.utils.random.sample_without_replacement(n, k, random_state=42).
    assert_eq!(
        Seed::numpy(42).generator().sample_unordered(10_000, 3),
        [7270, 860, 5390]
    );
    assert_eq!(
        Seed::numpy(42).generator().sample_unordered(300, 298)[..8],
        [0, 1, 2, 3, 4, 5, 6, 7]
    );
}

#[test]
fn the_fast_generator_refuses_parameters_outside_their_domain() {
    let mut rng = Rng::new(0);
    let text = |e: ml_core::Error| e.to_string();
    assert_eq!(
        text(rng.uniform_in(1.0, 0.0).unwrap_err()),
        "high - low = -1: must be finite and at least 0"
    );
    assert_eq!(
        text(rng.normal(0.0, -1.0).unwrap_err()),
        "standard_deviation = -1: must be finite and at least 0"
    );
    assert_eq!(
        text(rng.truncated_normal(0.0, 1.0, 2.0, 2.0).unwrap_err()),
        "low = 2: must be below high = 2"
    );
    assert_eq!(
        text(rng.gamma(0.0, 1.0).unwrap_err()),
        "alpha = 0: must be above 0 and finite"
    );
    assert_eq!(
        text(rng.exponential(-1.0).unwrap_err()),
        "mean = -1: must be at least 0"
    );
    assert_eq!(
        text(rng.choice_weighted(&[], 1).unwrap_err()),
        "Rng::choice_weighted: weights is empty; at least 1 weight needed"
    );
    assert_eq!(
        text(rng.choice_weighted(&[0.0, 0.0], 1).unwrap_err()),
        "Rng::choice_weighted: all weights are 0; give at least one row a positive weight"
    );
    assert_eq!(
        text(
            rng.choice_weighted_without_replacement(&[1.0, 0.0], 2)
                .unwrap_err()
        ),
        "size = 2: must be at most the number of positive weights"
    );
}
