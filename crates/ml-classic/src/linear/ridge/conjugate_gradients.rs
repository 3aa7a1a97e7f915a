//! Conjugate gradients on the normal equation, which is never formed.

use ml_core::{Float, ndarray::Array1};

use super::problem::Problem;
use crate::solve::vector::dot;

impl<F: Float> Problem<'_, '_, F> {
    /// The weights of target `k`, and the iterations.
    ///
    /// Source: Hestenes and Stiefel (1952), in the form for least squares that Björck calls CGLS.
    pub(super) fn by_conjugate_gradients(&self, k: usize) -> (Array1<f64>, usize) {
        let columns = self.x.n_columns();
        let max_iter = self.how.max_iter.unwrap_or(10 * columns);
        let mut w = vec![0.0; columns];
        let mut residual = self.centred_target(k);
        let mut slope = self.back(&residual);
        let mut direction = slope.clone();
        let mut squares = dot(&slope, &slope);
        let enough = self.how.tol * self.how.tol * squares;
        for n_iter in 0..max_iter {
            if squares <= enough {
                return (w.into(), n_iter);
            }
            let product = self.ahead(&direction);
            let weighted = product
                .iter()
                .zip(self.weights())
                .map(|(v, weight)| weight * v * v);
            let bend = weighted.sum::<f64>() + self.how.alpha * dot(&direction, &direction);
            if bend <= 0.0 {
                return (w.into(), n_iter);
            }
            let step = squares / bend;
            w.iter_mut().zip(&direction).for_each(|(w, d)| *w += step * d);
            residual
                .iter_mut()
                .zip(&product)
                .for_each(|(r, v)| *r -= step * v);
            slope = self.back(&residual);
            slope
                .iter_mut()
                .zip(&w)
                .for_each(|(s, w)| *s -= self.how.alpha * w);
            let next = dot(&slope, &slope);
            direction
                .iter_mut()
                .zip(&slope)
                .for_each(|(d, s)| *d = s + next / squares * *d);
            squares = next;
        }
        if squares > enough {
            self.warn(max_iter);
        }
        (w.into(), max_iter)
    }
}
