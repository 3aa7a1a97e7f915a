//! Exercise 3: who survived the Titanic.

use ml::{
    classic::{
        baseline::DummyClassifier,
        ensemble::RandomForestClassifier,
        linear::LogisticRegression,
        model_selection::{CrossValidation, cross_val_score},
        neighbors::KNeighborsClassifier,
    },
    core::{Column, Table},
    data::{
        datasets::Titanic,
        pipeline::{ColumnTransformer, Pipeline, Remainder},
        preprocess::{HandleUnknown, OneHotEncoder, SimpleImputer, StandardScaler},
    },
    prelude::*,
};

use crate::support::{AnyResult, Chapter};

pub(crate) fn run(book: &mut Chapter, titanic: &Titanic) -> AnyResult {
    book.section("Exercise 3: the Titanic");
    let (x, y) = known(&titanic.train)?;
    let x = &x;
    let dummy = preparation().model("dummy", DummyClassifier::default());
    let nobody = mean_score(&dummy, x, &y)?;
    println!("  nobody survived: {nobody:.4}");
    let forest = RandomForestClassifier::default().n_estimators(100).seed(42);
    let logistic = LogisticRegression::default().max_iter(1000);
    let models = [
        ("forest", preparation().model("forest", forest)),
        ("logistic", preparation().model("logistic", logistic)),
        (
            "neighbours",
            preparation().model("neighbours", KNeighborsClassifier::default()),
        ),
    ];
    let mut best = ("", 0.0, None);
    for (name, whole) in models {
        let score = mean_score(&whole, x, &y)?;
        println!("  {name}: {score:.4} (mean of 10 folds)");
        if score > best.1 {
            best = (name, score, Some(whole));
        }
    }
    let (name, score, whole) = best;
    book.claim(
        "X03-003",
        "exercise 3: prepared columns and a model are right in at least 80% of ten folds",
        format!("{name} {score:.4}, against {nobody:.4}"),
        score >= 0.80 && nobody < 0.65,
    );
    let whole = whole.ok_or("one of three models is the best")?.fit(x, &y)?;
    let fate = whole.predict(&titanic.test)?;
    let alive = fate
        .classes("titanic")?
        .iter()
        .filter(|&&class| class == 1)
        .count();
    println!("  of the 418 passengers of unknown fate it saves {alive}");
    Ok(())
}

/// Gaps filled, numbers scaled, categories coded; names, tickets and cabins are left out.
fn preparation() -> Pipeline {
    let numbers = Pipeline::new()
        .step("fill", SimpleImputer::median())
        .step("scale", StandardScaler::default());
    let categories = Pipeline::new().step("fill", SimpleImputer::most_frequent()).step(
        "code",
        OneHotEncoder::default().handle_unknown(HandleUnknown::Ignore),
    );
    let columns = ColumnTransformer::new()
        .with("numbers", numbers, ["Age", "SibSp", "Parch", "Fare"])
        .with("categories", categories, ["Pclass", "Sex", "Embarked"])
        .remainder(Remainder::Drop);
    Pipeline::new().step("columns", columns)
}

/// What is known of the passengers before the voyage, and who survived it.
fn known(table: &Table) -> AnyResult<(Table, Array1<i64>)> {
    let Some(Column::Number(fate)) = table.get("Survived") else {
        return Err("train.csv has no column of numbers called Survived".into());
    };
    let names = table.names().iter().enumerate();
    let others: Vec<usize> = names
        .filter(|(_, name)| *name != "Survived")
        .map(|(place, _)| place)
        .collect();
    Ok((table.select_columns(&others), fate.mapv(|fate| fate as i64)))
}

fn mean_score(model: &dyn Estimator, x: &Table, y: &Array1<i64>) -> AnyResult<f64> {
    let scores = cross_val_score(
        model,
        x,
        y,
        &CrossValidation::default().cv(10).scoring("accuracy"),
    )?;
    Ok(scores.mean().unwrap_or(f64::NAN))
}
