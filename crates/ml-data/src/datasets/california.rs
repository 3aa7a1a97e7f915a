//! California housing with the eight features of the literature.

use std::path::Path;

use ml_core::ndarray::{Array1, Array2};

use super::files::{bytes, damaged};
use crate::registry::{Cache, Result};

/// Columns of the original: longitude, latitude, median age, rooms, bedrooms, population, households,
/// median income, median house value.
const RAW_COLUMNS: usize = 9;

/// Dollars in a unit of the target.
const TARGET_UNIT: f64 = 100_000.0;

/// California housing, as [`california_housing`] derives it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaliforniaHousing {
    /// Features of each district, `[20640, 8]`, named in [`FEATURES`](Self::FEATURES).
    pub features: Array2<f64>,
    /// Median house value of each district, in 100,000 US dollars.
    pub target: Array1<f64>,
}

impl CaliforniaHousing {
    /// Names of the features, in order.
    pub const FEATURES: [&'static str; 8] = [
        "MedInc",
        "HouseAge",
        "AveRooms",
        "AveBedrms",
        "Population",
        "AveOccup",
        "Latitude",
        "Longitude",
    ];
}

/// California housing, 20,640 districts of the 1990 census: median income, median age, rooms and bedrooms
/// a household, population, people a household, latitude, longitude; no gaps.
///
/// Same values and order as Scikit-Learn's `fetch_california_housing`. Source: R. K. Pace and R. Barry,
/// "Sparse Spatial Autoregressions", Statistics and Probability Letters 33 (1997).
///
/// # Errors
/// Says how to get the data if it is missing; names the line that is damaged.
pub fn california_housing() -> Result<CaliforniaHousing> {
    california_housing_in(&Cache::from_env()?)
}

/// As [`california_housing`], from this cache.
///
/// # Errors
/// As [`california_housing`].
pub fn california_housing_in(cache: &Cache) -> Result<CaliforniaHousing> {
    // The same rows come with a header or, in the original archive, without.
    let original = cache.folder("california-housing").join("cal_housing.data");
    let path = if original.exists() {
        original
    } else {
        cache.path("california-housing", "cal_housing.csv")?
    };
    parse(&path, &bytes(&path)?)
}

fn parse(path: &Path, file: &[u8]) -> Result<CaliforniaHousing> {
    let (mut features, mut target) = (Vec::new(), Vec::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| damaged(path, e.to_string()))?;
        if i == 0 && record.get(0) == Some("longitude") {
            continue;
        }
        let raw = raw_row(&record).ok_or_else(|| {
            damaged(
                path,
                format!(
                    "line {} is not {RAW_COLUMNS} numbers with households above 0",
                    i + 1
                ),
            )
        })?;
        let [
            longitude,
            latitude,
            age,
            rooms,
            bedrooms,
            population,
            households,
            income,
            value,
        ] = raw;
        let (rooms, bedrooms) = (rooms / households, bedrooms / households);
        features.extend([
            income,
            age,
            rooms,
            bedrooms,
            population,
            population / households,
            latitude,
            longitude,
        ]);
        target.push(value / TARGET_UNIT);
    }
    let shape = (target.len(), CaliforniaHousing::FEATURES.len());
    let features = Array2::from_shape_vec(shape, features).expect("each row adds eight features");
    Ok(CaliforniaHousing {
        features,
        target: Array1::from(target),
    })
}

fn raw_row(record: &csv::StringRecord) -> Option<[f64; RAW_COLUMNS]> {
    let numbers = record
        .iter()
        .map(|cell| cell.trim().parse().ok())
        .collect::<Option<Vec<f64>>>()?;
    let row: [f64; RAW_COLUMNS] = numbers.try_into().ok()?;
    (row[6] > 0.0).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first row of the data set; expected values as Scikit-Learn prints them.
    #[test]
    fn features_are_derived_with_or_without_header() {
        let row = "-122.23,37.88,41.0,880.0,129.0,322.0,126.0,8.3252,452600.0\n";
        let header = "longitude,latitude,housingMedianAge,totalRooms,totalBedrooms,population,households,\
                      medianIncome,medianHouseValue\n";
        let expected = [
            8.3252,
            41.0,
            6.984_126_984_126_984,
            1.023_809_523_809_524,
            322.0,
            2.555_555_555_555_556,
            37.88,
            -122.23,
        ];
        for text in [row.to_owned(), format!("{header}{row}")] {
            let data = parse(Path::new("f"), text.as_bytes()).unwrap();
            assert_eq!((data.features.dim(), data.target[0]), ((1, 8), 4.526));
            for (found, expected) in data.features.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-14 * expected.abs(),
                    "{found} {expected}"
                );
            }
        }
        let error = parse(Path::new("f"), b"1,2,3,4,5,6,0,8,9\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 1 is not 9 numbers with households above 0"),
            "{error}"
        );
    }
}
