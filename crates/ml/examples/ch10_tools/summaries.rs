//! A summary writer by hand: logs of anything, for TensorBoard (section 10.2.7).

use std::{f64::consts::PI, fs};

use ml::{
    core::{Result, Tensor},
    nn::tensorboard::SummaryWriter,
    prelude::*,
};

use crate::support::{AnyResult, Book, Chapter};

/// Frames of a sound, and how many make a second.
const FRAMES: usize = 12_000;
const SAMPLE_RATE: u32 = 48_000;

/// Listing W10-38: a thousand steps of every kind of summary.
pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Summaries of one's own");
    let folder = book.folder().join("my_summaries");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut writer = SummaryWriter::create(&folder)?;
    let mut rng = NumpyRng::new(42);
    for step in 1..=1000 {
        write(&mut writer, &mut rng, step)?;
    }
    writer.flush()?;
    let records = count(&fs::read(writer.path())?);
    // Scalar, histogram, images, two texts and a sound each step, after the version.
    book.number(
        "C10-138",
        "records in the file",
        records as f64,
        Book::Exact(6_001.0),
    );
    Ok(())
}

fn write(writer: &mut SummaryWriter, rng: &mut NumpyRng, step: i64) -> Result<()> {
    let number = step as f64;
    writer.scalar("my_scalar", (number / 10.0).sin(), step)?;
    let data = (rng.randn(100) + 2.0) * number / 100.0;
    writer.histogram("my_hist", &Tensor::from_ndarray(data), step)?;
    let images = rng.rand((2, 32, 32, 3)) * number / 1000.0;
    writer.image("my_images", &Tensor::from_ndarray(images), step)?;
    writer.text("my_text/step", &format!("The step is {step}"), step)?;
    writer.text("my_text/square", &format!("Its square is {}", step * step), step)?;
    // A tone of `step` hertz.
    let time = Tensor::range(0.0..FRAMES as f64)?;
    let sine = time
        .mul_scalar(2.0 * PI * number / f64::from(SAMPLE_RATE))?
        .sin()?;
    let sound = sine.reshape(&[1, -1, 1])?;
    writer.audio("my_audio", &sound, SAMPLE_RATE, step)
}

/// How many records a file of TensorFlow's has: each is a length of 8 bytes, its checksum, the content, its checksum.
fn count(bytes: &[u8]) -> usize {
    let (mut rest, mut records) = (bytes, 0);
    while let Some((length, after)) = rest.split_first_chunk::<8>() {
        let whole = u64::from_le_bytes(*length) as usize + 8;
        match after.get(whole..) {
            Some(next) => (rest, records) = (next, records + 1),
            None => break,
        }
    }
    records
}
