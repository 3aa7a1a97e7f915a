//! Exercises 2 to 5: random search, selection of attributes, one pipeline, preparation as hyperparameters.

use ml::{
    classic::{
        ensemble::RandomForestRegressor,
        linear::LinearRegression,
        model_selection::{Distribution, GridSearchCV, ParamDistributions, ParamGrid, RandomizedSearchCV},
    },
    data::{
        pipeline::{FittedModelPipeline, Pipeline},
        preprocess::TopFeatures,
    },
    prelude::*,
};

use crate::{
    prepare::{Training, preparation},
    support::{AnyResult, Chapter},
};

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
    println!(
        "  best {}: RMSE {:.0}",
        found.best_params,
        (-found.best_score).sqrt()
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
    Ok(())
}
