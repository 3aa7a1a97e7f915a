//! Fine-tune the model: grid search, and what the best forest looks at.

use ml::{
    classic::{
        ensemble::RandomForestRegressor,
        model_selection::{FittedSearch, GridSearchCV, ParamGrid, ParamSet},
    },
    prelude::*,
};

use crate::{
    prepare::Training,
    support::{AnyResult, Book, Chapter},
};

/// Root of the negated mean score: (bootstrap, max_features, n_estimators, RMSE), as printed.
const GRID: [(bool, u64, u64, f64); 18] = [
    (true, 2, 3, 63_669.058),
    (true, 2, 10, 55_627.162),
    (true, 2, 30, 53_384.579),
    (true, 4, 3, 60_965.992),
    (true, 4, 10, 52_740.982),
    (true, 4, 30, 50_377.344),
    (true, 6, 3, 58_663.847),
    (true, 6, 10, 52_006.154),
    (true, 6, 30, 50_146.466),
    (true, 8, 3, 57_869.255),
    (true, 8, 10, 51_711.094),
    (true, 8, 30, 49_682.253),
    (false, 2, 3, 62_895.089),
    (false, 2, 10, 54_658.145),
    (false, 3, 3, 59_470.400),
    (false, 3, 10, 52_725.011),
    (false, 4, 3, 57_490.613),
    (false, 4, 10, 51_009.514),
];

/// The printed importances above 0.01.
const IMPORTANCES: [(&str, f64); 13] = [
    ("median_income", 0.366159),
    ("ocean_proximity_INLAND", 0.164781),
    ("pop_per_hhold", 0.108793),
    ("longitude", 0.073344),
    ("latitude", 0.062909),
    ("rooms_per_hhold", 0.056419),
    ("bedrooms_per_room", 0.053351),
    ("housing_median_age", 0.041144),
    ("population", 0.014874),
    ("total_rooms", 0.014673),
    ("households", 0.014258),
    ("total_bedrooms", 0.014106),
    ("ocean_proximity_<1H OCEAN", 0.010311),
];

/// The book's grid search is one draw: from seed to seed the RMSE of three trees has a standard deviation of 1.2% to
/// 1.5% here and of 1.0% to 1.2% in Scikit-Learn. So the cells are compared by their mean over these, the first of which is the search that goes on.
const SEEDS: [u64; 5] = [42, 43, 44, 45, 46];

pub(crate) fn run(book: &mut Chapter, training: &Training) -> AnyResult<FittedSearch> {
    book.section("Grid search");
    let found = SEEDS
        .into_iter()
        .map(|seed| search(training, seed))
        .collect::<AnyResult<Vec<_>>>()?;
    println!("{}", found[0].results);
    results(book, &found)?;
    importances(book, training)?;
    found.into_iter().next().ok_or_else(|| "a seed is given".into())
}

fn search(training: &Training, seed: u64) -> AnyResult<FittedSearch> {
    let grids = [
        ParamGrid::new()
            .values("n_estimators", [3, 10, 30])
            .values("max_features", [2, 4, 6, 8]),
        ParamGrid::new()
            .values("bootstrap", [false])
            .values("n_estimators", [3, 10])
            .values("max_features", [2, 3, 4]),
    ];
    let search = GridSearchCV::new(RandomForestRegressor::default().seed(seed), grids)
        .cv(5)
        .scoring("neg_mean_squared_error")
        .return_train_score(true);
    Ok(search.fit(&training.x, &training.y)?)
}

fn results(book: &mut Chapter, found: &[FittedSearch]) -> AnyResult {
    let rmse = |bootstrap: bool, features: u64, trees: u64| {
        let wanted = |params: &ParamSet| {
            params.get("max_features") == Some(&features.into())
                && params.get("n_estimators") == Some(&trees.into())
                && params.get("bootstrap").is_none() == bootstrap
        };
        let place = found[0].results.params.iter().position(wanted)?;
        let sum: f64 = found
            .iter()
            .map(|search| (-search.results.mean_test_score[place]).sqrt())
            .sum();
        Some(sum / found.len() as f64)
    };
    for (bootstrap, features, trees, book_says) in GRID {
        let ours = rmse(bootstrap, features, trees).ok_or("every combination was tried")?;
        let label = format!(
            "max_features {features}, n_estimators {trees}, bootstrap {bootstrap} (mean of {} seeds)",
            found.len()
        );
        book.number("N02-026", &label, ours, Book::Share(book_says, 0.04));
    }
    for features in [2, 4, 6, 8] {
        let by_trees: Vec<f64> = [3, 10, 30]
            .into_iter()
            .filter_map(|trees| rmse(true, features, trees))
            .collect();
        let falls = by_trees.windows(2).all(|pair| pair[1] < pair[0]);
        book.claim(
            "N02-026",
            &format!("max_features {features}: more trees are better"),
            format!("{falls}"),
            falls,
        );
    }
    let best = &found[0].best_params;
    let holds = best.get("n_estimators") == Some(&30.into())
        && [6, 8]
            .iter()
            .any(|&n: &i32| best.get("max_features") == Some(&n.into()));
    book.claim(
        "N02-026",
        "30 trees and 6 or 8 features are best",
        best.to_string(),
        holds,
    );
    Ok(())
}

/// Of the book's best forest: importances depend on `max_features`, and which of 6 and 8 wins is up to the seed.
fn importances(book: &mut Chapter, training: &Training) -> AnyResult {
    book.section("What the best forest looks at");
    let names = training.x.names_or_numbers();
    let forest = RandomForestRegressor::default()
        .n_estimators(30)
        .max_features(8)
        .seed(42);
    let values = forest
        .fit(training.x.dense("importances")?.view(), training.y.view())?
        .feature_importances();
    let mut sorted: Vec<(&str, f64)> = names
        .iter()
        .map(String::as_str)
        .zip(values.iter().copied())
        .collect();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, importance) in &sorted {
        println!("  {importance:.4} {name}");
    }
    for (name, book_says) in IMPORTANCES {
        let ours = sorted
            .iter()
            .find(|(n, _)| *n == name)
            .ok_or("every column has an importance")?
            .1;
        book.number("N02-027", name, ours, Book::Within(book_says, 0.04));
    }
    let island = sorted
        .iter()
        .find(|(n, _)| n.ends_with("ISLAND"))
        .map_or(1.0, |(_, v)| *v);
    book.number("N02-027", "ISLAND", island, Book::Within(0.0, 0.001));
    book.number("N02-027", "sum", values.iter().sum(), Book::Within(1.0, 1e-9));
    let first = format!("{}, {}", sorted[0].0, sorted[1].0);
    book.text(
        "N02-027",
        "first two",
        &first,
        "median_income, ocean_proximity_INLAND",
    );
    Ok(())
}
