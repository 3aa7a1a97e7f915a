//! The first artificial neurons: logic with neurons that are on or off, and units that learn (book section 10.1).
//!
//! | file | what |
//! |---|---|
//! | `neuron` | networks of McCulloch and Pitts's neurons: identity, and, or, not, and all that is made of them |
//! | `proposition` | propositions such as `(a & !b) | c`, and the network that computes one |
//! | `unit` | threshold logic units, their step functions, and layers of them: what can compute exclusive or |
//! | `perceptron` | a layer of units that learns by its mistakes |

mod neuron;
mod perceptron;
mod proposition;
mod unit;

pub use neuron::{LogicNetwork, Neuron};
pub use perceptron::{PerceptronLayer, hebb};
pub use proposition::Proposition;
pub use unit::{Step, ThresholdLayer, exclusive_or};
