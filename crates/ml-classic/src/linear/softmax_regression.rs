//! Softmax regression from nothing: batch gradient descent on the cross-entropy, with early stopping (exercise 12).
//!
//! [`LogisticRegression`](super::LogisticRegression) is what to train with; this is what to learn from.

use derive_setters::Setters;
use ml_core::{
    Error, Result, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis},
};

use super::{decide::softmax, early_stopping::EarlyStopping, gradient_descent::with_bias};

const OP: &str = "SoftmaxRegression";

/// Softmax regression by batch gradient descent: `Θ ← Θ - η·(1/m·Xᵀ·(P - Y) + alpha·Θ)` (Eq. 4-23), with
/// `P = softmax(X·Θ)` (Eq. 4-20) and `Y` one-hot.
///
/// # Examples
/// ```
/// use ml_classic::linear::SoftmaxRegression;
/// use ml_core::ndarray::array;
///
/// let (x, y) = (array![[-2.0], [-1.0], [1.0], [2.0]], array![0, 0, 1, 1]);
/// let trained = SoftmaxRegression::default().fit((x.view(), y.view()), (x.view(), y.view()))?;
/// assert_eq!(trained.predict(x.view())?, y);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct SoftmaxRegression {
    /// `η`, above 0. Default 0.1.
    pub learning_rate: f64,
    /// Most steps, at least 1. Default 5000.
    pub max_iter: usize,
    /// Strength of the l2 penalty, at least 0; the bias goes free. Default 0.
    pub alpha: f64,
    /// Steps without improvement on the validation rows after which to stop, at least 1. Default 10.
    pub patience: usize,
}

impl Default for SoftmaxRegression {
    fn default() -> Self {
        Self {
            learning_rate: 0.1,
            max_iter: 5000,
            alpha: 0.0,
            patience: 10,
        }
    }
}

/// What [`SoftmaxRegression`] learned.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedSoftmaxRegression {
    /// `Θ`, `[1 + columns, classes]`, the bias first.
    pub theta: Array2<f64>,
    /// The step whose parameters these are, from 1.
    pub best_iter: usize,
    /// Cross-entropy of the training rows after every step.
    pub training_losses: Vec<f64>,
    /// Cross-entropy of the validation rows after every step.
    pub validation_losses: Vec<f64>,
}

/// One row a target, 1 in the column of its class.
///
/// # Errors
/// [`Error::Data`] for a class that is not below `n_classes`.
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
///
/// assert_eq!(ml_classic::linear::one_hot(array![1, 0].view(), 2)?, array![[0.0, 1.0], [1.0, 0.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn one_hot(y: ArrayView1<'_, usize>, n_classes: usize) -> Result<Array2<f64>> {
    let mut out = Array2::zeros((y.len(), n_classes));
    for (row, &class) in y.iter().enumerate() {
        if class >= n_classes {
            return Err(Error::Data {
                op: "one_hot",
                problem: format!("row {row} has the class {class}, of {n_classes}"),
                remedy: "number the classes from 0 (LabelEncoder)",
            });
        }
        out[[row, class]] = 1.0;
    }
    Ok(out)
}

/// `J(Θ) = -1/m·Σ Σ y_k·log(p_k)` (Eq. 4-22).
fn cross_entropy(p: &Array2<f64>, y: &Array2<f64>) -> f64 {
    let one = |(p, y): (&f64, &f64)| {
        if *y > 0.0 {
            -y * p.max(f64::MIN_POSITIVE).ln()
        } else {
            0.0
        }
    };
    p.iter().zip(y).map(one).sum::<f64>() / p.nrows() as f64
}

/// Rows and their classes.
type Lesson<'a> = (ArrayView2<'a, f64>, ArrayView1<'a, usize>);

impl SoftmaxRegression {
    /// Trains on the first rows and stops by the second; classes are numbered from 0.
    ///
    /// # Errors
    /// A hyperparameter outside its domain; empty data, NaN, lengths that differ.
    pub fn fit(&self, training: Lesson<'_>, validation: Lesson<'_>) -> Result<FittedSoftmaxRegression> {
        self.check(training, validation)?;
        let n_classes = training.1.iter().max().map_or(0, |most| most + 1);
        let (x, y) = (with_bias(training.0), one_hot(training.1, n_classes)?);
        let (x_validation, y_validation) = (with_bias(validation.0), one_hot(validation.1, n_classes)?);
        let step = |theta: &mut Array2<f64>| {
            let gradient = self.gradient(&x, &y, theta);
            theta.scaled_add(-self.learning_rate, &gradient);
            Ok(())
        };
        let losses = |theta: &Array2<f64>| {
            let loss = |x: &Array2<f64>, y| cross_entropy(&softmax(x.dot(theta)), y);
            Ok((loss(&x, &y), loss(&x_validation, &y_validation)))
        };
        let start = Array2::zeros((x.ncols(), n_classes));
        let stopped = EarlyStopping::default()
            .patience(self.patience)
            .max_epochs(self.max_iter)
            .run(start, step, losses)?;
        Ok(FittedSoftmaxRegression {
            theta: stopped.best,
            best_iter: stopped.best_epoch,
            training_losses: stopped.training_errors,
            validation_losses: stopped.validation_errors,
        })
    }

    /// `1/m·Xᵀ·(P - Y) + alpha·Θ`, the bias unpenalised (Eq. 4-23).
    fn gradient(&self, x: &Array2<f64>, y: &Array2<f64>, theta: &Array2<f64>) -> Array2<f64> {
        let p = softmax(x.dot(theta));
        let mut gradient = x.t().dot(&(&p - y)) / x.nrows() as f64;
        for (mut gradient, theta) in gradient.rows_mut().into_iter().zip(theta.rows()).skip(1) {
            gradient.scaled_add(self.alpha, &theta);
        }
        gradient
    }

    fn check(&self, training: Lesson<'_>, validation: Lesson<'_>) -> Result<()> {
        let (rate, alpha) = (self.learning_rate, self.alpha);
        let valid = rate > 0.0 && rate.is_finite();
        check::parameter("learning_rate", rate, valid, "finite and > 0")?;
        check::parameter(
            "alpha",
            alpha,
            alpha >= 0.0 && alpha.is_finite(),
            "finite and >= 0",
        )?;
        for (x, y) in [training, validation] {
            check::not_empty(OP, x)?;
            check::same_rows(OP, x.nrows(), y.len())?;
            check::finite(OP, x)?;
        }
        check::columns(OP, training.0.ncols(), validation.0.ncols())
    }
}

impl FittedSoftmaxRegression {
    /// `[rows, classes]`, every row sums to 1.
    ///
    /// # Errors
    /// Other columns than those of fit; NaN.
    pub fn predict_proba(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>> {
        check::prediction_rows(OP, x, self.theta.nrows() - 1)?;
        Ok(softmax(with_bias(x).dot(&self.theta)))
    }

    /// The most probable class of every row (Eq. 4-21).
    ///
    /// # Errors
    /// As [`predict_proba`](Self::predict_proba).
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Array1<usize>> {
        let p = self.predict_proba(x)?;
        let best = |row: ArrayView1<'_, f64>| {
            row.iter()
                .enumerate()
                .fold(0, |best, (class, p)| if *p > row[best] { class } else { best })
        };
        Ok(p.map_axis(Axis(1), best))
    }
}
