//! What is measured.

/// A workload: a name that our side and the Rust peers know, and a script of `benches/peers`.
pub(super) struct Workload {
    pub(super) name: &'static str,
    /// What is computed, on what.
    pub(super) what: &'static str,
    /// Registered data sets that it is made of.
    pub(super) data: &'static [&'static str],
    /// Whether Scikit-Learn runs it, by `benches/peers/<name with underscores>.py`.
    pub(super) python: bool,
    /// The Rust peers that run it.
    pub(super) rust: &'static [&'static str],
    /// Counted runs of each program, unless the command says otherwise.
    pub(super) rounds: usize,
    /// What is wanted.
    pub(super) targets: &'static [Target],
    /// Who is missing and why, what is not quite the same.
    pub(super) note: &'static str,
}

/// What is wanted of a measure, against Scikit-Learn.
pub(super) enum Target {
    /// Scikit-Learn's value divided by ours, at least.
    Ratio {
        measure: &'static str,
        required: f64,
        aim: Option<f64>,
    },
    /// Our value, whatever Scikit-Learn's.
    Value {
        measure: &'static str,
        near: f64,
        within: f64,
    },
}

/// Rounds of what takes a few seconds, after one that warms up.
const SHORT: usize = 5;
/// Rounds of what takes tens of seconds.
const LONG: usize = 3;

impl Workload {
    /// Whether an uncounted run comes first. Where runs are long, what it would change is small beside them.
    pub(super) fn warms_up(&self) -> bool {
        self.rounds == SHORT
    }

    /// The name of its script of `benches/peers`.
    pub(super) fn script(&self) -> String {
        format!("{}.py", self.name.replace('-', "_"))
    }
}

const fn ratio(measure: &'static str, required: f64, aim: f64) -> Target {
    Target::Ratio {
        measure,
        required,
        aim: Some(aim),
    }
}

pub(super) const WORKLOADS: [Workload; 9] = [
    Workload {
        name: "forest-regressor",
        what: "RandomForestRegressor(100), California housing 20,640 x 8, defaults",
        data: &["california-housing"],
        python: true,
        rust: &["smartcore"],
        rounds: SHORT,
        targets: &[ratio("fit_s", 2.0, 4.0)],
        note: "linfa has no regression forest. smartcore grows its trees on one thread.",
    },
    Workload {
        name: "forest-classifier",
        what: "RandomForestClassifier(100), MNIST 60,000 x 784, defaults; predict 10,000",
        data: &["mnist"],
        python: true,
        rust: &[],
        rounds: LONG,
        targets: &[
            ratio("fit_s", 2.0, 5.0),
            ratio("predict_s", 2.0, 5.0),
            Target::Value {
                measure: "accuracy",
                near: 0.9705,
                within: 0.003,
            },
        ],
        note: "The Rust peers take minutes a fit: they are met on forest-classifier-small.",
    },
    Workload {
        name: "forest-classifier-small",
        what: "RandomForestClassifier(100), the first 2,000 images of MNIST; predict 500",
        data: &["mnist"],
        python: false,
        rust: &["smartcore", "linfa"],
        rounds: LONG,
        targets: &[],
        note: "Both peers work on one thread. linfa draws its 28 columns once a tree instead of at each split: another, less \
        accurate forest.",
    },
    Workload {
        name: "tree",
        what: "DecisionTreeRegressor, California housing, unlimited depth",
        data: &["california-housing"],
        python: true,
        rust: &["smartcore"],
        rounds: SHORT,
        targets: &[ratio("fit_s", 1.5, 3.0)],
        note: "linfa has no regression tree.",
    },
    Workload {
        name: "grid-search",
        what: "GridSearchCV of chapter 2: 18 combinations of a forest, 5 folds, refit",
        data: &["housing"],
        python: true,
        rust: &[],
        rounds: LONG,
        targets: &[ratio("fit_s", 2.0, 4.0)],
        note: "linfa has no grid search and no regression forest; smartcore's forest cannot do without the bootstrap, which six \
        of the combinations ask for.",
    },
    Workload {
        name: "preprocess",
        what: "CSV load and chapter 2's preprocessing, 2,000,000 rows",
        data: &["housing"],
        python: true,
        rust: &[],
        rounds: SHORT,
        targets: &[
            ratio("total_s", 3.0, 6.0),
            Target::Ratio {
                measure: "peak_mib",
                required: 2.0,
                aim: None,
            },
        ],
        note: "linfa and smartcore have neither an imputer nor a pipeline of columns.",
    },
    Workload {
        name: "k-nn",
        what: "k-NN (k = 5), MNIST 60,000 x 784, 10,000 queries, brute force",
        data: &["mnist"],
        python: true,
        rust: &[],
        rounds: LONG,
        targets: &[ratio("predict_s", 1.5, 3.0)],
        note: "The Rust peers take minutes: they are met on k-nn-small.",
    },
    Workload {
        name: "k-nn-small",
        what: "k-NN (k = 5), the first 2,000 images of MNIST, 500 queries, brute force",
        data: &["mnist"],
        python: false,
        rust: &["smartcore", "linfa"],
        rounds: SHORT,
        targets: &[],
        note: "Both peers compare one pair of rows at a time, on one thread. linfa finds the neighbours; the vote is the bench's.",
    },
    Workload {
        name: "linear-regression",
        what: "LinearRegression, generated, 1,000,000 x 50",
        data: &[],
        python: true,
        rust: &["smartcore", "linfa"],
        rounds: LONG,
        targets: &[],
        note: "smartcore by its QR decomposition, the faster of its two solvers. Both Rust peers work on one thread.",
    },
];
