//! Newton's method: the step that would reach the minimum if the function were the parabola it looks like here.

use ml_core::{
    Result, linalg,
    ndarray::{Array1, Array2, ArrayView1},
};

use super::{
    lbfgs::{Limits, Outcome, Smooth, check_start, steepest},
    vector::{add, dot},
};

/// Share of the gain promised by the slope that a step must bring, and how often a step is halved until then.
const GAIN: f64 = 1e-4;
const MOST_HALVINGS: usize = 40;
/// Most steps of conjugate gradients for one of Newton's.
const MOST_INNER: usize = 200;

/// A function that knows how its gradient changes.
pub(crate) trait Curved: Smooth {
    /// The matrix of second derivatives, positive definite.
    fn hessian(&self, w: &[f64]) -> Array2<f64>;
    /// That matrix times a vector, without the matrix: `prepare` what is the same for all vectors.
    fn prepare(&self, w: &[f64]) -> Array2<f64>;
    /// As said.
    fn hessian_product(&self, prepared: &Array2<f64>, direction: &[f64]) -> Vec<f64>;
}

/// How the equation of the step is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Equation {
    /// By Cholesky's factors: few parameters.
    Cholesky,
    /// By conjugate gradients, only as exactly as the distance to the minimum deserves: many parameters.
    ConjugateGradients,
}

/// Brings `w` to a minimum of `f`; `None` where the matrix is singular in floating point.
pub(crate) fn newton(
    f: &impl Curved,
    w: &mut [f64],
    limits: Limits,
    equation: Equation,
) -> Result<Option<Outcome>> {
    let mut gradient = vec![0.0; w.len()];
    let mut value = f.evaluate(w, &mut gradient)?;
    check_start(value, &gradient)?;
    for n_iter in 0..limits.max_iter {
        let steepest = steepest(&gradient);
        if steepest <= limits.tol {
            return Ok(Some(Outcome {
                n_iter,
                converged: true,
                steepest,
            }));
        }
        let step = match equation {
            Equation::Cholesky => by_cholesky(f, w, &gradient),
            Equation::ConjugateGradients => Some(by_conjugate_gradients(f, w, &gradient)),
        };
        let Some(direction) = step else {
            return Ok(None);
        };
        let slope = dot(&direction, &gradient);
        let Some((length, next, slopes)) = halve(f, w, &direction, (value, slope))? else {
            // No step gains anything in floating point: this is as far as it goes.
            return Ok(Some(Outcome {
                n_iter,
                converged: steepest <= 1e3 * limits.tol,
                steepest,
            }));
        };
        add(length, &direction, w);
        (value, gradient) = (next, slopes);
    }
    let steepest = steepest(&gradient);
    Ok(Some(Outcome {
        n_iter: limits.max_iter,
        converged: steepest <= limits.tol,
        steepest,
    }))
}

fn by_cholesky(f: &impl Curved, w: &[f64], gradient: &[f64]) -> Option<Vec<f64>> {
    let down = Array1::from(gradient.iter().map(|g| -g).collect::<Vec<f64>>());
    linalg::solve_spd(f.hessian(w).view(), down.view())
        .ok()
        .map(|step| step.to_vec())
}

/// Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 7.1.
fn by_conjugate_gradients(f: &impl Curved, w: &[f64], gradient: &[f64]) -> Vec<f64> {
    let prepared = f.prepare(w);
    let length = dot(gradient, gradient).sqrt();
    let enough = length * length.sqrt().min(0.5);
    let mut z = vec![0.0; w.len()];
    let mut residual = gradient.to_vec();
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut squares = dot(&residual, &residual);
    for _ in 0..MOST_INNER {
        if squares.sqrt() <= enough {
            break;
        }
        let product = f.hessian_product(&prepared, &direction);
        let bend = dot(&direction, &product);
        if bend <= 3.0 * f64::EPSILON * dot(&direction, &direction) {
            break;
        }
        let step = squares / bend;
        add(step, &direction, &mut z);
        add(step, &product, &mut residual);
        let next = dot(&residual, &residual);
        direction
            .iter_mut()
            .zip(&residual)
            .for_each(|(d, r)| *d = next / squares * *d - r);
        squares = next;
    }
    if ArrayView1::from(&z).iter().all(|&v| v == 0.0) {
        direction
    } else {
        z
    }
}

/// The longest of the steps 1, 1/2, 1/4, ... that gains enough, with the value and gradient at its end.
fn halve(
    f: &impl Smooth,
    w: &[f64],
    direction: &[f64],
    (value, slope): (f64, f64),
) -> Result<Option<(f64, f64, Vec<f64>)>> {
    let mut length = 1.0;
    for _ in 0..MOST_HALVINGS {
        let mut end = w.to_vec();
        add(length, direction, &mut end);
        let mut gradient = vec![0.0; w.len()];
        let next = f.evaluate(&end, &mut gradient)?;
        if next <= value + GAIN * length * slope {
            return Ok(Some((length, next, gradient)));
        }
        length *= 0.5;
    }
    Ok(None)
}
