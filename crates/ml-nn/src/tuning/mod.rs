//! Tuning: finding hyperparameters that make something small, or large (book section 10.3).
//!
//! A [`Tuner`] runs a closure again and again, with values from a [`Space`] that a [`Strategy`] chooses; a [`Pruner`] ends
//! trials that look bad before they are over. It tunes anything that gives a number, networks above all. Grids and random
//! draws judged by cross-validation are `ml-classic`'s `GridSearchCV` and `RandomizedSearchCV`, which take the
//! [estimators](crate::estimator) of this crate too.
//!
//! | you want | use |
//! |---|---|
//! | a first look at a space, or many hyperparameters | [`RandomSearch`] |
//! | as few trials as possible, because each is dear | [`BayesianSearch`] |
//! | many configurations, most of them given up early | [`SuccessiveHalving`], [`Hyperband`] |
//! | trials that end themselves when they fall behind | [`MedianPruner`], [`HalvingPruner`] with any strategy |
//! | the learning rate alone | [`RangeTest`] |
//!
//! | file | what |
//! |---|---|
//! | `space`, `domain`, `values` | which values there are, on which scale, and what was chosen |
//! | `trial`, `record` | a trial that runs, and one that is over |
//! | `tuner`, `rounds` | the search, and its trials on threads |
//! | `study`, `file` | what it found, and the file that it can go on from |
//! | `strategy/` | what to try next, a file each |
//! | `pruner` | what to give up |
//! | `gaussian_process`, `improvement` | what Bayesian search believes, and what it hopes for |
//! | `report` | tells a trial what a network's training gives, epoch by epoch |
//! | `range_test` | the loss as a function of the learning rate |
//!
//! The same seed gives the same trials and the same results on any number of threads, and after an interruption: a
//! strategy and a pruner see only trials of *rounds* that are over, and how many trials make a round is said by the search,
//! not by the machine.

mod domain;
mod file;
mod gaussian_process;
mod improvement;
mod pruner;
mod range_test;
mod record;
mod report;
mod rounds;
mod space;
mod strategy;
mod study;
mod trial;
mod tuner;
mod values;

pub use domain::{Domain, Scale};
pub use gaussian_process::{FittedGaussianProcess, GaussianProcess};
pub use improvement::expected_improvement;
pub use pruner::{HalvingPruner, MedianPruner, Progress, Pruner};
pub use range_test::{LossByRate, RangeTest};
pub use record::{Goal, Outcome, TrialRecord};
pub use report::ReportTo;
pub use space::Space;
pub use strategy::{BayesianSearch, Hyperband, Proposal, RandomSearch, Search, Strategy, SuccessiveHalving};
pub use study::Study;
pub use trial::{Next, Trial};
pub use tuner::Tuner;
pub use values::Values;
