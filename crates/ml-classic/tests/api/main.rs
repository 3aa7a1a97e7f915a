//! Public behaviour, one file a family.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod baseline;
#[cfg(test)]
mod classification_metrics;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod ensemble;
#[cfg(test)]
mod lessons;
#[cfg(test)]
mod linear;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod model_selection;
#[cfg(test)]
mod multiclass;
#[cfg(test)]
mod naive_bayes;
#[cfg(test)]
mod neighbors;
#[cfg(test)]
mod penalised;
#[cfg(test)]
mod production;
#[cfg(test)]
mod sgd;
#[cfg(test)]
mod sparse;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod weights;
