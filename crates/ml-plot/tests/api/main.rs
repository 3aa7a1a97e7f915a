//! Public behaviour of the figures.

#[cfg(test)]
mod errors;
#[cfg(test)]
mod output;
