//! Quick models of different families side by side.

use std::fmt;

use ml_core::{
    Error, Estimator, FitContext, Model, Result, Target, Task,
    ndarray::{Array1, Array2},
};
use ml_data::{IntoFeatures, IntoTarget, split::Fold};

use super::{CrossValidation, error_correlation, evaluate::Evaluator};

/// The scores of several models on the same folds, and how alike their errors are.
///
/// Printed, it is a table with the best model first.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// One a model, in the order given.
    pub models: Vec<ModelScores>,
    /// `[models, models]`: Pearson correlation of the errors on held-out rows; for classifiers an error is 1, a hit 0. NaN for a model
    /// whose errors are all alike.
    pub error_correlation: Array2<f64>,
    /// Name of the score.
    pub scoring: String,
}

/// One model of a [`Comparison`].
#[derive(Debug, Clone, PartialEq)]
pub struct ModelScores {
    /// Its name.
    pub name: String,
    /// A score a fold; the larger, the better.
    pub scores: Array1<f64>,
    /// Seconds of an average fit.
    pub fit_seconds: f64,
}

impl ModelScores {
    /// Mean over the folds.
    pub fn mean(&self) -> f64 {
        self.scores.mean().unwrap_or(f64::NAN)
    }

    /// Population standard deviation over the folds: how precise the mean is.
    pub fn deviation(&self) -> f64 {
        self.scores.std(0.0)
    }
}

/// Cross-validates every model on the same folds and reports means, deviations, times, and the correlation of their errors.
///
/// `context` brings weights of the rows for the fits (for the scores too if `how.weighted_scores` says so) and an observer.
///
/// For a shortlist take three to five good models whose errors correlate little (book, appendix B, phase 5).
///
/// # Errors
/// [`Error::Empty`] without models, [`Error::Data`] for a mixture of regressors and classifiers or a failed fit; otherwise as
/// [`cross_validate`](super::cross_validate).
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, linear::LinearRegression, model_selection::{CrossValidation, compare}};
/// use ml_core::{FitContext, ndarray::{Array1, Array2}};
///
/// let x = Array2::from_shape_fn((20, 1), |(i, _)| i as f64);
/// let y: Array1<f64> = x.column(0).mapv(|v| 3.0 * v + (v * 7.0) % 2.0);
/// let (mean, line) = (DummyRegressor::default(), LinearRegression::default());
/// let found = compare(&[("mean", &mean), ("line", &line)], &x, &y, &CrossValidation::default(), &FitContext::default())?;
/// assert!(found.models[1].mean() > 0.9);
/// assert_eq!(found.error_correlation[[0, 0]], 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn compare(
    models: &[(&str, &dyn Estimator)],
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<Comparison> {
    let op = "compare";
    let Some(task) = models.first().map(|(_, model)| model.task()) else {
        return Err(Error::Empty {
            op,
            what: "the list of models".to_owned(),
            least: "1 model",
        });
    };
    if let Some((name, _)) = models.iter().find(|(_, model)| model.task() != task) {
        let problem = format!("{name:?} does another task than {:?}", models[0].0);
        return Err(Error::Data {
            op,
            problem,
            remedy: "compare regressors with regressors, classifiers with classifiers",
        });
    }
    let (x, y) = (x.into_features()?, y.into_target()?);
    let folds = how.cv.split(task, &x, &y)?;
    let scorer = how.scoring.scorer(task)?;
    let scoring = scorer.name().to_owned();
    let evaluator = Evaluator {
        task: op,
        x: &x,
        y: &y,
        how,
        scorer,
        context,
        train_scores: false,
        keep_models: true,
    };
    let estimators: Vec<&dyn Estimator> = models.iter().map(|(_, model)| *model).collect();

    let mut rows = Vec::new();
    let mut errors: Vec<Array1<f64>> = Vec::new();
    for ((name, _), evaluations) in models.iter().zip(evaluator.run(&estimators, &folds)?) {
        rows.push(ModelScores {
            name: (*name).to_owned(),
            scores: evaluations.iter().map(|e| e.test).collect(),
            fit_seconds: evaluations.iter().map(|e| e.fit_seconds).sum::<f64>() / folds.len() as f64,
        });
        let fitted = evaluations.iter().map(|e| e.model.as_deref());
        let mut held_out = Vec::new();
        for (model, fold) in fitted.zip(&folds) {
            let Some(model) = model else { continue };
            held_out.extend(fold_errors(op, model, &x, &y, fold, task)?);
        }
        errors.push(Array1::from(held_out));
    }
    let zeros = Array1::zeros(errors.first().map_or(0, Array1::len));
    let views: Vec<_> = errors.iter().map(|e| e.view()).collect();
    Ok(Comparison {
        models: rows,
        error_correlation: error_correlation(zeros.view(), &views)?,
        scoring,
    })
}

/// Prediction minus target on the rows held out; 1 or 0 for classes.
fn fold_errors(
    op: &'static str,
    model: &dyn Model,
    x: &ml_core::Features,
    y: &Target,
    fold: &Fold,
    task: Task,
) -> Result<Vec<f64>> {
    let predicted = model.predict_features(&x.select_rows(&fold.test))?;
    let actual = y.select_rows(&fold.test);
    Ok(match task {
        Task::Regression => (&predicted.numbers(op)? - &actual.numbers(op)?).to_vec(),
        Task::Classification => {
            let (predicted, actual) = (predicted.classes(op)?, actual.classes(op)?);
            predicted
                .iter()
                .zip(&actual)
                .map(|(p, a)| f64::from(u8::from(p != a)))
                .collect()
        }
    })
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut order: Vec<usize> = (0..self.models.len()).collect();
        order.sort_by(|&a, &b| self.models[b].mean().total_cmp(&self.models[a].mean()));
        writeln!(
            f,
            "{:<12} {:>14} {:>12} {:>9}   correlation of errors with",
            "model", self.scoring, "deviation", "fit"
        )?;
        write!(f, "{:<50}  ", "")?;
        for &i in &order {
            write!(f, " {:>8}", self.models[i].name)?;
        }
        writeln!(f)?;
        for &i in &order {
            let model = &self.models[i];
            let (mean, deviation) = (model.mean(), model.deviation());
            write!(
                f,
                "{:<12} {mean:>14.4} {deviation:>12.4} {:>8.3}s  ",
                model.name, model.fit_seconds
            )?;
            for &j in &order {
                write!(f, " {:>8.2}", self.error_correlation[[i, j]])?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::array;

    use super::*;
    use crate::baseline::{DummyClassifier, DummyRegressor};

    #[test]
    fn no_models_and_mixed_tasks_are_refused() {
        let (x, y) = (array![[0.0], [1.0]], array![0.0, 1.0]);
        let how = CrossValidation::default().cv(2);
        let error = compare(&[], &x, &y, &how, &FitContext::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "compare: the list of models is empty; at least 1 model needed"
        );
        let (a, b) = (DummyRegressor::default(), DummyClassifier::default());
        let error = compare(
            &[("mean", &a), ("most", &b)],
            &x,
            &y,
            &how,
            &FitContext::default(),
        )
        .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("compare: \"most\" does another task than \"mean\"")
        );
    }

    #[test]
    fn equal_models_have_equal_scores_and_correlate_fully() {
        let x = Array2::zeros((6, 1));
        let y = array![1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let model = DummyRegressor::default();
        let how = CrossValidation::default().cv(3);
        let found = compare(
            &[("a", &model), ("b", &model)],
            &x,
            &y,
            &how,
            &FitContext::default(),
        )
        .unwrap();
        assert_eq!(found.models[0].scores, found.models[1].scores);
        assert!((found.error_correlation[[0, 1]] - 1.0).abs() < 1e-12);
    }
}
