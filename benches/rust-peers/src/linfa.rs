//! linfa: classification forests, neighbours by brute force, least squares, the elastic net, logistic regression; it
//! has no regression tree, no regression forest and no path of the lasso. Single-threaded.

use std::path::Path;

use anyhow::Result;
use linfa::prelude::{Dataset, Fit, Predict};
use linfa_elasticnet::ElasticNet;
use linfa_ensemble::RandomForestParams;
use linfa_linear::LinearRegression;
use linfa_logistic::MultiLogisticRegression;
use linfa_nn::{LinearSearch, NearestNeighbour, distance::L2Dist};
use linfa_trees::DecisionTree;
use ndarray::Array1;
use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    Measures, data,
    measure::{measures, timed},
};

const SEED: u64 = 42;
const TREES: usize = 100;
const NEIGHBOURS: usize = 5;
const DIGITS: usize = 10;

/// `None` if there is nothing for the workload.
pub(crate) fn run(workload: &str, folder: &Path) -> Result<Option<Measures>> {
    Ok(Some(match workload {
        "forest-classifier-small" => forest_classifier(folder, "mnist_small")?,
        "k-nn-small" => k_nn(folder, "mnist_small")?,
        "linear-regression" => linear_regression(folder)?,
        "linear-logistic" => logistic(folder)?,
        "linear-penalised" => penalised(folder)?,
        _ => return Ok(None),
    }))
}

/// linfa draws columns once a tree, not at each split; the share is the square root that its documentation advises.
fn forest_classifier(folder: &Path, name: &str) -> Result<Measures> {
    let data = data::images(folder, name)?;
    let columns = data.x.ncols() as f64;
    let forest = RandomForestParams::new_fixed_rng(DecisionTree::params(), SmallRng::seed_from_u64(SEED))
        .ensemble_size(TREES)
        .bootstrap_proportion(1.0)
        .feature_proportion(columns.sqrt() / columns);
    let train = Dataset::new(data.x, data.y.mapv(usize::from));
    let (model, fit_s) = timed(|| forest.fit(&train))?;
    let (predicted, predict_s) = timed(|| Ok::<_, anyhow::Error>(model.predict(&data.test_x)))?;
    let predicted: Array1<usize> = predicted;
    Ok(measures([
        ("fit_s", fit_s),
        ("predict_s", predict_s),
        (
            "accuracy",
            data::accuracy(&data.test_y, predicted.mapv(|label| label as u32)),
        ),
    ]))
}

/// linfa finds the neighbours; the vote is ours.
fn k_nn(folder: &Path, name: &str) -> Result<Measures> {
    let data = data::images(folder, name)?;
    let index = LinearSearch.from_batch(&data.x, L2Dist)?;
    let (predicted, predict_s) = timed(|| -> Result<Vec<u32>> {
        let queries = data.test_x.rows().into_iter();
        queries
            .map(|query| {
                let nearest = index.k_nearest(query, NEIGHBOURS)?;
                Ok(vote(nearest.iter().map(|&(_, row)| data.y[row])))
            })
            .collect()
    })?;
    Ok(measures([
        ("predict_s", predict_s),
        ("accuracy", data::accuracy(&data.test_y, predicted)),
    ]))
}

/// The most frequent digit, the smallest of equals.
fn vote(digits: impl Iterator<Item = u8>) -> u32 {
    let mut counts = [0_u32; DIGITS];
    for digit in digits {
        counts[usize::from(digit)] += 1;
    }
    let mut best = 0;
    for (digit, &count) in counts.iter().enumerate() {
        if count > counts[best] {
            best = digit;
        }
    }
    best as u32
}

fn linear_regression(folder: &Path) -> Result<Measures> {
    let table = data::table(folder, "linear")?;
    let train: Dataset<f64, f64, _> = Dataset::new(table.x.clone(), table.y.clone());
    let (model, fit_s) = timed(|| LinearRegression::new().fit(&train))?;
    Ok(measures([
        ("fit_s", fit_s),
        ("r2", data::r2(&table, model.params(), model.intercept())),
    ]))
}

/// Its objective is ours: the sum of the losses and half the squared weights; and it too may make 100 iterations.
fn logistic(folder: &Path) -> Result<Measures> {
    const ITERATIONS: u64 = 100;
    let data = data::images(folder, "mnist")?;
    let train = Dataset::new(data.x / 255.0, data.y.mapv(usize::from));
    let how = MultiLogisticRegression::default()
        .alpha(1.0)
        .max_iterations(ITERATIONS);
    let (model, fit_s) = timed(|| how.fit(&train))?;
    let probabilities = model.predict_probabilities(train.records());
    let rows = probabilities.outer_iter().zip(train.targets());
    let loss = -rows.map(|(row, &class)| f64::from(row[class]).ln()).sum::<f64>();
    let penalty = 0.5 * model.params().iter().map(|&w| f64::from(w * w)).sum::<f64>();
    let predicted: Array1<usize> = model.predict(&(data.test_x / 255.0));
    Ok(measures([
        ("fit_s", fit_s),
        ("objective", loss + penalty),
        (
            "accuracy",
            data::accuracy(&data.test_y, predicted.mapv(|label| label as u32)),
        ),
    ]))
}

/// By coordinate descent, whose loss is half a mean as ours. Without l1, as ridge regression, one fit takes minutes.
fn penalised(folder: &Path) -> Result<Measures> {
    let table = data::table(folder, "penalised")?;
    let train: Dataset<f64, f64, _> = Dataset::new(table.x.clone(), table.y.clone());
    let (net, elastic_net_s) = timed(|| ElasticNet::params().l1_ratio(0.5).penalty(0.1).fit(&train))?;
    Ok(measures([
        ("elastic_net_s", elastic_net_s),
        (
            "elastic_net_objective",
            data::elastic_net_objective(&table, net.hyperplane(), net.intercept()),
        ),
    ]))
}
