//! The behaviour of this crate as its users see it.

#[cfg(test)]
mod embedded;
#[cfg(test)]
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(test)]
mod generators;
#[cfg(test)]
mod pipeline;
#[cfg(test)]
mod preprocess;
#[cfg(test)]
mod registry;
#[cfg(test)]
#[cfg(feature = "fetch")]
mod server;
#[cfg(test)]
mod sparse;
#[cfg(test)]
mod split;
#[cfg(test)]
#[cfg(feature = "tables")]
mod table;
#[cfg(test)]
mod text;
