//! Naive Bayes: classes by Bayes' theorem, as if the columns were independent within a class.
//!
//! | classifier | columns | within a class |
//! |---|---|---|
//! | [`GaussianNB`] | any numbers | a normal distribution |
//! | [`MultinomialNB`] | counts: words of a text | draws from one multinomial distribution |
//! | [`BernoulliNB`] | present or absent | a coin each |
//!
//! Fast and hard to overfit; their order of the classes is often right, their probabilities seldom are, because real
//! columns are not independent. All learn in one pass over the rows, and go on with
//! [`partial_fit`](ml_core::PartialFit::partial_fit).

mod bernoulli;
mod classes;
mod gaussian;
mod multinomial;

pub use bernoulli::{BernoulliNB, FittedBernoulliNB};
pub use gaussian::{FittedGaussianNB, GaussianNB};
pub use multinomial::{FittedMultinomialNB, MultinomialNB};
