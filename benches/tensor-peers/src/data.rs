//! The data of `nn-*`, and the order of its rows.

use std::{path::Path, time::Instant};

use anyhow::Result;
use candle_core::{DType, Tensor};

use crate::{
    measure::Measures,
    networks::{BATCH, CLASSES, HOUSING_ROWS, PIXELS, VALIDATION, trained},
};

/// Rows of numbers, and a target each.
pub(crate) struct Rows<T> {
    pub(crate) x: Vec<f32>,
    pub(crate) y: Vec<T>,
    pub(crate) width: usize,
}

/// Images from 0 to 1, and the class of each.
pub(crate) fn images(folder: &Path) -> Result<Rows<u32>> {
    let read = |name: &str| Tensor::read_npy(folder.join(name));
    let (x, y) = (read("fashion_train_x.npy")?, read("fashion_train_y.npy")?);
    let n = x.dim(0)? - VALIDATION;
    let x = (x.narrow(0, VALIDATION, n)?.to_dtype(DType::F32)? / 255.0)?;
    let y = y.narrow(0, VALIDATION, n)?.to_dtype(DType::U32)?;
    Ok(Rows { x: x.flatten_all()?.to_vec1()?, y: y.to_vec1()?, width: PIXELS })
}

/// Houses, and the value of each.
pub(crate) fn houses(folder: &Path) -> Result<Rows<f32>> {
    let read = |name: &str| Tensor::read_npy(folder.join(name))?.narrow(0, 0, HOUSING_ROWS);
    let (x, y) = (read("nn_housing_x.npy")?, read("nn_housing_y.npy")?);
    let width = x.dim(1)?;
    Ok(Rows { x: x.flatten_all()?.to_vec1()?, y: y.to_vec1()?, width })
}

/// A batch that needs no reading.
pub(crate) fn first_batch() -> Rows<u32> {
    let y = (0..BATCH).map(|i| (i % CLASSES) as u32).collect();
    Rows { x: vec![0.5; BATCH * PIXELS], y, width: PIXELS }
}

/// Trains in batches of rows, which are in another order every epoch; `step` gives the loss of its batch.
pub(crate) fn epochs(rows: usize, epochs: usize, mut step: impl FnMut(&[u32]) -> Result<f32>) -> Result<Measures> {
    let (mut order, mut seed): (Vec<u32>, u64) = ((0..rows as u32).collect(), 42);
    let (mut seconds, mut loss) = (Vec::new(), 0.0);
    for _ in 0..epochs {
        let start = Instant::now();
        for last in (1..rows).rev() {
            // Knuth's linear congruential generator (MMIX); its high bits are random enough here.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, (seed >> 33) as usize % (last + 1));
        }
        let mut total = 0.0;
        for batch in order.chunks(BATCH) {
            total += f64::from(step(batch)?) * batch.len() as f64;
        }
        loss = total / rows as f64;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(trained(&seconds, loss))
}
