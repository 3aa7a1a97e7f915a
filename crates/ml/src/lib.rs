#![doc = include_str!("../README.md")]

pub mod prelude;

pub use ml_classic as classic;
pub use ml_core as core;
pub use ml_core::{Error, Result};
pub use ml_data as data;
pub use ml_nn as nn;
#[cfg(feature = "plot")]
pub use ml_plot as plot;

/// Compiles the programs of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
