//! Binary problems out of classes, and rows that are held out.

use ml_core::{
    Error, Float, Result,
    ndarray::{Array1, ArrayView1},
};
use ml_data::split::{ShuffleSplit, Splitter, StratifiedShuffleSplit};
use rayon::prelude::*;

use super::{
    descent::{Lesson, Line, descend},
    plan::Plan,
};
use crate::solve::Design;

/// Rows, the classes as numbers, the weights.
pub(super) struct Classes<'a, 'd, F> {
    pub(super) x: &'a Design<'d, F>,
    pub(super) codes: &'a Array1<usize>,
    pub(super) row_weights: Option<ArrayView1<'a, f64>>,
    /// One a class.
    pub(super) class_weights: &'a [f64],
}

/// Trains one line for two classes, or one a class against all others, side by side; gives the most epochs.
pub(super) fn train_classes<F: Float>(
    plan: &Plan,
    data: &Classes<'_, '_, F>,
    lines: &mut [Line],
    (t, max_iter): (f64, usize),
) -> Result<usize> {
    let held_out = match plan.early_stopping {
        true => Some(hold_out(
            plan,
            data.codes.len(),
            Some(data.codes),
            data.row_weights,
        )?),
        false => None,
    };
    let seeds = plan.shuffles(lines.len())?;
    let binary = lines.len() == 1;
    let fit = |(class, (line, seed)): (usize, (&mut Line, u32))| {
        let positive = if binary { 1 } else { class };
        let negative_weight = if binary { data.class_weights[0] } else { 1.0 };
        let y: Vec<f64> = data
            .codes
            .iter()
            .map(|&code| if code == positive { 1.0 } else { -1.0 })
            .collect();
        let of_row = |row: usize| data.row_weights.map_or(1.0, |weights| weights[row]);
        let weights: Vec<f64> = y
            .iter()
            .enumerate()
            .map(|(row, &y)| {
                of_row(row)
                    * if y > 0.0 {
                        data.class_weights[positive]
                    } else {
                        negative_weight
                    }
            })
            .collect();
        let accuracy = |w: &[F], intercept: f64| {
            let (mut right, mut all) = (0.0, 0.0);
            for row in rows_of(held_out.as_deref()) {
                let positive = data.x.dot(row, w) + intercept > 0.0;
                all += of_row(row);
                right += if positive == (y[row] > 0.0) {
                    of_row(row)
                } else {
                    0.0
                };
            }
            right / all
        };
        let lesson = Lesson {
            x: data.x,
            y: &y,
            weights: &weights,
            validation: held_out.as_deref().map(|mask| (mask, &accuracy as _)),
        };
        descend(plan, &lesson, line, (seed, t, max_iter))
    };
    let work: Vec<(usize, (&mut Line, u32))> = lines.iter_mut().zip(seeds).enumerate().collect();
    let done: Vec<(usize, bool)> = work
        .into_par_iter()
        .with_max_len(1)
        .map(fit)
        .collect::<Result<_>>()?;
    Ok(report(plan, &done, max_iter))
}

/// Trains the line of a regression.
pub(super) fn train_numbers<F: Float>(
    plan: &Plan,
    x: &Design<'_, F>,
    (y, weights): (&[f64], Option<ArrayView1<'_, f64>>),
    line: &mut Line,
    (t, max_iter): (f64, usize),
) -> Result<usize> {
    let held_out = match plan.early_stopping {
        true => Some(hold_out(plan, y.len(), None, weights)?),
        false => None,
    };
    let weights = weights.map_or_else(|| vec![1.0; y.len()], |weights| weights.to_vec());
    let r2 = |w: &[F], intercept: f64| {
        let rows = || rows_of(held_out.as_deref());
        let total: f64 = rows().map(|row| weights[row]).sum();
        let mean = rows().map(|row| weights[row] * y[row]).sum::<f64>() / total;
        let error = |row: usize| y[row] - x.dot(row, w) - intercept;
        let residual: f64 = rows().map(|row| weights[row] * error(row).powi(2)).sum();
        let spread: f64 = rows().map(|row| weights[row] * (y[row] - mean).powi(2)).sum();
        match (residual == 0.0, spread == 0.0) {
            (_, false) => 1.0 - residual / spread,
            (true, true) => 1.0,
            (false, true) => 0.0,
        }
    };
    let lesson = Lesson {
        x,
        y,
        weights: &weights,
        validation: held_out.as_deref().map(|mask| (mask, &r2 as _)),
    };
    let done = descend(plan, &lesson, line, (plan.shuffles(1)?[0], t, max_iter))?;
    Ok(report(plan, &[done], max_iter))
}

fn rows_of(mask: Option<&[bool]>) -> impl Iterator<Item = usize> + '_ {
    let mask = mask.unwrap_or_default().iter().enumerate();
    mask.filter(|(_, held_out)| **held_out).map(|(row, _)| row)
}

/// Which rows are held out to stop by.
fn hold_out(
    plan: &Plan,
    n_rows: usize,
    codes: Option<&Array1<usize>>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<Vec<bool>> {
    let fraction = plan.validation_fraction;
    let mut folds = match codes {
        Some(codes) => {
            let splitter = StratifiedShuffleSplit::default().n_splits(1).test_size(fraction);
            splitter.seed(plan.seed).split_by(codes)?
        }
        None => {
            let splitter = ShuffleSplit::default().n_splits(1).test_size(fraction);
            splitter.seed(plan.seed).split(n_rows, None, None)?
        }
    };
    let rows = folds.next().map(|fold| fold.test).unwrap_or_default();
    if weights.is_some_and(|weights| rows.iter().all(|&row| weights[row] == 0.0)) {
        return Err(Error::Data {
            op: plan.op.name(),
            problem: format!("all {} rows held out to stop by weigh 0", rows.len()),
            remedy: "use another seed, or leave out rows of weight 0",
        });
    }
    let mut mask = vec![false; n_rows];
    rows.into_iter().for_each(|row| mask[row] = true);
    Ok(mask)
}

/// The most epochs; a warning if a fit that was to stop by itself did not.
fn report(plan: &Plan, done: &[(usize, bool)], max_iter: usize) -> usize {
    let impatient = plan.tol.is_some() && max_iter == plan.max_iter && max_iter > 1;
    if impatient && done.iter().any(|(_, stopped)| !stopped) {
        tracing::warn!(
            max_iter,
            "{}: not converged; raise max_iter or tol, or scale the columns first (StandardScaler)",
            plan.op.name()
        );
    }
    done.iter().map(|(epochs, _)| *epochs).max().unwrap_or(0)
}
