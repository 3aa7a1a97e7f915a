//! Operations on string tensors (book appendix F.1 and section 12.2.5).
//!
//! An element of a string tensor ([`DType::Str`]) is a byte string; Rust text becomes its
//! UTF-8 bytes. A string is atomic: its length is no part of the tensor's shape. Characters are seen by
//! decoding to code points, `i32`, whose number is part of the shape; those of several strings make a
//! [`RaggedTensor`](crate::structures::RaggedTensor).
//!
//! | operation | what |
//! |---|---|
//! | [`length`], [`substr`] | in bytes or characters ([`Unit`]) |
//! | [`unicode_decode`], [`code_points`], [`unicode_encode`], [`unicode_encode_rows`], [`unicode_transcode`] | code points and encodings |
//! | [`lower`], [`upper`], [`strip`] | letter by letter |
//! | [`join`], [`reduce_join`], [`split`] | pieces |
//! | [`regex_replace`], [`regex_replace_first`], [`regex_full_match`] | regular expressions |
//! | [`to_number`], [`as_string`] | numbers as text |
//! | [`to_hash_bucket`] | a number below `n`, the same in every release |
//!
//! Those that keep the shape also run inside traced functions. What gives a ragged tensor needs values: its
//! structure depends on them.

mod encoding;
mod map;
mod pieces;
mod regex;
mod unicode;

pub use encoding::{Encoding, OnInvalid};
pub use map::{Unit, as_string, length, lower, strip, substr, to_hash_bucket, to_number, upper};
pub use pieces::{join, reduce_join, split};
pub use regex::{regex_full_match, regex_replace, regex_replace_first};
pub use unicode::{code_points, unicode_decode, unicode_encode, unicode_encode_rows, unicode_transcode};

use crate::{DType, Result};

/// Refuses everything but strings.
fn require_text(op: &'static str, dtype: DType) -> Result<()> {
    dtype.require(op, dtype == DType::Str, "strings (numbers: strings::as_string)")
}
