//! Runs what may fail, and judges how it does.

use std::{
    fmt::{Debug, Display},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::roster;

/// What a case comes to.
pub(crate) type Outcome<T = ()> = Result<T, TestCaseError>;

/// Runs `ask` on `cases` inputs drawn by `strategy`; the first bad answer is made small and reported.
pub(crate) fn examine<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: S,
    ask: impl Fn(S::Value) -> Outcome,
) where
    S::Value: Debug,
{
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(&strategy, ask) {
        panic!("{failure}");
    }
}

/// The answer, if there is one. A panic is a failure that names `member`; so is an error without substance.
pub(crate) fn survives<T, E: Display>(
    member: &str,
    ask: impl FnOnce() -> Result<T, E>,
) -> Outcome<Option<T>> {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Err(payload) => {
            let said = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(payload.downcast_ref::<&str>().copied());
            Err(TestCaseError::fail(format!(
                "{member} panicked: {}",
                said.unwrap_or("without words")
            )))
        }
        Ok(Ok(value)) => Ok(Some(value)),
        Ok(Err(error)) => judge(member, &error.to_string()).map(|()| None),
    }
}

/// For what cannot fail.
pub(crate) fn lives<T>(member: &str, ask: impl FnOnce() -> T) -> Outcome<T> {
    let answer = survives(member, || Ok::<T, String>(ask()))?;
    Ok(answer.expect("it has no error"))
}

/// A claim about an answer.
pub(crate) fn holds(member: &str, claim: bool, what: impl FnOnce() -> String) -> Outcome {
    if claim {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{member}: {}", what())))
}

/// A message names the thing (a public name, a hyperparameter or a file) and says more than that.
fn judge(member: &str, message: &str) -> Outcome {
    let names = known();
    let words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
    let named = words.into_iter().any(|word| names.iter().any(|n| n == word));
    holds(member, named, || format!("the error names nothing: {message:?}"))?;
    let long = message.split_whitespace().count() >= 4;
    holds(member, long, || format!("the error says too little: {message:?}"))
}

/// Every word that names something of ours: public names, and the names of hyperparameters.
fn known() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: Vec<String> = roster::public_names().into_iter().map(|(name, _)| name).collect();
        names.extend(roster::public_fields());
        names
    })
}
