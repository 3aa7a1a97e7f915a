//! Text for models: e-mails, words in one form, counts of words.
//!
//! Everything here is a [`Transformer`](ml_core::Transformer) on columns of text, made for
//! [pipelines](crate::pipeline), so that a search can ask which treatment helps
//! (`set_param("words__stem", false)`):
//!
//! | step | from | to |
//! |---|---|---|
//! | [`Email::parse`], [`Email::table`] | bytes of an e-mail | its headers and its body as text |
//! | [`EmailText`] | a table of `headers` and `body` | one column of text |
//! | [`TextNormalizer`] | text | text: lower case, URL, NUMBER, no punctuation, stems |
//! | [`CountVectorizer`] | one column of text | counts of words (CSR), a *bag of words* |
//!
//! E-mails need the feature `mail`, which is on by default.

mod analyzer;
mod columns;
mod count_vectorizer;
#[cfg(feature = "mail")]
mod email;
#[cfg(feature = "mail")]
mod email_text;
#[cfg(feature = "mail")]
mod html;
mod normalizer;
mod vocabulary;

pub use count_vectorizer::{CountVectorizer, FittedCountVectorizer};
#[cfg(feature = "mail")]
pub use email::Email;
#[cfg(feature = "mail")]
pub use email_text::{EmailText, FittedEmailText};
#[cfg(feature = "mail")]
pub use html::html_to_text;
pub use normalizer::{FittedTextNormalizer, TextNormalizer};
