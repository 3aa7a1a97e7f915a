//! A vector as a number times a vector, so that shrinking it costs one multiplication.

use ml_core::{Float, ndarray::Array1};

use crate::solve::{Design, Norms};

/// Scale below which it is multiplied out, before digits are lost: a millionth in single precision.
fn least_scale<F: Float>() -> f64 {
    if F::NAME == "f32" { 1e-6 } else { 1e-9 }
}

/// `scale·values`, its norms, and the average of all its past states.
pub(super) struct WeightVector<F> {
    values: Vec<F>,
    scale: f64,
    /// `Σ w²` and `Σ |w|`, scale included.
    norms: [f64; 2],
    /// How much the weights of the l1 penalty have paid so far: as long as `values` if there is one.
    paid: Vec<F>,
    average: Option<Average<F>>,
}

/// The average of all states is `(values + a·w) / b`, which costs a sparse row no more than adding it does.
///
/// Source: Bottou, "Stochastic Gradient Descent Tricks" (2012), section 5.1.
struct Average<F> {
    values: Vec<F>,
    a: f64,
    b: f64,
}

fn cast<F: Float>(values: &Array1<f64>) -> Vec<F> {
    values.iter().map(|&v| F::of(v)).collect()
}

impl<F: Float> WeightVector<F> {
    pub(super) fn new(weights: &Array1<f64>, average: Option<&Array1<f64>>, l1: bool) -> Self {
        let squares = weights.iter().map(|v| v * v).sum();
        let sizes = weights.iter().map(|v| v.abs()).sum();
        Self {
            values: cast(weights),
            scale: 1.0,
            norms: [squares, sizes],
            paid: if l1 {
                vec![F::zero(); weights.len()]
            } else {
                Vec::new()
            },
            average: average.map(|values| Average {
                values: cast(values),
                a: 0.0,
                b: 1.0,
            }),
        }
    }

    #[inline]
    pub(super) fn dot(&self, x: &Design<'_, F>, row: usize) -> f64 {
        x.dot(row, &self.values) * self.scale
    }

    /// `w += factor·x`.
    #[inline]
    pub(super) fn add(&mut self, x: &Design<'_, F>, row: usize, factor: f64) {
        let norms = x.add_and_measure(row, F::of(factor / self.scale), &mut self.values);
        let scales = [self.scale * self.scale, self.scale];
        for (place, scale) in scales.into_iter().enumerate() {
            self.norms[place] = match norms {
                Norms::Total(total) => total[place] * scale,
                Norms::Growth(growth) => (self.norms[place] + growth[place] * scale).max(0.0),
            };
        }
    }

    /// Counts the present state in the average as number `count`, after `factor·x` was added.
    #[inline]
    pub(super) fn add_average(&mut self, x: &Design<'_, F>, row: usize, factor: f64, count: f64) {
        let Some(average) = &mut self.average else {
            return;
        };
        if factor != 0.0 {
            x.add(row, F::of(-average.a * factor / self.scale), &mut average.values);
        }
        let share = 1.0 / count;
        if count > 1.0 {
            average.b /= 1.0 - share;
        }
        average.a += share * average.b * self.scale;
    }

    /// `w *= factor`.
    #[inline]
    pub(super) fn shrink(&mut self, factor: f64) {
        self.scale *= factor;
        self.norms[0] *= factor * factor;
        self.norms[1] *= factor;
        if self.scale < least_scale::<F>() {
            self.multiply_out();
        }
    }

    /// Takes from the weights of a row what they still owe of an l1 penalty of `due` since the start, never past 0.
    ///
    /// Source: Tsuruoka, Tsujii, Ananiadou, "Stochastic Gradient Descent Training for L1-regularized Log-linear
    /// Models with Cumulative Penalty" (2009).
    pub(super) fn pay_l1(&mut self, x: &Design<'_, F>, row: usize, due: f64) {
        x.pay_l1(row, due, self.scale, (&mut self.values, &mut self.paid));
    }

    pub(super) fn squares(&self) -> f64 {
        self.norms[0]
    }

    pub(super) fn sizes(&self) -> f64 {
        self.norms[1]
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|v| v.is_finite())
    }

    fn multiply_out(&mut self) {
        if let Some(average) = &mut self.average {
            for (value, w) in average.values.iter_mut().zip(&self.values) {
                *value = F::of((value.as_f64() + average.a * w.as_f64()) / average.b);
            }
            (average.a, average.b) = (0.0, 1.0);
        }
        let scale = F::of(self.scale);
        self.values.iter_mut().for_each(|v| *v *= scale);
        self.scale = 1.0;
    }

    /// The weights as they are now.
    pub(super) fn weights(&mut self) -> &[F] {
        self.multiply_out();
        &self.values
    }

    /// The weights and their average.
    pub(super) fn finish(mut self) -> (Array1<f64>, Option<Array1<f64>>) {
        self.multiply_out();
        let wide = |values: Vec<F>| values.iter().map(|v| v.as_f64()).collect();
        (
            wide(self.values),
            self.average.map(|average| wide(average.values)),
        )
    }
}
