//! `LogisticRegression`.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Label, Result, Seed, check, label,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    fitted::FittedLogisticRegression,
    train::{Lesson, train},
};
use crate::{
    ClassWeight,
    linear::{Penalty, decide::at_least_two, dynamic::linear_estimator},
    solve::{Matrix, check_iterations},
};

pub(super) const OP: &str = "LogisticRegression";

/// How the minimum is found. All reach the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogisticSolver {
    /// L-BFGS: a good default for any size. No l1.
    #[default]
    Lbfgs,
    /// Newton's method with Cholesky's factors: exact in few iterations, for up to some thousand parameters
    /// (columns, times classes where there are more than two). No l1.
    NewtonCholesky,
    /// Newton's method with conjugate gradients: for many columns. No l1.
    NewtonCg,
    /// Stochastic average gradient: for very many rows, scaled columns. No l1.
    Sag,
    /// Its successor, for every penalty. A step of either costs as much as there are columns, stored or not: for many
    /// sparse columns take another solver.
    Saga,
    /// One weight at a time, on a copy of the features by columns: the best for l1. Several classes one against
    /// the rest.
    CoordinateDescent,
}

/// How more than two classes are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultiClass {
    /// Softmax where the solver can, else one against the rest.
    #[default]
    Auto,
    /// Softmax regression: all classes at once, `p_k = exp(s_k) / Σ exp(s_j)`.
    Multinomial,
    /// A binary model for every class against all others.
    OneVersusRest,
}

/// Logistic regression: probabilities of classes from linear scores; minimises `c·Σ loss + penalty`.
///
/// Two classes: `p = 1 / (1 + exp(-x·w - b))` for the second, loss `-log(p)` of the true class. More classes: softmax
/// regression, or one model a class. Penalties: `½·Σ w²` (l2), `Σ |w|` (l1), a mixture, or none; intercepts go free.
///
/// **`c` is the inverse of the strength of the penalty**: larger fits closer, smaller keeps weights smaller. Scale the
/// columns first: a penalty treats them alike, and the gradient methods converge faster. A fit that ends before its
/// tolerance is reached warns (`tracing`) with what to change.
///
/// **Cost** of an iteration: `O(stored values·classes)`; Cholesky: `O(rows·p² + p³)` for `p` parameters. Coordinate descent
/// copies the rows by columns, the other solvers do not copy them.
/// **Source**: Cox, "The Regression Analysis of Binary Sequences" (1958); Bishop, "Pattern Recognition and Machine
/// Learning" (2006), section 4.3.
///
/// # Examples
/// ```
/// use ml_classic::linear::LogisticRegression;
/// use ml_core::{Fit, Predict, PredictProba, ndarray::array};
///
/// let (x, y) = (array![[-2.0], [-1.0], [1.0], [2.0]], array!['a', 'a', 'b', 'b']);
/// let model = LogisticRegression::default().fit(x.view(), y.view())?;
/// assert_eq!(model.predict(array![[-0.5], [3.0]].view())?, array!['a', 'b']);
/// // By symmetry the boundary is at 0.
/// assert!((model.predict_proba(array![[0.0]].view())?[[0, 1]] - 0.5).abs() < 1e-4);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct LogisticRegression {
    /// What large weights cost. Default l2.
    pub penalty: Penalty,
    /// Inverse of the strength of the penalty, above 0. Default 1.
    pub c: f64,
    /// Share of l1 in the elastic net, in `[0, 1]`. Default 0.5.
    pub l1_ratio: f64,
    /// Whether to learn intercepts. Default true.
    pub fit_intercept: bool,
    /// Weights of the classes, times those of the rows. Default uniform.
    #[setters(into)]
    pub class_weight: ClassWeight,
    /// How the minimum is found. Default L-BFGS.
    pub solver: LogisticSolver,
    /// How more than two classes are told apart. Default softmax where the solver can.
    pub multi_class: MultiClass,
    /// Most iterations (epochs, for the stochastic solvers), from 1 to a million. Default 100.
    pub max_iter: usize,
    /// Where to stop, above 0: the largest component of the gradient of the mean loss, or for the stochastic solvers
    /// the largest change of a weight in an epoch, relative to the largest weight. Default 0.0001.
    pub tol: f64,
    /// Source of the order of rows, for the stochastic solvers.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(LogisticRegression);

impl Default for LogisticRegression {
    fn default() -> Self {
        Self {
            penalty: Penalty::L2,
            c: 1.0,
            l1_ratio: 0.5,
            fit_intercept: true,
            class_weight: ClassWeight::Uniform,
            solver: LogisticSolver::Lbfgs,
            multi_class: MultiClass::Auto,
            max_iter: 100,
            tol: 1e-4,
            seed: Seed::default(),
        }
    }
}

impl LogisticRegression {
    /// Checks what does not depend on the data.
    pub(super) fn check(&self) -> Result<()> {
        check::parameter("c", self.c, self.c > 0.0 && self.c.is_finite(), "finite and > 0")?;
        check::parameter(
            "l1_ratio",
            self.l1_ratio,
            (0.0..=1.0).contains(&self.l1_ratio),
            "in [0, 1]",
        )?;
        check_iterations("max_iter", self.max_iter)?;
        check::parameter(
            "tol",
            self.tol,
            self.tol > 0.0 && self.tol.is_finite(),
            "finite and > 0",
        )?;
        let smooth = !matches!(
            self.solver,
            LogisticSolver::Saga | LogisticSolver::CoordinateDescent
        );
        if smooth && self.shares().0 > 0.0 {
            return Err(Error::Unsupported {
                owner: format!("{OP} with the solver {:?}", self.solver),
                what: "an l1 penalty",
                remedy: "use the solver \"saga\" or \"coordinate-descent\"",
            });
        }
        if self.multi_class == MultiClass::Multinomial && self.solver == LogisticSolver::CoordinateDescent {
            return Err(Error::Unsupported {
                owner: format!("{OP} with the solver {:?}", self.solver),
                what: "multi_class = \"multinomial\"",
                remedy: "use another solver, or \"one_versus_rest\"",
            });
        }
        Ok(())
    }

    /// How much of l1 and of l2 there is in the penalty.
    pub(super) fn shares(&self) -> (f64, f64) {
        match self.penalty {
            Penalty::None => (0.0, 0.0),
            Penalty::L2 => (0.0, 1.0),
            Penalty::L1 => (1.0, 0.0),
            Penalty::ElasticNet => (self.l1_ratio, 1.0 - self.l1_ratio),
        }
    }

    /// The weight of every row times that of its class.
    pub(super) fn weights<L: Label>(
        &self,
        classes: &[L],
        codes: &Array1<usize>,
        of_rows: Option<ArrayView1<'_, f64>>,
    ) -> Result<Vec<f64>> {
        let rows = || {
            let of_row = move |row: usize| of_rows.map_or(1.0, |weights| weights[row]);
            codes
                .iter()
                .enumerate()
                .map(move |(row, &code)| (code, of_row(row)))
        };
        let of_class = self.class_weight.resolve_weighted(OP, classes, rows())?;
        // A class without weight has none, whatever would balance it.
        let weigh = |(code, weight): (usize, f64)| {
            if weight > 0.0 {
                weight * of_class[code]
            } else {
                0.0
            }
        };
        Ok(rows().map(weigh).collect())
    }

    /// Whether that many classes are trained apart.
    pub(super) fn one_versus_rest(&self, n_classes: usize) -> bool {
        n_classes > 2
            && match self.multi_class {
                MultiClass::Auto => self.solver == LogisticSolver::CoordinateDescent,
                MultiClass::Multinomial => false,
                MultiClass::OneVersusRest => true,
            }
    }

    /// A fit that starts from the weights of an earlier one instead of zero (a *warm start*).
    ///
    /// # Errors
    /// As [`fit_with`](Fit::fit_with); other columns or classes than those of `from`.
    pub fn fit_from<X: Matrix, L: Label>(
        &self,
        x: X,
        y: ArrayView1<'_, L>,
        from: &FittedLogisticRegression<L>,
        context: &FitContext<'_>,
    ) -> Result<FittedLogisticRegression<L>> {
        self.learn(x, y, context, Some(from))
    }

    fn learn<X: Matrix, L: Label>(
        &self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
        from: Option<&FittedLogisticRegression<L>>,
    ) -> Result<FittedLogisticRegression<L>> {
        self.check()?;
        let x = x.design(OP)?;
        check::same_rows(OP, x.n_rows(), y.len())?;
        let row_weights = context.weights_for(OP, y.len())?;
        let (classes, codes) = label::encode(y);
        at_least_two(OP, &classes)?;
        let weights = self.weights(&classes, &codes, row_weights)?;
        let n_lines = if classes.len() == 2 { 1 } else { classes.len() };
        let start = match from {
            None => (Array2::zeros((n_lines, x.n_columns())), Array1::zeros(n_lines)),
            Some(from) => {
                check::columns(OP, from.coef.ncols(), x.n_columns())?;
                if from.classes != classes {
                    return Err(Error::Data {
                        op: OP,
                        problem: format!(
                            "y holds the classes {classes:?}, but the model to go on from {:?}",
                            from.classes
                        ),
                        remedy: "go on with rows of the same classes, or start afresh",
                    });
                }
                (from.coef.clone(), from.intercept.clone())
            }
        };
        let one_versus_rest = self.one_versus_rest(classes.len());
        let lesson = Lesson {
            x: &x.packed(),
            codes: codes.as_slice().expect("a fresh array"),
            weights: &weights,
        };
        let learned = train(self, &lesson, start, one_versus_rest)?;
        Ok(FittedLogisticRegression {
            classes,
            coef: learned.coef,
            intercept: learned.intercept,
            n_iter: learned.n_iter,
            one_versus_rest,
        })
    }
}

impl<X: Matrix, L: Label> Fit<X, ArrayView1<'_, L>> for LogisticRegression {
    type Fitted = FittedLogisticRegression<L>;

    fn fit_with(&self, x: X, y: ArrayView1<'_, L>, context: &FitContext<'_>) -> Result<Self::Fitted> {
        self.learn(x, y, context, None)
    }
}

linear_estimator!(LogisticRegression, Classification, classes);
