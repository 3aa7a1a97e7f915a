//! The data of the workloads, written once as `.npy` and CSV for every program.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use ml_core::{
    Rng,
    ndarray::{Array1, Array2},
    persist::npy::write_npy,
};
use ml_data::{
    datasets,
    pipeline::{ColumnTransformer, Pipeline},
    preprocess::{CombinedAttributes, OneHotEncoder, SimpleImputer, StandardScaler},
    table,
};

/// Rows of the large table: housing repeated with noise.
const LARGE_ROWS: usize = 2_000_000;
/// Noise on every number, as a share of it.
const NOISE: f64 = 0.01;

/// Writes what the named workloads (all without a name) need and what is not there yet.
pub(crate) fn run(folder: &Path, workloads: &[String]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let needed =
        |names: &[&str]| workloads.is_empty() || workloads.iter().any(|w| names.contains(&w.as_str()));
    let absent = |file: &str| !folder.join(file).exists();
    if needed(&["forest-regressor", "tree"]) && absent("california_y.npy") {
        let data = datasets::california_housing()?;
        write_npy(folder.join("california_x.npy"), data.features.view())?;
        write_npy(folder.join("california_y.npy"), data.target.view())?;
    }
    if needed(&["forest-classifier", "k-nn"]) && absent("mnist_test_y.npy") {
        let data = datasets::mnist()?;
        write_npy(folder.join("mnist_train_x.npy"), data.train_rows())?;
        write_npy(folder.join("mnist_train_y.npy"), data.train_labels.view())?;
        write_npy(folder.join("mnist_test_x.npy"), data.test_rows())?;
        write_npy(folder.join("mnist_test_y.npy"), data.test_labels.view())?;
    }
    if needed(&["grid-search"]) && absent("housing_y.npy") {
        let (x, y) = prepared_housing()?;
        write_npy(folder.join("housing_x.npy"), x.view())?;
        write_npy(folder.join("housing_y.npy"), y.view())?;
    }
    if needed(&["preprocess"]) && absent("housing_2m.csv") {
        large_housing(&folder.join("housing_2m.csv"))?;
    }
    Ok(())
}

/// Chapter 2's prepared matrix of the first 16,512 rows, the size of its training set.
fn prepared_housing() -> Result<(Array2<f64>, Array1<f64>)> {
    let frame = datasets::housing()?.head(Some(16_512));
    let y = table::numbers(&frame, "median_house_value")?;
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
    Ok((x.into_dense("prepare")?, y))
}

fn large_housing(path: &Path) -> Result<()> {
    let text = fs::read_to_string(datasets::housing_csv()?)?;
    let (header, rows) = text.split_once('\n').context("housing.csv is empty")?;
    let rows: Vec<Vec<&str>> = rows.lines().map(|line| line.split(',').collect()).collect();
    let mut rng = Rng::new(42);
    let mut out = BufWriter::new(File::create(path).with_context(|| format!("creating {}", path.display()))?);
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
    out.flush().context("writing the large table")
}
