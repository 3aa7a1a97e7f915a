//! What a few measurements say of a function elsewhere.

use std::f64::consts::PI;

use ml_core::{
    Error, Result, check, linalg,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};

/// Least and greatest of what [`GaussianProcess::fitted_to`] tries, for values of deviation 1 in a cube of side 1.
const VARIANCES: (f64, f64) = (0.05, 20.0);
const LENGTHS: (f64, f64) = (0.05, 20.0);
const NOISES: (f64, f64) = (1e-6, 1.0);
/// Steps of the ascent, and where it begins: smooth functions with little noise, rough ones with more.
const STEPS: usize = 80;
const STARTS: [(f64, f64, f64); 2] = [(1.0, 1.0, 1e-3), (1.0, 0.3, 1e-1)];

/// A Gaussian process with mean 0 and the Matérn kernel of smoothness 5/2, a length for each axis, and noise:
/// `k(x, x') = variance · (1 + √5 r + 5 r² / 3) · exp(-√5 r)`, `r² = Σ ((x_i - x'_i) / length_i)²`.
///
/// **Source**: Rasmussen and Williams, "Gaussian Processes for Machine Learning" (2006), equation 4.17, algorithm 2.1.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
/// use ml_nn::tuning::GaussianProcess;
///
/// let process = GaussianProcess { variance: 1.0, lengths: vec![1.0], noise: 0.0 };
/// let (x, y) = (array![[0.0], [1.0]], array![0.0, 1.0]);
/// let fitted = process.fit(x.view(), y.view())?;
/// let (mean, deviation) = fitted.predict(array![[1.0], [50.0]].view())?;
/// // Where it was measured it is known; far away nothing is.
/// assert!((mean[0] - 1.0).abs() < 1e-9 && deviation[0] < 1e-6);
/// assert!(mean[1].abs() < 1e-9 && (deviation[1] - 1.0).abs() < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianProcess {
    /// Variance of the function, above 0.
    pub variance: f64,
    /// How far one has to go along each axis for another value, above 0.
    pub lengths: Vec<f64>,
    /// Variance of what is added to each measurement, at least 0.
    pub noise: f64,
}

/// A [`GaussianProcess`] that has seen measurements.
#[derive(Debug, Clone)]
pub struct FittedGaussianProcess {
    /// What it is.
    pub process: GaussianProcess,
    /// How likely the measurements are, the logarithm of it.
    pub log_likelihood: f64,
    x: Array2<f64>,
    /// `K + noise · I = l · lᵀ`.
    l: Array2<f64>,
    /// `(K + noise · I)⁻¹ · y`.
    weights: Array1<f64>,
}

impl GaussianProcess {
    /// Takes in measurements `y` at the rows of `x`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a variance, length or noise outside its domain; [`Error::Empty`], [`Error::Length`],
    /// [`Error::NotFinite`], [`Error::ColumnCount`] for measurements that do not fit; [`Error::Numerical`] for two at the
    /// same place without noise.
    pub fn fit(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<FittedGaussianProcess> {
        let op = "GaussianProcess";
        let positive =
            |name: &str, v: f64| check::parameter(name, v, v > 0.0 && v.is_finite(), "finite and above 0");
        positive("variance", self.variance)?;
        self.lengths
            .iter()
            .try_for_each(|&length| positive("length", length))?;
        let valid = self.noise >= 0.0 && self.noise.is_finite();
        check::parameter("noise", self.noise, valid, "finite and at least 0")?;
        check::training_set(op, x, y)?;
        check::columns(op, self.lengths.len(), x.ncols())?;
        let mut k = self.kernel(x, x);
        k.diag_mut().iter_mut().for_each(|v| *v += self.noise);
        let l = linalg::cholesky(k.view()).map_err(|_| Error::Numerical {
            op,
            problem: format!(
                "{} measurements contradict each other or repeat one another",
                x.nrows()
            ),
            remedy: "allow for noise, or leave out repeated places",
        })?;
        let weights = backward(&l, forward(&l, y.to_owned()));
        let fit = -0.5 * y.dot(&weights);
        let complexity: f64 = l.diag().iter().map(|v| v.ln()).sum();
        Ok(FittedGaussianProcess {
            process: self.clone(),
            log_likelihood: fit - complexity - 0.5 * x.nrows() as f64 * (2.0 * PI).ln(),
            x: x.to_owned(),
            l,
            weights,
        })
    }

    /// The process under which these measurements are most likely, as far as a short ascent finds it, with all its parameters
    /// between fixed bounds; for values of about mean 0 and deviation 1 at places in the unit cube.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fitted_to(x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<FittedGaussianProcess> {
        let mut best: Option<FittedGaussianProcess> = None;
        for (variance, length, noise) in STARTS {
            let start = Self {
                variance,
                lengths: vec![length; x.ncols()],
                noise,
            };
            let found = climb(start, x, y)?;
            if best
                .as_ref()
                .is_none_or(|best| found.log_likelihood > best.log_likelihood)
            {
                best = Some(found);
            }
        }
        Ok(best.expect("there is a start"))
    }

    fn kernel(&self, a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
        Array2::from_shape_fn((a.nrows(), b.nrows()), |(i, j)| {
            let r = 5f64.sqrt() * self.distance(a.row(i), b.row(j));
            self.variance * (1.0 + r + r * r / 3.0) * (-r).exp()
        })
    }

    fn distance(&self, a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
        let parts = a.iter().zip(b).zip(&self.lengths);
        let squares = parts.map(|((a, b), length)| ((a - b) / length).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// The logarithms of its parameters: variance, noise, lengths.
    fn logarithms(&self) -> Vec<f64> {
        let own = [self.variance.ln(), self.noise.ln()];
        own.into_iter()
            .chain(self.lengths.iter().map(|v| v.ln()))
            .collect()
    }

    fn of_logarithms(logarithms: &[f64]) -> Self {
        Self {
            variance: logarithms[0].exp(),
            noise: logarithms[1].exp(),
            lengths: logarithms[2..].iter().map(|v| v.exp()).collect(),
        }
    }
}

/// Ascends the likelihood from a start by the signs of its slopes (resilient propagation), within the bounds.
fn climb(
    start: GaussianProcess,
    x: ArrayView2<'_, f64>,
    y: ArrayView1<'_, f64>,
) -> Result<FittedGaussianProcess> {
    let bounds = |axis: usize| match axis {
        0 => VARIANCES,
        1 => NOISES,
        _ => LENGTHS,
    };
    let mut at = start.logarithms();
    let (mut steps, mut before) = (vec![0.3f64; at.len()], vec![0.0f64; at.len()]);
    let mut best = start.fit(x, y)?;
    let mut here = best.clone();
    for _ in 0..STEPS {
        let slopes = here.slopes();
        for axis in 0..at.len() {
            let turn = slopes[axis] * before[axis];
            steps[axis] *= if turn > 0.0 {
                1.2
            } else if turn < 0.0 {
                0.5
            } else {
                1.0
            };
            // After a turn it waits, so that it does not swing.
            before[axis] = if turn < 0.0 { 0.0 } else { slopes[axis] };
            let (low, high) = bounds(axis);
            let step = steps[axis].min(1.0) * before[axis].signum() * f64::from(before[axis] != 0.0);
            at[axis] = (at[axis] + step).clamp(low.ln(), high.ln());
        }
        // Where rounding makes the measurements contradict each other, the ascent ends.
        let Ok(next) = GaussianProcess::of_logarithms(&at).fit(x, y) else {
            break;
        };
        here = next;
        if here.log_likelihood > best.log_likelihood {
            best = here.clone();
        }
    }
    Ok(best)
}

impl FittedGaussianProcess {
    /// Mean and standard deviation of the function (without noise) at each row of `x`.
    ///
    /// # Errors
    /// [`Error::ColumnCount`] and [`Error::NotFinite`] for rows that do not fit.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<(Array1<f64>, Array1<f64>)> {
        check::prediction_rows("GaussianProcess", x, self.x.ncols())?;
        let k = self.process.kernel(x, self.x.view());
        let mean = k.dot(&self.weights);
        let known = |row: ArrayView1<'_, f64>| {
            let part = forward(&self.l, row.to_owned());
            (self.process.variance - part.dot(&part)).max(0.0).sqrt()
        };
        Ok((mean, k.axis_iter(Axis(0)).map(known).collect()))
    }

    /// Slopes of the likelihood by the logarithms of the parameters: `½ tr((w wᵀ - K⁻¹) · ∂K/∂θ)` (equation 5.9).
    fn slopes(&self) -> Vec<f64> {
        let (n, process) = (self.x.nrows(), &self.process);
        let inverse = inverse(&self.l);
        let mut slopes = vec![0.0; 2 + process.lengths.len()];
        for i in 0..n {
            for j in 0..=i {
                // The matrices are symmetric: what is off the diagonal counts twice.
                let factor = if i == j { 0.5 } else { 1.0 };
                let outer = factor * (self.weights[i] * self.weights[j] - inverse[(i, j)]);
                let (a, b) = (self.x.row(i), self.x.row(j));
                let r = 5f64.sqrt() * process.distance(a, b);
                let decay = process.variance * (-r).exp();
                slopes[0] += outer * decay * (1.0 + r + r * r / 3.0);
                if i == j {
                    slopes[1] += outer * process.noise;
                }
                for (axis, length) in process.lengths.iter().enumerate() {
                    let square = ((a[axis] - b[axis]) / length).powi(2);
                    slopes[2 + axis] += outer * decay * 5.0 / 3.0 * (1.0 + r) * square;
                }
            }
        }
        slopes
    }
}

/// Solves `l · z = b` for a lower triangular `l`.
fn forward(l: &Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for i in 0..b.len() {
        let known: f64 = (0..i).map(|j| l[(i, j)] * b[j]).sum();
        b[i] = (b[i] - known) / l[(i, i)];
    }
    b
}

/// Solves `lᵀ · z = b`.
fn backward(l: &Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for i in (0..b.len()).rev() {
        let known: f64 = (i + 1..b.len()).map(|j| l[(j, i)] * b[j]).sum();
        b[i] = (b[i] - known) / l[(i, i)];
    }
    b
}

/// `(l · lᵀ)⁻¹`.
fn inverse(l: &Array2<f64>) -> Array2<f64> {
    let n = l.nrows();
    let mut out = Array2::zeros((n, n));
    for (i, mut column) in out.axis_iter_mut(Axis(1)).enumerate() {
        let mut unit = Array1::zeros(n);
        unit[i] = 1.0;
        column.assign(&backward(l, forward(l, unit)));
    }
    out
}
