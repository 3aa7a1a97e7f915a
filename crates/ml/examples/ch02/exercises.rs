//! Exercises 2 to 5: random search, selection of attributes, one pipeline, preparation as hyperparameters.

use ml::{
    classic::{
        ensemble::RandomForestRegressor,
        linear::LinearRegression,
        model_selection::{
            Distribution, GridSearchCV, ParamDistributions, ParamGrid, RandomizedSearchCV, SearchResults,
        },
    },
    data::{
        pipeline::{FittedModelPipeline, Pipeline},
        preprocess::TopFeatures,
    },
    prelude::*,
};

use crate::{
    prepare::{Training, preparation},
    support::{AnyResult, Book, Chapter},
};

/// The book's best of 18 grid candidates, N02-026.
const BEST_OF_GRID: f64 = 49_682.253;

pub(crate) fn run(book: &mut Chapter, training: &Training) -> AnyResult {
    book.section("Exercise 2: random search");
    let draws = ParamDistributions::new()
        .sample("n_estimators", Distribution::integer(5, 40))
        .sample("max_features", Distribution::integer(2, 9));
    let search = RandomizedSearchCV::new(RandomForestRegressor::default().seed(42), draws)
        .n_iter(6)
        .cv(3)
        .scoring("neg_mean_squared_error")
        .seed(42);
    let found = search.fit(&training.x, &training.y)?;
    println!("  best {}", found.best_params);
    book.number(
        "C02-103",
        "exercise 2: RMSE of the best of 6 random forests against the best of the grid's 18",
        (-found.best_score).sqrt(),
        Book::Share(BEST_OF_GRID, 0.05),
    );

    book.section("Exercises 3 and 4: the five most important attributes, in one pipeline with the model");
    let importances = found
        .model()?
        .feature_importances()
        .ok_or("forests know their importances")?;
    let pipeline = Pipeline::new()
        .step("prepare", preparation(&training.frame))
        .step("select", TopFeatures::new(importances, 5))
        .model(
            "forest",
            RandomForestRegressor::default().n_estimators(30).seed(42),
        );
    let fitted: FittedModelPipeline = pipeline.fit(&training.frame, &training.y)?;
    for (name, importance) in fitted.feature_importances().unwrap_or_default() {
        println!("  {importance:.3} {name}");
    }
    let file = book.folder().join("housing.ml");
    fitted.save(&file)?;
    let reloaded = FittedModelPipeline::load(&file)?;
    let some = training.frame.head(Some(4));
    if fitted.predict(&some)? != reloaded.predict(&some)? {
        return Err("the reloaded pipeline predicts otherwise than the one that was saved".into());
    }
    println!("  saved, loaded, predicts the same");

    book.section("Exercise 5: preparation options as hyperparameters");
    let pipeline = Pipeline::new()
        .step("prepare", preparation(&training.frame))
        .model("linear", LinearRegression::default());
    let grid = ParamGrid::new()
        .values(
            "prepare__num__imputer__strategy",
            ["mean", "median", "most_frequent"],
        )
        .values(
            "prepare__num__attribs_adder__add_bedrooms_per_room",
            [true, false],
        );
    let search = GridSearchCV::new(pipeline, [grid])
        .cv(3)
        .scoring("neg_mean_squared_error");
    let found = search.fit(&training.frame, &training.y)?;
    println!("{}", found.results);
    preparation_matters(book, &found.results)
}

/// The options reach the steps inside the pipeline, or else all scores would be alike.
fn preparation_matters(book: &mut Chapter, results: &SearchResults) -> AnyResult {
    let scores = |with_ratio: bool| -> Vec<f64> {
        let option = "prepare__num__attribs_adder__add_bedrooms_per_room";
        let rows = results.params.iter().zip(&results.mean_test_score);
        rows.filter(|(params, _)| params.get(option) == Some(&with_ratio.into()))
            .map(|(_, score)| *score)
            .collect()
    };
    let (with, without) = (scores(true), scores(false));
    let worst = with.iter().copied().fold(f64::INFINITY, f64::min);
    let best = without.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    book.claim(
        "C02-102",
        "exercise 5: bedrooms per room help the linear model, however gaps are filled",
        format!(
            "RMSE at most {:.0} with, at least {:.0} without",
            (-worst).sqrt(),
            (-best).sqrt()
        ),
        (with.len(), without.len()) == (3, 3) && worst > best,
    );
    let distinct = |scores: &[f64]| scores.windows(2).all(|pair| pair[0] != pair[1]);
    book.claim(
        "C02-102",
        "exercise 5: the imputer's strategy changes the score",
        format!("{with:.0?} and {without:.0?}"),
        distinct(&with) && distinct(&without),
    );
    Ok(())
}
