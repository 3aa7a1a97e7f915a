//! Wines of three growers.

use super::{Labelled, archive};

/// 178 wines of three growers of one region: 13 chemical measurements each.
///
/// The columns differ in scale by a factor of 1,000 (`proline` against `hue`), so scale them.
///
/// Source: M. Forina and others, "PARVUS" (1988); S. Aeberhard and others (1992).
///
/// # Examples
/// ```
/// let wine = ml_data::datasets::wine();
/// assert_eq!(wine.features.dim(), (178, 13));
/// assert_eq!(wine.target.iter().filter(|&&grower| grower == 1).count(), 71);
/// ```
pub fn wine() -> Labelled {
    let file = include_bytes!("../../../../../datasets/embedded/wine.csv.gz");
    archive::classes(file, &["class_0", "class_1", "class_2"])
}
