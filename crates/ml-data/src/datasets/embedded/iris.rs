//! Iris flowers.

use super::{Labelled, archive};

/// 150 iris flowers of three species: length and width of sepals and petals in cm.
///
/// `setosa` can be told from the others by a straight line; `versicolor` and `virginica` overlap.
///
/// Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems" (1936).
///
/// # Examples
/// ```
/// let iris = ml_data::datasets::iris();
/// assert_eq!(iris.features.dim(), (150, 4));
/// assert_eq!(iris.feature_names[3], "petal width (cm)");
/// assert_eq!(iris.target_names[iris.target[149] as usize], "virginica");
/// ```
pub fn iris() -> Labelled {
    let file = include_bytes!("../../../../../datasets/embedded/iris.csv.gz");
    archive::classes(file, &["setosa", "versicolor", "virginica"])
}
