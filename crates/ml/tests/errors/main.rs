//! What bad input is answered with.

#[cfg(test)]
mod classifiers;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod tensors;
