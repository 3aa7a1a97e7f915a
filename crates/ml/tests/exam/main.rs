//! One exam for every public thing of `ml-data` and `ml-classic`: bad input never panics, and every error says what and where.
//!
//! A family a file; each file lists its members with what they are asked, and `roster` fails when a public name is in no list.

#[cfg(test)]
mod classification;
#[cfg(test)]
mod estimators;
#[cfg(test)]
mod examiner;
#[cfg(test)]
mod generators;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod labels;
#[cfg(test)]
mod linear;
#[cfg(test)]
mod loaders;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod multiclass;
#[cfg(test)]
mod production;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod roster;
#[cfg(test)]
mod selection;
#[cfg(test)]
mod splitters;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod transformers;
