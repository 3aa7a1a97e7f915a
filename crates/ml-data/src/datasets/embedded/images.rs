//! Two photographs.

use ml_core::ndarray::Array3;

/// A Chinese temple: `[427, 640, 3]`, red, green and blue from 0 to 255.
///
/// Decoders of JPEG may round differently: single values differ by a few units from those that
/// another library gives.
///
/// Source: danielbuechele on Flickr, CC BY 2.0.
///
/// # Examples
/// ```
/// let china = ml_data::datasets::china();
/// assert_eq!(china.dim(), (427, 640, 3));
/// let sky = china[[0, 0, 2]];
/// assert!(sky > 225 && sky < 237);
/// ```
pub fn china() -> Array3<u8> {
    decode(include_bytes!("../../../../../datasets/embedded/china.jpg"))
}

/// A flower: `[427, 640, 3]`, red, green and blue from 0 to 255; see [`china`].
///
/// Source: vultilion on Flickr, CC BY 2.0.
///
/// # Examples
/// ```
/// assert_eq!(ml_data::datasets::flower().dim(), (427, 640, 3));
/// ```
pub fn flower() -> Array3<u8> {
    decode(include_bytes!("../../../../../datasets/embedded/flower.jpg"))
}

fn decode(file: &[u8]) -> Array3<u8> {
    let image = image::load_from_memory_with_format(file, image::ImageFormat::Jpeg)
        .expect("embedded images are part of the crate, and tests decode both")
        .into_rgb8();
    let shape = (image.height() as usize, image.width() as usize, 3);
    Array3::from_shape_vec(shape, image.into_raw()).expect("three bytes a pixel, row by row")
}
