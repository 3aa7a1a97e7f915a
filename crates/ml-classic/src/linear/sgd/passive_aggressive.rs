//! Passive-aggressive learning: no step where a row is right, the smallest that makes it right where it is not.

use derive_setters::Setters;
use ml_core::Seed;
use serde::{Deserialize, Serialize};

use super::{
    fitted_classifier::trains_classifier,
    fitted_regressor::trains_regressor,
    loss::Loss,
    plan::{LearningRate, Owner, Plan},
};
use crate::{ClassWeight, linear::Penalty};

/// Which of the two algorithms bounds the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggressiveness {
    /// Steps of at most `c`: `min(c, loss / |x|²)`.
    #[default]
    Pa1,
    /// Steps damped by `c`: `loss / (|x|² + 1 / (2c))`.
    Pa2,
}

impl Aggressiveness {
    fn rate(self) -> LearningRate {
        match self {
            Self::Pa1 => LearningRate::Pa1,
            Self::Pa2 => LearningRate::Pa2,
        }
    }
}

macro_rules! passive_aggressive {
    (
        $(#[$about:meta])*
        $name:ident, |$this:ident| $loss:expr,
        { $($(#[$field_about:meta])* $field:ident: $type:ty = $default:expr, $setter:meta;)* },
        $weights:expr
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
        pub struct $name {
            /// Largest step: small for noisy data, above 0. Default 1.
            pub c: f64,
            /// How `c` bounds the steps. Default the first way.
            pub aggressiveness: Aggressiveness,
            /// Whether to learn an intercept. Default true.
            pub fit_intercept: bool,
            /// Most epochs, from 1 to a million. Default 1000.
            pub max_iter: usize,
            /// Least improvement of the mean loss that counts, at least 0; `None` trains for all of `max_iter`. Default 0.001.
            #[setters(into)]
            pub tol: Option<f64>,
            /// Whether to shuffle before every epoch. Default true.
            pub shuffle: bool,
            /// Source of the shuffles and of the rows held out.
            #[setters(into)]
            pub seed: Seed,
            /// Whether to stop by the score on rows that are held out. Default false.
            pub early_stopping: bool,
            /// Share of the rows that are held out, in `(0, 1)`. Default 0.1.
            pub validation_fraction: f64,
            /// Epochs without improvement after which to stop, at least 1. Default 5.
            pub n_iter_no_change: usize,
            /// Step from which on the weights are averaged, 1 for the first; 0 (default) does not average.
            pub average: usize,
            $($(#[$field_about])* #[$setter] pub $field: $type,)*
        }
        ml_core::impl_params!($name);

        impl Default for $name {
            fn default() -> Self {
                Self {
                    c: 1.0,
                    aggressiveness: Aggressiveness::Pa1,
                    fit_intercept: true,
                    max_iter: 1000,
                    tol: Some(1e-3),
                    shuffle: true,
                    seed: Seed::default(),
                    early_stopping: false,
                    validation_fraction: 0.1,
                    n_iter_no_change: 5,
                    average: 0,
                    $($field: $default,)*
                }
            }
        }

        impl $name {
            fn plan(&self) -> Plan {
                let $this = self;
                Plan {
                    op: Owner::$name,
                    loss: $loss,
                    penalty: Penalty::None,
                    alpha: 1.0,
                    l1_ratio: 0.0,
                    fit_intercept: self.fit_intercept,
                    max_iter: self.max_iter,
                    tol: self.tol,
                    shuffle: self.shuffle,
                    seed: self.seed,
                    learning_rate: self.aggressiveness.rate(),
                    eta0: self.c,
                    power_t: 0.5,
                    early_stopping: self.early_stopping,
                    validation_fraction: self.validation_fraction,
                    n_iter_no_change: self.n_iter_no_change,
                    average: self.average,
                    class_weight: $weights($this),
                }
            }
        }
    };
}

passive_aggressive! {
    /// Passive-aggressive classifier: hinge loss, one row at a time, each step just long enough to bring the row to
    /// margin 1, within what `c` allows.
    ///
    /// **Source**: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer, "Online Passive-Aggressive Algorithms", JMLR 7 (2006).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::linear::PassiveAggressiveClassifier;
    /// use ml_core::{Fit, Score, ndarray::array};
    ///
    /// let (x, y) = (array![[-2.0], [-1.0], [1.0], [2.0]], array![0, 0, 1, 1]);
    /// let model = PassiveAggressiveClassifier::default().fit(x.view(), y.view())?;
    /// assert_eq!(model.score(x.view(), y.view())?, 1.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    PassiveAggressiveClassifier, |_this| Loss::Hinge(1.0),
    {
        /// Weights of the classes, times those of the rows. Default uniform.
        class_weight: ClassWeight = ClassWeight::Uniform, setters(into);
    },
    |this: &PassiveAggressiveClassifier| this.class_weight.clone()
}
trains_classifier!(PassiveAggressiveClassifier);

passive_aggressive! {
    /// Passive-aggressive regression: no step where a prediction is within `epsilon`, otherwise one just long enough.
    ///
    /// **Source**: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer, "Online Passive-Aggressive Algorithms", JMLR 7 (2006).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::linear::PassiveAggressiveRegressor;
    /// use ml_core::{Fit, Predict, ndarray::array};
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![0.0, 2.0, 4.0, 6.0]);
    /// let model = PassiveAggressiveRegressor::default().tol(None).max_iter(200).fit(x.view(), y.view())?;
    /// assert!((model.predict(array![[1.5]].view())?[0] - 3.0_f64).abs() < 0.3);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    PassiveAggressiveRegressor, |this| Loss::EpsilonInsensitive(this.epsilon),
    {
        /// Errors up to it are none, at least 0. Default 0.1.
        epsilon: f64 = 0.1, setters();
    },
    |_: &PassiveAggressiveRegressor| ClassWeight::Uniform
}
trains_regressor!(PassiveAggressiveRegressor);
