//! Take a quick look at the data structure.

use ml::data::{
    polars::prelude::DataFrame,
    quality,
    table::{MissingInArray, describe, frame_to_features, info, numbers, to_array, value_counts},
};
use ml::{core::Features, plot::Figure};

use crate::support::{AnyResult, Book, Chapter};

/// The printed part of `describe`: count, mean, std, min, quartiles, max.
const DESCRIBED: [(&str, [f64; 8]); 5] = [
    (
        "longitude",
        [
            20640.0,
            -119.569704,
            2.003532,
            -124.35,
            -121.8,
            -118.49,
            -118.01,
            -114.31,
        ],
    ),
    (
        "latitude",
        [20640.0, 35.631861, 2.135952, 32.54, 33.93, 34.26, 37.71, 41.95],
    ),
    (
        "housing_median_age",
        [20640.0, 28.639486, 12.585558, 1.0, 18.0, 29.0, 37.0, 52.0],
    ),
    (
        "total_rooms",
        [
            20640.0,
            2635.763081,
            2181.615252,
            2.0,
            1447.75,
            2127.0,
            3148.0,
            39320.0,
        ],
    ),
    (
        "total_bedrooms",
        [20433.0, 537.870553, 421.38507, 1.0, 296.0, 435.0, 647.0, 6445.0],
    ),
];

/// The printed part of `head`.
const HEAD: [[f64; 6]; 5] = [
    [-122.23, 37.88, 41.0, 880.0, 129.0, 322.0],
    [-122.22, 37.86, 21.0, 7099.0, 1106.0, 2401.0],
    [-122.24, 37.85, 52.0, 1467.0, 190.0, 496.0],
    [-122.25, 37.85, 52.0, 1274.0, 235.0, 558.0],
    [-122.25, 37.85, 52.0, 1627.0, 280.0, 565.0],
];

pub(crate) fn run(book: &mut Chapter, housing: &DataFrame) -> AnyResult {
    book.section("A quick look at the data");
    let head = housing.head(Some(5));
    println!("{head}");
    let names = housing.get_column_names();
    for (column, name) in names.iter().take(6).enumerate() {
        let ours = numbers(&head, name)?;
        let same = (0..5).all(|row| ours[row] == HEAD[row][column]);
        book.claim(
            "N02-004",
            &format!("rows 0 to 4, {name}"),
            format!("{ours}"),
            same,
        );
    }

    let found = info(housing);
    println!("{found}");
    book.number("N02-001", "rows", found.n_rows as f64, Book::Exact(20640.0));
    book.number(
        "N02-001",
        "columns",
        found.columns.len() as f64,
        Book::Exact(10.0),
    );
    let bedrooms = found
        .columns
        .iter()
        .find(|c| c.name == "total_bedrooms")
        .map_or(0, |c| c.present);
    book.number(
        "N02-001",
        "total_bedrooms present",
        bedrooms as f64,
        Book::Exact(20433.0),
    );
    book.number(
        "N02-001",
        "total_bedrooms missing",
        (found.n_rows - bedrooms) as f64,
        Book::Exact(207.0),
    );

    let counts = value_counts(housing, "ocean_proximity")?;
    println!("{counts}");
    let printed = [
        ("<1H OCEAN", 9136.0),
        ("INLAND", 6551.0),
        ("NEAR OCEAN", 2658.0),
        ("NEAR BAY", 2290.0),
        ("ISLAND", 5.0),
    ];
    for (place, expected) in printed {
        book.number(
            "N02-002",
            place,
            counts.get(place).unwrap_or(0) as f64,
            Book::Exact(expected),
        );
    }

    let description = describe(housing)?;
    println!("{description}");
    for (name, expected) in DESCRIBED {
        let ours = description
            .get(name)
            .ok_or("describe left a column out")?
            .values();
        for (what, (ours, expected)) in ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]
            .iter()
            .zip(ours.into_iter().zip(expected))
        {
            book.number(
                "N02-003",
                &format!("{name}, {what}"),
                ours,
                Book::Digits(expected, 6),
            );
        }
    }

    let value = description
        .get("median_house_value")
        .ok_or("the label is there")?;
    let half = format!("{} to {}", value.first_quartile, value.third_quartile);
    let agrees = (value.first_quartile - 120_000.0).abs() < 1_000.0
        && (value.third_quartile - 265_000.0).abs() < 1_000.0;
    book.claim(
        "N02-017",
        "the middle half of the labels lies between 120,000 and 265,000",
        half,
        agrees,
    );
    book.number(
        "N02-030",
        "158,400 - 156,400",
        158_400.0 - 156_400.0,
        Book::Exact(2_000.0),
    );

    // What the book's eye finds in the histograms, a profile finds too: caps, scales, tails.
    if let Features::Table(table) = frame_to_features(housing)? {
        println!("{}", quality::profile(&table));
    }
    let numeric = housing.drop("ocean_proximity")?;
    let columns = to_array::<f64>(&numeric, MissingInArray::Nan)?;
    let names = numeric
        .get_column_names()
        .into_iter()
        .map(|name| name.to_string());
    let figure = Figure::histograms(1000, 800, names.zip(columns.columns()), 50)?;
    book.figure("2-8", "a histogram for each numeric attribute", &figure)?;
    Ok(())
}
