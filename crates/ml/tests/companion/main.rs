//! What the companion pages say about the interface, row by row, on data small enough to follow by hand.

#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod interface;
