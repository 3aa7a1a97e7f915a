//! The arrays that our side wrote.

use std::path::Path;

use anyhow::{Context, Result};
use ndarray::{Array1, Array2};
use ndarray_npy::{ReadableElement, read_npy};

/// Rows and the target of each.
pub(crate) struct Table {
    pub(crate) x: Array2<f64>,
    pub(crate) y: Array1<f64>,
}

/// Images as rows of numbers and the digit of each, to learn from and to test with.
pub(crate) struct Images {
    pub(crate) x: Array2<f32>,
    pub(crate) y: Array1<u8>,
    pub(crate) test_x: Array2<f32>,
    pub(crate) test_y: Array1<u8>,
}

pub(crate) fn table(folder: &Path, name: &str) -> Result<Table> {
    Ok(Table {
        x: matrix(folder, &format!("{name}_x"))?,
        y: vector(folder, &format!("{name}_y"))?,
    })
}

pub(crate) fn images(folder: &Path, name: &str) -> Result<Images> {
    let rows = |part: &str| -> Result<Array2<f32>> {
        let bytes: Array2<u8> = matrix(folder, &format!("{name}_{part}_x"))?;
        Ok(bytes.mapv(f32::from))
    };
    Ok(Images {
        x: rows("train")?,
        y: vector(folder, &format!("{name}_train_y"))?,
        test_x: rows("test")?,
        test_y: vector(folder, &format!("{name}_test_y"))?,
    })
}

/// Share of equal labels.
pub(crate) fn accuracy<T: Copy + Into<f64>>(
    truth: &Array1<u8>,
    predicted: impl IntoIterator<Item = T>,
) -> f64 {
    let right = truth
        .iter()
        .zip(predicted)
        .filter(|&(&t, p)| f64::from(t) == p.into());
    right.count() as f64 / truth.len() as f64
}

/// Coefficient of determination of predictions `x·w + b`.
pub(crate) fn r2(table: &Table, weights: &Array1<f64>, intercept: f64) -> f64 {
    let predicted = table.x.dot(weights) + intercept;
    let mean = table.y.sum() / table.y.len() as f64;
    let rest = (&table.y - &predicted).mapv(|e| e * e).sum();
    1.0 - rest / table.y.mapv(|v| (v - mean) * (v - mean)).sum()
}

/// `½·mean(error²) + 0.1·(½·Σ |w| + ¼·Σ w²)`: what the elastic net of the bench minimises.
pub(crate) fn elastic_net_objective(table: &Table, weights: &Array1<f64>, intercept: f64) -> f64 {
    let residual = &table.y - &(table.x.dot(weights) + intercept);
    let squares = residual.mapv(|r| r * r).sum() / table.y.len() as f64;
    let penalty: f64 = weights.iter().map(|w| 0.05 * (w.abs() + 0.5 * w * w)).sum();
    0.5 * squares + penalty
}

fn matrix<T: ReadableElement>(folder: &Path, name: &str) -> Result<Array2<T>> {
    let path = folder.join(format!("{name}.npy"));
    read_npy(&path).with_context(|| format!("reading {}", path.display()))
}

fn vector<T: ReadableElement>(folder: &Path, name: &str) -> Result<Array1<T>> {
    let path = folder.join(format!("{name}.npy"));
    read_npy(&path).with_context(|| format!("reading {}", path.display()))
}
