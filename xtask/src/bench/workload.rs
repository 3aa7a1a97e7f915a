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
    /// Other Python peers, by the script of its group, `benches/peers/core.py` or `nn.py`: a name, and the package
    /// whose version is told.
    pub(super) libraries: &'static [(&'static str, &'static str)],
    /// The Rust peers that run it, by the names of `peers.rs`.
    pub(super) rust: &'static [&'static str],
    /// Counted runs of each program, unless the command says otherwise.
    pub(super) rounds: usize,
    /// What is wanted.
    pub(super) targets: &'static [Target],
    /// Who is missing and why, what is not quite the same.
    pub(super) note: &'static str,
}

/// What is wanted.
pub(super) enum Target {
    /// The peer's value divided by ours, at least.
    Ratio {
        peer: &'static str,
        measure: &'static str,
        required: f64,
        aim: Option<f64>,
    },
    /// The fastest peer's value divided by ours, at least.
    Fastest {
        measure: &'static str,
        required: f64,
        aim: Option<f64>,
    },
    /// Of every figure, the fastest peer's seconds divided by ours: at least `required` in the geometric mean, and
    /// nowhere less than `floor`.
    Figures { required: f64, floor: f64, aim: f64 },
    /// Our value, whatever the peers'.
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

    /// Whether its program times many figures.
    pub(super) fn is_of_figures(&self) -> bool {
        self.name.starts_with("core-")
    }

    /// The script of `benches/peers` that its Python libraries share.
    pub(super) fn group_script(&self) -> String {
        format!("{}.py", self.group())
    }

    /// The beginning of its name.
    pub(super) fn group(&self) -> &'static str {
        self.name.split('-').next().unwrap_or_default()
    }

    /// The name of its script of `benches/peers`.
    pub(super) fn script(&self) -> String {
        format!("{}.py", self.name.replace('-', "_"))
    }
}

const fn ratio(measure: &'static str, required: f64, aim: f64) -> Target {
    against("Scikit-Learn", measure, required, Some(aim))
}

const fn against(peer: &'static str, measure: &'static str, required: f64, aim: Option<f64>) -> Target {
    Target::Ratio {
        peer,
        measure,
        required,
        aim,
    }
}

/// The peers of tensors that compile nothing beforehand.
const EAGER: &[(&str, &str)] = &[("PyTorch", "torch"), ("NumPy", "numpy")];
/// All of them.
const ALL: &[(&str, &str)] = &[
    ("PyTorch", "torch"),
    ("torch.compile", "torch"),
    ("NumPy", "numpy"),
];
/// Those that have gradients or compile whole programs.
const TORCH: &[(&str, &str)] = &[("PyTorch", "torch"), ("torch.compile", "torch")];

/// The Rust peers of tensors; each runs everything.
const RUST: &[&str] = &["candle", "burn-flex", "burn-ndarray"];

/// A group of `benches/ours/src/core.rs`: programs that make their own data and time every figure themselves.
const fn core(
    name: &'static str,
    what: &'static str,
    libraries: &'static [(&'static str, &'static str)],
    targets: &'static [Target],
    note: &'static str,
) -> Workload {
    Workload {
        name,
        what,
        data: &[],
        python: false,
        libraries,
        rust: RUST,
        rounds: LONG,
        targets,
        note,
    }
}

/// A workload of linear models and of scores, against Scikit-Learn.
const fn linear(
    name: &'static str,
    what: &'static str,
    data: &'static [&'static str],
    rounds: usize,
    targets: &'static [Target],
    note: &'static str,
) -> Workload {
    Workload {
        name,
        what,
        data,
        python: true,
        libraries: &[],
        rust: &[],
        rounds,
        targets,
        note,
    }
}

/// The peers that train networks.
const KERAS: (&str, &str) = ("Keras", "keras");
const NETWORKS: &[(&str, &str)] = &[KERAS, ("PyTorch", "torch"), ("torch.compile", "torch")];

/// A workload of `benches/ours/src/nn.rs`; our first epoch, and every peer's, traces or compiles and is told apart.
const fn network(
    name: &'static str,
    what: &'static str,
    data: &'static [&'static str],
    libraries: &'static [(&'static str, &'static str)],
    rust: &'static [&'static str],
    targets: &'static [Target],
    note: &'static str,
) -> Workload {
    Workload {
        name,
        what,
        data,
        python: false,
        libraries,
        rust,
        rounds: LONG,
        targets,
        note,
    }
}

/// The same against Rust libraries too.
const fn beside(rust: &'static [&'static str], workload: Workload) -> Workload {
    Workload { rust, ..workload }
}

/// Beginnings of names that stand for all workloads which begin so.
pub(super) const GROUPS: [&str; 3] = ["core", "linear", "nn"];

pub(super) const WORKLOADS: [Workload; 28] = [
    Workload {
        name: "forest-regressor",
        what: "RandomForestRegressor(100), California housing 20,640 x 8, defaults",
        data: &["california-housing"],
        python: true,
        libraries: &[],
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
        libraries: &[],
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
        libraries: &[],
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
        libraries: &[],
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
        libraries: &[],
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
        libraries: &[],
        rust: &[],
        rounds: SHORT,
        targets: &[
            ratio("total_s", 3.0, 6.0),
            against("Scikit-Learn", "peak_mib", 2.0, None),
        ],
        note: "linfa and smartcore have neither an imputer nor a pipeline of columns.",
    },
    Workload {
        name: "k-nn",
        what: "k-NN (k = 5), MNIST 60,000 x 784, 10,000 queries, brute force",
        data: &["mnist"],
        python: true,
        libraries: &[],
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
        libraries: &[],
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
        libraries: &[],
        rust: &["smartcore", "linfa"],
        rounds: LONG,
        targets: &[],
        note: "smartcore by its QR decomposition, the faster of its two solvers. Both Rust peers work on one thread.",
    },
    beside(
        &["linfa"],
        linear(
            "linear-logistic",
            "LogisticRegression, softmax by L-BFGS, 100 iterations at most, MNIST 60,000 x 784 from 0 to 1, f32",
            &["mnist"],
            LONG,
            &[ratio("fit_s", 2.0, 4.0)],
            "The objective is the sum of the losses and half the squared weights; neither side has converged after 100 iterations. \
         linfa works on one thread and fails here, with a model no better than chance (see its accuracy); smartcore's logistic \
         regression cannot be told how many iterations to make.",
        ),
    ),
    linear(
        "linear-sgd",
        "SGDClassifier, defaults, is it a 5: MNIST 60,000 x 784",
        &["mnist"],
        LONG,
        &[ratio("fit_s", 3.0, 8.0)],
        "The shuffles, and so the steps, are the same on both sides.",
    ),
    linear(
        "linear-sgd-classes",
        "SGDClassifier, defaults, ten digits one against the rest: MNIST 60,000 x 784",
        &["mnist"],
        LONG,
        &[ratio("fit_s", 4.0, 10.0)],
        "The shuffles, and so the steps, are the same on both sides.",
    ),
    linear(
        "linear-cross-val",
        "cross_val_score of SGDClassifier, 3 folds, is it a 5: MNIST 60,000 x 784",
        &["mnist"],
        LONG,
        &[ratio("fit_s", 4.0, 10.0)],
        "The folds and the shuffles are the same on both sides.",
    ),
    beside(
        &["smartcore", "linfa"],
        linear(
            "linear-penalised",
            "Ridge, the path of the lasso (100 strengths) and ElasticNet, 100,000 x 200",
            &[],
            SHORT,
            &[
                ratio("ridge_s", 1.5, 3.0),
                ratio("lasso_path_s", 1.5, 3.0),
                ratio("elastic_net_s", 1.5, 3.0),
            ],
            "Neither Rust peer has a path of the lasso, and both work on one thread. linfa's ridge regression, its elastic net without l1, \
         took 258 s and is left out. smartcore scales the columns first, and minimises something else by its elastic net.",
        ),
    ),
    linear(
        "linear-scores",
        "area under the ROC, precision-recall curve and confusion matrix of 10,000,000 scores",
        &[],
        SHORT,
        &[ratio("total_s", 3.0, 8.0)],
        "",
    ),
    linear(
        "linear-sparse",
        "LogisticRegression without intercept, 100,000 x 100,000 sparse, density 1e-3",
        &[],
        LONG,
        &[ratio("fit_s", 1.5, 4.0)],
        "Newton's method with conjugate gradients on our side, a thousand times as strict as its default; liblinear on Scikit-Learn's.",
    ),
    core(
        "core-matmul",
        "matrix products, f32, plain and with either factor transposed",
        EAGER,
        &[Target::Figures {
            required: 1.0,
            floor: 0.85,
            aim: 1.15,
        }],
        "",
    ),
    core(
        "core-elementwise",
        "add with broadcast, exp, tanh, sigmoid, gelu at 1e3, 1e5, 1e7 elements, f32",
        EAGER,
        &[Target::Figures {
            required: 1.2,
            floor: 0.9,
            aim: 1.5,
        }],
        "NumPy has no gelu.",
    ),
    core(
        "core-reductions",
        "sum, max, mean, softmax and layer normalisation at 1e3, 1e5, 1e7 elements, f32",
        ALL,
        &[Target::Figures {
            required: 1.2,
            floor: 0.8,
            aim: 1.5,
        }],
        "The layer normalisation is one function on our side and compiled by torch.compile; the rest is single operations.",
    ),
    core(
        "core-small-ops",
        "1,000 additions of 10 elements, f32, with and without gradient",
        ALL,
        &[Target::Figures {
            required: 3.0,
            floor: 1.5,
            aim: 10.0,
        }],
        "NumPy has no gradients.",
    ),
    core(
        "core-fused",
        "a chain of 10 elementwise operations on 1e6 elements, f32, as one function",
        TORCH,
        &[
            against("PyTorch", "chain_s", 2.0, None),
            against("torch.compile", "chain_s", 1.0, Some(1.2)),
        ],
        "Only we and torch.compile see the chain as a whole.",
    ),
    core(
        "core-mlp-backward",
        "loss and gradients of a 784-300-100-10 network, batch 32, f32",
        TORCH,
        &[
            against("torch.compile", "function_s", 1.5, Some(2.5)),
            against("PyTorch", "step_growth_mib", 1.0, None),
        ],
        "We run the step eagerly and as one function; each peer has one way, which stands beside both. step_growth_mib is by \
        how much the process grows, at most, from before the first step to after the last.",
    ),
    network(
        "nn-classifier",
        "an epoch of 784-300-100-10 on 55,000 images of Fashion MNIST, batches of 32, SGD",
        &["fashion-mnist"],
        NETWORKS,
        RUST,
        &[
            Target::Fastest {
                measure: "epoch_s",
                required: 2.0,
                aim: None,
            },
            against("PyTorch", "peak_mib", 2.0, None),
        ],
        "epoch_s is the mean of the second and third epoch; loss is of the third.",
    ),
    network(
        "nn-classifier-adam",
        "the same with batch normalisation, dropout and Adam",
        &["fashion-mnist"],
        NETWORKS,
        RUST,
        &[
            Target::Fastest {
                measure: "epoch_s",
                required: 2.0,
                aim: Some(3.0),
            },
            against("PyTorch", "peak_mib", 2.0, None),
        ],
        "candle's and burn's dropout and batch normalisation are their own.",
    ),
    network(
        "nn-housing",
        "an epoch of 8-30-1 on 11,610 rows of California housing, batches of 32, SGD",
        &["california-housing"],
        NETWORKS,
        RUST,
        &[
            against("Keras", "epoch_s", 10.0, Some(30.0)),
            against("torch.compile", "epoch_s", 3.0, Some(10.0)),
        ],
        "epoch_s is the mean of the second to the sixth epoch; loss is of the sixth.",
    ),
    network(
        "nn-latency",
        "the answer of 784-300-100-10 to one image, 5,000 times",
        &["fashion-mnist"],
        NETWORKS,
        RUST,
        &[
            against("Keras", "p50_us", 10.0, None),
            against("PyTorch", "p50_us", 2.0, None),
            against("Keras", "p99_us", 10.0, None),
            against("PyTorch", "p99_us", 2.0, None),
        ],
        "Keras by `model(x)`, PyTorch without gradients.",
    ),
    network(
        "nn-start",
        "from the start of the process to the first trained batch of 784-300-100-10",
        &[],
        NETWORKS,
        RUST,
        &[against("Keras", "first_batch_s", 20.0, None)],
        "",
    ),
    network(
        "nn-search",
        "10 trials of a housing network, drawn once for both sides, by 3 folds of 3 epochs",
        &["california-housing"],
        &[KERAS],
        &[],
        &[against("Keras", "search_s", 10.0, Some(20.0))],
        "Keras under Scikit-Learn's search.",
    ),
];
