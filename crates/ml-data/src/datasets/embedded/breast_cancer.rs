//! Breast cancer of Wisconsin.

use super::{Labelled, archive};

/// 569 tumours: mean, standard error and worst value of ten measurements of the cell nuclei.
///
/// Class 0 is `malignant` (212), class 1 `benign` (357).
///
/// Source: W. Street, W. Wolberg, O. Mangasarian, "Nuclear feature extraction for breast tumor
/// diagnosis" (1993).
///
/// # Examples
/// ```
/// let tumours = ml_data::datasets::breast_cancer();
/// assert_eq!(tumours.features.dim(), (569, 30));
/// assert_eq!(tumours.target.sum(), 357);
/// ```
pub fn breast_cancer() -> Labelled {
    let file = include_bytes!("../../../../../datasets/embedded/breast_cancer.csv.gz");
    archive::classes(file, &["malignant", "benign"])
}
