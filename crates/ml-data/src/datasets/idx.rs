//! The IDX format of MNIST: unsigned bytes in any number of dimensions.

use std::path::Path;

use ml_core::ndarray::{Array1, Array2, Array3, ArrayView2, ArrayView3, Axis, concatenate};

use super::files::{bytes, damaged};
use crate::registry::{Cache, Result};

/// Grey images with a class each, cut into training and test set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSet {
    /// Training images, `[images, rows, columns]`, 0 for background to 255.
    pub train_images: Array3<u8>,
    /// Class of each training image.
    pub train_labels: Array1<u8>,
    /// Test images, as the training images.
    pub test_images: Array3<u8>,
    /// Class of each test image.
    pub test_labels: Array1<u8>,
    /// Name of each class.
    pub classes: &'static [&'static str],
}

impl ImageSet {
    /// Training images as rows of pixels, `[images, pixels]`.
    pub fn train_rows(&self) -> ArrayView2<'_, u8> {
        rows(self.train_images.view())
    }

    /// Test images as rows of pixels, `[images, pixels]`.
    pub fn test_rows(&self) -> ArrayView2<'_, u8> {
        rows(self.test_images.view())
    }

    /// Training images, then test images, as rows of pixels, and their classes: the order of OpenML's
    /// `mnist_784`.
    pub fn all_rows(&self) -> (Array2<u8>, Array1<u8>) {
        let join = "both parts have the same size of image, checked when read";
        let x = concatenate(Axis(0), &[self.train_rows(), self.test_rows()]).expect(join);
        let y = concatenate(Axis(0), &[self.train_labels.view(), self.test_labels.view()]).expect(join);
        (x, y)
    }

    /// Reads the four files of a data set.
    pub(super) fn read(cache: &Cache, name: &str, classes: &'static [&'static str]) -> Result<Self> {
        let (train_images, train_labels) = read_part(cache, name, "train", classes.len())?;
        let (test_images, test_labels) = read_part(cache, name, "t10k", classes.len())?;
        if train_images.shape()[1..] != test_images.shape()[1..] {
            let problem = format!(
                "training images have shape {:?}, test images {:?}",
                &train_images.shape()[1..],
                &test_images.shape()[1..]
            );
            return Err(damaged(&cache.folder(name), problem));
        }
        Ok(Self {
            train_images,
            train_labels,
            test_images,
            test_labels,
            classes,
        })
    }
}

fn rows(images: ArrayView3<'_, u8>) -> ArrayView2<'_, u8> {
    let (n, height, width) = images.dim();
    images
        .into_shape_with_order((n, height * width))
        .expect("images are read in standard layout")
}

fn read_part(cache: &Cache, name: &str, part: &str, n_classes: usize) -> Result<(Array3<u8>, Array1<u8>)> {
    let images_path = cache.path(name, &format!("{part}-images-idx3-ubyte"))?;
    let labels_path = cache.path(name, &format!("{part}-labels-idx1-ubyte"))?;
    let images = parse::<3>(&images_path, bytes(&images_path)?)?;
    let ([n], labels) = parse::<1>(&labels_path, bytes(&labels_path)?)?;
    if images.0[0] != n {
        let problem = format!("has {n} labels, but there are {} images", images.0[0]);
        return Err(damaged(&labels_path, problem));
    }
    if let Some(label) = labels.iter().find(|&&label| usize::from(label) >= n_classes) {
        return Err(damaged(
            &labels_path,
            format!("holds label {label}; there are {n_classes} classes"),
        ));
    }
    let fits = "the number of bytes was checked against the shape";
    Ok((
        Array3::from_shape_vec(images.0, images.1).expect(fits),
        Array1::from(labels),
    ))
}

/// Shape and elements of an IDX file of unsigned bytes in `N` dimensions.
///
/// Layout: two zero bytes, the type (8 for unsigned byte), the number of dimensions, each dimension as a
/// big-endian `u32`, then the elements. Source: Y. LeCun, "The MNIST database", file formats.
fn parse<const N: usize>(path: &Path, mut file: Vec<u8>) -> Result<([usize; N], Vec<u8>)> {
    let header = 4 + 4 * N;
    if file.len() < header {
        return Err(damaged(
            path,
            format!("has {} bytes; the header alone takes {header}", file.len()),
        ));
    }
    let magic = [0, 0, 8, N as u8];
    if file[..4] != magic {
        let problem = format!(
            "starts with {:?}; {magic:?} is an IDX file of bytes in {N} dimensions",
            &file[..4]
        );
        return Err(damaged(path, problem));
    }
    let mut shape = [0; N];
    for (size, bytes) in shape.iter_mut().zip(file[4..header].chunks_exact(4)) {
        *size = u32::from_be_bytes(bytes.try_into().expect("chunks of 4 bytes")) as usize;
    }
    let expected = shape.iter().try_fold(1_usize, |n, &size| n.checked_mul(size));
    let found = file.len() - header;
    if expected != Some(found) {
        let problem = format!("has {found} bytes after the header; shape {shape:?} needs {expected:?}");
        return Err(damaged(path, problem.replace("Some(", "").replace(')', "")));
    }
    file.drain(..header);
    Ok((shape, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(file: &[u8]) -> String {
        parse::<3>(Path::new("f"), file.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn shape_and_elements_are_read() {
        let file = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4];
        assert_eq!(
            parse::<3>(Path::new("f"), file.to_vec()).unwrap(),
            ([1, 2, 2], vec![1, 2, 3, 4])
        );
        assert!(message(&file[..10]).contains("has 10 bytes; the header alone takes 16"));
        assert!(message(&file[..19]).contains("has 3 bytes after the header; shape [1, 2, 2] needs 4"));
        assert!(message(&[&[1], &file[1..]].concat()).contains("starts with [1, 0, 8, 3]"));
        let huge = [&[0, 0, 8, 3][..], &[255; 12]].concat();
        assert!(
            message(&huge).contains("needs None"),
            "no allocation by what the header claims"
        );
    }
}
