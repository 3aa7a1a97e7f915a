//! The data of the workloads, written once as `.npy` and CSV for every program.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result, bail};
use ml_core::{
    Rng, Seed,
    ndarray::{Array1, Array2, ArrayView, ArrayView1, ArrayView2, Axis, Dimension, s},
    persist::npy::{NpyElement, write_npy},
};
use ml_data::{
    datasets,
    pipeline::{ColumnTransformer, Pipeline},
    preprocess::{CombinedAttributes, OneHotEncoder, SimpleImputer, StandardScaler},
    split::StratifiedShuffleSplit,
    table,
};

/// Rows of the large table: housing repeated with noise.
const LARGE_ROWS: usize = 2_000_000;
/// Noise on every number, as a share of it.
const NOISE: f64 = 0.01;
/// Images to learn from and to test with where a peer takes too long on all.
const SMALL: (usize, usize) = (2_000, 500);
/// Rows and columns of the linear problem.
const LINEAR: (usize, usize) = (1_000_000, 50);

/// Rows and columns of the penalised problem, of whose columns every tenth matters.
const PENALISED: (usize, usize) = (100_000, 200);
/// Scores to be sorted.
const SCORES: usize = 10_000_000;
/// Sparse rows, their columns, and the elements of a row.
const SPARSE_ROWS: usize = 100_000;
pub(crate) const SPARSE_COLUMNS: usize = 100_000;
const SPARSE_ELEMENTS: usize = 100;

/// Writes what the named workloads need and what is not there yet.
pub(crate) fn run(folder: &Path, workloads: &[String]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    for workload in workloads {
        // The groups of `core` make their own; a first batch is made of nothing.
        if workload.starts_with("core-") || workload == "nn-start" {
            continue;
        }
        // The file that is written last stands for all of them.
        let (last, write): (&str, fn(&Path) -> Result<()>) = match workload.as_str() {
            "forest-regressor" | "tree" => ("california_y.npy", california),
            "forest-classifier" | "k-nn" => ("mnist_test_y.npy", mnist),
            "forest-classifier-small" | "k-nn-small" => ("mnist_small_test_y.npy", small_mnist),
            "grid-search" => ("housing_train_y.npy", housing),
            "preprocess" => ("housing_2m.csv", large_housing),
            "linear-regression" => ("linear_y.npy", linear),
            "linear-logistic" | "linear-sgd" | "linear-sgd-classes" | "linear-cross-val" => {
                ("mnist_test_y.npy", mnist)
            }
            "linear-penalised" => ("penalised_y.npy", penalised),
            "linear-scores" => ("scores_scores.npy", scores),
            "linear-sparse" => ("sparse_y.npy", sparse),
            "nn-classifier" | "nn-classifier-adam" | "nn-latency" => ("fashion_train_y.npy", fashion),
            "nn-housing" | "nn-search" => ("nn_housing_y.npy", nn_housing),
            _ => bail!("no workload {workload:?}"),
        };
        if !folder.join(last).exists() {
            println!("  writing the data of {workload}");
            write(folder)?;
        }
    }
    Ok(())
}

fn save<A: NpyElement, D: Dimension>(folder: &Path, name: &str, array: ArrayView<'_, A, D>) -> Result<()> {
    Ok(write_npy(folder.join(format!("{name}.npy")), array)?)
}

fn save_table(folder: &Path, name: &str, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<()> {
    save(folder, &format!("{name}_x"), x)?;
    save(folder, &format!("{name}_y"), y)
}

fn california(folder: &Path) -> Result<()> {
    let data = datasets::california_housing()?;
    save_table(folder, "california", data.features.view(), data.target.view())
}

fn mnist(folder: &Path) -> Result<()> {
    save_mnist(folder, "mnist", (usize::MAX, usize::MAX))
}

fn small_mnist(folder: &Path) -> Result<()> {
    save_mnist(folder, "mnist_small", SMALL)
}

/// The first rows of each part.
fn save_mnist(folder: &Path, name: &str, (train, test): (usize, usize)) -> Result<()> {
    let data = datasets::mnist()?;
    for (part, x, y, limit) in [
        ("train", data.train_rows(), data.train_labels.view(), train),
        ("test", data.test_rows(), data.test_labels.view(), test),
    ] {
        let n = y.len().min(limit);
        save(folder, &format!("{name}_{part}_x"), x.slice(s![..n, ..]))?;
        save(folder, &format!("{name}_{part}_y"), y.slice(s![..n]))?;
    }
    Ok(())
}

fn fashion(folder: &Path) -> Result<()> {
    let data = datasets::fashion_mnist()?;
    let (n, labels) = (data.train_labels.len(), data.train_labels.view());
    let rows = data.train_images.view().into_shape_with_order((n, 784))?;
    save(folder, "fashion_train_x", rows)?;
    save(folder, "fashion_train_y", labels)
}

/// California housing in another order, every column with mean 0 and deviation 1, cut at 3 deviations: a single district
/// beyond 90 makes quick descents diverge.
fn nn_housing(folder: &Path) -> Result<()> {
    let data = datasets::california_housing()?;
    let order = Rng::new(42).permutation(data.target.len());
    let (x, y) = (
        data.features.select(Axis(0), &order),
        data.target.select(Axis(0), &order),
    );
    let x = (&x - &x.mean_axis(Axis(0)).context("there are rows")?) / &x.std_axis(Axis(0), 0.0);
    let x = x.mapv(|v| (v as f32).clamp(-3.0, 3.0));
    save(folder, "nn_housing_x", x.view())?;
    save(folder, "nn_housing_y", y.mapv(|v| v as f32).view())
}

/// Chapter 2's prepared training matrix: stratified by income, as the book splits it.
fn housing(folder: &Path) -> Result<()> {
    let frame = datasets::housing()?;
    let income: Array1<f64> = table::numbers(&frame, "median_income")?;
    let strata = income.mapv(|v| (v / 1.5).ceil().min(5.0) as i64);
    let rows = StratifiedShuffleSplit::default()
        .n_splits(1)
        .test_size(0.2)
        .seed(Seed::numpy(42))
        .split_by(strata.view())?
        .next()
        .context("one split was asked for")?;
    let (frame, _) = rows.take(&frame)?;
    let y: Array1<f64> = table::numbers(&frame, "median_house_value")?;
    let frame = frame.drop("median_house_value")?;
    let names: Vec<String> = frame.get_column_names().iter().map(|n| n.to_string()).collect();
    let numbers: Vec<String> = names.into_iter().filter(|n| n != "ocean_proximity").collect();
    let numeric = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("ratios", CombinedAttributes::default())
        .step("scaler", StandardScaler::default());
    let prepare = ColumnTransformer::new().with("num", numeric, numbers).with(
        "cat",
        OneHotEncoder::default(),
        ["ocean_proximity"],
    );
    let (_, x) = prepare.fit_transform(&frame)?;
    save_table(folder, "housing_train", x.into_dense("prepare")?.view(), y.view())
}

fn large_housing(folder: &Path) -> Result<()> {
    let text = fs::read_to_string(datasets::housing_csv()?)?;
    let (header, rows) = text.split_once('\n').context("housing.csv is empty")?;
    let rows: Vec<Vec<&str>> = rows.lines().map(|line| line.split(',').collect()).collect();
    let mut rng = Rng::new(42);
    // Under another name until it is whole, so that what was interrupted is not taken for the table.
    let (part, path) = (folder.join("housing_2m.part"), folder.join("housing_2m.csv"));
    let mut out =
        BufWriter::new(File::create(&part).with_context(|| format!("creating {}", part.display()))?);
    writeln!(out, "{header}")?;
    for i in 0..LARGE_ROWS {
        for (column, cell) in rows[i % rows.len()].iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            match cell.parse::<f64>() {
                Ok(value) => write!(out, "{comma}{:.4}", value * (1.0 + NOISE * (rng.uniform() - 0.5)))?,
                Err(_) => write!(out, "{comma}{cell}")?,
            }
        }
        writeln!(out)?;
    }
    out.flush().context("writing the large table")?;
    fs::rename(part, path).context("naming the large table")
}

/// Independent normal columns; the target is their sum with weights 1, 2, 3... and an intercept and noise of 1.
fn linear(folder: &Path) -> Result<()> {
    let mut rng = Rng::new(42);
    let x = Array2::from_shape_simple_fn(LINEAR, || rng.standard_normal());
    let weights = Array1::from_iter((1..=LINEAR.1).map(|j| j as f64));
    let y = x.dot(&weights).mapv_into(|v| v + 1.0 + rng.standard_normal());
    save_table(folder, "linear", x.view(), y.view())
}

/// Independent normal columns; the target is made of every tenth, and noise of 1.
fn penalised(folder: &Path) -> Result<()> {
    let mut rng = Rng::new(42);
    let x = Array2::from_shape_simple_fn(PENALISED, || rng.standard_normal());
    let weights = Array1::from_iter((0..PENALISED.1).map(|j| match j % 10 {
        0 => 1.0 + j as f64 / 100.0,
        _ => 0.0,
    }));
    let mut y = x.dot(&weights);
    y.mapv_inplace(|v| v + 3.0 + rng.standard_normal());
    save_table(folder, "penalised", x.view(), y.view())
}

/// One in ten is positive, with scores that lie higher by 2 of their standard deviations.
fn scores(folder: &Path) -> Result<()> {
    let mut rng = Rng::new(42);
    let labels = Array1::from_shape_simple_fn(SCORES, || u8::from(rng.uniform() < 0.1));
    let scores = labels.mapv(|label| rng.standard_normal() + 2.0 * f64::from(label) - 1.0);
    save(folder, "scores_labels", labels.view())?;
    save(folder, "scores_scores", scores.view())
}

/// Rows as texts are: a few columns are frequent, most are rare. The class follows a hidden weight a column.
fn sparse(folder: &Path) -> Result<()> {
    let mut rng = Rng::new(42);
    let hidden = Array1::from_shape_simple_fn(SPARSE_COLUMNS, || rng.standard_normal());
    let (mut values, mut columns, mut starts, mut y) = (Vec::new(), Vec::new(), vec![0], Vec::new());
    for _ in 0..SPARSE_ROWS {
        let mut row: Vec<usize> = (0..SPARSE_ELEMENTS)
            .map(|_| (rng.uniform().powi(2) * SPARSE_COLUMNS as f64) as usize)
            .collect();
        row.sort_unstable();
        row.dedup();
        let mut sum = 0.0;
        for &column in &row {
            let value = rng.uniform();
            values.push(value);
            columns.push(column as i64);
            sum += value * hidden[column];
        }
        starts.push(columns.len() as i64);
        y.push(u8::from(sum + rng.standard_normal() > 0.0));
    }
    save(folder, "sparse_values", Array1::from(values).view())?;
    save(folder, "sparse_columns", Array1::from(columns).view())?;
    save(folder, "sparse_starts", Array1::from(starts).view())?;
    save(folder, "sparse_y", Array1::from(y).view())
}
