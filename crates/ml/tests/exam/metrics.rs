//! Every metric, interval and scorer.

use ml::{
    classic::{
        linear::LinearRegression,
        metrics::{self, Scorer, Scoring, weighted},
    },
    core::{Task, ndarray::ArrayView1},
    prelude::*,
};
use proptest::prelude::*;

use super::{
    classification,
    examiner::{Outcome, examine, holds, survives},
    inputs,
};

type Plain = fn(ArrayView1<'_, f64>, ArrayView1<'_, f64>) -> Result<f64>;
type Weighted = fn(ArrayView1<'_, f64>, ArrayView1<'_, f64>, ArrayView1<'_, f64>) -> Result<f64>;

const PLAIN: [(&str, Plain); 12] = [
    ("mean_squared_error", metrics::mean_squared_error),
    ("root_mean_squared_error", metrics::root_mean_squared_error),
    ("mean_squared_log_error", metrics::mean_squared_log_error),
    (
        "root_mean_squared_log_error",
        metrics::root_mean_squared_log_error,
    ),
    ("mean_absolute_error", metrics::mean_absolute_error),
    ("median_absolute_error", metrics::median_absolute_error),
    (
        "mean_absolute_percentage_error",
        metrics::mean_absolute_percentage_error,
    ),
    ("max_error", metrics::max_error),
    ("r2_score", metrics::r2_score),
    ("explained_variance_score", metrics::explained_variance_score),
    ("accuracy_score", metrics::accuracy_score),
    ("mean_pinball_loss", |y, p| metrics::mean_pinball_loss(y, p, 0.3)),
];

const WEIGHTED: [(&str, Weighted); 11] = [
    ("mean_squared_error", weighted::mean_squared_error),
    ("root_mean_squared_error", weighted::root_mean_squared_error),
    ("mean_squared_log_error", weighted::mean_squared_log_error),
    (
        "root_mean_squared_log_error",
        weighted::root_mean_squared_log_error,
    ),
    ("mean_absolute_error", weighted::mean_absolute_error),
    ("median_absolute_error", weighted::median_absolute_error),
    (
        "mean_absolute_percentage_error",
        weighted::mean_absolute_percentage_error,
    ),
    ("r2_score", weighted::r2_score),
    ("explained_variance_score", weighted::explained_variance_score),
    ("accuracy_score", weighted::accuracy_score),
    ("mean_pinball_loss", |y, p, w| {
        weighted::mean_pinball_loss(y, p, 0.3, w)
    }),
];

pub(crate) fn members() -> Vec<String> {
    let others = [
        "per_output",
        "mean_interval",
        "rmse_interval",
        "Scorer",
        "Scoring",
    ];
    PLAIN
        .iter()
        .map(|(name, _)| *name)
        .chain(others)
        .chain(classification::MEMBERS)
        .chain(classification::MORE_MEMBERS)
        .map(str::to_owned)
        .collect()
}

/// Of numbers whose squares and sums stay finite, a metric must not be NaN.
fn sane(name: &str, value: Option<f64>, inputs: &[&Array1<f64>]) -> Outcome {
    let moderate = inputs.iter().all(|list| list.iter().all(|v| v.abs() < 1e100));
    let good = value.is_none_or(|v| !moderate || !v.is_nan());
    holds(name, good, || format!("is {value:?} of {inputs:?}"))
}

fn pair() -> impl Strategy<Value = (Array1<f64>, Array1<f64>, Array1<f64>)> {
    (inputs::list(), inputs::list(), inputs::list(), 0u8..5).prop_map(|(y, mut p, mut w, same)| {
        if same > 0 {
            p.resize(y.len(), 1.0);
            w.resize(y.len(), 1.0);
        }
        (y.into(), p.into(), w.into())
    })
}

#[test]
fn bad_pairs_and_weights() {
    examine(1500, pair(), |(y, p, w)| {
        for (name, metric) in PLAIN {
            let value = survives(name, || metric(y.view(), p.view()))?;
            sane(name, value, &[&y, &p])?;
        }
        for (name, metric) in WEIGHTED {
            let value = survives(name, || metric(y.view(), p.view(), w.view()))?;
            sane(name, value, &[&y, &p, &w])?;
        }
        Ok(())
    });
}

#[test]
fn bad_columns_of_targets() {
    examine(256, (inputs::matrix(), inputs::matrix()), |(y, p)| {
        survives("per_output", || {
            metrics::per_output(metrics::r2_score, y.view(), p.view())
        })
        .map(drop)
    });
}

#[test]
fn bad_confidence_and_quantiles() {
    examine(400, (pair(), inputs::number()), |((y, p, w), share)| {
        survives("mean_interval", || metrics::mean_interval(y.view(), share))?;
        survives("rmse_interval", || {
            metrics::rmse_interval(y.view(), p.view(), share)
        })?;
        let name = "mean_pinball_loss";
        survives(name, || metrics::mean_pinball_loss(y.view(), p.view(), share))?;
        survives(name, || {
            weighted::mean_pinball_loss(y.view(), p.view(), share, w.view())
        })
        .map(drop)
    });
}

#[test]
fn bad_names_and_targets_of_scorers() {
    let (x, y, _) = inputs::good_rows();
    let model = LinearRegression::default()
        .fit_features(&x, &y, &FitContext::default())
        .unwrap();
    let mut names = Scorer::names();
    names.extend(["", "rmse", "neg_", "R2"]);
    let input = (proptest::sample::select(names), inputs::lesson());
    examine(400, input, |(name, (x, y, weights))| {
        survives("Scoring", || Scoring::from(name).scorer(Task::Classification))?;
        let Some(scorer) = survives("Scorer", || Scorer::by_name(name))? else {
            return Ok(());
        };
        survives("Scorer", || {
            scorer.score_with(model.as_ref(), &x, &y, weights.as_ref().map(|w| w.view()))
        })
        .map(drop)
    });
}
