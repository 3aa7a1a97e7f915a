//! What the book warns of is warned of where users meet it: once, with the remedy.
//!
//! A binary of its own, because "once" is of the process. The helpers behind the warnings have tests of their own; these
//! here fail when nobody calls them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use ml_classic::{
    linear::{
        ElasticNet, Lasso, LinearRegression, LogisticRegression, LogisticSolver, Ridge, RidgeSolver,
        SGDClassifier, SGDRegressor,
    },
    model_selection::{CrossValidation, cross_val_score},
    tree::DecisionTreeClassifier,
};
use ml_core::{
    Fit, NumpyRng, PartialFit,
    ndarray::{Array1, Array2, s},
};

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the texts of warnings, and ends the work of whoever gives the one that would go on for hours.
struct Listener;

impl tracing::Subscriber for Listener {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = String::new();
        event.record(
            &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                if field.name() == "message" {
                    text = format!("{value:?}");
                }
            },
        );
        HEARD
            .lock()
            .expect("nobody panics with the list in hand")
            .push(text.clone());
        assert!(!text.contains("the closed form takes long"), "enough heard");
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// The warnings that `work` gives when it is done twice.
fn heard(mut work: impl FnMut()) -> Vec<String> {
    HEARD.lock().expect("nobody panics with the list in hand").clear();
    work();
    work();
    std::mem::take(&mut *HEARD.lock().expect("nobody panics with the list in hand"))
}

#[test]
fn users_hear_each_warning_once() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    gradients_of_unscaled_columns();
    rows_in_order();
    accuracy_of_a_rare_class();
    erratic_lasso();
    fits_that_do_not_settle();
    very_many_columns();
}

/// Two columns, one of which is a million times longer.
fn unlike() -> (Array2<f64>, Array1<f64>) {
    let mut x = NumpyRng::new(1).randn((40, 2));
    x.column_mut(1).mapv_inplace(|v| v * 1e6);
    let y = x.column(0).to_owned();
    (x, y)
}

fn gradients_of_unscaled_columns() {
    let (x, y) = unlike();
    let classes = y.mapv(|v| i64::from(v > 0.0));
    let (x, y, classes) = (x.view(), y.view(), classes.view());
    let text = |op: &str| {
        format!("{op}: the columns are on very different scales; scale them first (StandardScaler)")
    };
    let sgd = SGDClassifier::default().max_iter(3).tol(None);
    let by_sgd = heard(|| drop(sgd.fit(x, classes).expect("sound rows")));
    assert_eq!(by_sgd, [text("SGDClassifier")]);
    // Block by block: a first one of a few rows says nothing yet.
    let sgd = SGDRegressor::default().eta0(1e-14);
    let learn = |rows: usize| {
        let mut model = sgd.start(2).expect("sound settings");
        let block = (x.slice(s![..rows, ..]), y.slice(s![..rows]));
        heard(|| model.partial_fit(block.0, block.1).expect("sound rows"))
    };
    assert_eq!(learn(5), [""; 0]);
    assert_eq!(learn(40), [text("SGDRegressor")]);
    let ridge = Ridge::default().solver(RidgeSolver::Saga).tol(1.0).max_iter(50);
    let by_saga = heard(|| drop(ridge.fit(x, y).expect("sound rows")));
    assert_eq!(by_saga, [text("Ridge")]);
    let logistic = LogisticRegression::default()
        .solver(LogisticSolver::Saga)
        .tol(1.0)
        .max_iter(50);
    let by_saga = heard(|| drop(logistic.fit(x, classes).expect("sound rows")));
    assert_eq!(by_saga, [text("LogisticRegression")]);
}

fn rows_in_order() {
    let x = NumpyRng::new(1).randn((40, 2));
    let classes = Array1::from_iter((0..40).map(|row| i64::from(row >= 20)));
    let sgd = SGDClassifier::default().max_iter(3).tol(None).shuffle(false);
    assert_eq!(
        heard(|| drop(sgd.fit(x.view(), classes.view()).expect("sound rows"))),
        ["SGDClassifier: the rows are sorted by class and not shuffled; set shuffle, or shuffle them before"]
    );
}

fn accuracy_of_a_rare_class() {
    let x = NumpyRng::new(1).randn((40, 2));
    let rare = Array1::from_iter((0..40).map(|row| i64::from(row % 20 == 3)));
    let even = Array1::from_iter((0..40).map(|row| row % 2));
    let score = |y: &Array1<i64>, scoring: &str| {
        let how = CrossValidation::default().cv(2).scoring(scoring);
        cross_val_score(&DecisionTreeClassifier::default(), &x, y, &how).expect("sound rows");
    };
    assert_eq!(heard(|| score(&even, "accuracy")), [""; 0]);
    assert_eq!(heard(|| score(&rare, "balanced_accuracy")), [""; 0]);
    assert_eq!(
        heard(|| score(&rare, "accuracy")),
        [
            "accuracy: one class makes up 0.9 of the rows or more, and predicting it always scores as much; look at \
             precision and recall, or score balanced_accuracy, f1, average_precision or roc_auc"
        ]
    );
}

fn erratic_lasso() {
    let x = NumpyRng::new(1).randn((5, 8));
    let fit = || drop(Lasso::default().fit(x.view(), x.column(0)).expect("sound rows"));
    assert_eq!(
        heard(fit),
        [
            "Lasso: there are more columns than rows, so which weights become 0 is erratic; use ElasticNet with an \
             l1_ratio near 1"
        ]
    );
}

/// Said every time, with what to change.
fn fits_that_do_not_settle() {
    let x = NumpyRng::new(1).randn((40, 3));
    let y = x.column(0).to_owned() + &NumpyRng::new(2).randn(40);
    let classes = y.mapv(|v| i64::from(v > 0.0));
    let (x, y, classes) = (x.view(), y.view(), classes.view());
    let says = |fit: &dyn Fn(), text: &str| assert_eq!(heard(fit), [text, text]);
    let gradients = "not converged; raise max_iter or tol, or scale the columns first (StandardScaler)";
    let logistic = LogisticRegression::default().max_iter(1).tol(1e-12);
    let text = format!("LogisticRegression: {gradients}");
    says(&|| drop(logistic.fit(x, classes).expect("sound rows")), &text);
    let sgd = SGDRegressor::default().max_iter(2).tol(1e-12);
    let text = format!("SGDRegressor: {gradients}");
    says(&|| drop(sgd.fit(x, y).expect("sound rows")), &text);
    let net = ElasticNet::default().alpha(0.1).max_iter(1).tol(1e-14);
    let text = "ElasticNet: not converged; raise max_iter, tol or alpha, or scale the columns first";
    says(&|| drop(net.fit(x, y).expect("sound rows")), text);
    let ridge = Ridge::default().solver(RidgeSolver::Saga).max_iter(1).tol(1e-12);
    let text = "Ridge: not converged; raise max_iter or tol, scale the columns first (StandardScaler), or use another \
                solver";
    says(&|| drop(ridge.fit(x, y).expect("sound rows")), text);
}

/// 20,001 rows of as many columns, all the same row, which takes the memory of one.
fn very_many_columns() {
    const MANY: usize = 20_001;
    let row = Array1::<f32>::ones(MANY);
    let (x, y) = (row.broadcast((MANY, MANY)).expect("of one row"), row.view());
    let text = |op: &str, remedy: &str| {
        format!("{op}: the closed form takes long with so many rows and columns; {remedy}")
    };
    let stopped = |work: &dyn Fn()| {
        HEARD.lock().expect("nobody panics with the list in hand").clear();
        // The listener panics, so that the system of equations is never made.
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "nothing was heard");
        std::mem::take(&mut *HEARD.lock().expect("nobody panics with the list in hand"))
    };
    assert_eq!(
        stopped(&|| drop(LinearRegression::default().fit(x, y))),
        [text(
            "LinearRegression",
            "use SGDRegressor on scaled columns, or Ridge with the solver \"conjugate_gradients\""
        )]
    );
    // Ridge regression takes dense rows as they lie, sparse ones too; these hold nothing.
    let none = ml_core::sprs::CsMat::<f32>::zero((MANY, MANY));
    let cholesky = Ridge::default().solver(RidgeSolver::Cholesky);
    assert_eq!(
        stopped(&|| drop(cholesky.fit(none.view(), y))),
        [text("Ridge", "use the solver \"conjugate_gradients\"")]
    );
}
