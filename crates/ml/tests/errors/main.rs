//! What bad input is answered with.

#[cfg(test)]
mod messages;
