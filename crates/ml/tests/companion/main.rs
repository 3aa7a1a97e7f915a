//! What the companion pages say about the interface, row by row, on data small enough to follow by hand.

#[cfg(test)]
mod evaluation;
#[cfg(test)]
#[cfg(feature = "tables")]
mod frames;
#[cfg(test)]
mod interface;
#[cfg(test)]
#[cfg(feature = "mail")]
mod spam;
