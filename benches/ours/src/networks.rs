//! What is trained and asked in the workloads of `nn-*`, and how it is timed: our side and the Rust peers include this
//! file.

use std::{
    env,
    ffi::OsString,
    hint::black_box,
    io::Read,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::measure::{Measures, measures};

/// Of the 60,000 images, the book keeps the first 5,000 to validate.
pub(crate) const VALIDATION: usize = 5_000;
/// Rows of California housing that the book's second split leaves to learn from.
pub(crate) const HOUSING_ROWS: usize = 11_610;
pub(crate) const PIXELS: usize = 784;
pub(crate) const CLASSES: usize = 10;
/// Units of the classifier's hidden layers.
pub(crate) const HIDDEN: [usize; 2] = [300, 100];
/// Share of the units that dropout leaves out.
pub(crate) const DROPPED: f64 = 0.2;
pub(crate) const BATCH: usize = 32;
pub(crate) const SGD_RATE: f64 = 0.01;
pub(crate) const ADAM_RATE: f64 = 0.001;
pub(crate) const HOUSING_RATE: f64 = 0.001;
/// Epochs of an image classifier and of the small regressor; the first one, which may compile, is told apart.
pub(crate) const EPOCHS: usize = 3;
pub(crate) const HOUSING_EPOCHS: usize = 6;
/// Answers that are timed one by one, after some that are not.
const ANSWERS: usize = 5_000;
const WARM_UP: usize = 500;
/// Images that the questions are taken from, in turn.
const IMAGES: usize = 1_000;

/// Seconds of the first epoch and of a later one on average, and the last epoch's loss.
pub(crate) fn trained(seconds: &[f64], loss: f64) -> Measures {
    let later = &seconds[1..];
    measures([
        ("epoch_s", later.iter().sum::<f64>() / later.len() as f64),
        ("first_epoch_s", seconds[0]),
        ("loss", loss),
    ])
}

/// Times every answer to one image; `image` gets its number.
pub(crate) fn answers<I, O>(
    image: impl Fn(usize) -> Result<I>,
    answer: impl Fn(I) -> Result<O>,
) -> Result<Measures> {
    let one = |number: usize| -> Result<f64> {
        let image = image(number % IMAGES)?;
        let start = Instant::now();
        black_box(answer(image)?);
        Ok(start.elapsed().as_secs_f64() * 1e6)
    };
    for number in 0..WARM_UP {
        one(number)?;
    }
    let mut micros = (0..ANSWERS).map(one).collect::<Result<Vec<f64>>>()?;
    micros.sort_by(f64::total_cmp);
    Ok(measures([
        ("p50_us", micros[ANSWERS / 2]),
        ("p99_us", micros[ANSWERS * 99 / 100]),
    ]))
}

/// From the start of a process, this program with `arguments`, to its first word: that a batch is trained.
pub(crate) fn start(arguments: impl IntoIterator<Item = OsString>) -> Result<Measures> {
    let begun = Instant::now();
    let mut child = Command::new(env::current_exe()?)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .context("starting the first batch's process")?;
    let mut word = [0; 1];
    let read = child
        .stdout
        .take()
        .context("its output is piped")?
        .read_exact(&mut word);
    let seconds = begun.elapsed().as_secs_f64();
    if !child.wait()?.success() {
        bail!("the first batch's process failed");
    }
    read.context("the first batch's process said nothing")?;
    Ok(measures([("first_batch_s", seconds)]))
}
