//! CIFAR-10: small colour images of ten kinds.

use std::path::{Path, PathBuf};

use ml_core::ndarray::{Array1, Array4};
use rayon::prelude::*;

use super::files::{bytes, damaged, list};
use crate::registry::{Cache, Result};

/// Names of the ten classes of [`cifar10`], in the order of their labels.
pub const CIFAR10_CLASSES: &[&str] = &[
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Rows and columns of an image.
const SIDE: usize = 32;
/// Bytes of one image: red, green, blue.
const IMAGE: usize = SIDE * SIDE * 3;

/// CIFAR-10, as [`cifar10`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cifar10 {
    /// 50,000 training images, `[images, 32, 32, 3]`: rows, columns, red-green-blue.
    pub train_images: Array4<u8>,
    /// Class of each training image: position in [`CIFAR10_CLASSES`].
    pub train_labels: Array1<u8>,
    /// 10,000 test images, as the training images.
    pub test_images: Array4<u8>,
    /// Class of each test image.
    pub test_labels: Array1<u8>,
}

/// CIFAR-10: 60,000 colour images of 32 x 32 pixels, 6,000 of each class.
///
/// From the original archive the images are exact and in its order; from the JPEG copy they lost a
/// little and come class by class: shuffle before you cut a validation set.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn cifar10() -> Result<Cifar10> {
    cifar10_in(&Cache::from_env()?)
}

/// As [`cifar10`], from this cache.
///
/// # Errors
/// As [`cifar10`].
pub fn cifar10_in(cache: &Cache) -> Result<Cifar10> {
    let original = cache.folder("cifar10-jpeg").join("test_batch.bin").exists();
    let read = if original { read_binary } else { read_jpeg };
    let (train_images, train_labels) = read(cache, "train")?;
    let (test_images, test_labels) = read(cache, "test")?;
    Ok(Cifar10 {
        train_images,
        train_labels,
        test_images,
        test_labels,
    })
}

type Part = (Array4<u8>, Array1<u8>);

fn read_jpeg(cache: &Cache, part: &str) -> Result<Part> {
    let (mut paths, mut labels) = (Vec::new(), Vec::new());
    for (label, class) in CIFAR10_CLASSES.iter().enumerate() {
        paths.extend(list(
            &cache.path("cifar10-jpeg", &format!("{part}/{class}"))?,
            "jpg",
        )?);
        labels.resize(paths.len(), label as u8);
    }
    let mut pixels = vec![0; paths.len() * IMAGE];
    let decode = |(path, out): (&PathBuf, &mut [u8])| -> Result<()> {
        out.copy_from_slice(&decode(path)?);
        Ok(())
    };
    paths
        .par_iter()
        .zip(pixels.par_chunks_exact_mut(IMAGE))
        .try_for_each(decode)?;
    Ok(assemble(pixels, labels))
}

fn decode(path: &Path) -> Result<Vec<u8>> {
    let format = image::ImageFormat::Jpeg;
    let image = image::load_from_memory_with_format(&bytes(path)?, format);
    let image = image.map_err(|e| damaged(path, e.to_string()))?.into_rgb8();
    let side = SIDE as u32;
    if image.dimensions() != (side, side) {
        return Err(damaged(
            path,
            format!("has {:?} pixels, not {side} x {side}", image.dimensions()),
        ));
    }
    Ok(image.into_raw())
}

fn read_binary(cache: &Cache, part: &str) -> Result<Part> {
    let files: Vec<String> = match part {
        "train" => (1..=5).map(|i| format!("data_batch_{i}.bin")).collect(),
        _ => vec!["test_batch.bin".to_owned()],
    };
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for file in files {
        let path = cache.path("cifar10-jpeg", &file)?;
        parse_batch(&path, &bytes(&path)?, &mut pixels, &mut labels)?;
    }
    Ok(assemble(pixels, labels))
}

/// Records of a label and an image, all red, then all green, then all blue.
fn parse_batch(path: &Path, file: &[u8], pixels: &mut Vec<u8>, labels: &mut Vec<u8>) -> Result<()> {
    if !file.len().is_multiple_of(1 + IMAGE) {
        let problem = format!(
            "has {} bytes, no multiple of the {} of a record",
            file.len(),
            1 + IMAGE
        );
        return Err(damaged(path, problem));
    }
    for record in file.chunks_exact(1 + IMAGE) {
        let (label, planes) = (record[0], &record[1..]);
        if usize::from(label) >= CIFAR10_CLASSES.len() {
            return Err(damaged(
                path,
                format!("holds label {label}; there are 10 classes"),
            ));
        }
        labels.push(label);
        let plane = SIDE * SIDE;
        pixels.extend((0..plane).flat_map(|i| [planes[i], planes[plane + i], planes[2 * plane + i]]));
    }
    Ok(())
}

fn assemble(pixels: Vec<u8>, labels: Vec<u8>) -> Part {
    let images = Array4::from_shape_vec((labels.len(), SIDE, SIDE, 3), pixels);
    (
        images.expect("one image is added with each label"),
        Array1::from(labels),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_become_pixels() {
        let mut record = vec![3];
        for colour in [10, 20, 30] {
            record.extend([colour; SIDE * SIDE]);
        }
        record[2] = 11;
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        parse_batch(Path::new("f"), &record, &mut pixels, &mut labels).unwrap();
        let (images, labels) = assemble(pixels, labels);
        assert_eq!(
            (labels[0], images[[0, 0, 0, 0]], images[[0, 0, 1, 0]]),
            (3, 10, 11)
        );
        assert_eq!((images[[0, 31, 31, 1]], images[[0, 31, 31, 2]]), (20, 30));
        let read = |file: &[u8]| parse_batch(Path::new("f"), file, &mut Vec::new(), &mut Vec::new());
        assert!(
            read(&record[1..])
                .unwrap_err()
                .to_string()
                .contains("no multiple of the 3073")
        );
        record[0] = 10;
        assert!(read(&record).unwrap_err().to_string().contains("holds label 10"));
    }
}
