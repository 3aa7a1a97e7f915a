//! Random tensors: laws of the distributions, threads, traced functions, NumPy's numbers, mistakes.

use ml_core::{DType, Tensor, graph::Function, ops::Draws};

fn values(x: &Tensor) -> Vec<f64> {
    x.cast(DType::F64).unwrap().to_vec::<f64>().unwrap()
}

fn mean_and_deviation(x: &Tensor) -> [f64; 2] {
    let x = x.cast(DType::F64).unwrap();
    [
        x.mean_all().unwrap().item().unwrap(),
        x.std(&[], 0.0).unwrap().item().unwrap(),
    ]
}

#[test]
fn distributions_have_their_means_and_deviations() {
    let draws = Draws::new(1);
    let n = 200_000;
    // Five standard errors of the mean and about as much of the deviation.
    let near = |x: &Tensor, mean: f64, deviation: f64| {
        let [m, d] = mean_and_deviation(x);
        let error = 5.0 * deviation / (n as f64).sqrt();
        assert!(
            (m - mean).abs() < error && (d - deviation).abs() < error,
            "{m} {d}, not {mean} {deviation}"
        );
    };
    near(&draws.normal([n], 3.0, 2.0, DType::F32).unwrap(), 3.0, 2.0);
    near(
        &draws.uniform([n], -1.0, 5.0, DType::F64).unwrap(),
        2.0,
        6.0 / 12f64.sqrt(),
    );
    near(&draws.bernoulli([n], 0.3).unwrap(), 0.3, 0.21f64.sqrt());
    for alpha in [0.5f64, 2.5] {
        let gamma = draws.gamma([n], alpha, 3.0, DType::F64).unwrap();
        near(&gamma, 3.0 * alpha, 3.0 * alpha.sqrt());
    }
    for mean in [3.0f64, 50.0] {
        near(&draws.poisson([n], mean, DType::I64).unwrap(), mean, mean.sqrt());
    }
    near(&draws.randint([n], -2, 3, DType::I32).unwrap(), 0.0, 2f64.sqrt());
    let cut = draws.truncated_normal([n], 0.0, 1.0, DType::F64).unwrap();
    // Variance of a normal cut at 2: 1 - 4·φ(2) / (2·Φ(2) - 1).
    near(
        &cut,
        0.0,
        (1.0f64 - 4.0 * 0.053_990_966_513_188_06 / 0.954_499_736_103_642).sqrt(),
    );
    assert!(values(&cut).iter().all(|v| v.abs() <= 2.0));
    let logits = Tensor::from([[0.0, 3f64.ln()], [f64::NEG_INFINITY, 0.0]]);
    let drawn = draws.categorical(&logits, n).unwrap();
    assert_eq!(drawn.shape().to_vec(), [2, n]);
    let shares = drawn
        .cast(DType::F64)
        .unwrap()
        .mean(&[1])
        .unwrap()
        .to_vec::<f64>()
        .unwrap();
    assert!((shares[0] - 0.75).abs() < 0.005 && shares[1] == 1.0, "{shares:?}");
}

#[test]
fn threads_do_not_change_a_bit_and_draws_differ() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let draws = Draws::new(7);
            [0, 1].map(|_| values(&draws.normal([50_000], 0.0, 1.0, DType::F64).unwrap()))
        })
    };
    let one = run(1);
    assert!(one == run(3));
    assert!(one[0] != one[1]);
    let other = Draws::new(8).normal([50_000], 0.0, 1.0, DType::F64).unwrap();
    assert!(values(&other) != one[0]);
}

/// Reproduces C12-037 and C12-189: a draw is an operation of the graph, a number drawn outside is a constant.
#[test]
fn a_traced_draw_gives_fresh_numbers_at_every_call() {
    let draws = Draws::new(3);
    let inside = draws.clone();
    let fresh = Function::new("fresh", move |x| {
        Ok(vec![x[0].add(&inside.uniform([2], 0.0, 1.0, DType::F64)?)?])
    });
    let x = Tensor::from([10.0, 20.0]);
    let calls: Vec<Vec<f64>> = (0..3).map(|_| values(&fresh.call(&[&x]).unwrap()[0])).collect();
    assert!(calls[0] != calls[1] && calls[1] != calls[2] && calls[0] != calls[2]);
    let outside = draws.uniform([2], 0.0, 1.0, DType::F64).unwrap();
    let baked = Function::new("baked", move |x| Ok(vec![x[0].add(&outside)?]));
    assert_eq!(
        values(&baked.call(&[&x]).unwrap()[0]),
        values(&baked.call(&[&x]).unwrap()[0])
    );
    let scalar = draws.uniform([], 0.0, 1.0, DType::F32).unwrap();
    assert_eq!(scalar.rank(), 0);
}

#[test]
fn permutations_shuffle_and_dropout_keep_what_they_should() {
    let draws = Draws::new(4);
    let mut order = draws.permutation(1000).unwrap().to_vec::<i64>().unwrap();
    assert!(order.windows(2).any(|pair| pair[0] > pair[1]));
    order.sort_unstable();
    assert!(order.iter().copied().eq(0..1000));
    let rows = Tensor::from([[1, 10], [2, 20], [3, 30], [4, 40]]);
    let shuffled = draws.shuffle(&rows).unwrap().to_vec::<i32>().unwrap();
    assert!(shuffled.chunks(2).all(|row| row[1] == 10 * row[0]));
    let x = Tensor::ones([100_000], DType::F32).unwrap();
    let dropped = draws.dropout(&x, 0.25).unwrap();
    let share = 1.0 - dropped.count_nonzero(&[]).unwrap().item::<i64>().unwrap() as f64 / 100_000.0;
    assert!((share - 0.25).abs() < 0.01, "{share}");
    assert!(
        dropped
            .to_vec::<f32>()
            .unwrap()
            .iter()
            .all(|&v| v == 0.0 || (v - 4.0 / 3.0).abs() < 1e-6)
    );
    assert_eq!(values(&draws.dropout(&x, 0.0).unwrap()), values(&x));
}

#[test]
fn numpys_numbers_come_in_numpys_order() {
    let draws = Draws::numpy(42);
    let mut rng = ml_core::NumpyRng::new(42);
    let expected = rng.rand(3).to_vec();
    assert_eq!(
        values(&draws.uniform([3], 0.0, 1.0, DType::F64).unwrap()),
        expected
    );
    let expected = rng.randn(4).to_vec();
    assert_eq!(
        values(&draws.normal([4], 0.0, 1.0, DType::F64).unwrap()),
        expected
    );
    let expected: Vec<i64> = rng.permutation(10).into_iter().map(|i| i as i64).collect();
    assert_eq!(draws.permutation(10).unwrap().to_vec::<i64>().unwrap(), expected);
}

#[test]
fn mistakes_are_errors() {
    let draws = Draws::new(0);
    let text = |result: ml_core::Result<Tensor>| result.unwrap_err().to_string();
    assert!(text(draws.normal([2], 0.0, -1.0, DType::F32)).contains("deviation = -1"));
    assert!(text(draws.normal([2], 0.0, 1.0, DType::I32)).contains("f32 or f64"));
    assert!(text(draws.uniform([2], 1.0, 0.0, DType::F32)).contains("high - low"));
    assert!(text(draws.randint([2], 5, 5, DType::I64)).contains("above low = 5"));
    assert!(text(draws.randint([2], 0, 257, DType::U8)).contains("at most 255"));
    assert!(text(draws.bernoulli([2], 1.5)).contains("between 0 and 1"));
    assert!(text(draws.dropout(&Tensor::from([1.0]), 1.0)).contains("below 1"));
    assert!(text(draws.categorical(&Tensor::from([f64::NAN, 0.0]), 1)).contains("NaN"));
    assert!(text(draws.categorical(&Tensor::from(0.0), 1)).contains("at least 1 axis"));
    assert!(text(draws.normal([usize::MAX / 2, 4], 0.0, 1.0, DType::F32)).contains("memory"));
}
