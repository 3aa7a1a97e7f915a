//! `LogisticRegressionCV`.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Label, Result, Seed, Target, check, label,
    ndarray::{Array1, Array2, ArrayView1, Axis},
};
use ml_data::split::{Splitter, StratifiedKFold};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    estimator::{LogisticRegression, LogisticSolver, MultiClass, OP},
    fitted::FittedLogisticRegression,
    train::{Lesson, train},
};
use crate::{
    ClassWeight,
    linear::{
        Penalty,
        decide::{at_least_two, classes_of},
        dynamic::linear_estimator,
    },
    solve::{Matrix, scores},
};

/// [`LogisticRegression`] whose `c` is the one with the best accuracy on rows held out.
///
/// Every fold walks from the strongest penalty to the weakest, each fit starting from the one before; the best of them
/// on average (the strongest among equals) is then fitted to all rows. Weights of the rows count in the fits and in the
/// scores. The rows of a fold are copied, as many folds at a time
/// as there are threads.
///
/// # Examples
/// ```
/// use ml_classic::linear::LogisticRegressionCV;
/// use ml_core::{Fit, NumpyRng, Score};
///
/// let x = NumpyRng::new(0).randn((60, 2));
/// let y = x.column(0).mapv(|v| v > 0.0);
/// let model = LogisticRegressionCV::default().fit(x.view(), y.view())?;
/// assert!(model.score(x.view(), y.view())? > 0.95);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct LogisticRegressionCV {
    /// Inverses of the strength of the penalty, above 0. Default 10 from 0.0001 to 10000, evenly on a logarithmic scale.
    pub cs: Vec<f64>,
    /// Folds with equal shares of the classes, at least 2. Default 5.
    pub cv: usize,
    /// As [`LogisticRegression::penalty`].
    pub penalty: Penalty,
    /// As [`LogisticRegression::l1_ratio`].
    pub l1_ratio: f64,
    /// As [`LogisticRegression::fit_intercept`].
    pub fit_intercept: bool,
    /// As [`LogisticRegression::class_weight`].
    #[setters(into)]
    pub class_weight: ClassWeight,
    /// As [`LogisticRegression::solver`].
    pub solver: LogisticSolver,
    /// As [`LogisticRegression::multi_class`].
    pub multi_class: MultiClass,
    /// As [`LogisticRegression::max_iter`].
    pub max_iter: usize,
    /// As [`LogisticRegression::tol`].
    pub tol: f64,
    /// As [`LogisticRegression::seed`].
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(LogisticRegressionCV);

impl Default for LogisticRegressionCV {
    fn default() -> Self {
        let base = LogisticRegression::default();
        Self {
            cs: (0..10)
                .map(|i| 10_f64.powf(-4.0 + 8.0 * f64::from(i) / 9.0))
                .collect(),
            cv: 5,
            penalty: base.penalty,
            l1_ratio: base.l1_ratio,
            fit_intercept: base.fit_intercept,
            class_weight: base.class_weight,
            solver: base.solver,
            multi_class: base.multi_class,
            max_iter: base.max_iter,
            tol: base.tol,
            seed: base.seed,
        }
    }
}

impl LogisticRegressionCV {
    fn with(&self, c: f64) -> LogisticRegression {
        LogisticRegression {
            penalty: self.penalty,
            c,
            l1_ratio: self.l1_ratio,
            fit_intercept: self.fit_intercept,
            class_weight: self.class_weight.clone(),
            solver: self.solver,
            multi_class: self.multi_class,
            max_iter: self.max_iter,
            tol: self.tol,
            seed: self.seed,
        }
    }

    /// Scores of all strengths on all folds: `[cs, folds]`, in the order of `cs`.
    ///
    /// # Errors
    /// As [`fit_with`](Fit::fit_with).
    pub fn scores<X: Matrix, L: Label>(
        &self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<Array2<f64>> {
        if self.cs.is_empty() {
            return Err(Error::Empty {
                op: "LogisticRegressionCV",
                what: "cs".to_owned(),
                least: "1 value",
            });
        }
        self.cs.iter().try_for_each(|&c| self.with(c).check())?;
        check::parameter("cv", self.cv, self.cv >= 2, ">= 2")?;
        let x = x.design(OP)?;
        check::same_rows(OP, x.n_rows(), y.len())?;
        let row_weights = context.weights_for(OP, y.len())?;
        let (classes, codes) = label::encode(y);
        at_least_two(OP, &classes)?;
        // Classes are balanced in all rows, not in every fold anew.
        let all_weights = self.with(1.0).weights(&classes, &codes, row_weights)?;
        let target = Target::from(codes.mapv(|code| code as i64));
        let splitter = StratifiedKFold {
            n_splits: self.cv,
            shuffle: false,
            ..StratifiedKFold::default()
        };
        let folds: Vec<_> = splitter.split(y.len(), Some(&target), None)?.collect();
        let mut order: Vec<usize> = (0..self.cs.len()).collect();
        order.sort_by(|&a, &b| self.cs[a].total_cmp(&self.cs[b]));
        let one = |fold: &ml_data::split::Fold| -> Result<Array1<f64>> {
            let (train_rows, test_rows) = (x.select(&fold.train), x.select(&fold.test));
            let (train_x, test_x) = (train_rows.design(), test_rows.design());
            let own: Vec<usize> = fold.train.iter().map(|&row| codes[row]).collect();
            if own.iter().all(|code| *code == own[0]) {
                return Err(Error::Data {
                    op: "LogisticRegressionCV",
                    problem: format!(
                        "without a fold's rows y holds one class only, {}",
                        classes[own[0]]
                    ),
                    remedy: "use fewer folds, or bring at least two rows of every class",
                });
            }
            let weight = |row: usize| row_weights.map_or(1.0, |weights| weights[row]);
            let weights: Vec<f64> = fold.train.iter().map(|&row| all_weights[row]).collect();
            let lesson = Lesson {
                x: &train_x,
                codes: &own,
                weights: &weights,
            };
            let n_lines = if classes.len() == 2 { 1 } else { classes.len() };
            let mut start = (Array2::zeros((n_lines, x.n_columns())), Array1::zeros(n_lines));
            let mut out = Array1::zeros(self.cs.len());
            let places: Vec<usize> = (0..classes.len()).collect();
            for &i in &order {
                let how = self.with(self.cs[i]);
                let learned = train(&how, &lesson, start, how.one_versus_rest(classes.len()))?;
                let scores = scores(&test_x, learned.coef.view(), learned.intercept.view());
                let predicted = classes_of(&places, &scores);
                let right = |(&row, p): (&usize, &usize)| if *p == codes[row] { weight(row) } else { 0.0 };
                let total: f64 = fold.test.iter().map(|&row| weight(row)).sum();
                out[i] =
                    fold.test.iter().zip(&predicted).map(right).sum::<f64>() / total.max(f64::MIN_POSITIVE);
                start = (learned.coef, learned.intercept);
            }
            Ok(out)
        };
        let columns: Vec<Array1<f64>> = folds.par_iter().with_max_len(1).map(one).collect::<Result<_>>()?;
        let views: Vec<ArrayView1<'_, f64>> = columns.iter().map(|column| column.view()).collect();
        Ok(ml_core::ndarray::stack(Axis(1), &views).expect("one score a strength in every fold"))
    }

    /// The value of `cs` with the best mean score, the smallest among equals.
    ///
    /// # Errors
    /// As [`fit_with`](Fit::fit_with).
    pub fn best<X: Matrix, L: Label>(
        &self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<f64> {
        let means = self
            .scores(x, y, context)?
            .mean_axis(Axis(1))
            .expect("at least two folds");
        let better = |best: usize, i: usize| {
            means[i] > means[best] || (means[i] == means[best] && self.cs[i] < self.cs[best])
        };
        Ok(self.cs[(0..self.cs.len()).fold(0, |best, i| if better(best, i) { i } else { best })])
    }
}

impl<X: Matrix, L: Label> Fit<X, ArrayView1<'_, L>> for LogisticRegressionCV {
    type Fitted = FittedLogisticRegression<L>;

    fn fit_with(&self, x: X, y: ArrayView1<'_, L>, context: &FitContext<'_>) -> Result<Self::Fitted> {
        let c = self.best(x, y.view(), context)?;
        self.with(c).fit_with(x, y, context)
    }
}

linear_estimator!(LogisticRegressionCV, Classification, classes);
