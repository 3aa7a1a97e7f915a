//! The tuner: where a region is good, it looks more closely.

use ml::{
    core::Result,
    nn::{
        Fit,
        callbacks::EarlyStopping,
        tuning::{BayesianSearch, Domain, MedianPruner, RandomSearch, Space, Study, Trial, Tuner},
    },
    plot::Figure,
};

use crate::{
    estimator::HousingModel,
    housing::Housing,
    support::{AnyResult, Chapter},
};

const TRIALS: usize = 12;

fn space() -> Space {
    Space::new()
        .add("n_hidden", Domain::int(0, 3))
        .add("n_neurons", Domain::int(1, 99))
        .add("learning_rate", Domain::float(3e-4, 3e-2).log())
}

/// Least validation loss of one training, of 20 epochs at most.
fn objective(trial: &mut Trial<'_>, housing: &Housing) -> Result<f64> {
    let network = HousingModel {
        n_hidden: trial.get("n_hidden")?,
        n_neurons: trial.get("n_neurons")?,
        learning_rate: trial.get("learning_rate")?,
    };
    let mut model = network.model(8, trial.seed())?;
    let fit = Fit::new()
        .epochs(20)
        .validation_data(&housing.x_valid, &housing.y_valid)
        .callback(EarlyStopping::new().patience(5))
        .callback(trial.callback("val_loss"));
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    Ok(history
        .get("val_loss")
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min))
}

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("The tuner");
    let file = book.folder().join("study.jsonl");
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    let random = Tuner::new(space(), RandomSearch::new(TRIALS))
        .seed(42)
        .keep_failures(true)
        .pruner(MedianPruner::new())
        .run(|trial| objective(trial, housing))?;
    let guided = |trials| {
        Tuner::new(space(), BayesianSearch::new(trials).initial(6))
            .seed(42)
            .keep_failures(true)
            .file(&file)
            .run(|trial| objective(trial, housing))
    };
    // Interrupted after eight trials and taken up again.
    guided(8)?;
    let bayesian = guided(TRIALS)?;
    for (name, study) in [("random", &random), ("Gaussian process", &bayesian)] {
        let best = study.best()?;
        let value = best.value().unwrap_or(f64::NAN);
        println!("{study}");
        book.claim(
            "C10-153",
            &format!("{name}: the best validation loss is below 0.4"),
            format!("{value:.4}"),
            value < 0.4,
        );
    }
    book.claim(
        "C10-152",
        "the study file let the search go on",
        format!("{} trials", bayesian.trials.len()),
        bayesian.trials.len() == TRIALS,
    );
    book.figure(
        "10-S",
        "the best so far, by trials",
        &drawn(&[("random", &random), ("Gaussian process", &bayesian)])?,
    )?;
    Ok(())
}

fn drawn(studies: &[(&str, &Study)]) -> Result<Figure> {
    let mut figure = Figure::new(620, 360);
    let axes = figure.axes();
    axes.x_label("trials").y_label("best validation loss");
    for (name, study) in studies {
        let best: Vec<f64> = study
            .best_so_far()
            .into_iter()
            .map(|best| best.unwrap_or(f64::NAN))
            .collect();
        axes.line(1..=best.len(), &best)?.label(*name);
    }
    Ok(figure)
}
