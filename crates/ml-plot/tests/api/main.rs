//! Public behaviour of the figures.

mod errors;
mod output;
