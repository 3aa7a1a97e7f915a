//! Handwritten digits, 8 x 8.

use super::{Labelled, archive};

/// 1,797 handwritten digits as 8 x 8 pixels, row by row, from 0 (paper) to 16 (ink).
///
/// Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), test part.
///
/// # Examples
/// ```
/// let digits = ml_data::datasets::digits();
/// let images = digits.features.into_shape_with_order((1797, 8, 8))?;
/// assert_eq!(images[[0, 0, 3]], 13.0);
/// assert_eq!(digits.target[0], 0);
/// # Ok::<(), ml_core::ndarray::ShapeError>(())
/// ```
pub fn digits() -> Labelled {
    let file = include_bytes!("../../../../../datasets/embedded/digits.csv.gz");
    archive::classes(file, &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
}
