//! Preprocessing of 100,000 rows made from a seed: fit, and transform by what was fitted.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_core::{
    Column, Fit, Rng, Table, TextColumn, Transform,
    ndarray::{Array2, ArrayView2},
};
use ml_data::{
    pipeline::{ColumnTransformer, Pipeline},
    preprocess::{
        MinMaxScaler, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, RobustScaler, SimpleImputer,
        StandardScaler,
    },
};

const ROWS: usize = 100_000;
const COLUMNS: usize = 8;
/// One number in a hundred is missing where missing ones are allowed.
const MISSING: f64 = 0.01;

fn numbers(missing: f64) -> Array2<f64> {
    let mut rng = Rng::new(42);
    Array2::from_shape_simple_fn((ROWS, COLUMNS), || {
        let value = rng.standard_normal();
        if rng.uniform() < missing { f64::NAN } else { value }
    })
}

/// A column of five words.
fn words() -> TextColumn {
    let mut rng = Rng::new(43);
    let words = ["INLAND", "NEAR BAY", "NEAR OCEAN", "ISLAND", "<1H OCEAN"];
    TextColumn::collect((0..ROWS).map(|_| Some(words[rng.below(words.len())])))
}

fn table() -> Table {
    let x = numbers(MISSING);
    let numeric = (0..COLUMNS).map(|j| (format!("x{j}"), Column::Number(x.column(j).to_vec())));
    let text = ("place".to_owned(), Column::Text(words()));
    Table::new(numeric.chain([text])).expect("columns of one length")
}

/// Fit and transform of one transformer of numbers.
macro_rules! both {
    ($group:expr, $name:literal, $transformer:expr, $x:expr) => {
        let (transformer, x): (_, ArrayView2<'_, f64>) = ($transformer, $x);
        $group.bench_function(concat!($name, "/fit"), |bench| {
            bench.iter(|| transformer.fit(black_box(x), ()).expect("sound data"));
        });
        let fitted = transformer.fit(x, ()).expect("sound data");
        $group.bench_function(concat!($name, "/transform"), |bench| {
            bench.iter(|| fitted.transform(black_box(x)).expect("the same columns"));
        });
    };
}

fn numeric(c: &mut Criterion) {
    let mut group = c.benchmark_group("numeric_100000x8");
    group.throughput(Throughput::Elements((ROWS * COLUMNS) as u64)); // cells
    let (whole, holed) = (numbers(0.0), numbers(MISSING));
    both!(group, "standard_scaler", StandardScaler::default(), whole.view());
    both!(group, "min_max_scaler", MinMaxScaler::default(), whole.view());
    both!(group, "robust_scaler", RobustScaler::default(), whole.view());
    both!(group, "mean_imputer", SimpleImputer::default(), holed.view());
    both!(group, "median_imputer", SimpleImputer::median(), holed.view());
    both!(
        group,
        "polynomial_features",
        PolynomialFeatures::default(),
        whole.view()
    );
    group.finish();
}

fn text(c: &mut Criterion) {
    let mut group = c.benchmark_group("text_100000x1");
    group.throughput(Throughput::Elements(ROWS as u64)); // cells
    let table = Table::new([("place".to_owned(), Column::Text(words()))]).expect("one column");
    let one_hot = OneHotEncoder::default();
    group.bench_function("one_hot/fit", |bench| {
        bench.iter(|| one_hot.fit(black_box(&table), ()).expect("text"))
    });
    let fitted = one_hot.fit(&table, ()).expect("text");
    group.bench_function("one_hot/transform", |bench| {
        bench.iter(|| fitted.transform(black_box(&table)).expect("known words"))
    });
    let ordinal = OrdinalEncoder::default().fit(&table, ()).expect("text");
    group.bench_function("ordinal/transform", |bench| {
        bench.iter(|| ordinal.transform(black_box(&table)).expect("known words"))
    });
    group.finish();
}

fn pipeline(c: &mut Criterion) {
    let mut group = c.benchmark_group("pipeline_100000x9");
    group.sample_size(20);
    group.throughput(Throughput::Elements((ROWS * (COLUMNS + 1)) as u64)); // cells
    let table = table();
    let numeric = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("scaler", StandardScaler::default());
    let columns: Vec<String> = (0..COLUMNS).map(|j| format!("x{j}")).collect();
    let prepare = ColumnTransformer::new().with("num", numeric, columns).with(
        "cat",
        OneHotEncoder::default(),
        ["place"],
    );
    group.bench_function("fit_transform", |bench| {
        bench.iter(|| prepare.fit_transform(black_box(&table)).expect("sound data"))
    });
    group.finish();
}

criterion_group!(benches, numeric, text, pipeline);
criterion_main!(benches);
